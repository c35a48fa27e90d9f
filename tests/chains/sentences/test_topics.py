"""Topics of questions: what they are about, where it stands, and which sentences say it."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chains.formulas.expression import FiscalPeriod
from chains.sentences.filings import filings_for
from chains.sentences.quotes import signs_of
from chains.sentences.retrieval import RankedPage
from chains.sentences.rows import compare_rows
from chains.sentences.signs import is_heading
from chains.sentences.topics import stands_in_text, topics_of
from ingest.schema import Document, Figure, Passage, Statement


def names(question: str) -> list[str]:
    return [topic.name for topic in topics_of(question)]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("How many people does Acme employ?", "employees"),
        ("Who is the auditor of Acme?", "auditor"),
        ("Which notes of Acme are listed on the NYSE?", "registered securities"),
        ("Is the business of Acme seasonal?", "seasonality"),
        ("Did Acme acquire any companies?", "acquisitions"),
        ("Does Acme have off-balance sheet arrangements?", "off-balance-sheet"),
    ],
)
def test_topics_are_told_by_the_words_of_a_question(question: str, topic: str) -> None:
    assert topic in names(question)


def test_a_topic_is_left_out_where_the_question_is_about_something_else() -> None:
    assert "segments" not in names("Which reportable segment had the highest revenue growth?")
    assert "acquisitions" not in names("Excluding M&A, which segment grew?")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many people does Acme employ?", True),
        ("What was revenue per employee?", False),
        ("How much did Acme spend on acquisitions?", False),
        ("What were net sales?", False),
    ],
)
def test_what_stands_in_text_is_told_from_amounts(question: str, text: bool) -> None:
    assert stands_in_text(question) is text


@pytest.mark.parametrize(
    ("question", "says", "misses"),
    [
        (
            "How many employees does Acme have?",
            "At the end of June our workshops and depots had about 1,240 employees.",
            "Employees may exercise 1,200,000 options.",
        ),
        (
            "Who are the primary customers?",
            "No single customer accounted for more than 10% of net sales.",
            "Pumps that customers send back are repaired at our cost.",
        ),
        (
            "Which acquisitions did Acme make?",
            "On May 2, we acquired all outstanding shares of Bolt Inc.",
            "Risks include the loss of customers of the acquired business.",
        ),
        ("Who audits Acme?", "We have served as the Company's auditor since 1999.", "The audit committee met."),
    ],
)
def test_typical_sentences_are_told_from_those_that_look_alike(question: str, says: str, misses: str) -> None:
    signs = signs_of(question)
    assert signs.typical(says)
    assert not signs.typical(misses)


def test_verdicts_of_topics() -> None:
    signs = signs_of("Is the business seasonal?")
    assert signs.verdict("The valve business is seasonal, with most orders in autumn.") is True
    assert signs.verdict("The valve business is not seasonal.") is False
    assert signs.verdict("We make valves.") is None


def test_a_heading_says_nothing() -> None:
    assert is_heading("Off-Balance-Sheet Arrangements and Contractual Obligations")
    assert not is_heading("We do not have off-balance-sheet arrangements.")
    assert not is_heading("/s/ Example & Sons LLP")


def test_a_segment_counts_less_where_the_whole_is_asked_for() -> None:
    passage = Passage("a.p1.s1", "a", 1, "Results", "")
    whole, part = "Gross margin fell on steel.", "Segment gross margin fell on steel."
    asked = signs_of("What drove gross margin?")
    assert asked.of(passage, whole) > asked.of(passage, part)
    named = signs_of("What drove the gross margin of the Tools segment?")
    assert named.of(passage, part) >= named.of(passage, whole)


def filing(year: int, form: str = "10-K", quarter: int | None = None, month: int = 12) -> Document:
    name = f"acme_{year}_{form}_{quarter or ''}"
    end = date(year, month, 28)
    return Document(
        name, "1" * 64, name, company="Acme", form=form, fiscal_year=year, fiscal_quarter=quarter, period_end=end
    )


A21, A22, A23 = filing(2021), filing(2022), filing(2023)
Q2, EVENT = filing(2024, "10-Q", 2, 6), filing(2022, "8-K", None, 8)
ALL = (A21, A22, A23, Q2, EVENT)


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([FiscalPeriod(2022)], (A22, EVENT)),
        ([FiscalPeriod(2024, 2)], (Q2,)),
        ([FiscalPeriod(2022), FiscalPeriod(2023)], (A23, A22, EVENT)),
        ([], (A23, Q2, EVENT)),
    ],
)
def test_filings_are_those_of_the_asked_years_the_latest_without_any(periods: Any, expected: Any) -> None:
    found, note = filings_for(ALL, periods)
    assert (found, note) == (expected, "")


def test_for_a_year_without_a_report_the_one_before_is_taken_and_said() -> None:
    found, note = filings_for((A21, A22), [FiscalPeriod(2023)])
    assert found == (A22,)
    assert A22.name in note


def figure(row: int, label: str, header: str, column: int, value: int) -> Figure:
    return Figure(
        id=f"acme.p2.t1.r{row}.c{column}", document="acme", page=2, label=label, path=(), printed=f"{value:,}",
        value=Decimal(value), scale=0, unit="", currency="", period=None, fiscal_year=None, fiscal_quarter=None,
        statement=Statement.NOTE, table="p2.t1", caption="", headers=(header,),
    )  # fmt: skip


class Votes:
    """A ledger with the votes of one meeting."""

    def figures(self, document: str, /, *, page: int | None = None) -> list[Figure]:
        votes = {"Ann Ash": (900, 20), "Bob Birch": (700, 210), "Cy Cedar": (880, 35), "Total": (2480, 265)}
        return [
            figure(row, label, header, column, value)
            for row, (label, pair) in enumerate(votes.items(), start=1)
            for column, (header, value) in enumerate(zip(("Votes For", "Votes Against"), pair, strict=True), start=1)
        ]


VOTED = [RankedPage("acme", 2, 1.0, (Passage("acme.p2.s1", "acme", 2, "", "Each of the nominees was elected."),), 0.5)]


def test_the_row_that_stands_out_comes_first_and_totals_are_no_rows() -> None:
    found = compare_rows(
        "Did any nominee have substantially more votes against?", "nominee votes against", VOTED, Votes()
    )
    assert found is not None
    assert [f.label for f in found.rows] == ["Bob Birch", "Cy Cedar", "Ann Ash"]
    assert found.apart
    assert found.quotes[0] == "Bob Birch [Votes Against]: 210"


def test_no_row_stands_out_where_nothing_is_compared_or_no_column_fits() -> None:
    assert compare_rows("Were the nominees elected?", "nominees elected", VOTED, Votes()) is None
    assert compare_rows("Which segment has the highest margin?", "segment margin", VOTED, Votes()) is None
