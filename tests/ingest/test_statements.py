"""Tables become figures: what each carries, and how far it is to be trusted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from ingest.numbers import parse_number
from ingest.own_names import anonymous, own_names
from ingest.schema import (
    Cell,
    Column,
    Document,
    Figure,
    Page,
    Period,
    Reading,
    Row,
    Source,
    Statement,
    Table,
    TaggedFact,
)
from ingest.statements import read_figures

DOCUMENT = Document(
    "acme_2022", "0" * 64, "acme.pdf", company="Acme Corp.", aliases=("Acme",), form="10-K", fiscal_year=2022,
    period_end=date(2022, 12, 31), fiscal_year_end=(12, 31),
)  # fmt: skip


def cell(text: str | None) -> Cell | None:
    if text is None:
        return None
    printed = parse_number(text)
    return Cell(text) if printed is None else Cell(text, printed.value, printed.dash, printed.symbol)


def table(
    title: str, rows: list[tuple[str, ...]], headers: tuple[str, ...], page: int = 1, number: int = 1, stub: str = ""
) -> Table:
    """Rows are (label, text...); a row of a label alone heads those after it."""
    built, path = [], ()
    for label, *texts in rows:
        cells = tuple(cell(text or None) for text in texts) if texts else (None,) * len(headers)
        built.append(Row(label.strip(), cells, path if label.startswith(" ") else ()))
        if not texts:
            path = (label.rstrip(":"),)
    columns = tuple(Column(tuple(h.split("/"))) for h in headers)
    return Table(page, number, columns, tuple(built), (title,), stub)


INCOME = table(
    "Consolidated Statements of Income (In millions, except per share amounts)",
    [
        ("Net sales", "$ 1,514", "$ 1,285"),
        ("Cost of sales", "(822)", "(701)"),
        ("Selling, general and administrative expenses", "210", "—"),
        ("Income before income taxes", "482", "400"),
        ("Income tax expense", "70", "92"),
        ("Net income attributable to Acme Corp.", "412", "308"),
        ("Earnings per share:",),
        (" Basic", "$ 3.86", "$ 2.80"),
        ("Weighted-average shares outstanding:",),
        (" Basic", "106.7", "110.0"),
    ],
    ("Years ended December 31,/2022", "Years ended December 31,/2021"),
)


def figures(*tables: Table, document: Document = DOCUMENT) -> list[Figure]:
    return read_figures(Reading((Page(1, ""),), tables), document)


def one(found: list[Figure], label: str, column: int = 1) -> Figure:
    (figure,) = [f for f in found if f.label == label and f.id.endswith(f".c{column}")]
    return figure


def test_a_figure_carries_everything() -> None:
    figure = one(figures(INCOME), "Cost of sales")
    assert figure.id == "acme_2022.p1.t1.r2.c1"
    assert (figure.value, figure.printed, figure.scale, figure.sign) == (Decimal(-822_000_000), "(822)", 6, -1)
    assert (figure.unit, figure.currency) == ("USD", "USD")
    assert figure.period == Period(date(2022, 12, 31), date(2022, 1, 1))
    assert (figure.fiscal_year, figure.fiscal_quarter) == (2022, None)
    assert (figure.statement, figure.concept, figure.source) == (Statement.INCOME, "CostOfRevenue", Source.TABLE)


def test_the_companys_own_name_does_not_hide_a_concept() -> None:
    assert one(figures(INCOME), "Net income attributable to Acme Corp.").concept == "NetIncomeLoss"


def test_per_share_and_shares_keep_their_own_scale() -> None:
    basics = [f for f in figures(INCOME) if f.label == "Basic" and f.fiscal_year == 2022]
    assert [(f.unit, f.value) for f in basics] == [("USD/share", Decimal("3.86")), ("shares", Decimal(106_700_000))]


def test_a_dash_beside_a_number_is_zero() -> None:
    figure = one(figures(INCOME), "Selling, general and administrative expenses", 2)
    assert (figure.value, figure.printed) == (Decimal(0), "—")


def test_a_row_of_dashes_is_absent() -> None:
    note = table(
        "Commitments (in millions)", [("Standby letters", "—", "—"), ("Guarantees", "5", "6")], ("2022", "2021")
    )
    assert {f.label for f in figures(note)} == {"Guarantees"}


def test_a_note_without_a_unit_takes_the_statements_scale_and_is_trusted_less() -> None:
    note = table("Receivables were:", [("Trade", "$ 310", "$ 290"), ("Other", "12", "9")], ("2022", "2021"), 2)
    found = one(figures(INCOME, note), "Trade")
    assert found.value == Decimal(310_000_000)
    assert found.confidence < one(figures(INCOME), "Cost of sales").confidence


def test_years_down_the_side_are_the_figures_periods() -> None:
    note = table("Maturities of debt are (in millions):", [("2023", "$ 100"), ("2024", "250")], ("Payments",))
    assert [(f.fiscal_year, f.value) for f in figures(note)] == [
        (2023, Decimal(100_000_000)),
        (2024, Decimal(250_000_000)),
    ]


def test_opening_and_closing_rows_are_instants() -> None:
    note = table(
        "Allowance (in millions), years ended December 31,",
        [
            ("Balance at beginning of year", "$ 8", "$ 9"),
            ("Charges", "3", "2"),
            ("Balance at end of year", "$ 10", "$ 8"),
        ],
        ("2022", "2021"),
    )
    found = figures(note)
    assert one(found, "Balance at beginning of year").period == Period(date(2021, 12, 31))
    assert one(found, "Balance at end of year").period == Period(date(2022, 12, 31))


def test_restated_columns_are_kept_apart() -> None:
    restated = table(
        "Effect of the restatement (in millions)",
        [("Inventories", "120", "131"), ("Payables", "80", "85")],
        ("2021/As Previously Reported", "2021/As Restated"),
    )
    assert [f.restated for f in figures(restated)] == [False, True, False, True]


def fact(value: str, **changes: object) -> TaggedFact:
    base = TaggedFact(
        "us-gaap:CostOfRevenue", "822", Decimal(value), "USD", "-6", Period(date(2022, 12, 31), date(2022, 1, 1)), "c1"
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_a_tagged_cell_is_taken_as_tagged() -> None:
    tagged = fact("822000000")
    row = INCOME.rows[1]
    first = row.cells[0]
    assert first is not None
    cells = (replace(first, fact=tagged), row.cells[1])
    rows = (INCOME.rows[0], replace(row, cells=cells), *INCOME.rows[2:])
    reading = Reading((Page(1, ""),), (replace(INCOME, rows=rows),), (tagged,))
    found = read_figures(reading, DOCUMENT)
    figure = one(found, "Cost of sales")
    assert (figure.value, figure.source, figure.decimals) == (Decimal(822_000_000), Source.XBRL, "-6")
    assert not [f for f in found if ".x" in f.id], "a fact that a table shows is not repeated"


def test_facts_without_a_table_become_figures_with_their_dimensions() -> None:
    tagged = fact("5", concept="acme:WidgetsSold", unit="pure", dimensions=(("us-gaap:Segments", "acme:RetailMember"),))
    (figure,) = read_figures(Reading((Page(1, ""),), (), (tagged,)), DOCUMENT)
    assert (figure.id, figure.label, figure.segment) == ("acme_2022.x1", "Widgets sold", "Retail")
    assert figure.statement is Statement.NOTE


def test_nil_facts_are_no_figures() -> None:
    nil = replace(fact("1"), value=None)
    assert read_figures(Reading((Page(1, ""),), (), (nil,)), DOCUMENT) == []


def test_a_name_that_is_a_common_word_stays_in_labels() -> None:
    names = own_names(replace(DOCUMENT, company="General Mills, Inc.", aliases=("General Mills", "General")))
    assert anonymous("General and administrative", names) == "General and administrative"
    assert anonymous("Net earnings attributable to General Mills", names) == "Net earnings attributable to the company"
    assert anonymous("Total General Mills shareholders' equity", names) == "Total shareholders' equity"


def segment_table() -> Table:
    rows = [
        Row("Net sales", (cell("$ 170"),), ("North America",)),
        Row("Operating income", (cell("7"),), ("North America",)),
        Row("Net sales", (cell("74"),), ("International",)),
        Row("Operating income (loss)", (cell("(1)"),), ("International",)),
        Row("Net sales", (cell("244"),), ("Consolidated",)),
        Row("Operating income", (cell("6"),), ("Consolidated",)),
    ]
    return Table(1, 1, (Column(("Year Ended December 31,", "2022")),), tuple(rows), ("Segments (in millions):",))


def test_rows_that_repeat_under_headings_are_segments() -> None:
    found = [(f.concept, f.segment) for f in figures(segment_table())]
    assert found == [
        ("Revenues", "North America"),
        ("OperatingIncomeLoss", "North America"),
        ("Revenues", "International"),
        ("OperatingIncomeLoss", "International"),
        ("Revenues", ""),
        ("OperatingIncomeLoss", ""),
    ]


def test_columns_that_are_measures_turn_rows_into_segments() -> None:
    note = table(
        "Segments (in millions)",
        [("Health", "$ 8", "$ 2"), ("Consumer", "5", "1"), ("Total company", "$ 13", "$ 3")],
        ("2022/Net sales", "2022/Operating income (loss)"),
    )
    found = {(f.label, f.concept): f.segment for f in figures(note)}
    assert found[("Health", "Revenues")] == "Health"
    assert found[("Consumer", "OperatingIncomeLoss")] == "Consumer"
    assert found[("Total company", "Revenues")] == ""


def test_a_percentage_is_no_revenue() -> None:
    note = table("As a share", [("Net sales", "100 %", "100 %"), ("Cost of sales", "54 %", "55 %")], ("2022", "2021"))
    assert {f.concept for f in figures(note)} == {None}


def test_a_balance_in_a_note_is_an_instant() -> None:
    note = table("Balances (in millions)", [("Total assets", "$ 13", "$ 12"), ("Goodwill", "4", "4")], ("2022", "2021"))
    assert {f.period for f in figures(note) if f.fiscal_year == 2022} == {Period(date(2022, 12, 31))}


def test_prices_among_millions_are_not_scaled() -> None:
    note = table(
        "Quarterly data (in millions)",
        [("Sales", "900", "800"), ("Profit", "90", "80"), ("Costs", "810", "720"), ("Highest price", "49.40", "41.20")],
        ("2022", "2021"),
    )
    assert one(figures(note), "Highest price").value == Decimal("49.4")
    assert one(figures(note), "Sales").value == Decimal(900_000_000)
