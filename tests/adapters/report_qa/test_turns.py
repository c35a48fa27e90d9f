"""What answered the turns before a question is told of the candidates of this one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.features import NAMES, measure
from adapters.report_qa.forms import Constant, Earlier, Evidence, Kind, Operation, Point, Solution, Source, Step
from adapters.report_qa.layout import Reader
from adapters.report_qa.turns import COUNT, MOST_TURNS, earlier_solutions, open_turns, summary, told, turn_of
from tests.adapters.report_qa.conftest import evidence, point

TALK = evidence(
    "And as a percentage of the 5 planned?",
    history=("What were net sales in 2019 of 7 regions?", "And in 2018?", "What is the change?"),
)


def answers() -> tuple[Solution | None, ...]:
    """The number of the first question, a cell, and the difference of two."""
    first, second, third = (turn_of(TALK, number) for number in range(3))
    return (
        Solution(Kind.SPANS, picked=(point(first, "7", Source.QUESTION),)),
        Solution(Kind.SPANS, picked=(point(second, "$ 1,300.0"),)),
        Solution(
            Kind.PROGRAM,
            (
                Step(Operation.SUBTRACT, (point(third, "$ 1,452.4"), point(third, "$ 1,300.0"))),
                Step(Operation.MULTIPLY, (Earlier(0), Constant("const_100"))),
            ),
        ),
    )


def test_points_of_an_earlier_turn_are_found_among_the_candidates_of_this_one() -> None:
    asked = replace(TALK, earlier=answers())
    candidates = candidates_of(asked)
    first, second, third = earlier_solutions(asked, len(candidates))

    def one(solution: Solution) -> str:
        (picked,) = solution.picked
        assert isinstance(picked, Point)
        return candidates[picked.index].printed

    assert one(first) == "7" and one(second) == "$ 1,300.0"
    assert isinstance(first.picked[0], Point) and candidates[first.picked[0].index].source is Source.HISTORY
    assert third.steps[0].operands == (point(TALK, "$ 1,452.4"), point(TALK, "$ 1,300.0"))
    assert third.steps[1].operands == (Earlier(0), Constant("const_100"))


def test_a_point_beyond_the_evidence_is_left_out() -> None:
    wrong = Solution(Kind.SPANS, picked=(Point(10_000),))
    asked = replace(TALK, earlier=(None, wrong, None))
    assert earlier_solutions(asked, len(candidates_of(asked))) == []
    assert not measure(asked, candidates_of(asked)).features[:, NAMES.index("turn_any")].any()
    assert earlier_solutions(replace(TALK, earlier=(wrong,) * 9), 5) == [], "more answers than there are questions"


def test_candidates_are_told_how_the_turns_before_used_them() -> None:
    asked = replace(TALK, earlier=answers())
    features = measure(asked, candidates_of(asked)).features
    now, then, costs = (point(asked, one).index for one in ("$ 1,452.4", "$ 1,300.0", "(640.2)"))

    def names(index: int) -> set[str]:
        return {name for name, value in zip(NAMES, features[index], strict=True) if value and name.startswith("turn_")}

    assert {"turn_1_first", "turn_any", "turn_line_last", "turn_year_after_last"} <= names(now)
    assert {"turn_1_second", "turn_2_picked", "turn_same_last", "turn_line_before"} <= names(then)
    assert "turn_any" not in names(costs) and {"turn_column_before", "turn_year_after_last"} <= names(costs)
    (seven,) = [n for n, one in enumerate(candidates_of(asked)) if one.printed == "7"]
    assert {"turn_first", "turn_any"} <= names(seven)


def test_the_kinds_and_operations_of_the_last_two_turns_are_summed_up() -> None:
    found = summary(replace(TALK, earlier=answers()))
    assert found.shape == (COUNT,) and found[-2] == 1 and found[-1] == 3 / MOST_TURNS
    assert found[0] == 1 and found[1:5].tolist() == [1, 0, 0, 0] and found[5:35].sum() == 2
    assert summary(Evidence("?")).sum() == 0 and summary(TALK)[:-2].sum() == 0


def test_a_layout_is_informed_without_being_read_again(reader: Callable[..., Reader]) -> None:
    read = reader(window=96)
    plain, asked = read.read(TALK), replace(TALK, earlier=answers())
    known, again = plain.informed(asked), read.read(asked)
    assert known.chunks == again.chunks and (known.index == again.index).all()
    np.testing.assert_array_equal(known.features, again.features)
    np.testing.assert_array_equal(known.told, again.told)
    np.testing.assert_array_equal(known.informed(TALK).features, plain.features)


def test_which_turns_are_to_be_answered_first() -> None:
    long = Evidence("?", history=tuple(f"question {number}?" for number in range(20)))
    assert open_turns(Evidence("?")) == range(0) and open_turns(TALK) == range(3)
    assert open_turns(long) == range(20 - MOST_TURNS, 20)
    assert open_turns(replace(TALK, earlier=answers())) == range(0)
    first = Solution(Kind.REFUSAL)
    assert told(long, [first]).earlier == (None,) * 19 + (first,) and told(long, []) is long
    assert turn_of(replace(TALK, earlier=answers()), 1).earlier == answers()[:1]
