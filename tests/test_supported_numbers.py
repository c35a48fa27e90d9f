"""No unsupported number: every number of every answer is checked by an auditor that shares no code with the gate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.settings import load_settings
from app.wiring import open_ask, open_library
from benchmarks.number_audit import unsupported

QUESTIONS = [
    "What was Larkmoor's revenue in FY2024, in USD millions?",
    "What is Larkmoor's FY2024 gross margin in percent?",
    "Did Larkmoor's operating margin improve in FY2024?",
    "What is Larkmoor's quick ratio for FY2024?",
    "What is Larkmoor's FY2024 free cash flow? FCF is defined as: cash from operations - capex.",
    "What is the FY2023 - FY2024 revenue growth rate of Larkmoor? Round to one decimal place.",
    "Which segment of Larkmoor had the highest revenue in FY2024?",
    "What drove Larkmoor's revenue in FY2024?",
    "Does Larkmoor pay dividends?",
    "What is Larkmoor's FY2024 days payable outstanding? DPO is defined as: 365 * average accounts payable / COGS.",
    "What were Northmere's net sales in the third quarter of 2025?",
    "What was Northmere's net income?",
    "What are Harrowgate's total deposits?",
    "What is Harrowgate's return on assets?",
    "What is the gross margin of Harrowgate?",
    "What was Larkmoor's effective tax rate in FY2024 compared to FY2023?",
    "Is Larkmoor capital intensive based on FY2024 data?",
    "How many aircraft did Larkmoor sell on the moon?",
]


@pytest.fixture(scope="module")
def answers(sample_home: Path) -> list[tuple[dict[str, object], list[str]]]:
    settings = load_settings({"home": sample_home}, environ={})
    with open_library(settings) as library:
        records = [answer.record() for answer in open_ask(library, settings).batch(QUESTIONS)]
        documents = library.documents()
        names = {n for d in documents for n in (d.name, d.company, *d.aliases) if n}
        figure = library.ledger.figure
        # A refusal quotes the nearest evidence, which supports nothing and is not said to.
        return [(r, unsupported(r, figure, names) if r["status"] == "answered" else []) for r in records]


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_every_printed_number_is_supported(answers: list[tuple[dict[str, object], list[str]]], number: int) -> None:
    record, wrong = answers[number]
    assert wrong == [], record["answer"]


def test_most_of_these_are_answered(answers: list[tuple[dict[str, object], list[str]]]) -> None:
    assert sum(record["status"] == "answered" for record, _ in answers) >= 13


def test_the_auditor_sees_an_invented_number() -> None:
    record = {"answer": "Revenue was USD 1,234 million.", "question": "revenue?", "citations": [], "program": ""}
    assert unsupported(record, lambda _: None, []) == ["1,234"]


def test_the_auditor_sees_an_invented_quotation() -> None:
    record = {"answer": "The documents say: “All is well.”", "question": "?", "citations": [{"quote": "All is lost."}]}
    assert unsupported(record, lambda _: None, []) == ["All is well."]


def test_the_demo_answers_its_three_questions(sample_home: Path) -> None:
    script = (Path(__file__).parents[1] / "samples" / "demo.sh").read_text(encoding="utf-8")
    asked = re.findall(r"ask \"([^\"]+)\"", script)
    assert len(asked) == 3
    settings = load_settings({"home": sample_home}, environ={})
    with open_library(settings) as library:
        records = [answer.record() for answer in open_ask(library, settings).batch(asked)]
    assert [r["status"] for r in records] == ["answered"] * 3
    assert records[0]["value"] == pytest.approx(58.7)
    assert records[1]["value"] == pytest.approx(4.14, abs=0.01)
    assert "because water utilities" in str(records[2]["answer"])
