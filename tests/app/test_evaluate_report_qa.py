"""`finagent eval report-qa` over a small file, with a model that looks its answers up in the rows' own words."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.card import CardData, CardSplit, ids_sha256, text_id, write_card
from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Answered, Constant, Evidence, Kind, Operation, Point, Solution, Step
from adapters.report_qa.programs import program_text, said_value, texts_of, value_of_solution
from adapters.training.report_qa.rows import read_rows
from tests.adapters.conftest import Tiny, make_peft, tiny_card

Call = Callable[..., Any]
SALES = [["", "2019", "2018"], ["Sales", "$ 120.0", "$ 100.0"], ["Costs", "90.0", "80.0"]]
FLEET = [["", "2019", "2018"], ["Ships", "12", "10"], ["Planes", "3", "4"]]
ROWS: list[dict[str, Any]] = [
    {"id": "a", "question": "What was the change in sales?", "table": SALES, "text": [], "answer": 20, "scale": "million",
     "answer_type": "arithmetic", "answer_from": "table", "program": "120.0 - 100.0"},
    {"id": "b", "question": "What were costs in 2019?", "table": SALES, "text": [], "answer": ["90.0"], "scale": "million",
     "answer_type": "span", "answer_from": "table"},
    {"id": "c", "question": "What was the change in costs?", "table": SALES, "text": [], "answer": 10, "scale": "million",
     "answer_type": "arithmetic", "answer_from": "table"},
    {"id": "d", "question": "Who runs the fleet?", "table": FLEET, "text": ["The fleet is run by Ana Lund ."],
     "answer": ["Ana Lund"], "scale": "", "answer_type": "span", "answer_from": "text"},
]  # fmt: skip


class Rows:
    """Answers sales and costs right, people with a wrong number, and the rest with a refusal."""

    name, engine = "toy", "torch"

    def __init__(self) -> None:
        self.asked: list[Evidence] = []

    def answer(self, evidences, on_progress=None):
        self.asked += evidences
        return [self._answer(one) for one in evidences]

    def _answer(self, evidence: Evidence) -> Answered:
        candidates = candidates_of(evidence)
        at = {one.printed: Point(place) for place, one in enumerate(candidates)}
        words = evidence.question.lower()
        solution, sure = Solution(Kind.REFUSAL), 0.0
        if "change in sales" in words:
            steps = (Step(Operation.SUBTRACT, (at["$ 120.0"], at["$ 100.0"])),)
            solution, sure = Solution(Kind.PROGRAM, steps, scale="million"), 0.9
        elif "costs in 2019" in words:
            solution, sure = Solution(Kind.SPANS, picked=(at["90.0"],), scale="million"), 0.8
        elif "who" in words:
            steps = (Step(Operation.EXP, (at["12"], Constant("const_1000"))),)
            solution, sure = Solution(Kind.PROGRAM, steps), 0.1
        elif "more" in words:
            solution, sure = Solution(Kind.PROGRAM, (Step(Operation.GREATER, (at["12"], at["10"])),)), 0.7
        return Answered(
            solution, sure, value_of_solution(solution, candidates), said_value(solution, candidates),
            texts_of(solution, evidence, candidates), program_text(solution, candidates), candidates,
        )  # fmt: skip


def _write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def untrained(tiny_base: Tiny, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of an adapter; the model of these tests is none that they make."""
    directory = tmp_path_factory.mktemp("untrained") / "peft"
    make_peft(tiny_base.directory, directory)
    return directory


@pytest.fixture
def make_qa_adapter(untrained: Path, tiny_base: Tiny, tmp_path: Path) -> Call:
    """Makes an adapter for report QA, with its card."""

    def make(name: str = "qa-1", **changes: Any) -> Path:
        directory = tmp_path / "made" / name
        shutil.copytree(untrained, directory)
        write_card(tiny_card(tiny_base, name, task="report-qa", labels=(), **changes), directory)
        return directory

    return make


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Rows:
    toy = Rows()
    monkeypatch.setattr("app.wiring.open_report_qa", lambda settings, adapter: toy)
    return toy


@pytest.fixture
def evaluate(finagent: Call, make_qa_adapter: Call, model: Rows) -> Call:
    directory = make_qa_adapter("toy")

    def call(*arguments: object) -> Any:
        return finagent("eval", "report-qa", "--adapter", directory, *arguments)

    return call


def test_json_holds_the_contract_and_nothing_else_is_printed(evaluate: Call, tmp_path: Path):
    result = evaluate("--data", _write(tmp_path / "d.jsonl", ROWS), "--json")
    assert (result.code, result.err, result.out.count("\n")) == (0, "", 1)
    record = json.loads(result.out)
    assert (record["n"], record["exact_match"], record["f1"], record["refused"]) == (4, 0.5, 0.5, 0.25)
    assert record["execution_accuracy"] == pytest.approx(2 / 3, abs=1e-6)
    assert (record["program_accuracy"], record["n_programs"], record["pages"]) == (1, 1, 2)
    assert (record["task"], record["adapter"], record["engine"]) == ("report-qa", "toy", "torch")
    assert (record["asked"], record["without_answer"], record["skipped_rows"], record["duplicates"]) == (4, 0, 0, 0)
    assert record["by_type"]["span"]["n"] == 2 and record["by_source"]["text"]["exact_match"] == 0
    assert record["remarks"] == [] and record["median_seconds"] > 0


def test_the_table_says_the_same(evaluate: Call, tmp_path: Path):
    data = _write(tmp_path / "d.jsonl", ROWS)
    shown = evaluate("--data", data)
    assert (shown.code, shown.err) == (0, "")
    for words in ("execution accuracy", "0.6667", "ROUGE-L of words", "answer type", "arithmetic", "answer from"):
        assert words in shown.out
    assert "50.0% of the questions can be answered with 95% right: those with a confidence from 0.8000" in shown.out


def test_answers_are_written_with_what_they_are_made_of(evaluate: Call, tmp_path: Path):
    data = _write(
        tmp_path / "d.jsonl", [*ROWS, {"question": "Were there more ships in 2019?", "table": FLEET, "answer": "yes"}]
    )
    assert evaluate("--data", data, "--predictions", "p.jsonl", "--json").code == 0
    rows = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert list(rows[0]) == [
        "id", "question", "kind", "answer", "value", "scale", "program", "confidence", "gold", "gold_scale", "right",
    ]  # fmt: skip
    assert [row["right"] for row in rows] == [True, True, False, False, True]
    assert [row["kind"] for row in rows] == ["program", "spans", "refusal", "program", "program"]
    assert [rows[0][name] for name in ("answer", "value", "scale", "gold", "gold_scale")] == [
        20,
        20,
        "million",
        20,
        "million",
    ]
    assert rows[0]["program"] == "subtract(120.0, 100.0)"
    assert (rows[1]["answer"], rows[1]["gold"]) == ("90.0", ["90.0"])
    assert (rows[2]["answer"], rows[2]["value"]) == (None, None)
    assert rows[3]["value"] is None  # 12 to the power of 1,000 is no number of JSON
    assert (rows[4]["answer"], rows[4]["value"], rows[4]["gold"]) == ("yes", True, ["yes"])


def test_bad_rows_are_named_with_their_lines_and_the_rest_is_measured(evaluate: Call, tmp_path: Path):
    data = _write(tmp_path / "d.jsonl", ROWS[:2])
    with data.open("a") as file:
        file.write('no json\n{"question": "", "answer": 1}\n{"question": "half \\ud83d?", "table": 5, "answer": 1}\n')
    result = evaluate("--data", data, "--json", "--predictions", "p.jsonl")
    assert result.code == 1
    record = json.loads(result.out)
    assert (record["n"], record["skipped_rows"]) == (2, 3)
    lines = result.err.splitlines()
    assert [line.split(": ")[1] for line in lines] == [f"d.jsonl, line {n}" for n in (3, 4, 5)] + [str(data)]
    assert "3 rows cannot be used and were left out" in lines[-1]
    assert len((tmp_path / "p.jsonl").read_text().splitlines()) == 2


def test_names_that_the_data_gives_are_shown_as_they_are(evaluate: Call, tmp_path: Path):
    rows = [{**ROWS[0], "id": str(n), "answer_from": f"[red]{n}\ud83d"} for n in range(20)]
    data = _write(tmp_path / "d.jsonl", rows)
    shown = evaluate("--data", data, "--predictions", "p.jsonl")
    assert (shown.code, "[red]0?" in shown.out, "and 8 more" in shown.out) == (0, True, True)
    assert len(json.loads(evaluate("--data", data, "--json").out)["by_source"]) == 20


def test_rows_without_an_answer_are_asked_and_not_measured(evaluate: Call, model: Rows, tmp_path: Path):
    bare = [{key: value for key, value in row.items() if key != "answer"} for row in ROWS]
    record = json.loads(evaluate("--data", _write(tmp_path / "d.jsonl", [ROWS[0], *bare[1:]]), "--json").out)
    assert (record["n"], record["asked"], record["without_answer"], len(model.asked)) == (1, 4, 3, 4)
    assert "questions without an answer, asked and not measured: 3" in record["remarks"][0]
    _write(tmp_path / "bare.jsonl", bare)
    result = evaluate("--data", "bare.jsonl", "--json")
    assert result.code == 2 and "no question states an answer to compare with" in result.err
    record = json.loads(evaluate("--data", "bare.jsonl", "--json", "--predictions", "p.jsonl").out)
    assert (record["n"], record["exact_match"]) == (0, None)
    rows = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert [(row["answer"], row["right"], row["gold"]) for row in rows[:2]] == [(20, None, None), ("90.0", None, None)]
    assert evaluate("--data", "bare.jsonl", "--predictions", "p.jsonl").code == 0


def test_repeated_rows_are_measured_as_they_stand_and_a_limit_cuts(evaluate: Call, tmp_path: Path):
    data = _write(tmp_path / "d.jsonl", [*ROWS, ROWS[0]])
    record = json.loads(evaluate("--data", data, "--json").out)
    assert (record["n"], record["duplicates"]) == (5, 1)
    record = json.loads(evaluate("--data", data, "--json", "--limit", 2).out)
    assert (record["n"], record["remarks"]) == (2, ["only the first 2 of 5 questions were asked"])
    assert json.loads(evaluate("--data", data, "--json", "--limit", 99).out)["remarks"] == []


def test_pages_that_were_trained_on_are_told_and_the_held_out_ones_can_be_asked(
    finagent: Call, make_qa_adapter: Call, model: Rows, tmp_path: Path
):
    data = _write(tmp_path / "d.jsonl", ROWS)
    page = next(row.page for row in read_rows([data]).examples if row.id == "d")
    ids = (text_id(page),)
    adapter = make_qa_adapter(
        data=(CardData("d.jsonl", hashlib.sha256(data.read_bytes()).hexdigest(), 4, "CC0"),),
        split=CardSplit(0, 0.2, ids_sha256(ids), ids),
    )  # fmt: skip
    call = ("eval", "report-qa", "--data", data, "--adapter", adapter)
    said = finagent(*call).out
    assert "the adapter was trained on 1 page of this file" in said and "on held-out pages: 1;" in said
    part = json.loads(finagent(*call, "--held-out", "--json").out)
    assert (part["n"], part["remarks"][0]) == (
        1, "only the questions on pages that the adapter's card holds out were asked: 1 of 4",
    )  # fmt: skip
    other = _write(tmp_path / "other.jsonl", ROWS[:3])
    result = finagent("eval", "report-qa", "--data", other, "--adapter", adapter, "--held-out")
    assert result.code == 2 and "holds out no page of this file" in result.err


def test_the_adapter_that_tags_is_not_taken_for_one_that_answers(
    finagent: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    asked = []

    def find(settings: Any, task: str) -> Any:
        asked.append((settings.report_qa, task))
        raise SystemExit(3)

    monkeypatch.setenv("FINAGENT_ADAPTER", "my-sentiment")
    monkeypatch.setattr("app.wiring.find_adapter", find)
    with pytest.raises(SystemExit):
        finagent("eval", "report-qa", "--data", _write(tmp_path / "d.jsonl", ROWS))
    assert asked == [(None, "report-qa")]


def test_an_adapter_for_another_task_is_refused(finagent: Call, tmp_path: Path):
    data = _write(tmp_path / "d.jsonl", ROWS)
    result = finagent("eval", "report-qa", "--data", data, "--adapter", "sentiment-minilm")
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert "is for the task sentiment; expected one for report-qa" in result.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", "none.jsonl"], "there is no such file"),
        (["--data", "d.xlsx"], "the format .xlsx is not read"),
        (["--data", "empty.jsonl"], "it is empty"),
        (["--predictions", "p.csv"], "expected a name that ends in .jsonl"),
        (["--predictions", "no/p.jsonl"], "there is no folder no"),
        (["--predictions", "d.jsonl"], "is the data"),
        (["--predictions", "dir.jsonl"], "is a folder"),
        (["--adapter", "nobody"], "there is no adapter 'nobody'"),
        (["--threads", "0"], "threads"),
    ],
)
def test_a_wrong_call_is_said_in_one_line(evaluate: Call, model: Rows, tmp_path: Path, arguments: list[str], said: str):
    before = _write(tmp_path / "d.jsonl", ROWS).read_text()
    (tmp_path / "dir.jsonl").mkdir()
    (tmp_path / "empty.jsonl").write_text("")
    (tmp_path / "d.xlsx").write_text("x")
    result = evaluate("--data", "d.jsonl", *arguments)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert said in result.err and model.asked == []
    assert (tmp_path / "d.jsonl").read_text() == before
