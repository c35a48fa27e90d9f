"""What was expected is asked for, and told, by other words than what came of it."""

import pytest

from chains.sentences.expectations import asks_expectation, tells_expectation


@pytest.mark.parametrize(
    "text",
    [
        "What tax rate did Acme expect for 2020?",
        "Where did they want the margin to be by 2021?",
        "what was the guidance for fiscal 2022",
        "Which growth did the company originally aim at?",
        "When was the plant expected to open?",
    ],
)
def test_an_expectation_is_asked_for(text: str) -> None:
    assert asks_expectation(text)


@pytest.mark.parametrize(
    "text",
    [
        "What was the tax rate in 2020?",
        "What is the expected return on plan assets?",
        "How much did pension plan assets earn?",
        "Why was the margin below expectations?",
        "What is the projected benefit obligation?",
    ],
)
def test_none_is(text: str) -> None:
    assert not asks_expectation(text)


def test_sentences_that_look_ahead() -> None:
    assert tells_expectation("Our 2020 margin target remains at 40%.")
    assert tells_expectation("We expect capital expenditures to be higher than in 2018.")
    assert not tells_expectation("Net sales increased 5 percent in fiscal 2020, driven by volume.")
