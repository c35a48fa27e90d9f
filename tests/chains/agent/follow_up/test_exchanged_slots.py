"""Slots that a turn exchanges or carries: the part that leads, counterparts, headings, reasons, places in a report."""

from __future__ import annotations

import pytest

from chains.agent.follow_up import Conversing, resolve
from chains.agent.follow_up.contrasting import exchanged
from chains.agent.follow_up.counting import counted_again
from chains.agent.follow_up.cues import opened, shift_in
from chains.agent.follow_up.reading import read
from chains.agent.follow_up.sources import asks_source
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.questions.request import Request

_LEADS = "Which segment of Northmere had the most net sales in Q3 2025?"
_VALVES = "Larkmoor Process Valves segment operating income 2025"

UNDERSTOOD: list[tuple[tuple[str, ...], str]] = [
    # What leads is what "it" and "its" mean.
    (
        (_LEADS, "its share of the total"),
        "What is Northmere Foods' retail net sales as a percentage of net sales in Q3 FY2025?",
    ),
    ((_LEADS, "how much was it"), "What was Northmere Foods' retail net sales in Q3 FY2025?"),
    # A measure is exchanged, the part stays; the whole company is said.
    ((_VALVES, "net sales?"), "What was Larkmoor Controls' process valves net sales in FY2025?"),
    ((_VALVES, "group net sales?"), "What was Larkmoor Controls' net sales in FY2025?"),
    # A heading says the company or the time; one of a measure says nothing.
    (("Larkmoor net income 2025", "back to 2024. revenue?"), "What was Larkmoor Controls' revenue in 2024?"),
    (
        ("Larkmoor net income 2025", "moving on to cash: capex that year"),
        "What was Larkmoor Controls' capex in FY2025?",
    ),
    (
        ("Larkmoor net income 2025", "back to Northmere. total debt at the end of Q3 2025"),
        "What was Northmere Foods' total debt in Q3 2025?",
    ),
    # Why, said with more words.
    (("Larkmoor net income 2025", "why so high that year?"), "Why did Larkmoor Controls' net income change in FY2025?"),
    (
        ("Larkmoor net income 2025", "2024?", "wow, why the jump"),
        "Why did Larkmoor Controls' net income change in FY2025?",
    ),
    # The year that a move starts from.
    (
        ("Larkmoor net income 2025", "and how fast did revenue grow on 2024"),
        "What is the growth of Larkmoor Controls' revenue from FY2024 to FY2025, in percent?",
    ),
    # Several years before one.
    (("Larkmoor net income 2025", "and the two years before that"), "Larkmoor net income from FY2023 to FY2024?"),
    # What a part is said by its place.
    (
        ("Larkmoor's sales in Asia Pacific 2025?", "the Americas?", "what was the second region in 2024"),
        "What was americas sales in 2024 for Larkmoor Controls?",
    ),
]


@pytest.fixture
def conversation(sample_asker: Asker) -> Conversing:
    return Conversing(sample_asker)


def _answer(conversation: Conversing, turns: tuple[str, ...]) -> Answer:
    return conversation.ask(Request(turns[-1], history=turns[:-1]))


@pytest.mark.parametrize(("turns", "understood"), UNDERSTOOD, ids=[u[0][-1] for u in UNDERSTOOD])
def test_a_slot_is_exchanged(sample_asker: Asker, turns: tuple[str, ...], understood: str) -> None:
    assert resolve(sample_asker, turns[:-1], turns[-1]).understood == understood


def test_the_place_of_the_last_answer(conversation: Conversing) -> None:
    answer = _answer(conversation, ("Larkmoor net income 2025", "and where does it say that?"))
    assert answer.answered and answer.value is None
    assert "larkmoor_10k_2025, page" in answer.answer and "Net income" in answer.answer


def test_there_is_no_place_of_what_was_not_answered(conversation: Conversing) -> None:
    answer = _answer(conversation, ("Larkmoor goodwill impairment of the moon base 2025", "which page is that on"))
    assert not answer.answered


@pytest.mark.parametrize(
    "text", ["where is it headquartered?", "what page count does the report have in 2025", "which segment?"]
)
def test_a_question_for_something_else_is_none_for_a_place(text: str) -> None:
    assert not asks_source(text)


@pytest.mark.parametrize("turn", ["its net sales?", "how much was it", "a loss of how much?"])
def test_what_leads_is_not_known_where_no_figure_told_it(conversation: Conversing, turn: str) -> None:
    asked = "Which of Harrowgate's segments had the highest revenue in FY2025?"
    assert not _answer(conversation, (asked, turn)).answered


@pytest.mark.parametrize("turn", ["and wholesale?", "and the others?", "and what of the moon base's?"])
def test_a_part_that_is_not_printed_is_never_the_whole(conversation: Conversing, turn: str) -> None:
    assert _answer(conversation, ("What was Northmere's retail net sales in Q3 2025?", turn)).value is None


def test_how_much_it_was_is_never_the_company(sample_asker: Asker) -> None:
    follow = resolve(sample_asker, ("Who audits Larkmoor?",), "how high was it")
    assert "Larkmoor" not in follow.understood


def test_a_counterpart_exchanges_one_word(sample_asker: Asker) -> None:
    def said(text: str, before: str) -> str:
        return exchanged(before, read(text, sample_asker.directory))

    assert said("against?", "Votes for Jane Doe in 2025?") == "Votes against Jane Doe in 2025?"
    assert said("and the fixed one?", "What does the floating rate debt cost?") == "What does the fixed rate debt cost?"
    assert said("against?", "What was the provision for taxes?") == ""
    assert said("income", "What was the fixed rate debt?") == ""


def test_what_was_counted_is_counted_again(sample_asker: Asker) -> None:
    before = "How many stores did Northmere run at the end of 2025?"

    def again(text: str) -> str:
        return counted_again(text, before, sample_asker.directory)

    assert again("how many in Japan") == "How many stores did Northmere run in Japan?"
    assert again("how many of them are in Japan?") == "How many stores are in Japan?"
    assert again("what share is abroad") == "What share of stores is abroad?"
    assert again("how many employees does it have") == ""
    assert again("how many in total") != "How many of Northmere"


def test_a_heading_is_taken_off() -> None:
    found = opened("moving on to cash: operating cash flow for the six months")
    assert (found.heading, found.text) == ("cash", "operating cash flow for the six months")
    assert opened("revenue of 3.5 billion?").heading == ""
    assert opened("sales & marketing on the same basis").again


def test_the_years_before_are_no_single_year() -> None:
    assert shift_in("the two years before that") is None
    assert (found := shift_in("two years before that")) is not None and found.years == -2
