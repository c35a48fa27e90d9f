"""What a question about a schedule asks: of what kind, in which years, as an amount, a share or the heaviest year.

"How much of its debt matures in 2026", "what operating lease payments are due within a year, at the end of 2022".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise

from chains.formulas.expression import FiscalPeriod
from chains.measures.phrases import any_of, whole_words
from chains.measures.phrasing import flatten
from chains.measures.whole_balance import without_remarks
from chains.planning.plan import Context
from chains.questions.fiscal_calendar import Calendar
from chains.questions.periods import Mention
from chains.questions.question import Question
from chains.resolve.schedules import Kind, kinds, schedule_words, words_of
from chains.tables import read_table

_LINK = re.compile(r"\W*(?:and|or|to|through|thru|until|-|–|,|&|the|fiscal|year|years|fy)*\W*(?:and|to)?\W*", re.I)
_RANGE = re.compile(r"\W*(?:to|through|thru|until|-|–)\W*(?:fiscal\s*|fy\s*)?", re.I)
_INSTRUMENT = re.compile(
    r"\d\s?%|\b(?:senior|convertible|subordinated|secured)\s+notes?,?\s+due\b|\bnotes?\s+due\s+(?:20\d\d|[a-z]+ \d)",
    re.I,
)
"""The name of one instrument: "4.25% notes due 2057"."""
_BESIDE = re.compile(
    r"\b(?:average|weighted|interest|fair value|rate|why|how (?:fast|long)|growth|grew|change)\b", re.I
)
_UNTIL = re.compile(
    r"\b(?:by|until|till|up\s+to|through|to|no\s+later\s+than)\s+(?:and\s+including\s+)?(?:the\s+)?(?:end\s+of\s+)?(?:fiscal\s+)?$"
)
_UNCLEAR = re.compile(r"\b(?:before|since|from|prior\s+to|earlier\s+than)\s+(?:the\s+)?(?:end\s+of\s+)?(?:fiscal\s+)?$")
_ONWARDS = re.compile(r"\b(?:or|and)\s+(?:later|after|beyond|earlier|before)\b|\bonwards?\b|\b20\d\d\s+on\b|\d\+")
"""Years that go on from one that is named: not one year, and not told where they end."""
_LEFT_OUT = re.compile(
    r"\W*\b(?:leav\w+ out|exclud\w+|excl\.?|without|not counting|ignor\w+)\s+(?:the\s+)?"
    r"(?:(?:finance|capital)\s+leases?\b(?:\s+obligations)?|thereafter)",
    re.I,
)


LATER = 9999
"""The year behind which only the last row of a schedule lies, "thereafter"."""


class Form(StrEnum):
    """What is made of the years."""

    SUM = "sum"
    SHARE = "share"
    MOST = "most"
    LEAST = "least"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Due:
    """What a question asks of a schedule.

    `years` are those named, `ahead` the number of years ahead of the balance sheet (both may be absent: all years);
    `after` is the year behind which all is asked, `until` the one up to which. `base` is the report's period where the
    question names it.
    """

    kind: Kind
    form: Form
    years: tuple[int, ...] = ()
    ahead: int = 0
    after: int = 0
    until: int = 0
    base: FiscalPeriod | None = None
    words: frozenset[str] = frozenset()


def read_due(question: Question, context: Context) -> Due | None:
    """What a question asks of a schedule; None where it asks for none, or for more than these words can tell."""
    core = flatten(question.core).lower()
    if _INSTRUMENT.search(core) or _BESIDE.search(core):
        return None
    if whole_words(schedule_words()["face"]).search(core):
        return _at_face(core, context)
    if not whole_words(schedule_words()["cues"]).search(core):
        return None
    words = words_asked(context.text)
    kind = kind_of(words) or kind_of(words := words | _head(question, context))
    if kind is None:
        return None
    ahead = _ahead(core)
    named = [(m, r.period) for m in context.asked.mentions if not m.relative and (r := context.calendar.resolve(m))]
    base, years = _split(question.core, named, context.calendar, bool(ahead))
    after = 0
    until = 0
    if _ONWARDS.search(core):
        return None
    if len(years) == 1:
        before = [question.core[: m.start].lower() for m, p in named if p.year == years[0] and p != base]
        if any(map(_after().search, before)):
            after, years = years[0], ()
        elif any(map(_UNTIL.search, before)):
            until, years = years[0], ()
        elif any(map(_UNCLEAR.search, before)):
            return None
    if asks_later(core):
        if years or ahead or after or until:
            return None
        after = LATER
    form = _form(core)
    bare = form in (Form.MOST, Form.LEAST)
    if (years and ahead) or (until and ahead) or not (years or ahead or after or until or bare):
        return None
    return Due(kind, form, years, ahead, after, until, base, words)


def _head(question: Question, context: Context) -> frozenset[str]:
    """The words before the asking sentence that say of what it is: "finance leases: what falls due in 2026"."""
    head = question.text[: question.text.find(question.core)].rstrip()
    if not head.endswith((":", ",", "-")):
        return frozenset()
    own = {w for name in (context.company.short, *context.company.names) for w in words_of(name)}
    return words_asked(head) - own


def _at_face(core: str, context: Context) -> Due | None:
    """ "Total debt at face value": all that is to be repaid, at the one date that is named or the newest."""
    words = words_asked(context.text)
    kind = kind_of(words)
    periods = tuple(r.period for r in context.periods)
    whole = whole_words(("total", "gross", "all", "overall")).search(core) is not None
    if kind is None or not whole or len(periods) > 1 or not kind.leads or _form(core) is not Form.SUM or _ahead(core):
        return None
    return Due(kind, Form.ALL, base=periods[0] if periods else None, words=words)


def words_asked(text: str) -> frozenset[str]:
    """The words of a text, without what it leaves out of a schedule, years and small numbers."""
    bare = without_remarks(_LEFT_OUT.sub(" ", flatten(text).lower()))
    return frozenset(w for w in words_of(bare) if not re.fullmatch(r"\d{1,2}%?|(?:fy)?\d{4}|%|s", w))


def speaks_of_due(core: str, *, named: bool = False) -> bool:
    """Whether a text says of what is due when: how far ahead, the heaviest year, or the years that it names.

    With `named` any year is one of the schedule; else a word for what is due has to stand beside it.
    """
    flat = flatten(core).lower()
    if _ahead(flat) or asks_later(flat) or named or _form(flat) in (Form.MOST, Form.LEAST):
        return True
    return whole_words(schedule_words()["cues"]).search(flat) is not None and re.search(r"\d{4}", flat) is not None


def asks_later(core: str) -> bool:
    """Whether what comes behind the last year is asked for."""
    return whole_words(schedule_words()["last"]).search(_LEFT_OUT.sub(" ", core)) is not None


def asks_share(core: str) -> bool:
    """Whether a text asks for a part of the whole."""
    return _form(flatten(core).lower()) is Form.SHARE


def kind_of(words: frozenset[str]) -> Kind | None:
    """The one kind that all the words are of."""
    idle = frozenset(schedule_words()["idle"].split())
    found = [
        kind for kind in kinds() if kind.held(words) and not words - idle - kind.idle - frozenset().union(*kind.needs)
    ]
    return max(found, key=lambda k: len(k.needs), default=None)


def _ahead(core: str) -> int:
    """How many years ahead are asked for: 1 for "within a year", 5 for "the next five years"; 0 for none."""
    numbers = read_table("question.toml")["numbers"]
    match = re.search(
        r"\b(?:next|following|coming|first)\s+(\w+)\s+(?:fiscal\s+)?years\b|\b(\w+)\s+(?:fiscal\s+)?years\s+(?:ahead|out)\b"
        r"|\ball\s+(\w+)\s+(?:of\s+(?:them|these|those)|years|added|together|combined)\b",
        core,
    )
    if match is not None:
        said = match[1] or match[2] or match[3]
        return int(said) if said.isdigit() else int(numbers.get(said, 0))
    one = (
        r"\bwithin\s+(?:a|one|1|the\s+(?:next|coming|following))\s+(?:fiscal\s+)?year\b"
        r"|\b(?:next|following|coming)\s+(?:fiscal\s+)?year\b|\b(?:next|following|coming|within)\s+(?:12|twelve)\s+months\b"
    )
    return 1 if re.search(one, core) else 0


def _split(
    core: str, named: Sequence[tuple[Mention, FiscalPeriod]], calendar: Calendar, ahead: bool
) -> tuple[FiscalPeriod | None, tuple[int, ...]]:
    """The balance sheet that a question names, and the years of the schedule."""
    if not named:
        return None, ()
    if ahead and len({p for _, p in named}) == 1:
        return named[0][1], ()
    tied = [(m, p) for m, p in named if p.quarter or _names_sheet(core, m)]
    if not tied and len(named) > 1:
        tied = [(m, p) for m, p in named if p.year in calendar.own and not _linked(core, m, named)]
    if len(tied) > 1 or (tied and any(p.year <= tied[0][1].year for m, p in named if m is not tied[0][0])):
        tied = [(m, p) for m, p in tied if p == min(q for _, q in named)][:1]
    base = tied[0][1] if tied else None
    rest = [(m, p.year) for m, p in named if not tied or m is not tied[0][0]]
    years: list[int] = []
    for place, (mention, year) in enumerate(rest):
        between = core[rest[place - 1][0].end : mention.start] if place else ""
        opened = re.search(r"\bbetween\s+(?:the\s+)?(?:fiscal\s+)?(?:years\s+)?$", core[: rest[0][0].start], re.I)
        if place and (_RANGE.fullmatch(between) or (opened and len(rest) == 2)):
            years += range(years[-1] + 1, year)
        years.append(year)
    return base, tuple(dict.fromkeys(years))


def _names_sheet(core: str, mention: Mention) -> bool:
    before, behind = _sheet()
    return bool(before.search(core[: mention.start]) or behind.match(core[mention.end :]))


def _linked(core: str, mention: Mention, named: Sequence[tuple[Mention, FiscalPeriod]]) -> bool:
    """Whether a year is one of a row of them: "2024 and 2025"."""
    pairs = pairwise(m for m, _ in named)
    return any(mention in pair and _LINK.fullmatch(core[pair[0].end : pair[1].start]) for pair in pairs)


def _form(core: str) -> Form:
    t = schedule_words()
    if re.search(r"\byears?\b|\bwhen\b", core) and not re.search(r"\bhow much\b", core):
        for form, name in ((Form.MOST, "most"), (Form.LEAST, "least")):
            if re.search(rf"\b(?:{any_of(t[name])})\b", core):
                return form
    return Form.SHARE if re.search(rf"(?<!\w)(?:{any_of(t['share'])})", core) else Form.SUM


@cache
def _sheet() -> tuple[re.Pattern[str], re.Pattern[str]]:
    t = schedule_words()
    day = rf"(?:(?:{any_of(t['december'])}),?\s*)?"
    before = rf"(?<!\w)(?:{any_of(t['base_before'])})\s+(?:the\s+)?(?:(?:fiscal|year)\s+)*{day}$"
    return re.compile(before, re.I), re.compile(rf"['’s]*\s*(?:{any_of(t['base_after'])})", re.I)


@cache
def _after() -> re.Pattern[str]:
    return re.compile(r"\b(?:after|beyond|later than|past)\s+(?:the\s+)?(?:fiscal\s+)?(?:year\s+)?$")
