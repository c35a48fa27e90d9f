"""What a question says: of whom, of when, in which filings, and in what form it wants its answer."""
