"""Numbers that only sentences tell: read exactly, bound strictly, and left alone where another may be meant."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from chains.answers.solve import mixed_sources
from chains.ask import Asker
from chains.formulas.expression import FiscalPeriod, Item
from chains.questions.fiscal_calendar import Calendar
from chains.resolve.bound import Bound
from chains.told_numbers.amount_scale import amount_scale
from chains.told_numbers.sentence_numbers import Role, numbers_in
from ingest.schema import Document, Figure, Passage, Period, Statement
from tests.chains.tiny_library import tiny_library

ACME = Document(
    "acme_2022",
    "1" * 64,
    "a.pdf",
    company="Acme Valves Inc.",
    aliases=("Acme",),
    form="10-K",
    fiscal_year=2022,
    period_end=date(2022, 12, 31),
    fiscal_year_end=(12, 31),
)
CALENDAR = Calendar.of([ACME])
PAGES = {
    1: "As of December 31, 2022, Acme employed approximately 4,200 full-time and part-time people, with approximately "
    "1,100 employed in Canada. In 2022 we hired 300 new engineers.",
    2: "Advertising expenses for 2022, 2021 and 2020 were $12.5 million, $9.8 million and $7.1 million, respectively.",
    3: "Ms. Brand will receive a base salary of not less than $850,000 annually. The Board authorized the repurchase of "
    "up to $50 million of common stock.",
    4: "During 2022, the Company repurchased 2 million shares of its common stock for $31.4 million and paid dividends of "
    "$6.2 million.",
    5: "We expect to invest $40 million in our Halden foundry in 2023. We closed 14 depots in 2022.",
    6: "The order backlog was $88 million at December 31, 2022. The service order backlog was $21 million at December 31, "
    "2022. No customer accounted for 10 percent or more of net sales in 2022.",
    7: "As of December 31, 2022, $3.0 billion of the $7.5 billion share buyback authorization was available.",
    8: "Warehouses 9. At December 31, 2022 Acme operated 12 warehouses. Before she joined Acme in 2022, she was "
    "responsible for 180 laboratories in 2022 and 175 laboratories in 2021.",
    9: "As of December 31, 2022, the pump division operated more than 9,000 pumping stations. Cash from operations in 2022 "
    "was a conversion rate of 166 percent of net earnings, including those of noncontrolling interests. Pump division "
    "operating income was $17.3 million in 2022, and its rent expense was $2.4 million in 2022.",
    10: "Approximately 320 welders, which constitute 32% of all our welders, were members of a union as of December 31, "
    "2022.",
}
WAREHOUSES = Figure(
    "acme_2022.p8.t1.r1.c1", "acme_2022", 7, label="Number of warehouses", path=(), printed="9", value=Decimal(9), scale=0,
    unit="pure", currency="", period=Period(date(2021, 12, 31)), fiscal_year=2021, fiscal_quarter=None,
    statement=Statement.NOTE, table="acme_2022.p8.t1", caption="", headers=("2021",),
)  # fmt: skip


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    with tiny_library(tmp_path_factory.mktemp("home"), ACME, PAGES) as library:
        yield Asker(library)


@pytest.mark.parametrize(
    ("question", "value", "unit"),
    [
        ("How many people did Acme employ at the end of 2022?", "4200", ""),
        ("How much did Acme spend on advertising in 2021?", "9.8", "USD millions"),
        ("Acme: Jane Brand's minimum annual base salary?", "850000", "USD"),
        ("How much did Acme spend repurchasing its common stock in 2022?", "31.4", "USD millions"),
        ("How many depots did Acme close in 2022?", "14", ""),
        ("How much was left of Acme's share buyback authorization at the end of 2022?", "3.0", "USD billions"),
    ],
)
def test_a_number_that_one_sentence_tells(asker: Asker, question: str, value: str, unit: str) -> None:
    answer = asker.ask(question)
    assert (answer.value, answer.unit) == (Decimal(value), unit)
    (cited,) = answer.citations
    assert cited.quote in PAGES[cited.page]
    assert cited.quote in answer.answer
    assert answer.explain["figures"][0]["printed"] in cited.quote


@pytest.mark.parametrize(
    ("question", "value", "unit"),
    [
        ("By how much did Acme's advertising increase from 2021 to 2022?", "2.7", "USD millions"),
        ("What was Acme's average buyback price, its repurchases divided by shares?", None, ""),
        ("How many people did Acme employ in Canada at the end of 2022?", "1100", ""),
        ("How many people did Acme have on its payroll at the end of 2022, Canada excluded?", None, ""),
    ],
)
def test_numbers_of_sentences_are_computed_with(asker: Asker, question: str, value: str | None, unit: str) -> None:
    answer = asker.ask(question)
    assert (answer.value, answer.unit) == (None if value is None else Decimal(value), unit)


@pytest.mark.parametrize(
    "question",
    [
        "How many engineers did Acme employ at the end of 2021?",  # another year
        "How many depots did Acme open in 2022?",  # those were closed
        "How many depots does Acme operate?",
        "How much did Acme invest in its Halden foundry in 2023?",  # only expected
        "How much common stock did Acme's Board repurchase in 2021?",
        "How much was Acme's advertising in 2019?",
        "By how much did Acme's backlog increase from 2021 to 2022?",  # one year alone is told
        "By how much did Acme's boats increase from 2021 to 2022?",
        "What percentage of Acme's net sales came from one customer in 2022?",  # denied
        "How about Acme's backlog?",  # asks for no number by its words
        "How many boats did Acme ship in 2022?",
        "How many people did Acme employ in Mexico at the end of 2022?",
        "How many people did Acme hire in 2021?",
    ],
)
def test_no_number_where_another_is_told(asker: Asker, question: str) -> None:
    assert asker.ask(question).value is None


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("By how much did Acme's advertising increase from 2021 to 2022?", "2.7"),
        ("By what percentage did Acme's advertising expenses climb in 2022?", "27.55"),
        ("Add up Acme's advertising expenses for 2020, 2021 and 2022", "29.4"),
    ],
)
def test_numbers_that_sentences_tell_are_computed_with(asker: Asker, question: str, value: str) -> None:
    answer = asker.ask(question)
    assert answer.value == Decimal(value), answer.answer
    assert {c.page for c in answer.citations} == {2}


def test_a_number_of_a_table_is_not_compared_with_one_that_only_a_sentence_tells() -> None:
    new, old = (Item("warehouses", None, FiscalPeriod(year)) for year in (2022, 2021))
    both = {item: Bound(item, WAREHOUSES, 0.9, {}) for item in (new, old)}
    assert "stands in a table for FY2021 and is only told by a sentence for FY2022" in mixed_sources(both, {new})
    assert mixed_sources(both, set()) == mixed_sources(both, {new, old}) == ""
    assert mixed_sources({**both, Item("offices", None, FiscalPeriod(2022)): both[new]}, {new, old}) == ""


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Acme 2022: operating income of the pump division", "17.3"),
        ("How much operating income did Acme's pump division make in 2022?", "17.3"),
        ("Acme 2022: inventories of the pump division", None),  # its stations are no amount
        ("Acme 2022: interest of the pump division", None),
        ("What was Acme's net interest in 2022, in %?", None),  # of an amount no percentage is told by itself
        ("What did Acme's net interest do in 2022, in %?", None),
        ("Acme's operating income at the pumping stations in 2022, in percent", None),
    ],
)
def test_a_told_number_is_of_the_measure_that_is_asked_for(asker: Asker, question: str, value: str | None) -> None:
    answer = asker.ask(question)
    assert answer.value == (None if value is None else Decimal(value)), answer.answer


def test_the_first_of_a_range_is_in_the_unit_of_the_last() -> None:
    assert [n.unit for n in numbers_in("a return of 80 to 90 percent of free cash flow", CALENDAR)] == ["percent"] * 2


def test_what_is_a_share_of_all_is_not_all(asker: Asker) -> None:
    answer = asker.ask("How many welders did Acme have at the end of 2022?")
    assert answer.value is None, answer.answer


def test_a_reason_is_no_number(asker: Asker) -> None:
    assert asker.ask("Acme's order backlog was $88 million in 2022. What was the main reason?").value is None


def test_what_a_person_did_is_no_line_item_of_the_company(asker: Asker) -> None:
    assert asker.ask("By how much did Acme's number of laboratories increase from 2021 to 2022?").value is None


def test_what_each_number_is_in_its_sentence() -> None:
    text = "Sales rose 5% to $3.1 billion in 2022, compared to $2.9 billion in 2021, of up to $4 billion planned."
    read = [(n.printed, n.role) for n in numbers_in(text, CALENDAR)]
    assert read == [
        ("5%", Role.CHANGE),
        ("$3.1 billion", Role.VALUE),
        ("$2.9 billion", Role.PRIOR),
        ("$4 billion", Role.HIGH),
    ]
    assert [n.period for n in numbers_in(text, CALENDAR)][1:3] == [FiscalPeriod(2022), FiscalPeriod(2021)]


@pytest.mark.parametrize(
    "text", ["See Note 12 and Item 7.", "It lasted 18 months.", "On May 3, 2022 we met.", "The 737-10 flew."]
)
def test_dates_notes_and_lengths_are_no_numbers(text: str) -> None:
    assert numbers_in(text, CALENDAR) == ()


def test_bare_amounts_are_read_only_with_the_scale_that_their_page_states() -> None:
    bare = [Passage(f"a.p{n}", "a", n, "", f"The charge of ${n}77 was recorded in earnings.") for n in range(1, 13)]
    stated = Passage("a.p1.h", "a", 1, "Notes (Dollars in millions)", "Rent expense was $503 in 2022.")
    prices = Passage(
        "a.p2.h", "a", 2, "", "A membership costs $119 in our stores. " + "We paid $2 million in cash. " * 60
    )
    (number,) = numbers_in("Rent expense was $503.", CALENDAR)
    scale = amount_scale([*bare, stated])
    assert scale.read(number, 1).value == 503_000_000
    assert scale.read(number, 2).role is Role.LOOSE
    assert amount_scale([prices]).read(number, 2) == number
