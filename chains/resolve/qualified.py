"""Measures that a company makes of those of its accounts: "adjusted operating income" is not "operating income".

A table by segment may print both, one below the other. The words are the list `qualifiers` of members.toml.
"""

from __future__ import annotations

import re
from functools import cache

from chains.formulas.expression import Item
from chains.measures.phrases import whole_words
from chains.tables import read_table
from ingest.schema import Figure

_MADE, _UNMADE = 0.9, 0.6
"""What the match of a line keeps that says such a word where the question does not, and that does not where it does."""


def qualified_fit(item: Item, figure: Figure) -> float:
    """What the match of a part's line keeps, in (0, 1], for being made of the accounts as the item asks."""
    asked = set(_words(f"{item.phrase} {item.member}"))
    made = set(_words(figure.label)) - asked
    around = set(_words(" ".join((figure.label, *figure.path, *figure.headers, figure.caption))))
    return _UNMADE if asked - around else _MADE if made else 1.0


def _words(text: str) -> list[str]:
    """The words of a text that say that a measure is made, in lower case."""
    unmade = re.sub(r"\b(?:un|not )adjusted\b", " ", text, flags=re.I)
    return [found.lower().replace("-", " ") for found in _pattern().findall(unmade)]


@cache
def _pattern() -> re.Pattern[str]:
    return whole_words(read_table("members.toml", "chains.resolve")["qualifiers"])
