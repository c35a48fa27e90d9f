"""Adapters at work: a base with an adapter in it, on the engine that was chosen."""
