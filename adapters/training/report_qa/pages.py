"""What is held out together: questions that are asked of one page, whatever file they come from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

from adapters.report_qa.forms import Evidence, Example

_NO_SIGN = re.compile(r"[\W_]+")


def page_of(evidence: Evidence) -> str:
    """The key of the page that a question is asked of: the same for the same table, in whatever data set.

    The table alone says it, letters and digits without spaces and signs: data sets cut and order the text around one
    table differently. Where there is no table, the text says it, its sentences in any order.
    """
    return _key(evidence.table, () if evidence.table else evidence.text)


@lru_cache(maxsize=4096)
def _key(table: tuple[tuple[str, ...], ...], text: tuple[str, ...]) -> str:
    printed = _plain(" ".join(cell for row in table for cell in row)) or "\n".join(sorted(map(_plain, text)))
    return hashlib.sha256(printed.encode()).hexdigest()[:16]


def _plain(text: str) -> str:
    return _NO_SIGN.sub("", text.lower())


def split(examples: Sequence[Example], share: float, seed: int) -> tuple[list[Example], list[Example]]:
    """Training and validation part: about `share` of the pages are held out, each with all of its questions.

    Whether a page is held out depends on the page, the share and the seed alone, so it is the same in every data set.
    """
    held = {page for page in {one.page for one in examples} if _drawn(page, seed) < share}
    training = [one for one in examples if one.page not in held]
    return training, [one for one in examples if one.page in held]


def _drawn(page: str, seed: int) -> float:
    """A number from 0 to 1 that belongs to the page and the seed."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{page}".encode()).digest()[:8]) / 2**64
