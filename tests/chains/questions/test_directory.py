"""Companies are found by any of their names, and never guessed."""

import pytest

from chains.questions.directory import Directory
from ingest.schema import Document

NAMES = [
    "3M COMPANY", "AMAZON.COM, INC.", "BEST BUY CO., INC.", "Square, Inc.", "FOOT LOCKER, INC.", "GENERAL MILLS, INC.", "Johnson & Johnson", "Advanced Micro Devices, Inc.",
    "AMERICAN EXPRESS COMPANY", "American Water Works Company, Inc.", "MGM Resorts International", "The Kraft Heinz Company", "JPMorgan Chase & Co.", "PepsiCo, Inc.", "The Procter & Gamble Company",
    "AT&T Inc.", "The Boeing Company", "Microsoft Corporation", "Apple Inc.", "The AES Corporation",
]  # fmt: skip
SYMBOLS = {
    "JPMorgan Chase & Co.": "JPM",
    "GENERAL MILLS, INC.": "GIS",
    "The Procter & Gamble Company": "PG",
    "The AES Corporation": "AES",
}
DIRECTORY = Directory([Document(n, n, "", n, aliases=((SYMBOLS[n],) if n in SYMBOLS else ())) for n in NAMES])


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Block's (formerly known as Square) FY2016 ratio", "Square"),
        ("net PP&E of 3M?", "3M"),
        ("JnJ's margin", "Johnson & Johnson"),
        ("J&J revenue", "Johnson & Johnson"),
        ("AMD's quick ratio", "Advanced Micro Devices"),
        ("AmEx tax rate", "American Express"),
        ("american water works capex", "American Water Works"),
        ("MGM's revenue", "MGM Resorts International"),
        ("Footlocker inventories", "Foot Locker"),
        ("Kraft's goodwill", "Kraft Heinz"),
        ("P&G dividends", "Procter & Gamble"),
        ("Procter and Gamble dividends", "Procter & Gamble"),
        ("AT&T debt", "AT&T"),
        ("amazon revenue in 2017", "Amazon"),
        ("what did JP Morgan earn", "JPMorgan Chase"),
        ("JPM net income", "JPMorgan Chase"),
        ("Boing capex", "Boeing"),
        ("Microsft revenue", "Microsoft"),
        ("Pepsi's revenue", "PepsiCo"),
        ("Does AES have debt?", "AES"),
        ("gis net debt in FY22", "General Mills"),
        ("pg Grooming sales, Jan-Mar 2025", "Procter & Gamble"),
        ("what's p&g's inventory at March 31, 2025", "Procter & Gamble"),
        ("mac net sales for apple in fiscal 2023", "Apple"),
        ("apple's gross margin", "Apple"),
        ("square hardware revenue to July 2016", "Square"),
    ],
)
def test_found(text: str, name: str) -> None:
    named, _ = DIRECTORY.find(text)
    assert [n.company.short for n in named] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Tesla's revenue",
        "best estimate of the margin",
        "apply the ratio",
        "the general case",
        "the square footage",
        "the target for capex",
        "what is 5 pg of notes",
        "apply an apple ratio",
        "best margin",
    ],
)
def test_not_found(text: str) -> None:
    assert DIRECTORY.find(text)[0] == []


def test_unknown_names_are_told() -> None:
    assert DIRECTORY.unknown_names("What is Tesla's revenue in FY2020?", []) == ["Tesla"]
    assert DIRECTORY.unknown_names("What is EBITDA for FY2020?", []) == []


def test_two_companies_in_reading_order() -> None:
    named, _ = DIRECTORY.find("Compare Microsoft's and Apple's margins")
    assert [n.company.short for n in named] == ["Microsoft", "Apple"]


def test_filings_of_one_company_are_one() -> None:
    documents = [
        Document("a", "1", "", "Square, Inc."),
        Document("b", "2", "", "Block, Inc.", aliases=("Square, Inc.",)),
    ]
    (company,) = Directory(documents).companies
    assert len(company.documents) == 2


def test_companies_with_the_same_initials_stay_apart() -> None:
    first = Document("a", "0" * 64, "a", company="American Metal Devices, Inc.", aliases=("AMD",), form="10-K")
    second = Document("b", "1" * 64, "b", company="Arctic Mining Drills Corp.", aliases=("AMD",), form="10-K")
    named, ambiguous = Directory([first, second]).find("What was the revenue of Arctic Mining Drills in 2022?")
    assert [m.company.name for m in named] == ["Arctic Mining Drills Corp."]
    assert not ambiguous


def test_a_legal_form_makes_no_initials() -> None:
    documents = [
        Document("a", "0" * 64, "a", company="Amcor plc", form="10-K"),
        Document("k", "1" * 64, "k", company="The Kraft Heinz Company", form="10-K"),
    ]
    named, _ = Directory(documents).find("What was Kraft Heinz AP in FY2019?")
    assert [m.company.name for m in named] == ["The Kraft Heinz Company"]


def test_a_name_without_a_capital_beside_another_company_is_one_too() -> None:
    assert [n.company.short for n in DIRECTORY.find("compare apple and amazon revenue in 2019")[0]] == [
        "Apple",
        "Amazon",
    ]
    assert [n.company.short for n in DIRECTORY.find("pie sales at general mills")[0]] == ["General Mills"]


def test_a_name_cut_short_word_by_word_is_one_where_a_word_is_whole() -> None:
    documents = [Document("g", "0" * 64, "g", company="General Millers, Inc.", form="10-K")]
    directory = Directory(documents)
    assert [n.company.short for n in directory.find("gen millers capex 2020")[0]] == ["General Millers"]
    assert not directory.find("gen mill capex 2020")[0]
    assert not directory.find("what did the millers in general pay")[0]


def test_a_name_that_is_no_word_needs_no_capital_beside_other_capitals() -> None:
    documents = [
        Document("n", "0" * 64, "n", company="Novidiant Corporation", form="10-K"),
        Document("s", "1" * 64, "s", company="Square, Inc.", form="10-K"),
    ]
    find = Directory(documents).find
    assert [n.company.short for n in find("what does Blackbird add to novidiant revenue?")[0]] == ["Novidiant"]
    assert not find("what does Blackbird add per square foot?")[0]
