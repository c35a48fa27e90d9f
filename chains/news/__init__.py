"""Summaries of tagged news."""
