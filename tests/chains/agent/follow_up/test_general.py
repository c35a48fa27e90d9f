"""Ways of asking that were weak once, each in several phrasings, over the sample reports."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chains.agent.follow_up import Conversing, resolve
from chains.agent.follow_up.resolving import LACKS
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.questions.request import Request

VALUES: list[tuple[tuple[str, ...], str]] = [
    # Parts of the company by name, by heading, by verb.
    (("What did Larkmoor's Flow Measurement segment sell in fiscal 2025?",), "689.5"),
    (("How big were Larkmoor's sales in Asia Pacific in FY25?",), "213.3"),
    (("Larkmoor's Digital Services sales in 2024?",), "148.6"),
    (("What was Digital Services revenue of Larkmoor in 2024?",), "148.6"),
    (("What did Process Valves earn in operating income at Larkmoor in 2024?",), "48.2"),
    (("How much of Larkmoor's revenue came from Process Valves in 2025?",), "414.6"),
    (("How much went into research and development at Larkmoor in 2025?",), "96.8"),
    (("Give me the inventories of Larkmoor at its latest year end",), "196"),
    (("Larkmoor inventories 2025?", "finished goods only"), "86.1"),
    # Another part, the part's margin, its share of the whole.
    (("Larkmoor's Americas sales 2025?", "Asia Pacific?"), "213.3"),
    (("Larkmoor Digital Services sales 2024", "operating income of that segment?", "margin"), "19.58"),
    (("How big were Larkmoor's sales in Asia Pacific in FY25?", "what share of the total is that?"), "16.61"),
    (("Larkmoor's Asia Pacific sales in 2025?", "as a percentage of the total", "and Americas?"), "57.74"),
    (("Larkmoor inventories 2025?", "raw materials?", "what percentage of inventories are raw materials?"), "36.38"),
    (("Larkmoor revenue 2025", "net income?", "what share?"), "10.52"),
    (("Larkmoor revenue 2025", "net income?", "the second as a % of the first"), "10.52"),
    (("Larkmoor's Americas sales 2025?", "Asia Pacific?", "total of the two"), "954.9"),
    # More than the other one.
    (("Larkmoor's operating income in 2025?", "net income?", "by how much was operating income higher?"), "54.9"),
    (("Larkmoor's operating income in 2025?", "net income?", "how much lower was net income?"), "54.9"),
    (("Larkmoor's operating income in 2025?", "net income?", "by how much does it exceed net income"), "54.9"),
    (("Which was larger for Larkmoor in 2025, R&D or SG&A?",), "232.1"),
    (("In which year was Larkmoor's net income higher, 2024 or 2025?",), "135.1"),
    (("net income of Larkmoor, 2024 vs 2025: which was lower?",), "94.8"),
    (("net income of Larkmoor, 2024 vs 2025: which was higher?", "by how much?"), "40.3"),
    # "It" after an operation: what grew where a verb asked, what was computed where a noun did.
    (("Did Larkmoor's interest expense fall in fiscal 2025?", "by how much", "what was it in 2023?"), "21.3"),
    (("Larkmoor gross margin 2025", "2024?", "what was it in 2023?"), "38.31"),
    (("Larkmoor net income 2025", "change on 2024?"), "40.3"),
    # Operations of another time, of another length, or of another company's quarter.
    (
        ("Northmere interest expense for Q3 FY2025?", "operating income?", "ratio", "same ratio for the nine months?"),
        "0.1265",
    ),
    (
        (
            "Larkmoor revenue FY2025?",
            "the year before?",
            "by how much did it grow?",
            "what about Northmere in Q3 2025?",
        ),
        "4.14",
    ),
    # Sums of what is no amount, slips of the pen.
    (
        (
            "What did Harrowgate pay in salaries and benefits in 2025",
            "share of total noninterest expense?",
            "how much went on occupancy and equipment?",
            "add the two up",
        ),
        "83695",
    ),
    (("Larkmoor revenue 2025", "2024?", "growht?"), "6.87"),
    (("Larkmoor R&D 2025", "and SG&A?", "put together?"), "328.9"),
    (("Larkmoor revenue and net income 2025", "what's the margin?", "and for 2023?"), "8.17"),
]


def said(asker: Asker, *turns: str) -> Answer:
    return Conversing(asker).ask(Request(turns[-1], history=turns[:-1]))


@pytest.mark.parametrize(("turns", "value"), VALUES, ids=[" / ".join(turns)[-60:] for turns, _ in VALUES])
def test_values(sample_asker: Asker, turns: tuple[str, ...], value: str) -> None:
    answer = said(sample_asker, *turns)
    assert answer.answered, answer.reason
    assert answer.value == Decimal(value), (answer.explain["understood"], answer.answer)
    assert answer.citations
    assert answer.program


def test_two_measures_are_both_read(sample_asker: Asker) -> None:
    answer = said(sample_asker, "What were Larkmoor's revenue and net income in 2025?")
    assert "1,284.3" in answer.answer
    assert "135.1" in answer.answer
    assert answer.value is None
    assert len(answer.citations) == 2
    # Names with "and" in them are one measure.
    assert said(sample_asker, "Larkmoor's selling, general and administrative expenses in 2025").value == Decimal(
        "232.1"
    )


@pytest.mark.parametrize("asks", ["Is it positive?", "positive or negative?", "was that a positive number?"])
def test_a_sign_is_told_of_what_was_computed(sample_asker: Asker, asks: str) -> None:
    answer = said(sample_asker, "Larkmoor revenue 2025", "and 2024?", "by how much did it grow?", asks)
    assert answer.answer.startswith("Yes. The growth of Larkmoor Controls' revenue from FY2024 to FY2025 was 6.87%")


@pytest.mark.parametrize(
    "text", ["and in 2024?", "the year before?", "by how much did it grow?", "in percent?", "2025"]
)
def test_what_follows_nothing_says_what_is_missing(sample_asker: Asker, text: str) -> None:
    assert said(sample_asker, text).reason == LACKS
    assert resolve(sample_asker, [], text).lacks == LACKS


@pytest.mark.parametrize("text", ["Larkmoor revenue 2025", "Larkmoor", "total assets?", "hello"])
def test_what_stands_alone_lacks_nothing(sample_asker: Asker, text: str) -> None:
    assert not resolve(sample_asker, [], text).lacks


def test_no_share_of_a_whole_that_is_not_known(sample_asker: Asker) -> None:
    """A concept of its own is no part of what a person may mean by "the total"."""
    assert said(sample_asker, "Larkmoor net income 2025", "what share of the total is that?").value is None


def test_what_lies_ahead_is_not_answered_with_other_sentences(sample_asker: Asker) -> None:
    answer = said(sample_asker, "What will Larkmoor pay in dividends in 2031?")
    assert not answer.answered
    assert "say nothing of 2031" in answer.reason


def test_sentences_name_once_what_values_share(sample_asker: Asker) -> None:
    share = said(sample_asker, "Larkmoor capital expenditure 2025", "as a percentage of revenue")
    assert share.answer.startswith("Larkmoor Controls' capital expenditure in FY2025 was 4.57% of its revenue.")
    growth = said(sample_asker, "Larkmoor revenue 2025", "2024?", "growth?")
    assert growth.answer.startswith("The growth of Larkmoor Controls' revenue from FY2024 to FY2025 was 6.87%.")
    total = said(sample_asker, "Larkmoor R&D 2025", "SG&A?", "sum")
    assert total.answer.startswith("The sum of Larkmoor Controls' R&D and SG&A in FY2025 was USD 328.9 million.")


@pytest.mark.parametrize(
    "asks",
    ["Was Larkmoor's operating margin higher or lower in 2025?", "Larkmoor's operating margin 2025: up or down?"],
)
def test_which_way_is_neither_yes_nor_no(sample_asker: Asker, asks: str) -> None:
    assert not said(sample_asker, asks).answer.startswith(("Yes", "No"))
