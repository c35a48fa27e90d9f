"""One measure of one company in one period, asked of what answers questions: exact, cited, through the number gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from chains.answers.answer import Answer
from chains.messages import Answering
from chains.questions.companies import Company
from chains.questions.company_names import possessive
from chains.questions.request import Request


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of asking: the answer, and its exact value with its unit, None where it has none."""

    company: str
    period: str
    answer: Answer
    value: Decimal | None
    unit: str

    def row(self) -> dict[str, Any]:
        """Plain data: the value as it is shown, in its unit, beside the company and the period."""
        record = self.answer.record()
        return {
            "company": self.company,
            "period": self.period,
            "value": record["value"],
            "unit": record["unit"],
            "status": record["status"],
        }


def question_of(measure: str, company: Company, period: str) -> str:
    """The question for a measure: "What was Larkmoor Controls' quick ratio in FY2025?"."""
    when = f" in {period}" if period else ""
    return f"What was {possessive(company.short)} {measure}{when}?"


def measured(asker: Answering, measure: str, company: Company, period: str) -> Measured:
    """Ask for a measure; with no period the newest one."""
    answer = asker.ask(Request(question_of(measure, company, period)))
    value, unit = _exact(answer)
    return Measured(company.short, _period(answer, period), answer, value, unit)


def _exact(answer: Answer) -> tuple[Decimal | None, str]:
    """The value before it was rounded and scaled for showing, where one program gave it; else as shown."""
    if not answer.answered or answer.value is None:
        return None, ""
    results: Sequence[Mapping[str, Any]] = answer.explain.get("results") or ()
    if len(results) == 1:
        number, _, unit = str(results[0].get("value", "")).partition(" ")
        with suppress(InvalidOperation):
            return Decimal(number), unit
    return answer.value, answer.unit


def _period(answer: Answer, asked: str) -> str:
    """The company's own period that the answer is for, as far as it is told; else as asked."""
    periods: Sequence[str] = answer.explain.get("periods") or ()
    return str(periods[-1]) if periods else asked
