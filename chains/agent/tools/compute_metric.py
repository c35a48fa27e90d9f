"""The tool that computes a metric by its name."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from chains.agent.tools.holdings import Holdings
from chains.agent.tools.measured import measured
from chains.ask_tool import told
from chains.errors import ChainError
from chains.measures.metrics import Metric, Metrics
from chains.questions.companies import Company
from chains.tool_making import Called, artifact_of, make_tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from chains.messages import Answering

NAME = "compute_metric"


def metric_tool(asker: Answering, holdings: Holdings) -> BaseTool:
    """`compute_metric`: a metric of metrics.toml for a company and a period; `metric` of its artifact is it."""
    from pydantic import BaseModel, Field

    class ComputeMetric(BaseModel):
        """The arguments."""

        metric: str = Field(
            min_length=1, max_length=120, description="The metric's usual name: quick ratio, DPO, free cash flow, ..."
        )
        company: str | None = Field(
            default=None, description="The company; to be left out only where the library holds one."
        )
        period: str | None = Field(
            default=None, description="The fiscal year or quarter, such as FY2024 or Q3 2025; left out: the newest."
        )

    def call(metric: str, company: str | None = None, period: str | None = None) -> Called:
        known = named_metric(metric)
        whose = holdings.company(company) if company else _only(holdings)
        if period:
            holdings.periods(period, whose)  # a text that is no period is told of, not passed over
        found = measured(asker, known.name, whose, period or "")
        data: dict[str, Any] = {
            "metric": {
                "name": known.name,
                "formula": known.formula,
                "unit": known.unit.value,
                "higher_is": known.higher_is.value,
                "source": known.source,
            },
            "rows": [found.row()],
        }
        return told(found.answer), artifact_of(NAME, [found.answer.record(explain=True)], **data)

    return make_tool(
        call,
        name=NAME,
        description="Computes a financial metric by its usual name (ratios, margins, turnovers, days, free cash flow, "
        "EBITDA, ...) for one company and one period, with its formula and every figure cited.",
        arguments=ComputeMetric,
        expected="metric, its usual name, and perhaps a company and a period",
    )


def named_metric(name: str) -> Metric:
    """The metric of that name or alias. Raises ChainError with the nearest names."""
    metrics = Metrics.load()
    found = metrics.named(name.strip()) or metrics.named(name.strip().lower())
    if found is not None:
        return found
    names = {alias.lower(): metric.name for metric in metrics.values() for alias in (metric.name, *metric.aliases)}
    near = dict.fromkeys(names[n] for n in get_close_matches(name.lower(), names, n=6, cutoff=0.5))
    told_near = ", ".join(near) or "quick ratio, gross margin, free cash flow"
    raise ChainError(f"there is no metric {name[:80]!r}; the nearest are {told_near}")


def _only(holdings: Holdings) -> Company:
    companies = holdings.directory().companies
    if len(companies) != 1:
        known = ", ".join(c.short for c in companies[:8]) or "none"
        raise ChainError(f"the library holds {len(companies)} companies; name one of {known}")
    return companies[0]
