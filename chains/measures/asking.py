"""What is asked: a measure with the operations over time around it, and where the names of measures come from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chains.formulas.expression import Binary, Constant, Expression, Operator
from chains.formulas.trees import shifted
from chains.planning.plan import Kind, Measure, Origin
from ingest.schema import Statement

TIME_OPERATIONS = frozenset({"growth", "difference", "cagr", "average", "total"})


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
