"""The number gate: no answer leaves with a number that its evidence does not hold.

Every number that a text prints must be one of these, at the precision at which it is printed:

- a value: a cited figure, a step or the result of the program, a constant; in whole units or in a scale that is
  printed beside it ("$1.6 billion", "in USD millions"). A value of 5 does not make 5,000 or 5% right;
- a number of a quoted passage, of a cited cell, or of the question, exactly as it stands there;
- a year, a date or a page that belongs to a citation.

A positive number may stand for a negative value only where the words say so ("decreased by", "a loss of").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from chains.answers.printed import SCALES, TOKEN, Printed, day_of, read_number, years_of
from chains.answers.program import Program, Result
from chains.formulas.units import PERCENT, PURE, TRUTH, UNKNOWN, Quantity
from ingest.schema import Figure

_SCALE_REMARK = re.compile(
    r"\bin\s+(?:\w{2,3}\$?\s+|\$\s*|US\s+dollars?\s+)?(thousands|millions|billions)\b", re.IGNORECASE
)
_DOWN = re.compile(
    r"\b(?:decreas|declin|fell|fall|drop|down|lower|loss|lost|negative|reduc|shr[aiu]nk|contract|outflow|used|paid|payment|deficit|less"
    r"|below|worse|deteriorat|burn|deduct|charge|expense|purchase|spent|compress|narrow)",
    re.IGNORECASE,
)
_CURRENCY = re.compile(r"[A-Z]{3}(?:/share)?$")


@dataclass(frozen=True, slots=True)
class Allowed:
    """What an answer may print. Build it with `allow`, or directly.

    `values` are figures, steps, results and constants in whole units; `quotes` are texts whose numbers stand as they
    are: the question, quoted sentences, cited cells as printed. `names` are strings that may hold digits (figure ids,
    document and company names) and are taken out of the text before it is read; one without a letter ("2024.pdf") could
    be any number there, and counts as a quote.
    """

    values: tuple[Quantity, ...] = ()
    quotes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    years: frozenset[int] = frozenset()
    dates: frozenset[date] = frozenset()
    pages: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class GateReport:
    """What the gate found: `unsupported` are the printed numbers that nothing supports; `checked` counts all."""

    ok: bool
    unsupported: tuple[str, ...] = ()
    checked: int = 0


def allow(
    question: str = "",
    figures: Iterable[Figure] = (),
    program: Program | None = None,
    result: Result | None = None,
    quotes: Iterable[str] = (),
    names: Iterable[str] = (),
    pages: Iterable[int] = (),
    years: Iterable[int] = (),
    values: Iterable[Quantity] = (),
) -> Allowed:
    """Gather what an answer may print: from its question, cited figures, program, result and quoted passages."""
    figures = tuple(figures)
    numbers = program.numbers if program else ()
    periods = [f.period for f in figures if f.period is not None]
    dates = {d for p in periods for d in (p.start, p.end) if d is not None}
    found = [Quantity(f.value, f.unit) for f in figures]
    found += [Quantity(n.value, PERCENT if n.percent else PURE) for n in numbers]
    if result is not None:
        found += [result.value, *(s.result for s in result.steps), *(o for s in result.steps for o in s.operands)]
    return Allowed(
        values=tuple(dict.fromkeys((*found, *values))),
        quotes=tuple(filter(None, (question, *quotes, *(f.printed for f in figures), *(f.label for f in figures)))),
        names=tuple(filter(None, (*names, *(f.id for f in figures), *(f.document for f in figures)))),
        years=frozenset((*years, *(d.year for d in dates), *(f.fiscal_year for f in figures if f.fiscal_year))),
        dates=frozenset(dates),
        pages=frozenset((*pages, *(f.page for f in figures))),
    )


def check_answer(text: str, allowed: Allowed) -> GateReport:
    """Check every number of `text`. Never raises; a number that cannot be read is unsupported."""
    checker = _Checker(text, allowed)
    unsupported = tuple(dict.fromkeys(t for t, supported in checker.verdicts() if not supported))
    return GateReport(not unsupported, unsupported, checker.count)


@dataclass(slots=True)
class _Evidence:
    """The quotes, read once."""

    numbers: set[tuple[Decimal, bool]] = field(default_factory=set)
    negatives: set[tuple[Decimal, bool]] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    dates: set[tuple[int | None, int, int]] = field(default_factory=set)

    @classmethod
    def of(cls, quotes: Iterable[str]) -> _Evidence:
        evidence = cls()
        for quote in quotes:
            for match in TOKEN.finditer(quote):
                evidence.words.add(match[0].strip().lower())
                if (printed := read_number(match)) is not None:
                    into = evidence.negatives if printed.value < 0 else evidence.numbers
                    into.add((abs(printed.whole), printed.percent))
                    evidence.numbers.add((abs(printed.whole), printed.percent))
                evidence.years.update(years_of(match))
                if (day := day_of(match)) is not None:
                    evidence.dates.add(day)
        return evidence


class _Checker:
    def __init__(self, text: str, allowed: Allowed) -> None:
        for name in sorted(allowed.names, key=len, reverse=True):
            if any(c.isdigit() for c in name) and any(c.isalpha() for c in name):
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda m: " " * len(m[0]), text)
        self.text, self.allowed, self.count = text, allowed, 0

    @cached_property
    def evidence(self) -> _Evidence:
        numbers = (name for name in self.allowed.names if not any(c.isalpha() for c in name))
        return _Evidence.of((*self.allowed.quotes, *numbers))

    def verdicts(self) -> Iterator[tuple[str, bool]]:
        for match in TOKEN.finditer(self.text):
            if match["form"] or match["quarter"] or match["mark"]:
                continue
            self.count += 1
            yield match[0].strip(), self.supports(match)

    def supports(self, match: re.Match[str]) -> bool:
        if (day := day_of(match)) is not None:
            return self.has_date(day)
        if match["page"]:
            pages = [int(match[name]) for name in ("first", "last") if match[name]]
            # "p6" may be a page or a part of a name: said as it stands in the evidence it is right either way.
            return all(page in self.allowed.pages for page in pages) or match[0].lower() in self.evidence.words
        if match["fiscal"]:
            return all(y in self.allowed.years or y in self.evidence.years for y in years_of(match))
        if match["ordinal"]:
            return match[0].lower() in self.evidence.words or int(match[0][:-2]) <= 10
        if match["mixed"]:
            return match[0].lower() in self.evidence.words
        printed = read_number(match)
        if printed is None:
            return False
        if years_of(match) and any(y in self.allowed.years or y in self.evidence.years for y in years_of(match)):
            return True
        return self.has_number(printed)

    def has_date(self, day: tuple[int | None, int, int]) -> bool:
        year, month, number = day
        if day in self.evidence.dates:
            return True
        return any((d.month, d.day) == (month, number) and year in (None, d.year) for d in self.allowed.dates)

    def has_number(self, printed: Printed) -> bool:
        key = (abs(printed.whole), printed.percent)
        if key in (self.evidence.negatives if printed.value < 0 else self.evidence.numbers):
            return True
        return any(self.matches(printed, quantity) for quantity in self.allowed.values)

    def matches(self, printed: Printed, quantity: Quantity) -> bool:
        """Whether the value, rounded as printed, is the printed number, and the units agree."""
        if quantity.unit == TRUTH or not quantity.value.is_finite():
            return False
        if printed.percent and quantity.unit not in (PURE, PERCENT, UNKNOWN):
            return False
        if printed.multiple and quantity.unit not in (PURE, UNKNOWN):
            return False
        if printed.currency and quantity.unit != UNKNOWN and not _CURRENCY.match(quantity.unit):
            return False
        value = quantity.value
        if quantity.unit == PERCENT and printed.percent:
            value = value.scaleb(-2)
        if printed.scale and quantity.unit in (PURE, PERCENT):
            return False
        if quantity.unit == UNKNOWN and printed.percent and self.near(printed, value.scaleb(-2), printed.scale):
            return True
        return any(self.near(printed, value, scale) for scale in (printed.scale, *self.stated_scales(printed)))

    def near(self, printed: Printed, value: Decimal, scale: int) -> bool:
        shift = scale - printed.scale
        whole = printed.whole.scaleb(shift)
        tolerance = Decimal(0) if printed.rough and not shift else printed.tolerance.scaleb(shift)
        if abs(whole - value) <= tolerance:
            return True
        return (
            value < 0 < whole and abs(whole + value) <= tolerance and bool(_DOWN.search(self.sentence(printed.start)))
        )

    def stated_scales(self, printed: Printed) -> tuple[int, ...]:
        """The scale that the sentence states for its numbers ("in USD millions")."""
        if printed.scale or printed.percent:
            return ()
        return tuple(SCALES[m[1].lower()] for m in _SCALE_REMARK.finditer(self.sentence(printed.start)))

    def sentence(self, position: int) -> str:
        start = max((m.end() for m in re.finditer(r"[.!?]\s|\n", self.text[:position])), default=0)
        end = re.search(r"[.!?](?:\s|$)|\n", self.text[position:])
        return self.text[start : position + end.start() if end else len(self.text)]
