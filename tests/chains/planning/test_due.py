"""What falls due when: schedules by future year, read from the notes of a report."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chains.ask import Asker
from chains.planning.due_words import Form, read_due
from chains.resolve.schedules import kinds, words_of


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What fraction of Larkmoor's debt matures in fiscal 2029, in %?", "35.29"),
        ("Larkmoor: how much of its borrowings falls due after fiscal 2027?", "300"),
        ("How much of Larkmoor's debt comes due within the next two years?", "125"),
        ("How much of Larkmoor's debt is due by 2027, as of the end of fiscal 2025?", "125"),
        ("What of Larkmoor's debt is due after 2027, at the end of FY2025?", "300"),
        ("Which year has the heaviest debt maturities at Larkmoor?", "150"),
    ],
)
def test_a_schedule_answers_by_year(sample_asker: Asker, question: str, value: str) -> None:
    answer = sample_asker.ask(question)
    assert answer.answered
    assert answer.value is not None
    assert round(Decimal(answer.value), 2) == Decimal(value)
    assert {c.document for c in answer.citations} == {"larkmoor_10k_2025"}


@pytest.mark.parametrize(
    "question",
    [
        "What did Larkmoor repay of its debt in fiscal 2025?",  # a flow of the year, no schedule
        "What is the balance of Larkmoor's 5.10% senior notes due 2029?",  # the name of one instrument
        "Does any of Larkmoor's debt mature in fiscal 2027?",
        "What is the average interest rate on Larkmoor's debt due in fiscal 2027?",
        "How much of Larkmoor's debt is due in 2027 or later?",
        "How much of Larkmoor's debt matures between 2026 and 2029?",  # no row for one of the years
        "How much of Larkmoor's Flow Measurement debt matures in fiscal 2027?",  # a word that is not understood
    ],
)
def test_what_asks_for_something_else_is_left_alone(sample_asker: Asker, question: str) -> None:
    planned = sample_asker.plan(sample_asker.read(question))
    assert planned.planner != "schedule"


def test_the_date_of_the_report_is_no_year_of_the_schedule(sample_asker: Asker) -> None:
    reading = sample_asker.read("What share of Larkmoor's debt is due in 2027 and 2029, as of the end of fiscal 2025?")
    assert reading.context is not None
    due = read_due(reading.question, reading.context)
    assert due is not None
    assert (due.form, due.years, due.base is not None and due.base.year) == (Form.SHARE, (2027, 2029), 2025)


def test_a_sentence_that_goes_on_with_leases_is_still_about_debt() -> None:
    told = {k.name: k.told(words_of("maturities of long-term debt, including finance leases")) for k in kinds()}
    assert [name for name, is_it in told.items() if is_it] == ["debt repayments"]
