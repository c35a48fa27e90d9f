"""Questions become the plans that an analyst would make."""

from datetime import date
from decimal import Decimal

import pytest

from chains.formulas.expression import Average, Binary, FiscalPeriod, Item, Operator
from chains.formulas.trees import items
from chains.planning.plan import Compute, Context, Judge, Kind, Largest, Origin, Parts, Plan, Trend, TrendTest, Words
from chains.planning.shipped_planner import default_planner
from chains.questions.bare_text import bare_text
from chains.questions.directory import Directory
from chains.questions.fiscal_calendar import Calendar, resolve_all
from chains.questions.periods import find_periods
from chains.questions.question import read_question
from ingest.schema import Document

DOCUMENTS = [
    Document(
        f"acme_{y}",
        str(y),
        "",
        "Acme Tools, Inc.",
        form="10-K",
        fiscal_year=y,
        period_end=date(y, 12, 31),
        fiscal_year_end=(12, 31),
    )
    for y in (2019, 2020, 2021, 2022)
]


def plan_of(text: str) -> Plan:
    directory = Directory(DOCUMENTS)
    (company,) = directory.companies
    question = read_question(text)
    named, _ = directory.find(question.core)
    asked = find_periods(question.core)
    calendar = Calendar.of(company.documents)
    context = Context(
        company, calendar, asked, resolve_all(asked, calendar), bare_text(question.core, named, asked), (company,)
    )
    return default_planner().plan(question, context)


def concepts(plan: Plan) -> set[str | None]:
    assert isinstance(plan, Compute | Trend)
    return {i.concept for i in items(plan.measure.expression)}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("What is Acme's FY2020 capital expenditure amount (in USD millions)?", "PaymentsToAcquirePropertyPlantAndEquipment"),
        ("what is the year end FY2020 net PPNE for Acme Tools? Answer in USD billions.", "PropertyPlantAndEquipmentNet"),
        ("How much did Acme generate in cash flow from operating activities in FY2020?", "NetCashProvidedByUsedInOperatingActivities"),
        ("total amount of inventories for Acme at year end 2021", "InventoryNet"),
        ("how much revenue did Acme report in 2022", "Revenues"),
        ("What was the R&D expense of Acme in fiscal 2022?", "ResearchAndDevelopmentExpense"),
        ("Acme's diluted EPS for FY2021?", "EarningsPerShareDiluted"),
        ("How much did Acme pay in dividends in 2020?", "PaymentsOfDividends"),
    ],
)  # fmt: skip
def test_lookups(text: str, concept: str) -> None:
    plan = plan_of(text)
    assert isinstance(plan, Compute)
    assert isinstance(plan.measure.expression, Item)
    assert str(plan.measure.expression.concept).startswith(concept)


@pytest.mark.parametrize(
    "text",
    [
        "What is Acme's year-over-year change in revenue from FY2020 to FY2021 (in units of percents)?",
        "By what percentage did Acme's revenue grow in FY2021?",
        "What was Acme's revenue growth in FY2021?",
        "What is the FY2020 - FY2021 total revenue growth rate for Acme?",
        "How much did Acme's revenue grow from FY2020 to FY2021?",
    ],
)
def test_growth(text: str) -> None:
    plan = plan_of(text)
    assert isinstance(plan, Compute)
    assert plan.measure.kind is Kind.PERCENT
    match plan.measure.expression:
        case Binary(Operator.DIVIDE, Binary(Operator.SUBTRACT, Item() as new, Item() as old), Item() as base):
            assert (new.period, old.period) == (FiscalPeriod(2021), FiscalPeriod(2020))
            assert old == base
        case other:
            pytest.fail(str(other))


def test_a_definition_of_the_question_wins_over_the_metric() -> None:
    plan = plan_of(
        "What is Acme's FY2021 DPO? DPO is defined as: 365 * (average accounts payable between FY2020 and FY2021) / (FY2021 COGS)."
    )
    assert isinstance(plan, Compute)
    assert plan.measure.origin is Origin.DEFINITION
    assert {i.period for i in items(plan.measure.expression)} == {FiscalPeriod(2020), FiscalPeriod(2021)}
    assert concepts(plan) == {"AccountsPayableCurrent", "CostOfRevenue"}


def test_an_average_of_a_margin_over_years() -> None:
    plan = plan_of("What is the FY2020 - FY2022 3 year average net profit margin (as a %) for Acme?")
    assert isinstance(plan, Compute)
    assert isinstance(plan.measure.expression, Average)
    assert len(plan.measure.expression.terms) == 3


def test_a_margin_of_anything() -> None:
    plan = plan_of("What is Acme's FY2021 COGS % margin?")
    assert isinstance(plan, Compute)
    assert concepts(plan) == {"CostOfRevenue", "Revenues"}
    assert plan.measure.kind is Kind.PERCENT


def test_one_item_as_a_share_of_another() -> None:
    plan = plan_of("What percentage of Acme's revenue was spent on research and development in FY2021?")
    assert concepts(plan) == {"ResearchAndDevelopmentExpense", "Revenues"}


def test_a_compound_rate_takes_its_years_from_the_periods() -> None:
    plan = plan_of("What is the revenue CAGR of Acme from FY2019 to FY2022?")
    assert isinstance(plan, Compute)
    assert "3" in str(plan.measure.expression)
    assert plan.measure.kind is Kind.PERCENT


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("Does Acme have an improving operating margin profile as of FY2022?", TrendTest.IMPROVES),
        ("Was there any drop in cash and cash equivalents at Acme between FY2021 and FY2022?", TrendTest.DECLINES),
        (
            "Are Acme's gross margins historically consistent (not fluctuating more than roughly 2% each year)?",
            TrendTest.STABLE,
        ),
        ("How does Acme's effective tax rate in FY2022 compare to FY2021?", TrendTest.COMPARE),
        ("Did Acme's net income increase in 2022?", TrendTest.RISES),
    ],
)
def test_trends(text: str, test: TrendTest) -> None:
    plan = plan_of(text)
    assert isinstance(plan, Trend)
    assert plan.test is test
    assert len(plan.periods) >= 2


def test_a_tolerance_is_read() -> None:
    plan = plan_of("Are Acme's gross margins consistent (not fluctuating more than roughly 2% each year)?")
    assert isinstance(plan, Trend)
    assert plan.tolerance == Decimal(2)


def test_rules_of_thumb() -> None:
    plan = plan_of("Is Acme a capital-intensive business based on FY2022 data?")
    assert isinstance(plan, Judge)
    assert plan.period == FiscalPeriod(2022)


def test_a_threshold() -> None:
    plan = plan_of("Did Acme's revenue exceed $5 billion in FY2021?")
    assert isinstance(plan, Judge)
    assert plan.criteria[0].level == 5_000_000_000


def test_which_is_largest() -> None:
    among = plan_of(
        "Among operations, investing, and financing activities, which brought in the most cash flow for Acme in FY2022?"
    )
    assert isinstance(among, Largest)
    assert len(among.choices) == 3
    parts = plan_of("Which segment had the highest revenue at Acme in FY2022?")
    assert isinstance(parts, Parts)


@pytest.mark.parametrize(
    "text",
    [
        "What drove operating margin change as of FY2022 for Acme?",
        "Who are the primary customers of Acme?",
        "Is Acme's business subject to cyclicality?",
        "Why did Acme's revenue decline in 2021?",
    ],
)
def test_questions_about_words(text: str) -> None:
    assert isinstance(plan_of(text), Words)


@pytest.mark.parametrize("part", ["AWS revenue", "Consumer revenue"])
@pytest.mark.parametrize("word", ["less", "minus", "excluding", "without"])
def test_a_part_taken_off_is_a_difference_and_not_the_part(word: str, part: str) -> None:
    plan = plan_of(f"What was Acme's total revenue {word} {part} in 2020?")
    assert isinstance(plan, Compute)
    assert isinstance(plan.measure.expression, Binary)
    assert plan.measure.expression.operator is Operator.SUBTRACT


@pytest.mark.parametrize(
    "asked",
    [
        "marketing expense excluding stock-based compensation",
        "cash excluding marketable securities",
        "cash (excluding marketable securities)",
        "revenue without stock-based compensation",
        "average revenue per quokka",
    ],
)
def test_what_an_operator_word_changes_is_not_answered_as_if_it_were_not_there(asked: str) -> None:
    assert isinstance(plan_of(f"What was Acme's {asked} in 2020?"), Words)


@pytest.mark.parametrize(
    ("when", "periods"),
    [
        ("in the prior year", [FiscalPeriod(2021)]),
        ("in the year before fiscal 2021", [FiscalPeriod(2020)]),
        ("in the fourth quarter", [FiscalPeriod(2022, 4)]),
        ("since 2020", [FiscalPeriod(2020), FiscalPeriod(2021), FiscalPeriod(2022)]),
        ("at the beginning of fiscal 2021", [FiscalPeriod(2020)]),
        ("in 2021", [FiscalPeriod(2021)]),
    ],
)
def test_a_period_named_by_another_is_the_one_meant(when: str, periods: list[FiscalPeriod]) -> None:
    plan = plan_of(f"What was Acme's revenue {when}?")
    assert isinstance(plan, Compute | Trend)
    assert list(plan.periods) == periods


def test_it_is_the_one_thing_that_the_question_defines() -> None:
    plan = plan_of("CPR is defined as capital expenditures / net income. What is it for Acme in FY2020?")
    assert isinstance(plan, Compute)
    assert plan.measure.name == "CPR"
    assert concepts(plan) == {"PaymentsToAcquirePropertyPlantAndEquipment", "NetIncomeLoss"}
