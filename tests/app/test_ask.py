"""From the sample reports to answers, through the command line as a user calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]


@pytest.fixture
def asked(finagent: Call, sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("FINAGENT_HOME", str(sample_home))
    return finagent


@pytest.mark.parametrize(
    ("question", "value", "page"),
    [
        ("What was Larkmoor's capital expenditure in fiscal 2025, in USD millions?", 58.7, 8),
        ("What was the current ratio of Larkmoor at the end of FY2025?", 1.87, 7),
        ("What were Northmere Foods' net sales in Q3 of fiscal 2025, in USD thousands?", 412640, 2),
        ("What was Harrowgate's net interest income in 2025, in USD thousands?", 166684, 2),
    ],
)
def test_figures_are_answered_exactly_and_cited(asked: Call, question: str, value: float, page: int):
    result = asked("ask", question, "--json")
    assert (result.code, result.err) == (0, "")
    answer = json.loads(result.out)
    assert (answer["status"], answer["value"]) == ("answered", value)
    assert page in [citation["page"] for citation in answer["citations"]]


def test_a_question_about_words_is_answered_with_the_sentence(asked: Call):
    result = asked("ask", "What drove the growth of Flow Measurement at Larkmoor in fiscal 2025?")
    assert result.code == 0
    assert "water utilities replaced older meters" in result.out
    assert "larkmoor_10k_2025, page 4" in result.out


def test_what_is_not_there_is_refused_with_the_reason(asked: Call):
    result = asked("ask", "What was the capital expenditure of Larkmoor in fiscal 1997?", "--json")
    answer = json.loads(result.out)
    assert (result.code, answer["status"], answer["value"]) == (0, "refused", None)
    assert answer["reason"]


def test_explain_shows_plan_figures_and_program(asked: Call):
    out = asked("ask", "What was the current ratio of Larkmoor at the end of FY2025?", "--explain").out
    for part in ("Plan", "Figures", "Program", "larkmoor_10k_2025, page 7, balance", "#0 divide("):
        assert part in out


def test_many_questions_are_answered_and_replayed(asked: Call, tmp_path: Path):
    (tmp_path / "q.jsonl").write_text(
        '{"id": "a", "question": "What was Larkmoor\'s gross profit in FY2025 in USD millions?"}\n'
        "no json\n"
        '{"id": "b", "question": "Net income in FY2024?", "document": "larkmoor_10k_2025"}\n'
    )
    result = asked("ask", "--file", "q.jsonl", "--output", "a.jsonl")
    assert (result.code, result.out) == (1, "")
    assert "q.jsonl, line 2: not JSON" in result.err
    answers = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [(a["id"], a["value"]) for a in answers] == [("a", 525.3), ("b", 94.8)]
    contract = {
        "id",
        "question",
        "status",
        "answer",
        "value",
        "unit",
        "program",
        "citations",
        "confidence",
        "reason",
        "seconds",
    }
    assert set(answers[0]) == contract
    verified = asked("verify", "a.jsonl")
    assert (verified.code, verified.out) == (0, "2 answers replayed: 2 same.\n")
    (tmp_path / "b.jsonl").write_text(json.dumps(answers[0]) + "\n" + json.dumps(answers[1] | {"value": None}))
    verified = asked("verify", "b.jsonl")
    expected = "2 answers, 1 of them replayed: 1 run without a value to compare, 1 same.\n"
    assert (verified.code, verified.out) == (0, expected)
    verified = asked("verify", "q.jsonl")
    assert (verified.code, verified.out, verified.err.count("\n")) == (2, "", 1)
    assert "holds no answer" in verified.err
    (tmp_path / "c.jsonl").write_text(json.dumps(answers[0]) + '\n{"id": "x"}')
    verified = asked("verify", "c.jsonl")
    assert (verified.code, verified.out) == (1, "1 answers replayed: 1 same.\n")
    assert 'line 2: no answer; expected an object with "status"' in verified.err
    answers[0]["value"] = 525.4
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, answers)))
    assert asked("verify", "a.jsonl").code == 1


def test_an_unknown_document_is_a_wrong_call_and_in_a_file_a_failed_line(asked: Call, tmp_path: Path):
    (tmp_path / "q.jsonl").write_text(
        '{"id": "a", "question": "Net income in FY2024?", "document": "larkmor_10k"}\n'
        '{"id": "b", "question": "Net income in FY2024?", "document": "larkmoor_10k_2025"}\n'
    )
    said = "there is no document 'larkmor_10k' in the library default (nearest: larkmoor_10k_2025"
    for call in (["Net income?"], ["--file", "q.jsonl"]):
        result = asked("ask", *call, "--document", "larkmor_10k")
        assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
        assert said in result.err
    result = asked("ask", "--file", "q.jsonl", "--json")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert f"question a: {said}" in result.err
    assert [json.loads(line)["status"] for line in result.out.splitlines()] == ["refused", "answered"]


def test_a_document_is_shown_with_its_statements_and_checks(asked: Call):
    out = asked("documents", "show", "larkmoor_10k_2025").out
    for part in ("LARKMOOR CONTROLS CORPORATION", "2025-09-27", "cash_flow", "checks tie, 0 do not"):
        assert part in out
    result = asked("documents", "show", "larkmor")
    assert result.code == 2
    assert "larkmoor_10k_2025" in result.err


@pytest.mark.parametrize(
    ("arguments", "unused"),
    [
        (
            ["documents", "list"],
            ("numpy", "openvino", "tokenizers", "chromadb", "langchain_core", "chains.ask"),
        ),
        (
            ["ask", "What was Larkmoor's capital expenditure in fiscal 2025?"],
            ("numpy", "openvino", "tokenizers", "chromadb", "langchain_core"),
        ),
        (["ask", "What drove the growth of Flow Measurement at Larkmoor?"], ("chromadb", "langchain_core")),
    ],
)
def test_a_call_imports_only_what_it_needs(sample_home: Path, arguments: list[str], unused: tuple[str, ...]):
    code = (
        "import sys; from app.cli import run\n"
        f"code = run({arguments!r})\n"
        f"print('LOADED', code, *[name for name in {unused!r} if name in sys.modules])"
    )
    environment = {**os.environ, "FINAGENT_HOME": str(sample_home)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.rsplit("LOADED", 1)[1].split() == ["0"]
