"""A judgement of a part is made by the part's figures, never by the whole company's."""

from dataclasses import replace
from decimal import Decimal

import pytest

from chains.formulas.expression import FiscalPeriod, Item
from chains.planning.part_judgement import asks_of_loss, of_part
from chains.planning.plan import Context, Criterion, Judge, Measure
from chains.planning.shipped_planner import default_planner
from chains.questions.companies import Company
from chains.questions.fiscal_calendar import Calendar
from chains.questions.periods import find_periods
from chains.questions.question import read_question

PROFITABLE = Judge(
    "profitable",
    (Criterion(Measure("net income", Item("net income", "NetIncomeLoss")), Decimal(0)),),
    FiscalPeriod(2021),
)


def judged(question: str, text: str) -> Judge | None:
    acme = Company("Acme Inc.", ("Acme",), ())
    context = Context(acme, Calendar(()), find_periods(question), (), text, (acme,))
    return of_part(PROFITABLE, read_question(question), context)


def test_the_part_is_judged_by_its_operating_income() -> None:
    plan = judged("Did Acme's International segment turn a profit in 2021?", "Did International segment turn a profit?")
    assert plan is not None
    (criterion,) = plan.criteria
    assert isinstance(criterion.measure.expression, Item)
    assert (criterion.measure.expression.concept, criterion.measure.expression.member) == (
        "OperatingIncomeLoss",
        "international",
    )


def test_the_whole_is_judged_as_before() -> None:
    assert judged("Did Acme turn a profit in 2021?", "Did turn a profit?") is PROFITABLE


def test_words_of_the_judgement_itself_name_no_part() -> None:
    heavy = replace(PROFITABLE, name="capital-intensive")
    acme = Company("Acme Inc.", ("Acme",), ())
    question = "Is Acme a capital-intensive business?"
    context = Context(acme, Calendar(()), find_periods(question), (), "Is a capital-intensive business?", (acme,))
    assert of_part(heavy, read_question(question), context) is heavy


def test_what_a_part_has_no_figures_for_is_not_judged() -> None:
    liquid = replace(PROFITABLE, criteria=(Criterion(Measure("current ratio", Item("x")), Decimal(1)),))
    acme = Company("Acme Inc.", ("Acme",), ())
    question = "Is the Pumps segment of Acme liquid?"
    context = Context(acme, Calendar(()), find_periods(question), (), "Is the Pumps segment liquid?", (acme,))
    assert of_part(liquid, read_question(question), context) is None


@pytest.mark.parametrize(
    ("text", "loss"), [("Is it loss-making?", True), ("Did it lose money?", True), ("Is it profitable?", False)]
)
def test_yes_may_mean_a_loss(text: str, loss: bool) -> None:
    assert asks_of_loss(read_question(text)) is loss


def test_the_plan_itself_is_of_the_part_so_that_what_follows_is() -> None:
    question = read_question("Did AWS at Acme turn a profit in 2021?")
    acme = Company("Acme Inc.", ("Acme",), ())
    context = Context(acme, Calendar(()), find_periods(question.core), (), "Did AWS at turn a profit?", (acme,))
    plan = default_planner().plan(question, context)
    assert isinstance(plan, Judge)
    (criterion,) = plan.criteria
    assert isinstance(criterion.measure.expression, Item)
    assert (criterion.measure.expression.concept, criterion.measure.expression.member) == ("OperatingIncomeLoss", "aws")
