"""The questions of an evaluation over a library of all its filings: right, wrong and refused, pages, time, support.

    python -m benchmarks.bench_financebench FILINGS_DIRECTORY QUESTIONS.jsonl [SCORER.py] [--home DIR] [--library NAME]

No question names its document. The filings are ingested first, into `--home` (a new one, unless given); with
`--library` nothing is: that library of `--home` is asked as it is.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.settings import load_settings
from app.wiring import open_ask, open_library
from benchmarks.harness import keep, summary
from benchmarks.number_audit import unsupported
from ingest.pipeline import ingest_paths


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("filings", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("scorer", type=Path, nargs="?")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--library", help="ask this library of --home as it is; nothing is ingested")
    parser.add_argument("--output", type=Path, help="keep the answers here")
    options = parser.parse_args()
    if options.library and not options.home:
        parser.error("--library names a library of --home; give --home DIR too")
    with tempfile.TemporaryDirectory() as scratch:
        home = options.home or Path(scratch)
        output = options.output or Path(scratch) / "answers.jsonl"
        settings = load_settings({"home": home, "library": options.library}, environ={})
        with open_library(settings, create=not options.library) as library:
            failed = [] if options.library else [r for r in ingest_paths([options.filings], library) if r.error]
            documents = library.documents()
            names = {n for d in documents for n in (d.name, d.company, *d.aliases) if n}
            lines = [json.loads(line) for line in options.questions.read_text().splitlines() if line.strip()]
            asked = [line for line in lines if line.get("document_present", True)]
            ask, seconds, wrong = open_ask(library, settings), [], []
            with output.open("w", encoding="utf-8") as file:
                for line in asked:
                    started = time.perf_counter()
                    answer = ask.invoke({"id": line["id"], "question": line["question"]})
                    seconds.append(time.perf_counter() - started)
                    record = answer.record()
                    file.write(json.dumps(record, default=str) + "\n")
                    if record["status"] == "answered":
                        wrong += [(record["id"], w) for w in unsupported(record, library.ledger.figure, names)]
        score = []
        if options.scorer:
            command = [sys.executable, str(options.scorer), str(options.questions), str(output)]
            score = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip().splitlines()
        result = {
            "score": score,
            "questions": len(asked),
            "documents": len(documents),
            "failed_files": len(failed),
            "unsupported_numbers": wrong,
            "warm": summary(seconds),
        }
        keep(
            "financebench", result, ["python", "-m", "benchmarks.bench_financebench", "FILINGS", "QUESTIONS", "SCORER"]
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
