"""`finagent chat` and `finagent threads`, as a script and as a person call them."""

from __future__ import annotations

import io
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.settings import load_settings
from app.wiring import open_assistant, open_library

Call = Callable[..., Any]
REVENUE = "What was Larkmoor's revenue in FY2025?"


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    """The sample library in a data directory of the test's own."""
    home = tmp_path / "own"
    shutil.copytree(sample_home, home, ignore=shutil.ignore_patterns("memory"))
    return home


@pytest.fixture
def chat(finagent: Call, home: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls `finagent chat` with lines on its standard input."""
    monkeypatch.setenv("FINAGENT_HOME", str(home))

    def call(lines: list[str], *arguments: object) -> Any:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return finagent("chat", *arguments)

    return call


def test_lines_are_answered_with_footnotes_and_follow_ups_are_understood(chat: Call):
    result = chat([REVENUE, "", "and in FY2024?", "/quit", REVENUE], "--thread", "t")
    assert (result.code, result.err) == (0, "")
    assert "revenue in FY2025 was USD 1,284.3 million. [1]" in result.out
    assert "[1] larkmoor_10k_2025, page 6: Total net sales" in result.out
    assert "1,201.7 million" in result.out
    assert "understood as: What was Larkmoor's revenue in FY2024?" in result.out
    assert result.out.count("1,284.3 million") == 1


def test_json_is_one_turn_a_line_and_nothing_else(chat: Call):
    result = chat([REVENUE, "/help"], "--thread", "t", "--json")
    turns = [json.loads(line) for line in result.out.splitlines()]
    assert [(turn["number"], turn["asked"]) for turn in turns] == [(1, REVENUE), (2, "/help")]
    assert turns[0]["answers"][0]["value"] == 1284.3 and turns[0]["steps"][0]["tool"] == "ask_reports"


def test_what_writes_is_declined_where_nobody_can_be_asked(chat: Call):
    result = chat(["remember that my default company is Larkmoor", "/notes"], "--thread", "t")
    assert result.code == 0
    first = " ".join(result.out.split())
    assert first.startswith("Nothing was written: that was not approved. Ask again where you can say yes to it: in ")
    assert "User rejected" not in first and "Nothing is remembered" in first


def test_commands_show_what_there_is(chat: Call, tmp_path: Path):
    target = tmp_path / "saved.md"
    lines = [REVENUE, "/explain", "/documents", "/threads", "/notes", "/help", f"/save {target}"]
    result = chat(lines, "--thread", "t")
    assert (result.code, result.err) == (0, "")
    for part in (
        "Plan (rules)",
        "program:",
        "northmere_10q_2025q3: ",
        "t (this one): 1 turns",
        "/save FILE",
        "Saved 1 turns",
    ):
        assert part in result.out
    saved = target.read_text()
    assert f"## {REVENUE}" in saved and "- [1] larkmoor\\_10k\\_2025, page 6" in saved


def test_a_file_is_never_overwritten_unasked(chat: Call, tmp_path: Path):
    target = tmp_path / "saved.md"
    target.write_text("mine")
    result = chat([REVENUE, f"/save {target}", "/save", f"/save {tmp_path}/none/x.md"], "--thread", "t")
    assert result.code == 1 and target.read_text() == "mine"
    assert "stays as it is" in result.err
    assert "needs the name of a file" in result.err
    assert "create it first" in result.err


def test_a_line_that_is_wrong_costs_the_others_nothing(chat: Call):
    result = chat(["/nope", "x" * 4001, REVENUE], "--thread", "t")
    assert result.code == 1 and "1,284.3 million" in result.out
    assert "there is no command /nope; known: /help" in result.err and "4,001 characters" in result.err


def test_control_characters_are_never_printed(chat: Call):
    result = chat(["What was \x1b[31mContoso\x1b]0;title\x07's revenue in FY2025?", "/threads"], "--thread", "t")
    assert "\x1b" not in result.out and "\x07" not in result.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--thread", "a/b"], "cannot name a thread"),
        (["--library", "none"], "there is no library 'none'"),
        (["--document", "none"], "there is no document 'none'"),
    ],
)
def test_a_call_that_is_wrong_says_so_on_one_line(chat: Call, arguments: list[str], said: str):
    result = chat([REVENUE], *arguments)
    assert result.code == 2 and said in result.err and result.err.count("\n") == 1


def test_without_a_name_each_call_is_a_thread_of_its_own(chat: Call, finagent: Call):
    for _ in range(2):
        chat([REVENUE])
    threads = [json.loads(line) for line in finagent("threads", "list", "--json").out.splitlines()]
    assert [one["turns"] for one in threads] == [1, 1] and {one["title"] for one in threads} == {REVENUE}


def test_threads_are_listed_shown_and_removed(chat: Call, finagent: Call):
    assert "There is no conversation yet" in finagent("threads", "list").out
    chat([REVENUE, "and in FY2024?"], "--thread", "t")
    assert finagent("threads", "list").out.startswith("t  2 turns  ")
    assert "## and in FY2024?" in finagent("threads", "show", "t").out
    turns = [json.loads(line) for line in finagent("threads", "show", "t", "--json").out.splitlines()]
    assert [turn["number"] for turn in turns] == [1, 2]
    assert "Removed the thread t with its 2 turns" in finagent("threads", "remove", "t").out
    gone = finagent("threads", "show", "t")
    assert gone.code == 2 and "there is no thread 't'" in gone.err
    assert finagent("threads", "remove", "a/b").code == 2


def test_a_trace_is_run_again(chat: Call, finagent: Call, tmp_path: Path):
    chat([REVENUE, "and in FY2024?"], "--thread", "t", "--trace", tmp_path / "traces")
    first, second = sorted((tmp_path / "traces").iterdir())
    same = finagent("threads", "replay", second)
    assert (same.code, same.out) == (0, "The same answer, by the same steps.\n")
    trace = json.loads(first.read_text())
    trace["turn"]["answers"][0]["value"] = 1
    first.write_text(json.dumps(trace))
    other = finagent("threads", "replay", first, "--json")
    assert other.code == 1
    assert json.loads(other.out)["differences"] == [{"what": "answer 1, value", "then": 1, "now": 1284.3}]
    wrong = finagent("threads", "replay", tmp_path / "none.json")
    assert wrong.code == 2 and "none.json" in wrong.err


@pytest.mark.skipif(os.name != "posix", reason="terminals of this kind are POSIX's")
def test_a_person_is_asked_and_may_stop_and_go_on(home: Path, tmp_path: Path):
    import pty

    settings = load_settings({"home": home}, {})
    with open_library(settings) as library, open_assistant(library, settings) as before:
        list(before.stream("remember that I follow Larkmoor", thread="t"))
    leader, follower = pty.openpty()
    environment = {**os.environ, "FINAGENT_HOME": str(home), "TERM": "dumb", "COLUMNS": "200"}
    command = [sys.executable, "-c", "from app.cli import main; main()", "chat", "--thread", "t"]
    process = subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, env=environment, cwd=tmp_path, start_new_session=True
    )
    os.close(follower)
    shown = ""

    def until(text: str, *, interrupting: bool = False) -> None:
        nonlocal shown
        end = time.monotonic() + 60
        while text not in shown:
            assert time.monotonic() < end, shown
            if select.select([leader], [], [], 5 if interrupting else 1)[0]:
                shown += os.read(leader, 4096).decode(errors="replace")
            elif interrupting:  # one that comes before the line is waited for is only seen at the next key
                process.send_signal(signal.SIGINT)
        shown = shown[shown.index(text) + len(text) :]

    try:
        until("Still to be decided: remember that I follow Larkmoor")
        until("[y/N] ")
        os.write(leader, b"n\n")
        until("Nothing was written")
        until("> ")
        os.write(leader, b"remember: always answer in thousands\n")
        until("[y/N] ")
        os.write(leader, b"y\n")
        until("Remembered: ")
        until("> ")
        process.send_signal(signal.SIGINT)
        until("Ctrl-D or /quit ends", interrupting=True)
        os.write(leader, b"What was Larkmoor's revenue in FY2025?\n")
        until("1,284,300 thousand. (using your note:")
        until("> ")
        os.write(leader, b"\x04")
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()
        os.close(leader)
    assert (home / "chat_history").stat().st_mode & 0o077 == 0
