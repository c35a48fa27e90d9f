"""Changes that sentences tell: of exactly the thing and the time that are asked for, with the sign of the verb."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from chains.ask import Asker
from chains.told_numbers.told_changes import changes_in
from ingest.schema import Document
from tests.chains.tiny_library import tiny_library

ACME = Document(
    "acme_2022",
    "2" * 64,
    "a.pdf",
    company="Acme Works Inc.",
    aliases=("Acme",),
    form="10-K",
    fiscal_year=2022,
    period_end=date(2022, 12, 31),
    fiscal_year_end=(12, 31),
)
PAGES = {
    1: (
        "Year Ended 2022 Compared to Year Ended 2021",
        "Valve revenue rose $3.1 million or 8%, driven by smart valve growth of 31%. Pipe and other fittings revenue fell "
        "2.5% on lower volumes. Valve services revenue increased 4% on a constant-currency basis. Hose 400 revenue was "
        "$6 million, up 12%. Comparable store net sales decreased 0.7 percent in 2022. Boat revenue is expected to increase 9%.",
    ),
    2: (
        "Year Ended 2021 Compared to Year Ended 2020",
        "Gasket revenue grew 15% in a strong market. Valve revenue increased 22% after the closures of the year before. "
        "Tap revenue grew 5% and 7% in 2022 and 2021, respectively.",
    ),
    3: (
        "Pumps",
        "Pump margin rose 120 basis points in 2022. Crane revenue grew 3% in 2022. In 2022 crane revenue grew 6%.",
    ),
    4: (
        "Results",
        "Excluding currency, organic net sales increased 4% in 2022. Gross profit rose 9% on a better mix. We see 2 to 3 "
        "percent growth in winch revenue.",
    ),
}


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    with tiny_library(tmp_path_factory.mktemp("home"), ACME, PAGES) as library:
        yield Asker(library)


@pytest.mark.parametrize(
    ("question", "value", "unit"),
    [
        ("What was Acme's valve revenue growth in 2022?", "8", "percent"),
        ("By what percentage did Acme's valve revenue grow in 2022?", "8", "percent"),
        ("How much did Acme's valve revenue rise in 2022, in USD millions?", "3.1", "USD millions"),
        ("How fast did Acme's smart valve revenue grow in 2022?", "31", "percent"),
        ("Acme's pipe revenue decline in 2022, in %", "-2.5", "percent"),
        ("How quickly did Acme's Hose 400 revenue grow in 2022?", "12", "percent"),
        ("By how much did Acme's comparable sales change in 2022?", "-0.7", "percent"),
        ("By how many basis points did Acme's pump margin rise in 2022?", "120", "basis points"),
        ("What was Acme's gasket revenue growth in 2021?", "15", "percent"),
        ("How much did Acme's organic net sales grow in 2022?", "4", "percent"),
    ],
)
def test_a_change_that_a_sentence_tells(asker: Asker, question: str, value: str, unit: str) -> None:
    answer = asker.ask(question)
    assert (answer.value, answer.unit) == (Decimal(value), unit), answer.answer
    assert answer.citations[0].quote in PAGES[answer.citations[0].page][1]


@pytest.mark.parametrize(
    "question",
    [
        "What was Acme's gasket revenue growth in 2022?",  # told of the year before
        "What was Acme's valve revenue growth in 2020?",
        "What was Acme's valve revenue growth in the third quarter of 2022?",
        "What was Acme's valve services revenue growth in 2022?",  # in constant currency alone
        "What was Acme's fittings revenue growth in 2022?",  # of pipes and fittings
        "What was Acme's hose revenue growth in 2022?",
        "What was Acme's boat revenue growth in 2022?",  # only expected
        "What was Acme's tap revenue growth in 2022?",
        "What was Acme's crane revenue growth in 2022?",  # told twice, differently
        "What was Acme's valve operating income growth in 2022?",
        "What was Acme's gross profit growth in 2022?",  # of some part, as no time is said
        "What was Acme's winch revenue growth in 2022?",  # a target
        "What was the average annual growth of Acme's valve revenue in 2022?",
        "Why did Acme's valve revenue grow in 2022?",
    ],
)
def test_no_change_of_another_thing_or_time(asker: Asker, question: str) -> None:
    assert asker.ask(question).value is None


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (
            "Sales for the 13-week period ended May 4, 2024 decreased 3.2 percent to $9 million.",
            ("Sales for the", "-3.2"),
        ),
        ("Net earnings were $12 billion, a decrease of 5%, versus the prior year.", ("Net earnings", "-5")),
        ("The rise was due to a 17% growth in paid memberships resulting from launches.", ("paid memberships", "17")),
        ("Toys: The 9.0% comparable sales growth was driven by games.", ("comparable sales", "9.0")),
        ("Rent declined from $5 million to $4 million.", None),
    ],
)
def test_what_changed_in_a_sentence_and_by_how_much(sentence: str, told: tuple[str, str] | None) -> None:
    found = [(" ".join(c.subject.split()), str(c.amounts[0].value)) for c in changes_in(sentence)]
    assert found == ([] if told is None else [told])
