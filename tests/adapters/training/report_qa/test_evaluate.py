from __future__ import annotations

import json
from decimal import Decimal

import pytest

from adapters.errors import DataError
from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Answered, Evidence, Example, Kind, Operation, Point, Solution, Span, Step
from adapters.training.report_qa.evaluate import TARGETS, evaluate_report_qa
from adapters.training.report_qa.scoring import score_row

D = Decimal
EVIDENCE = Evidence(
    "what was it?", (("", "2019", "2018"), ("sales", "120", "100"), ("margin", "12%", "10%")), ("up .",)
)
REFUSAL = Answered(Solution(Kind.REFUSAL), 0.0, None, None, (), "", candidates_of(EVIDENCE))


def _at(printed: str) -> Point:
    return Point(next(place for place, one in enumerate(candidates_of(EVIDENCE)) if one.printed == printed))


def _row(gold: object, *, page: str = "p", scale: str = "", kind: str = "", place: str = "", **more: object) -> Example:
    return Example("1", page, EVIDENCE, (), gold, scale, answer_type=kind, answer_from=place, **more)  # type: ignore[arg-type]


def _difference(scale: str = "", confidence: float = 0.5) -> Answered:
    steps = (Step(Operation.SUBTRACT, (_at("120"), _at("100"))),)
    made = Solution(Kind.PROGRAM, steps, scale=scale)
    return Answered(made, confidence, D(20), D(20), (), "subtract(120, 100)", candidates_of(EVIDENCE))


def _growth(scale: str) -> Answered:
    steps = (Step(Operation.DIVIDE, (_at("120"), _at("100"))),)
    said = D(120) if scale == "percent" else D("1.2")
    return Answered(Solution(Kind.PROGRAM, steps, scale=scale), 0.5, D("1.2"), said, (), "", candidates_of(EVIDENCE))


def _spans(*texts: str, scale: str = "", confidence: float = 0.5) -> Answered:
    picked = tuple(Span(0, 0, 1) for _ in texts)
    made = Solution(Kind.SPANS, picked=picked, scale=scale)
    return Answered(made, confidence, None, None, texts, "", candidates_of(EVIDENCE))


def test_a_finqa_row_counts_what_the_program_comes_to():
    score = score_row(_row(D("20.0")), _difference())
    assert (score.executed, score.exact_match, score.f1, score.right) == (True, 1, 1, True)
    assert (score.answer_type, score.scale, score.program, score.words) == ("number", None, None, None)
    assert score_row(_row(D("1.2")), _growth("percent")).right  # the scale is none of the data's
    assert not score_row(_row(D("20.001")), _difference()).right
    assert score_row(_row(("yes",)), REFUSAL).executed is False
    truth = Answered(Solution(Kind.PROGRAM), 0.5, True, None, (), "", candidates_of(EVIDENCE))
    assert (score_row(_row(("yes",)), truth).right, score_row(_row(("no",)), truth).right) == (True, False)


def test_a_tatqa_row_counts_the_number_in_execution_and_the_scale_in_exact_match():
    row = _row(D(20), scale="million", kind="arithmetic")
    right, wrong = score_row(row, _difference("million")), score_row(row, _difference("thousand"))
    assert (right.executed, right.exact_match, right.f1, right.scale) == (True, 1, 1, True)
    assert (wrong.executed, wrong.exact_match, wrong.f1, wrong.scale) == (True, 0, 0, False)
    assert score_row(_row(D("20.001"), scale="million"), _difference("million")).right  # rounded to two digits
    growth = _row(D(120), scale="percent", kind="arithmetic")
    assert [score_row(growth, _growth(scale)).executed for scale in ("percent", "", "million")] == [True, True, True]
    assert [score_row(growth, _growth(scale)).exact_match for scale in ("percent", "", "million")] == [1, 1, 0]


def test_spans_have_an_execution_where_they_are_one_number():
    number = _row(("$1,496.5",), scale="million", kind="span")
    assert score_row(number, _spans("1,496.5", scale="million")).executed is True
    assert score_row(number, _spans("1,496.5")).executed is True and not score_row(number, _spans("1,496.5")).right
    words = score_row(_row(("cash on hand", "debt"), kind="multi-span"), _spans("cash", "debt"))
    assert (words.executed, words.words) == (None, ("cash debt", "cash on hand debt"))
    assert 0 < words.f1 < 1 and words.rouge_l == pytest.approx(4 / 6)


def test_a_known_program_is_compared_and_one_that_cannot_be_said_is_missed():
    known = _difference().solution
    made = Example("1", "p", EVIDENCE, (known,), D(20), program="120 - 100")
    assert score_row(made, _difference()).program is True
    assert score_row(made, _growth("")).program is score_row(made, REFUSAL).program is False
    assert score_row(_row(D(20), program="sin(5)"), _difference()).program is False
    assert score_row(Example("1", "p", EVIDENCE, (known,), D(20)), _difference()).program is None  # found, not known
    counted = Example("1", "p", EVIDENCE, (Solution(Kind.COUNT),), D(2), program="a##b", answer_type="count")
    assert score_row(counted, _difference()).program is None


def test_an_unanswerable_row_is_right_when_it_is_refused():
    row = Example("1", "p", EVIDENCE, (Solution(Kind.REFUSAL),))
    assert (score_row(row, REFUSAL).exact_match, score_row(row, _difference()).exact_match) == (1, 0)
    report = evaluate_report_qa([row, row], [REFUSAL, _difference(confidence=0.3)])
    assert (report.exact_match, report.refused, report.execution_accuracy) == (0.5, 0.5, None)
    assert report.by_type["unanswerable"].n == 2
    assert "no row has a number as its answer" in report.remarks[0]


def test_a_report_counts_each_measure_over_its_rows():
    rows = [
        _row(D(20), page="a", scale="million", kind="arithmetic", place="table"),
        _row(D(20), page="a", scale="million", kind="arithmetic", place="table-text"),
        _row(("up",), page="b", kind="span", place="text"),
        _row(D(1), page="c", scale="million", kind="arithmetic", place="table"),
    ]
    said = [
        _difference("million", 0.9), _difference("", 0.6), _spans("up", confidence=0.8), REFUSAL,
    ]  # fmt: skip
    report = evaluate_report_qa(rows, said, [0.1, 0.2, 0.3, 0.4])
    assert (report.n, report.pages, report.n_numeric, report.n_words, report.n_programs) == (4, 3, 3, 1, 0)
    assert report.execution_accuracy == pytest.approx(2 / 3)
    assert (report.exact_match, report.f1, report.refused, report.scale_accuracy) == (0.5, 0.5, 0.25, 0.5)
    assert (report.bleu, report.rouge_l, report.program_accuracy, report.perplexity) == (1, 1, None, None)
    assert {name: part.n for name, part in report.by_type.items()} == {"arithmetic": 3, "span": 1}
    assert report.by_source["table"].exact_match == 0.5
    assert report.by_source["text"].execution_accuracy is None
    assert (report.median_seconds, report.p95_seconds) == (pytest.approx(0.25), pytest.approx(0.385))
    low, high = report.intervals["exact_match"]
    assert low < 0.5 < high and "program_accuracy" not in report.intervals
    assert evaluate_report_qa(rows, said).intervals == report.intervals
    record = report.record()
    assert "rows" not in record and json.loads(json.dumps(record))["by_type"]["span"]["f1"] == 1


def test_risk_rises_with_coverage_where_the_confidence_tells_right_from_wrong():
    rows = [_row(D(20), page=str(n)) for n in range(4)] + [_row(D(7), page="4")] * 2
    sure = [_difference(confidence=0.9), *[_difference(confidence=0.7)] * 2, REFUSAL]
    report = evaluate_report_qa(rows, [*sure, *[_difference(confidence=0.2)] * 2])
    assert [(at.threshold, at.coverage, at.error) for at in report.risk_coverage] == [
        (0.9, pytest.approx(1 / 6), 0), (0.7, pytest.approx(3 / 6), 0), (0.2, pytest.approx(5 / 6), pytest.approx(2 / 5)),
    ]  # fmt: skip
    assert report.risk_coverage_area == pytest.approx((0 + 2 * 0 + 2 * 2 / 5) / 5)
    assert [at.coverage for at in report.coverage] == [0.5] * len(TARGETS) and report.coverage[0].threshold == 0.7
    assert report.brier == pytest.approx((0.01 + 2 * 0.09 + 2 * 0.04) / 5)
    assert report.ece == pytest.approx((0.1 + 2 * 0.3 + 2 * 0.2) / 5)


def test_many_points_are_thinned_and_the_last_is_kept():
    rows = [_row(D(20))] * 500
    report = evaluate_report_qa(rows, [_difference(confidence=n / 500) for n in range(500)], resamples=2)
    assert len(report.risk_coverage) == 100 and report.risk_coverage[-1].coverage == 1


def test_all_refused_is_measured_with_a_remark():
    report = evaluate_report_qa([_row(D(1))], [REFUSAL])
    assert (report.refused, report.exact_match, report.brier, report.ece, report.risk_coverage) == (
        1,
        0,
        None,
        None,
        (),
    )
    assert "every question was refused" in report.remarks[0]


@pytest.mark.parametrize(
    ("rows", "said", "message"),
    [
        ([], [], "0 answers for 0 questions"),
        ([_row(D(1))], [], "0 answers for 1 questions"),
        ([_row(None)], [REFUSAL], "no answer to compare with, such as 1"),
        ([_row(D(1))], [_difference(confidence=1.5)], "a confidence of 1.5"),
        ([_row(D(1))], [_difference(confidence=float("nan"))], "a confidence of nan"),
    ],
)
def test_what_cannot_be_compared_is_said(rows, said, message):
    with pytest.raises(DataError, match=message):
        evaluate_report_qa(rows, said)
