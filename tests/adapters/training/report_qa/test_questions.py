"""Questions generated over given tables: exact, repeatable, sensible."""

from __future__ import annotations

import dataclasses
import random
import re
from decimal import Decimal

import pytest

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Example, Kind
from adapters.report_qa.programs import said_value, texts_of, value_of_solution
from adapters.training.report_qa.questions import generate
from adapters.training.report_qa.questions.asking import ask
from adapters.training.report_qa.questions.binding import Unfit, bind
from adapters.training.report_qa.questions.made import made_tables
from adapters.training.report_qa.questions.phrases import Shape, every_way, parse_program, read_shapes
from adapters.training.report_qa.questions.sheets import Sheet, read_sheet

LOWER = Evidence(
    "",
    (
        ("( in millions )", "2012", "2011", "2010", "2009"),
        ("royalty income", "$ 55", "$ 58", "$ 45", "$ 41"),
        ("gain on sale of assets", "12", "8", "36", "-7.6 ( 7.6 )"),
        ("other ( see note 5 )", "73", "69", "74", "60"),
        ("total", "$ 140", "$ 135", "$ 155", "$ 93.4"),
        ("effective tax rate", "31.5% ( 31.5 % )", "30.0% ( 30.0 % )", "29.1% ( 29.1 % )", "28.0% ( 28.0 % )"),
    ),
    ("the company also paid $ 2.5 million of dividends in 2011 .",),
)
PRINTED = Evidence(
    "",
    (
        ("", "Years Ended June 30,", ""),
        ("", "2019", "2018"),
        ("", "(dollars in thousands)", ""),
        ("Current assets:", "", ""),
        ("Receivables, net", "$2,910", "$14,740"),
        ("Inventories", "1,204", "980"),
        ("Total current assets", "$4,114", "$15,720"),
    ),
)
DUE = Evidence(
    "",
    (
        ("fiscal year", "operating leases"),
        ("2013", "1703"),
        ("2014", "1371"),
        ("2015", "1035"),
        ("thereafter", "710"),
        ("total future minimum lease payments", "4819"),
    ),
    ("the leases are as follows ( in thousands ) .",),
)
INDEX = Evidence("", (("", "2010", "2011", "2012"), ("s&p 500", "100", "113.2", "98.1"), ("peers", "100", "90", "120")))
TABLES = (LOWER, PRINTED, DUE, INDEX)


@pytest.fixture(scope="module")
def made() -> list[Example]:
    return generate(TABLES, 1500, seed=5)


def test_every_solution_executes_to_its_gold(made: list[Example]) -> None:
    assert len(made) == 1500
    for example in made:
        (solution,) = example.solutions
        candidates = candidates_of(example.evidence)
        if solution.kind is Kind.REFUSAL:
            assert example.gold is None
            continue
        value = value_of_solution(solution, candidates)
        if isinstance(value, bool):
            assert example.gold == (("yes",) if value else ("no",))
        elif isinstance(example.gold, Decimal):
            assert example.gold == said_value(solution, candidates)
        else:
            assert example.gold == texts_of(solution, example.evidence, candidates)


def test_the_same_seed_gives_the_same_questions() -> None:
    assert generate(TABLES, 60, seed=9) == generate(TABLES, 60, seed=9)
    assert generate(TABLES, 60, seed=9) != generate(TABLES, 60, seed=10)


def test_no_slot_or_mark_is_left_in_a_question(made: list[Example]) -> None:
    for example in made:
        question = example.evidence.question
        assert question and not set(question) & set("{}<>\ue000"), question


def test_tables_without_numbers_give_nothing() -> None:
    assert generate([Evidence("", (("a", "b"), ("c", "d"))), Evidence("")], 5, seed=0) == []
    assert generate([], 5, seed=0) == []


def test_there_are_many_ways_to_ask() -> None:
    assert sum(len(every_way(shape)) for shape in read_shapes()) >= 500


def test_every_way_to_ask_is_rendered() -> None:
    draw = random.Random(1)
    sheets = [read_sheet(one.table, one.text) for one in (*TABLES, *made_tables(60, seed=1))]
    for shape in read_shapes():
        for way in every_way(shape):
            alone = dataclasses.replace(shape, asks={"any": (way,), "terse": (), "full": ()})
            assert any(_asked(alone, sheet, draw) for sheet in sheets for _ in range(6)), (shape.name, way)


def _asked(shape: Shape, sheet: Sheet, draw: random.Random) -> bool:
    bound = bind(shape.needs, sheet, draw)
    if bound is None:
        return False
    try:
        example = ask(sheet, shape, bound, draw, terse=sheet.terse)
    except Unfit:
        return False
    return bool(example.solutions)


def test_no_way_to_ask_names_a_company() -> None:
    known = {"FY", "USD", "US", "Answer", "Use", "Could", "Can"}
    for shape in read_shapes():
        for way in every_way(shape):
            words = re.sub(r"[{}<>|]", " ", way).split()
            named = [word for word in words[1:] if word[:1].isupper() and word.strip(".,?()") not in known]
            assert not named, way


def test_refusals_are_asked_of_what_is_printed_nowhere(made: list[Example]) -> None:
    refused = [one for one in made if one.solutions[0].kind is Kind.REFUSAL]
    assert 0.01 * len(made) < len(refused) < 0.15 * len(made)
    for one in refused:
        printed = " ".join((*(cell for row in one.evidence.table for cell in row), *one.evidence.text))
        years = re.findall(r"\b20\d\d\b", one.evidence.question)
        items = set(re.findall(r"[a-z]{4,}", one.evidence.question.lower())) - set(printed.lower().split())
        assert any(year not in printed for year in years) or items


def test_a_shape_that_cannot_be_used_is_named() -> None:
    with pytest.raises(ValueError, match="the program 'divide\\(a, const_7000\\)' cannot be read: const_7000"):
        parse_program("divide(a, const_7000)")
