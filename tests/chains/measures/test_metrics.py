"""The table of metrics: it is sound, found in questions, and can be extended."""

# ruff: noqa: E501 - a case a line reads best
from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

import ingest
from chains.answers.program import execute
from chains.errors import MetricsError
from chains.formulas.expression import FiscalPeriod, Item
from chains.formulas.trees import at, items, settled, to_program
from chains.formulas.units import Quantity
from chains.measures.metrics import Metrics, MetricUnit, Trend

METRICS = Metrics.load()


def named(text: str) -> list[str]:
    return [f.metric.key for f in METRICS.find(text)]


def test_the_shipped_table_is_sound_and_large_enough() -> None:
    METRICS.check()
    assert len(METRICS) >= 80
    for metric in METRICS.values():
        assert metric.aliases
        assert metric.needs
        assert len(metric.source) > 20
    assert all(re.fullmatch(r"[A-Z][A-Za-z]+", concept) for concept in METRICS.concepts())


def test_every_formula_can_be_computed_from_the_concepts_that_ingest_knows() -> None:
    table = Path(ingest.__file__).with_name("concepts.toml")
    known = set(tomllib.loads(table.read_text(encoding="utf-8"))["concept"])
    for metric in METRICS.values():
        for expression in (metric.expression, *(a.expression for a in metric.alternatives)):
            missing = [
                i.concept
                for i in items(settled(expression, lambda item: item.concept in known))
                if i.concept not in known
            ]
            assert not missing, metric.key


def test_no_alias_is_claimed_twice() -> None:
    seen: dict[str, str] = {}
    for metric in METRICS.values():
        for alias in {a.lower() for a in (metric.name, *metric.aliases)}:
            assert alias not in seen, f"{alias!r} is an alias of {seen.get(alias)} and {metric.key}"
            seen[alias] = metric.key


def test_every_metric_finds_itself() -> None:
    for metric in METRICS.values():
        for alias in (metric.name, *metric.aliases):
            found = METRICS.find(f"what is the FY2020 {alias} of Acme")
            assert [f.metric.key for f in found] == [metric.key], alias


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (
            "What is Acme's FY2017 days payable outstanding (DPO)?",
            ["days_payable_outstanding", "days_payable_outstanding"],
        ),
        ("net debt/EBITDA and net debt", ["net_debt_to_ebitda", "net_debt"]),
        ("the unadjusted EBITDA % margin", ["ebitda_margin"]),
        ("free-cash-flow  margin", ["free_cash_flow_margin"]),
        ("quick ratios and Current Ratios", ["quick_ratio", "current_ratio"]),
        ("capex as a % of revenue", ["capex_ratio"]),
        ("COGS % margin", ["cogs_margin"]),
        ("the heroes of roe and dio", []),
        ("ROE, DIO", ["return_on_equity", "days_inventory_outstanding"]),
        ("acquick ratio, quick ratio-like", []),
    ],
)
def test_the_longest_name_wins_at_word_boundaries(text: str, keys: list[str]) -> None:
    assert named(text) == keys


def test_offsets_are_those_of_the_text() -> None:
    text = "What is the  Quick  Ratio of Acme?"
    (found,) = METRICS.find(text)
    assert text[found.start : found.end] == "Quick  Ratio"


def test_an_alternative_can_be_named() -> None:
    (found,) = METRICS.find("What is the debt ratio?")
    assert found.alternative is not None
    assert found.metric.key == "debt_to_assets"
    assert found.expression == found.alternative.expression


def test_a_metric_that_does_not_apply_says_why() -> None:
    reason = METRICS["gross_margin"].refusal("Commercial bank")
    assert reason is not None
    assert "cost of sales" in reason
    assert METRICS["gross_margin"].refusal("retail") is None
    assert METRICS["current_ratio"].refusal("life insurance") is not None


VALUES = {
    "Revenues": 1000, "CostOfRevenue": 600, "OperatingIncomeLoss": 150, "NetIncomeLoss": 100, "IncomeTaxExpenseBenefit": 25,
    "DepreciationDepletionAndAmortization": 50, "InterestExpense": 25, "AssetsCurrent": 400, "LiabilitiesCurrent": 200,
    "InventoryNet": 120, "AccountsReceivableNetCurrent": 90, "AccountsPayableCurrent": 60, "StockholdersEquity": 500,
    "CashAndCashEquivalentsAtCarryingValue": 80, "MarketableSecuritiesCurrent": 30, "Assets": 1200, "PaymentsOfDividends": 40,
    "NetCashProvidedByUsedInOperatingActivities": 180, "PaymentsToAcquirePropertyPlantAndEquipment": 70,
    "LongTermDebtNoncurrent": 300, "LongTermDebtCurrent": 20, "PropertyPlantAndEquipmentNet": 350,
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("gross_margin", "0.4"),
        ("ebitda", "200"),
        ("effective_tax_rate", "0.2"),
        ("quick_ratio", "1"),
        ("free_cash_flow", "110"),
        ("free_cash_flow_conversion", "1.1"),
        ("retention_ratio", "0.6"),
        ("dividend_payout_ratio", "0.4"),
        ("interest_coverage", "6"),
        ("total_debt", "320"),
        ("net_debt", "210"),
        ("days_inventory_outstanding", "73"),
        ("cash_conversion_cycle", "69.35"),  # 73 + 32.85 - 36.5
        ("return_on_equity", "0.2"),
        ("nopat", "120"),
        ("working_capital", "200"),
        ("revenue_growth", "0"),
    ],
)
def test_metrics_compute_what_they_say(key: str, value: str) -> None:
    """With every year alike, averages are the year's own values."""
    tree = settled(at(METRICS[key].expression, FiscalPeriod(2020)), lambda item: item.concept in VALUES)

    def bind(item: Item) -> str:
        assert item.concept in VALUES, item
        return f"{item.concept}.{item.period}".replace(" ", "")

    result = execute(to_program(tree, bind), lambda f: Quantity(Decimal(VALUES[f.split(".")[0]]), "USD"))
    assert abs(result.value.value - Decimal(value)) < Decimal("1e-40")


def test_a_users_file_adds_and_replaces(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        "[sources]\nhouse = 'House definitions, 2026'\n"
        "[metrics.store_yield]\nname = 'store yield'\naliases = 'store yield; SY'\nformula = 'ebitda / Assets'\n"
        "unit = 'percent'\nneeds = 'income; balance'\nhigher_is = 'better'\nsource = 'house'\n"
        "[metrics.current_ratio]\nname = 'current ratio'\naliases = 'current ratio'\nformula = 'AssetsCurrent / Liabilities'\n"
        "unit = 'times'\nneeds = 'balance'\nhigher_is = 'better'\nsource = 'cfa'\n"
    )
    metrics = Metrics.load(file)
    assert metrics["store_yield"].unit is MetricUnit.PERCENT
    assert metrics["store_yield"].higher_is is Trend.BETTER
    assert [f.metric.key for f in metrics.find("SY and quick ratio")] == ["store_yield", "quick_ratio"]
    assert metrics["current_ratio"].formula == "AssetsCurrent / Liabilities"
    assert METRICS["current_ratio"].formula == "AssetsCurrent / LiabilitiesCurrent"


def test_all_problems_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(
        "[metrics.one]\nname = 'one'\nformula = 'two / Assets'\nunit = 'furlongs'\nneeds = 'balance; moon'\nhigher_is = 'better'\n"
        "source = 'nobody'\ncolour = 'red'\n[metrics.two]\nname = 'two'\nformula = 'Assets +'\n"
    )
    with pytest.raises(MetricsError) as error:
        Metrics.load(file)
    for expected in ("furlongs", "moon", "nobody", "colour", "[metrics.two] lacks unit", "breaks off"):
        assert expected in str(error.value)
    assert "\n" not in str(error.value)


def test_a_circle_and_a_broken_file_are_clear_errors(tmp_path: Path) -> None:
    row = "aliases = ''\nunit = 'pure'\nneeds = 'balance'\nhigher_is = 'better'\nsource = 'cfa'\n"
    circle = tmp_path / "circle.toml"
    circle.write_text(f"[metrics.aa]\nname='aa'\nformula='bb'\n{row}[metrics.bb]\nname='bb'\nformula='aa'\n{row}")
    with pytest.raises(MetricsError, match="uses itself"):
        Metrics.load(circle)
    broken = tmp_path / "broken.toml"
    broken.write_text("[metrics")
    with pytest.raises(MetricsError, match=r"broken\.toml"):
        Metrics.load(broken)
