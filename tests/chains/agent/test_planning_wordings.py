"""Ordinary wordings of requests: thanks, lead-ins, the same quarter, those years, all companies, values that cover others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chains.agent.planning import RequestPlanner
from chains.agent.resolving import referred as resolve
from chains.agent.step_values import UnresolvedStepError
from chains.agent.steps import Formula, Ref, RequestPlan
from chains.agent.telling import Cites, _instead
from chains.agent.tools.holdings import Holdings
from chains.ask import Asker
from chains.questions.request import Request
from ingest.library import Library

TOOLS = (
    "ask_reports", "look_up_figures", "compute_program", "compute_metric", "search_passages", "list_documents", "compare",
    "news_sentiment", "read_news", "remember", "forget", "recall",
)  # fmt: skip
LARK, NORTH, HARROW = "Larkmoor Controls", "Northmere Foods", "Harrowgate Community Bancorp"
Planned = Callable[..., RequestPlan]


@pytest.fixture(scope="module")
def plan(sample_library: Library, sample_asker: Asker) -> Planned:
    planner = RequestPlanner(Holdings(sample_library), sample_asker)

    def planned(text: str, *history: str) -> RequestPlan:
        return planner.plan(Request(text, history=history), TOOLS)

    return planned


def steps(made: RequestPlan) -> list[tuple[str, dict[str, Any]]]:
    return [(step.tool, dict(step.arguments)) for step in made.steps]


@pytest.mark.parametrize(
    "text",
    [
        "Thank you, that covers it for today.",
        "Thanks, this was all I needed.",
        "Perfect, thanks. You've been a great help!",
        "thanks - i'm done here",
        "Many thanks, I'll take it from here.",
    ],
)
def test_thanks_with_a_remark_need_no_tool(plan: Planned, text: str) -> None:
    made = plan(text, "What was Northmere's gross profit in the third quarter of fiscal 2025?")
    assert made.steps == ()
    assert made.status == "answered"


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, that is not right",
        "Thanks, I meant Northmere",
        "Thanks. What was Larkmoor's revenue in FY2025?",
        "Thank you, you said revenue of 2024",
    ],
)
def test_thanks_with_something_to_do_are_no_small_talk(plan: Planned, text: str) -> None:
    assert plan(text).steps


@pytest.mark.parametrize(
    "lead",
    ["For our analytical review, ", "As part of the credit memo, ", "In preparation for tomorrow's board meeting, "],
)
def test_what_a_request_is_made_for_is_no_part_of_it(plan: Planned, lead: str) -> None:
    made = plan(f"{lead}compute Larkmoor's inventory turnover for fiscal 2025 and list its reports")
    assert [tool for tool, _ in steps(made)] == ["ask_reports", "list_documents"]
    assert lead[:10] not in made.steps[0].arguments["question"]


@pytest.mark.parametrize(
    ("text", "periods"),
    [
        (
            "For Northmere's third quarter of fiscal 2025 I need gross margin and net margin, each against the same"
            " quarter of fiscal 2024.",
            ["third quarter of fiscal 2025", "Q3 of fiscal 2024"],
        ),
        (
            "Compare Northmere's gross margin and net margin in Q3 FY2025 with the corresponding quarter a year earlier.",
            ["Q3 FY2025", "Q3 of fiscal 2024"],
        ),
    ],
)
def test_the_same_quarter_is_that_quarter(plan: Planned, text: str, periods: list[str]) -> None:
    assert steps(plan(text)) == [
        ("compare", {"measure": measure, "companies": [NORTH], "periods": periods})
        for measure in ("gross margin", "net margin")
    ]


@pytest.mark.parametrize(
    ("text", "measures"),
    [
        (
            "Please show Larkmoor's R&D expense for fiscal 2023, 2024 and 2025, and also R&D as a percentage of net"
            " sales in each of those years.",
            ["R&D expense", "R&D as a percentage of net sales"],
        ),
        (
            "Give me Larkmoor's inventory for 2023, 2024 and 2025, as well as inventory as a share of total assets in"
            " those years.",
            ["inventory", "inventory as a share of total assets"],
        ),
    ],
)
def test_a_share_that_is_asked_as_well_is_of_those_years(plan: Planned, text: str, measures: list[str]) -> None:
    made = steps(plan(text))
    assert [(tool, given["measure"]) for tool, given in made] == [("compare", measure) for measure in measures]
    assert made[0][1]["periods"] == made[1][1]["periods"]
    assert len(made[0][1]["periods"]) == 3


@pytest.mark.parametrize(
    "text",
    [
        "List the reports you have on file, then give me the most recent net income of each company.",
        "Which documents do you have? And what is the net income of all companies?",
    ],
)
def test_each_company_is_every_one_of_the_library(plan: Planned, text: str) -> None:
    made = steps(plan(text))
    assert made[0] == ("list_documents", {})
    assert made[1] == ("compare", {"measure": "net income", "companies": [HARROW, LARK, NORTH]})


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (
            "Get Larkmoor's free cash flow for fiscal 2025 (operating cash flow less purchases of property, plant and"
            " equipment), then tell me how many times it covers the dividends paid.",
            ["free cash flow in fiscal 2025?", "dividends paid in fiscal 2025?"],
        ),
        (
            "Get Larkmoor's operating cash flow for fiscal 2025, then tell me how many times capital expenditures are"
            " covered by it.",
            ["operating cash flow in fiscal 2025?", "capital expenditures in fiscal 2025?"],
        ),
    ],
)
def test_how_many_times_a_value_covers_another(plan: Planned, text: str, asked: list[str]) -> None:
    made = steps(plan(text))
    assert [given["question"] for _, given in made[:2]] == [f"What was {LARK}' {what}" for what in asked]
    assert made[2] == ("compute_program", {"program": Formula("divide", (Ref(0, "value"), Ref(1, "value")))})


def test_a_definition_that_is_not_the_tables_stays(plan: Planned) -> None:
    made = plan("Get Larkmoor's free cash flow for fiscal 2025 (operating cash flow less dividends paid).")
    assert "dividends paid" in made.steps[0].arguments["question"]


def test_a_development_of_both_companies_is_asked_of_each(plan: Planned) -> None:
    made = plan(
        "And what was it for Northmere in the third quarter of fiscal 2025? Please also give the year-on-year percentage"
        " change for both companies.",
        "What was Larkmoor's net income in fiscal 2025?",
    )
    assert [step.arguments["question"] for step in made.steps] == [
        f"What was {NORTH}' net income in third quarter of fiscal 2025?",
        f"What was {LARK}' growth in net income in fiscal 2025?",
        f"What was {NORTH}' growth in net income in third quarter of fiscal 2025?",
    ]
    made = plan(
        "What was Larkmoor's revenue in FY2025, and Harrowgate's net income in 2025? Also give the growth of both."
    )
    assert [step.arguments["question"] for step in made.steps[2:]] == [
        f"What was {LARK}' growth in revenue in FY2025?",
        f"What was {HARROW}'s growth in net income in 2025?",
    ]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (
            "Which of Larkmoor's segments earned the most operating income in fiscal 2025, and by what percentage did that"
            " segment's net sales grow over the prior year?",
            (f"What was {LARK}' growth in net sales", " of ", Ref(0, "portion"), " in ", "fiscal 2025", "?"),
        ),
        (
            "Which segment of Larkmoor had the lowest operating income in FY2025? What were that segment's net sales in"
            " FY2025?",
            (f"What was {LARK}' net sales", " of ", Ref(0, "portion"), " in ", "FY2025", "?"),
        ),
        (
            "What region had the highest net sales at Larkmoor in FY2025, and how much did the net sales of that region"
            " grow?",
            (f"What was {LARK}' growth in net sales", " of ", Ref(0, "portion"), " in ", "FY2025", "?"),
        ),
    ],
)
def test_that_segment_is_what_was_found(plan: Planned, text: str, pieces: tuple[Any, ...]) -> None:
    made = plan(text)
    assert [step.tool for step in made.steps] == ["ask_reports", "ask_reports"]
    given = made.steps[1].arguments["question"]
    assert "".join(map(str, given)) == "".join(map(str, pieces))


def test_a_segment_that_was_not_found_is_not_guessed() -> None:
    refused = {"records": [{"status": "refused", "answer": "No answer: none.", "explain": {}}]}
    with pytest.raises(UnresolvedStepError, match="which one is meant"):
        resolve(Ref(0, "portion"), refused)
    answered = {"status": "answered", "answer": "Americas: in FY2025 741.6", "explain": {"plan": {"kind": "Parts"}}}
    assert resolve(Ref(0, "portion"), {"records": [answered]}) == "Americas"


def test_one_item_to_another_is_their_ratio(plan: Planned) -> None:
    made = plan(
        "Look up Larkmoor's inventories, and work out total debt to shareholders' equity at the end of fiscal 2025."
    )
    question = f"What was {LARK}' ratio of total debt to shareholders' equity in fiscal 2025?"
    assert steps(made)[1] == ("ask_reports", {"question": question})


@pytest.mark.parametrize(
    ("text", "item"),
    [
        (
            "Show the positive news on Larkmoor, and next to it the backlog that the company reported in fiscal 2025.",
            "backlog",
        ),
        ("List the reports of Larkmoor, and what was its backlog in FY2025?", "backlog"),
    ],
)
def test_what_no_statement_prints_is_looked_for_in_the_text(plan: Planned, text: str, item: str) -> None:
    made = plan(text)
    last = made.steps[-1]
    assert (last.tool, dict(last.arguments)) == ("search_passages", {"query": item, "company": LARK})
    assert last.given is not None
    assert (last.given.kind, last.given.refs) == ("missing", (Ref(1, "value"),))


def test_what_statements_print_is_not_looked_for_in_the_text(plan: Planned) -> None:
    made = plan("List the reports of Larkmoor, and what was its goodwill in FY2025?")
    assert [step.tool for step in made.steps] == ["list_documents", "ask_reports"]


def test_passages_instead_of_a_figure_name_the_item() -> None:
    quote = "Orders came late. Backlog was $388.0 million at the end of the year."
    cited = [{"document": "a", "page": 2, "quote": quote}, {"document": "a", "page": 3, "quote": "Nothing of it."}]
    text, found = _instead("backlog", {"citations": cited}, Cites())
    assert found
    assert (
        text
        == "No figure of backlog was found; the text says:\n“Backlog was $388.0 million at the end of the year.” [1]"
    )
    assert _instead("headcount", {"citations": cited}, Cites()) == ("", False)
