"""How long the shipped recipe trains, and what its adapter is worth on the headlines that it held out.

    python -m benchmarks.bench_train ../shared/data/sentiment/sentfin.jsonl ... [--threads 2]

The same call as a user's, in a process of its own, from reading the files to the adapter with its card. Target: under
15 minutes on two cores, macro-F1 0.87 over the held-out headlines of each file.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from benchmarks.harness import FINAGENT, keep, timed

RECIPE = "minilm-shipped"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, help="labelled rows")
    parser.add_argument("--keep", type=Path, help="a folder to keep the trained adapter in")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    files, threads = [str(path) for path in given.data], str(given.threads)
    with tempfile.TemporaryDirectory() as folder:
        home, adapter = Path(folder), str(Path(folder) / "sentiment-minilm")
        licence = "SEntFiN 1.0: MIT; FinEntity: ODC-BY 1.0; sentence forms: Apache-2.0"
        options = ["--licence", licence, "--recipe", RECIPE, "--threads", threads, "--output", adapter, "--json"]
        trained = timed([FINAGENT, "train", "sentiment", "--data", *files, *options], home)
        said = json.loads(trained.out)
        if given.keep:
            shutil.copytree(adapter, given.keep)
        measured = {}
        for path in given.data:
            tested = ["eval", "sentiment", "--data", str(path), "--held-out", "--adapter", adapter, "--json"]
            said_of = json.loads(timed([FINAGENT, *tested], home).out)
            measured[path.stem] = {key: round(said_of[key], 4) for key in ("n", "accuracy", "macro_f1", "ece")}
    result = {
        "recipe": RECIPE,
        "threads": given.threads,
        "seconds": round(trained.seconds, 1),
        "peak_mb": round(trained.peak_mb),
        "validation": said["metrics"],
        "held_out": measured,
    }
    names = [path.name for path in given.data]
    keep("train", result, ["python", "-m", "benchmarks.bench_train", *names, "--threads", threads])


if __name__ == "__main__":
    main()
