"""What is held out together: questions that are asked of one page, whatever file they come from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

from adapters.report_qa.forms import Evidence, Example

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_NOTE = re.compile(r"(?<=[\d%])\s*\(\s*[\d.,]+\s*%?\s*\)\s*$")
"""What stands in brackets behind a number: the mark of a note, or the number once more."""


def page_of(evidence: Evidence) -> str:
    """The key of the page that a question is asked of: the same for the same table, in whatever data set.

    The table alone says it, for data sets cut and order the text around one table differently: by the set of its
    numbers and words. FinQA and ConvFinQA print the same table with and without `$`, notes and repeated numbers, `27%`
    and `27% ( 27 % )`. Where there is no table, the text says it.
    """
    return _key(evidence.table, () if evidence.table else evidence.text)


@lru_cache(maxsize=4096)
def _key(table: tuple[tuple[str, ...], ...], text: tuple[str, ...]) -> str:
    printed = {word for row in table for cell in row for word in _WORD.findall(_NOTE.sub("", cell.lower()))}
    printed |= set() if printed else {word for sentence in text for word in _WORD.findall(sentence.lower())}
    return hashlib.sha256(" ".join(sorted(printed)).encode()).hexdigest()[:16]


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
