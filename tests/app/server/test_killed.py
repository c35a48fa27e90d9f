"""`kill -9` of the server while it answers and receives: what it acknowledged is there when it starts again."""

from __future__ import annotations

import http.client
import random
import shutil
import threading
import time
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
SPEAKERS, ROUNDS = 3, 2


class Kept:
    """What the server acknowledged, round after round."""

    def __init__(self) -> None:
        self.turns: dict[str, list[dict[str, Any]]] = {f"talk-{n}": [] for n in range(SPEAKERS)}
        self.uploads: dict[str, str] = {}
        self.begun = 0

    def count(self) -> tuple[int, int]:
        """How many turns, and how many uploads."""
        return sum(map(len, self.turns.values())), len(self.uploads)

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
        while not end.is_set():
            self.begun += 1
            name = f"widgets_{self.begun}"
            try:
                status, told = client.upload(f"{name}.txt", REPORT.format(n=self.begun).encode())
            except (OSError, ValueError, http.client.HTTPException):
                return
            if status != 202 or not isinstance(told, list):
                return
            self.uploads[told[0]["upload"]] = name
            end.wait(0.1)


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


def test_what_was_acknowledged_outlives_kill_9(sample_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(sample_home, home)
    moments = random.Random(20261122)
    kept = Kept()
    for _ in range(ROUNDS):
        with Served(home) as served:
            check_kept(served.url, kept)
            end = threading.Event()
            threads = [threading.Thread(target=kept.speak, args=(served.url, name, end)) for name in kept.turns]
            threads.append(threading.Thread(target=kept.send, args=(served.url, end)))
            for thread in threads:
                thread.start()
            spoken, sent = kept.count()
            until = time.monotonic() + 30
            while min(kept.count()[0] - spoken, kept.count()[1] - sent) < 1 and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(moments.uniform(0, 0.8))
            served.kill()
            end.set()
            for thread in threads:
                thread.join()
    assert min(kept.count()) >= ROUNDS
    with Served(home) as served:
        check_kept(served.url, kept)
        client = Client(served.url)
        until = time.monotonic() + 60
        states = [""]
        while not set(states) <= {"added", "unchanged", "updated"} and time.monotonic() < until:
            states = [client.get(f"/v1/uploads/{identity}")[1]["status"] for identity in kept.uploads]
            time.sleep(0.2)
        there = {one["document"] for one in client.get("/v1/documents")[1]}
        assert set(kept.uploads.values()) <= there
        answer = client.post("/v1/ask", {"question": QUESTIONS[0]})[1]
        assert answer["value"] == 1284.3
