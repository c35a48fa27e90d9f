"""The definitions of right, against cases worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Answered, Constant, Earlier, Evidence, Kind, Operation, Point, Solution, Step
from adapters.training.report_qa.metrics import (
    aligned_f1,
    canonical,
    executes_to,
    number_of,
    same_as_known,
    tatqa_scores,
    truth_of,
)

D = Decimal


@pytest.mark.parametrize(
    ("value", "gold", "right"),
    [
        (D("0.1234549"), D("0.12345"), True),
        (D("0.123456"), D("0.12345"), False),
        (D("-7"), D("-7.0"), True),
        (D("-0.000001"), D("0"), True),
        (D("1e400"), D("1"), False),
        (D("1"), ("yes",), False),
        (None, D("0"), False),
        (True, ("yes",), True),
        (True, ("no",), False),
        (False, ("False",), True),
        (True, D("1"), False),
        (True, ("maybe",), False),
    ],
)
def test_execution_counts_five_digits_and_yes_or_no(value: object, gold: object, right: bool):
    assert executes_to(value, gold) is right  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("$ 1,452.4", (1452.4, False)),
        ("(134)", (-134, False)),
        ("$(1,234)", (-1234, False)),
        ("-$5", (-5, False)),
        ("\u22127.6", (-7.6, False)),
        ("(12.5%)", (-0.125, True)),
        ("(12.5)%", (-0.125, True)),
        ("12.3 million", (12_300_000, False)),
        ("5 percent", (0.05, True)),
        (".5", (0.5, False)),
        ("2019", (2019, False)),
        ("5 apples", None),
        ("fiscal 2019", None),
        ("", None),
        ("-", None),
        ("1" * 5000, None),
    ],
)
def test_a_printed_number_is_read_with_its_sign_and_scale(text: str, number: tuple[float, bool] | None):
    found = number_of(text)
    assert found is number is None or found == pytest.approx(number)


@pytest.mark.parametrize(
    ("said", "scale", "gold", "gold_scale", "exact"),
    [
        ([D("12.3")], "million", D("12300"), "thousand", 1),  # the same number, said otherwise
        ([D("12.3")], "", D("12.3"), "million", 0),
        ([D("12.3")], "thousand", D("12.3"), "million", 0),
        ([D("67.8415")], "percent", D("67.84"), "percent", 1),
        ([D("67.85")], "percent", D("67.84"), "percent", 0),
        ([D("0.6784")], "", D("67.84"), "percent", 1),  # a lone fraction
        ([D("0.678415")], "", D("67.84"), "percent", 1),
        ([D("0.68")], "", D("67.84"), "percent", 0),
        (["67.84%"], "percent", D("67.84"), "percent", 1),  # the sign is not counted twice
        (["67.84%"], "", D("67.84"), "percent", 1),
        ([D("-7")], "", D("7"), "", 0),
        ([D("0")], "", D("-0.001"), "", 1),
        (["(7)"], "million", D("-7"), "million", 1),
        ([D("3")], "", D("3"), "", 1),
        ([], "", D("3"), "", 0),
        ([True], "", D("1"), "", 0),
        ([D("1e400")], "million", D("3"), "million", 0),
    ],
)
def test_a_number_is_compared_with_its_scale_multiplied_out(said, scale, gold, gold_scale, exact):
    assert tatqa_scores(said, scale, gold, gold_scale) == (exact, exact)
    assert aligned_f1(said, scale, gold, gold_scale) == exact


@pytest.mark.parametrize(
    ("said", "scale", "gold", "gold_scale", "exact", "f1", "aligned"),
    [
        (["The fixed-price type."], "", ("fixed-price type",), "", 1, 1, 1),
        (["fixed-price"], "", ("fixed-price type",), "", 0, 2 / 3, 2 / 3),
        (["$1,496.5"], "million", ("$1,496.5",), "million", 1, 1, 1),
        (["$1,496.5"], "", ("$1,496.5",), "million", 0, 0, 0),
        ([D("1496.5")], "million", ("$1,496.5",), "million", 1, 1, 1),
        (["2019", "2018"], "", ("2018", "2019"), "", 1, 1, 1),
        (["2018"], "", ("2018", "2019"), "", 0, 2 / 3, 1 / 2),
        (["2018", "2019", "2017"], "", ("2018", "2019"), "", 0, 4 / 5, 2 / 3),
        (["(19)", "(41)"], "thousand", ("-19", "(41)"), "thousand", 1, 1, 1),
        (["cash", "net sales"], "", ("sales", "cash flow"), "", 0, 2 * (2 / 3 * 2 / 3) / (4 / 3), 2 / 3),
        (["sales"], "million", ("sales",), "", 0, 2 / 3, 2 / 3),
        ([], "", ("cash",), "", 0, 0, 0),
        (["..."], "", ("cash",), "", 0, 0, 0),
        (["cash"], "", ("", " "), "", 0, 0, 0),
        (["rose 5% in 2019"], "", ("rose 5.0% in 2019",), "", 1, 1, 1),
    ],
)
def test_spans_are_compared_as_words(said, scale, gold, gold_scale, exact, f1, aligned):
    assert tatqa_scores(said, scale, gold, gold_scale) == (exact, pytest.approx(f1))
    assert aligned_f1(said, scale, gold, gold_scale) == pytest.approx(aligned)


def test_the_best_pairing_is_taken_and_not_the_first():
    said, gold = ["net sales growth", "sales"], ("sales", "net sales")
    # growth with sales (2/4) and sales with net sales (2/3) is less than sales with sales (1), growth with the other 4/5
    assert aligned_f1(said, "", gold, "") == pytest.approx((1 + 4 / 5) / 2)


def test_words_are_followed_by_their_scale_and_numbers_have_four_digits():
    assert canonical("A Loss, the (5)!", "million") == "loss 5 million"
    assert canonical("12.344", "thousand") == canonical(D("12.344"), "thousand") == "12340.0000"
    assert canonical(True, "") == "yes"


def test_yes_and_no_are_read_as_such():
    golds = (("Yes",), ("false ",), ("yes", "no"), (), None, D(1))
    assert [truth_of(gold) for gold in golds] == [True, False, None, None, None, None]


EVIDENCE = Evidence(
    "what was the change?",
    (("", "2019", "2018"), ("sales", "120", "100"), ("costs", "100", "90")),
    ("sales were 120 .",),
)


def _at(printed: str, number: int = 0) -> Point:
    places = [place for place, one in enumerate(candidates_of(EVIDENCE)) if one.printed == printed]
    return Point(places[number])


def _program(*steps: Step) -> Solution:
    return Solution(Kind.PROGRAM, steps)


def _said(solution: Solution, candidates=None) -> Answered:
    return Answered(solution, 0.5, None, None, (), "", candidates_of(EVIDENCE) if candidates is None else candidates)


CHANGE = _program(Step(Operation.SUBTRACT, (_at("120"), _at("100"))), Step(Operation.DIVIDE, (Earlier(0), _at("100"))))


def test_a_program_that_computes_the_same_is_the_same():
    other = _program(
        Step(Operation.DIVIDE, (_at("120", 1), _at("100"))), Step(Operation.SUBTRACT, (Earlier(0), Constant("const_1")))
    )
    assert same_as_known(_said(CHANGE), [CHANGE], EVIDENCE)
    assert same_as_known(_said(other), [_program(CHANGE.steps[0]), CHANGE], EVIDENCE)
    assert not same_as_known(_said(_program(CHANGE.steps[0])), [CHANGE], EVIDENCE)
    assert not same_as_known(_said(CHANGE), [], EVIDENCE)
    assert not same_as_known(_said(Solution(Kind.REFUSAL)), [CHANGE], EVIDENCE)
    assert not same_as_known(_said(Solution(Kind.SPANS, picked=(_at("120"),))), [CHANGE], EVIDENCE)


def test_a_program_over_a_part_of_the_evidence_is_compared_by_what_it_points_to():
    part = candidates_of(Evidence(EVIDENCE.question, (), ("sales rose from 100 to 120 .",)))
    moved = _program(Step(Operation.SUBTRACT, (Point(1), Point(0))), Step(Operation.DIVIDE, (Earlier(0), Point(0))))
    assert same_as_known(_said(moved, part), [CHANGE], EVIDENCE)
    assert not same_as_known(_said(CHANGE, (*part, *candidates_of(EVIDENCE))), [CHANGE], EVIDENCE)
