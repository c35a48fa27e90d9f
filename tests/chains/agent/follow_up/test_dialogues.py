"""Conversations over the sample reports: what each turn is understood as, and what is answered."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chains.agent.follow_up import Conversing, resolve
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.questions.request import Request

Turns = list[tuple[str, object]]


def said(asker: Asker, *turns: str) -> Answer:
    """The answer to the last turn after those before it."""
    return Conversing(asker).ask(Request(turns[-1], history=turns[:-1]))


DIALOGUES: dict[str, Turns] = {
    "time": [
        ("What was Larkmoor's revenue in FY2025?", "1284.3"),
        ("and in 2024?", "1201.7"),
        ("the year before?", "1149.9"),
        ("two years later", "1284.3"),
    ],
    "quarters and lengths of time": [
        ("Northmere net sales in Q3 2025", "412640"),
        ("same quarter last year?", "396218"),
        ("and for the nine months of 2025?", "1208904"),
    ],
    "company": [
        ("what was larkmoor's net income in fiscal 2025", "135.1"),
        ("what about Harrowgate?", "58582"),
        ("in millions please", "58.582"),
        ("how much bigger is Larkmoor's?", "76.518"),
        ("and its diluted EPS?", "2.17"),
    ],
    "measure": [
        ("How much revenue did Larkmoor book in fiscal 2025?", "1284.3"),
        ("net income?", "135.1"),
        ("and what was its gross profit", "525.3"),
        ("as a percentage of revenue", "40.9"),
        ("and in 2024", "39.43"),
    ],
    "an operation keeps its place": [
        ("By how much did Larkmoor's revenue grow in 2025?", "6.87"),
        ("and net income?", "42.51"),
        ("operating income in 2025", "190"),
    ],
    "change and growth": [
        ("Northmere gross profit in Q3 2025", "130733"),
        ("net sales?", "412640"),
        ("and a year earlier?", "396218"),
        ("what was, then, the change?", "16422"),
        ("and the percentage change?", "4.14"),
        ("what was the value a year earlier?", "396218"),
    ],
    "several": [
        ("Larkmoor's diluted EPS in fiscal 2025", "2.17"),
        ("2024", "1.5"),
        ("2023?", "1.47"),
        ("their average", "1.7133"),
        ("the sum of the last two?", None),
        ("which year was the lowest?", "1.47"),
    ],
    "named parts of an operation": [
        ("Larkmoor's operating income in 2024", "143.4"),
        ("and operating cash flow?", "167.6"),
        ("divide the first by the second", "0.8556"),
        ("the other way round", "1.17"),
        ("take the operating income off the operating cash flow", "24.2"),
        ("multiply that by 2", "48.4"),
    ],
    "corrections": [
        ("what was the operating income of larkmoor in 2023", "141.3"),
        ("no, I meant 2024", "143.4"),
        ("sorry, net income", "94.8"),
        ("2025, not 2024", "135.1"),
    ],
    "a slip of the pen": [
        ("larkmor restructurng charges 2024", "18.7"),
        ("2025?", "6.4"),
        ("diference?", "-12.3"),
    ],
    "small talk leaves it alone": [
        ("Total assets of Harrowgate in 2025", "4924495"),
        ("thanks!", None),
        ("should I buy the stock then?", None),
        ("and equity?", "504288"),
    ],
    "a company comes later": [
        ("What was net income in 2025?", None),
        ("Larkmoor's", "135.1"),
    ],
    "computed again": [
        ("Larkmoor net income 2025", "135.1"),
        ("what share of revenue was that?", "10.52"),
        ("same for 2024", "7.89"),
        ("what's the change in percentage points?", "2.63"),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_values(sample_asker: Asker, name: str) -> None:
    turns = DIALOGUES[name]
    for n, (text, value) in enumerate(turns):
        answer = said(sample_asker, *(t for t, _ in turns[:n]), text)
        assert answer.question == text
        if value is None:
            continue
        assert answer.answered, (text, answer.reason)
        assert answer.value == Decimal(str(value)), (text, answer.explain["understood"], answer.value)
        assert answer.citations
        assert answer.program


def test_a_plan_over_earlier_answers_has_their_figures_and_a_program(sample_asker: Asker) -> None:
    answer = said(sample_asker, "Larkmoor revenue 2025", "and 2024", "what is the difference between the two?")
    assert answer.value == Decimal("82.6")
    assert answer.program.startswith("subtract(larkmoor_10k_2025.")
    assert len(answer.citations) == 2
    assert answer.explain["planner"] == "follow-up"
    assert "Larkmoor Controls' revenue in FY2025 minus" in str(answer.explain["understood"])


def test_figures_of_two_companies_meet_in_one_program(sample_asker: Asker) -> None:
    answer = said(
        sample_asker,
        "total assets: Harrowgate, end of 2025",
        "and Northmere's, end of August 2025",
        "divide the first by the second",
    )
    assert answer.value == Decimal("4.39")
    assert {c.document for c in answer.citations} == {"harrowgate_2025", "northmere_10q_2025q3"}


@pytest.mark.parametrize(
    ("turns", "understood"),
    [
        (("What was Larkmoor's revenue in 2025?", "and in 2024?"), "What was Larkmoor's revenue in 2024?"),
        (("What was Larkmoor's revenue in 2025?", "What was Northmere's net income in Q3 2025?"), ""),
        (("What was Larkmoor's revenue in 2024?", "What is Harrowgate's net income?"), ""),
        (("What was Larkmoor's revenue?", "and net income"), "What was Larkmoor Controls' net income in FY2025?"),
        (("What was Larkmoor's revenue in 2025?", "What about Microsoft?"), "What was Microsoft's revenue in 2025?"),
        (("What was Larkmoor's revenue in 2025?", "why?"), "Why did Larkmoor Controls' revenue change in FY2025?"),
    ],
)
def test_understood(sample_asker: Asker, turns: tuple[str, ...], understood: str) -> None:
    found = resolve(sample_asker, turns[:-1], turns[-1])
    assert found.understood == understood
    assert found.changed == bool(understood)


def test_a_company_that_is_not_there_is_refused(sample_asker: Asker) -> None:
    answer = said(sample_asker, "What was Larkmoor's revenue in 2025?", "What about Microsoft?")
    assert answer.status == "refused"
    assert "Microsoft" in answer.reason


def test_units_that_do_not_agree_are_refused(sample_asker: Asker) -> None:
    answer = said(sample_asker, "Larkmoor revenue 2025", "diluted eps?", "add the two")
    assert answer.status == "refused"
    assert "same unit" in answer.reason


def test_which_way_it_moved(sample_asker: Asker) -> None:
    answer = said(sample_asker, "What was Larkmoor's gross margin in 2025?", "is that up or down on the year before?")
    assert " up " in answer.answer
    assert said(sample_asker, "Larkmoor's net income 2025?", "did it decline?").answer.startswith("No.")


def test_advice_and_thanks_are_no_questions_for_reports(sample_asker: Asker) -> None:
    history = "Larkmoor revenue 2025"
    assert "advice" in said(sample_asker, history, "would you buy the shares?").reason
    assert "nothing was asked" in said(sample_asker, history, "thanks a lot!").reason
    assert not resolve(sample_asker, [], "hello").asks
    assert resolve(sample_asker, [history], "thanks and in 2024?").understood == "Larkmoor revenue 2024?"


def test_one_document_is_asked_by_all_turns(sample_asker: Asker) -> None:
    request = Request("and net income?", "larkmoor_10k_2025", history=("revenue in 2024",))
    answer = Conversing(sample_asker).ask(request)
    assert answer.value == Decimal("94.8")
    assert {c.document for c in answer.citations} == {"larkmoor_10k_2025"}


def test_what_has_no_value_is_not_skipped(sample_asker: Asker) -> None:
    """ "The two" are the two that were asked for: where one of them has no value there is no answer of others."""
    turns = ("Larkmoor revenue 2025", "how many zebras does it own?", "net income?", "divide the first by the second")
    assert said(sample_asker, *turns).status == "refused"
    assert said(sample_asker, *turns[:3], "the difference please").status == "refused"


def test_a_percentage_of_unlike_things_is_refused(sample_asker: Asker) -> None:
    answer = said(sample_asker, "Larkmoor's gross margin 2025", "as a percentage of net income")
    assert answer.status == "refused"
    assert "one unit" in answer.reason


@pytest.mark.parametrize(
    ("turn", "value"),
    [
        ("what's left?", "525.3"),
        ("and for the two years before?", None),
        ("tell me the net income too", "135.1"),
        ("and in euros?", None),
    ],
)
def test_more_ways_to_say_it(sample_asker: Asker, turn: str, value: str | None) -> None:
    answer = said(sample_asker, "Larkmoor's revenue in 2025, please", "and its cost of sales?", turn)
    if value is not None:
        assert answer.value == Decimal(value), answer.explain["understood"]
    elif "euros" in turn:
        assert answer.status == "refused"
    else:
        assert "2023" in answer.answer
