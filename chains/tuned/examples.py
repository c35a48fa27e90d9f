"""Examples for tuning the report-QA generator on a user's own filings: their tables, asked of in many ways.

Tables are rebuilt from the ledger's figures as they were printed, with the passages of their pages as text; what is
asked over them is made by `adapters.training.report_qa.questions`, what is asked by a metric's name by
`chains.tuned.metric_examples`. Rows come in the public form of report-QA data.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Protocol

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Example, Kind
from adapters.report_qa.programs import program_text
from adapters.training.report_qa.pages import page_of
from adapters.training.report_qa.questions import generate
from chains.measures.metrics import Metrics
from chains.tuned.metric_examples import metric_examples
from chains.tuned.printed_tables import printed_tables, texts_beside
from ingest.schema import Document, Passage

METRIC_SHARE = 0.25
"""The share of examples that ask for a named metric."""

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
        for table in printed_tables(figures[document.name]):
            texts = texts_beside(library.passages(document.name, table.page))
            tables.append(Evidence("", table.rows, texts))
            pages.setdefault(page_of(tables[-1]), f"{document.name}/page_{table.page}")
    named = metric_examples(documents, figures, Metrics.load(), round(count * METRIC_SHARE), draw)
    asked = generate(tables, count - len(named), seed)
    rows = [row_of(example, pages.get(example.page, example.page)) for example in (*asked, *named)]
    draw.shuffle(rows)
    for number, row in enumerate(rows):
        yield {"id": f"library-{seed}-{number}", **row}


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
