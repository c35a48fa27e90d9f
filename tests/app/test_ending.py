"""The end of the process: at once, although a tool has been left behind, and with all that was acknowledged."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from chains.agent.memory import open_memory
from chains.agent.transcript import Transcript

ROOT = Path(__file__).parents[2]
CONVERSATION = """
import sys, threading
from pathlib import Path
from app.cli import app, main
from chains.agent.limits import Limits
from tests.chains.agent.scripted import scripted_assistant

@app.command("converse")
def converse(home: Path) -> int:
    '''Three turns, the tool of the second of which never ends.'''
    with scripted_assistant(home, going=threading.Event(), limits=Limits(seconds=0.3)) as assistant:
        assistant.say("echo one", thread="t")
        print(assistant.say("slow two", thread="t").text)
        list(assistant.stream("remember three", thread="t"))
        list(assistant.decide("t", approve=True))
    return 1

sys.argv = ["finagent", "converse", sys.argv[1]]
main()
"""


def test_a_tool_that_hangs_holds_nobody_up_and_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", CONVERSATION, str(tmp_path)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.readline()
    assert "longer than the 0.3 seconds" in said
    began = time.monotonic()
    try:
        _, errors = process.communicate(timeout=15)  # the tool waits 20 s
    except subprocess.TimeoutExpired:
        process.kill()
        pytest.fail("the process waited for the tool")
    assert (process.returncode, errors) == (1, "") and time.monotonic() - began < 15
    with open_memory(tmp_path) as memory:
        turns = Transcript(memory).turns("t")
    assert [turn.asked for turn in turns] == ["echo one", "slow two", "remember three"]
