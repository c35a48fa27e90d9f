"""From a plan to an answer: figures, programs, the sentence, and what holds it to its sources."""
