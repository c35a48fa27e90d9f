"""Work in threads that nobody waits for: what it gives, that it is counted, and that it holds no process."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import TimeoutError as LateError
from contextvars import ContextVar
from pathlib import Path

import pytest

from chains.background import begin, counted, under_way

ROOT = Path(__file__).parents[2]
SAID: ContextVar[str] = ContextVar("said", default="")


def test_what_the_work_gives_or_raises_is_told() -> None:
    assert begin(lambda: 6 * 7).result(5) == 42
    with pytest.raises(ZeroDivisionError):
        begin(lambda: 1 // 0).result(5)


def test_the_work_sees_what_its_caller_set() -> None:
    SAID.set("hello")
    assert begin(SAID.get).result(5) == "hello"


def test_what_has_not_ended_is_counted() -> None:
    before, go = under_way(), threading.Event()
    late = begin(lambda: go.wait(20))
    with counted(), pytest.raises(LateError):
        assert under_way() == before + 2
        late.result(0.02)
    assert under_way() == before + 1
    go.set()
    assert late.result(5)
    until = time.monotonic() + 5
    while under_way() != before and time.monotonic() < until:
        time.sleep(0.01)
    assert under_way() == before


def test_a_program_that_uses_it_ends_without_waiting_for_it() -> None:
    code = "import time; from chains.background import begin; begin(lambda: time.sleep(60)); print('done')"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "done\n", "")
