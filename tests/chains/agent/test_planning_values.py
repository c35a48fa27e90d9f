"""Requests as programs: calculations over values, choices among them, conditions, and what is not done."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from chains.agent.choosing import holds
from chains.agent.planning import RequestPlanner
from chains.agent.resolving import resolved
from chains.agent.step_values import UnresolvedStepError
from chains.agent.steps import Condition, Formula, Pick, Ref, RequestPlan, Step
from chains.agent.tools.holdings import Holdings
from chains.ask import Asker
from chains.questions.request import Request
from ingest.library import Library

TOOLS = (
    "ask_reports", "look_up_figures", "compute_program", "compute_metric", "search_passages", "list_documents", "compare",
    "news_sentiment", "read_news", "remember", "forget",
)  # fmt: skip
LARK, NORTH, HARROW = "Larkmoor Controls", "Northmere Foods", "Harrowgate Community Bancorp"
Planned = Callable[..., RequestPlan]


@pytest.fixture(scope="module")
def plan(sample_library: Library, sample_asker: Asker) -> Planned:
    planner = RequestPlanner(Holdings(sample_library), sample_asker)
    return lambda text: planner.plan(Request(text), frozenset(TOOLS))


def tools(made: RequestPlan) -> list[str]:
    return [step.tool for step in made.steps]


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("Northmere's long-term debt at August 31, 2025 and what percentage of total liabilities it makes up",
         Formula("percent", (Ref(0, "value"), Ref(1, "value")))),
        ("Boiler plate aside. Larkmoor's net income in 2025, and how much of its revenue was it?",
         Formula("percent", (Ref(0, "value"), Ref(1, "value")))),
        ("Harrowgate's net income 2025 minus Larkmoor's net income 2025",
         Formula("subtract", (Ref(0, "value"), Ref(1, "value")))),
        ("Larkmoor's net income and capex for 2025, the first divided by the second",
         Formula("divide", (Ref(0, "value"), Ref(1, "value")))),
        ("Larkmoor revenue fy23, fy24 and fy25 and the average of the three",
         Formula("average", tuple(Ref(0, "value", n, 3) for n in range(3)))),
    ],
)  # fmt: skip
def test_calculations_over_values(plan: Planned, text: str, formula: Formula) -> None:
    assert plan(text).steps[-1].arguments == {"program": formula}


def test_a_result_is_gone_on_with(plan: Planned) -> None:
    made = plan("diluted eps fy2025: harrowgate minus larkmoor. and that gap as % of larkmoor's")
    assert tools(made) == ["ask_reports", "ask_reports", "compute_program", "compute_program"]
    assert made.steps[3].arguments == {"program": Formula("percent", (Ref(2, "value"), Ref(1, "value")))}


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Larkmoor's net sales in 2023, and the growth to 2025", "growth in net sales from 2023 to 2025"),
        (
            "Larkmoor net sales 2024 vs 2025, and by what percent did they rise?",
            "growth in net sales from 2024 to 2025",
        ),
        ("revenue larkmoor 24 and 25, diff in %", "growth in revenue from 2024 to 2025"),
    ],
)
def test_growth_of_what_was_asked(plan: Planned, text: str, question: str) -> None:
    assert plan(text).steps[-1].arguments["question"] == f"What was {LARK}' {question}?"


def test_conditions_have_two_branches(plan: Planned) -> None:
    made = plan(
        "Provided Northmere's gross margin in Q3 2025 beats 30 %, list its documents. Otherwise show inventories."
    )
    assert tools(made) == ["ask_reports", "list_documents", "ask_reports"]
    first, other = made.steps[1].given, made.steps[2].given
    assert first is not None
    assert other is not None
    assert (first.kind, first.number, first.unit, first.wanted) == ("above", Decimal(30), "percent", True)
    assert not other.wanted
    made = plan("If Larkmoor's operating income fell in 2025, look up its goodwill; if it rose, list its documents.")
    assert [step.given.kind if step.given else "" for step in made.steps] == ["", "below", "above"]


def test_choices_among_what_was_found(plan: Planned) -> None:
    made = plan(
        'Tag "Larkmoor shares sink after profit warning" and "Harrowgate raises its dividend on record profit". '
        "Whichever company has the bad news - what was its net income?"
    )
    assert made.steps[1].arguments["question"][1] == Pick((Ref(0, "texts"),), (LARK, HARROW), "negative")
    made = plan("Larkmoor fy25: Process Valves sales, Digital Services sales. Of the smaller of these two segments "
                "I need the segment operating income.")  # fmt: skip
    pick = next(one for one in made.steps[2].arguments["question"] if isinstance(one, Pick))
    assert (pick.names, pick.side, pick.kind) == (("Process Valves", "Digital Services"), "lowest", "item")


def test_what_is_found_is_kept_and_dropped(plan: Planned) -> None:
    made = plan("get free cash flow of larkmoor for FY2025 and keep that number as a note for me")
    assert made.steps[1] == Step("remember", {"text": Ref(0, "answer")}, made.steps[1].text)
    assert plan("I changed my mind - drop that thing about euros.").steps[0].arguments == {"text": "euros"}


def test_the_newest_document_of_all(plan: Planned) -> None:
    made = plan("Take the document with the latest period end in this library. Net income and diluted EPS from it.")
    assert tools(made) == ["list_documents", "ask_reports", "ask_reports"]
    assert made.steps[2].arguments["document"] == Ref(0, "newest")


def test_what_is_not_done_is_named(plan: Planned) -> None:
    made = plan("Show the passage on tariffs in Larkmoor's report, and delete the report afterwards")
    assert tools(made) == ["search_passages"]
    assert made.notes[0].startswith("not done: “delete the report")


@pytest.mark.parametrize(
    "text",
    [
        "If revenue had grown by 5% in 2025, what would Larkmoor's net income have been?",
        "What percentage of total commitments expire in 1-3 years?",
        "As of 12/18, what was the percentage of the program still outstanding?",
        "What is the ratio of Larkmoor's goodwill to its total assets?",
    ],
)
def test_one_question_stays_one(plan: Planned, text: str) -> None:
    assert [dict(step.arguments) for step in plan(text).steps] == [{"question": text}]


def _artifact(value: str, program: str, *, unit: str = "USD") -> dict[str, Any]:
    explain = {"results": [{"value": value, "program": program}]}
    return {"records": [{"status": "answered", "value": 1, "unit": unit, "explain": explain}]}


def test_programs_are_put_into_each_other() -> None:
    step = Step("compute_program", {"program": Formula("growth", (Ref(0, "value"), Ref(1, "value")))})
    found = {0: _artifact("5 USD", "multiply(a.p1, const_m1), subtract(b.p1, #0)"), 1: _artifact("4 USD", "c.p1")}
    wanted = "multiply(divide(subtract(subtract(b.p1, multiply(a.p1, const_m1)), c.p1), c.p1), const_100)"
    assert resolved(step, found) == {"program": wanted}
    with pytest.raises(UnresolvedStepError, match="was not found"):
        resolved(step, {0: found[0], 1: {"records": [{"status": "refused"}]}})


def test_conditions_are_judged_exactly() -> None:
    found = {0: _artifact("0.3168 pure", "divide(a.p1, b.p1)", unit="percent"), 1: _artifact("4 EUR", "c.p1")}
    assert holds(Condition("above", (Ref(0, "value"),), "", Decimal(30), "percent"), found)
    assert holds(Condition("above", (Ref(0, "value"),), "", Decimal(32), wanted=False), found)
    with pytest.raises(UnresolvedStepError, match="different units"):
        holds(Condition("above", (Ref(0, "value"), Ref(1, "value")), ""), found)
