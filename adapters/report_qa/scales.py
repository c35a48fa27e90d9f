"""What the evidence says of thousands, millions and percent: features from which the scale of an answer is read."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from adapters.report_qa.forms import Evidence
from adapters.report_qa.grid import read_grid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bthousands?\b|\b000s?\b|['\u2019]000|\$k\b",
        r"\bmillions?\b|\bmn\b|\$m\b|\bmm\b",
        r"\bbillions?\b|\bbn\b",
        r"%|\bper\s?cent|\bpercentage|\brate\b|\bmargin\b|\bproportion\b",
        r"\bratio\b|\btimes\b|\baverage\b|\bshares?\b|\bper\b",
        # the first "year" of each line alone is tried: each of a long line would make its length squared
        r"\bhow many\b|\bnumber of\b|(?m:^(?:(?!\byears?\b).)*\byears?\b.*\b(?:did|was|were|had)\b)|\bwhich\b",
    )
)
COUNT = 4 * len(_WORDS)


def scale_features(evidence: Evidence) -> NDArray[np.float32]:
    """(COUNT,) 0 or 1: each kind of word in the question, in the table's heads and labels, its cells, the text."""
    import numpy as np

    heads, cells, text = _evidence(evidence.table, evidence.text)
    question = [bool(word.search(evidence.question)) for word in _WORDS]
    return np.array([*question, *heads, *cells, *text], dtype=np.float32)


@lru_cache(maxsize=2048)
def _evidence(table: tuple[tuple[str, ...], ...], text: tuple[str, ...]) -> tuple[list[bool], list[bool], list[bool]]:
    grid = read_grid(table)
    heads = " \n ".join([*(" ".join(row) for row in grid.rows[: grid.heads + 1]), *grid.labels])
    cells = " ".join(cell for row in grid.rows[grid.heads :] for cell in row[1:])
    return (
        [bool(word.search(heads)) for word in _WORDS],
        [bool(word.search(cells)) for word in _WORDS],
        [bool(word.search(" \n ".join(text))) for word in _WORDS],
    )
