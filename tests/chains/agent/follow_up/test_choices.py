"""Turns that may mean several things are refused with these, and other parts are set against the one spoken of."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chains.agent.follow_up import Conversing
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.questions.request import Request

_VALVES = "Larkmoor Process Valves revenue 2025"


def _last(asker: Asker, *turns: str) -> Answer:
    return Conversing(asker).ask(Request(turns[-1], history=turns[:-1]))


@pytest.mark.parametrize(
    ("turns", "choice"),
    [
        (("Larkmoor inventories 2025", "revenue 2025", "share?"), "is no whole of it"),
        (("Larkmoor revenue 2025", "operating income 2024", "ratio?"), "different times"),
        (("Larkmoor revenue 2025", "R&D 2025", "ratio?"), "is not said"),
        (("Larkmoor revenue growth from 2023 to 2025", "2024?"), "FY2023 to FY2025"),
        (("Larkmoor number of employees 2025", "net income 2024", "a head?"), "different times"),
        (
            (_VALVES, "Flow Measurement?", "net income 2025", "revenue of the segment"),
            "Process Valves or flow measurement",
        ),
        (("Larkmoor's operating margin 2025", "what % of net income"), "one unit"),
        ((_VALVES, "did Flow Measurement go the same way?"), "which way is meant"),
        (
            ("Larkmoor operating income 2025", "gross profit 2025", "total assets 2025", "Process Valves' margin"),
            "or the",
        ),
    ],
)
def test_what_may_be_several_things_is_refused_with_them(
    sample_asker: Asker, turns: tuple[str, ...], choice: str
) -> None:
    answer = _last(sample_asker, *turns)
    assert answer.status == "refused"
    assert choice.lower() in answer.reason.lower()


@pytest.mark.parametrize(
    ("turns", "value"),
    [
        (("Larkmoor revenue 2025", "R&D 2025", "in percent"), "7.54"),
        (("Larkmoor R&D 2025", "revenue 2025", "share?"), "7.54"),
        (("Larkmoor revenue growth from 2023 to 2025", "since 2024"), "6.87"),
        (("Larkmoor revenue growth in 2025", "2024?"), "4.5"),
        ((_VALVES, "by how much is Flow Measurement's higher"), "274.9"),
        ((_VALVES, "how much lower is Digital Services'"), "234.4"),
        ((_VALVES, "as a share of the group's"), "32.28"),
    ],
)
def test_what_is_by_far_the_usual_reading_is_kept(sample_asker: Asker, turns: tuple[str, ...], value: str) -> None:
    answer = _last(sample_asker, *turns)
    assert answer.value is not None
    assert round(answer.value, 2) == Decimal(value)


@pytest.mark.parametrize(
    ("turns", "words"),
    [
        ((_VALVES, "is that more than Flow Measurement?"), "no."),
        ((_VALVES, "and in 2024?", "did Flow Measurement go the same way?"), "yes."),
        ((_VALVES, "operating margin of that segment", "which segment has the best one?"), "digital services:"),
        (
            (_VALVES, "operating margin of that segment", "which segment has the best one?", "and worst?"),
            "process valves:",
        ),
    ],
)
def test_another_part_is_set_against_the_one_spoken_of(sample_asker: Asker, turns: tuple[str, ...], words: str) -> None:
    answer = _last(sample_asker, *turns)
    assert answer.answered
    assert answer.answer.lower().startswith(words)
