"""How the server holds under load: many clients at once, each in conversations of its own.

    python -m benchmarks.bench_serve [--clients 32] [--seconds 300] [--think 0] [--capacity 2]
    python -m benchmarks.bench_serve --home HOME --library NAME --dialogues FILE

`finagent serve` runs in a process of its own on two cores; the clients, in this process, share them with it where the
machine has no more. Each client asks one dialogue after another, three of four through /v1/chat in a thread of its
own, the fourth through /v1/chat/completions, every other of those streamed. With `--think` it waits that long on
average between turns; without, it asks again at once, which is the most that so many clients can ask.

Checked of every turn: it is the asking client's (thread, question, number of the turn), its value is the one known,
and at the end of each dialogue the thread holds exactly these turns. A dialogue is a line of JSON: {"turns": [[text,
value], ...]}, where the value is a number, words of the answer, or null for a refusal. A first pass asks each once,
alone: what is wrong then is no fault of the load, and is counted apart.

Targets: no error, no mixed-up thread, p95 under 2 s, memory flat after the warm-up (the first half).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.harness import FINAGENT, keep, timed
from benchmarks.served import Client, Memory, Reply, Served

REPORTS = Path(__file__).parents[1] / "samples" / "reports"
DIALOGUES = Path(__file__).parent / "serve_dialogues.jsonl"
SEED = 20261122

Turns = list[tuple[str, Any]]


@dataclass(slots=True)
class Seen:
    """What one client saw. Seconds are lists; `problems` counts what was wrong, by kind."""

    chat: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    completions: list[float] = field(default_factory=list)
    threads: list[float] = field(default_factory=list)
    problems: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def wrong(self, kind: str, what: str) -> None:
        self.problems[kind] += 1
        if len(self.examples) < 3:
            self.examples.append(f"{kind}: {what}"[:300])


def read_dialogues(path: Path) -> list[Turns]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [[(text, value) for text, value in json.loads(line)["turns"]] for line in lines if line.strip()]


class Speaker:
    """One client: it asks dialogues until it is told to stop."""

    def __init__(self, number: int, url: str, dialogues: Sequence[Turns], think: float, known: set[str]) -> None:
        """`known` are the questions that are answered wrongly without load too: they are not held against it."""
        self._client, self._number = Client(url), number
        self._dialogues, self._think, self._known = dialogues, think, known
        self._random = random.Random(SEED + number)
        self.seen = Seen()
        self._asked = 0

    def go_on(self, until: float) -> None:
        while time.monotonic() < until:
            turns = self._random.choice(self._dialogues)
            self._asked += 1
            try:
                if self._asked % 4 == 0:
                    self.complete(turns, stream=self._asked % 8 == 0)
                else:
                    self.chat(turns, f"load-{self._number:02d}-{self._asked:05d}")
            except (OSError, KeyError, ValueError) as error:
                self.seen.wrong("error", f"{type(error).__name__}: {error}")
                self._client.close()

    def chat(self, turns: Turns, thread: str) -> None:
        """A dialogue in a thread, and the thread read back."""
        for number, (text, value) in enumerate(turns, start=1):
            reply = self._client.chat(text, thread)
            if not self._is_fine(reply):
                return
            self.seen.chat.append(reply.seconds)
            self.seen.first.append(reply.first)
            told = reply.record
            mine = (reply.thread, told.get("thread"), told.get("asked"), told.get("number"))
            if mine != (thread, thread, text, number) or reply.text.strip() != str(told.get("text")).strip():
                self.seen.wrong("mixed up", f"{mine} in {thread}, turn {number}: {text}")
            answers = told.get("answers") or [{}]
            self._check(text, value, answers[0].get("value"), reply.text, told.get("status"))
            self._pause()
        started = time.perf_counter()
        status, kept = self._client.get(f"/v1/threads/{thread}")
        if status == 429:
            self.seen.problems["429"] += 1
            return
        self.seen.threads.append(time.perf_counter() - started)
        if status != 200 or [one["asked"] for one in kept["turns"]] != [text for text, _ in turns]:
            self.seen.wrong("mixed up", f"{thread} holds {str(kept)[:200]}")

    def complete(self, turns: Turns, *, stream: bool) -> None:
        """A dialogue whose client sends all of it along each time."""
        messages: list[dict[str, str]] = []
        for text, value in turns:
            messages.append({"role": "user", "content": text})
            reply = self._client.complete(messages, stream=stream)
            if not self._is_fine(reply):
                return
            self.seen.completions.append(reply.seconds)
            if stream:
                self.seen.first.append(reply.first)
            if reply.record.get("question") not in (text, reply.record.get("explain", {}).get("understood")):
                self.seen.wrong("mixed up", f"{reply.record.get('question')!r} for {text!r}")
            self._check(text, value, reply.record.get("value"), reply.text, reply.record.get("status"))
            messages.append({"role": "assistant", "content": reply.text})
            self._pause()

    def _is_fine(self, reply: Reply) -> bool:
        if reply.status == 429:
            self.seen.problems["429"] += 1
            time.sleep(reply.wait or 1)
            return False
        if reply.status != 200 or "error" in reply.record or not reply.record:
            self.seen.wrong("error", f"{reply.status} {str(reply.record)[:200]}")
            return False
        return True

    def _check(self, text: str, value: Any, got: Any, said: str, status: Any) -> None:
        right = status == "refused" if value is None else value in said if isinstance(value, str) else got == value
        if not right and text not in self._known:
            self.seen.wrong("wrong answer", f"{text} -> {got} {said[:80]!r}, expected {value}")

    def _pause(self) -> None:
        if self._think:
            time.sleep(self._think * self._random.uniform(0.5, 1.5))


def seconds_of(several: Sequence[float]) -> dict[str, Any]:
    """Median and tail of some seconds."""
    if len(several) < 2:
        return {"n": len(several)}
    parts = statistics.quantiles(several, n=100, method="inclusive")
    return {
        "n": len(several), "median_s": round(parts[49], 3), "p95_s": round(parts[94], 3), "p99_s": round(parts[98], 3),
        "max_s": round(max(several), 3),
    }  # fmt: skip


def memory_of(samples: Sequence[tuple[float, float]]) -> dict[str, Any]:
    """Memory at the start, at half-time and at the end, and how it grew over the second half (least squares)."""
    later = samples[len(samples) // 2 :]
    if len(later) < 3:
        return {"samples": len(samples)}
    slope = statistics.linear_regression([at for at, _ in later], [held for _, held in later]).slope
    return {
        "start_mb": round(samples[0][1]), "half_mb": round(later[0][1]), "end_mb": round(later[-1][1]),
        "peak_mb": round(max(held for _, held in samples)), "second_half_mb_per_minute": round(slope * 60, 2),
    }  # fmt: skip


def alone(url: str, dialogues: Sequence[Turns]) -> tuple[set[str], dict[str, Any]]:
    """Ask each dialogue once, with nobody else asking: the questions answered wrongly, and the seconds."""
    speaker = Speaker(0, url, dialogues, 0.0, set())
    wrong = set()
    for number, turns in enumerate(dialogues):
        for text, value in turns:
            before = speaker.seen.problems.total()
            reply = speaker._client.chat(text, f"alone-{number}")
            told = reply.record
            answers = told.get("answers") or [{}]
            speaker._check(text, value, answers[0].get("value"), reply.text, told.get("status"))
            if speaker.seen.problems.total() > before:
                wrong.add(text)
            speaker.seen.chat.append(reply.seconds)
            speaker.seen.first.append(reply.first)
    return wrong, {"chat": seconds_of(speaker.seen.chat), "first_words": seconds_of(speaker.seen.first)}


def loaded(url: str, pid: int, dialogues: Sequence[Turns], given: argparse.Namespace) -> dict[str, Any]:
    """All clients at once, for as long as is wanted."""
    import psutil

    known, calm = alone(url, dialogues)
    speakers = [Speaker(n, url, dialogues, given.think, known) for n in range(1, given.clients + 1)]
    memory = Memory(pid)
    memory.start()
    until = time.monotonic() + given.seconds
    threads = [threading.Thread(target=one.go_on, args=(until,)) for one in speakers]
    watched, own = psutil.Process(pid), psutil.Process()
    before = sum(watched.cpu_times()[:2]), sum(own.cpu_times()[:2])
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    after = sum(watched.cpu_times()[:2]), sum(own.cpu_times()[:2])
    memory.stop()
    seen = [one.seen for one in speakers]
    problems = sum((one.problems for one in seen), Counter())
    every = [s for one in seen for s in (*one.chat, *one.completions)]
    for example in [text for one in seen for text in one.examples][:12]:
        print(example, file=sys.stderr)
    return {
        "clients": given.clients,
        "seconds": round(took),
        "think_s": given.think,
        "turns": len(every),
        "turns_per_second": round(len(every) / took, 1),
        "turn": seconds_of(every),
        "chat": seconds_of([s for one in seen for s in one.chat]),
        "first_words": seconds_of([s for one in seen for s in one.first]),
        "completions": seconds_of([s for one in seen for s in one.completions]),
        "thread_read": seconds_of([s for one in seen for s in one.threads]),
        "errors": problems["error"],
        "refused_429": problems["429"],
        "mixed_up": problems["mixed up"],
        "wrong_under_load": problems["wrong answer"],
        "wrong_alone": sorted(known),
        "alone": calm,
        "memory": memory_of(memory.samples),
        "cores_used": {
            "server": round((after[0] - before[0]) / took, 2),
            "clients": round((after[1] - before[1]) / took, 2),
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--think", type=float, default=0.0, help="seconds between turns, on average")
    parser.add_argument("--capacity", type=int, default=2, help="that of the server")
    parser.add_argument("--home", type=Path, help="a data directory; default: the sample reports in a new one")
    parser.add_argument("--library", default="default")
    parser.add_argument("--dialogues", type=Path, default=DIALOGUES)
    parser.add_argument("--name", default="serve", help="of the result")
    given = parser.parse_args()
    dialogues = read_dialogues(given.dialogues)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        if given.home is None:
            timed([FINAGENT, "ingest", str(REPORTS)], home)
        else:  # its libraries are read; conversations and all else go to the new one
            (home / "libraries").symlink_to((given.home / "libraries").absolute(), target_is_directory=True)
        cores = sorted(os.sched_getaffinity(0))[:2] if hasattr(os, "sched_getaffinity") else None
        options = ["--library", given.library, "--capacity", str(given.capacity)]
        with Served(home, *options, cores=cores) as served:
            result = loaded(served.url, served.process.pid, dialogues, given)
            result["ended_with"] = served.stop()
    keep(given.name, result, ["python", "-m", "benchmarks.bench_serve", *sys.argv[1:]])


if __name__ == "__main__":
    main()
