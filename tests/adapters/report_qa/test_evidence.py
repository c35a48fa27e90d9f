"""What can be pointed to, in order, and where it is printed."""

from __future__ import annotations

from decimal import Decimal

from adapters.report_qa.evidence import MOST, candidates_of
from adapters.report_qa.forms import Evidence, Source
from tests.adapters.report_qa.conftest import HISTORY, evidence


def test_candidates_are_question_history_table_and_text_and_stand_where_they_say() -> None:
    asked = evidence(history=HISTORY)
    found = candidates_of(asked)
    order = [Source.QUESTION, Source.HISTORY, Source.TABLE, Source.TEXT]
    assert [order.index(one.source) for one in found] == sorted(order.index(one.source) for one in found)
    for one in found:
        place = {
            Source.QUESTION: lambda one: asked.question,
            Source.HISTORY: lambda one: asked.history[one.line],
            Source.TABLE: lambda one: asked.table[one.line][one.column],
            Source.TEXT: lambda one: asked.text[one.line],
        }[one.source](one)
        assert place[one.start : one.end] == one.printed
        assert (one.column >= 0) == (one.source is Source.TABLE)


def test_question_and_history_may_write_numbers_out_and_the_text_may_not() -> None:
    asked = Evidence(
        "What is twelve percent of 5?", text=("It has twelve ships .",), history=("And over three years?",)
    )
    assert [(one.source, one.value, one.percent) for one in candidates_of(asked)] == [
        (Source.QUESTION, 12, True), (Source.QUESTION, 5, False), (Source.HISTORY, 3, False),
    ]  # fmt: skip


def test_a_cell_of_words_is_one_and_so_is_each_number_in_it() -> None:
    found = [one for one in candidates_of(evidence()) if one.source is Source.TABLE and one.line == 5]
    assert [(one.printed, one.value, one.percent) for one in found] == [
        ("5.25 % notes due 2024", None, False),
        ("5.25 %", Decimal("5.25"), True),
        ("2024", Decimal(2024), False),
        ("-", None, False),
        ("250.0", Decimal("250.0"), False),
    ]


def test_years_are_told_from_other_numbers() -> None:
    found = {one.printed: one.is_year for one in candidates_of(evidence("In 2018 or 2018.0, 2,018, 2018%, 1949?"))}
    assert found["2018"] and not any(
        found[other] for other in ("2018.0", "2,018", "2018%", "1949", "1,452.4", "-") if other in found
    )


def test_nothing_gives_nothing_and_too_much_is_cut() -> None:
    assert candidates_of(Evidence("")) == ()
    assert len(candidates_of(Evidence("", text=("5 " * 9000,)))) == MOST
