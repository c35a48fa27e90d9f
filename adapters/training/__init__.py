"""Training: labelled data and a recipe become an adapter with its card."""
