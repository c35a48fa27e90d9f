"""Which printed line a line item of a question is bound to, over a few figures of one filing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chains.ask import Asker
from ingest.schema import Document, Figure, Period, Statement
from tests.chains.tiny_library import tiny_library

ACME = Document(
    "acme_2022", "2" * 64, "a.pdf", company="Acme Valves Inc.", aliases=("Acme",), form="10-K", fiscal_year=2022,
    period_end=date(2022, 12, 31), fiscal_year_end=(12, 31),
)  # fmt: skip
BALANCE = Figure(
    "acme_2022.p3.t1.r1.c1", "acme_2022", 3, label="Total stockholders' equity", path=(), printed="206", value=Decimal(206),
    scale=0, unit="USD", currency="USD", period=Period(date(2022, 12, 31)), fiscal_year=2022, fiscal_quarter=None,
    statement=Statement.BALANCE, table="p3.t1", caption="Balance sheets", headers=("2022",), concept="StockholdersEquity",
)  # fmt: skip
FIGURES = (
    BALANCE,
    replace(BALANCE, id="acme_2022.p3.t1.r2.c1", label="Retained earnings", printed="118", value=Decimal(118),
            concept="RetainedEarningsAccumulatedDeficit"),
    # A table of what a fall of markets would cost: its rows are kinds of risk.
    replace(BALANCE, id="acme_2022.p2.t1.r1.c1", page=2, label="Equity", printed="(7)", value=Decimal(-7),
            statement=Statement.NOTE, table="p2.t1", caption="Impact on fair value",
            concept="StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest"),
)  # fmt: skip


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    with tiny_library(tmp_path_factory.mktemp("home"), ACME, {1: "Acme makes valves."}, FIGURES) as library:
        yield Asker(library)


@pytest.mark.parametrize("name", ["total equity", "stockholders' equity"])
def test_the_equity_of_the_balance_sheet_is_before_a_notes(asker: Asker, name: str) -> None:
    answer = asker.ask(f"What was Acme's {name} at the end of 2022?")
    assert answer.value == 206, answer.answer


def test_a_share_of_it_is_computed_with_it(asker: Asker) -> None:
    answer = asker.ask("What were Acme's retained earnings as a percentage of total equity at the end of 2022?")
    assert answer.value is not None and round(answer.value, 1) == Decimal("57.3"), answer.answer
