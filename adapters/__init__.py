"""Models: bases, and the adapters trained for them."""
