"""Questions of a conversation are taught with the answers before them, right ones and wrong ones."""

from __future__ import annotations

import json
import random
from pathlib import Path

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Kind, Solution
from adapters.report_qa.programs import program_text
from adapters.report_qa.turns import earlier_solutions
from adapters.training.report_qa.conversations import informed, mistaken
from adapters.training.report_qa.questions import generate
from adapters.training.report_qa.questions.made import made_tables
from adapters.training.report_qa.rows import read_rows

ROW = {
    "id": "c",
    "question": "and as a percentage?",
    "history": ["what were sales in 2021?", "and in 2020?", "what is the change?"],
    "table": [["", "2021", "2020"], ["sales", "1,250", "1,000"], ["staff", "41", "38"]],
    "text": [],
    "answer": 0.25,
    "programs": ["ans = 1250", "ans = 1000", "x0 = 1250 - 1000; ans = x0", "x0 = 1250 - 1000; ans = x0 / 1000"],
}


def test_the_turns_of_a_conversation_know_the_programs_before_them(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text(json.dumps(ROW) + "\n")
    read = read_rows([path], earlier_turns=True).examples
    assert all(one.evidence.earlier == () for one in read), "a question that is measured is told nothing"
    *_, last = informed(read)
    candidates = candidates_of(last.evidence)
    before = [program_text(one, candidates) for one in earlier_solutions(last.evidence, len(candidates))]
    assert before == ["1250", "1000", "subtract(1250, 1000)"]
    assert [len(one.evidence.earlier) for one in informed(read)] == [0, 1, 2, 3]
    assert [one.solutions for one in informed(read)] == [one.solutions for one in read]
    assert informed(read[3:]) == read[3:], "without its turns among the examples"


def test_some_answers_before_are_taught_as_wrong_or_missing(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    path.write_text(json.dumps(ROW) + "\n")
    *_, last = informed(read_rows([path], earlier_turns=True).examples)
    draw = random.Random(0)
    made = [mistaken(last.evidence, draw).earlier for _ in range(60)]
    assert all(one != last.evidence.earlier and len(one) == 3 for one in made)
    assert any(None in one for one in made) and any(None not in one for one in made)
    numbers = len(candidates_of(last.evidence))
    for earlier in made:
        for solution in earlier:
            assert solution is None or solution.kind in (Kind.SPANS, Kind.PROGRAM)
            assert solution is None or all(getattr(one, "index", 0) < numbers for one in solution.picked)


def test_generated_conversations_know_their_turns() -> None:
    made = [one for one in generate(made_tables(20, 1), 200, 1) if one.evidence.history]
    assert len(made) > 10
    for one in made:
        assert len(one.evidence.earlier) == len(one.evidence.history)
        found = earlier_solutions(one.evidence, len(candidates_of(one.evidence)))
        assert len(found) == len(one.evidence.history) and all(isinstance(each, Solution) for each in found)
