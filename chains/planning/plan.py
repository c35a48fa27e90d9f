"""Plans: what is to be done to answer a question, before any figure is looked at.

A plan is data: frozen, comparable, printable, so that a planner can be a set of rules, a trained generator or a
large model. It speaks of line items and periods; `resolve` finds the figures and `program` does the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from chains.formulas.expression import Expression, FiscalPeriod
from chains.questions.companies import Company
from chains.questions.fiscal_calendar import Calendar, Resolved
from chains.questions.periods import Asked
from chains.questions.question import Question


class Kind(StrEnum):
    """How a measure's value is to be read. The unit that a question asks for wins over it."""

    NUMBER = ""
    PERCENT = "percent"
    POINTS = "points"
    TIMES = "times"
    DAYS = "days"
    CURRENCY = "currency"
    PER_SHARE = "per_share"
    SHARES = "shares"


class Origin(StrEnum):
    """Where a measure's formula comes from."""

    DEFINITION = "definition"
    METRIC = "metric"
    CONCEPT = "concept"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity that can be computed for a period. Items without a period take the one it is computed for.

    `name` is what the answer calls it, `formula` how it is written for people (empty for a single line item);
    `metric` the id of a named metric. `said` is the sentence of the answer with "{value}" in it, where it is not
    "Acme's NAME in FY2021 was VALUE."; a name that begins with "the" says itself of whom and when it is.
    """

    name: str
    expression: Expression
    kind: Kind = Kind.NUMBER
    origin: Origin = Origin.CONCEPT
    formula: str = ""
    metric: str = ""
    better: int = 1
    said: str = ""


@dataclass(frozen=True, slots=True)
class Compute:
    """Compute one number. The expression's items all have periods."""

    measure: Measure
    periods: tuple[FiscalPeriod, ...]


class TrendTest(StrEnum):
    """What a yes/no or comparison question asks of a measure over periods."""

    IMPROVES = "improves"
    DECLINES = "declines"
    RISES = "rises"
    STABLE = "stable"
    CHANGES = "changes"
    COMPARE = "compare"
    POSITIVE = "positive"


@dataclass(frozen=True, slots=True)
class Trend:
    """Compute a measure in each period and test how it moves. `tolerance` is in percent or points."""

    measure: Measure
    periods: tuple[FiscalPeriod, ...]
    test: TrendTest
    tolerance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """A measure with the level that decides: yes where the value is above it (`above`) or below it."""

    measure: Measure
    level: Decimal
    above: bool = True


@dataclass(frozen=True, slots=True)
class Judge:
    """Decide a yes/no question by the first criterion that can be computed; the others are shown with it."""

    name: str
    criteria: tuple[Criterion, ...]
    period: FiscalPeriod
    yes: str = ""
    no: str = ""


@dataclass(frozen=True, slots=True)
class Largest:
    """Which of several named measures is the largest (or smallest). Without a period each measure has its own."""

    choices: tuple[Measure, ...]
    period: FiscalPeriod | None
    smallest: bool = False
    what: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """Which rows or columns of a breakdown (segments, products, regions) lead, or exceed a share of the whole.

    `noun` is what the parts are called, `of` the measure broken down. `share` (percent) asks for all above it.
    `within` is the part whose own parts are meant, `fell` says that a decline is asked for, `amount` that growth is
    told by amounts and not in percent.
    """

    noun: str
    of: Measure
    period: FiscalPeriod
    smallest: bool = False
    growth: bool = False
    share: Decimal | None = None
    within: str = ""
    fell: bool = False
    amount: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Which line of a part of a statement is the largest. `kind` is a key of [lines] in planner.toml."""

    kind: str
    noun: str
    period: FiscalPeriod
    smallest: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """The same measure for two or more companies."""

    measure: Measure
    companies: tuple[str, ...]
    periods: tuple[FiscalPeriod, ...]
    test: TrendTest = TrendTest.COMPARE


@dataclass(frozen=True, slots=True)
class Several:
    """Several measures beside each other, each computed by itself."""

    parts: tuple[Compute | Trend, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Answer with sentences of the documents. `topic` is the asking sentence."""

    topic: str
    yes_no: bool = False


Plan = Compute | Trend | Judge | Largest | Parts | Lines | Between | Several | Words


def measures_of(plan: Plan) -> Sequence[Measure]:
    """The measures of a plan."""
    match plan:
        case Compute(measure) | Trend(measure) | Between(measure):
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


@dataclass(frozen=True, slots=True)
class Context:
    """What a planner knows besides the question: the company, its calendar, the periods and how they were asked.

    `text` is the core of the question with the company's name and the periods taken out; `labels` tells whether
    a phrase is printed as a line item in the company's documents. `before` are the other sentences, taken out likewise.
    """

    company: Company
    calendar: Calendar
    asked: Asked
    periods: tuple[Resolved, ...]
    text: str
    companies: tuple[Company, ...] = ()
    labels: Callable[[str], float] = lambda phrase: 0.0
    before: str = ""

    @property
    def last(self) -> FiscalPeriod:
        """The last of the asked periods, else the newest that there is a report of; year 0 without any."""
        return self.periods[-1].period if self.periods else self.calendar.latest or FiscalPeriod(0)


class Planner(Protocol):
    """Anything that turns a question into a plan."""

    name: str

    def plan(self, question: Question, context: Context) -> Plan:
        """A plan for the question; `Words` where no number is asked for."""
        ...
