"""Words and signs that change what is measured: a reading of a phrase that leaves one out measures something else."""

from __future__ import annotations

import re

from chains.formulas.expression import Expression
from chains.formulas.trees import items

OPERATORS = re.compile(
    r"\b(?:less|minus|plus|excluding|excl|exclusive of|except|without|net of|before|after|per|divided|times)\b"
    r"|\s[-+*/×÷−]\s"
)
"""Words that change what is measured: a reading that leaves one of them out measures something else."""
RATIO = re.compile(r"(?<=[\w)])\s*/\s*(?=[\w(])|\s÷\s|\b(?!(?:for|of|at|in|on|by|from)\b)\w+ : (?=\w)")
"""Signs that one thing is set against another: neither of the two alone is the answer."""
SHARE_OF = re.compile(
    r"(?:%|\b(?:percent|percentage|proportion|fraction|slice|portion))\s+of\b|\bas an?\s+share of\b", re.I
)
"""Words that make a share of what follows: a reading that leaves them out gives an amount."""
JOINED = re.compile(r"[,:+]|\b(?:and|plus|or)\b")
"""Signs and words that name several things together."""
WHOLE_LABEL = 0.99
"""Likeness of a phrase to a printed label that says all of it."""
MEMBER = 0.84
"""Likeness of a phrase to a line, or to its headings, that is printed for a part of the company."""


def key_of(phrase: str) -> str:
    """A phrase as the names of definitions are compared."""
    return " ".join(re.sub(r"[^a-z0-9&/%+ -]+", " ", phrase.lower()).replace("-", " ").split())


def is_single(expression: Expression) -> bool:
    """Whether an expression is one line item, and no formula."""
    return len(items(expression)) <= 1
