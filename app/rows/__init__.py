"""Rows of files, streamed in and out: one module a form (CSV and TSV, JSONL, Parquet, one text a line)."""
