"""Report QA: a question and its evidence become a program, a span or a count over what the evidence prints."""
