"""Second planners: the report-QA adapter and larger models, and the examples that they are tuned on."""
