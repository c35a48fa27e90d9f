"""Files of report-QA rows: what is read, what is wrong, what is held out together."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import DataError
from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Kind
from adapters.report_qa.programs import program_text
from adapters.training.report_qa.pages import page_of, split
from adapters.training.report_qa.rows import read_rows, without_solution

TABLE = [["", "2021", "2020"], ["Net sales", "$1,250", "$1,000"], ["Staff", 41, None]]
ROW: dict[str, Any] = {
    "id": "a",
    "question": "What was the change in net sales from 2020 to 2021?",
    "table": TABLE,
    "text": ["Sales rose in the north."],
    "answer": 250,
    "program": "1,250 - 1,000",
    "scale": "thousand",
    "answer_type": "arithmetic",
}


def written(folder: Path, *rows: Any, name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n")
    return path


def test_a_row_becomes_an_example_with_its_program(tmp_path: Path) -> None:
    read = read_rows([written(tmp_path, ROW)])
    (example,) = read.examples
    assert (example.id, example.gold, example.scale, example.weight) == ("a", Decimal(250), "thousand", 1.0)
    assert example.evidence.table[2] == ("Staff", "41", "")
    assert program_text(example.solutions[0], candidates_of(example.evidence)) == "subtract(1250, 1000)"
    assert [(one.path.name, one.rows, len(one.sha256)) for one in read.sources] == [("rows.jsonl", 1, 64)]


@pytest.mark.parametrize(
    ("change", "gold", "kind"),
    [
        ({"answer": ["$1,250"], "answer_type": "span", "program": ""}, ("$1,250",), Kind.SPANS),
        ({"answer": "in the north", "answer_type": "span", "program": ""}, ("in the north",), Kind.SPANS),
        ({"answer": ["2021", "2020"], "answer_type": "multi-span", "program": ""}, ("2021", "2020"), Kind.SPANS),
        ({"answer": "2", "answer_type": "count", "program": "2021##2020"}, Decimal(2), Kind.COUNT),
        ({"answer": "25%", "answer_type": "", "program": "(1,250-1,000)/1,000"}, Decimal(25), Kind.PROGRAM),
        ({"answer": "yes", "answer_type": "", "program": "1,250 > 1,000", "scale": ""}, ("yes",), Kind.PROGRAM),
        ({"answer": True, "answer_type": "", "program": "1,250 > 1,000", "scale": ""}, ("yes",), Kind.PROGRAM),
        ({"answer": "2021", "answer_type": "", "program": "", "scale": ""}, ("2021",), Kind.SPANS),
        ({"answer": "0.25", "answer_type": "", "program": "", "scale": ""}, Decimal("0.25"), Kind.PROGRAM),
        ({"answer": None, "answer_type": "refused"}, None, Kind.REFUSAL),
        ({"answer": None, "answer_type": "unanswerable", "table": [], "text": None}, None, Kind.REFUSAL),
    ],
)
def test_kinds_of_answer(tmp_path: Path, change: dict[str, Any], gold: Any, kind: Kind) -> None:
    question = "What was the percent change in net sales from 2020 to 2021?"
    (example,) = read_rows([written(tmp_path, ROW | {"question": question} | change)]).examples
    assert example.gold == gold
    assert example.solutions[0].kind is kind


def test_an_answer_that_is_nowhere_leaves_an_example_without_solution(tmp_path: Path) -> None:
    read = read_rows([written(tmp_path, ROW | {"answer": 77777, "program": "x"}, ROW | {"answer": ["Berlin"]})])
    assert len(without_solution(read.examples)) == 2
    assert not read.problems


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"question": " "}, "the question is a text; expected"),
        ({"question": None}, "the question is missing"),
        ({"table": "a table"}, "the table is a text"),
        ({"table": [["a"], "b"]}, "the table is a list"),
        ({"table": [[["a"]]]}, "a cell of the table"),
        ({"text": {"a": 1}}, "the text is an object"),
        ({"text": [1]}, "the text is a list"),
        ({"answer": None}, "there is no answer"),
        ({"answer": float("nan")}, "the answer is nan"),
        ({"answer": {"a": 1}}, "the answer is an object"),
        ({"scale": "dozen"}, "unknown scale 'dozen'; expected one of thousand"),
        ({"table": [], "text": []}, "neither a table nor a text"),
        ({"programs": ["5", "6", "7"], "history": ["why?"]}, "3 programs for 2 questions"),
    ],
)
def test_problems_are_said_with_their_line(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    read = read_rows([written(tmp_path, ROW, "", ROW | change)])
    (problem,) = read.problems
    assert (problem.source, problem.line) == ("rows.jsonl", 3)
    assert said in problem.message


def test_lines_that_are_no_rows(tmp_path: Path) -> None:
    read = read_rows([written(tmp_path, "{", ROW, "[1]")])
    assert [problem.line for problem in read.problems] == [1, 3]


def test_duplicates_are_counted_and_without_labels_no_answer_is_needed(tmp_path: Path) -> None:
    assert read_rows([written(tmp_path, ROW, ROW | {"id": "b"})]).duplicates == 1
    (example,) = read_rows([written(tmp_path, {"question": "How much?"})], labelled=False).examples
    assert (example.solutions, example.gold, example.id) == ((), None, "line-1")


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no row to use: its 1 rows are unusable .*there is no answer"):
        read_rows([written(tmp_path, ROW | {"answer": None})])
    with pytest.raises(DataError, match="it is empty"):
        read_rows([written(tmp_path, "")])
    with pytest.raises(DataError, match=r"\.parquet is not read"):
        read_rows([tmp_path / "rows.parquet"])
    with pytest.raises(DataError, match="no such file"):
        read_rows([tmp_path / "none.jsonl"])


def test_csv_holds_tables_and_texts_as_json_or_plain(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["question", "table", "text", "answer", "program"])
        writer.writeheader()
        writer.writerow({"question": "How much more in 2021 than 2020?", "table": json.dumps(TABLE), "text": "Plain.",
                         "answer": "250", "program": "1,250 - 1,000"})  # fmt: skip
    (example,) = read_rows([path]).examples
    assert example.evidence.text == ("Plain.",)
    assert example.gold == 250
    assert example.solutions


def test_earlier_turns_are_examples_of_the_same_page(tmp_path: Path) -> None:
    row = ROW | {
        "history": ["What were net sales in 2021?", "And in 2020?"],
        "programs": ["ans = 1,250", "ans = 1,000", "x0 = 1,250 - 1,000; ans = x0 / 1,000"],
        "question": "What was the change in percent?",
        "answer": 0.25,
        "scale": "",
        "answer_type": "",
    }
    path = written(tmp_path, row)
    first, second, last = read_rows([path], earlier_turns=True).examples
    assert [first.id, second.id, last.id] == ["a-t0", "a-t1", "a"]
    assert [first.gold, second.gold, last.gold] == [Decimal(1250), Decimal(1000), Decimal("0.25")]
    assert (first.evidence.history, second.evidence.history) == ((), ("What were net sales in 2021?",))
    assert first.page == second.page == last.page
    assert len(read_rows([path]).examples) == 1


def test_a_page_is_its_table_however_it_is_spaced() -> None:
    first = Evidence("a?", (("Net Sales", "$ 5"),), ("one text",))
    assert page_of(first) == page_of(Evidence("b?", (("net sales", "$5", ""), ("",)), ("other",)))
    assert page_of(first) == page_of(Evidence("a?", (("net sales", "5 ( 5 )"),)))
    assert page_of(first) != page_of(Evidence("a?", (("Net Sales", "$ 6"),), ("one text",)))
    assert page_of(Evidence("a?", (), ("b", "a"))) == page_of(Evidence("a?", (), ("A ", "b.")))


def test_a_split_holds_out_whole_pages_and_depends_on_the_seed_alone(tmp_path: Path) -> None:
    rows = [ROW | {"id": f"{page}-{turn}", "question": f"Change {turn}?", "table": [*TABLE, [f"page {page}"]]}
            for page in range(60) for turn in range(2)]  # fmt: skip
    examples = read_rows([written(tmp_path, *rows)]).examples
    training, validation = split(examples, 0.2, 7)
    assert not {one.page for one in training} & {one.page for one in validation}
    assert 8 <= len(validation) <= 44
    assert {one.id for one in split(examples[::-1], 0.2, 7)[1]} == {one.id for one in validation}
    assert {one.id for one in split(examples, 0.2, 8)[1]} != {one.id for one in validation}
    assert split(examples, 0.0, 7)[1] == []
