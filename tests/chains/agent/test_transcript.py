"""Turns are kept whole, in order, and before they are acknowledged; one client at a time is in a thread."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chains.agent.events import Step, Turn
from chains.agent.holding import ThreadBusyError
from chains.agent.memory import open_memory
from chains.agent.summary import KEPT_QUESTIONS
from chains.agent.thread_names import ThreadNameError, check_name, new_name
from chains.agent.transcript import Transcript, UnknownThreadError


@pytest.fixture
def transcript(tmp_path: Path) -> Iterator[Transcript]:
    with open_memory(tmp_path) as memory:
        yield Transcript(memory)


def _turn(thread: str, number: int, text: str = "Revenue was USD 5 million.") -> Turn:
    step = Step("call-1", "ask_reports", {"question": "q"}, "done", text, {"kind": "ask_reports", "records": []}, 0.1)
    return Turn(
        thread, number, f"question {number}", text, "answered", steps=(step,), at=f"2026-01-01T00:00:{number % 60:02d}Z"
    )


def _fill(transcript: Transcript, thread: str, count: int) -> None:
    for number in range(1, count + 1):
        transcript.append(_turn(thread, number), transcript.past(thread))


def test_turns_come_back_as_they_were_in_order(transcript: Transcript):
    _fill(transcript, "a.b", 12)
    _fill(transcript, "a", 1)
    _fill(transcript, "a.bc", 2)
    assert transcript.turns("a.b") == [_turn("a.b", number) for number in range(1, 13)]
    assert [turn.number for turn in transcript.turns("a.b", last=3)] == [10, 11, 12]
    assert {one.name: (one.turns, one.title) for one in transcript.threads()} == {
        "a.b": (12, "question 1"),
        "a": (1, "question 1"),
        "a.bc": (2, "question 1"),
    }


def test_what_the_next_turn_needs_stays_small(transcript: Transcript):
    _fill(transcript, "long", 70)
    past = transcript.past("long")
    assert past.turns == 70
    assert past.questions == tuple(f"question {n}" for n in range(71 - KEPT_QUESTIONS, 71))
    assert len(past.digest) <= 40 and "question 70 -> Revenue was USD 5 million." in past.digest[-1]


def test_a_removed_thread_is_gone_and_the_others_stay(transcript: Transcript):
    _fill(transcript, "one", 3)
    _fill(transcript, "two", 1)
    assert transcript.remove("one") == 3
    assert [one.name for one in transcript.threads()] == ["two"]
    with pytest.raises(UnknownThreadError, match="finagent threads list"):
        transcript.turns("one")
    with pytest.raises(UnknownThreadError):
        transcript.remove("one")
    assert transcript.past("one").turns == 0


@pytest.mark.parametrize("name", ["", "a" * 65, "a/b", "../x", "a b", "ä", "x\n", "a\x00"])
def test_names_that_could_be_more_than_names_are_refused(name: str):
    with pytest.raises(ThreadNameError, match="expected 1 to 64"):
        check_name(name)


def test_new_names_can_name_threads():
    names = {new_name() for _ in range(50)}
    assert len(names) == 50 and all(check_name(name) for name in names)


def test_the_second_in_a_thread_waits_and_then_is_told(transcript: Transcript):
    with transcript.held("t"):
        with pytest.raises(ThreadBusyError, match="another thread"), transcript.held("t", wait=0.05):
            pass
        with transcript.held("other", wait=0.05):
            pass
    with transcript.held("t", wait=0.05):
        pass
    assert transcript._locks == {}


def test_names_that_differ_in_case_only_are_two_threads(transcript: Transcript):
    with transcript.held("Acme"), transcript.held("acme", wait=0.05):
        pass


def test_another_process_is_kept_out_too(transcript: Transcript, tmp_path: Path):
    with open_memory(tmp_path) as memory, transcript.held("t"), pytest.raises(ThreadBusyError):
        Transcript(memory).hold("t", wait=0.05)


def test_a_hold_may_be_left_from_another_thread_of_execution(transcript: Transcript):
    release = transcript.hold("t")
    other = threading.Thread(target=release)
    other.start()
    other.join()
    release()  # twice does no harm
    with transcript.held("t", wait=0.05):
        pass


def test_a_turn_that_was_appended_survives_kill_9(tmp_path: Path):
    code = textwrap.dedent(
        f"""
        import os, signal
        from pathlib import Path
        from chains.agent.events import Turn
        from chains.agent.memory import open_memory
        from chains.agent.transcript import Transcript
        transcript = Transcript(open_memory(Path({str(tmp_path)!r})))
        for number in range(1, 6):
            turn = Turn("t", number, f"question {{number}}", "text", "answered", at="2026-01-01T00:00:00Z")
            transcript.append(turn, transcript.past("t"))
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, timeout=60)
    assert done.returncode == -9, done.stderr
    with open_memory(tmp_path) as memory:
        assert [turn.asked for turn in Transcript(memory).turns("t")] == [f"question {n}" for n in range(1, 6)]
