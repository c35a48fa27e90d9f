"""Report-QA data as files hold it: read, checked row by row, and grounded in its evidence."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from adapters.disk import file_sha256
from adapters.errors import DataError
from adapters.report_qa.forms import SCALES, Evidence, Example
from adapters.training.data import Problem, Source
from adapters.training.formats import open_table
from adapters.training.report_qa.grounding import Row, Solved, solve, turns
from adapters.training.report_qa.pages import page_of

SUFFIXES = (".jsonl", ".csv", ".tsv")
_EXPECTED = "expected rows of question, table, text, answer"
_REFUSED = ("refused", "unanswerable")
_JSON_CELLS = ("table", "text", "history", "programs", "answer")


@dataclass(frozen=True, slots=True)
class Read:
    """Report-QA data as it was read.

    examples: the usable rows, each (question, evidence) once; their solutions are empty where the answer could not be
        found in the evidence. problems: the rows that are not usable.
    duplicates: how many rows say what an earlier one says.
    """

    examples: list[Example]
    problems: list[Problem]
    duplicates: int
    sources: list[Source]


def read_rows(
    files: Sequence[str | Path], *, labelled: bool = True, earlier_turns: bool = False, repeated: bool = False
) -> Read:
    """Read rows of `question`, `table`, `text`, `answer` and what helps to ground it, from JSONL, CSV or TSV.

    `labelled` says that each row must have an answer, unless its `answer_type` is "refused". With `earlier_turns` the
    earlier questions of a conversation that has `programs` are examples too, before the row itself. With `repeated`
    rows that say what an earlier one says are examples all the same, as a test counts them.

    Raises:
        DataError: a file cannot be read, or holds no usable row.
    """
    examples: list[Example] = []
    problems: list[Problem] = []
    sources: list[Source] = []
    seen: set[tuple[Evidence, str]] = set()
    duplicates = 0
    for given in files:
        path = Path(given).expanduser()
        if path.suffix.lower() not in SUFFIXES:
            raise DataError(
                f"{path}: the format {path.suffix or 'without a suffix'} is not read; {', '.join(SUFFIXES)}"
            )
        used = 0
        wrong: list[Problem] = []
        for line, cells in open_table(path).rows:
            try:
                row = cells if isinstance(cells, str) else _row(cells, line, labelled)
            except _RowError as error:
                row = str(error)
            if isinstance(row, str):
                wrong.append(Problem(path.name, line, row))
                continue
            used += 1
            key = (row.evidence, repr(row.answer))
            if key in seen:
                duplicates += 1
                if not repeated:
                    continue
            seen.add(key)
            if earlier_turns:
                examples += [_example(*turn) for turn in turns(row)]
            examples.append(_example(row, solve(row)))
        if not used:
            said = f"its {len(wrong)} rows are unusable ({wrong[0]})" if wrong else "it is empty"
            raise DataError(f"{path}: no row to use: {said}; {_EXPECTED}")
        problems += wrong
        sources.append(Source(path, file_sha256(path), used))
    return Read(examples, problems, duplicates, sources)


def _example(row: Row, solved: Solved) -> Example:
    return Example(
        row.id,
        page_of(row.evidence),
        row.evidence,
        solved.solutions,
        gold=solved.gold,
        scale=solved.scale,
        weight=solved.weight,
        program=row.programs[-1] if row.programs else "",
        answer_type=row.answer_type,
        answer_from=row.answer_from,
    )


class _RowError(Exception):
    """What is wrong in a row."""


def _row(cells: dict[str, Any], line: int, labelled: bool) -> Row:
    cells = {key: _unpacked(value) if key in _JSON_CELLS else value for key, value in cells.items()}
    question = cells.get("question")
    if not isinstance(question, str) or not question.strip():
        raise _RowError(f"the question is {_kind(question)}; expected a text")
    table = _table(cells.get("table"))
    text = _texts(cells.get("text"), "text")
    history = _texts(cells.get("history"), "history")
    programs = _texts(cells.get("programs"), "programs") or _texts(cells.get("program"), "program")
    if len(programs) > 1 and len(programs) != len(history) + 1:
        raise _RowError(f"{len(programs)} programs for {len(history) + 1} questions; expected one for each")
    scale = cells.get("scale") or ""
    if scale not in SCALES:
        raise _RowError(f"unknown scale {str(scale)[:40]!r}; expected one of {', '.join(SCALES[1:])}, or none")
    answer_type = str(cells.get("answer_type") or "").strip().lower()
    answer = _answer(cells.get("answer"))
    if answer is None and labelled and answer_type not in _REFUSED:
        raise _RowError('there is no answer; give one, or the answer_type "refused"')
    if answer_type in _REFUSED:
        answer = None
    if not table and not text and labelled and answer is not None:
        raise _RowError("there is neither a table nor a text; expected evidence that the answer stands in")
    evidence = Evidence(question.strip(), table, text, history)
    name = cells.get("id")
    return Row(
        str(name) if name not in (None, "") else f"line-{line}",
        evidence,
        answer,
        programs,
        scale,
        answer_type,
        str(cells.get("answer_from") or ""),
    )


def _unpacked(value: Any) -> Any:
    """A cell of a CSV file that holds JSON: a list, or a list of lists."""
    if isinstance(value, str) and value.strip().startswith("["):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _table(value: Any) -> tuple[tuple[str, ...], ...]:
    if value is None or value in ("", []):
        return ()
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise _RowError(f"the table is {_kind(value)}; expected a list of rows, each a list of printed cells")
    if not all(isinstance(cell, str | int | float | None) for row in value for cell in row):
        raise _RowError("a cell of the table is a list or an object; expected what is printed in it")
    return tuple(tuple("" if cell is None else str(cell) for cell in row) for row in value)


def _texts(value: Any, what: str) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _RowError(f"the {what} is {_kind(value)}; expected a text or a list of texts")
    return tuple(one for one in value if one.strip() or what == "programs")


def _answer(value: Any) -> Decimal | bool | str | tuple[str, ...] | None:
    if value is None or value == "" or value == []:
        return None
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        if isinstance(value, float) and not math.isfinite(value):
            raise _RowError(f"the answer is {value}; expected a number")
        try:
            return Decimal(str(value))
        except (InvalidOperation, ValueError) as error:
            raise _RowError("the answer is no number that can be read") from error
    if isinstance(value, list) and all(
        isinstance(one, str | int | float) and not isinstance(one, bool) for one in value
    ):
        found = tuple(str(one) for one in value if str(one).strip())
        return found or None
    raise _RowError(f"the answer is {_kind(value)}; expected a number, a text, or a list of texts")


def _kind(value: Any) -> str:
    names = {type(None): "missing", str: "a text", list: "a list", dict: "an object", bool: "true or false"}
    return "empty" if value in ("", []) else names.get(type(value), "a number")


def without_solution(examples: Iterable[Example]) -> list[Example]:
    """The examples whose answer could not be found in their evidence."""
    return [example for example in examples if not example.solutions]
