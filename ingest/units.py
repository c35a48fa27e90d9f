"""What unit and scale a printed number has: "(in millions, except per share data)" and what it governs.

The words that tell are in `units.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.numbers import SYMBOLS
from ingest.patterns import patterns_of, read_table
from ingest.schema import Cell, Row, Statement

_WORD = r"(?:thousand|million|billion|trillion)"
_ZEROS = re.compile(r"[$€£]?\s?(000(?:,000)?)['’]?s?\b")
# How a table states its scale; alternatives from the most to the least explicit.
_STATED = re.compile(
    "|".join(
        (
            rf"\b(?:in|dollars|amounts?|expressed|stated|figures|USD|EUR|CHF|JPY|GBP)\b[^.;]{{0,45}}?\b{_WORD}s?\b",
            rf"[$€£¥][^.;]{{0,45}}?\b{_WORD}s?\b",
            rf"\(\s*(?:[$€£¥]\s*)?(?:in\s+)?{_WORD}s\b",
            rf"\(\s*{_WORD}s?\s+of\b",
            rf"^\s*{_WORD}s\b",
            r"[$€£]\s?000(?:,000)?['’]?s?\b",
            r"\(\s*000(?:,000)?['’]?s\b",
        )
    ),
    re.IGNORECASE,
)
_SHARE_SCALE = re.compile(rf"\bshares?\b[^.;)]{{0,40}}?\bin\s+({_WORD})s", re.IGNORECASE)
_ROW_SCALE = re.compile(rf"\((?:[$€£]\s*)?(?:in\s+)?(?:[$€£]\s*)?({_WORD})s?\)", re.IGNORECASE)
_EXCEPT = re.compile(r"\bexcept\b(.*)", re.IGNORECASE)
# "($1.20 per share)" and "$1.20 per share" say of an amount what it comes to, not what its unit is.
_ASIDE = re.compile(r"\([^()]*\d[^()]*\)|[$€£]\s?[\d.]+\s+per\s+(?:\w+\s+)?share", re.IGNORECASE)
_MONEY = re.compile(r"\b(?:dollars?|usd|euros?|amounts?)\b", re.IGNORECASE)
_CENTS = re.compile(r"\d\.\d\d")
# "Shares used to compute earnings per share" are shares, whatever they are used for.
_PURPOSE = re.compile(
    r"\s*,?\s*(?:used\s+)?(?:to|in|for)\s+(?:the\s+)?(?:comput|calculat|determin|basic|diluted|earnings|net|income|eps)\w*.*$",
    re.IGNORECASE,
)
_ENDS_IN_SHARES = re.compile(r"\bshares(?:\s+outstanding)?$", re.IGNORECASE)
_PER_SHARES = re.compile(r"per[\s-]+(?:common\s+)?shares?", re.IGNORECASE)
# A row named a rate that prints more than this is money ("Interest rate contracts"), not percent.
_MOST_PERCENT = 400


@dataclass(frozen=True, slots=True)
class UnitContext:
    """What a table's texts say of its numbers. `scale` is a power of ten, None where nothing is said.

    `counts` says that the scale is one of counts too ("(in thousands)", not "(dollars in millions)"), `excepted` what
    it leaves out ("employees" of "(Millions, except employees)").
    """

    scale: int | None = None
    share_scale: int | None = None
    currency: str = ""
    counts: bool = False
    excepted: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A cell's unit, currency and scale (power of ten)."""

    unit: str
    currency: str
    scale: int


@dataclass(frozen=True, slots=True)
class _Words:
    shares: re.Pattern[str]
    money_shares: re.Pattern[str]
    per_share: re.Pattern[str]
    share_header: re.Pattern[str]
    ratio: re.Pattern[str]
    counts: re.Pattern[str]
    counted: re.Pattern[str]
    percent_header: re.Pattern[str]
    percent_label: re.Pattern[str]
    currencies: dict[str, str]
    scales: dict[str, int]


@lru_cache(maxsize=1)
def _words() -> _Words:
    data = read_table("units.toml")
    return _Words(**patterns_of(data), currencies=data["currency_symbols"], scales=data["scales"])


def read_unit_context(texts: Sequence[str]) -> UnitContext:
    """The first of `texts` (nearest first) that states a scale governs.

    "(in millions, except per share)" leaves shares in millions; "except share and per share data" does not.
    """
    words = _words()
    for text in texts:
        # "shares in Thousands, $ in Millions": what is said of shares is not said of money, unless nothing else is.
        of_money = _SHARE_SCALE.sub("", text)
        told, stated = of_money, _STATED.search(of_money)
        if not stated:
            told, stated = text, _STATED.search(text)
        if not stated:
            continue
        word = re.search(_WORD, told[stated.start() :], re.IGNORECASE)
        zeros = _ZEROS.search(stated.group())
        if word is not None:
            scale = words.scales[word.group().lower()]
        elif zeros is not None:
            scale = 6 if "," in zeros[1] else 3
        else:
            continue
        symbol = next((c for c in text if c in words.currencies), "")
        excepted = _EXCEPT.search(text)
        bare = not symbol and not _MONEY.search(stated.group())
        return UnitContext(
            scale,
            _share_scale(text, scale),
            words.currencies.get(symbol, ""),
            bare,
            excepted[1].lower() if excepted else "",
        )
    return UnitContext()


def _share_scale(text: str, scale: int) -> int:
    named = _SHARE_SCALE.search(text)
    if named:
        return _words().scales[named.group(1).lower()]
    excepted = _EXCEPT.search(text)
    if excepted and re.search(r"\bshares?\b", _PER_SHARES.sub("", excepted[1]), re.IGNORECASE):
        return 0
    return scale


def row_scale(label: str) -> int | None:
    """A scale that a row states itself ("Net sales (millions)", "Shares (in thousands)")."""
    match = _ROW_SCALE.search(label)
    return _words().scales[match.group(1).lower()] if match else None


def measure(
    cell: Cell,
    row: Row,
    header: str,
    context: UnitContext,
    *,
    default_scale: int,
    currency: str,
    percent_column: bool,
    money_table: bool,
    statement: Statement = Statement.NOTE,
) -> Measure:
    """Unit and scale of one cell, from its symbol, its row, its column and its table.

    `default_scale` serves where the table states none; `money_table` tells whether it prints a currency symbol.
    """
    words = _words()
    heading = row.path[-1] if row.path else ""
    symbol = cell.symbol
    own = words.currencies.get(symbol, "") if symbol != "$" else ""
    own = own or context.currency or currency
    if symbol == "%" or (percent_column and not _is_money(symbol)):
        return Measure("percent", "", 0)
    if symbol.lower() == "x" or (not symbol and words.ratio.search(row.label)):
        return Measure("pure", "", 0)
    if _STATED.search(heading):
        heading = ""
    named = "" if _STATED.search(header) else header
    # These hold money alone, whatever a label says of shares or rates ("Dividends ($1.20 per share)").
    money_only = statement in (Statement.CASH_FLOW, Statement.BALANCE, Statement.EQUITY)
    by_column = not _is_money(symbol) and bool(words.share_header.search(header))
    if by_column or (not money_only and not _is_money(symbol) and _counts_shares(row.label, heading, words)):
        stated = row_scale(row.label)
        if stated is None:
            stated = row_scale(heading)
        if stated is None:
            stated = context.share_scale
        return Measure("shares", "", stated or 0)
    label = _ASIDE.sub("", row.label)
    if statement not in (Statement.CASH_FLOW, Statement.BALANCE) and (
        words.per_share.search(f"{label} {named}")
        or (not money_only and words.per_share.search(heading) and not words.shares.search(label))
    ):
        return Measure(f"{own}/share", own, 0)
    small = cell.value is not None and abs(cell.value) <= _MOST_PERCENT
    if not symbol and small and statement is Statement.NOTE and words.percent_label.search(row.label):
        return Measure("percent", "", 0)
    if not symbol and not money_table and words.counts.search(row.label):
        return Measure("", "", row_scale(row.label) or 0)
    for text in (row.label, header, heading) if not symbol and statement is Statement.NOTE else ():
        if (counted := words.counted.search(text.strip(" :"))) is not None:
            excepted = any(word in context.excepted for word in re.findall(r"[a-z]{4,}", counted.group().lower()))
            return Measure("", "", row_scale(text) or (0 if excepted or not context.counts else context.scale or 0))
    for scale in (row_scale(row.label), row_scale(header), context.scale):
        if scale is not None:
            return Measure(own, own, scale)
    return Measure(own, own, default_scale) if money_table else Measure("", "", 0)


def _is_money(symbol: str) -> bool:
    return bool(symbol) and symbol in SYMBOLS


def _counts_shares(label: str, heading: str, words: _Words) -> bool:
    """Whether a row counts shares: by its label, or by its heading ("Weighted-average shares: Basic")."""
    counted = _PURPOSE.sub("", label)
    if counted != label and _ENDS_IN_SHARES.search(counted):
        return True
    if words.per_share.search(label) or words.money_shares.search(label):
        return False
    return bool(words.shares.search(label) or words.shares.search(heading))


def mostly_whole(rows: Sequence[Row]) -> bool:
    """Whether a table prints whole numbers, a few rows aside."""
    values = [c.value for row in rows for c in row.cells if c is not None and c.value is not None and c.symbol != "%"]
    whole = sum(value == value.to_integral_value() for value in values)
    return len(values) >= 6 and whole >= 0.75 * len(values)


def prints_cents(row: Row) -> bool:
    """Whether every number of a row has two decimals or more."""
    values = [c for c in row.cells if c is not None and c.value is not None]
    return bool(values) and all(c.symbol != "%" and _CENTS.search(c.text) for c in values)


def percent_columns(rows: Sequence[Row], headers: Sequence[str]) -> list[bool]:
    """Which columns hold percentages: by heading, or by a "%" on first and last number and no currency symbol.

    Filings print "%" on a column's first and last row only.
    """
    flags = []
    money = any(cell is not None and _is_money(cell.symbol) for row in rows for cell in row.cells)
    for index, header in enumerate(headers):
        cells = [row.cells[index] for row in rows if index < len(row.cells)]
        valued = [cell for cell in cells if cell is not None and (cell.value is not None or cell.dash)]
        if not valued or any(_is_money(cell.symbol) for cell in valued):
            flags.append(False)
            continue
        marked = sum(cell.symbol == "%" for cell in valued)
        small = all(cell.value is None or abs(cell.value) < 1000 for cell in valued)
        # In a table without money a sign on the first row is enough.
        ends = valued[0].symbol == "%" and (not money or valued[-1].symbol == "%" or marked * 2 >= len(valued))
        flags.append(small and (bool(_words().percent_header.search(header)) or ends))
    return flags
