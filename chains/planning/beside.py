"""Several measures, or several times of one measure, in one question."""

from __future__ import annotations

import re
from dataclasses import replace

from chains.formulas.trees import at
from chains.measures.asking import Asking
from chains.measures.compose import compose
from chains.measures.measure import MeasureReader
from chains.measures.phrasing import content_words, flatten
from chains.planning.plan import Context, Largest, Origin, Plan, Several, Trend, TrendTest
from chains.questions.company_names import possessive
from chains.questions.question import Question

_TIMES = re.compile(
    r"\b(?:(?:in|during|for)\s+)?(?:which|what|when)(?:\s+of\s+(?:the|these|those)(?:\s+(?:two|three|four|five))?)?"
    r"(?:\s+(?:fiscal|financial))?\s*(?:\b(?:years?|quarters?|periods?|one|was|were|is|did|had|has|saw)\b)"
)
"""Words that ask which of several times it was."""
_WHICH = re.compile(r"\b(?:which|what)(?:\s+of\s+(?:the|these|those)(?:\s+two)?)?(?:\s+(?:was|is|were|are|had))?\b")
_MORE = re.compile(
    r"\b(?:higher|highest|larger|largest|bigger|biggest|greater|greatest|better|best|stronger|strongest)\b"
)
_LESS = re.compile(r"\b(?:lower|lowest|smaller|smallest|worse|worst|weaker|weakest)\b")
_BY_TASTE = ("better", "best", "worse", "worst")
"""Words for which less may be more: a lower cost ratio is better."""
_JOINED = re.compile(r"\b(?:or|than)\b|[:;,]")
_BESIDE = re.compile(
    r"\s*,\s*(?:and\s+)?|\s+and\s+(?:also\s+|its\s+|their\s+|the\s+)?|\s*&\s+"
    r"|\s+as\s+well\s+as\s+|\s+along\s+with\s+|\s+together\s+with\s+"
)
_MOST_BESIDE, _SURELY, _PRINTED = 5, 0.85, 0.9


def asks_when(core: str) -> bool:
    """Whether a text asks which of several times it was."""
    return _TIMES.search(core) is not None


def several(
    text: str, whole: Asking | None, question: Question, context: Context, reader: MeasureReader
) -> Plan | None:
    """ "Revenue and net income": known measures beside each other, where all together are none."""
    if whole is not None and (
        whole.measure.origin is not Origin.LABEL or context.labels(whole.measure.name) >= _PRINTED
    ):
        return None
    pieces = [p for p in _BESIDE.split(flatten(text)) if content_words(p)]
    if not 2 <= len(pieces) <= _MOST_BESIDE or len(context.companies) > 1:
        return None
    read = [reader.read(piece) for piece in pieces]
    found = [a for a in read if a is not None and a.certainty >= _SURELY and a.measure.origin is not Origin.LABEL]
    if len(found) < len(pieces) or len({a.operations for a in found}) > 1:
        return None
    periods = tuple(r.period for r in context.periods)
    over_time = len(periods) > 1 and not found[0].operations
    return Several(
        tuple(
            Trend(a.measure, periods, TrendTest.COMPARE) if over_time else compose(a, periods, context, question)
            for a in found
        )
    )


def best_measure(core: str, context: Context, reader: MeasureReader) -> Plan | None:
    """ "Which was larger in 2025, R&D or SG&A?": of several known measures the one that is more, or less."""
    asked = flatten(context.text).lower()  # without the name: "Best Buy" says nothing of which is best
    more, less = _MORE.search(asked), _LESS.search(asked)
    if len(context.companies) > 1 or len(context.periods) > 1 or (more is None) == (less is None):
        return None
    rest = flatten(context.text)
    if not re.search(r"\bor\b", rest) or not re.match(r"(?:which|what|was|were|is|are)\b", core):
        return None
    for pattern in (_WHICH, _MORE, _LESS):
        rest = pattern.sub(" ", rest)
    pieces = [p for p in re.split(r"\s*[,:;]\s*|\bor\b|\bthan\b", rest) if content_words(p)]
    read = [reader.read(piece) for piece in pieces]
    found = [a for a in read if a is not None and a.certainty >= _SURELY and a.measure.origin is not Origin.LABEL]
    if len(pieces) < 2 or len(found) < len(pieces) or any(a.operations for a in found):
        return None
    latest = context.calendar.latest
    period = context.periods[-1].period if context.periods else latest
    return Largest(tuple(a.measure for a in found), period, less is not None) if period is not None else None


def best_time(core: str, question: Question, context: Context, reader: MeasureReader) -> Plan | None:
    """ "In which year was net income higher, 2024 or 2025?", "2023 vs 2024: which was lower?"."""
    periods = tuple(dict.fromkeys(r.period for r in context.periods))
    mentions = context.asked.mentions
    either = len(mentions) > 1 and flatten(question.core[mentions[-2].end : mentions[-1].start]).startswith("or")
    if len(periods) < 2 or len(context.companies) > 1 or not (either or _TIMES.search(core)):
        return None
    asked = flatten(context.text).lower()
    more, less = _MORE.search(asked), _LESS.search(asked)
    word = more or less
    if word is None or (more and less):
        return None
    rest = flatten(context.text)
    for pattern in (_TIMES, _MORE, _LESS, _JOINED):
        rest = pattern.sub(" ", rest)
    asking = reader.read(" ".join(rest.split()))
    if asking is None or asking.operations or asking.certainty < _SURELY or asking.measure.origin is Origin.LABEL:
        return None
    measure = asking.measure
    smallest = bool(less)
    if word[0] in _BY_TASTE and measure.better < 0:
        smallest = not smallest
    owner = possessive(context.company.short)
    choices = tuple(
        replace(measure, name=f"{owner} {measure.name} in {p}", expression=at(measure.expression, p)) for p in periods
    )
    return Largest(choices, None, smallest)
