"""The names of measures: concepts and metrics behind the interfaces that the planner and the resolver use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache, cached_property

from chains.formulas.expression import Item
from chains.formulas.spoken import words_of
from chains.formulas.trees import items
from chains.measures.metrics import Alternative, Metric, Metrics, MetricUnit, Trend
from chains.planning.plan import Kind, Measure, Origin
from ingest.concepts import Concepts, load_concepts
from ingest.schema import Statement

ACCEPT = 0.84
"""Least score of a phrase that names a concept: its names score 1, printed labels 0.85."""
KINDS = {
    MetricUnit.PERCENT: Kind.PERCENT,
    MetricUnit.TIMES: Kind.TIMES,
    MetricUnit.DAYS: Kind.DAYS,
    MetricUnit.CURRENCY: Kind.CURRENCY,
    MetricUnit.PER_SHARE: Kind.PER_SHARE,
    MetricUnit.PURE: Kind.NUMBER,
}
"""How the value of a metric of a unit is to be read."""


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
    return Measure(name, expression, KINDS[metric.unit], Origin.METRIC, formula, metric.key, better)


@cache
def default_names() -> Names:
    """The names of the shipped tables."""
    return Names(load_concepts(), Metrics.load())
