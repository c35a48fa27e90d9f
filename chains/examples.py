"""Examples for tuning the report-QA generator on a user's own filings: their tables, asked of in many ways.

Tables are rebuilt from the ledger's figures as they were printed, with the passages of their pages as text; what is
asked over them is made by `adapters.training.report_qa.questions`, what is asked by a metric's name by
`chains.metric_examples`. Rows come in the public form of report-QA data.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Protocol

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Example, Kind
from adapters.report_qa.programs import program_text
from adapters.training.report_qa.pages import page_of
from adapters.training.report_qa.questions import generate
from chains.metric_examples import metric_examples
from chains.metrics import Metrics
from ingest.schema import Document, Figure, Passage

METRIC_SHARE = 0.25
"""The share of examples that ask for a named metric."""

_PLACE = re.compile(r"\.p\d+\.t\d+\.r(\d+)\.c(\d+)$")
_MOST_ROWS, _MOST_COLUMNS, _MOST_PASSAGES = 60, 10, 8
_DECIMALS = 6


class FilingStore(Protocol):
    """The part of a library that is needed here: `ingest.library.Library` is one."""

    @property
    def ledger(self) -> Any: ...

    def documents(self) -> list[Document]: ...

    def passages(self, document: str, page: int | None = None) -> list[Passage]: ...


def examples_from_library(library: FilingStore, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """At most `count` rows of `id, question, history, table, text, answer, scale, program, answer_type, page`.

    The program is in the FinQA language over printed numbers. Rows that the evidence does not answer have the answer
    None and the type "refused". The same library and seed give the same rows; an empty library gives none.
    """
    draw = random.Random(seed)
    documents = sorted(library.documents(), key=lambda one: one.name)
    figures = {one.name: library.ledger.figures(one.name) for one in documents}
    pages: dict[str, str] = {}
    tables: list[Evidence] = []
    for document in documents:
        for table, page in printed_tables(figures[document.name]):
            tables.append(Evidence("", table, _texts(library.passages(document.name, page))))
            pages.setdefault(page_of(tables[-1]), f"{document.name}/page_{page}")
    named = metric_examples(documents, figures, Metrics.load(), round(count * METRIC_SHARE), draw)
    asked = generate(tables, count - len(named), seed)
    rows = [row_of(example, pages.get(example.page, example.page)) for example in (*asked, *named)]
    draw.shuffle(rows)
    for number, row in enumerate(rows):
        yield {"id": f"library-{seed}-{number}", **row}


def printed_tables(figures: Sequence[Figure]) -> Iterator[tuple[tuple[tuple[str, ...], ...], int]]:
    """The tables of a document as printed: heads, headings, rows; with the page each starts on."""
    tables: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        if figure.table and _PLACE.search(figure.id):
            tables[figure.table].append(figure)
    for found in tables.values():
        table = _rebuilt(found)
        if table is not None:
            yield table, min(figure.page for figure in found)


def _rebuilt(figures: Sequence[Figure]) -> tuple[tuple[str, ...], ...] | None:
    """The rows of one table; None for one that is too small or too large to be asked of."""
    rows: dict[int, dict[int, Figure]] = defaultdict(dict)
    heads: dict[int, tuple[str, ...]] = {}
    for figure in figures:
        match = _PLACE.search(figure.id)
        assert match is not None
        rows[int(match[1])][int(match[2])] = figure
        heads.setdefault(int(match[2]), figure.headers)
    if not 2 <= len(rows) <= _MOST_ROWS or len(heads) > _MOST_COLUMNS:
        return None
    columns = sorted(heads)
    depth = max(len(head) for head in heads.values())
    aligned = {column: ("",) * (depth - len(head)) + head for column, head in heads.items()}
    made = [("", *(aligned[column][level] for column in columns)) for level in range(depth)]
    unit = _unit(figures)
    if unit and made:
        made[-1] = (unit, *made[-1][1:])
    under: tuple[str, ...] = ()
    for number in sorted(rows):
        cells = rows[number]
        first = next(iter(cells.values()))
        if first.path != under:
            under = first.path
            if under:
                made.append((under[-1], *[""] * len(columns)))
        made.append((first.label, *(cells[column].printed if column in cells else "" for column in columns)))
    return tuple(made)


def _unit(figures: Sequence[Figure]) -> str:
    """The scale that most of a table's figures are printed in, as its corner says it."""
    scales = [figure.scale for figure in figures if figure.unit == figure.currency]
    words = {3: "(in thousands)", 6: "(in millions)", 9: "(in billions)"}
    return words.get(max(set(scales), key=scales.count), "") if scales else ""


def _texts(passages: Sequence[Passage]) -> tuple[str, ...]:
    return tuple(one.text for one in passages if one.table is None)[:_MOST_PASSAGES]


def row_of(example: Example, page: str) -> dict[str, Any]:
    """An example as a row of public report-QA data."""
    (solution,) = example.solutions
    evidence = example.evidence
    answer: object = example.gold
    if isinstance(example.gold, Decimal):
        answer = float(round(example.gold, _DECIMALS))
        if solution.kind is Kind.COUNT:
            answer = str(example.gold)
    elif example.gold is not None:
        yes_no = solution.kind is Kind.PROGRAM
        answer = example.gold[0] if yes_no else list(example.gold)
    program = program_text(solution, candidates_of(evidence)) if solution.kind is Kind.PROGRAM else ""
    return {
        "question": evidence.question,
        "history": list(evidence.history),
        "table": [list(row) for row in evidence.table],
        "text": list(evidence.text),
        "answer": answer,
        "scale": solution.scale,
        "program": program,
        "answer_type": example.answer_type,
        "page": page,
    }
