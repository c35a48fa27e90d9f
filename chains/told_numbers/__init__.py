"""Numbers that only sentences tell: read exactly, bound strictly."""
