"""Questions that yes or no answers: "did it rise", "is it above 10%", "does it have more debt than equity".

What is asked for is a measure; the words of the test are the table [tests] of planner.toml.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from chains.formulas.expression import Binary, Operator
from chains.measures.asking import Asking
from chains.measures.compose import growth
from chains.measures.measure import MeasureReader
from chains.measures.phrases import holds
from chains.measures.phrasing import flatten, tables
from chains.planning.plan import Context, Criterion, Judge, Kind, Measure, Origin, Trend, TrendTest
from chains.questions.period_words import without_relative
from chains.tables import read_table

_YES_NO = re.compile(
    r"(?:(?!how\b|what\b|which\b|who\b|of\b|out of\b)[^,]{1,50},\s+)?"
    r"(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|should|am)\b"
)
_OVER = re.compile(r"(?P<x>.+?)\b(?:cover|exceed|surpass|greater than|higher than|larger than)s?\b(?P<y>.+)")
_MORE = re.compile(r"\bmore\b(?P<x>.+?)\bthan\b(?P<y>.+)")
LEVEL = re.compile(
    r"(?P<how>exceeds?|exceeded|more than|above|greater than|higher than|over|at least|surpass(?:ed)?"
    r"|less than|below|under|lower than)\s+(?:roughly |about |approximately )?(?P<symbol>[$€£])?\s*"
    r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>%|percent|x\b|times\b|thousand|million|billion|bn|mn|m\b|b\b)?"
)
_TOLERANCE = re.compile(
    r"(?:more than|within|over|exceeding|by)\s+(?:roughly |about |approximately |around )?"
    r"(\d+(?:\.\d+)?)\s*(?:%|percent|bps|basis)"
)
_WEAK_WORDS = re.compile(
    r"(?<![\w-])(?:any|profile|trend|trends|historically|reasonably|over time|significantly|materially"
    r"|substantially|each|every|been|its|their)(?![\w-])"
)
LESS = ("less", "below", "under", "lower")
"""How a level begins that something is to be under."""
_UP = r"(?:higher|up|better|more|larger|bigger|rise|rising|rose|grow|growing|grew|improv\w+|increas\w+)"
_DOWN = (
    r"(?:lower|down|worse|less|smaller|fall|falling|fell|shrink\w*|shrank|worsen\w*|deteriorat\w+|declin\w+|decreas\w+)"
)
_EITHER_WAY = re.compile(rf"\b(?:{_UP}\s+or\s+{_DOWN}|{_DOWN}\s+or\s+{_UP})\b")
"""Words that ask which way it went: neither yes nor no answers them."""


def is_yes_no(core: str) -> bool:
    """Whether a question, in lower case, begins as one that yes or no answers."""
    return _YES_NO.match(core) is not None


def untested(text: str) -> str:
    """The text without the words that ask for a test ("improving", "profile", "any drop in")."""
    flat = flatten(text)
    flat = without_relative(flat)
    tests = tables()["tests"]
    words = sorted(
        {w for ws in tests.values() for w in ws if w not in ("profit", "loss", "growth", "margin")},
        key=len,
        reverse=True,
    )
    flat = LEVEL.sub(" ", re.sub(r"\([^)]*\)", " ", flat))
    flat = re.sub(rf"(?<![\w-])(?:{'|'.join(re.escape(w) for w in words)})(?![\w-])", " ", flat)
    flat = _WEAK_WORDS.sub(" ", flat)
    return " ".join(flat.split())


def tested(core: str, asking: Asking, context: Context) -> Judge | Trend | None:
    """The test of a measure that a question asks for ("did it rise", "was it above 10%"); None where it names none."""
    measure = asking.measure
    level = LEVEL.search(core)
    tests = tables()["tests"]
    if level is not None and not holds(core, tests["stable"], hyphens=True):
        last = context.last
        above = not level["how"].startswith(LESS)
        number = _level_value(level)
        return Judge(measure.name, (Criterion(_with_growth(asking), number, above),), last, "yes", "no")
    for name in ("stable", "improves", "declines", "rises", "changes", "compare", "positive"):
        if not holds(core, tests[name], hyphens=True):
            continue
        test = TrendTest.COMPARE if _EITHER_WAY.search(core) else TrendTest(name)
        if test is TrendTest.POSITIVE:
            last = context.last
            return Judge(
                measure.name,
                (Criterion(measure, Decimal(0), "negative" not in core and "loss" not in core.split()),),
                last,
            )
        span = tuple(r.period for r in context.periods)
        if len(span) < 2:
            last = context.last
            back = 2 if test is TrendTest.STABLE and last.quarter is None else 1
            span = tuple(last.shift(-k) for k in range(back, -1, -1))
        tolerance = _TOLERANCE.search(core)
        return Trend(measure, span, test, Decimal(tolerance[1]) if tolerance else None)
    return None


def compared(text: str, context: Context, reader: MeasureReader) -> Judge | None:
    """ "Does it have more debt than equity?", "did cash from operations cover capital expenditures?"."""
    match = _MORE.search(text) or _OVER.search(text)
    if match is None:
        return None
    x, y = reader.read(match["x"]), reader.read(match["y"])
    if x is None or y is None or x.operations or y.operations:
        return None
    if min(x.certainty, y.certainty) < 0.85 or x.measure.expression == y.measure.expression:
        return None
    name = f"{x.measure.name} / {y.measure.name}"
    ratio = Binary(Operator.DIVIDE, x.measure.expression, y.measure.expression)
    measure = Measure(name, ratio, Kind.TIMES, Origin.METRIC, name)
    period = context.last
    return Judge(name, (Criterion(measure, Decimal(1)),), period, "yes", "no")


def _level_value(match: re.Match[str]) -> Decimal:
    number = Decimal(match["number"].replace(",", ""))
    scale = read_table("question.toml")["scales"].get(match["unit"] or "", 0)
    return number.scaleb(scale)


def _with_growth(asking: Asking) -> Measure:
    if asking.operations[:1] == ("growth",):
        return replace(
            asking.measure,
            expression=growth(asking.measure.expression),
            kind=Kind.PERCENT,
            name=f"growth in {asking.measure.name}",
        )
    return asking.measure
