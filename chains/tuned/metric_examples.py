"""Examples that ask for a named metric of a filing, with and without its definition in the question.

The metric is computed by the solver that `ask` uses; the evidence is the statement lines that it read among others of
the same statements and of the years beside them, or, for a question that cannot be answered, without one of them.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import (
    CONSTANTS,
    Constant,
    Earlier,
    Evidence,
    Example,
    Kind,
    Operand,
    Operation,
    Point,
    Solution,
    Source,
)
from adapters.report_qa.forms import Step as Pointed
from adapters.report_qa.programs import said_value, value_of_solution
from adapters.training.report_qa.questions.phrases import choose
from chains.answers.program import FigureRef, Number, StepRef
from chains.answers.solve import Solved, Solver
from chains.formulas import expression as tree
from chains.formulas.expression import FiscalPeriod
from chains.measures.metrics import Metric, Metrics, MetricUnit
from chains.planning.plan import Measure, Origin
from chains.questions.fiscal_calendar import Calendar
from chains.resolve.bound import concept_words, said
from chains.resolve.concept_facts import default_facts
from chains.resolve.resolver import Resolver
from chains.resolve.scope import Scope
from chains.resolve.shelf import FigureSource, Shelf
from chains.tables import read_table
from ingest.schema import Document, Figure, Statement

_DEFINED, _REFUSED = 0.5, 0.1
_OTHER_LINES = (4, 14)  # lines of the same statements that the metric does not need
_SCALES = {3: "thousand", 6: "million", 9: "billion"}
_YEARS = 3
_WORDS = {"add": "plus", "subtract": "less", "multiply": "times", "divide": "divided by", "exp": "to the power of"}
_SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "exp": "^"}


def metric_examples(
    documents: Sequence[Document],
    figures: Mapping[str, Sequence[Figure]],
    metrics: Metrics,
    count: int,
    draw: random.Random,
) -> list[Example]:
    """At most `count` examples over the annual reports, each report and metric about equally often.

    `figures` are those of each document, by its name.
    """
    source = _Held(documents, figures)
    annual = [one for one in documents if one.fiscal_year is not None and one.fiscal_quarter is None]
    solved = [(document, metric, found) for document in annual for metric, found in _solved(document, source, metrics)]
    made: dict[tuple[str, str], Example] = {}
    for _ in range(count * 3 if solved else 0):
        if len(made) >= count:
            break
        document, metric, found = draw.choice(solved)
        example = _example(document, metric, found, figures[document.name], draw)
        if example is not None:
            made.setdefault((example.page, example.evidence.question), example)
    return list(made.values())


class _Held:
    """Figures at hand, as a shelf reads them."""

    def __init__(self, documents: Sequence[Document], figures: Mapping[str, Sequence[Figure]]) -> None:
        self._documents, self._figures = list(documents), figures

    def documents(self) -> list[Document]:
        return self._documents

    def figures(self, document: str, /, *, concept: Collection[str] | None = None) -> list[Figure]:
        found = self._figures.get(document, ())
        return [figure for figure in found if concept is None or figure.concept in concept]


def _solved(document: Document, source: FigureSource, metrics: Metrics) -> Iterator[tuple[Metric, Solved]]:
    """The metrics that a report's own statements give, for its own year."""
    resolver = Resolver(Shelf(source), default_facts())
    calendar = Calendar.of([document])
    period = FiscalPeriod(document.fiscal_year or 0)
    for key in metrics:
        metric = metrics[key]
        if metric.refusal(document.industry):
            continue
        solver = Solver(resolver, Scope((document,), calendar, anchor=period, only=True))
        found = solver.solve(Measure(metric.name, metric.expression, origin=Origin.METRIC, metric=key), period)
        if isinstance(found, Solved) and found.program.steps and not found.dropped:
            yield metric, found


def _example(
    document: Document, metric: Metric, found: Solved, figures: Sequence[Figure], draw: random.Random
) -> Example | None:
    """A question for the metric over a table of its lines; None where they cannot stand in one table."""
    used = [bound.figure for bound in found.bound.values()]
    money = {figure.scale for figure in used if figure.unit == figure.currency}
    if len(money) > 1 or any(figure.period is None or figure.statement is Statement.NOTE for figure in used):
        return None
    refused = draw.random() < _REFUSED
    table, places = _table(used, figures, draw, without=refused)
    period = FiscalPeriod(document.fiscal_year or 0)
    question = _question(metric, found, period, draw)
    evidence = Evidence(question, table)
    page = f"{document.name}/page_{min(figure.page for figure in used)}"
    if refused:
        return Example("", page, evidence, (Solution(Kind.REFUSAL),), answer_type="refused")
    scale = _SCALES.get(max(money, default=0), "") if metric.unit is MetricUnit.CURRENCY else ""
    solution = _pointed(found, evidence, places, "percent" if metric.unit is MetricUnit.PERCENT else scale)
    if solution is None:
        return None
    candidates = candidates_of(evidence)
    value, gold = value_of_solution(solution, candidates), said_value(solution, candidates)
    exact = found.value.value / (Decimal(10) ** max(money, default=0) if scale else 1)
    if gold is None or not isinstance(value, Decimal) or abs(value - exact) > abs(exact) * Decimal("1e-9"):
        return None  # per-share and whole units met: what is printed does not come to what was computed
    return Example("", page, evidence, (solution,), gold, solution.scale, answer_type="arithmetic")


def _table(
    used: Sequence[Figure], figures: Sequence[Figure], draw: random.Random, *, without: bool
) -> tuple[tuple[tuple[str, ...], ...], dict[str, tuple[int, int]]]:
    """A table of the used lines and others beside them, and where each figure is printed in it."""
    lines: dict[tuple[str, str, tuple[str, ...]], dict[int, Figure]] = defaultdict(dict)
    statements = {figure.statement for figure in used}
    needed = {figure.id for figure in used}
    scale = next((figure.scale for figure in used if figure.unit == figure.currency), 0)
    for figure in figures:
        alike = figure.unit != figure.currency or figure.scale == scale
        annual = figure.fiscal_year is not None and figure.fiscal_quarter is None
        if figure.id in needed or (figure.statement in statements and not figure.segment and annual and alike):
            year = figure.fiscal_year or 0
            line = lines[(figure.table, figure.label, figure.path)]
            if year not in line or figure.id in needed:
                line[year] = figure
    keys = list(lines)
    wanted = [key for key in keys if any(figure.id in needed for figure in lines[key].values())]
    others = [key for key in keys if key not in wanted]
    kept = set(wanted) | set(draw.sample(others, min(len(others), draw.randint(*_OTHER_LINES))))
    if without:
        gone = draw.choice(wanted)
        kept = {key for key in kept if key != gone and key[1].lower() != gone[1].lower()}
    shown = {figure.fiscal_year or 0 for figure in used}
    last = max(shown)
    years = sorted(shown | {last - back for back in range(draw.randint(2, _YEARS))}, reverse=True)
    years = [year for year in years if any(year in lines[key] for key in kept)]
    unit = {3: "(in thousands)", 6: "(in millions)", 9: "(in billions)"}.get(scale, "")
    rows = [(unit, *map(str, years))]
    places = {}
    for key in keys:
        if key not in kept:
            continue
        line = lines[key]
        for column, year in enumerate(years, start=1):
            if year in line:
                places[line[year].id] = (len(rows), column)
        rows.append((key[1], *(line[year].printed if year in line else "" for year in years)))
    return tuple(rows), places


def _pointed(found: Solved, evidence: Evidence, places: Mapping[str, tuple[int, int]], scale: str) -> Solution | None:
    """The program with its figures pointed at in the table, its numbers as constants or in the question."""
    candidates = candidates_of(evidence)
    cells = {(one.line, one.column): at for at, one in reversed(list(enumerate(candidates))) if one.column >= 0}

    def pointed(operand: FigureRef | Number | StepRef) -> Operand | None:
        match operand:
            case StepRef(index):
                return Earlier(index)
            case FigureRef(name):
                at = cells.get(places.get(name, (-1, -1)))
                return None if at is None or candidates[at].value is None else Point(at)
        text = f"const_{'m' if operand.value < 0 else ''}{abs(operand.value).normalize():f}"
        if text in CONSTANTS:
            return Constant(text)
        told = (at for at, one in enumerate(candidates) if one.source is Source.QUESTION and one.value == operand.value)
        at = next(told, None)
        return None if at is None else Point(at)

    steps = []
    for step in found.program.steps:
        operands = [pointed(operand) for operand in step.operands]
        known = [operand for operand in operands if operand is not None]
        if len(known) < len(operands) or step.operation.value not in {one.value for one in Operation}:
            return None
        steps.append(Pointed(Operation(step.operation.value), tuple(known)))
    return Solution(Kind.PROGRAM, tuple(steps), scale=scale)


def _question(metric: Metric, found: Solved, period: FiscalPeriod, draw: random.Random) -> str:
    names = [metric.name, metric.name, *metric.aliases[:6]]
    name = draw.choice(names)
    defined = draw.random() < _DEFINED
    form = choose(draw.choice(_forms()["defined" if defined else "plain"]), draw)
    article = "the " if draw.random() < 0.7 else ""
    words = {"m": name, "the_m": article + name, "y": str(period.year)}
    if "{d}" in form:
        words["d"] = _in_words(found.expression, found, period, labels=draw.random() < 0.5)
    for slot, value in words.items():
        form = form.replace("{" + slot + "}", value)
    return form[:1].upper() + form[1:] if draw.random() < 0.5 else form


def _forms() -> dict[str, Any]:
    return read_table("examples.toml")


def _in_words(node: tree.Expression, found: Solved, period: FiscalPeriod, *, labels: bool, inner: bool = False) -> str:
    """An expression as a definition reads: "(current assets less inventories) divided by current liabilities".

    With `labels` the filing's own labels and words for signs, else the concepts' names and +, -, *, /.
    """

    def part(one: tree.Expression) -> str:
        return _in_words(one, found, period, labels=labels, inner=True)

    match node:
        case tree.Constant(value):
            return f"{value.normalize():f}"
        case tree.Item():
            bound = found.bound.get(node)
            name = bound.figure.label.lower() if labels and bound is not None else concept_words(said(node))
            return f"{name} of {node.period.year}" if node.period is not None and node.period != period else name
        case tree.Binary(operator, left, right):
            written = f"{part(left)} {(_WORDS if labels else _SIGNS)[operator.value]} {part(right)}"
            return f"({written})" if inner else written
        case tree.Average(terms):
            return "the average of " + " and ".join(map(part, terms))
    return ""
