"""The server as a process: `kill -9` while it answers and receives, its next start, and its end when it is told to."""

from __future__ import annotations

import http.client
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.served import Client, Served

pytestmark = pytest.mark.enable_socket
QUESTIONS = (
    "What was Larkmoor's revenue in FY2025?",
    "And in fiscal 2024?",
    "What was Harrowgate's net income in 2025?",
)
REPORT = """EXAMPLE WIDGETS {n} INC.
FORM 10-K
For the fiscal year ended December 31, 2022

Item 1. Business

We sell widgets of kind {n} to the makers of larger widgets in the north and in the south of the country.
"""
SPEAKERS, FILES = 3, 3


class Kept:
    """What the server acknowledged."""

    def __init__(self) -> None:
        self.turns: dict[str, list[dict[str, Any]]] = {f"talk-{n}": [] for n in range(SPEAKERS)}
        self.uploads: dict[str, str] = {}

    def enough(self) -> bool:
        """Whether there is a turn and an upload that could be lost."""
        return bool(self.uploads) and any(self.turns.values())

    def speak(self, url: str, thread: str, end: threading.Event) -> None:
        client = Client(url, timeout=20)
        while not end.is_set():
            try:
                reply = client.chat(QUESTIONS[len(self.turns[thread]) % len(QUESTIONS)], thread)
            except (OSError, ValueError, http.client.HTTPException):
                return  # it was killed before the turn had come
            if reply.status != 200 or "asked" not in reply.record:
                return
            self.turns[thread].append(reply.record)

    def send(self, url: str, end: threading.Event) -> None:
        client = Client(url, timeout=20)
        for number in range(FILES):
            name = f"widgets_{number}"
            try:
                status, told = client.upload(f"{name}.txt", REPORT.format(n=number).encode())
            except (OSError, ValueError, http.client.HTTPException):
                return
            if status != 202 or not isinstance(told, list):
                return
            self.uploads[told[0]["upload"]] = name
            if end.wait(0.1):
                return


def check_kept(url: str, kept: Kept) -> None:
    """Every acknowledged turn is in its thread, and every acknowledged upload is known and not lost."""
    client = Client(url)
    for thread, turns in kept.turns.items():
        status, held = client.get(f"/v1/threads/{thread}")
        stored = held["turns"] if status == 200 else []
        assert [one["number"] for one in stored] == list(range(1, len(stored) + 1))
        places = {one["number"]: one for one in stored}
        for turn in turns:
            assert turn["number"] in places, f"turn {turn['number']} of {thread} is lost"
            there = places[turn["number"]]
            assert (there["asked"], there["text"], there["at"]) == (turn["asked"], turn["text"], turn["at"])
    for identity in kept.uploads:
        status, told = client.get(f"/v1/uploads/{identity}")
        assert status == 200, f"upload {identity} is lost"
        assert told["status"] in ("waiting", "reading", "added", "unchanged", "updated"), told


@pytest.fixture(scope="module")
def kept() -> Kept:
    return Kept()


@pytest.fixture(scope="module")
def restarted(sample_home: Path, tmp_path_factory: pytest.TempPathFactory, kept: Kept) -> Iterator[Served]:
    """The server after it was killed in the middle of chats and uploads."""
    home = tmp_path_factory.mktemp("killed") / "home"
    shutil.copytree(sample_home, home)
    (home / "finagent.toml").write_text('report_qa = "none"\nthreads = 1\n')  # it starts sooner
    with Served(home) as served:
        end = threading.Event()
        threads = [threading.Thread(target=kept.speak, args=(served.url, name, end)) for name in kept.turns]
        threads.append(threading.Thread(target=kept.send, args=(served.url, end)))
        for thread in threads:
            thread.start()
        until = time.monotonic() + 30
        while not kept.enough() and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(0.05)
        served.kill()
        end.set()
        for thread in threads:
            thread.join()
    assert kept.enough()
    with Served(home, "--verbose") as served:
        yield served


def test_what_was_acknowledged_outlives_kill_9(restarted: Served, kept: Kept) -> None:
    check_kept(restarted.url, kept)
    client = Client(restarted.url)
    until = time.monotonic() + 60
    states = [""]
    while not set(states) <= {"added", "unchanged", "updated"} and time.monotonic() < until:
        states = [client.get(f"/v1/uploads/{identity}")[1]["status"] for identity in kept.uploads]
        time.sleep(0.05)
    there = {one["document"] for one in client.get("/v1/documents")[1]}
    assert set(kept.uploads.values()) <= there


def test_it_answers_and_ends_when_it_is_told_to(restarted: Served) -> None:
    client = Client(restarted.url)
    assert client.post("/v1/ask", {"question": QUESTIONS[0]})[1]["value"] == 1284.3
    assert restarted.stop() == 0
    said = restarted.all_said()
    assert any(line.startswith("POST /v1/ask 200") for line in said)
    assert not any(QUESTIONS[0] in line for line in said)
    assert "ended" in said[-1]
