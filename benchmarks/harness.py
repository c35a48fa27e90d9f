"""What the benchmarks share: timed processes, medians, results with what made them.

A command is timed as a whole process, several times, and the commands of a comparison take turns, so that a machine
that grows slower meanwhile slows all of them alike.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
FINAGENT = str(Path(sys.executable).parent / "finagent")


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall time in seconds, its largest memory with its children in MB, and what it printed."""

    seconds: float
    peak_mb: float
    out: str


def timed(command: Sequence[str], home: Path) -> Run:
    """Run a command once with its own data directory. Raises CalledProcessError if it ends with more than 1."""
    import psutil

    environment = {**os.environ, "FINAGENT_HOME": str(home)}
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    watched, peak = psutil.Process(process.pid), 0.0
    while True:
        try:
            # measuring memory costs time itself: seldom, once a process has run for a while
            out, err = process.communicate(timeout=0.05 if time.perf_counter() - started < 5 else 2)
            break
        except subprocess.TimeoutExpired:
            peak = max(peak, _memory_mb(watched))
    seconds = time.perf_counter() - started
    if process.returncode > 1:
        raise subprocess.CalledProcessError(process.returncode, command, out, err)
    return Run(seconds, peak, out)


def _memory_mb(process: Any) -> float:
    """Unique memory of a process and its children now, in MB."""
    import psutil

    total = 0
    try:
        for one in (process, *process.children(recursive=True)):
            total += one.memory_full_info().uss
    except psutil.Error:
        return 0.0
    return total / 1e6


def interleaved(commands: Mapping[str, Sequence[str]], home: Path, rounds: int) -> dict[str, dict[str, Any]]:
    """Run several commands in turns; for each its median, smallest and largest seconds."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(timed(command, home))
    return {name: summary([run.seconds for run in several]) for name, several in runs.items()}


def summary(seconds: Sequence[float]) -> dict[str, Any]:
    return {
        "median_s": round(statistics.median(seconds), 4),
        "min_s": round(min(seconds), 4),
        "max_s": round(max(seconds), 4),
        "n": len(seconds),
    }


def keep(name: str, result: Mapping[str, Any], command: Sequence[str]) -> None:
    """Print a result and keep it as benchmarks/results/<name>.json with the command, the date and the machine."""
    from importlib.metadata import version

    RESULTS.mkdir(exist_ok=True)
    made = {
        "benchmark": name,
        "command": " ".join(command),
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {"cores": os.cpu_count(), "arch": platform.machine(), "python": platform.python_version()},
        "finagent": version("finagent"),
        "load_1min": round(os.getloadavg()[0], 1),
        "result": dict(result),
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    print(name, json.dumps(dict(result)))
