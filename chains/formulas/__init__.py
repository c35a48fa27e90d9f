"""Formulas: their grammar, what definitions and sums told in a question come to, expressions and units."""
