"""Sums that a question tells itself, means over years and what a balance is meant with: read wherever they are said."""

import pytest

from chains.ask import Asker
from chains.formulas.days import wanted_days
from chains.formulas.orders import formulas
from chains.measures.averages import without_mean


def assert_value(asker: Asker, question: str, value: str) -> None:
    answer = asker.ask(question)
    assert answer.value is not None, answer.answer
    assert float(answer.value) == pytest.approx(float(value), rel=1e-3), answer.answer


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Larkmoor 2025 free cash flow: operating cash flow less capex", "126"),
        ("Treating free cash flow as cash from operations minus purchases of PP&E, what was Larkmoor's FCF in 2025?", "126"),
        ("What was the growth in Larkmoor's free cash flow in FY2025, taking free cash flow as operating cash flow less capex?", "6.7797"),
        ("Larkmoor Controls, growth in free cash flow (operating cash flow less capex) in fiscal 2025", "6.7797"),
        ("What was Larkmoor's average free cash flow (operating cash flow less capex) over 2023, 2024 and 2025?", "109.8667"),
        ("For Larkmoor FY2025, start with operating income, add back depreciation and amortization and deduct capex. What is left?", "172.5"),
        ("Add Larkmoor's inventories to its accounts receivable at the end of 2025. By how much did that total change from the end of 2024?", "33.3"),
        ("Larkmoor net debt 2025: long-term debt, current portion of long-term debt minus cash", "299.8"),
        ("Larkmoor invested capital 2025: total equity, long-term debt and current portion of long-term debt less cash", "970.5"),
        ("Larkmoor's free cash flow after dividends, FY2025: cash from operations less capex and dividends paid", "81.5"),
        ("What do you get if you divide Northmere's current assets by its current liabilities at August 31, 2025?", "2.15"),
        ("Harrowgate 2025 noninterest expense / (net interest income + noninterest income), in percent", "57.5584"),
        ("Harrowgate: noninterest income as share of revenue FY2025, taking revenue as net interest income and noninterest income added up", "16.0485"),
        ("Larkmoor FY2025 total equity, long-term debt and current portion of long-term debt less cash?", "970.5"),
        ("Larkmoor FY25 invested capital: total equity, long-term debt and current portion minus cash?", "970.5"),
        ("Larkmoor: what remained of gross profit in 2025 after SG&A and R&D?", "196.4"),
        ("By how much did Larkmoor's operating cash flow exceed net income in 2025?", "49.6"),
        ("Northmere at August 31, 2025: divide current assets by current liabilities. What is the result?", "2.15"),
        ("Working capital of Northmere at August 31, 2025, meaning current assets minus current liabilities", "238847"),
        ("Larkmoor ratio of (cash + receivables) to current liabilities 2025", "1.12"),
        ("Northmere days inventory: closing inventory / cost of goods sold x 92, for the quarter ended August 31, 2025", "65.7078"),
    ],
)  # fmt: skip
def test_a_sum_that_the_question_tells_is_what_is_computed(sample_asker: Asker, question: str, value: str) -> None:
    assert_value(sample_asker, question, value)


@pytest.mark.parametrize(
    "question",
    [
        "Larkmoor revenue 2025: US minus Europe",
        "Larkmoor net income: 2025 less 2024",
        "Northmere long-term debt incl the current bit plus cash at August 31, 2025",
        "Larkmoor 2025 free cash flow: operating cash flow less quokkas",
        "How much of Larkmoor's net sales came from Europe after 2024?",
        "Harrowgate 2025 efficiency ratio (noninterest expense divided by income, income being net interest income plus noninterest income)",
    ],
)
def test_a_sum_that_cannot_be_told_surely_is_refused(sample_asker: Asker, question: str) -> None:
    assert sample_asker.ask(question).value is None


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Larkmoor net margin for 2023, 2024 and 2025 - take the mean", "8.8584"),
        ("Work out Larkmoor's gross margin for each of 2023, 2024 and 2025 and give me the simple average of the three, in percent.", "39.5461"),
        ("What was the mean of the revenue growth rates of Larkmoor in 2024 and 2025?", "5.6894"),
        ("What was Larkmoor's average inventory in 2025?", "186.1"),
    ],
)  # fmt: skip
def test_a_mean_is_one_of_what_each_year_gives(sample_asker: Asker, question: str, value: str) -> None:
    assert_value(sample_asker, question, value)


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("net margin - what's the mean of", "net margin"),
        ("gross margins (mean of the yearly ratios, %)", "gross margin"),
        ("operating income, averaged over", "operating income"),
        ("weighted average diluted shares", None),
        ("revenue over average total assets", None),
        ("net income", None),
    ],
)
def test_the_words_of_a_mean_are_taken_off_at_an_edge_only(text: str, measure: str | None) -> None:
    assert without_mean(text) == measure


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Northmere long-term debt including current portion, August 31, 2025", "356250"),
        ("Northmere long term debt incl. the current bit at August 31, 2025", "356250"),
        ("Northmere long-term debt at August 31, 2025 (without the current portion)", "331250"),
        ("Northmere: how many days of the quarter's cost of goods sold is inventory? use 92 days", "65.7078"),
        ("How many days of sales were in Larkmoor's receivables at the end of fiscal 2025, on a 360-day year?", "59.3974"),
        ("How many times was Larkmoor's interest expense covered by its operating income in 2025?", "8.41"),
    ],
)  # fmt: skip
def test_what_a_question_says_of_how_it_is_meant(sample_asker: Asker, question: str, value: str) -> None:
    assert_value(sample_asker, question, value)


def test_days_that_are_wanted() -> None:
    assert wanted_days("on a 360-day year") == 360
    assert wanted_days("use 92 days in the quarter") == 92
    assert wanted_days("over 30 days past due, use 90 days") is None
    assert wanted_days("days payable outstanding") is None


def test_orders_are_read_in_turn() -> None:
    assert next(formulas("add A to B")) == "(A) + (B)"
    assert next(formulas("subtract A from B")) == "(B) - (A)"
    assert "(((A)) - (B)) / (C)" in list(formulas("take A, deduct B and then divide the result by C"))
    assert not list(formulas("A less B"))
    assert not list(formulas("the tax that they take"))
