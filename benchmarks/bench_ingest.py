"""Ingest speed and memory, end to end with embeddings, and how long a second run over the same files takes.

    python -m benchmarks.bench_ingest FOLDER [--rounds 1]

Targets: 25 pages/s in under 2 GB on 2 cores; unchanged, under 1 s for 100 files.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path

from benchmarks.harness import FINAGENT, Run, keep, timed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    command = [FINAGENT, "ingest", options.folder, "--json"]
    first: list[Run] = []
    again: list[Run] = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            timed([FINAGENT, "ingest", __file__], Path(folder))  # builds the engine, refuses the file
            first.append(timed(command, Path(folder)))
            again.append(timed(command, Path(folder)))
    rows = [json.loads(line) for line in first[0].out.splitlines()]
    pages = sum(row["pages"] for row in rows)
    seconds = statistics.median(run.seconds for run in first)
    result = {
        "files": len(rows),
        "failed": sum(row["status"] == "failed" for row in rows),
        "pages": pages,
        "figures": sum(row["figures"] for row in rows),
        "seconds": round(seconds, 2),
        "pages_per_second": round(pages / seconds, 1),
        "peak_mb": round(max(run.peak_mb for run in first)),
        "unchanged_s": round(statistics.median(run.seconds for run in again), 2),
    }
    name = Path(options.folder).resolve().name
    keep(f"ingest_{name}", result, ["python", "-m", "benchmarks.bench_ingest", name])


if __name__ == "__main__":
    main()
