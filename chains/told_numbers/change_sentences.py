"""The change that sentences of a filing tell of exactly one thing and time, where all that tell it agree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from chains.answers.outcome import Outcome
from chains.formulas.expression import FiscalPeriod
from chains.questions.asked_change import AskedChange
from chains.questions.fiscal_calendar import Calendar, Resolved, resolve_all
from chains.questions.periods import Asked, Mention, find_periods
from chains.told_numbers.number_sentences import Line, NumberSentences
from chains.told_numbers.prose_words import any_kin, phrases_of, same_as, stems_of, words_of
from chains.told_numbers.told_changes import Amount, ToldChange, changes_in
from chains.told_numbers.told_figure import told_figure
from ingest.schema import Document, Figure

_COMPARED = re.compile(
    r"\b(?:compared (?:to|with)|versus|vs\.?|from|than|over|against|relative to|of the prior|prior[- ]year)\b"
    r"(?:(?!\.\s)[^;])*$",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\b(?:compared (?:to|with)|versus|vs\.?)\b|(?:months|weeks|quarter|year) ended", re.IGNORECASE)
_REFERS = re.compile(r"\b(?:refer|see|discussion|included in|incorporated)\b", re.IGNORECASE)
_THE_QUARTER = re.compile(r"\b(?:for|in|during) the (?:current )?quarter\b", re.IGNORECASE)
_WHOLE = re.compile(r"^(?:our|total|consolidated|the company['’]s)\b", re.IGNORECASE)
_BACK = 2  # pages before a sentence on which the heading may stand that says of when it is
_OTHERS = re.compile(r"\band (?:other|related|similar)\b", re.IGNORECASE)
_AMOUNT_SAID = re.compile(r"[$€£%]|\bpercent\b")


@dataclass(frozen=True, slots=True)
class Changed:
    """A change with the sentence that tells it; `then` says that it is of the time that is asked for."""

    line: Line
    amount: Amount
    document: Document
    period: FiscalPeriod | None
    then: bool = True


def changed(
    asked: AskedChange, when: Resolved | None, calendar: Calendar, sheets: Sequence[NumberSentences]
) -> Changed | None:
    """The change that is told; None where none is, or where two sentences tell different ones.

    Where it is told of other times alone, one of these, which is not `then`.
    """
    other: Changed | None = None
    for sheet in sheets:
        told = list(_told(asked, when, calendar, sheet))
        found = [t for t in told if t.then]
        if found:
            first = found[0]
            same = all(f.amount.unit == first.amount.unit and _close(f.amount, first.amount) for f in found)
            return first if same else None
        other = other or next(iter(told), None)
    return other


def _close(one: Amount, other: Amount) -> bool:
    return abs(one.value - other.value) <= max(abs(one.value), abs(other.value)) / 100


def _told(asked: AskedChange, when: Resolved | None, calendar: Calendar, sheet: NumberSentences) -> Iterator[Changed]:
    names = asked.measure.names if asked.measure is not None else ()
    parts = asked.thing - stems_of("told_changes", "defined")
    general = any(parts <= name for name in names)
    for line in sheet.lines:
        if not all(same_as(word) & line.said for word in asked.thing) or _is_ahead(line.text):
            continue
        for change in changes_in(line.text):
            if not any(_is_of(asked, name, change, line, sheet.document) for name in change.called):
                continue
            amount = next((a for a in change.amounts if _fits(a, asked.kind)), None)
            if amount is not None:
                then = _is_then(line, when, calendar, sheet, general=general and not _WHOLE.search(change.subject))
                yield Changed(line, amount, sheet.document, when.period if when is not None else None, then)


def _fits(amount: Amount, kind: str) -> bool:
    unit = amount.unit if amount.unit in ("percent", "points") else "money"
    return not kind or kind == unit


def _is_ahead(text: str) -> bool:
    return bool(phrases_of("narrowing", "unreal").search(text.replace("May ", " ")))


def _is_of(asked: AskedChange, name: str, change: ToldChange, line: Line, document: Document) -> bool:
    """Whether what changed is what was asked for: all its words, and none that makes it another thing."""
    if _AMOUNT_SAID.search(name) or asked.marks != frozenset(re.findall(r"(?<!\w)\d{2,}(?!\w)", name)):
        return False
    defined = asked.thing & stems_of("told_changes", "defined") & set(words_of(name))
    aside = _aside(replace(change, lead="") if defined else change)
    said = set(words_of(name)) | aside
    known = any_kin(asked.thing)
    if asked.measure is not None and asked.measure.kinds == {"percent"}:
        # Under another name: "comparable sales" as "comparable store net sales".
        known |= {s for n in asked.measure.names if n <= said for s in n}
    missing = {word for word in asked.thing if not same_as(word) & said}
    # "Revenue increased 19%, driven by Azure growth of 29%": the growth of its revenue.
    if not missing <= any_kin(frozenset({"revenu"})) or (
        missing and (missing == asked.thing or not missing & line.said)
    ):
        return False
    # "Azure and other cloud services revenue": what it is printed with under its name.
    others = _OTHERS.search(name)
    head = set(words_of(name[: others.start()])) if others is not None else said
    own = {s for n in (document.company, *document.aliases) for s in words_of(n)}
    further = (said if others is None or not head & known else head | aside) - known - stems_of("told_changes", "plain")
    return not {s for s in further - own if len(s) > 1}


def _aside(change: ToldChange) -> frozenset[str]:
    """The stems of what makes the change another one: "excluding fuel" before it, "in constant currency" behind."""
    label = change.lead.rpartition(":")[0]
    trail = re.split(r"[.;]|,\s(?!exclud)|\b(?:driven|due|primarily|reflecting)\b", change.trail, maxsplit=1)[0]
    lead = change.lead[len(label) :]
    aside = phrases_of("told_changes", "aside")
    parts = [label, *(p for p in (lead, trail) if aside.search(p))]
    return frozenset(s for part in parts for s in words_of(part) if not part.isspace())


def _is_then(
    line: Line, when: Resolved | None, calendar: Calendar, sheet: NumberSentences, *, general: bool = False
) -> bool:
    """Whether the change is of the time that is asked for, or of the report's own where none is.

    A `general` measure is that of whatever part the text is about there, unless its sentence says of when it is.
    """
    document = sheet.document
    own = FiscalPeriod(document.fiscal_year, document.fiscal_quarter) if document.fiscal_year else None
    asked = when.period if when is not None else own
    if asked is None:
        return False
    months = _months(when.months if when is not None else None, asked)
    said = _times(line.text, calendar)
    if not said and own is not None and own.quarter and _THE_QUARTER.search(line.text):
        said = [Resolved(own)]
    if not said and general:
        return False
    if not said:
        said = _times_above(line, calendar, sheet)
    if not said:
        # An annual report tells of its own year where nothing else is said.
        return own == asked and asked.quarter is None
    return len(said) == 1 and (said[0].period, _months(said[0].months, said[0].period)) == (asked, months)


def _months(months: int | None, period: FiscalPeriod) -> int:
    return months or (3 if period.quarter else 12)


def _times(text: str, calendar: Calendar) -> list[Resolved]:
    """The times that a text is of, without those that they are compared with."""
    found: list[Resolved] = []
    last = 0
    for mention in find_periods(text).mentions:
        if not (mention.year or mention.date or mention.quarter):
            continue
        if not _COMPARED.search(text[last : mention.start]):
            found += _resolved(mention, calendar)
        last = mention.end
    return list(dict.fromkeys(found))


def _resolved(mention: Mention, calendar: Calendar) -> Sequence[Resolved]:
    return [Resolved(r.period, r.months) for r in resolve_all(Asked(mentions=(mention,)), calendar)]


def _times_above(line: Line, calendar: Calendar, sheet: NumberSentences) -> list[Resolved]:
    """The time that the nearest heading above says: "Fiscal Year 2023 Compared with Fiscal Year 2022"."""
    for text in sheet.above(line, _BACK):
        if _HEADING.search(text) and not _REFERS.search(text) and (times := _times(text, calendar)):
            return times[:1] if len(times) == 1 or _COMPARED.search(text) else times
    return []


def agree(computed: Outcome, told: Outcome) -> bool:
    """Whether a growth that was computed is the one that a sentence tells, which is mostly rounded to a percent."""
    if computed.shown is None or told.shown is None or told.shown.unit != computed.shown.unit:
        return computed.shown is not None
    return abs(computed.shown.value - told.shown.value) <= 1


def rounds(computed: Outcome, told: Outcome) -> bool:
    """Whether a told change of a rate is the computed one, rounded to a tenth of a point."""
    if computed.shown is None or told.shown is None or told.shown.unit != computed.shown.unit:
        return False
    return abs(computed.shown.value - told.shown.value) <= (5 if told.shown.unit == "basis points" else Decimal("0.05"))


def figure_of_change(told: Changed) -> Figure:
    """The change as a figure."""
    amount = told.amount
    unit, currency = ("percent", "") if amount.unit in ("percent", "points") else (amount.unit, amount.unit)
    return told_figure(amount, told.line, told.document, told.period, unit=unit, currency=currency)
