"""Checks: sums that hold raise confidence, sums that fail where their neighbours hold are marked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ingest.checks import run_checks
from ingest.schema import Check, Document, Figure, Period, Statement

DOCUMENT = Document(name="acme", sha256="0", path="acme.pdf", company="Acme Corp.")
YEARS = {1: Period(date(2022, 12, 31)), 2: Period(date(2021, 12, 31)), 3: Period(date(2020, 12, 31))}
SPANS = {c: Period(p.end, date(p.end.year, 1, 1)) for c, p in YEARS.items()}


def figure(row: int, column: int, label: str, value: int, **more: object) -> Figure:
    statement = more.pop("statement", Statement.BALANCE)
    table = str(more.pop("table", "p1.t1"))
    given: dict[str, object] = {
        "document": "acme", "page": 1, "label": label, "path": (), "printed": f"{value:,}", "value": Decimal(value) * 10**6,
        "scale": 6, "unit": "USD", "currency": "USD", "fiscal_year": None, "fiscal_quarter": None, "statement": statement,
        "period": (YEARS if statement is Statement.BALANCE else SPANS)[column], "caption": "", "headers": (), "confidence": 0.9,
    }  # fmt: skip
    return Figure(id=f"acme.{table}.r{row}.c{column}", table=table, **{**given, **more})  # type: ignore[arg-type]


def table(rows: list[tuple[str, list[int], str | None]], **more: object) -> list[Figure]:
    return [
        figure(number, column, label, value, concept=concept, **more)
        for number, (label, values, concept) in enumerate(rows, 1)
        for column, value in enumerate(values, 1)
    ]


def by_id(figures: list[Figure]) -> dict[str, Figure]:
    return {f.id.removeprefix("acme."): f for f in figures}


def test_a_total_and_its_addends_tie() -> None:
    figures, results = run_checks(
        DOCUMENT,
        table(
            [("Cash", [300, 200], None), ("Inventories", [450, 400], None), ("Total current assets", [751, 600], None)]
        ),
    )
    assert {f.check for f in figures} == {Check.TIES}
    assert all(f.confidence > 0.9 for f in figures)
    assert all(result.ok for result in results)


def test_a_misread_cell_is_marked_where_the_other_columns_add_up() -> None:
    rows = [
        ("Cash", [300, 200, 250], None),
        ("Inventories", [450, 400, 350], None),
        ("Total current assets", [750, 600, 6_000], None),
    ]
    figures, results = run_checks(DOCUMENT, table(rows))
    marked = by_id(figures)
    assert marked["p1.t1.r3.c3"].check is Check.BROKEN
    assert marked["p1.t1.r3.c3"].confidence < 0.5
    assert marked["p1.t1.r3.c1"].check is Check.TIES
    assert marked["p1.t1.r1.c3"].check is not Check.BROKEN
    failed = [result for result in results if not result.ok]
    assert [r.difference for r in failed] == [Decimal(5_400) * 10**6]
    assert len(figures) == 9


def test_a_total_that_no_column_confirms_says_nothing() -> None:
    figures, results = run_checks(
        DOCUMENT, table([("Cash", [300], None), ("Debt", [450], None), ("Total something", [999], None)])
    )
    assert not results
    assert {f.check for f in figures} == {Check.NONE}


def test_a_subtotal_stands_for_its_parts_and_less_is_deducted() -> None:
    rows = [("Land", [100, 110], None), ("Buildings", [400, 420], None), ("Total property and equipment", [500, 530], None),
            ("Less accumulated depreciation", [150, 170], None), ("Property and equipment, net", [350, 360], None)]  # fmt: skip
    figures, _ = run_checks(DOCUMENT, table(rows))
    assert by_id(figures)["p1.t1.r5.c2"].check is Check.TIES


def test_an_unbalanced_balance_sheet_is_broken() -> None:
    rows = [
        ("Total assets", [900, 800], "Assets"),
        ("Total liabilities and equity", [900, 730], "LiabilitiesAndStockholdersEquity"),
    ]
    figures, results = run_checks(DOCUMENT, table(rows))
    marked = by_id(figures)
    assert marked["p1.t1.r2.c1"].check is Check.TIES
    assert marked["p1.t1.r2.c2"].check is Check.BROKEN
    assert [r.name for r in results if not r.ok] == ["balance"]


def test_cash_rolls_forward() -> None:
    rows = [
        ("Operating", [500, 400], "NetCashProvidedByUsedInOperatingActivities"),
        ("Investing", [-200, -150], "NetCashProvidedByUsedInInvestingActivities"),
        ("Financing", [-100, -90], "NetCashProvidedByUsedInFinancingActivities"),
        ("FX", [-3, 4], "EffectOfExchangeRateOnCashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"),
        ("Change", [197, 164], "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRateEffect"),
        ("Begin", [564, 400], "CashBeginningOfPeriod"),
        ("End", [761, 564], "CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalents"),
    ]  # fmt: skip
    figures, results = run_checks(DOCUMENT, table(rows, statement=Statement.CASH_FLOW))
    assert {f.check for f in figures} == {Check.TIES}
    assert {r.name for r in results} >= {"cash roll-forward", "cash at end"}


def test_the_same_figure_in_two_statements() -> None:
    income = table([("Net income", [120, 90], "NetIncomeLoss")], statement=Statement.INCOME)
    flow = table([("Net income", [120, 95], "NetIncomeLoss")], statement=Statement.CASH_FLOW, table="p2.t1")
    marked = by_id(run_checks(DOCUMENT, [*income, *flow])[0])
    assert marked["p1.t1.r1.c1"].check is marked["p2.t1.r1.c1"].check is Check.TIES
    assert marked["p2.t1.r1.c2"].check is Check.BROKEN


def test_net_income_of_another_statement_is_the_groups_where_its_value_says_so() -> None:
    income = table(
        [("Net income", [130], "ProfitLoss"), ("Attributable", [120], "NetIncomeLoss")], statement=Statement.INCOME
    )
    flow = table([("Net income", [130], "NetIncomeLoss")], statement=Statement.CASH_FLOW, table="p2.t1")
    marked = by_id(run_checks(DOCUMENT, [*income, *flow])[0])
    assert marked["p2.t1.r1.c1"].concept == "ProfitLoss"
    assert marked["p2.t1.r1.c1"].check is Check.TIES


def test_order_and_number_of_figures_are_kept() -> None:
    figures = table([("Cash", [300, 1], None), ("Dash", [0, 2], None), ("Total", [300, 3], None)])
    assert [f.id for f in run_checks(DOCUMENT, figures)[0]] == [f.id for f in figures]
