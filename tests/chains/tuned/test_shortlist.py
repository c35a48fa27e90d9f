"""The figures that a question may be about, over hand-made reports."""

import time
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from chains.ask import Asker
from chains.resolve.shelf import Shelf, stem
from chains.tuned.shortlist import shortlist
from ingest.schema import Figure, Period, Statement
from tests.chains.test_ask import ROWS, Ledger, report

S = Statement
MORE = [
    ("Cash paid for income taxes", None, S.NOTE, {2021: 12, 2020: 9}),
    ("Repurchases of common stock", None, S.NOTE, {2021: 5, 2020: 6}),
    ("Loans from suppliers, weighted average rate", None, S.NOTE, {2021: 3, 2020: 4}),
]


class Listing:
    """Lists the figures for a question over some reports."""

    def __init__(self, *reports: tuple) -> None:
        self.ledger = Ledger(dict(reports))
        self.asker = Asker(SimpleNamespace(passages=lambda *_: [], ledger=self.ledger))
        self.shelf = Shelf(self.ledger)

    def __call__(self, question: str, limit: int = 60, document: str | None = None) -> list[Figure]:
        reading = self.asker.read({"question": question, "document": document})
        assert reading.context is not None, reading.refusal
        assert reading.scope is not None
        return shortlist(reading.question, reading.context, reading.scope, self.shelf, limit)


@pytest.fixture
def listing() -> Listing:
    return Listing(report("Acme Tools, Inc.", 2021, [*ROWS, *MORE]))


def first(figures: list[Figure]) -> tuple[str, int | None]:
    return figures[0].label, figures[0].fiscal_year


@pytest.mark.parametrize(
    ("question", "label", "year"),
    [
        ("How much were widget rentals to hospitals at Acme in FY2021?", "Widget rentals to hospitals", 2021),
        ("What did Acme get from renting widgets to hospitals in 2020?", "Widget rentals to hospitals", 2020),
        ("What income taxes were paid in cash by Acme in 2021?", "Cash paid for income taxes", 2021),
        ("How many shares did Acme repurchase in FY2020?", "Repurchases of common stock", 2020),
        ("What was Acme's turnover in FY2021, its net sales?", "Net sales", 2021),
    ],
)
def test_the_line_that_is_meant_comes_first(listing: Listing, question: str, label: str, year: int) -> None:
    assert first(listing(question)) == (label, year)


def test_every_line_of_a_ratio_is_near_the_top(listing: Listing) -> None:
    top = listing("What share of the cash taxes paid were widget rentals to hospitals at Acme in 2021?")[:4]
    assert {f.label for f in top} == {"Widget rentals to hospitals", "Cash paid for income taxes"}
    assert {f.fiscal_year for f in top} == {2021, 2020}  # the year before is there for a change


def test_the_items_of_a_named_metric_are_listed_though_no_word_of_them_is_said(listing: Listing) -> None:
    top = {f.label for f in listing("What is the working capital of Acme in 2021?")[:6]}
    assert {"Total current assets", "Total current liabilities"} <= top


def test_without_a_word_in_common_the_statements_of_the_asked_year_are_listed(listing: Listing) -> None:
    figures = listing("Is Acme a zebra in 2020?")
    assert figures
    assert figures[0].statement is not S.NOTE
    assert figures[0].fiscal_year == 2020


def test_the_latest_year_is_meant_where_none_is_named(listing: Listing) -> None:
    assert first(listing("How much are widget rentals to hospitals?")) == ("Widget rentals to hospitals", 2021)


def test_the_limit_holds_and_no_figure_comes_twice(listing: Listing) -> None:
    figures = listing("What was Acme's net income in 2021?", limit=7)
    assert len(figures) == 7
    assert len({f.id for f in figures}) == 7
    assert listing("What was Acme's net income in 2021?", limit=0) == []


def test_the_whole_company_comes_before_a_part_unless_the_part_is_named() -> None:
    document, figures = report("Acme Tools, Inc.", 2021, ROWS)
    sales = next(f for f in figures if f.label == "Net sales")
    part = replace(
        sales,
        id="acme_2021.p40.t9.r1.c1",
        segment="Gardening",
        statement=S.NOTE,
        value=sales.value / 4,
        table="t9",
        page=40,
    )
    listing = Listing((document, [*figures, part]))
    assert listing("What were the net sales of Acme in 2021?")[0].segment == ""
    assert listing("What were Acme's net sales in gardening in 2021?")[0].segment == "Gardening"


def test_the_column_that_is_named_comes_first() -> None:
    document, figures = report("Acme Tools, Inc.", 2021, ROWS)
    row = next(f for f in figures if f.label == "Widget rentals to hospitals")
    columns = [
        replace(
            row,
            id=f"acme_2021.p41.t1.r1.c{n}",
            label="Marketable securities",
            headers=(head,),
            table="t1",
            page=41,
            value=row.value + n,
        )
        for n, head in enumerate(("Quoted", "Observable", "Modelled"), 1)
    ]
    found = Listing((document, [*figures, *columns]))("Which observable marketable securities did Acme hold in 2021?")
    assert found[0].headers == ("Observable",)


def test_a_value_that_is_printed_twice_is_listed_once() -> None:
    document, figures = report("Acme Tools, Inc.", 2021, ROWS)
    row = next(f for f in figures if f.label == "Net income")
    again = replace(row, id="acme_2021.p50.t1.r1.c1", page=50, table="t50", statement=S.NOTE)
    found = Listing((document, [*figures, again]))("What was Acme's net income in 2021?")
    assert [f.page for f in found if f.value == row.value and f.label == "Net income"] == [row.page]


def test_each_of_several_companies_gets_its_share() -> None:
    listing = Listing(report("Acme Tools, Inc.", 2021, ROWS), report("Borealis Ltd.", 2021, ROWS))
    figures = listing("Did Acme or Borealis have the larger widget rentals to hospitals in 2021?", limit=20)
    assert {f.document for f in figures} == {"acme_2021", "borealis_2021"}
    assert abs(sum(1 if f.document == "acme_2021" else -1 for f in figures)) <= 2


def test_a_quarter_is_told_from_the_year() -> None:
    document, figures = report("Acme Tools, Inc.", 2021, ROWS)
    row = next(f for f in figures if f.label == "Widget rentals to hospitals")
    quarter = replace(
        row,
        id="acme_2021.p60.t1.r1.c1",
        table="t60",
        fiscal_quarter=2,
        period=Period(date(2021, 6, 30), date(2021, 4, 1)),
        value=row.value / 4,
    )
    listing = Listing((document, [*figures, quarter]))
    assert listing("What were widget rentals to hospitals at Acme in 2021?")[0].fiscal_quarter is None
    assert listing("What were widget rentals to hospitals at Acme in Q2 2021?")[0].fiscal_quarter == 2


def test_a_report_without_figures_gives_none() -> None:
    listing = Listing(report("Acme Tools, Inc.", 2021, []))
    assert listing("What was Acme's net income in 2021?") == []


def test_a_large_report_is_listed_quickly() -> None:
    rows = [(f"Item {n} of class {n % 40}", None, S.NOTE, {2021: n, 2020: n + 1}) for n in range(2500)]
    listing = Listing(report("Acme Tools, Inc.", 2021, [*ROWS, *rows]))
    listing("What was item 77 of class 37 at Acme in 2021?")
    started = time.perf_counter()
    figures = listing("What was item 1237 of class 37 at Acme in 2021?")
    # Many times what it takes: only looking at every figure for every word would be this slow.
    assert time.perf_counter() - started < 1.0
    assert first(figures) == ("Item 1237 of class 37", 2021)


@pytest.mark.parametrize(
    ("one", "other"),
    [("repurchased", "repurchases"), ("rentals", "rental"), ("borrowings", "borrowed"), ("tax", "tax")],
)
def test_forms_of_a_word_have_one_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)
