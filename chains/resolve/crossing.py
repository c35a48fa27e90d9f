"""Two things that a phrase joins, and the cell of a table where the row of one meets the column of the other."""

from __future__ import annotations

import re

from chains.measures.phrasing import content_words
from ingest.schema import Figure

_JOINT = re.compile(r"\s+(?:and|plus|&)\s+", re.I)


def is_crossed(phrase: str, figure: Figure) -> bool:
    """Whether a phrase joins two things of which a figure is where the row of one meets the column of the other.

    "Cash and marketable securities" is the sum of both, and not the cash that is held as securities.
    """
    sides = [frozenset(content_words(side)) for side in _JOINT.split(phrase)]
    if len(sides) != 2 or not all(sides):
        return False
    row, column = frozenset(content_words(figure.label)), frozenset(content_words(" ".join(figure.headers)))
    return any(one <= row and not other & row and other <= column for one, other in (sides, sides[::-1]))
