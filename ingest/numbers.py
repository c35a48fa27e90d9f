"""Printed numbers: "$ (1,577)", "12.4 %", "—", "1,044(a)" to exact values.

A printed number is read without its scale; what "(in millions)" does to it is the business of `statements`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

DASHES = frozenset("-–—−‒―─")
SYMBOLS = "$€£¥₩₹"
_CODES = r"US\$|C\$|A\$|HK\$|NT\$|R\$|S\$|RMB|USD|EUR|GBP|CHF|JPY|CAD|AUD|CNY"
_NUMBER = re.compile(
    rf"""^(?P<open>[(\[{{])?\s*(?P<minus>[-–−])?\s*(?P<symbol>{_CODES}|[{SYMBOLS}])?\s*(?P<open2>\()?\s*(?P<minus2>[-–−])?\s*
    (?P<digits>\d{{1,3}}(?:[,\u00a0\u202f]\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)\s*
    (?P<unit>%|x|X|bps|bp|¢)?\s*(?P<close>[)\]}}])?\s*(?P<unit2>%|x|¢)?\s*(?P<close2>\))?\s*
    (?P<marks>(?:\(?[a-z*†‡§]{{1,2}}\)|\((?:\d|i{{1,3}}|iv|vi{{0,3}}|[A-Z])\)|[*†‡§¹²³⁴⁵⁶⁷⁸⁹]+|\[\w\])*)$""",
    re.VERBOSE,
)
_MARK = re.compile(r"\(?([a-zA-Z0-9*†‡§]{1,3})\)|([*†‡§¹²³⁴⁵⁶⁷⁸⁹])|\[(\w)\]")
_ABSENT = frozenset({"n/a", "na", "nm", "n.m.", "n/m", "nmf", "n.a.", "*", "**", "nil", "none"})


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed number. `value` is None for a dash or a "not meaningful" mark."""

    value: Decimal | None
    dash: bool = False
    symbol: str = ""
    marks: tuple[str, ...] = ()


def parse_number(text: str) -> Printed | None:
    """Read one printed cell; None where it is no number, dash or "not meaningful" mark.

    Brackets and a leading minus make a value negative. The symbol is "$", "€", "%", ... as printed.
    """
    # A no-break space may stand between thousands: it is not collapsed.
    text = re.sub(r"[ \t\r\n\f\v]+", " ", text).strip()
    bare = text.strip("".join(SYMBOLS) + " %)(")
    if bare and len(bare) <= 2 and set(bare) <= DASHES:
        return Printed(None, dash=True, symbol=_symbol_of(text))
    if text.lower().strip("() ") in _ABSENT:
        return Printed(None)
    match = _NUMBER.match(text)
    if not match:
        return None
    digits = match["digits"].replace(",", "").replace("\u00a0", "").replace("\u202f", "")
    value = Decimal(digits)
    if match["open"] or match["open2"] or match["minus"] or match["minus2"]:
        value = -value
    unit = match["unit"] or match["unit2"] or ""
    marks = tuple(a or b or c for a, b, c in _MARK.findall(match["marks"] or ""))
    return Printed(value, symbol=unit or match["symbol"] or "", marks=marks)


def _symbol_of(text: str) -> str:
    return next((c for c in text if c in SYMBOLS or c == "%"), "")
