"""Examples made from a library: rows of public report-QA data that are right by what they print."""

from __future__ import annotations

import json
from pathlib import Path

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.programs import said_value
from adapters.training.report_qa.rows import read_rows
from chains.tuned.examples import examples_from_library
from chains.tuned.printed_tables import printed_tables
from ingest.library import Library

FIELDS = {"id", "question", "history", "table", "text", "answer", "scale", "program", "answer_type", "page"}


def test_rows_of_a_library_are_read_back_and_come_to_their_answers(sample_library: Library, tmp_path: Path) -> None:
    rows = list(examples_from_library(sample_library, 200, seed=1))
    assert len(rows) >= 150
    assert all(set(row) == FIELDS for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    assert {"arithmetic", "span", "refused"} <= {row["answer_type"] for row in rows}
    path = tmp_path / "made.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    read = read_rows([path])
    assert not read.problems
    solved = [example for example in read.examples if example.solutions]
    assert len(solved) >= 0.95 * len(read.examples)
    programs = [one for one in solved if one.answer_type == "arithmetic" and not isinstance(one.gold, tuple)]
    assert programs
    for example in programs:
        said = said_value(example.solutions[0], candidates_of(example.evidence))
        assert said is not None and example.gold is not None and not isinstance(example.gold, tuple)
        assert abs(said - example.gold) <= abs(example.gold) * 6 / 1000 + 1


def test_the_same_seed_gives_the_same_rows(sample_library: Library) -> None:
    assert list(examples_from_library(sample_library, 40, seed=3)) == list(
        examples_from_library(sample_library, 40, seed=3)
    )


def test_named_metrics_are_asked_for_with_and_without_a_definition(sample_library: Library) -> None:
    questions = [row["question"] for row in examples_from_library(sample_library, 200, seed=2) if not row["text"]]
    assert any("defined as" in question or "less" in question for question in questions)
    assert any("margin" in question.lower() or "ratio" in question.lower() for question in questions)


def test_rebuilt_tables_have_heads_and_the_printed_cells(sample_library: Library) -> None:
    document = sample_library.documents()[0]
    figures = sample_library.ledger.figures(document.name)
    tables = list(printed_tables(figures))
    assert tables
    printed = {figure.printed for figure in figures}
    for table in tables:
        assert table.page >= 1
        assert len({len(row) for row in table.rows}) == 1
        assert any(cell in printed for row in table.rows for cell in row[1:])
        assert all(table.rows[row][column] == figure.printed for (row, column), figure in table.figures.items())
