"""The measures that a question brings itself: those it defines, formulas that it writes out, and sums that it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from chains.formulas.definitions import Definition, find_definitions
from chains.formulas.expression import Expression, Item
from chains.formulas.lexer import Lexicon
from chains.formulas.orders import formulas
from chains.formulas.parser import parse_formula
from chains.formulas.short_names import in_full
from chains.formulas.spoken import words_of
from chains.formulas.sums import Known
from chains.formulas.told import asked_by, tell
from chains.formulas.trees import at, items, shifted, substitute
from chains.measures.measure import MeasureReader
from chains.measures.metrics import Metrics, Trend
from chains.measures.phrasing import flatten, trims
from chains.measures.vocabulary import ACCEPT, KINDS, Names
from chains.planning.plan import Kind, Measure, Origin
from ingest.concepts import Concepts

_PRINTED = 0.6
"""Least likeness of a phrase to a printed label that a told sum is trusted with."""


class OwnMeasures:
    """Reads what a question defines, writes or tells, by the names of the tables of concepts and metrics."""

    def __init__(self, concepts: Concepts, metrics: Metrics) -> None:
        self._concepts, self._metrics = concepts, metrics
        self._names = Names(concepts, metrics)
        self._lexicon = Lexicon(self._names.all())
        self._reader = MeasureReader(self._names)

    def defined(self, text: str) -> Mapping[str, Measure]:
        """The measures that a text defines, by their names and abbreviations."""
        made: dict[str, Measure] = {}
        for definition in find_definitions(text, self._lexicon, self._metrics.expression_of):
            measure = definition_measure(definition, self._names, self._metrics)
            if measure is not None:
                made |= {name: measure for name in (definition.name, definition.abbreviation) if name}
        return made

    def written(self, text: str) -> Expression:
        """The formula that a text is, in names of concepts. Raises FormulaError."""
        return parse_formula(
            text, Lexicon(), lambda name: Item(name, name) if self._concepts.get(name) is not None else None
        )

    def told(self, text: str, before: str, labels: Callable[[str], float]) -> tuple[str, Mapping[str, Measure]] | None:
        """What a text asks with the sums that it, or the text before it, tells; None where they tell none.

        `labels` gives the likeness of a phrase to a label that the filings print.
        """
        known = Known(
            self._is_named,
            lambda phrase: self._is_named(phrase, ACCEPT),
            lambda phrase: labels(phrase) >= _PRINTED,
            self._is_formed,
        )
        found = tell(text, before, self._lexicon, known, self._measured)
        if found is None:
            return None
        made: dict[str, Measure] = {}
        for definition in found.definitions:
            measure = definition_measure(definition, self._names, self._metrics)
            if measure is not None:
                if definition.expression is not None and any(formulas(definition.text)):
                    measure = replace(measure, formula=words_of(definition.expression))
                # A sum without a name of its own is called by what it is.
                own = not any(formulas(definition.name)) and definition.name not in asked_by(found.text)
                made[definition.name] = measure if own else replace(measure, name=measure.formula)
        return (found.text, made) if made else None

    def _is_named(self, phrase: str, least: float = 1.0) -> bool:
        """Whether a phrase is the name of a metric, or that of a line item as surely as `least`."""
        options = dict.fromkeys((*trims(flatten(phrase), 8), in_full(flatten(phrase))))
        found = (self._names.concept(p) for p in options)
        return any(map(self._names.metric, options)) or any(f and f[1] >= least for f in found)

    def _is_formed(self, phrase: str) -> bool:
        """Whether a phrase is the name of a metric that is a formula."""
        metric = next((m for p in trims(flatten(phrase), 8) if (m := self._names.metric(p)) is not None), None)
        return metric is not None and len(items(metric.expression)) > 1

    def _measured(self, phrase: str) -> str:
        """The name of the known measure that a phrase asks for; "" for none."""
        asking = self._reader.read(phrase)
        sure = asking is not None and asking.certainty >= ACCEPT and asking.measure.origin is not Origin.LABEL
        return asking.measure.name if asking is not None and sure else ""


def definition_measure(definition: Definition, names: Names, metrics: Metrics) -> Measure | None:
    """A definition of the question as a measure: its items become concepts or metrics where they name one."""
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
    kind = said.get(definition.unit, KINDS[usual.unit] if usual else Kind.NUMBER)
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
