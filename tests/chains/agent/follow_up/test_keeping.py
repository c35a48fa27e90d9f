"""What stays after a turn that was not understood, and words that may mean several of the earlier answers."""

from __future__ import annotations

import pytest

from chains.agent.follow_up import Conversing
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.questions.request import Request

VALUES: list[tuple[tuple[str, ...], str]] = [
    # The company is that of the thread after a turn that asks for nothing known.
    (("Larkmoor revenue 2025", "wibble wobble", "What was net income in 2024?"), "94.8"),
    # After a part that is printed nowhere.
    (("Larkmoor Flow Measurement net sales 2025", "and the wobbly one?", "net income?"), "135.1"),
    # The whole name of a line item is no part of another one's.
    (("Larkmoor revenue 2025", "cost of sales?", "the sales as a % of total assets"), "89.57"),
    (("What were Larkmoor's revenue and net income in 2025?", "the latter as a % of the former"), "10.52"),
    # Nine months of earnings beside nine months of sales, though those of the quarter were asked for.
    (("Northmere net sales Q3 2025", "net income for the nine months?", "as a % of net sales"), "8.17"),
    (("Which segment of Larkmoor earned the most in 2025?", "on what net sales?"), "689.5"),
    (("Larkmoor operating margin 2025", "2024?", "so it widened by how many points?"), "2.86"),
]
REFUSED: list[tuple[tuple[str, ...], str]] = [
    # A company that is not known is spoken of, and no longer the one before it.
    (("Larkmoor revenue 2025", "and Tesla's revenue?", "and net income?"), "names no company"),
    (("What was net income?", "What was operating income in 2024?"), "names no company"),
    (("Larkmoor Flow Measurement net sales 2025", "and the wobbly one?"), "wobbly"),
    (("Larkmoor Flow Measurement net sales 2025", "and the wobbly one?", "as a % of net income"), "ask for that first"),
    (("What were Larkmoor's revenue and net income in 2025?", "what share of total assets is that"), "not clear"),
    (("Larkmoor revenue 2025", "that increase as a % of total assets"), "which change"),
    (("Larkmoor revenue 2025", "2024", "sum", "by how much did it change?"), "since when"),
    (("Larkmoor R&D 2025", "Larkmoor revenue 2024", "Northmere net sales Q3 2025", "the difference?"), "name the"),
    (("Northmere net sales Q3 2025", "net income for the nine months?", "as a % of the net sales in the quarter"), ""),
    # A measure "of it" where nothing was found is not the whole company's.
    (("How many widgets did Larkmoor lose at sea in 2025?", "gross profit on that"), "ask for that first"),
    (("How many widgets did Larkmoor lose at sea in 2025?", "what share of it was net income"), "ask for that first"),
    (("Larkmoor Flow Measurement net sales 2025", "is that more than in Antarctica?"), "Antarctica"),
]


def _answer(asker: Asker, turns: tuple[str, ...]) -> Answer:
    return Conversing(asker).ask(Request(turns[-1], history=turns[:-1]))


@pytest.mark.parametrize(("turns", "value"), VALUES, ids=[v[0][-1] for v in VALUES])
def test_what_stays(sample_asker: Asker, turns: tuple[str, ...], value: str) -> None:
    answer = _answer(sample_asker, turns)
    assert answer.answered, answer.answer
    assert str(answer.value) == value


@pytest.mark.parametrize(("turns", "why"), REFUSED, ids=[r[0][-1] for r in REFUSED])
def test_what_is_not_known_is_said(sample_asker: Asker, turns: tuple[str, ...], why: str) -> None:
    answer = _answer(sample_asker, turns)
    assert not answer.answered, answer.answer
    assert why in answer.answer


def test_a_value_set_against_another_part(sample_asker: Asker) -> None:
    answer = _answer(sample_asker, ("Larkmoor Flow Measurement net sales 2025", "is that more than Process Valves?"))
    assert answer.answer.startswith("Yes.")
    assert "274.9" in answer.answer
