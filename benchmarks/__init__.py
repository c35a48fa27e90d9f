"""Benchmarks: `make bench`. Results go to benchmarks/results, one JSON file each, with the command that made them."""
