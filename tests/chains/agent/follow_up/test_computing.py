"""What turns compute of the answers before them: rates, parts of a change, one side exchanged; and what they may not."""

from __future__ import annotations

import pytest

from chains.agent.follow_up import Conversing
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.questions.request import Request

_TWO_YEARS = ("Larkmoor operating income 2025", "the year before?")
_PAID = ("Larkmoor dividends paid 2025", "and share repurchases?")

VALUES: list[tuple[tuple[str, ...], str]] = [
    # A day, a month; another time of it.
    (("Larkmoor revenue 2024", "how much is that a day?"), "3.292"),
    (("Larkmoor revenue 2024", "how much is that a day?", "per month"), "100.142"),
    (("Larkmoor revenue 2024", "per month", "and in 2025?"), "107.025"),
    (("Larkmoor inventories 2025", "how many days is that on cost of sales?"), "94.26"),
    # A change is never changed again; what changed is.
    (("Larkmoor revenue 2025", "up by how much on the year?", "how many percent up on the prior year"), "6.87"),
    # The time that is spoken of, and not the newest, is the one before which the prior year is.
    (("Larkmoor net income 2024", "revenue in the prior year?"), "1149.9"),
    # How much of a change came from a part.
    (("Larkmoor net sales 2025", "2024?", "what share of the increase came from Flow Measurement?"), "59.69"),
    # One side of a ratio exchanged.
    (("Larkmoor net income 2025", "as a percentage of revenue", "sorry, I meant on total assets"), "9.42"),
    # Which of the two is the smaller is not said: by how much they differ.
    (("Larkmoor net income 2024", "2025?", "so how much less is that"), "40.3"),
    ((*_TWO_YEARS, "thats up how many percent on 2024"), "32.5"),
    # The two are still the two after their sum.
    (("Larkmoor R&D 2025", "SG&A?", "add the two", "the two together in the prior year?"), "311.7"),
    ((*_PAID, "those two added up", "with how much to spare against operating cash flow"), "85.2"),
    ((*_PAID, "those two added up", "what does that leave of operating cash flow"), "85.2"),
    # All of one time where "them" is not counted; a year before an operation is what it is of.
    (("Larkmoor R&D 2025", "SG&A?", "amortization?", "sum them up"), "343.5"),
    (("Larkmoor revenue 2025", "2024", "sum", "2025 as a multiple of 2024"), "1.07"),
    # The latter and the former, whatever was computed of them, each beside the revenue of its own time.
    (("Larkmoor R&D 2025", "2024?", "the former as % of revenue", "the latter as % of revenue"), "7.51"),
    (("Larkmoor operating income 2025", "add back restructuring charges"), "196.4"),
    # A number that a sentence tells is an answer as well.
    (("How many people did Larkmoor employ at the end of fiscal 2025?", "revenue per head then"), "297.981"),
    # The part that leads is an answer as well.
    (("Which segment of Larkmoor had the highest net sales in 2025?", "what share of the total is that?"), "53.69"),
    # The result beside the revenue that was asked for last.
    (("Larkmoor net income 2025", "revenue?", "margin then"), "10.52"),
    # "Plus" adds, and goes on where a time follows; a margin is one of the level, also after its growth.
    (("Larkmoor R&D 2025", "plus SG&A"), "328.9"),
    (("Larkmoor R&D 2025", "plus in 2024"), "90.2"),
    (("Larkmoor revenue growth 2025", "what about operating income?", "margin?"), "14.79"),
    (("Larkmoor revenue 2025", "2024?", "growth in percent", "what about operating income?", "margin?"), "14.79"),
    # A turn after one that was not understood.
    (("Larkmoor cost of sales 2025", "as % of the company", "what was net income that year?"), "135.1"),
]
REFUSED: list[tuple[str, ...]] = [
    ("Larkmoor gross margin 2025", "how much is that a day?"),
    ("Northmere net sales Q3 2025", "per month"),
    ("Larkmoor net sales 2025", "margin"),
    ("Larkmoor effective tax rate 2025", "margin"),
    ("Larkmoor net sales 2025", "2024?", "what share of the increase came from Antarctica?"),
    ("Larkmoor R&D 2025", "total of the two"),
    ("Larkmoor R&D 2025", "how much per employee"),
    ("Larkmoor revenue 2025", "cost of sales?", "1 minus that ratio"),
]


@pytest.fixture
def conversation(sample_asker: Asker) -> Conversing:
    return Conversing(sample_asker)


def _answer(conversation: Conversing, turns: tuple[str, ...]) -> Answer:
    return conversation.ask(Request(turns[-1], history=turns[:-1]))


@pytest.mark.parametrize(("turns", "value"), VALUES, ids=[f"{v[0][-1]} {n}" for n, v in enumerate(VALUES)])
def test_computed_of_earlier_answers(conversation: Conversing, turns: tuple[str, ...], value: str) -> None:
    answer = _answer(conversation, turns)
    assert answer.answered, answer.answer
    assert str(answer.value) == value


@pytest.mark.parametrize("turns", REFUSED, ids=[r[-1] for r in REFUSED])
def test_what_cannot_be_computed_is_refused(conversation: Conversing, turns: tuple[str, ...]) -> None:
    answer = _answer(conversation, turns)
    assert answer.value is None, answer.answer
