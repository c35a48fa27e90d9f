"""A number that only a sentence tells: the one that fits a question best, where no other fits nearly as well.

Every number of the sentences that say what is asked about is weighed (number_fit.py); the best is answered with where
it is sure and clearly before the others, and its sentence is quoted where it is likely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from chains.families import asking_stems, kin_of
from chains.fiscal_calendar import Calendar
from chains.number_fit import Wanted, fit_of, is_report, table
from chains.number_sentences import Line, NumberSentences, same_as, words_of
from chains.phrases import whole_words
from chains.plan import Context
from chains.question import Question
from chains.retrieval import topic_of
from chains.sentence_numbers import AT_END, ToldNumber, numbers_in, tables
from chains.stems import stems
from ingest.schema import Document, Figure, Source, Statement

SURE, PARTLY, ALONE = 0.6, 0.72, 0.57
"""Least fit of a number that is given as an answer: where all that is asked for is said of it; where it is not; and
where no other fits half as well."""
AHEAD = 0.86
"""Most that another number may fit, as a share of the best one's fit."""
LIKELY = 0.5
"""Least fit of a number whose sentence is quoted."""
_LINES = 40
_PART = 0.85  # what a number counts beside others of which all that is asked for is said

_OTHERWISE = re.compile(
    r"\W*(?:which|who|whose|whom|why|where|when|how come|name|did|does|do|is|are|was|were|has|have|had"
    r"|can|could|will|would|should)\b",
    re.IGNORECASE,
)
_COUNTED_THING = re.compile(
    r"(?:.*?\b(?:how many|how much|number of|count of))\s+(?:of\s+)?(?P<thing>.+?)"
    r"(?:\s+(?:did|do|does|was|were|are|is|had|has|have|can|will)\b(?P<rest>.*)|$)",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\s(?:in|at|of|on|per|with|by|for|from|outside|within|under|to|as|that|worldwide)\s.*|[,(].*", re.I
)
_LEFT_OUT = re.compile(
    r"[,(]\s*([^,()]{3,60}?)\s+(?:excluded|left out|aside|not included)\b\)?"
    r"|[,(]?\s*\b(?:excluding|excl\.?|without(?: counting)?|not counting|not including|leaving out|leave out|except|ex)"
    r"\s+([^,()?]{3,60})\)?"
    r"|[,(]\s*leave (?:the )?([^,()]{3,60}?) out\b\)?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Told:
    """The number that fits best: its line, how well it fits, and how well the best other one does."""

    line: Line
    number: ToldNumber
    fit: float
    other: float
    document: Document
    wanted: Wanted
    whole: bool = True

    @property
    def sure(self) -> bool:
        """Whether it may be given as an answer."""
        least = PARTLY if not self.whole else ALONE if self.other <= self.fit / 2 else SURE
        return self.fit >= least and self.other <= AHEAD * self.fit

    @property
    def likely(self) -> bool:
        """Whether its sentence may be quoted as an answer."""
        return self.fit >= LIKELY


@cache
def _asks(kind: str) -> re.Pattern[str]:
    return whole_words(tables()["asks"][kind])


@cache
def _rephrasings() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((whole_words(entry["asks"]), entry["says"]) for entry in tables()["rephrased"])


def rephrased(text: str) -> str:
    """A question with everyday turns as filings put them: "bought back" as "repurchased", "abroad" as "outside"."""
    for pattern, says in _rephrasings():
        text = pattern.sub(says, text)
    return text


def wanted_kind(question: Question) -> str:
    """What a question wants: "count", "money", "percent", "any" of them, or "" where it asks for none by its words."""
    if question.unit.kind in ("percent", "currency"):
        return "percent" if question.unit.kind == "percent" else "money"
    core = re.sub(r"(?<=\w)-rate\b", "", rephrased(question.core))
    return next((kind for kind in ("count", "percent", "money", "any") if _asks(kind).search(core)), "")


def wants_number(question: Question) -> bool:
    """Whether nothing but a number answers a question ("how many", "what did it bring in")."""
    return bool(_asks("strictly").search(question.core)) and not _OTHERWISE.match(question.core)


def is_computed(question: Question) -> bool:
    """Whether a question's number is one computed from others, or a change, or what is yet to come."""
    return bool(table("computed").search(question.core))


def told_number(
    question: Question, context: Context, sheets: Sequence[NumberSentences], *, sought: bool = False
) -> Told | None:
    """The number of the sentences of `sheets` that fits a question best; None where none is told of what it asks.

    `sheets` are those of the filings, the one that the question is about first. `sought` says that the question was
    read as one for a figure, so that it wants a number though it does not say of what kind.
    """
    if _OTHERWISE.match(question.core) or is_computed(question):
        return None
    if len(context.companies) > 1 or len(context.periods) > 1:
        return None
    wanted = wanted_of(question, context, [s.document for s in sheets])
    generic = {s for word in tables()["asks"]["generic"] for s in stems(word)}
    if wanted is None or not (wanted.kind or sought) or wanted.asked <= generic:
        return None
    return best_told(replace(wanted, kind=wanted.kind or "any"), context.calendar, sheets)


def best_told(wanted: Wanted, calendar: Calendar, sheets: Sequence[NumberSentences]) -> Told | None:
    """The number of `sheets` that fits best what is wanted."""
    found: list[Told] = []
    for sheet in sheets:
        if wanted.period is None and not wanted.event and sheet is not sheets[0]:
            break
        for line in sheet.near(wanted.asked, _LINES):
            page = line.passage.page
            numbers = tuple(sheet.scale.read(n, page) for n in numbers_in(line.text, calendar))
            for number in numbers:
                fit, whole = fit_of(number, numbers, line, wanted, sheet, calendar)
                if fit > 0:
                    found.append(Told(line, number, fit, 0.0, sheet.document, wanted, whole))
    if not found:
        return None
    best = max(found, key=_rank)
    same = [f for f in found if _alike(f.number, best.number) and f.fit >= AHEAD * best.fit]
    fit, whole = max((f.fit, f.whole) for f in same)
    best = min(same, key=lambda f: (f.number.step, -f.fit))
    others = [f.fit * (1.0 if f.whole or not whole else _PART) for f in found if not _alike(f.number, best.number)]
    return replace(best, fit=fit, whole=whole, other=max(others, default=0.0))


def _rank(told: Told) -> float:
    return told.fit * (1.0 if told.whole else _PART)


def _alike(one: ToldNumber, other: ToldNumber) -> bool:
    """Whether two numbers are the same, but for rounding."""
    return one.unit == other.unit and abs(one.value - other.value) <= max(one.step, other.step) / 2


def wanted_of(question: Question, context: Context, documents: Sequence[Document]) -> Wanted | None:
    """What a question wants a number of; None where it names nothing."""
    core = rephrased(question.core)
    text, left_out = _without_left_out(rephrased(context.text or question.core))
    asked = asked_stems(text, documents)
    changes = frozenset(s for word in changed_count(text) for s in stems(word))
    if not asked | changes:
        return None
    kind = wanted_kind(question)
    counted = (
        frozenset(s for word in words_of(head_of(text)) for s in same_as(word)) if kind == "count" else frozenset()
    )
    names = known_names((*context.company.names, context.company.short), question.text)
    lower = core.lower()
    low, high, is_open = bounds_asked(lower)
    when = context.periods[0] if context.periods else None
    mention = context.asked.mentions[0] if context.asked.mentions else None
    end = context.calendar.end_of(when.period) if when is not None else None
    on = mention.date if mention is not None and not mention.months else None
    if on is not None and end is not None and abs((on - end).days) <= AT_END:
        on = None
    return Wanted(
        kind=kind,
        asked=asked | changes,
        counted=counted,
        changes=changes,
        low=low,
        high=high,
        core=lower,
        text=question.text,
        currency=question.unit.currency if kind == "money" else "",
        per_share=bool(re.search(r"\b(?:per|a|each) share\b", lower)),
        when=when,
        on=on,
        event=when is None and bool(table("fillers", "events").search(lower)),
        known=names,
        required=_required(lower),
        barred=frozenset(s for word in words_of(left_out) for s in same_as(word)) - counted,
        open=is_open,
        ahead=bool(table("fillers", "ahead").search(lower)),
    )


def _without_left_out(text: str) -> tuple[str, str]:
    """A text without what it leaves out ("franchised ones excluded", "not counting the Mobile stores"), and that."""
    match = _LEFT_OUT.search(text)
    if match is None:
        return text, ""
    told = next(g for g in match.groups() if g is not None)
    idle = {s for word in tables()["fillers"]["words"] for s in stems(word)}
    words = " ".join(w for w in _TOKEN.findall(told) if not set(stems(w)) & idle)
    return f"{text[: match.start()]} {text[match.end() :]}", words


def _required(core: str) -> frozenset[str]:
    """The words of which a sentence has to say one: "people" are employees only where they are employed."""
    return frozenset(
        s
        for rule in tables()["required"]
        if whole_words(rule["asks"]).search(core)
        for w in rule["says"]
        for s in stems(w)
    )


def bounds_asked(text: str) -> tuple[bool, bool, bool]:
    """Whether a text asks for the least, for the most, and for what is left or allowed."""
    low, high, is_open = (bool(table("bounds", key).search(text)) for key in ("low_asked", "high_asked", "open_asked"))
    return low, high, is_open


def known_names(names: Iterable[str], text: str) -> frozenset[str]:
    """The words in capitals that are nobody else's name: those of the company, of the question, of every report."""
    own = {w.lower() for n in names for w in re.findall(r"\w+", n)}
    return frozenset(own | set(tables()["narrowing"]["names"]) | {w.lower() for w in re.findall(r"\w+", text)})


def asked_stems(text: str, documents: Sequence[Document]) -> frozenset[str]:
    """The stems of what a question asks the number of."""
    fillers = {s for word in tables()["fillers"]["words"] for s in stems(word)}
    bounds = {s for key in ("low_asked", "high_asked") for word in tables()["bounds"][key] for s in stems(word)}
    kept = {s for word in tables()["fillers"]["kept"] for s in stems(word)}
    drop = (fillers | bounds | asking_stems()) - kept
    if _asks("percent").search(text):
        drop |= {s for word in tables()["fillers"]["shares"] for s in stems(word)}
    if (counted := _COUNTED_THING.match(text)) is not None and not re.search(r"\bhow much\b", text, re.I):
        # "How many stores does it operate": any company's stores are operated by it.
        acts = {s for word in tables()["fillers"]["acts"] for s in stems(word)}
        rest = (w for w in _TOKEN.findall(counted["rest"] or "") if not set(stems(w)) & acts)
        text = f"{counted['thing']} {' '.join(rest)}"
    return frozenset(s for s in words_of(topic_of(text, documents)) if len(s) > 1 and s not in drop)


def head_of(text: str) -> str:
    """The word for what is counted: "stores" of "how many full-size stores are in Texas"."""
    counted = _COUNTED_THING.match(text)
    thing = counted["thing"] if counted is not None else text
    words = _TOKEN.findall(_PREPOSITION.sub("", f" {thing} ".rstrip()))
    fillers = {s for word in tables()["fillers"]["words"] for s in stems(word)}
    named = [w for w in words if not set(stems(w)) & fillers]
    return named[-1] if named else ""


def changed_count(core: str) -> tuple[str, ...]:
    """The verbs of a question that change how many there are ("How many stores did it close?")."""
    counted = _COUNTED_THING.match(core)
    if counted is None:
        return ()
    changes = {s for word in tables()["fillers"]["changes"] for s in stems(word)}
    return tuple(w for w in _TOKEN.findall(counted["rest"] or "") if set(stems(w)) & changes)


def speaks_of(text: str, asked: Iterable[str]) -> bool:
    """Whether a text names all that is asked about, in its words or in words that say the same."""
    said = set(stems(text))
    return all(not (kin_of(word) | {word}).isdisjoint(said) for word in asked)


def figure_of(told: Told) -> Figure:
    """The number as a figure: its `caption` is the sentence, its source is `text`."""
    number, passage = told.number, told.line.passage
    of = number.period or told.wanted.period
    unit = number.unit or ("shares" if "shar" in told.wanted.counted else "pure")
    return Figure(
        id=f"{passage.id}.n{number.start}",
        document=told.document.name,
        page=passage.page,
        label=passage.section,
        path=(),
        printed=number.printed,
        value=number.value,
        scale=number.scale,
        unit=unit,
        currency=number.unit[:3] if number.unit not in ("", "percent") else "",
        period=None,
        fiscal_year=of.year if of else told.document.fiscal_year,
        fiscal_quarter=of.quarter if of else told.document.fiscal_quarter,
        statement=Statement.NOTE,
        table="",
        caption=told.line.text,
        headers=(),
        source=Source.TEXT,
    )


__all__ = [
    "Told",
    "asked_stems",
    "best_told",
    "changed_count",
    "figure_of",
    "is_computed",
    "is_report",
    "speaks_of",
    "told_number",
    "wanted_kind",
    "wanted_of",
    "wants_number",
]
