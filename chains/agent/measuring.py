"""What a part of a request speaks of: companies, periods, measures, by the tables that questions are read by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from chains.agent.quoting import without_marks
from chains.agent.wording import anywhere, either, tables, words
from chains.formulas.expression import Average, Binary, Expression
from chains.formulas.trees import items
from chains.measures.measure import MeasureReader
from chains.measures.metrics import Metrics
from chains.measures.phrasing import flatten
from chains.measures.vocabulary import default_names
from chains.questions.bare_text import bare_text
from chains.questions.companies import Company
from chains.questions.directory import Directory, Named
from chains.questions.fiscal_calendar import Calendar, resolve_all
from chains.questions.periods import Asked, find_periods
from ingest.concepts import load_concepts

MOST_MEASURES = 8
"""Measures of one part that are asked one by one."""
_SURE = 0.75  # certainty from which a phrase is taken for a measure with the words around it
_EXACT = 0.84  # certainty from which a phrase is a measure and nothing beside
_BESIDE = 40  # characters between a metric and its definition in brackets: a period, mostly
_GAP = re.compile(
    r"(?:\s+in)?\s*(?:,|;|&|and|as well as|plus)(?:\s*(?:and|the|its|their|total|also))*\s*", re.IGNORECASE
)
_TOGETHER = re.compile(
    r"\b(?:sum|ratio|combined|together|between|difference|divided|minus|plus|less|than|relative|share of"
    r"|percent(?:age)? of|% of|as a|times|in total|total of|excluding|net of|average of|defined|over)\b",
    re.IGNORECASE,
)
_OVER_TIME = re.compile(
    r"\b(?:growth|grow|grew|grown|change[ds]?|increased?|decreased?|cagr|average|mean|cumulative|develop(?:ed)?|trend"
    r"|by how (?:much|many)|evolved?|fall|fell|rise|rose|improved?|declined?)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a text speaks of. `text` has no quotations; `periods` are the mentions as they are written, in order.

    `known` says that the measure is one of the tables'; `whole` that it is all that is asked, with nothing around
    it. `rest` is the text without companies and periods.
    """

    text: str
    named: tuple[Named, ...]
    asked: Asked
    periods: tuple[str, ...]
    measure: str
    known: bool
    whole: bool
    rest: str = ""

    @property
    def companies(self) -> tuple[Company, ...]:
        return tuple(dict.fromkeys(n.company for n in self.named))

    @property
    def over_time(self) -> bool:
        """Whether a development is asked for, which is one question and no comparison."""
        return bool(_OVER_TIME.search(self.text))


def spoken(text: str, directory: Directory, *, small: bool = False) -> Spoken:
    """Read a piece of a masked request; `small` says that the whole request is in small letters."""
    bare = without_marks(text)
    # A piece in small letters of a request with capitals must not be read as one that writes names small.
    head = "" if small else "Aa "
    named, _ = directory.find(head + bare)
    shift = len(head)
    found = [
        Named(n.company, n.start - shift, n.end - shift, n.score, tuple((a - shift, b - shift) for a, b in n.also))
        for n in named
        if n.start >= shift
    ]
    asked = find_periods(bare)
    periods = tuple(dict.fromkeys(_period_text(bare, m.start, m.end) for m in asked.mentions))
    rest = bare_text(bare, found, asked)
    measure, known, whole = measure_in(rest)
    return Spoken(bare, tuple(found), asked, periods, measure, known, whole, rest)


def _period_text(text: str, start: int, end: int) -> str:
    said = re.sub(r"^(?:the|of|in|for)\s+", "", " ".join(text[start:end].split()), flags=re.IGNORECASE)
    return f"FY{said[1:]}" if re.fullmatch(r"[’'`]\d\d", said) else said


def labels_of(found: Spoken, company: Company | None) -> list[str]:
    """The periods to compare, in words: those named, or all years of a range or of "the last three years"."""
    spans = found.asked.through or found.asked.since or (found.asked.years or 0) > 1
    if spans and company is not None:
        return [str(r.period) for r in resolve_all(found.asked, Calendar.of(company.documents))]
    return list(found.periods)


def measure_in(text: str) -> tuple[str, bool, bool]:
    """The measure that a text without companies and periods asks for, whether it is one of the tables', and whole."""
    for verb, said in _verbs():
        if (match := verb.search(text)) is not None:
            text = f"{text[: match.start()]} {said} {text[match.end() :]}"
            break
    flat = _trimmed(flatten(text))
    spans = spans_of(flat)
    if not spans:
        return flat, False, False
    if (compound := _compound(flat, spans)) is not None:
        return compound, True, True
    asking = MeasureReader(default_names()).read(flat)
    if asking is not None and asking.certainty >= _SURE and not _OVER_LONG.search(flat):
        return flat, True, asking.certainty >= _EXACT
    start, end = max(spans, key=lambda s: s[1] - s[0])
    return flat[start:end], True, False


def _compound(flat: str, spans: Sequence[tuple[int, int]]) -> str | None:
    """Two measures with an operator between them ("goodwill / total assets"), which are one measure together."""
    if len(spans) != 2:
        return None
    (start, first), (second, end) = spans
    between = flat[first:second]
    if _RATIO.fullmatch(between):
        return f"ratio of {flat[start:first]} to {flat[second:end]}"
    return flat[start:end] if _OPERATOR.fullmatch(between) else None


_RATIO = re.compile(r"\s+(?:to|divided by)\s+(?:the\s+|its\s+|their\s+)?")
_OPERATOR = re.compile(
    r"\s*(?:/|÷|divided by|as an? (?:share|percentage|percent|proportion|fraction|%) of|as % of|in (?:%"
    r"|percent) of|relative to"
    r"|in relation to|per)\s*(?:the\s+|its\s+|their\s+)?"
)
_OVER_LONG = re.compile(r"(?:\S+\s+){9}")  # a phrase of ten words is a sentence around a measure


@cache
def _verbs() -> list[tuple[re.Pattern[str], str]]:
    made = tables()["said"].items()
    return [(re.compile(rf"(?<![\w-])(?:{either(verbs)})(?![\w-])", re.IGNORECASE), name) for name, verbs in made]


@cache
def _noise() -> frozenset[str]:
    return frozenset(word for entry in words("tools", "compare", "noise") for word in entry.split())


def _trimmed(flat: str) -> str:
    """A phrase without words at its ends that only say that something is compared or asked."""
    held = re.sub(r"[()\[\]:]", " ", flat).replace(" , ", ", ").split()
    while held and held[0].strip(",.'").lower() in _noise():
        held.pop(0)
    while held and held[-1].strip(",.'").lower() in _noise():
        held.pop()
    return " ".join(held).strip(" ,.'-")


def spans_of(text: str) -> list[tuple[int, int]]:
    """Where a text names metrics and concepts, the longest ones, in order."""
    found = [(f.start, f.end) for f in _metrics().find(text)]
    found += [span for span, _, _ in load_concepts().find_phrase(text)]
    made: list[tuple[int, int]] = []
    for start, end in sorted(found, key=lambda s: (s[0] - s[1], s[0])):
        if all(end <= a or b <= start for a, b in made):
            made.append((start, end))
    return sorted(made)


@cache
def _metrics() -> Metrics:
    return Metrics.load()


def only_in_text(item: str) -> bool:
    """Whether an item is none that statements print: one of notes and sentences, or none of the tables."""
    concepts, flat = load_concepts(), item.lower()
    return not _metrics().find(flat) and all(
        str(concepts[concept].statement) == "note" for _, concept, _ in concepts.find_phrase(flat)
    )


_BRACKETS = re.compile(r"\s*\(([^()]{5,160})\)")


def without_definitions(text: str) -> str:
    """The text without a metric's definition in brackets behind it, where it is that of the tables.

    One that differs stays: what the user defines otherwise must not be answered by the formula of the tables.
    """
    for match in reversed(list(_BRACKETS.finditer(text))):
        named = [f for f in _metrics().find(text[: match.start()]) if match.start() - f.end <= _BESIDE]
        if named and _defines(match[1], named[-1].expression):
            text = f"{text[: match.start()]}{text[match.end() :]}"
    return text


def _defines(text: str, expression: Expression) -> bool:
    """Whether a text says a formula of two sides as it is: the same items in the same order, and what is done."""
    if not isinstance(expression, Binary):
        return False
    found = sorted(load_concepts().find_phrase(text))
    left, right = ({i.concept for i in items(side)} for side in (expression.left, expression.right))
    averaged = any(isinstance(side, Average) for side in (expression.left, expression.right))
    if len(found) != 2 or averaged != bool(anywhere("calculations", "average").search(text)):
        return False
    (first, one, _), (second, other, _) = found
    between = re.sub(r"[^\w/÷+−–-]+", " ", text[first[1] : second[0]]).strip().lower()
    said = re.sub(r"\s+(?:the|its|total|average)\b", "", between)
    return one in left and other in right and said in words("formulas", expression.operator.value)


def coordinates(text: str) -> bool:
    """Whether a text takes several things together ("the difference between A and B"), which no "and" divides."""
    return bool(_TOGETHER.search(text))


def coordinated(text: str) -> list[str]:
    """The measures that a text strings together ("revenue, net income and total assets"); [] where it does not."""
    flat = flatten(text)
    spans = spans_of(flat)
    if not 2 <= len(spans) <= MOST_MEASURES or _TOGETHER.search(flat):
        return []
    runs: list[list[tuple[int, int]]] = [[spans[0]]]
    for before, after in pairwise(spans):
        if _GAP.fullmatch(flat[before[1] : after[0]]):
            runs[-1].append(after)
        else:
            runs.append([after])
    # A measure apart from the others is said in another way: then the text is one question.
    return [flat[start:end] for start, end in spans] if len(runs) == 1 else []


def separate(named: Sequence[Named], asked: Asked) -> list[tuple[Company, str]]:
    """Companies with the period that stands behind each, where these differ ("A in 2024 and B in 2023"); else []."""
    if len(named) < 2 or len(asked.mentions) != len(named):
        return []
    order = sorted([(n.start, "company") for n in named] + [(m.start, "period") for m in asked.mentions])
    if [kind for _, kind in order] != ["company", "period"] * len(named):
        return []
    years = {(m.year, m.quarter, m.date) for m in asked.mentions}
    return [(n.company, "") for n in named] if len(years) > 1 else []
