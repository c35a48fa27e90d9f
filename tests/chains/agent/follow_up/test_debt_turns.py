"""Turns that go on from a debt: what of it falls due, net of what it is, what counts as debt too."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chains.agent.follow_up import Conversing
from chains.agent.follow_up.brought_down import as_change
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.questions.request import Request

DEBT = "What was Larkmoor's total debt at the end of FY2025?"
BEFORE = "What was Larkmoor's total debt at the end of FY2024?"


def said(asker: Asker, *turns: str) -> Answer:
    return Conversing(asker).ask(Request(turns[-1], history=turns[:-1]))


@pytest.mark.parametrize(
    ("turns", "value"),
    [
        ((DEBT, "how much of it matures in 2027"), "75"),
        ((DEBT, "how much of it matures in 2027", "and thereafter?"), "300"),
        ((DEBT, "what share of it falls due within a year, in %"), "11.76"),
        ((DEBT, "which year is the heaviest for what falls due?", "and the next two years together"), "125"),
        ((DEBT, "less the cash"), "299.8"),
        ((DEBT, "less the cash", "count accounts payable as debt too"), "414"),
        ((BEFORE, "and at the end of FY2025?", "so how much have they brought it down"), "-75"),
        ((BEFORE, "and FY2025?", "what did revenue do between those two years, in percent?"), "6.87"),
    ],
)
def test_values(sample_asker: Asker, turns: tuple[str, ...], value: str) -> None:
    answer = said(sample_asker, *turns)
    assert answer.answered, answer.reason
    assert answer.value is not None
    assert round(answer.value, 2) == Decimal(value), (answer.explain["understood"], answer.answer)


def test_no_debt_was_spoken_of(sample_asker: Asker) -> None:
    assert not said(
        sample_asker, "What was Larkmoor's revenue in FY2025?", "treat accounts payable as debt too"
    ).answered


@pytest.mark.parametrize("text", ["how much cash did they bring in", "how much have they spent", "have they cut it?"])
def test_what_was_done_to_something_else_is_no_change(text: str) -> None:
    assert as_change(text) == text
