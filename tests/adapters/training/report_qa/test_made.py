"""Made tables: readable as tables, askable, repeatable, and with totals that tie."""

from __future__ import annotations

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Kind
from adapters.report_qa.grid import read_grid
from adapters.report_qa.numbers import number_of_cell
from adapters.report_qa.programs import value_of_solution
from adapters.training.report_qa.questions import generate
from adapters.training.report_qa.questions.made import made_tables
from adapters.training.report_qa.questions.sheets import read_sheet


def test_made_tables_are_tables_that_can_be_asked_of() -> None:
    tables = made_tables(150, seed=3)
    assert tables == made_tables(150, seed=3) != made_tables(150, seed=4)
    for one in tables:
        assert 1 <= read_grid(one.table).heads <= 3
        assert not any(sign in cell for row in one.table for cell in row for sign in "{}|<>")
        assert not any(sign in line for line in one.text for sign in "{}|<>")
    askable = [one for one in tables if read_sheet(one.table, one.text).blocks]
    assert len(askable) >= 0.97 * len(tables)


def test_maturities_sum_to_their_total() -> None:
    found = 0
    for one in made_tables(200, seed=8):
        rows = [row for row in one.table if row[0].lower().startswith(("20", "thereafter", "later", "beyond", "total"))]
        if len(rows) < 4 or not rows[0][0].startswith("20") or not rows[-1][0].lower().startswith("total"):
            continue
        values = [number_of_cell(row[1]) for row in rows]
        numbers = [cell.value for cell in values if cell is not None and cell.value is not None]
        assert sum(numbers[:-1]) == numbers[-1]
        found += 1
    assert found


def test_questions_over_made_tables_are_exact_and_of_every_kind() -> None:
    made = generate(made_tables(120, seed=2), 600, seed=2)
    assert len(made) == 600
    kinds = {example.solutions[0].kind for example in made}
    assert kinds == set(Kind)
    assert any(example.evidence.history for example in made)
    for example in made:
        (solution,) = example.solutions
        if solution.kind is Kind.PROGRAM:
            assert value_of_solution(solution, candidates_of(example.evidence)) is not None
