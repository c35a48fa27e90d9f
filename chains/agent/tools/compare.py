"""The tool that sets one measure of several companies or periods side by side."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from chains.agent.tools.holdings import Holdings
from chains.agent.tools.measured import Measured, measured
from chains.ask_tool import told
from chains.errors import ChainError
from chains.measures.measure import MeasureReader
from chains.measures.vocabulary import default_names
from chains.questions.companies import Company
from chains.tables import read_table
from chains.tool_making import Called, artifact_of, make_tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from chains.messages import Answering

NAME = "compare"
MOST_COMPANIES, MOST_PERIODS, MOST = 20, 12, 40


def compare_tool(asker: Answering, holdings: Holdings) -> BaseTool:
    """`compare`: a measure for each company in each period, and which is the highest and the lowest.

    Its artifact has `rows` (company, period, value in `unit`, status), `highest` and `lowest` (a row or None), and
    `better`: "higher", "lower", or "" where neither is.
    """
    from pydantic import BaseModel, Field

    class Compare(BaseModel):
        """The arguments."""

        measure: str = Field(
            min_length=1, max_length=300, description="What is compared: a line item, a ratio, a metric, a growth."
        )
        companies: list[str] = Field(
            min_length=1, max_length=MOST_COMPANIES, description="The companies, one name each."
        )
        periods: list[str] = Field(
            default_factory=list,
            max_length=MOST_PERIODS,
            description="The fiscal years or quarters, such as FY2024 or Q3 2025; leave it out for each company's "
            "newest.",
        )

    def call(measure: str, companies: list[str], periods: list[str] | None = None) -> Called:
        held = list(dict.fromkeys(holdings.company(name) for name in companies))
        asked = [(c, p) for c in held for p in _periods(holdings, c, periods or [])]
        if len(asked) < 2:
            raise ChainError(
                f"there is one {measure[:60]!r} to look at and nothing to compare it with; expected two companies or "
                "two periods"
            )
        if len(asked) > MOST:
            raise ChainError(f"{len(asked)} values are more than the {MOST} that are compared; name fewer")
        found = [measured(asker, measure, company, period) for company, period in asked]
        return _called(measure, found)

    return make_tool(
        call,
        name=NAME,
        description="Sets one measure of several companies, or of one company in several periods, side by side, each "
        "exact and cited, and tells the highest, the lowest, and which is the better one where that can be said.",
        arguments=Compare,
        expected=f"measure, a text; companies, a list of 1 to {MOST_COMPANIES} names; and perhaps periods, a list of "
        f"up to {MOST_PERIODS}",
    )


def _periods(holdings: Holdings, company: Company, texts: Sequence[str]) -> list[str]:
    """The periods to ask about, as given; a range as its years; [""] for the newest where none is given."""
    made: dict[str, str] = {}
    for text in texts:
        found = holdings.periods(text, company)
        for period in found:
            made.setdefault(str(period), text if len(found) == 1 else str(period))
    return list(made.values()) or [""]


def _called(measure: str, found: Sequence[Measured]) -> Called:
    ranked = sorted((m for m in found if m.value is not None), key=lambda m: m.value or 0, reverse=True)
    units = {m.unit for m in ranked}
    comparable = len(ranked) > 1 and len(units) == 1
    better = direction_of(measure)
    lines = [told(m.answer) for m in found]
    data: dict[str, Any] = {
        "measure": measure,
        "rows": [m.row() for m in found],
        "highest": ranked[0].row() if comparable else None,
        "lowest": ranked[-1].row() if comparable else None,
        "better": better,
        "verdict": _verdict(measure, ranked, better) if comparable else _why_not(found, units),
    }
    lines.append(data["verdict"])
    return "\n".join(lines), artifact_of(NAME, [m.answer.record(explain=True) for m in found], **data)


def _verdict(measure: str, ranked: Sequence[Measured], better: str) -> str:
    first, last = ranked[0], ranked[-1]
    if first.value == last.value:
        return f"The {measure} is the same for all."
    several = len({m.company for m in ranked}) > 1
    times = len({m.period for m in ranked}) > 1

    def who(one: Measured) -> str:
        return f"{one.company} in {one.period}" if several and times else one.company if several else one.period

    two = len(ranked) == 2
    text = f"The {'higher' if two else 'highest'} {measure} is that of {who(first)}"
    text += "." if two else f", the lowest that of {who(last)}."
    if better:
        worse = last if better == "higher" else first
        text += f" A {better} {measure} is better: {who(worse)} is the {'worse' if two else 'worst'}."
    return text


def _why_not(found: Sequence[Measured], units: set[str]) -> str:
    if len(units) > 1:
        return f"The values cannot be ranked: they are in different units ({', '.join(sorted(units))})."
    missing = ", ".join(dict.fromkeys(m.company for m in found if m.value is None))
    return f"They cannot be ranked: there is no value for {missing}."


@cache
def _directions() -> dict[str, str]:
    raw = read_table("compare.toml", "chains.agent.tools")["higher_is"]
    return {word: side for side, named in (("lower", "worse"), ("higher", "better")) for word in raw[named]}


def direction_of(measure: str) -> str:
    """Whether a "higher" or a "lower" value of a measure is the better one; "" where neither is."""
    from chains.measures.metrics import Metrics, Trend

    names = default_names()
    asking = MeasureReader(names).read(measure)
    if asking is not None and asking.measure.metric:
        said = Metrics.load()[asking.measure.metric].higher_is
        return {Trend.BETTER: "higher", Trend.WORSE: "lower", Trend.NEUTRAL: ""}[said]
    # "Cost of sales" is a cost: what it is called stands before "of", and elsewhere at the end.
    head, _, rest = measure.lower().partition(" of ")
    words = [*re.findall(r"[a-z-]+", head)[::-1], *re.findall(r"[a-z-]+", rest)[::-1]]
    return next((_directions()[word] for word in words if word in _directions()), "")
