from __future__ import annotations

from decimal import Decimal

import pytest

from adapters.card import Card, CardBase, CardData, CardSplit, text_id
from adapters.errors import DataError
from adapters.report_qa.forms import Answered, Evidence, Example, Kind, Solution
from adapters.training.report_qa.predictions import held_out, predict, trained_pages

ROWS = [Example(str(n), f"page {n // 2}", Evidence(f"question {n}"), (), Decimal(n)) for n in range(10)]


class Echo:
    """Answers with the number at the end of the question."""

    def __init__(self, missing: int = 0) -> None:
        self.asked: list[int] = []
        self.missing = missing

    def answer(self, evidences, on_progress=None):
        self.asked.append(len(evidences))
        numbers = [Decimal(one.question.split()[-1]) for one in evidences]
        made = [Answered(Solution(Kind.PROGRAM), 0.5, number, number, (), "", ()) for number in numbers]
        return made[self.missing :]


def test_each_row_is_asked_once_in_order_and_progress_is_told():
    model, told = Echo(), []
    found = predict(model, ROWS, told.append, at_once=4)
    assert (model.asked, told) == ([4, 4, 2], [4, 8, 10])
    assert [one.value for one in found.answered] == [row.gold for row in ROWS]
    assert len(found.seconds) == 10 and min(found.seconds) > 0
    report = found.evaluated(perplexity=2.5)
    assert report is not None and (report.execution_accuracy, report.n, report.perplexity) == (1, 10, 2.5)
    assert report.median_seconds is not None


def test_rows_without_an_answer_are_asked_and_not_measured():
    bare = Example("x", "page 9", Evidence("question 5"), ())
    report = predict(Echo(), [ROWS[0], bare]).evaluated()
    assert report is not None and report.n == 1
    assert predict(Echo(), [bare]).evaluated() is None
    assert predict(Echo(), []).evaluated() is None


def test_a_model_that_leaves_out_an_answer_is_refused():
    with pytest.raises(DataError, match="3 answers to 4 questions"):
        predict(Echo(missing=1), ROWS, at_once=4)


def test_pages_of_the_cards_split_are_held_out_and_the_others_trained_on():
    split = CardSplit(0, 0.4, "", (text_id("page 1"), text_id("page 3")))
    card = Card(
        "x",
        CardBase("bundled", "0" * 64, "bert"),
        (),
        "report-qa",
        split=split,
        data=(CardData("d", "a" * 64, 10, ""),),
    )
    assert [row.id for row in held_out(ROWS, card)] == ["2", "3", "6", "7"]
    assert trained_pages(ROWS, ["a" * 64], card) == 3
    assert trained_pages(ROWS[:8], ["b" * 64], card) == 2  # another cut of the same pages
    assert trained_pages(ROWS[2:4], ["b" * 64], card) == trained_pages(ROWS[:2], ["b" * 64], card) == 0
    bare = Card("x", CardBase("bundled", "0" * 64, "bert"), (), "report-qa")
    assert (held_out(ROWS, bare), trained_pages(ROWS, ["a" * 64], bare)) == ([], 0)
