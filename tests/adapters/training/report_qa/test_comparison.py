from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.card import Card, CardBase, CardData, CardSplit, text_id
from adapters.comparison import mcnemar
from adapters.errors import PromotionError
from adapters.promotion import judge
from adapters.report_qa.forms import Answered, Evidence, Example, Kind, Solution
from adapters.training.data import Source
from adapters.training.report_qa.comparison import compare, held_out, try_adapters
from adapters.training.report_qa.rows import Read

OLD = Card("old", CardBase("bundled", "a" * 64, "bert"), (), "report-qa", data=(CardData("x", "0" * 64, 1, "CC0"),))
NEW = replace(OLD, name="new")


def _rows(count: int, pages: int = 40) -> list[Example]:
    return [Example(str(n), f"page {n % pages}", Evidence(f"question {n}"), (), Decimal(n)) for n in range(count)]


def _read(rows: Sequence[Example], sha256: str = "b" * 64) -> Read:
    return Read(list(rows), [], 0, [Source(Path("/data/rows.jsonl"), sha256, len(rows))])


class _Answerer:
    """Says the number of the question, and another to every `every`-th."""

    def __init__(self, every: int) -> None:
        self.every = every

    def answer(self, evidences: Sequence[Evidence], on_progress: Any = None) -> list[Answered]:
        numbers = [int(one.question.split()[1]) for one in evidences]
        said = [Decimal(number + (number % self.every == 0)) for number in numbers]
        return [Answered(Solution(Kind.PROGRAM), 0.5, one, one, (), "", ()) for one in said]


def _answers(rows: Sequence[Example], every: int) -> list[Answered]:
    return _Answerer(every).answer([row.evidence for row in rows])


def _trial(rows: Sequence[Example], old: int, new: int) -> Any:
    return try_adapters(rows, [], OLD, NEW, lambda card: _Answerer(old if card.name == "old" else new))


def test_exact_match_and_who_alone_is_right_are_counted() -> None:
    rows = _rows(200, pages=37)
    found = compare(rows, _answers(rows, 4), _answers(rows, 10))
    assert (found.n, found.pages) == (200, 37)
    assert (found.current_exact_match, found.new_exact_match) == (0.75, 0.9)
    assert (found.current_execution_accuracy, found.new_f1) == (0.75, 0.9)
    assert (found.wins, found.losses) == (40, 10)  # multiples of 4 and of 10, without those of 20
    assert found.p_value == mcnemar(40, 10)
    assert found.difference == pytest.approx(0.15)
    assert 0 < found.low < found.difference < found.high
    record = found.record()
    assert record["significantly_better"]
    assert (record["current_exact_match"], record["difference"]) == (0.75, 0.15)
    assert str(found).startswith("exact match 0.9000 against 0.7500 (+0.1500, 95 % interval +")
    assert str(found).endswith("200 questions on 37 pages")
    assert found == compare(rows, _answers(rows, 4), _answers(rows, 10))


def test_questions_of_one_page_are_drawn_together() -> None:
    rows = _rows(200, pages=200)
    apart = compare(rows, _answers(rows, 4), _answers(rows, 10))
    five = [replace(row, id=f"{row.id}-{n}") for n in range(5) for row in rows]
    tied = compare(five, _answers(rows, 4) * 5, _answers(rows, 10) * 5)
    assert (tied.n, tied.pages) == (1000, 200)
    assert tied.high - tied.low == pytest.approx(apart.high - apart.low, rel=0.15)


def test_without_numbers_there_is_no_execution_accuracy() -> None:
    row = Example("x", "page", Evidence("who?"), (), ("Ana Lund",), answer_type="span")
    said = Answered(Solution(Kind.SPANS), 0.5, None, None, ("Ana Lund",), "", ())
    refused = replace(said, solution=Solution(Kind.REFUSAL), texts=())
    found = compare([row], [refused], [said])
    assert (found.current_execution_accuracy, found.new_execution_accuracy) == (None, None)
    assert (found.wins, found.losses, found.record()["new_execution_accuracy"]) == (1, 0, None)


def test_answers_that_do_not_pair_are_an_error() -> None:
    rows = _rows(3)
    for some, said in ((rows, _answers(rows, 4)[:2]), ([], [])):
        with pytest.raises(ValueError, match="expected as many of each"):
            compare(some, _answers(some, 4), said)


def test_the_rule_is_that_of_every_task() -> None:
    rows = _rows(200, pages=37)
    better = _trial(rows, 4, 10)
    judge("new", "old", better.comparison)
    assert better.remarks == ()
    with pytest.raises(
        PromotionError, match="new is significantly worse than old, which stays in use: exact match 0.75"
    ):
        judge("new", "old", _trial(rows, 10, 4).comparison)
    with pytest.raises(PromotionError, match="new is not better than old"):
        judge("new", "old", _trial(rows, 4, 4).comparison)
    chance = _trial(_rows(60, pages=37), 13, 16)
    judge("new", "old", chance.comparison)
    assert any("may be chance" in remark for remark in chance.remarks)


def test_few_pages_are_remarked_upon_and_progress_is_told() -> None:
    told: list[int] = []
    trial = try_adapters(_rows(60, pages=3), ["before"], OLD, NEW, lambda card: _Answerer(4), told.append)
    assert trial.remarks == (
        "before",
        "the questions are asked of 3 pages only: the interval says little of other pages",
    )
    assert told == [16, 32, 48, 60, 76, 92, 108, 120]


class TestHeldOut:
    @pytest.mark.parametrize("who", ["old", "new"])
    def test_pages_that_either_was_trained_on_are_left_out(self, who: str) -> None:
        ids = tuple(text_id(f"page {n}") for n in range(20))
        split = CardSplit(0, 0.5, "", ids)
        taught = {"data": (CardData("rows.jsonl", "b" * 64, 200, "CC0"),), "split": split}
        cards = {"old": OLD, "new": NEW}
        cards[who] = replace(cards[who], **taught)  # type: ignore[arg-type]
        rows, remarks = held_out([_read(_rows(200))], list(cards.values()))
        assert {row.page for row in rows} == {f"page {n}" for n in range(20)}
        assert remarks == [
            f"100 questions are left out: {who} was trained on their pages, or its card does not say which pages of the "
            "file were held out"
        ]

    def test_another_files_questions_stay_but_not_on_pages_that_were_trained_on(self) -> None:
        taught = replace(NEW, data=(CardData("a.jsonl", "b" * 64, 100, "CC0"),))
        other = [*_rows(50)[:10], *(replace(row, page=f"other {row.page}") for row in _rows(200)[100:])]
        rows, _ = held_out([_read(_rows(100)), _read(other, "c" * 64)], [OLD, taught])
        assert [row.id for row in rows] == [str(n) for n in range(100, 200)]

    def test_a_question_counts_once_and_one_without_an_answer_not_at_all(self) -> None:
        bare = Example("bare", "page", Evidence("question 5"), ())
        rows, remarks = held_out([_read(_rows(60)), _read([*_rows(80), bare], "c" * 64)], [OLD, NEW])
        assert [row.id for row in rows] == [str(n) for n in range(80)]
        assert remarks == []

    def test_what_is_left_must_be_enough(self) -> None:
        with pytest.raises(
            PromotionError, match="^49 questions are too few to compare with: expected 50 questions that"
        ):
            held_out([_read(_rows(49))], [OLD, NEW])
        taught = replace(NEW, data=(CardData("a.jsonl", "b" * 64, 100, "CC0"),))
        with pytest.raises(
            PromotionError, match="90 questions are left out: new was trained.*; 0 questions are too few"
        ):
            held_out([_read(_rows(90))], [OLD, taught])

    def test_a_card_that_says_nothing_is_remarked_upon(self) -> None:
        rows, remarks = held_out([_read(_rows(60))], [replace(OLD, data=()), NEW])
        assert len(rows) == 60
        assert "the card of old does not say what it was trained on" in remarks[0]
