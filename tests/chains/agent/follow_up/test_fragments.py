"""Fragments that go on from an answer: short years, counted times, annual growth, shares of it, what is taken out."""

from __future__ import annotations

import pytest

from chains.agent.follow_up import Conversing
from chains.agent.follow_up.spelling import spelt
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.questions.request import Request

VALUES: list[tuple[tuple[str, ...], str]] = [
    # Years of two digits, and counted ones.
    (("Larkmoor total cost of sales fiscal 2025?", "and in 24"), "727.9"),
    (("Larkmoor revenue 2023", "two years on?"), "1284.3"),
    (("Larkmoor revenue 2023", "1 year later"), "1201.7"),
    (("Larkmoor revenue 2025", "2 yrs earlier"), "1149.9"),
    (("Larkmoor revenue 2025", "and the yr before"), "1201.7"),
    # The change is the value where it is asked how much something moved.
    (("Larkmoor total cost of sales fiscal 2025?", "2024?", "so it went up by how much, in %?"), "4.27"),
    (("Larkmoor revenue 2025", "how much is that up vs fy24 in %"), "6.87"),
    (("Larkmoor revenue 2025", "by how much is that up on 2024"), "82.6"),
    (("Harrowgate gross loans 2025", "by how many $m did those gross loans grow over the year"), "172.254"),
    (
        (
            "Total noninterest income, Harrowgate, 2025",
            "change on 2024 in percent pls",
            "and total noninterest expense?",
        ),
        "3.73",
    ),
    # The growth a year between the years that were spoken of.
    (("Larkmoor revenue 2025", "2023?", "cagr over that span"), "5.68"),
    (("Larkmoor revenue 2025", "2023?", "cagr over that span", "no I meant net income"), "19.95"),
    (("LKMR diluted EPS, latest fiscal year", "two-yr CAGR of that, from FY2023"), "21.5"),
    (("LKMR diluted EPS, latest fiscal year", "CAGR of that since FY2023"), "21.5"),
    (("Larkmoor revenue 2025", "cagr?", "2023 to 2025"), "5.68"),
    # Shares and sums of answers.
    (("Larkmoor income before income taxes FY25?", "materiality at 5% of that"), "8.635"),
    (("Larkmoor income before income taxes FY25?", "materiality at 5% of that", "and 3% of that"), "5.181"),
    (("Larkmoor's sales in Asia Pacific 2025?", "Americas?", "those two together as a share of net sales"), "74.35"),
    # A cost that is left out of a result is added back.
    (("Larkmoor research and development 2025", "operating income excluding these?"), "286.8"),
    (("Larkmoor cost of sales 2025", "operating income without it"), "949"),
    (("Larkmoor revenue 2025", "and what's left after cost of sales"), "525.3"),
    # What was computed of a part, of the other parts.
    (
        ("Larkmoor, Flow Measurement - segment operating income 2025?", "margin on its sales", "Process Valves?"),
        "10.59",
    ),
    (
        (
            "Northmere: cash from operations for the nine months to Aug 31 2025?",
            "less capex",
            "and a year ago, same nine months?",
            "pct increase",
        ),
        "26.71",
    ),
]
WORDS: list[tuple[tuple[str, ...], str]] = [
    (("Larkmoor cost of sales 2025?", "growth on 2024", "did net sales grow faster than that?"), "Yes."),
    (("Larkmoor net income 2025", "is that above the 2024 operating income?"), "No."),
    (("Larkmoor gross margin 2025", "was it higher in 2024?"), "gross margin in FY2025 was the higher: 40.9%"),
    (("Larkmoor gross margin 2025", "was it lower the year before?"), "gross margin in FY2024 was the lower: 39.43%"),
]
REFUSED: list[tuple[str, ...]] = [
    ("Larkmoor revenue 2025", "cagr?"),
    ("Larkmoor revenue 2025", "cagr?", "and as a % of net sales"),
    ("Larkmoor other income 2025", "operating income excluding it"),
]


@pytest.fixture
def conversation(sample_asker: Asker) -> Conversing:
    return Conversing(sample_asker)


def _answer(conversation: Conversing, turns: tuple[str, ...]) -> Answer:
    return conversation.ask(Request(turns[-1], history=turns[:-1]))


@pytest.mark.parametrize(("turns", "value"), VALUES, ids=[v[0][-1] + f" {n}" for n, v in enumerate(VALUES)])
def test_a_fragment_has_the_value_that_it_asks_for(
    conversation: Conversing, turns: tuple[str, ...], value: str
) -> None:
    answer = _answer(conversation, turns)
    assert answer.answered, answer.answer
    assert str(answer.value) == value


@pytest.mark.parametrize(("turns", "words"), WORDS, ids=[w[0][-1] for w in WORDS])
def test_an_answer_is_set_against_another(conversation: Conversing, turns: tuple[str, ...], words: str) -> None:
    assert words in _answer(conversation, turns).answer


@pytest.mark.parametrize("turns", REFUSED, ids=[r[-1] for r in REFUSED])
def test_what_is_not_understood_whole_is_refused(conversation: Conversing, turns: tuple[str, ...]) -> None:
    assert not _answer(conversation, turns).answered


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("and in 24", "and in 2024"),
        ("and 14", "and 2014"),
        ("'98?", "1998?"),
        ("same qtr last yr", "same quarter last year"),
        ("in 24 months", "in 24 months"),
        ("add 24 to 25", "add 24 to 25"),
        ("5% of 24", "5% of 24"),
    ],
)
def test_what_is_typed_in_short_is_spelt_out(typed: str, meant: str) -> None:
    assert spelt(typed) == meant
