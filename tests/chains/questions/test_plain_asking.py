"""Measures of parts of a company in other words: verbs, clauses and remarks between them, abbreviations, colons."""

from __future__ import annotations

import pytest

from chains.ask import Asker
from chains.questions.abbreviations import in_long
from chains.questions.plain_asking import plainer, ways


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("what operating margin did the pet business earn", "operating margin of pet business"),
        ("how much revenue did it book in the cloud", "revenue of cloud"),
        ("which operating loss was recorded by the leasing unit", "operating loss of leasing unit"),
        ("the gross profit made on hardware", "gross profit of hardware"),
        ("flow segment: what was the operating income", "operating income of flow segment"),
    ],
)
def test_a_verb_between_a_measure_and_its_part(text: str, way: str) -> None:
    assert way in ways(text)


@pytest.mark.parametrize("text", ["total loans : deposits", "what was the net income", "net income and revenue"])
def test_what_is_no_part(text: str) -> None:
    assert list(ways(text)) == []


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("gross margin on the phones it sold?", "gross margin on the phones?"),
        ("members at the end of the year, paid or not", "members at the end of the year"),
        ("gross profit rate, and not the domestic one", "gross profit rate"),
        ("effective tax rate, and how did it compare with ?", "effective tax rate?"),
        ("10-K , streaming: what was the loss", "streaming: what was the loss"),
        ("net debt, notes plus leases less cash", "net debt: notes plus leases less cash"),
        ("cash, cash equivalents plus securities", "cash, cash equivalents plus securities"),
        ("assets sold and not replaced", "assets sold and not replaced"),
    ],
)
def test_remarks_say_nothing_of_the_measure(text: str, rest: str) -> None:
    assert plainer(text).replace(" ?", "?") == rest


def test_abbreviations_are_written_out_but_in_names() -> None:
    assert in_long("the intl. segment in N. America") == "the international segment in north america"
    assert in_long("a loan of Citibank, N.A. of 2020") == "a loan of Citibank, N.A. of 2020"


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What operating income did Larkmoor's Digital Services segment post in fiscal 2025?", "38.5"),
        ("How much revenue did Larkmoor book in Flow Measurement in fiscal 2025?", "689.5"),
        ("Larkmoor 2025 net sales, average of the three years presented", "1,211.967"),
        ("What share of net income did Larkmoor pay out as dividends in 2025?", "32.94"),
        ("Digital Services segment at Larkmoor: what was the operating income in 2025?", "38.5"),
    ],
)
def test_parts_and_shares_are_computed(sample_asker: Asker, question: str, value: str) -> None:
    answer = sample_asker.ask(question)
    assert value in answer.answer, answer.answer


def test_yes_or_no_over_a_ratio(sample_asker: Asker) -> None:
    answer = sample_asker.ask("Did Larkmoor's R&D as a percent of net sales go up from 2024 to 2025?").answer
    assert answer.startswith("Yes") and "7.54%" in answer
