"""Words that point to what was said before: a reading that loses them would answer of another thing."""

from __future__ import annotations

import pytest

from chains.agent.follow_up import Conversing
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.questions.request import Request

VALUES: list[tuple[tuple[str, ...], str]] = [
    # The year that led, and no other one.
    (
        (
            "Larkmoor revenue 2023",
            "2024?",
            "2025?",
            "average of the three",
            "which year was the lowest",
            "net income in that year?",
        ),
        "93.9",
    ),
    # A short sentence beside the question says of whom.
    (("Harrowgate net income 2025", "next, operating margin. Larkmoor first, same year"), "14.79"),
]
REFUSED: list[tuple[str, ...]] = [
    ("Larkmoor revenue 2025", "operating income in that quarter"),
    ("Larkmoor revenue 2025", "operating income of the segment"),
    ("Larkmoor operating income 2025", "as a share of revenue", "same thing for Harrowgate in 2025, net income"),
    ("Larkmoor revenue 2025", "how much of the 2025 figure sits in moon mining"),
]
KEPT: list[tuple[tuple[str, ...], str]] = [
    (("Northmere net sales in Q3 2025", "gross profit in that quarter"), "130733"),
    (("Larkmoor revenue 2023", "net income in that year"), "93.9"),
    (("Larkmoor revenue 2025", "same for Harrowgate net income"), "58582"),
]


def _last(asker: Asker, turns: tuple[str, ...]) -> Answer:
    return Conversing(asker).ask(Request(turns[-1], history=turns[:-1]))


@pytest.mark.parametrize(("turns", "value"), [*VALUES, *KEPT])
def test_value_of_what_is_pointed_to(sample_asker: Asker, turns: tuple[str, ...], value: str) -> None:
    answer = _last(sample_asker, turns)
    assert str(answer.value) == value, answer.answer


@pytest.mark.parametrize("turns", REFUSED)
def test_refused_where_that_is_not_known(sample_asker: Asker, turns: tuple[str, ...]) -> None:
    assert not _last(sample_asker, turns).answered
