"""Which part leads: by amount, by growth computed or printed; no elimination is a part."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chains.compare import Outcome
from chains.expression import FiscalPeriod, Item
from chains.fiscal_calendar import Calendar
from chains.parts import parts
from chains.plan import Measure, Parts
from chains.program import FigureRef, Program, execute
from chains.question import read_question
from chains.resolve.bound import Bound
from chains.resolve.scope import Scope
from chains.shelf import Sheet
from chains.solve import Solved, quantity
from ingest.schema import Check, Document, Figure, Period, Source, Statement

DOCUMENT = Document(
    "acme", "0" * 64, "acme.htm", company="Acme", form="10-K", fiscal_year=2021, period_end=date(2021, 12, 31)
)
PERIOD = FiscalPeriod(2021)


def figure(
    row: int,
    column: int,
    label: str,
    value: str,
    *,
    unit: str = "USD",
    headers: tuple[str, ...] = ("2021",),
    concept: str | None = None,
) -> Figure:
    year = 2021 if column != 2 else 2020
    return Figure(
        id=f"acme.p1.t1.r{row}.c{column}", document="acme", page=1, label=label, path=(), printed=value, value=Decimal(value.strip("%")), scale=0,
        unit=unit, currency="USD", period=Period(date(year, 12, 31), date(year, 1, 1)), fiscal_year=year, fiscal_quarter=None,
        statement=Statement.NOTE, table="acme.p1.t1", caption="Net sales by business segment", headers=headers, source=Source.TABLE,
        check=Check.NONE, confidence=1.0, concept=concept,
    )  # fmt: skip


AMOUNTS = [("Tools", "60", "50"), ("Pumps", "45", "20"), ("Eliminations", "-5", "-10"), ("Total", "100", "60")]
FIGURES = [
    figure(i, c, label, now if c == 1 else before) for i, (label, now, before) in enumerate(AMOUNTS, 1) for c in (1, 2)
]


def ask(question: str, figures: list[Figure], plan: Parts) -> Outcome:
    total = next(f for f in figures if f.label == "Total")
    item = Item("revenue", "Revenues", PERIOD)
    program = Program((), FigureRef(total.id))
    result = execute(program, lambda _: quantity(total))
    solved = Solved(plan.of, PERIOD, item, {item: Bound(item, total, 0.9, {})}, program, result)
    scope = Scope((DOCUMENT,), Calendar.of([DOCUMENT]))
    return parts(
        plan, [Sheet(DOCUMENT, figures)], scope, lambda measure, period: solved, read_question(question), "Acme"
    )


PLAN = Parts("segment", Measure("revenue", Item("revenue", "Revenues")), PERIOD)


@pytest.mark.parametrize(("smallest", "first"), [(False, "Tools"), (True, "Pumps")])
def test_the_first_part_by_amount_is_no_elimination(smallest: bool, first: str) -> None:
    assert ask("Which segment?", FIGURES, replace(PLAN, smallest=smallest)).text.startswith(first)


@pytest.mark.parametrize(("smallest", "first"), [(False, "Pumps"), (True, "Tools")])
def test_growth_is_computed_from_two_columns(smallest: bool, first: str) -> None:
    outcome = ask("Which segment grew most?", FIGURES, replace(PLAN, growth=True, smallest=smallest))
    assert outcome.text.startswith(first)
    assert "125%" in outcome.text
    assert "20%" in outcome.text
    assert len(outcome.programs) >= 2


def test_organic_growth_is_read_from_the_printed_column() -> None:
    rates = [("Tools", "2.0%"), ("Pumps", "-1.5%"), ("Valves", "0.5%")]
    printed = [
        figure(i, 3, label, rate, unit="percent", headers=("Organic sales change",))
        for i, (label, rate) in enumerate(rates, 1)
    ]
    plan = replace(PLAN, growth=True, smallest=True)
    outcome = ask("If we exclude M&A, which segment dragged down growth?", [*FIGURES, *printed], plan)
    assert outcome.text.startswith("Pumps")
    assert "-1.5%" in outcome.text
