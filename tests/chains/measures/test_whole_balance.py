"""A balance that is printed in a current and a long-term line, asked for as a whole; and debt net of cash."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chains.ask import Asker
from chains.measures.net_of_cash import net_of_cash
from chains.measures.vocabulary import default_names
from chains.measures.whole_balance import as_whole


def _within(text: str) -> tuple[int, int] | None:
    hit = default_names().within(text)
    return hit[1] if hit is not None else None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("total debt, short and long term", "total debt"),
        ("short- and long-term debt", "total debt"),
        ("total debt on the books", "total debt"),
        ("debt, current part included", "total debt"),
        ("so net cash is what", "net cash position"),
        (
            "total debt (notes payable, current portion, long-term)",
            "notes payable plus current portion of long-term debt plus long-term debt",
        ),
        (
            "deferred revenue, current and long-term together",
            "deferred revenue, current plus deferred revenue, long-term",
        ),
        ("long-term debt, current portion included", "long-term debt plus current portion of long-term debt"),
        (
            "content liabilities, current and non-current",
            "content liabilities, current plus content liabilities, non-current",
        ),
    ],
)
def test_a_whole_is_called_by_what_gives_all_its_lines(text: str, meant: str) -> None:
    assert as_whole(text, _within) == meant


@pytest.mark.parametrize(
    "text",
    [
        "net cash provided by operating activities",
        "long-term debt",
        "borrowings",  # may be what was borrowed
        "short- and long-term debt ratings",
        "net debt",
        "repayments of debt",
        "total debt (see note 5, page 7)",
        "debt to equity ratio",
    ],
)
def test_other_questions_stay_as_they_are(text: str) -> None:
    assert as_whole(text, _within) is None


def test_debt_is_taken_net_of_cash_and_of_what_lies_beside_it() -> None:
    said = net_of_cash("total debt net of the cash and the short-term & other investments")
    assert said == "total debt minus cash and cash equivalents minus short-term & other investments"
    assert net_of_cash("total debt less the current portion") is None
    assert net_of_cash("revenue net of cash discounts") is None


def test_net_cash_is_cash_less_debt(sample_asker: Asker) -> None:
    net_cash = sample_asker.ask("What was Larkmoor's net cash at the end of FY2025?")
    cash = sample_asker.ask("What was Larkmoor's cash at the end of FY2025?")
    debt = sample_asker.ask("What was Larkmoor's debt at the end of FY2025, current part included?")
    assert net_cash.value is not None and cash.value is not None and debt.value is not None
    assert Decimal(net_cash.value) == Decimal(cash.value) - Decimal(debt.value)
