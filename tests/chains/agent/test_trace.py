"""Traces: all that went into a run and came out of it, and the same run again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chains.agent.assistant import Assistant
from chains.agent.trace import TraceError, Tracer, read_trace, replay
from tests.chains.agent.scripted import scripted_assistant

DOCUMENTS = {"report": "00aa"}


def _traced(tmp_path: Path, documents: dict[str, str] | None = None) -> tuple[Assistant, Tracer]:
    held = DOCUMENTS if documents is None else documents
    tracer = Tracer(tmp_path / "traces", "default", lambda: held, {"llm": None})
    return scripted_assistant(tmp_path, tracer=tracer), tracer


def _only(tmp_path: Path) -> Path:
    (path,) = (tmp_path / "traces").iterdir()
    return path


def test_a_run_is_one_file_with_all_of_it(tmp_path: Path):
    assistant, _ = _traced(tmp_path)
    with assistant:
        assistant.notes.add("I like tables")
        turn = assistant.say("echo five", thread="t", document="report")
    path = _only(tmp_path)
    trace = json.loads(path.read_text())
    assert trace["turn"] == json.loads(json.dumps(turn.record()))
    assert trace["asked"] == {
        "text": "echo five", "thread": "t", "document": "report", "history": [], "notes": ["I like tables"],
    }  # fmt: skip
    assert trace["rests_on"]["library"]["documents"] == DOCUMENTS
    assert {"python", "finagent", "langgraph"} <= trace["rests_on"]["versions"].keys()
    assert path.stat().st_mode & 0o077 == 0


def test_the_same_run_again_differs_in_nothing(tmp_path: Path):
    assistant, tracer = _traced(tmp_path)
    with assistant:
        assistant.say("hello", thread="t")
        assistant.say("echo five", thread="t")
        for path in sorted((tmp_path / "traces").iterdir()):
            turn, differences = replay(read_trace(path), assistant, tracer)
            assert differences == []
        assert turn.text == "five [1]"
        assert len(assistant.turns("t")) == 2


def test_what_differs_is_named(tmp_path: Path):
    assistant, _ = _traced(tmp_path)
    with assistant:
        assistant.say("echo five", thread="t")
    path = _only(tmp_path)
    trace: dict[str, Any] = json.loads(path.read_text())
    trace["turn"]["text"] = "six [1]"
    trace["turn"]["answers"][0]["value"] = 6
    trace["turn"]["steps"][0]["arguments"] = {"text": "six"}
    path.write_text(json.dumps(trace))
    changed, tracer = _traced(tmp_path, {"report": "00bb", "new": "11"})
    with changed:
        changed.notes.add("I like tables")
        _, differences = replay(read_trace(path), changed, tracer)
    assert [one.what for one in differences] == [
        "document new", "document report", "notes that are kept", "text", "calls of tools", "answer 1, value",
    ]  # fmt: skip
    assert (differences[3].then, differences[3].now) == ("six [1]", "five [1]")


@pytest.mark.parametrize(
    "content",
    [
        "", "no JSON", "[]", "{}", '{"finagent_trace": 1}', '{"finagent_trace": 1, "turn": {}, "asked": {}}', "[" * 100_000,
        '{"finagent_trace": 99}', '{"finagent_trace": 1, "turn": [], "asked": []}',
    ],
)  # fmt: skip
def test_a_file_that_is_no_trace_is_refused(tmp_path: Path, content: str):
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(TraceError, match="expected a file that the setting trace made"):
        read_trace(path)


def test_a_trace_that_cannot_be_written_costs_no_answer(tmp_path: Path):
    (tmp_path / "traces").write_text("a file")
    remarks: list[str] = []
    tracer = Tracer(tmp_path / "traces", "default", lambda: DOCUMENTS, {}, remarks.append)
    with scripted_assistant(tmp_path, tracer=tracer) as assistant:
        assert assistant.say("echo five", thread="t").status == "answered"
    assert len(remarks) == 1 and "could not be written" in remarks[0]
