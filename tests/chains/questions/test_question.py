"""The wrapping of a question is taken off, and what it means is kept."""

import pytest

from chains.questions.advice import asks_advice
from chains.questions.answer_form import find_decimals, find_unit
from chains.questions.question import read_question
from ingest.schema import Statement


@pytest.mark.parametrize(
    ("text", "core"),
    [
        (
            "You are a credit analyst and only have the balance sheet to hand. Please answer: what is the FY2020 current ratio for Acme?",
            "what is the FY2020 current ratio for Acme?",
        ),
        (
            "By relying on the details in the cash flow statement, how much did Acme spend on capex in FY2019?",
            "how much did Acme spend on capex in FY2019?",
        ),
        (
            "What is Acme's FY2021 net revenue (in USD thousands)? Base your answer on the income statement.",
            "What is Acme's FY2021 net revenue?",
        ),
        ("In 2020, which segment was the largest at Acme?", "In 2020, which segment was the largest at Acme?"),
        ("Calculate Acme's quick ratio for FY2020.", "Calculate Acme's quick ratio for FY2020."),
        (
            "Does Acme have a healthy margin as of FY2022? If margin is not a useful metric, then please state that and explain why.",
            "Does Acme have a healthy margin as of FY2022?",
        ),
        (
            "We need to compute a metric. Here's the question: what is the FY2018 DPO for Acme? DPO is defined as: 365 * payables / COGS.",
            "what is the FY2018 DPO for Acme?",
        ),
    ],
)
def test_core(text: str, core: str) -> None:
    assert read_question(text).core == core


@pytest.mark.parametrize(
    ("text", "kind", "scale"),
    [
        ("Answer in USD billions.", "currency", 9),
        ("(in millions of dollars)", "currency", 6),
        ("in units of percents and round to one decimal place", "percent", None),
        ("net profit margin (as a %)", "percent", None),
        ("Express the change in basis points.", "basis_points", None),
        ("what percentage of revenue is R&D?", "percent", None),
        ("Answer in days.", "days", None),
        ("in thousands of shares", "shares", 3),
        ("what was revenue in 2018?", "", None),
        ("in $ millions", "currency", 6),
    ],
)
def test_unit(text: str, kind: str, scale: int | None) -> None:
    unit = find_unit(text)
    assert (unit.kind, unit.scale) == (kind, scale)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Round your answer to two decimal places.", 2),
        ("round to 1 decimal place", 1),
        ("to the nearest tenth", 1),
        ("to the nearest whole number", 0),
        ("to 3 d.p.", 3),
        ("what was revenue?", None),
    ],
)
def test_decimals(text: str, places: int | None) -> None:
    assert find_decimals(text) == places


def test_statements_are_known_by_their_many_names() -> None:
    question = read_question(
        "Using the P&L and the consolidated statements of financial position, what is the FY2019 ROA of Acme?"
    )
    assert question.statements == (Statement.INCOME, Statement.BALANCE)


def test_a_very_long_question_is_cut() -> None:
    assert len(read_question("what is revenue " * 20_000).text) <= 20_000


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("hi, what was net income in 2024", "what was net income in 2024"),
        ("Hey - net income 2024", "net income 2024"),
        ("quick question: net income 2024", "net income 2024"),
        ("pls give net income for 2024, thx", "give net income for 2024"),
        ("Hello Group's net income in 2024", "Hello Group's net income in 2024"),
    ],
)
def test_greetings_are_no_part_of_the_question(text: str, core: str) -> None:
    assert read_question(text).core == core


@pytest.mark.parametrize(
    ("text", "core", "currency", "scale"),
    [
        ("total deposits end of 2025, in $bn", "total deposits end of 2025", "USD", 9),
        ("R&D in fiscal 2022, $bn please", "R&D in fiscal 2022", "USD", 9),
        ("capex 2022 (in $m)", "capex 2022", "USD", 6),
        ("net sales 2024 in €m", "net sales 2024", "EUR", 6),
        ("R&D 2022 in USD mn", "R&D 2022", "USD", 6),
        ("by how many $m did loans grow in 2025", "by how much did loans grow in 2025", "USD", 6),
    ],
)
def test_a_sign_with_a_scale_is_the_unit_of_the_answer(text: str, core: str, currency: str, scale: int) -> None:
    question = read_question(text)
    assert (question.core, question.unit.currency, question.unit.scale) == (core, currency, scale)


def test_an_amount_in_a_question_is_not_its_unit() -> None:
    assert read_question("Did revenue exceed $5bn in 2024?").unit.scale is None


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("Could you give me the current ratio of Acme in 2023?", "the current ratio of Acme in 2023?"),
        ("Would you mind telling me Acme's net income for FY2016?", "Acme's net income for FY2016?"),
        ("Do you happen to know how much Acme paid in dividends in 2024?", "how much Acme paid in dividends in 2024?"),
        ("I'm looking for Acme's total assets at the end of 2018, please", "Acme's total assets at the end of 2018"),
        ("Can you calculate Acme's quick ratio for 2023?", "calculate Acme's quick ratio for 2023?"),
        ("Net debt of Acme in 2022 please: debt minus cash", "Net debt of Acme in 2022: debt minus cash"),
        ("Can you tell whether Acme's revenue grew in 2024?", "Can you tell whether Acme's revenue grew in 2024?"),
        ("Could Acme repay its debt in 2024?", "Could Acme repay its debt in 2024?"),
        ("Tell me about Acme's risks", "Tell me about Acme's risks"),
    ],
)
def test_courtesy_is_no_part_of_the_question(text: str, core: str) -> None:
    assert read_question(text).core == core


@pytest.mark.parametrize(
    "text",
    [
        "would you add shares at today's price?",
        "is it a good moment for me to get in?",
        "Should I be buying the stock or wait for a dip?",
        "would you hold it for the dividend?",
        "Is it a solid dividend stock for my aunt's savings?",
        "in your opinion, should they sell the unit?",
        "is the company still a buy",
        "Are the shares cheap now?",
        "do you think the stock is worth owning?",
    ],
)
def test_advice_is_told_by_who_asks_what_to_do(text: str) -> None:
    assert asks_advice(text)


@pytest.mark.parametrize(
    "text",
    [
        "Would you give me the shares outstanding?",
        "would you add up the two for me",
        "Should I use the diluted or the basic count?",
        "did the board sell or buy back shares",
        "What is a reasonable share of goodwill in total assets?",
        "is the company's own pension underfunded",
        "How many shares did it buy back at what average price?",
        "Do they hold any derivatives?",
    ],
)
def test_questions_of_shares_are_no_advice(text: str) -> None:
    assert not asks_advice(text)


def test_a_heading_before_what_is_asked_is_not_the_question() -> None:
    assert read_question("Capital returns now. Buybacks plus dividends paid").core == "Buybacks plus dividends paid"
    assert read_question("Acme FY24. Long-term debt").core == "Long-term debt"
    assert read_question("Net income in 2024. Revenue fell").core == "Net income in 2024."


@pytest.mark.parametrize(
    ("text", "core"),
    [
        ("What was Acme's Pumps: segment profit in 2020?", "What was Acme's Pumps segment profit in 2020?"),
        ("What I want to know: what was Acme's net income?", "what was Acme's net income?"),
        ("Acme in 2020: what was net income?", "Acme in 2020: what was net income?"),
    ],
)
def test_both_sides_of_a_colon_may_ask(text: str, core: str) -> None:
    assert read_question(text).core == core
