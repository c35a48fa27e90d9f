"""Which part leads: by amount, by growth computed or printed; no elimination is a part."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chains.answers.outcome import Outcome
from chains.answers.program import FigureRef, Program, execute
from chains.answers.solve import Solved, quantity
from chains.ask import Asker
from chains.formulas.expression import FiscalPeriod, Item
from chains.measures.measure import MeasureReader
from chains.measures.vocabulary import default_names
from chains.planning.breakdowns import breakdown, part_name
from chains.planning.parts import parts
from chains.planning.plan import Context, Measure, Parts
from chains.planning.ranking import leading_part
from chains.questions.companies import Company
from chains.questions.fiscal_calendar import Calendar
from chains.questions.periods import Asked
from chains.questions.question import read_question
from chains.resolve.bound import Bound
from chains.resolve.shelf import Sheet
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
    return parts(plan, [Sheet(DOCUMENT, figures)], lambda measure, period: solved, read_question(question), "Acme")


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


def run(labels: Sequence[tuple[str, tuple[str, ...], str]], noun: str = "segment", caption: str = "") -> list[str]:
    """The names of the parts that a column of (label, path, value) gives for its last line."""
    lines = [
        replace(
            figure(i, 1, label, value, concept="Revenues"), path=path, caption=caption or "Sales by business segment"
        )
        for i, (label, path, value) in enumerate(labels, 1)
    ]
    whole = lines[-1]
    return [part_name(f, whole) for f in breakdown(Sheet(DOCUMENT, lines), whole, whole.value, noun)]


def test_a_line_stands_for_those_that_it_is_made_of() -> None:
    nested = [
        ("Centers", (), "60"),
        ("Compute", (), "50"),
        ("Networks", (), "10"),
        ("Games", (), "40"),
        ("Total", (), "100"),
    ]
    assert run(nested) == ["Centers", "Games"]


def test_a_heading_counts_by_its_total() -> None:
    apac = ("Asia",)
    lines = [
        ("Europe", (), "40"),
        ("Japan", apac, "25"),
        ("Other", apac, "35"),
        ("Total Asia", apac, "60"),
        ("Sales", (), "100"),
    ]
    assert run(lines, "region", "Sales by region") == ["Europe", "Asia"]


def test_lines_of_the_income_statement_are_no_segments() -> None:
    lines = [
        replace(
            figure(i, 1, label, value, concept="Revenues"), statement=Statement.INCOME, caption="Statement of income"
        )
        for i, (label, value) in enumerate((("Subscription", "70"), ("Product", "30"), ("Total revenue", "100")), 1)
    ]
    sheet = Sheet(DOCUMENT, lines)
    assert breakdown(sheet, lines[-1], Decimal(100), "segment") == []
    assert len(breakdown(sheet, lines[-1], Decimal(100), "product")) == 2


CONTEXT_LABELS = {"safety": 0.95, "contribution margin": 0.95}


@pytest.mark.parametrize(
    ("text", "noun", "expected"),
    [
        ("Which segment grew the fastest?", "segment", ("revenue", False, True, "")),
        ("Which segment saw the steepest drop in net sales?", "segment", ("net sales", True, True, "")),
        ("Which segment had the best operating margin?", "segment", ("operating margin", False, False, "")),
        ("Which segment made the most money before tax?", "segment", ("income before income taxes", False, False, "")),
        ("Which segment lost the most money?", "segment", ("operating income", True, False, "")),
        ("Which product line within Safety brought in the most?", "product line", ("revenue", False, False, "safety")),
        (
            "Within the Safety segment, which product line was the biggest?",
            "product line",
            ("revenue", False, False, "safety"),
        ),
        ("Which segment had the highest contribution margin?", "segment", ("contribution margin", False, False, "")),
    ],
)
def test_what_parts_are_ranked_by(text: str, noun: str, expected: tuple[str, bool, bool, str]) -> None:
    plan = ranked(text, noun)
    assert plan is not None
    assert (plan.of.name, plan.smallest, plan.growth, plan.within) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Which segment won the most orders?",
        "Which product line within Atlantis had the most sales?",
        "Which segment had the highest churn?",
    ],
)
def test_what_is_not_understood_ranks_nothing(text: str) -> None:
    assert ranked(text, "product line" if "line" in text else "segment") is None


def ranked(text: str, noun: str) -> Parts | None:
    company = Company("Acme", ("Acme",), (DOCUMENT,))
    context = Context(
        company, Calendar.of([DOCUMENT]), Asked(), (), text, labels=lambda phrase: CONTEXT_LABELS.get(phrase, 0.3)
    )
    down = any(word in text for word in ("lowest", "worst"))
    core = text.lower().strip("?")
    return leading_part(core, noun, PERIOD, down, context, default_names(), MeasureReader(default_names()))


@pytest.mark.parametrize("ask", ["added the most revenue", "gained the most net sales", "grew most in dollars"])
def test_what_was_gained_is_ranked_by_its_amount(sample_asker: Asker, ask: str) -> None:
    answer = sample_asker.ask(f"Which segment of Larkmoor {ask} in 2025?")
    assert answer.answer.startswith("Flow Measurement: ")
    assert "49.3" in answer.answer


def test_what_is_lost_beside_money_is_no_loss(sample_asker: Asker) -> None:
    assert "operating income" not in sample_asker.ask("Which Larkmoor segment lost the most customers in 2025?").answer
