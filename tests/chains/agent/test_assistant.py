"""Conversations: what is given back was written before, and nothing that goes wrong in one turn hurts another."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chains.agent.assistant import STOPPED, UNDECIDED, Assistant
from chains.agent.events import Approval, Piece, Step, Turn
from chains.agent.holding import ThreadBusyError
from chains.agent.thread_names import ThreadNameError
from chains.agent.transcript import UnknownThreadError
from chains.errors import ChainError
from chains.tool_making import NOT_APPROVED
from tests.chains.agent.scripted import scripted_assistant


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    with scripted_assistant(tmp_path) as made:
        yield made


def test_a_turn_is_steps_then_words_then_the_turn_itself(assistant: Assistant):
    events = list(assistant.stream("echo five", thread="t"))
    assert [event.kind for event in events] == ["step", "step", *["piece"] * (len(events) - 3), "turn"]
    begun, done, turn = events[0], events[1], events[-1]
    assert isinstance(begun, Step) and isinstance(done, Step) and isinstance(turn, Turn)
    assert (begun.id, begun.tool, dict(begun.arguments), begun.status) == (done.id, "echo", {"text": "five"}, "running")
    assert (done.status, done.said, done.artifact["kind"]) == ("done", "five", "echo")
    assert "".join(event.text for event in events if isinstance(event, Piece)) == turn.text == "five [1]"
    assert (turn.number, turn.status, turn.notes, len(turn.citations)) == (1, "answered", ("five",), 1)
    assert assistant.turns("t") == [turn]


def test_a_turn_is_written_before_its_first_word_is_given(assistant: Assistant):
    events = assistant.stream("echo five", thread="t")
    next(event for event in events if isinstance(event, Piece))
    assert [turn.text for turn in assistant.turns("t")] == ["five [1]"]
    events.close()  # type: ignore[attr-defined]
    assert [turn.status for turn in assistant.turns("t")] == ["answered"]


def test_the_model_sees_the_questions_before(assistant: Assistant):
    assert [assistant.say("hello", thread="t").text for _ in range(3)] == ["hello (1)", "hello (2)", "hello (3)"]
    assert assistant.say("hello", thread="u").text == "hello (1)"


def test_without_a_thread_nothing_is_kept_and_history_is_what_was_said(assistant: Assistant, tmp_path: Path):
    turn = assistant.say("hello", history=["a", " ", "b"])
    assert (turn.text, turn.thread, turn.number) == ("hello (3)", "", 3)
    assert assistant.threads() == []
    assert not any(path.name.endswith(".lock") for path in (tmp_path / "memory").glob("locks/*"))


def test_a_thread_has_its_own_history(assistant: Assistant):
    with pytest.raises(ChainError, match="either thread or history"):
        assistant.stream("hello", thread="t", history=["a"])


@pytest.mark.parametrize("text", ["", " \n", "x" * 4001])
def test_a_text_that_cannot_be_read_is_refused_at_once(assistant: Assistant, text: str):
    with pytest.raises(ChainError, match=r"the question (is empty|has 4,001)"):
        assistant.stream(text, thread="t")


def test_a_name_that_is_none_is_refused_at_once(assistant: Assistant):
    for call in (lambda: assistant.stream("a", thread="../x"), lambda: assistant.decide("../x", True)):
        with pytest.raises(ThreadNameError):
            call()
    with pytest.raises(ThreadNameError):
        assistant.remove("a/b")


# Approval


def test_what_writes_asks_first_and_goes_on_with_a_yes(assistant: Assistant):
    *_, approval = assistant.stream("remember I like tables", thread="t")
    assert isinstance(approval, Approval)
    assert (approval.tool, dict(approval.arguments)) == ("remember", {"text": "I like tables"})
    assert approval.question == "Remember “I like tables”?"
    assert assistant.notes.all() == [] and [one.turns for one in assistant.threads()] == [0]
    *_, turn = assistant.decide("t", True)
    assert isinstance(turn, Turn) and (turn.status, turn.number) == ("answered", 1)
    assert [note.text for note in assistant.notes.all()] == ["I like tables"]
    assert [(step.tool, dict(step.arguments), step.status) for step in turn.steps] == [
        ("remember", {"text": "I like tables"}, "done")
    ]
    with pytest.raises(ChainError, match="nothing waits"):
        list(assistant.decide("t", True))


def test_what_is_to_be_forgotten_is_shown_whole(assistant: Assistant):
    assistant.notes.add("when I say leverage I mean debt / equity")
    *_, approval = assistant.stream("forget leverage", thread="t")
    assert isinstance(approval, Approval)
    assert approval.question == "Forget “when I say leverage I mean debt / equity”?"
    *_, turn = assistant.decide("t", True)
    assert isinstance(turn, Turn) and turn.status == "answered" and assistant.notes.all() == []


def test_a_no_writes_nothing(assistant: Assistant):
    list(assistant.stream("remember I like tables", thread="t"))
    *_, turn = assistant.decide("t", False)
    assert isinstance(turn, Turn) and NOT_APPROVED in turn.text
    assert [step.said for step in turn.steps] == [NOT_APPROVED]
    assert assistant.notes.all() == []


def test_each_of_several_calls_is_asked_about(assistant: Assistant):
    *_, first = assistant.stream("remember one thing; remember other thing", thread="t")
    *_, second = assistant.decide("t", True)
    assert isinstance(first, Approval) and isinstance(second, Approval)
    assert (first.arguments["text"], second.arguments["text"]) == ("one thing", "other thing")
    *_, turn = assistant.decide("t", False)
    assert isinstance(turn, Turn)
    assert [note.text for note in assistant.notes.all()] == ["one thing"]


def test_a_yes_is_understood_after_a_restart(tmp_path: Path):
    with scripted_assistant(tmp_path) as before:
        *_, asked = before.stream("remember I like tables", thread="t")
    with scripted_assistant(tmp_path) as after:
        assert after.waiting("t") == asked and after.turns("t") == []
        assert [one.name for one in after.threads()] == ["t"]
        *_, turn = after.decide("t", True)
        assert isinstance(turn, Turn) and turn.asked == "remember I like tables"
        assert [note.text for note in after.notes.all()] == ["I like tables"]
        assert after.waiting("t") is None and after.waiting("u") is None


def test_another_question_instead_of_an_answer_is_a_no(assistant: Assistant):
    list(assistant.stream("remember I like tables", thread="t"))
    assert assistant.say("hello", thread="t").number == 2
    assert [(turn.number, turn.status, turn.reason) for turn in assistant.turns("t")] == [
        (1, "stopped", UNDECIDED),
        (2, "answered", ""),
    ]
    with pytest.raises(ChainError, match="nothing waits"):
        list(assistant.decide("t", True))
    assert assistant.notes.all() == []


def test_say_and_a_turn_that_is_not_kept_decline_what_writes(assistant: Assistant):
    assert NOT_APPROVED in assistant.say("remember I like tables", thread="t").text
    assert NOT_APPROVED in assistant.say("remember I like tables").text
    assert assistant.notes.all() == []


# What goes wrong


def test_a_tool_that_breaks_ends_the_turn_with_the_reason(assistant: Assistant):
    turn = assistant.say("broken me", thread="t")
    assert turn.status == "stopped" and "broken by me" in turn.reason and "Traceback" not in turn.text
    assert [step.status for step in turn.steps] == ["failed"]
    assert assistant.say("hello", thread="t").text == "hello (2)"


def test_who_hangs_up_leaves_a_turn_that_says_so_and_a_thread_that_goes_on(assistant: Assistant):
    events = assistant.stream("echo five", thread="t")
    next(events)
    events.close()  # type: ignore[attr-defined]
    assert [(turn.status, turn.reason) for turn in assistant.turns("t")] == [("stopped", STOPPED)]
    assert assistant.say("hello", thread="t").text == "hello (2)"


def test_an_iterator_that_was_never_begun_leaves_nothing(assistant: Assistant):
    events = assistant.stream("echo five", thread="t")
    del events
    assert assistant.threads() == []
    assert assistant.say("hello", thread="t").number == 1


def test_the_second_client_in_a_thread_waits_and_then_is_told(tmp_path: Path):
    going = threading.Event()
    with scripted_assistant(tmp_path, going=going, wait=0.2) as assistant:
        events = assistant.stream("slow a", thread="t")
        next(events)
        with pytest.raises(ThreadBusyError):
            assistant.say("hello", thread="t")
        with pytest.raises(ThreadBusyError):
            assistant.remove("t")
        assert assistant.say("hello", thread="other").status == "answered"
        going.set()
        *_, turn = events
        assert isinstance(turn, Turn) and turn.text == "a"
        assert assistant.say("hello", thread="t").number == 2


def test_many_clients_never_see_each_others_turns(tmp_path: Path):
    with scripted_assistant(tmp_path) as assistant, ThreadPoolExecutor(16) as pool:

        def talk(client: int) -> list[str]:
            return [assistant.say(f"echo {client}-{n}", thread=f"t{client}").text for n in range(4)]

        said = list(pool.map(talk, range(16)))
        for client, texts in enumerate(said):
            assert texts == [f"{client}-{n} [1]" for n in range(4)]
            assert [turn.text for turn in assistant.turns(f"t{client}")] == texts


def test_each_event_may_be_taken_from_another_thread_of_execution(assistant: Assistant):
    events = assistant.stream("echo five", thread="t")
    last: object = None
    while True:
        with ThreadPoolExecutor(1) as pool:
            event = pool.submit(next, events, None).result()
        if event is None:
            break
        last = event
    assert isinstance(last, Turn) and last.text == "five [1]"
    assert assistant.say("hello", thread="t").number == 2


# What is kept


def test_a_thread_keeps_one_checkpoint_however_long_it_is(assistant: Assistant):
    for _ in range(5):
        assistant.say("echo five", thread="t")
    kept = list(assistant._memory.checkpointer.list({"configurable": {"thread_id": "t"}}))
    assert len(kept) == 1


def test_a_removed_thread_leaves_nothing(assistant: Assistant):
    assistant.say("echo five", thread="t")
    list(assistant.stream("remember I like tables", thread="t"))
    assert assistant.remove("t") == 1
    assert list(assistant._memory.checkpointer.list({"configurable": {"thread_id": "t"}})) == []
    for call in (assistant.turns, assistant.remove):
        with pytest.raises(UnknownThreadError):
            call("t")
    assert assistant.say("hello", thread="t").text == "hello (1)"


def test_checkpoints_that_are_lost_cost_nothing_of_what_was_said(tmp_path: Path):
    with scripted_assistant(tmp_path) as assistant:
        assistant.say("hello", thread="t")
    for path in (tmp_path / "memory").glob("checkpoints.sqlite*"):
        path.unlink()
    with scripted_assistant(tmp_path) as assistant:
        assert assistant.say("hello", thread="t").text == "hello (2)"
        assert len(assistant.turns("t")) == 2


def test_kill_9_loses_no_turn_that_was_given_back(tmp_path: Path):
    code = textwrap.dedent(
        f"""
        import itertools, sys
        from pathlib import Path
        from tests.chains.agent.scripted import scripted_assistant
        assistant = scripted_assistant(Path({str(tmp_path)!r}))
        for number in itertools.count(1):
            print(assistant.say(f"echo {{number}}", thread="t").number, flush=True)
        """
    )
    root = str(Path(__file__).parents[3])
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=root)
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(12)]
    process.kill()
    told += [int(line) for line in process.stdout.read().split()]
    process.wait()
    process.stdout.close()
    with scripted_assistant(tmp_path) as assistant:
        kept = assistant.turns("t")
        assert [turn.number for turn in kept][: len(told)] == told
        assert [turn.text for turn in kept] == [f"{turn.number} [1]" for turn in kept]
        assert assistant.say("hello", thread="t").number == len(kept) + 1
