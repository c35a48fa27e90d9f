"""Questions that sentences of the reports answer: found, weighed, quoted."""
