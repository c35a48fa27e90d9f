"""What a phrase measures: "net income as a % of revenue", "3 year average net profit margin", "growth in net sales".

A phrase is matched against shapes (planner.toml) and what is left in their places is a definition of the
question, a named metric, a concept, or a label as some filing prints it. Operations over time (growth, average,
CAGR, ...) are kept apart from the measure itself, since they need the periods.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from chains.expression import Binary, Constant, Expression, FirstOf, Item, Operator
from chains.plan import Kind, Measure, Origin
from chains.trees import items, shifted
from ingest.schema import Statement

_ABBREVIATION = r"[A-Z]{1,3}[&/][A-Z]{1,3}|[A-Z]{2,6}s?"
_YEAR_ON_YEAR = re.compile(r"\b(?:year[- ]over[- ]year|year[- ]on[- ]year|yoy|y-o-y)\b", re.I)
_OPERATORS = re.compile(
    r"\b(?:less|minus|plus|excluding|excl|exclusive of|except|without|net of|before|after|per|divided|times)\b"
    r"|\s[-+*/×÷−]\s"
)
"""Words that change what is measured: a reading that leaves one of them out measures something else."""
_RATIO = re.compile(r"(?<=[\w)])\s*/\s*(?=[\w(])|\s÷\s|\b(?!(?:for|of|at|in|on|by|from)\b)\w+ : (?=\w)")
"""Signs that one thing is set against another: neither of the two alone is the answer."""
_BARE_SLASH = "(?P<x>.+)/(?P<y>.+)"
TIME_OPERATIONS = frozenset({"growth", "difference", "cagr", "average", "total"})
MAX_PHRASE = 300
_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Asking:
    """A measure with the operations over time around it, outermost first. `certainty` is in [0, 1]."""

    measure: Measure
    operations: tuple[str, ...] = ()
    certainty: float = 1.0


class Vocabulary(Protocol):
    """Where the names of measures come from. Each gives None for a phrase that it does not know."""

    def metric(self, phrase: str) -> Measure | None: ...

    def concept(self, phrase: str, statements: Sequence[Statement] = ()) -> tuple[str, float] | None: ...

    def within(self, text: str) -> tuple[Measure, tuple[int, int]] | None: ...

    def respelt(self, text: str) -> str: ...


@cache
def tables() -> dict[str, Any]:
    """The tables of planner.toml."""
    return tomllib.loads(Path(__file__).with_name("planner.toml").read_text(encoding="utf-8"))


@cache
def shapes() -> tuple[tuple[str, re.Pattern[str], int], ...]:
    """(operation, pattern, literal length), the longest literal first."""
    made = []
    for shape in tables()["shape"]:
        for template in shape["templates"]:
            literal = template.replace("{x}", "").replace("{y}", "")
            pattern = re.escape(template).replace(r"\{x\}", r"(?P<x>.+)").replace(r"\{y\}", r"(?P<y>.+)")
            made.append((shape["operation"], re.compile(pattern, re.I), len(literal.strip())))
    made.sort(key=lambda s: -s[2])
    return tuple(made)


@cache
def _rephrased() -> tuple[tuple[re.Pattern[str], str], ...]:
    """(pattern, the same in other words) of planner.toml, the longest first."""
    made = [(template, other) for other, templates in tables()["rephrased"].items() for template in templates]
    made.sort(key=lambda row: -len(row[0]))
    return tuple(
        (re.compile(re.escape(t).replace(r"\{x\}", "(?P<x>.+)").replace(r"\{y\}", "(?P<y>.+?)"), re.I), other)
        for t, other in made
    )


@cache
def _edges(side: str) -> re.Pattern[str]:
    words = sorted(tables()["edges"][side], key=len, reverse=True)
    body = "|".join(re.escape(w) for w in words)
    if side == "lead":
        return re.compile(rf"^(?:{body})(?![\w&/%]|-\w)[\s,:]*")
    return re.compile(rf"(?<![\w&/%-])(?:{body})[\s,:?.]*$")


def flatten(text: str) -> str:
    """Lower case with plain quotes and dashes, one space, no question mark; abbreviations (DPO, PP&E) stay capital."""
    text = text.replace("’", "'").replace("–", "-").replace("—", "-")
    text = re.sub(r"[\w&/'-]+", lambda m: m[0] if re.fullmatch(_ABBREVIATION, m[0]) else m[0].lower(), text)
    return " ".join(re.sub(r"[?!\"“”;]|\.(?=\s|$)", " ", text).split()).strip(" ,:")


def trims(text: str, limit: int = 24) -> list[str]:
    """The phrase and what is left of it as edge words are taken off, longest first."""
    found = [text]
    frontier = [text]
    while frontier and len(found) < limit:
        current = frontier.pop(0)
        for cut in (_edges("lead").sub("", current, count=1), _edges("trail").sub("", current, count=1)):
            cut = cut.strip(" ,:'-")
            if cut and cut != current and cut not in found:
                found.append(cut)
                frontier.append(cut)
    return sorted(found, key=len, reverse=True)


def tidy(phrase: str) -> str:
    """The phrase as the answer may call it: no question words before it, no preposition after it."""
    for _ in range(8):
        shorter = _edges("lead").sub("", phrase, count=1).strip(" ,:'-")
        if not shorter or shorter == phrase:
            break
        phrase = shorter
    words = phrase.split()
    while len(words) > 1 and words[-1].lower() in _word_list("function"):
        words.pop()
    return " ".join(words)


class MeasureReader:
    """Reads phrases to measures, with the definitions of one question at hand."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        definitions: Mapping[str, Measure] | None = None,
        labels: Callable[[str], float] = lambda phrase: 0.0,
        *,
        spans: bool = False,
        statements: Sequence[Statement] = (),
    ) -> None:
        self._vocabulary = vocabulary
        self._statements = tuple(statements)
        self._spans = spans
        self._definitions = {_key(name): measure for name, measure in (definitions or {}).items()}
        self._labels = labels
        self._seen: dict[tuple[str, bool], Asking | None] = {}

    def read(self, text: str) -> Asking | None:
        """The measure that a phrase asks for; None where nothing in it is known or printed."""
        flat = flatten(text)[:MAX_PHRASE]
        flat = " ".join(re.sub(r"\(\s*\)", " ", flat).split())
        closed = re.sub(r"(?:\s+(?:at|of|for|in|by))+$", "", flat)
        for pattern, other in _rephrased():
            if (match := pattern.fullmatch(closed)) is not None:
                places = {name: trims(said, 8)[-1] for name, said in match.groupdict().items()}
                if (found := self.read(other.format(**places))) is not None:
                    return found
        if _RATIO.search(closed):
            flat = closed  # "debt / equity ratio of": what stands behind the ratio would hide that it is one
        options = trims(flat)
        for option in options:
            found = self._base(option)
            if found is not None:
                return found
        for option in options:
            found = self._read(option, 0, True)
            if found is not None:
                return found
        printed = self._label(options)
        if printed is not None and printed.certainty >= 0.78:
            return printed
        for option in options:
            found = self._read(option, 0, False)
            if found is not None:
                return found
        bare = re.sub(r"\b(?:using|based on|calculated with)\b.*$", "", flat).strip()
        if bare and bare != flat and (found := self.read(bare)) is not None and found.certainty >= 0.9:
            return found
        timed = _YEAR_ON_YEAR.sub(" ", flat)
        if timed != flat and (found := self.read(timed)) is not None:
            return found
        for option in options:
            bare = " ".join(re.sub(r"\([^()]*\)", " ", option).split())
            if any(map(_OPERATORS.search, re.findall(r"\([^()]*\)", option))):
                continue
            if bare and bare != option and (found := self._read(bare, 0, True)) is not None:
                return found
        return self._contained(tidy(flat)) or self._contained(flat) or self._label(options)

    def _read(self, phrase: str, depth: int, exact: bool) -> Asking | None:
        key = (phrase, exact)
        if key not in self._seen:
            self._seen[key] = None
            self._seen[key] = self._base(phrase) or (self._shape(phrase, depth, exact) if depth < _DEPTH else None)
        return self._seen[key]

    def _base(self, phrase: str) -> Asking | None:
        inner = re.fullmatch(r"(.+?)\s*\(([A-Za-z&/]{2,8})\)", phrase)
        for option in (phrase, *(inner.groups() if inner else ())):
            defined = self._definitions.get(_key(option))
            if defined is not None:
                return Asking(defined)
        words = phrase.split()
        if words and (words[0].lower() in _word_list("function") or words[-1].lower() in _word_list("function")):
            return None
        if self._spans and re.match(
            r"(?:net )?(?:change|increase|decrease)s? in |.* (?:change|increase|decrease)s?$", phrase
        ):
            # Between two periods of the question it is a difference of balances, not a line of one period.
            return None
        if re.search(r"\([^()]*\b(?:excluding|excl|without|except)\b", phrase) and self._labels(phrase) < 0.97:
            return None
        unadjusted = re.sub(r"\b(?:unadjusted|reported|as[- ]reported|gaap)\b", " ", phrase)
        for option in dict.fromkeys((phrase, *(inner.groups()[:1] if inner else ()), " ".join(unadjusted.split()))):
            measure = self._vocabulary.metric(option)
            if measure is not None and measure.metric:
                same = next((d for d in self._definitions.values() if d.metric == measure.metric), None)
                if same is not None:
                    return Asking(same)
            concept = self._vocabulary.concept(option, self._statements)
            # A single line item that the filings print beats a formula of the same name.
            if concept is not None and (measure is None or (concept[1] >= 1.0 and _single(measure.expression))):
                item = Item(option, concept[0])
                return Asking(Measure(option, item, origin=Origin.CONCEPT), certainty=concept[1])
            if measure is not None and concept is not None and not _single(measure.expression):
                # Of a formula and a line item of the same name the one is taken that the filings can give.
                item = Item(option, concept[0])
                return untimed(replace(measure, name=option, expression=FirstOf((measure.expression, item))))
            if measure is not None:
                return untimed(measure)
        return None

    def _shape(self, phrase: str, depth: int, exact: bool) -> Asking | None:
        for operation, pattern, _ in shapes():
            match = pattern.fullmatch(phrase)
            if match is None or (pattern.pattern == _BARE_SLASH and not exact):
                # "Property/casualty premiums" is no quotient of two labels that are somewhere printed.
                continue
            if operation in ("subtract", "add", "exclude") and self._labels(phrase) >= 0.97:
                # "Cash, excluding cash held for sale" is a line that the filings print, not a sum to be done.
                return Asking(Measure(phrase, Item(phrase), origin=Origin.LABEL), certainty=0.9)
            groups = {name: text.strip() for name, text in match.groupdict().items()}
            sums = operation in ("subtract", "add", "exclude")
            parts = {name: self._part(text, depth, exact, named=sums) for name, text in groups.items()}
            if any(p is None for p in parts.values()):
                continue
            made = self._combine(operation, {n: p for n, p in parts.items() if p is not None}, tidy(phrase))
            if made is not None:
                return made
        return None

    def _part(self, text: str, depth: int, exact: bool, *, named: bool = False) -> Asking | None:
        for option in trims(text, 8):
            found = self._read(option, depth + 1, exact)
            if found is not None:
                return found
        if exact:
            return None
        option = trims(text, 8)[-1]
        score = self._labels(option)
        if score >= 0.75:
            return Asking(Measure(option, self._printed(option, score), origin=Origin.LABEL), certainty=score * 0.8)
        # "Revenue less AWS revenue": a part's line item, which has to be printed under the part's name.
        return self._contained(option) if named else None

    def _combine(self, operation: str, parts: Mapping[str, Asking], phrase: str) -> Asking | None:
        x = parts["x"]
        certainty = min(p.certainty for p in parts.values())
        if operation in TIME_OPERATIONS:
            return Asking(x.measure, (operation, *x.operations), certainty)
        if any(p.operations for p in parts.values()):
            return None
        left = x.measure.expression
        words = phrase.split()
        tails = (" ".join(words[k:]) for k in range(1, len(words) - 1))
        if operation == "margin" and x.measure.origin is Origin.LABEL and any(map(self._vocabulary.metric, tails)):
            # "Services gross margin" is the gross margin of a part, not "services gross" over revenue.
            return None
        if operation in ("margin", "per_share"):
            phrase_of, kind = (
                ("revenue", Kind.PERCENT)
                if operation == "margin"
                else ("diluted weighted average shares", Kind.PER_SHARE)
            )
            if operation == "margin" and x.measure.kind is not Kind.NUMBER and x.measure.kind is not Kind.CURRENCY:
                return None
            concept = self._vocabulary.concept(phrase_of)
            right: Expression = Item(phrase_of, concept[0] if concept else None)
            name = f"{x.measure.name} margin" if operation == "margin" else f"{x.measure.name} per share"
            formula = f"{_formula(x.measure)} / {phrase_of}"
            return Asking(
                Measure(name, Binary(Operator.DIVIDE, left, right), kind, Origin.METRIC, formula), certainty=certainty
            )
        y = parts["y"]
        if operation == "exclude":
            if not _is_part(y.measure.expression, left):
                # "Marketing expense excluding stock-based compensation": how much of it is within is not known.
                return None
            operation = "subtract"
        if (
            operation == "percent_of"
            and x.measure.origin is Origin.LABEL
            and isinstance(left, Item)
            and isinstance(y.measure.expression, Item)
        ):
            # "AWS as a share of net sales" means the net sales of AWS, where they are printed so.
            of = y.measure.expression
            left = FirstOf((Item(f"{left.phrase} {of.phrase}", of.concept), left))
        operator, sign, kind = {
            "percent_of": (Operator.DIVIDE, "/", Kind.PERCENT),
            "ratio": (Operator.DIVIDE, "/", Kind.TIMES),
            "per": (Operator.DIVIDE, "/", Kind.NUMBER),
            "add": (Operator.ADD, "+", Kind.NUMBER),
            "subtract": (Operator.SUBTRACT, "minus", Kind.NUMBER),
        }[operation]
        formula = f"{_formula(x.measure)} {sign} {_formula(y.measure)}"
        if operation in ("add", "subtract"):
            kind = x.measure.kind
        return Asking(
            Measure(phrase, Binary(operator, left, y.measure.expression), kind, Origin.METRIC, formula),
            certainty=certainty,
        )

    def _contained(self, flat: str) -> Asking | None:
        """The longest known measure inside a longer phrase, if it is most of what the phrase says."""
        for name, measure in sorted(self._definitions.items(), key=lambda d: -len(d[0])):
            if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", _key(flat)):
                return self._around(flat, name, Asking(measure, certainty=0.95))
        hit = self._vocabulary.within(flat)
        if hit is None:
            return None
        measure, (start, end) = hit
        same = next((d for d in self._definitions.values() if d.metric and d.metric == measure.metric), None)
        if same is not None:
            return self._around(flat, flat[start:end], Asking(same, certainty=0.9))
        if _OPERATORS.search(flat[:start] + " " + flat[end:]) or (
            _single(measure.expression) and (_RATIO.search(flat) or re.search(r"\bratio\b", flat[:start] + flat[end:]))
        ):
            return None
        rest = content_words(flat[:start] + " " + flat[end:])
        said = content_words(flat[start:end])
        bare = untimed(measure)
        rest = [w for w in rest if w not in _word_list("time")]
        if not rest:
            return self._around(flat, flat[start:end], replace(bare, certainty=0.9))
        # "Domestic segment revenue": the words around a line item say which one. They have to be printed with it.
        if isinstance(measure.expression, Item):
            phrase = " ".join((*rest, flat[start:end]))
            readings = self._readings(replace(measure.expression, phrase=phrase))
            item = readings[0] if len(readings) == 1 else FirstOf(readings)
            return self._around(
                flat, flat[start:end], Asking(Measure(phrase, item, origin=Origin.LABEL), certainty=0.7)
            )
        certainty = 0.95 - 0.6 * len(rest) / max(1, len(said))
        if certainty < 0.75:
            return None
        return self._around(flat, flat[start:end], replace(bare, certainty=certainty))

    def _around(self, flat: str, name: str, inner: Asking) -> Asking:
        """Time operations that stand elsewhere in the phrase still count: "growth did the company see in revenue"."""
        rest = flat.replace(name, " ", 1)
        words = set(re.findall(r"[a-z%-]+", rest))
        if "cagr" in words or "compound" in words or "compounded" in words:
            return replace(inner, operations=("cagr",))
        if words & {"growth", "yoy", "year-over-year", "grow", "grew", "grown"} and "margin" not in rest:
            return replace(inner, operations=("growth",))
        if words & {"average", "mean", "avg"}:
            return replace(inner, operations=("average",))
        return inner

    def _label(self, options: list[str]) -> Asking | None:
        best: tuple[float, str] = (0.0, "")
        for option in options:
            score = self._labels(option)
            if score >= best[0] - 1e-6 and content_words(option):
                best = (max(score, best[0]), option)
        score, phrase = best
        if score < (_WHOLE_LABEL if _RATIO.search(phrase) else 0.9 if _OPERATORS.search(phrase) else 0.6):
            return None
        return Asking(Measure(phrase, self._printed(phrase, score), origin=Origin.LABEL), certainty=score * 0.85)

    def _printed(self, phrase: str, score: float) -> Expression:
        """The printed line that a phrase names; where its words stand apart, else the known line item of a part.

        "Digital sales" may be the row "Digital" below "Net sales": the row's label says only half of it.
        """
        if score >= _WHOLE_LABEL or (part := self._contained(phrase)) is None or part.operations:
            return Item(phrase)
        known = part.measure.expression
        known = known.alternatives[0] if isinstance(known, FirstOf) else known
        if not isinstance(known, Item) or known.concept is None or part.measure.origin is not Origin.LABEL:
            return Item(phrase)
        return FirstOf((Item(phrase), *self._readings(known)))

    def _readings(self, item: Item) -> tuple[Item, ...]:
        """The line items that a part's name can mean: "digital services sales" holds "services sales" and is yet the
        sales of "Digital Services"."""
        last = self._vocabulary.concept(item.phrase.rpartition(" ")[2])
        if last is None or last[1] < 1.0 or last[0] == item.concept:
            return (item,)
        return item, replace(item, concept=last[0])


_WHOLE_LABEL = 0.99
"""Likeness of a phrase to a printed label that says all of it."""
KIND_WORDS = frozenset({"segment", "business", "division", "region", "category", "geographic", "reportable"})
"""Words for what a part of a company is; they say nothing of which one."""


@cache
def _word_list(name: str) -> frozenset[str]:
    """A list of planner.toml: `function`, `stop` or `time`."""
    return frozenset(tables()["word_lists"][name].split())


def content_words(text: str) -> list[str]:
    """The words of a text that carry its meaning, singular where easily said."""
    return [_singular(w) for w in re.findall(r"[a-z0-9&]+(?:'[a-z]+)?", text.lower()) if w not in _word_list("stop")]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def untimed(measure: Measure) -> Asking:
    """A metric that is itself a growth or a change, taken apart, so that its periods can be those of the question."""
    match measure.expression:
        case Binary(Operator.DIVIDE, Binary(Operator.SUBTRACT, new, old), base) if old == base == shifted(new, -1):
            return Asking(_plain_measure(measure, new), ("growth",))
        case Binary(Operator.SUBTRACT, new, old) if old == shifted(new, -1):
            return Asking(_plain_measure(measure, new), ("difference",))
        case Binary(Operator.SUBTRACT, Binary(Operator.EXP, Binary(Operator.DIVIDE, new, _), _), Constant()):
            return Asking(_plain_measure(measure, new), ("cagr",))
    return Asking(measure)


def _plain_measure(measure: Measure, expression: Expression) -> Measure:
    name = re.sub(
        r"^(?:growth in|change in|increase in|\w+-year)\s+|\s+(?:growth|growth rate|change|CAGR)$", "", measure.name
    )
    name = re.sub(r"\s+(?:growth|growth rate|change|CAGR)$", "", name)
    return Measure(name, expression, Kind.NUMBER, Origin.METRIC)


def _is_part(part: Expression, whole: Expression) -> bool:
    """Is it the same line item of a named part ("bitcoin revenue" of revenue)?"""
    if not isinstance(part, Item) or not isinstance(whole, Item) or part == whole:
        return False
    ours, theirs = set(content_words(part.phrase)), set(content_words(whole.phrase))
    if part.concept is None:
        return bool(ours & theirs)
    return part.concept == whole.concept and bool(ours - theirs)


def _key(phrase: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9&/%+ -]+", " ", phrase.lower()).replace("-", " ").split())


def _single(expression: Expression) -> bool:
    return len(items(expression)) <= 1


def _formula(measure: Measure) -> str:
    return f"({measure.formula})" if measure.formula else measure.name
