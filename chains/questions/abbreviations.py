"""What is typed in short for what reports print: "intl. segment", "N. America"; [abbreviations] of plain_asking.toml.

A full stop within such a word would end the sentence that asks, so that they are written out before it is looked for.
"""

from __future__ import annotations

import re
from functools import cache

from chains.measures.phrases import any_of
from chains.tables import read_table


def in_long(text: str) -> str:
    """A text with its abbreviations written out. "Citibank, N.A." stays: it is a name."""
    for pattern, full in _patterns():
        text = pattern.sub(full, text)
    return text


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    listed = read_table("plain_asking.toml")["abbreviations"]
    return tuple(
        (re.compile(rf"(?<![\w.&-])(?<!, )(?:{any_of(shorts)})(?![\w&'])", re.I), full)
        for full, shorts in listed.items()
    )
