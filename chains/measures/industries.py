"""Whether a metric means something for a company: its industry, as its documents name it and its statements show it."""

from __future__ import annotations

from collections.abc import Callable

from chains.measures.metrics import Metrics
from chains.planning.plan import Origin, Plan, measures_of
from chains.questions.companies import Company, industry_signs


def applicability(plan: Plan, company: Company, printed: Callable[[str], bool]) -> str:
    """Why the plan's metric does not apply to a company of this industry; empty where it does.

    `printed` tells whether the company's statements print a concept: they decide where the industry is not known, and
    against it where they show the very items ("software" with inventories, a "bank" with current assets).
    """
    metrics = Metrics.load()
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
