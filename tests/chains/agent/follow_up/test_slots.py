"""A turn fills slots of what was asked or computed before: the part, the whole, the time, several years."""

from __future__ import annotations

import pytest

from chains.agent.follow_up import Conversing
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.questions.request import Request

_MARGIN = ("Larkmoor Process Valves segment operating income 2025", "margin on its sales")
_NINE = ("Northmere gross profit nine months ended August 31, 2025", "as a margin")
_FREE = ("Cash from operations at Larkmoor, fy 2024", "less capex gives?")

VALUES: list[tuple[tuple[str, ...], str]] = [
    # Another part of the company, of what was asked and of what was computed.
    ((_MARGIN[0], "Flow Measurement"), "142.3"),
    ((*_MARGIN, "now Flow Measurement"), "20.64"),
    ((*_MARGIN, "and Digital Services in 2024?"), "19.58"),
    ((*_MARGIN, "change from the year before", "Flow Measurement?"), "2.11"),
    ((_MARGIN[0], "growth", "margin on its sales"), "10.59"),
    (("Larkmoor's sales in Asia Pacific 2025?", "share of the group?", "now the Americas"), "57.74"),
    ((_MARGIN[0], "net sales there"), "414.6"),
    # An amount after a share, and an amount that is a part of another: no shares.
    (("Larkmoor's sales in Asia Pacific 2025?", "share of the group?", "and the Americas, in dollars?"), "741600000"),
    (("Larkmoor net sales 2025", "how much of that was Asia Pacific?"), "213.3"),
    # A line item of its own is no part.
    ((*_MARGIN, "inventories"), "196"),
    # A word that tells two line items apart is no part of one.
    (("larkmoor diluted EPS 2025", "no sorry, basic"), "2.19"),
    # "Last year" is seen from the year that is spoken of, not from the newest report.
    (("Larkmoor revenue 2024", "last year?"), "1149.9"),
    (("Larkmoor revenue 2024", "and in the last fiscal year"), "1149.9"),
    (("Larkmoor total assets at the end of fiscal 2025", "inventories?", "last year?"), "176.2"),
    # Another length of time, and another year, of what was computed.
    ((*_NINE, "same nine months of the prior year"), "30.31"),
    ((*_NINE, "same nine months of the prior year", "just the quarter, this year"), "31.68"),
    # Over several years.
    ((*_FREE, "and for 2025?", "average of that over the three years shown"), "109.867"),
    (("Larkmoor net income 2025", "highest over the three years presented"), "135.1"),
    # Units in short, and the value that a change is of.
    (("Larkmoor gross margin 2025", "2024?", "difference in points?"), "1.47"),
    (("Larkmoor revenue 2025", "swing from the year before, in $m"), "82.6"),
    (("Larkmoor revenue 2025", "net income", "revenue is up by how many percent"), "6.87"),
]
REFUSED: list[tuple[str, ...]] = [
    ("Larkmoor's cost of sales in 2025?", "as % of the company"),
    ("Larkmoor net sales 2025", "over the revenue of that year, in basis points?"),
]


@pytest.fixture
def conversation(sample_asker: Asker) -> Conversing:
    return Conversing(sample_asker)


def _answer(conversation: Conversing, turns: tuple[str, ...]) -> Answer:
    return conversation.ask(Request(turns[-1], history=turns[:-1]))


@pytest.mark.parametrize(("turns", "value"), VALUES, ids=[v[0][-1] + f" {n}" for n, v in enumerate(VALUES)])
def test_a_turn_exchanges_one_slot(conversation: Conversing, turns: tuple[str, ...], value: str) -> None:
    answer = _answer(conversation, turns)
    assert answer.answered, answer.answer
    assert str(answer.value) == value


@pytest.mark.parametrize("turns", REFUSED, ids=[r[-1] for r in REFUSED])
def test_a_share_of_an_unknown_whole_is_refused(conversation: Conversing, turns: tuple[str, ...]) -> None:
    assert not _answer(conversation, turns).answered


def test_a_calculation_of_another_time_says_its_own_years(conversation: Conversing) -> None:
    answer = _answer(conversation, (*_MARGIN, "change from the year before", "and in 2024?"))
    assert not answer.answered or "FY2025" not in answer.answer


def test_a_turn_without_a_company_is_about_the_one_before(conversation: Conversing) -> None:
    answer = _answer(conversation, ("Northmere net sales Q3 2025", "how many brands were sold"))
    assert "Northmere" in answer.explain["understood"]
