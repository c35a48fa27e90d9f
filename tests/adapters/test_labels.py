"""How labels are spelled."""

from __future__ import annotations

import pytest

from adapters.labels import LABELS, SCHEMES, number_scheme, parse_label, parse_scheme


@pytest.mark.parametrize(
    ("value", "label"),
    [("Positive", "positive"), (" neg ", "negative"), ("BULLISH", "positive"), ('"neutral".', "neutral")],
)
def test_names_are_read_in_any_case_and_short(value: str, label: str) -> None:
    assert parse_label(value) == label


@pytest.mark.parametrize("value", ["", None, "mixed", "posit", 1, "2", True, float("nan"), "positive negative"])
def test_what_is_no_name_is_no_label(value: object) -> None:
    assert parse_label(value) is None


def test_numbers_are_read_under_a_scheme_only() -> None:
    scheme = SCHEMES["0/1/2"]
    assert [parse_label(value, scheme) for value in (0, "1", 2.0)] == list(LABELS)
    assert parse_label("LABEL_2", scheme) == "positive"
    assert parse_label(3, scheme) is None and parse_label(1.5, scheme) is None
    assert parse_label("neutral", scheme) == "neutral"


def test_the_scheme_is_found_where_only_one_fits() -> None:
    assert number_scheme([0, 1, 2, 1]) == SCHEMES["0/1/2"]
    assert number_scheme(["-1", 0, 1]) == SCHEMES["-1/0/1"]
    assert number_scheme([0, 1]) is None
    assert number_scheme([1, 2, 3]) is None


def test_a_call_states_a_scheme() -> None:
    assert parse_scheme("0=bearish, 1=Bullish,2=neutral") == {"0": "negative", "1": "positive", "2": "neutral"}
    with pytest.raises(ValueError, match="expected for example"):
        parse_scheme("0=good")
