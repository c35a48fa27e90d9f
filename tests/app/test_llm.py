"""`finagent ask` with a larger model behind one setting: a server on the loopback, a local one, and none that works."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.errors import CallError
from app.settings import load_settings
from tests.adapters.test_generate import Server, chat
from tests.adapters.test_generate_local import tiny_model

__all__ = ["tiny_model"]

Call = Callable[..., Any]
loopback = pytest.mark.allow_hosts(["127.0.0.1"])
HARD = "How do the trade receivables of Larkmoor compare with its inventories at the end of fiscal 2025, as a share of them?"


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture
def asked(finagent: Call, sample_home: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("FINAGENT_HOME", str(sample_home))
    return finagent


def record(result: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(result.out)
    return made | {"seconds": 0}


@loopback
def test_a_server_writes_the_program_that_is_run_and_cited(asked: Call, server: Server) -> None:
    server.script = [(200, chat(json.dumps({"kind": "program", "program": "divide(F1, F2)", "unit": "percent"})))]
    result = asked("ask", HARD, "--llm", f"{server.address}#m", "--json", "--explain")
    answer = record(result)
    assert (result.code, result.err, answer["status"]) == (0, "", "answered"), answer["reason"]
    assert answer["explain"]["planner"] == f"llm {server.address}#m"
    assert answer["program"].startswith("divide(larkmoor_10k_2025.p")
    assert {c["document"] for c in answer["citations"]} == {"larkmoor_10k_2025"}
    prompt = server.seen[0]["body"]["messages"][1]["content"]
    assert "<evidence>" in prompt
    assert "P1 (larkmoor_10k_2025, page" in prompt


@loopback
def test_an_exact_question_never_reaches_the_server(asked: Call, server: Server) -> None:
    question = "What was the current ratio of Larkmoor at the end of FY2025?"
    with_model = record(asked("ask", question, "--llm", f"{server.address}#m", "--json"))
    assert with_model == record(asked("ask", question, "--json"))
    assert not server.seen


@loopback
@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b"boom"), (200, b"<html>"), (200, chat("no idea")), (200, chat('{"kind": "program", "program": "42"}'))],
)
def test_a_server_that_fails_leaves_the_answer_as_it_was(asked: Call, server: Server, status: int, body: bytes) -> None:
    server.script = [(status, body)]
    plain = asked("ask", HARD, "--json")
    result = asked("ask", HARD, "--llm", f"{server.address}#m", "--json")
    assert (result.code, record(result)) == (0, record(plain))
    assert result.err.count("\n") <= 1
    assert not result.err or result.err.startswith(f"finagent: note: llm {server.address}#m gives no answer")


@loopback
def test_a_server_that_is_down_is_noted_once_for_many_questions(asked: Call, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text("".join(json.dumps({"id": str(n), "question": HARD}) + "\n" for n in range(4)))
    result = asked(
        "ask", "--file", questions, "--output", tmp_path / "answers.jsonl", "--llm", "http://127.0.0.1:9/v1#m", "--json"
    )
    assert result.code == 0
    assert result.err.count("no server answers at http://127.0.0.1:9/v1") == 1
    assert len((tmp_path / "answers.jsonl").read_text().splitlines()) == 4


def test_text_that_leaves_the_machine_is_announced_before_it_does(asked: Call) -> None:
    question = "What was the current ratio of Larkmoor at the end of FY2025?"
    result = asked("ask", question, "--llm", "http://10.1.2.3:8000/v1#m")
    assert (
        "note: questions and parts of the documents are sent to 10.1.2.3:8000 (setting llm), unencrypted" in result.err
    )
    result = asked("ask", question, "--llm", "https://models.example.com/v1#m")
    assert "are sent to models.example.com (setting llm)\n" in result.err
    assert result.code == 0


def test_a_local_model_of_random_weights_changes_no_answer(asked: Call, tiny_model: Callable[..., Path]) -> None:
    plain = asked("ask", HARD, "--json")
    result = asked("ask", HARD, "--llm", f"path:{tiny_model('llama')}", "--json")
    assert (result.code, record(result)) == (0, record(plain))
    assert "gives no answer, the rules answer alone" in result.err


@pytest.mark.parametrize(
    ("llm", "said"),
    [("gpt-5", "is no model that writes"), ("path:/no/such", "there is no directory"), ("http://a:b@c/v1", "llm_key")],
)
def test_a_setting_that_names_no_model_is_a_wrong_call(asked: Call, llm: str, said: str) -> None:
    result = asked("ask", "What was the revenue of Larkmoor?", "--llm", llm)
    assert result.code == 2
    assert said in result.err
    assert result.err.count("\n") == 1


def test_the_flag_switches_off_what_the_file_sets(asked: Call, tmp_path: Path) -> None:
    (tmp_path / "finagent.toml").write_text('llm = "http://127.0.0.1:9/v1#m"\nllm_timeout = 5\n')
    result = asked("ask", HARD, "--llm", "none", "--json")
    assert (result.code, result.err) == (0, "")


def test_the_key_is_never_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings({"home": tmp_path}, {"FINAGENT_LLM_KEY": "sk-secret"})
    assert settings.llm_key == "sk-secret"
    assert "secret" not in repr(settings)
    (tmp_path / "finagent.toml").write_text("llm_key = 123456789\n")
    with pytest.raises(CallError, match="setting `llm_key`: expected a text, not what is set") as caught:
        load_settings({"home": tmp_path / "home"}, {})
    assert "123456789" not in str(caught.value)
