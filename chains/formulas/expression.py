"""Expressions over line items: what a metric's formula, a definition in a question and a plan are made of.

An expression knows nothing of documents. `resolve` binds its items to figures, and `program` is what is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ingest.schema import Statement


@dataclass(frozen=True, slots=True, order=True)
class FiscalPeriod:
    """A company's own fiscal year, or a quarter of it (1 to 4)."""

    year: int
    quarter: int | None = None

    def shift(self, years: int) -> FiscalPeriod:
        """The same period `years` later (negative: earlier)."""
        return FiscalPeriod(self.year + years, self.quarter)

    def __str__(self) -> str:
        return f"FY{self.year}" if self.quarter is None else f"Q{self.quarter} FY{self.year}"


class Operator(StrEnum):
    """The binary operators; the names are those of the FinQA program language."""

    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    EXP = "exp"


@dataclass(frozen=True, slots=True)
class Constant:
    """A number of the formula or the question: 365, 100."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Item:
    """A line item in a period.

    `phrase` is what the question or formula calls it; `concept` its canonical name where known.
    `period` is absolute where the text names one; else the asked period shifted by `shift` years. `scope` is the name
    of the scope that it is bound in, where one expression spans several (two companies, two lengths of time). `member`
    names the part of the company that it is of ("cash app", "asia pacific"), "" for the whole.
    """

    phrase: str
    concept: str | None = None
    period: FiscalPeriod | None = None
    shift: int = 0
    statement: Statement | None = None
    scope: str = ""
    member: str = ""


@dataclass(frozen=True, slots=True)
class Binary:
    operator: Operator
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Average:
    """The arithmetic mean of its terms."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Optional:
    """A term that counts as zero where the company does not report it ("less preferred dividends")."""

    term: Expression


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The first alternative whose items can all be found ("gross profit, or revenue less cost of sales")."""

    alternatives: tuple[Expression, ...]


Expression = Constant | Item | Binary | Average | Optional | FirstOf
