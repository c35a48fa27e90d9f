"""Names that no document of a library prints: what is asked of them is refused, whatever is said of others."""

from __future__ import annotations

import pytest

from chains.ask import Asker
from chains.questions.strangers import names_of, stranger
from ingest.library import Library


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("P&G gross margin", "P&G"),
        ("AT&T total debt", "AT&T"),
        ("Zoom revenue 2022", "Zoom"),
        ("What does Pfizer say of litigation?", "Pfizer"),
        ("p&g strategy in china", "p&g"),
        ("what does walmart say about inflation", "walmart"),
        ("walmart's view on inflation", "walmart"),
    ],
)
def test_a_name_that_nobody_prints_is_a_strangers(text: str, name: str, sample_library: Library) -> None:
    assert stranger(text, sample_library) == name


@pytest.mark.parametrize(
    "text",
    [
        "Gross margin in FY2024",
        "R&D and SG&A in total",
        "Elaborate on the risks of inflation",
        "Which company has the highest EBITDA margin?",
        "Larkmoor revenue",
        "what is sitting in goodwill",
        "revenue in Q3 FY24, YoY",
    ],
)
def test_words_of_reports_and_printed_names_are_no_strangers(text: str, sample_library: Library) -> None:
    assert stranger(text, sample_library) == ""


def test_the_first_word_is_a_name_only_where_one_can_stand() -> None:
    assert names_of("Elaborate on churn") == () and names_of("Zoom revenue") == ("Zoom",)


def test_a_question_about_a_stranger_is_refused(sample_asker: Asker) -> None:
    for question in ("P&G gross margin", "Explain AT&T's dividend policy", "how does walmart treat its employees"):
        answer = sample_asker.ask(question)
        assert not answer.answered and answer.value is None
    assert "no company 'P&G' is in the library" in sample_asker.ask("P&G gross margin").reason
