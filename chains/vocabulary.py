"""The names of measures: concepts and metrics behind the interfaces that the planner and the resolver use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from functools import cache, cached_property

from chains.companies import Company, industry_signs
from chains.definitions import Definition, find_definitions
from chains.expression import Binary, Constant, Expression, FirstOf, Item, Operator
from chains.lexer import Lexicon
from chains.measure import MeasureReader
from chains.metrics import Alternative, Metric, Metrics, MetricUnit, Trend
from chains.orders import formulas
from chains.parser import parse_formula
from chains.phrasing import content_words, flatten, trims
from chains.plan import Between, Compute, Judge, Kind, Largest, Lines, Measure, Origin, Parts, Plan, Several, Words
from chains.plan import Trend as TrendPlan
from chains.planner import RulePlanner
from chains.short_names import in_full
from chains.sums import Known
from chains.told import asked_by, tell
from chains.trees import items
from ingest.concepts import Concept, Concepts, load_concepts
from ingest.schema import Statement

_PRINTED = 0.6
"""Least likeness of a phrase to a printed label that a told sum is trusted with."""
ACCEPT = 0.84
"""Least score of a phrase that names a concept: its names score 1, printed labels 0.85."""

_KINDS = {
    MetricUnit.PERCENT: Kind.PERCENT,
    MetricUnit.TIMES: Kind.TIMES,
    MetricUnit.DAYS: Kind.DAYS,
    MetricUnit.CURRENCY: Kind.CURRENCY,
    MetricUnit.PER_SHARE: Kind.PER_SHARE,
    MetricUnit.PURE: Kind.NUMBER,
}


class Names:
    """A vocabulary over the tables of concepts and metrics."""

    def __init__(self, concepts: Concepts, metrics: Metrics) -> None:
        self._concepts = concepts
        self._metrics = metrics

    def known(self, concept: str) -> bool:
        """Is there a concept of that name?"""
        return self._concepts.get(concept) is not None

    def metric(self, phrase: str) -> Measure | None:
        """The metric of exactly that name."""
        whole = [f for f in self._metrics.find(phrase) if f.start == 0 and f.end == len(phrase)]
        return metric_measure(whole[0].metric, whole[0].alternative) if whole else None

    def concept(self, phrase: str, statements: Sequence[Statement] = ()) -> tuple[str, float] | None:
        """The concept that a phrase names, and how surely; one of the wanted statements where it names several."""
        found = self._concepts.lookup_phrase(phrase)
        if not found:
            return None
        best = next((m for m in found if m.score >= ACCEPT and self._printed_in(m.concept, statements)), found[0])
        return (best.concept, best.score) if best.score >= ACCEPT else None

    def _printed_in(self, concept: str, statements: Sequence[Statement]) -> bool:
        known = self._concepts.get(concept)
        return not statements or (known is not None and bool({known.statement, *known.also} & set(statements)))

    def within(self, text: str) -> tuple[Measure, tuple[int, int]] | None:
        """The longest metric or concept that a text names, and where."""
        spans: list[tuple[int, int, int, Measure]] = []
        for found in self._metrics.find(text):
            spans.append((found.end - found.start, 1, found.start, metric_measure(found.metric, found.alternative)))
        for (start, end), concept, _ in self._concepts.find_phrase(text):
            phrase = text[start:end]
            measure = Measure(phrase, Item(phrase, concept), origin=Origin.CONCEPT)
            spans.append((end - start, 0, start, measure))
        if not spans:
            return None
        length, _, start, measure = max(spans, key=lambda s: (s[0], s[1], -s[2]))
        return measure, (start, start + length)

    def all(self) -> Iterator[str]:
        """The names of every concept and metric."""
        for concept in self._concepts.values():
            yield from (*concept.names, *concept.labels)
        for metric in self._metrics.values():
            yield from (metric.name, *metric.aliases)

    def respelt(self, text: str) -> str:
        """The text with words that no name has replaced by the one that nearly is them; "" where there are none."""
        words = self._words
        changed = {}
        for word in set(re.findall(r"[a-z]{6,}", text.lower())) - words:
            near = get_close_matches(word, words, n=2, cutoff=0.86)
            if len(near) == 1 or (near and near[0].rstrip("s") == near[1].rstrip("s")):
                changed[word] = near[0]
        return re.sub(r"[A-Za-z]{6,}", lambda m: changed.get(m[0].lower(), m[0]), text) if changed else ""

    @cached_property
    def _words(self) -> frozenset[str]:
        """All words of six letters or more of the names of concepts and metrics."""
        return frozenset(w for t in self.all() for w in re.findall(r"[a-z]{6,}", t.lower()))

    def mentioned(self, text: str) -> dict[str, str]:
        """Every concept that a text names, and those that the metrics it names are made of: the words that do so."""
        named = {concept: text[start:end] for (start, end), concept, _ in self._concepts.find_phrase(text)}
        for found in self._metrics.find(text):
            expression = metric_measure(found.metric, found.alternative).expression
            named |= {item.concept: text[found.start : found.end] for item in items(expression) if item.concept}
        return named


def metric_measure(metric: Metric, alternative: Alternative | None = None) -> Measure:
    """A named metric as a measure."""
    expression = alternative.expression if alternative else metric.expression
    # What is called by a metric's name but is one line item needs no formula in the answer.
    formula = "" if len(items(expression)) <= 1 else words_of(expression)
    better = {Trend.BETTER: 1, Trend.WORSE: -1, Trend.NEUTRAL: 1}[metric.higher_is]
    name = alternative.name if alternative else metric.name
    return Measure(name, expression, _KINDS[metric.unit], Origin.METRIC, formula, metric.key, better)


_SIGNS = {
    Operator.ADD: "+",
    Operator.SUBTRACT: "minus",
    Operator.MULTIPLY: "*",
    Operator.DIVIDE: "/",
    Operator.EXP: "^",
}


def words_of(expression: Expression, level: int = 0) -> str:
    """A formula in words: "(operating income) / (revenue)"; of alternatives the first."""
    from chains.expression import Average, Optional

    match expression:
        case Constant(value):
            return f"{value.normalize():f}"
        case Item(phrase, concept, period, shift):
            said = spoken(phrase if phrase != concept else concept or phrase)
            return f"prior {said}" if shift < 0 and period is None else said
        case Binary(operator, left, right):
            tight = {Operator.ADD: 1, Operator.SUBTRACT: 1, Operator.MULTIPLY: 2, Operator.DIVIDE: 2, Operator.EXP: 3}[
                operator
            ]
            strict = operator in (Operator.SUBTRACT, Operator.DIVIDE)
            text = f"{words_of(left, tight)} {_SIGNS[operator]} {words_of(right, tight + strict)}"
            return f"({text})" if tight < level else text
        case Average(terms):
            return f"average {words_of(terms[0], 3)}"
        case Optional(term):
            return words_of(term, level)
        case FirstOf(alternatives):
            return words_of(alternatives[0], level)


def spoken(name: str) -> str:
    """A concept's name as people say it: its first name in the table, else its words apart."""
    concept = _tables()[0].get(name)
    if concept is not None and concept.names:
        return concept.names[0]
    return (
        re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
        if re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-zA-Z]+)+", name)
        else name
    )


class Facts:
    """What the resolver needs to know of a concept."""

    def __init__(self, concepts: Concepts) -> None:
        self._concepts = concepts
        self._words: dict[str, frozenset[str]] = {}
        self._named: dict[tuple[str, str], bool] = {}

    def _get(self, concept: str) -> Concept | None:
        return self._concepts.get(concept)

    def statements(self, concept: str) -> tuple[Statement, ...]:
        found = self._get(concept)
        return (found.statement, *found.also) if found else ()

    def instant(self, concept: str) -> bool | None:
        found = self._get(concept)
        return found.instant if found else None

    def sign(self, concept: str) -> str:
        found = self._get(concept)
        return str(found.sign or "") if found else ""

    def fallbacks(self, concept: str) -> tuple[str, ...]:
        found = self._get(concept)
        return tuple(found.fallback) if found else ()

    def names(self, concept: str, phrase: str) -> bool:
        """Does the phrase name the concept, with nothing left over?"""
        key = (concept, phrase)
        if key not in self._named:
            self._named[key] = phrase == concept or any(
                m.concept == concept and m.score >= ACCEPT for m in self._concepts.lookup_phrase(phrase)
            )
        return self._named[key]

    def first_named(self, text: str) -> str:
        """The first line item that a text names; "" where it names none."""
        return next((concept for _, concept, _ in self._concepts.find_phrase(text)), "")

    def words(self, concept: str) -> frozenset[str]:
        if concept not in self._words:
            found = self._get(concept)
            names = (*found.names, *found.labels) if found else ()
            self._words[concept] = frozenset(w for n in names for w in content_words(n)) | frozenset(
                content_words(spoken(concept))
            )
        return self._words[concept]

    def aliases(self, concept: str) -> tuple[str, ...]:
        """Its names of two words or more, the usual ones first."""
        found = self._get(concept)
        return tuple(n for n in found.names if " " in n)[:4] if found else ()

    def unit(self, concept: str) -> str:
        found = self._get(concept)
        return str(found.unit) if found else ""

    def unit_named(self, phrase: str) -> str:
        """The unit of the line item whose name ends a phrase or, failing that, begins it: "grooming net sales"."""
        words = phrase.split()
        tails = (" ".join(words[k:]) for k in range(len(words)))
        heads = (" ".join(words[:k]) for k in range(len(words) - 1, 0, -1))
        for part in (*tails, *heads):
            best = next((m for m in self._concepts.lookup_phrase(part) if m.score >= ACCEPT), None)
            if best is not None:
                return self.unit(best.concept)
        return ""


@cache
def _tables() -> tuple[Concepts, Metrics]:
    return load_concepts(), Metrics.load()


@cache
def default_facts() -> Facts:
    return Facts(_tables()[0])


@cache
def default_names() -> Names:
    """The names of the shipped tables."""
    return Names(*_tables())


@cache
def default_planner() -> RulePlanner:
    """The rule-based planner over the shipped tables."""
    concepts, metrics = _tables()
    names = Names(concepts, metrics)
    lexicon = Lexicon(
        [
            *(n for c in concepts.values() for n in (*c.names, *c.labels)),
            *(a for m in metrics.values() for a in (m.name, *m.aliases)),
        ]
    )

    def definitions(text: str) -> Mapping[str, Measure]:
        found = find_definitions(text, lexicon, metrics.expression_of)
        made: dict[str, Measure] = {}
        for definition in found:
            measure = definition_measure(definition, names, metrics)
            if measure is None:
                continue
            for name in (definition.name, definition.abbreviation):
                if name:
                    made[name] = measure
        return made

    def formula(text: str) -> Expression:
        return parse_formula(text, Lexicon(), lambda name: Item(name, name) if concepts.get(name) is not None else None)

    reader = MeasureReader(names)

    def named(phrase: str, least: float = 1.0) -> bool:
        options = dict.fromkeys((*trims(flatten(phrase), 8), in_full(flatten(phrase))))
        found = (names.concept(p) for p in options)
        return any(map(names.metric, options)) or any(f and f[1] >= least for f in found)

    def formed(phrase: str) -> bool:
        metric = next((m for p in trims(flatten(phrase), 8) if (m := names.metric(p)) is not None), None)
        return metric is not None and len(items(metric.expression)) > 1

    def measured(phrase: str) -> str:
        asking = reader.read(phrase)
        sure = asking is not None and asking.certainty >= ACCEPT and asking.measure.origin is not Origin.LABEL
        return asking.measure.name if asking is not None and sure else ""

    def told(text: str, before: str, labels: Callable[[str], float]) -> tuple[str, Mapping[str, Measure]] | None:
        known = Known(named, lambda phrase: named(phrase, ACCEPT), lambda phrase: labels(phrase) >= _PRINTED, formed)
        found = tell(text, before, lexicon, known, measured)
        made: dict[str, Measure] = {}
        for definition in found.definitions if found else ():
            measure = definition_measure(definition, names, metrics)
            if measure is not None:
                if definition.expression is not None and any(formulas(definition.text)):
                    measure = replace(measure, formula=words_of(definition.expression))
                # A sum without a name of its own is called by what it is.
                own = not any(formulas(definition.name)) and (not found or definition.name not in asked_by(found.text))
                made[definition.name] = measure if own else replace(measure, name=measure.formula)
        return (found.text, made) if found and made else None

    return RulePlanner(names, definitions, formula, told)


def definition_measure(definition: Definition, names: Names, metrics: Metrics) -> Measure | None:
    """A definition of the question as a measure: its items become concepts or metrics where they name one."""
    from chains.trees import at, shifted, substitute

    if definition.expression is None:
        return None
    reader = MeasureReader(names)

    def named(item: Item) -> Expression:
        if item.concept is not None:
            if names.known(item.concept):
                return item
            # A capitalised word ("Revenue") is read as a concept's name; it is a phrase like any other.
            item = replace(item, concept=None)
        asking = reader.read(in_full(item.phrase))
        # "Gross purchases of equipment": a known item whose further words have to be printed with it.
        part = (
            asking is not None and asking.measure.origin is Origin.LABEL and isinstance(asking.measure.expression, Item)
        )
        if asking is None or asking.operations or asking.certainty < (0.7 if part else 0.8):
            return item
        inner = asking.measure.expression
        if isinstance(inner, Item):
            return replace(item, concept=inner.concept, phrase=inner.phrase)
        inner = shifted(inner, item.shift) if item.shift else inner
        return at(inner, item.period) if item.period is not None else inner

    expression = substitute(definition.expression, named)
    usual = metrics.named(definition.name) or (
        metrics.named(definition.abbreviation) if definition.abbreviation else None
    )
    said = {"percent": Kind.PERCENT, "days": Kind.DAYS}
    kind = said.get(definition.unit, _KINDS[usual.unit] if usual else Kind.NUMBER)
    better = -1 if usual is not None and usual.higher_is is Trend.WORSE else 1
    return Measure(
        definition.name or definition.abbreviation,
        expression,
        kind,
        Origin.DEFINITION,
        definition.text,
        usual.key if usual else "",
        better,
    )


def measures_of(plan: Plan) -> Sequence[Measure]:
    """The measures of a plan."""
    match plan:
        case Compute(measure) | TrendPlan(measure) | Between(measure):
            return (measure,)
        case Judge(_, criteria):
            return tuple(c.measure for c in criteria[:1])
        case Largest(choices):
            return choices
        case Parts(_, of):
            return (of,)
        case Several(parts):
            return tuple(part.measure for part in parts)
        case Words() | Lines():
            return ()


def applicability(plan: Plan, company: Company, printed: Callable[[str], bool]) -> str:
    """Why the plan's metric does not apply to a company of this industry; empty where it does.

    `printed` tells whether the company's statements print a concept: they decide where the industry is not known, and
    against it where they show the very items ("software" with inventories, a "bank" with current assets).
    """
    metrics = _tables()[1]
    measures = [m for m in measures_of(plan) if m.metric and m.origin is not Origin.DEFINITION]
    barring = [m for measure in measures if (m := metrics.get(measure.metric)) is not None and m.not_for]
    if not barring:
        return ""
    industry = industry_of(company, printed)
    for metric in barring:
        reason = metric.refusal(industry) if industry else None
        if reason:
            return f"{metric.name} does not apply to {company.short}: {reason}"
    return ""


def industry_of(company: Company, printed: Callable[[str], bool]) -> str:
    """The industry of a company as its documents name it, unless its statements say otherwise."""
    signs = industry_signs()
    named = next((d.industry for d in company.documents if d.industry), "")
    if any(map(printed, signs["not_financial"])):
        held = (
            not named
            or named in signs["financial"]
            or (named in signs["without_inventory"] and printed("InventoryNet"))
        )
        return "" if held else named
    if named in signs["financial"]:
        return named
    return next((kind for kind in ("bank", "insurance") if any(map(printed, signs[kind]))), named)
