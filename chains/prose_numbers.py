"""A number that only a sentence tells: found among the sentences read for a question, and bound as strictly as a cell.

The sentence has to name all that is asked about, in the clause of the number, for the period that is asked for; the
number has to be a value of the kind that is wanted; and no other sentence may give another. Otherwise there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from chains.expression import FiscalPeriod
from chains.families import asking_stems, kin_of
from chains.plan import Context
from chains.question import Question
from chains.quotes import tables as word_tables
from chains.retrieval import RankedPage, topic_of
from chains.sentence_numbers import Role, ToldNumber, numbers_in, tables
from chains.stems import stems
from chains.topics import phrases, topics_of
from ingest.schema import Document, Figure, Passage, Source, Statement
from ingest.sentences import sentences

_WORDS = 120  # of a sentence
_CLAUSE = re.compile(
    r";|,?\s\b(?=of which|of whom|partially offset)"
    r"|,\s(?=(?:and|but|while|which|with|compared|as compared|versus|including|up|down|or)\b)",
    re.IGNORECASE,
)
_JOINT = re.compile(r",\s|\s(?:and|or|but|while)\s", re.IGNORECASE)
_MARK = re.compile(r"\b(?=\w*\d)(?=\w*[A-Za-z])\w{2,}\b")
_PERIOD = re.compile(r"(?:FY|CY)\d+|Q[1-4]|[1-4]Q|H[12]|[12]H|10[KQ]|8K|\d+(?:st|nd|rd|th)|\d+[kmbx]n?", re.IGNORECASE)
_OTHERWISE = re.compile(
    r"\W*(?:which|who|whose|whom|why|where|when|how come|name|did|does|do|is|are|was|were|has|have|had"
    r"|can|could|will|would|should)\b",
    re.IGNORECASE,
)
_SEATED = re.compile(r"\blocated (?:in|at|near) (?:[A-Z][\w.]+(?:,? ))+")
_FULL_NAME = re.compile(r"\b([A-Z][a-z]+) (?:[A-Z]\. )?([A-Z][a-z]+)\b")
_CAPITAL = re.compile(r"(?<![.?!“\"] )(?<!^)\b[A-Z][\w&’'-]*")
_COUNTED_THING = re.compile(
    r"\W*how (?:many|much) (?P<thing>.+?) (?:did|do|does|was|were|are|is|had|has|have)\b(?P<rest>.*)", re.IGNORECASE
)
_TOKEN = re.compile(r"[^\W\d_]+")
_COUNTED = 8  # words behind a number among which what it counts has to be
_LITERAL, _AKIN, _HEADED = 2, 1, 0


@dataclass(frozen=True, slots=True)
class _Found:
    """A number that fits, with its sentence; `tier` says how literally the sentence names what is asked for."""

    passage: Passage
    sentence: str
    number: ToldNumber
    tier: int


@cache
def _asks(kind: str) -> re.Pattern[str]:
    return phrases(tables()["asks"][kind])


@cache
def _table(name: str, key: str = "words") -> re.Pattern[str]:
    return phrases(tables()[name][key])


@cache
def _denied() -> re.Pattern[str]:
    return phrases(word_tables()["denial"]["words"])


@cache
def _bounded() -> re.Pattern[str]:
    return phrases([*tables()["bounds"]["low"], *tables()["bounds"]["high"]])


def wanted_kind(question: Question) -> str:
    """What a question wants a number of: "count", "money", "percent", or "" where it asks for none by its words."""
    if question.unit.kind in ("percent", "currency"):
        return "percent" if question.unit.kind == "percent" else "money"
    return next((kind for kind in ("count", "percent", "money") if _asks(kind).search(question.core)), "")


def wants_number(question: Question) -> bool:
    """Whether nothing but a number answers a question ("how many", "what did it bring in")."""
    return bool(_asks("strictly").search(question.core)) and not _OTHERWISE.match(question.core)


def is_computed(question: Question) -> bool:
    """Whether a question's number is one computed from others, or a change, or what is yet to come."""
    return bool(_table("computed").search(question.core))


def told_number(
    question: Question, context: Context, pages: Sequence[RankedPage], documents: Sequence[Document]
) -> Figure | None:
    """The one number that the sentences of `pages` tell for a question; None where there is none, or several are.

    `documents` are the filings of the pages, the one that the question is about first. The figure's `caption` is the
    sentence; its source is `text`.
    """
    if (
        _OTHERWISE.match(question.core)
        or is_computed(question)
        or len(context.companies) > 1
        or len(context.periods) > 1
    ):
        return None
    asked = asked_stems(context.text or question.core, documents)
    asked |= {s for word in changed_count(question.core) for s in stems(word)}
    if not asked:
        return None
    period = context.periods[0].period if context.periods else None
    held = {d.name: d for d in documents}
    found: list[_Found] = []
    for page in pages:
        document = held.get(page.document)
        if document is None or (period is None and document is not documents[0]):
            continue
        for passage in page.passages:
            found += _in_passage(question, context, passage, document, asked, period)
    topics = [t for t in topics_of(question.core) if t.says is not None]
    typical = [f for f in found if any(t.said_by(f.sentence) for t in topics)]
    best = _agreed(typical or found)
    return _figure(best, held[best.passage.document], period) if best is not None else None


def asked_stems(text: str, documents: Sequence[Document]) -> frozenset[str]:
    """The stems of what a question asks the number of."""
    fillers = {s for word in tables()["fillers"]["words"] for s in stems(word)}
    bounds = {s for key in ("low_asked", "high_asked") for word in tables()["bounds"][key] for s in stems(word)}
    drop = fillers | bounds | asking_stems()
    if (counted := _COUNTED_THING.match(text)) is not None:
        # "How many stores does it operate": any company's stores are operated by it.
        acts = {s for word in tables()["fillers"]["acts"] for s in stems(word)}
        text = f"{counted['thing']} {' '.join(w for w in _TOKEN.findall(counted['rest']) if not set(stems(w)) & acts)}"
    return frozenset(s for s in stems(topic_of(text, documents)) if len(s) > 1 and s not in drop)


def changed_count(core: str) -> tuple[str, ...]:
    """The verbs of a question that change how many there are ("How many stores did it close?")."""
    counted = _COUNTED_THING.match(core)
    if counted is None:
        return ()
    changes = {s for word in tables()["fillers"]["changes"] for s in stems(word)}
    return tuple(w for w in _TOKEN.findall(counted["rest"]) if set(stems(w)) & changes)


def speaks_of(text: str, asked: Iterable[str]) -> bool:
    """Whether a text names all that is asked about, in its words or in words that say the same."""
    said = set(stems(text))
    return all(not (kin_of(word) | {word}).isdisjoint(said) for word in asked)


def _in_passage(
    question: Question,
    context: Context,
    passage: Passage,
    document: Document,
    asked: frozenset[str],
    period: FiscalPeriod | None,
) -> list[_Found]:
    heading = set(stems(passage.section))
    found = []
    for sentence in sentences(passage.text):
        if not any(c.isdigit() for c in sentence) or not _is_prose(sentence):
            continue
        said = set(stems(sentence))
        for first, last in _FULL_NAME.findall(question.text):
            if re.search(rf"\b(?:Mr|Ms|Mrs|Dr)\.? {last}\b", sentence):
                said |= set(stems(first))
        missing = {w for w in asked if (kin_of(w) | {w}).isdisjoint(said)}
        if 3 * len(missing) > len(asked) or not all((kin_of(w) | {w}) & heading for w in missing):
            continue
        numbers = numbers_in(sentence, context.calendar)
        fit = [n for n in numbers if _fits(n, question, context, sentence, document, period)]
        fit = [n for n in fit if _is_bound(n, numbers, sentence, question, context, asked - missing)]
        if len(fit) == 1:
            tier = _HEADED if missing else _LITERAL if asked <= said else _AKIN
            found.append(_Found(passage, sentence, fit[0], tier))
        elif fit:
            # Two numbers of one sentence fit: neither is sure, and each speaks against others.
            found += [_Found(passage, sentence, n, _LITERAL) for n in fit]
    return found


def _is_prose(line: str) -> bool:
    """Whether a line is a sentence of bearable length; a list of amounts and years may be half figures."""
    words = line.split()
    figures = sum(any(c.isdigit() for c in word) for word in words)
    return line.rstrip("\"”’')]").endswith((".", ";", "!")) and 5 <= len(words) <= _WORDS and 2 * figures <= len(words)


def _fits(
    number: ToldNumber,
    question: Question,
    context: Context,
    sentence: str,
    document: Document,
    period: FiscalPeriod | None,
) -> bool:
    """Whether a number is a value of the kind and of the period that are asked for, and not the question's own."""
    kind = wanted_kind(question)
    unit = {"": "count", "percent": "percent"}.get(number.unit, "money")
    if (kind and unit != kind) or (number.unit.endswith("/share") != ("per share" in question.core.lower())):
        return False
    if question.unit.currency and unit == "money" and not number.unit.startswith(question.unit.currency):
        return False
    digits = re.sub(r"[^\d.]", "", number.printed)
    if digits in re.findall(r"\d+(?:\.\d+)?", question.text.replace(",", "")):
        return False
    low, high = (_table("bounds", key).search(question.core) for key in ("low_asked", "high_asked"))
    if number.role is not (Role.LOW if low else Role.HIGH if high else Role.VALUE) and not (
        number.role is Role.VALUE and (low or high) and set(stems((low or high)[0])) & set(stems(sentence))  # type: ignore[index]
    ):
        return False
    if number.doubtful:
        return False
    own = FiscalPeriod(document.fiscal_year, document.fiscal_quarter) if document.fiscal_year else None
    if number.period is not None:
        wanted = period or own
        return wanted is None or number.period == wanted or (period is None and not _periodic(document))
    if period is None or own == period or own is None:
        return True
    # A current report says when in its first lines; it tells of its own year and of those next to it.
    return not _periodic(document) and period.quarter is None and abs(own.year - period.year) <= 1


def _periodic(document: Document) -> bool:
    return document.form.upper().startswith(("10-K", "10-Q", "20-F", "40-F", "6-K"))


def _is_bound(
    number: ToldNumber,
    numbers: Sequence[ToldNumber],
    sentence: str,
    question: Question,
    context: Context,
    asked: frozenset[str],
) -> bool:
    """Whether the clause of a number speaks of what is asked for, and of nothing narrower or of somebody else."""
    start = max((m.end() for m in _CLAUSE.finditer(sentence, 0, number.start)), default=0)
    end = next((m.start() for m in _CLAUSE.finditer(sentence, number.end)), len(sentence))
    alike = [n for n in numbers if n.unit == number.unit and n.start != number.start]
    # Between two numbers of one kind, what stands before the first "and" or comma is the left one's.
    for other in alike if not number.listed else ():
        if start <= other.end <= number.start:
            joint = _JOINT.search(sentence, other.end, number.start)
            start = max(start, joint.end() if joint else other.end)
        elif number.end <= other.start <= end:
            joint = _JOINT.search(sentence, number.end, other.start)
            end = min(end, joint.start() if joint else other.start)
    left, right = start, end
    own = sentence[left:right]
    said = set(stems(own))
    covered = [w for w in asked if (kin_of(w) | {w}) & said]
    if 3 * len(covered) < 2 * len(asked):
        return False
    if _table("narrowing", "parts").match(own.strip(" ,")) or _denied().search(_bounded().sub(" ", own)):
        return False
    core = question.core.lower()
    bare = own.replace("May ", " ")
    if any(m[0].lower() not in core and not set(stems(m[0])) <= asked for m in _table("narrowing").finditer(bare)):
        return False
    before = sentence[: number.start].replace("May ", " ")
    if any(m[0].lower() not in core for m in _table("narrowing", "unreal").finditer(before)):
        return False
    rate = _table("narrowing", "rates").search(sentence[number.end : right])
    if rate is not None and not number.unit.endswith("/share") and rate[0].lower() not in core:
        return False
    if any(mark.lower() not in sentence.lower() for mark in _marks(question.core)):
        return False
    if number.unit == "":
        changes = {s for word in tables()["fillers"]["changes"] for s in stems(word)}
        wanted = {k for w in stems(question.core) for k in (w, *kin_of(w))}
        if (said & changes) - wanted:
            return False
        behind = [w.lower() for w in _TOKEN.findall(sentence[number.end : right])[:_COUNTED]]
        at = next((i for i, w in enumerate(behind) if any((kin_of(a) | {a}) & set(stems(w)) for a in asked)), None)
        plain = set(tables()["narrowing"]["plain"])
        if at is None or any(w not in plain for w in behind[:at]):
            return False
    known = {w.lower() for n in (*context.company.names, context.company.short) for w in re.findall(r"\w+", n)}
    known |= set(tables()["narrowing"]["names"]) | {w.lower() for w in re.findall(r"\w+", question.text)}
    names = [
        re.sub(r"[’']s?$", "", w).lower() for w in _CAPITAL.findall(_SEATED.sub(" ", sentence[left : number.start]))
    ]
    return all(w in known or set(stems(w)) <= asked for w in names)


def _marks(core: str) -> list[str]:
    """The names of a question that hold digits ("H20")."""
    return [w for w in _MARK.findall(core) if not _PERIOD.fullmatch(w)]


def _agreed(found: Sequence[_Found]) -> _Found | None:
    """The best of what was found where all of its tier tell the same number, the more precise before the rounded."""
    if not found:
        return None
    tier = max(f.tier for f in found)
    best = [f for f in found if f.tier == tier]
    first = min(best, key=lambda f: f.number.step)
    for other in best:
        same = abs(other.number.value - first.number.value) <= max(other.number.step, first.number.step) / 2
        if other.number.unit != first.number.unit or not same:
            return None
    return first


def _figure(found: _Found, document: Document, period: FiscalPeriod | None) -> Figure:
    number, passage = found.number, found.passage
    of = number.period or period
    return Figure(
        id=f"{passage.id}.n{number.start}",
        document=document.name,
        page=passage.page,
        label=passage.section,
        path=(),
        printed=number.printed,
        value=number.value,
        scale=number.scale,
        unit=number.unit,
        currency=number.unit[:3] if number.unit not in ("", "percent") else "",
        period=None,
        fiscal_year=of.year if of else document.fiscal_year,
        fiscal_quarter=of.quarter if of else document.fiscal_quarter,
        statement=Statement.NOTE,
        table="",
        caption=found.sentence,
        headers=(),
        source=Source.TEXT,
    )


__all__ = ["asked_stems", "changed_count", "is_computed", "speaks_of", "told_number", "wanted_kind", "wants_number"]
