"""Training data and training of the report-QA generator."""
