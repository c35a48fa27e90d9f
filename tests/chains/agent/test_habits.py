"""What notes mean, read by the forms of habits.toml; a form alone is not believed."""

from __future__ import annotations

import pytest

from chains.agent.habits import DefaultCompany, DefaultUnit, FiscalYear, Preferred, habit_of, habits_of
from chains.agent.notes import Note


@pytest.mark.parametrize(
    ("text", "name", "formula"),
    [
        ("when I say leverage I mean total debt over EBITDA", "leverage", "total debt over EBITDA"),
        ("by free cash flow I mean operating cash flow minus capex", "free cash flow", "operating cash flow minus capex"),
        ("Remember that ROIC is NOPAT divided by invested capital.", "ROIC", "NOPAT divided by invested capital"),
        ("from now on, use EBITDA less capex for free cash flow", "free cash flow", "EBITDA less capex"),
        ("gross margin should be calculated as gross profit over net sales", "gross margin", "gross profit over net sales"),
        ("FCF = operating cash flow - capex", "FCF", "operating cash flow - capex"),
        ("my definition of net debt is total debt minus cash, please", "net debt", "total debt minus cash"),
    ],
)  # fmt: skip
def test_a_preferred_definition(text: str, name: str, formula: str):
    assert habit_of(Note("", text)) == Preferred(text, name, formula)


@pytest.mark.parametrize(
    ("text", "month", "later"),
    [
        ("by 2022 I mean the fiscal year ended in June 2022", 6, 0),
        ("when I say 2022, I mean the year ending January 2023", 1, 1),
        ("our fiscal year starts in July", 6, 0),
        ("Our fiscal year begins on January 1", 12, 0),
        ("my fiscal year ends in Sept.", 9, 0),
        ("our financial year runs from April to March", 3, 0),
        ("their fiscal year-end is November", 11, 0),
    ],
)
def test_a_fiscal_year(text: str, month: int, later: int):
    assert habit_of(Note("", text)) == FiscalYear(text, month, later)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my default company is Larkmoor", "Larkmoor"),
        ("assume Northmere Foods if I don't name a company", "Northmere Foods"),
        ("when I name no company, I mean Harrowgate", "Harrowgate"),
    ],
)
def test_a_default_company(text: str, name: str):
    assert habit_of(Note("", text)) == DefaultCompany(text, name)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("always answer in millions", "millions"),
        ("please show all amounts in USD thousands", "USD thousands"),
        ("I prefer figures in EUR billions from now on", "EUR billions"),
    ],
)
def test_a_default_unit(text: str, unit: str):
    assert habit_of(Note("", text)) == DefaultUnit(text, unit)


@pytest.mark.parametrize(
    "text",
    [
        "I like short answers", "revenue is important", "Larkmoor is a client", "answer in French", "the meeting is in July",
        "our fiscal year starts in Nomber", "by 2022 I mean the fiscal year ended in June 2031", "call me at 5", "a", "=", "x" * 500,
    ],
)  # fmt: skip
def test_what_no_rule_reads_is_no_habit(text: str):
    assert habit_of(Note("", text)) is None


def test_the_newest_of_several_about_the_same_thing_holds():
    texts = ["leverage means debt / equity", "always answer in millions", "leverage means total debt / EBITDA"]
    habits = habits_of([Note(str(n), text) for n, text in enumerate(texts)])
    assert [habit.note for habit in habits] == texts[1:]
