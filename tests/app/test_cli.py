"""The command line: calls, exit codes, one-line errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app import errors

Call = Callable[..., Any]


def one_line(err: str) -> str:
    assert err.startswith("finagent: ")
    assert err.count("\n") == 1, err
    return err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask"], "expected either a question"),
        (["ask", "Sales?", "--file", "q.jsonl"], "expected either a question"),
        (["ask", "Sales?", "--output", "a.jsonl"], "--output goes with --file"),
        (["ask", "  "], "the question is empty"),
        (["ask", "x" * 100_000], "100,000 characters"),
        (["ask", "Sales?"], "there is no library 'default'"),
        (["ask", "--file", "missing.jsonl"], "missing.jsonl"),
        (["ask", "Sales?", "--colour"], "--colour"),
        (["documents", "list", "--library", "no"], "there is no library 'no'"),
        (["documents", "list", "--library", "../up"], "there is no library '../up'"),
        (["ingest", "--library", "../up", "x.pdf"], "no library name"),
        (["ingest"], "PATH"),
        (["verify", "missing.jsonl"], "missing.jsonl"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_a_wrong_call_ends_with_2_and_one_line(finagent: Call, arguments: list[str], said: str):
    result = finagent(*arguments)
    assert (result.code, result.out) == (2, "")
    assert said in one_line(result.err)


def test_a_setting_that_does_not_exist_is_a_wrong_call(finagent: Call, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FINAGENT_COLOUR", "red")
    result = finagent("libraries")
    assert result.code == 2
    assert "FINAGENT_COLOUR" in one_line(result.err)


def test_debug_shows_the_traceback_wherever_it_stands(finagent: Call):
    for arguments in (["--debug", "ask", " "], ["ask", " ", "--debug"]):
        with pytest.raises(errors.CallError):
            finagent(*arguments)


def test_debug_may_come_from_the_environment(finagent: Call, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FINAGENT_DEBUG", "1")
    with pytest.raises(errors.CallError):
        finagent("ask", " ")


def test_version(finagent: Call):
    assert finagent("--version").out.startswith("finagent ")


def test_an_error_that_nobody_foresaw_is_one_line(capsys: pytest.CaptureFixture[str]):
    try:
        raise KeyError("surprise")
    except KeyError as error:
        errors.show_unexpected(KeyError, error, error.__traceback__)
    said = one_line(capsys.readouterr().err)
    assert "internal error, KeyError: 'surprise'" in said
    assert "--debug" in said


def test_a_full_disk_says_what_to_do():
    assert errors.one_line(OSError(28, "No space left on device", "/data/x")) == (
        "/data/x: No space left on device; what was finished is kept: free some space and run the same command again"
    )


def test_good_files_are_kept_when_others_fail(finagent: Call, tmp_path: Path):
    (tmp_path / "note.txt").write_text("Acme Tools, Inc. sold more saws in fiscal 2025 because of new shops.\n" * 3)
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 truncated")
    result = finagent("ingest", "note.txt", "broken.pdf", "absent.pdf", "--json")
    assert (result.code, result.err) == (1, "")
    by_path = {Path(row["path"]).name: row for row in map(json.loads, result.out.splitlines())}
    assert {name: row["status"] for name, row in by_path.items()} == {
        "note.txt": "added", "broken.pdf": "failed", "absent.pdf": "failed",
    }  # fmt: skip
    assert by_path["broken.pdf"]["error"]
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    assert finagent("ingest", "note.txt").code == 0
    listed = finagent("documents", "list", "--json")
    assert [json.loads(line)["document"] for line in listed.out.splitlines()] == ["note"]
    assert finagent("libraries").out == "default\n"
    assert finagent("documents", "remove", "nothing").code == 2
    assert finagent("documents", "remove", "note").code == 0
    assert "is empty" in finagent("documents", "list").out
    assert finagent("libraries", "--remove", "other").code == 2
    assert finagent("libraries", "--remove", "default").code == 0
    assert finagent("libraries").out == ""


def test_a_base_that_is_gone_hinders_only_what_embeds(finagent: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "note.txt").write_text("Acme Tools, Inc. sold more saws in fiscal 2025 because of new shops.\n" * 3)
    assert finagent("ingest", "note.txt").code == 0
    monkeypatch.setenv("FINAGENT_BASE", "path:gone")
    assert finagent("documents", "list").code == 0
    assert finagent("documents", "show", "note").code == 0
    result = finagent("ask", "Why did Acme Tools sell more saws?")
    assert result.code == 2
    assert "gone; expected path:DIRECTORY" in one_line(result.err)
    result = finagent("ingest", "note.txt")
    assert result.code == 2
    assert "gone; expected path:DIRECTORY" in one_line(result.err)
    assert finagent("documents", "remove", "note").code == 0


def test_a_library_of_another_base_is_embedded_anew_by_the_next_ingest(
    finagent: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "note.txt").write_text("Acme Tools, Inc. sold more saws in fiscal 2025 because of new shops.\n" * 3)
    question = "Why did Acme Tools sell more saws?"
    assert finagent("ingest", "note.txt").code == 0
    answer = finagent("ask", question).out
    monkeypatch.setattr("adapters.embedder.ENGINE_VERSION", 1000)
    result = finagent("ask", question)
    assert result.code == 1
    assert "run `finagent ingest`" in one_line(result.err)
    (tmp_path / "q.jsonl").write_text(json.dumps({"question": question}))
    result = finagent("ask", "--file", "q.jsonl", "--output", "a.jsonl")
    assert result.code == 1
    assert one_line(result.err).startswith("finagent: question 1: the passages were embedded with")
    (tmp_path / "note.txt").rename(tmp_path / "moved.txt")
    result = finagent("ingest", "moved.txt")
    assert (result.code, one_line(result.err)) == (
        0, "finagent: the base has changed; embedding 1 passages anew\n"
    )  # fmt: skip
    assert finagent("ask", question).out == answer


def test_ctrl_c_ends_with_one_line(finagent: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*_: object, **__: object) -> object:
        raise KeyboardInterrupt

    (tmp_path / "note.txt").write_text("Acme Tools sold more saws.\n")
    monkeypatch.setattr("ingest.pipeline.find_files", interrupted)
    result = finagent("ingest", "note.txt")
    assert (result.code, result.out) == (1, "")
    assert one_line(result.err).startswith("finagent: stopped; documents that were finished are kept")
    monkeypatch.setattr("app.settings.load_settings", interrupted)
    for call, said in (
        (["ask", "Sales?"], "nothing was changed"),
        (["ask", "--file", "q.jsonl", "--output", "a.jsonl"], "no answer was written"),
        (["libraries", "--remove", "old"], "what was not yet removed is still there"),
    ):
        assert one_line(finagent(*call).err).startswith(f"finagent: stopped; {said}")
