"""The scale of amounts that a filing's sentences print without one: "$177" in notes whose dollars are in millions.

Most filings write "$177 million" in their sentences, and a bare "$119" there is a price. Some write bare amounts in
the scale of their tables; such an amount is read with the scale that its page states, and is no number where none is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from chains.told_numbers.sentence_numbers import SCALES, Role, ToldNumber
from ingest.schema import Passage

_MONEY = r"(?:US\$|[$€£])\s?\d[\d,]*"
_SCALED = re.compile(rf"{_MONEY}(?:\.\d+)?[\s-](?:thousand|million|billion|trillion)\b", re.IGNORECASE)
_BARE = re.compile(
    rf"[a-z,]\s{_MONEY}(?![\d,.]*\d|[\s-](?:thousand|million|billion|trillion|per|a|each)\b)(?=[,;.]?\s[a-z])"
)
_STATES = re.compile(r"\b(?:dollars|amounts|\$|usd)\s+in\s+(?P<scale>thousand|million|billion)s\b", re.IGNORECASE)
_LEAST = 10  # bare amounts in a filing that writes them so
_SHARE = 0.2  # of all amounts of its sentences
_MOST = Decimal(1_000_000)  # a bare amount of that many is printed in full


@dataclass(frozen=True, slots=True)
class AmountScale:
    """`bare` says that the sentences of a filing print amounts without their scale; `pages` holds the powers of ten
    that its pages state."""

    bare: bool = False
    pages: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def read(self, number: ToldNumber, page: int) -> ToldNumber:
        """A number with the scale that its page states; loose, so that it is no answer, where that is not known."""
        unsaid = number.scale == 0 and number.unit not in ("", "percent") and not number.unit.endswith("/share")
        if not self.bare or not unsaid or number.value >= _MOST or "." in number.printed.rstrip("."):
            return number
        stated = self.pages.get(page, frozenset())
        if len(stated) != 1:
            return replace(number, role=Role.LOOSE)
        (scale,) = stated
        return replace(number, value=number.value.scaleb(scale), scale=scale)


def amount_scale(passages: Iterable[Passage]) -> AmountScale:
    """How the sentences of a filing print amounts."""
    bare = scaled = 0
    pages: dict[int, frozenset[int]] = defaultdict(frozenset)
    for passage in passages:
        bare += len(_BARE.findall(passage.text))
        scaled += len(_SCALED.findall(passage.text))
        for match in _STATES.finditer(f"{passage.section} {passage.text}"):
            pages[passage.page] |= {SCALES[match["scale"].lower()]}
    return AmountScale(bare >= _LEAST and bare >= _SHARE * (bare + scaled), dict(pages))
