"""How long a user waits: `--help`, one cold question, warm questions in a batch, an unchanged ingest.

    python -m benchmarks.bench_cold [--rounds 5]

Over the sample reports, so that it runs anywhere. Targets: help 0.3 s, cold 2.5 s, warm 0.150 s at the median.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from benchmarks.harness import FINAGENT, interleaved, keep, summary, timed

REPORTS = Path(__file__).parents[1] / "samples" / "reports"
QUESTIONS = (
    "What was Larkmoor's capital expenditure in fiscal 2025, in USD millions?",
    "What was the current ratio of Larkmoor at the end of FY2025?",
    "What drove the growth of Flow Measurement at Larkmoor in fiscal 2025?",
    "How much did Northmere's net sales grow in Q3 of fiscal 2025, year over year?",
    "What was Harrowgate's net interest income in 2025?",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        timed([FINAGENT, "ingest", str(REPORTS)], home)
        result = interleaved(
            {
                "help": [FINAGENT, "--help"],
                "ask_figure": [FINAGENT, "ask", QUESTIONS[0]],
                "ask_words": [FINAGENT, "ask", QUESTIONS[2]],
                "ingest_unchanged": [FINAGENT, "ingest", str(REPORTS)],
            },
            home,
            rounds,
        )
        asked, answers = home / "questions.jsonl", home / "answers.jsonl"
        lines = [json.dumps({"id": str(n), "question": q}) for n, q in enumerate(QUESTIONS * 8)]
        asked.write_text("\n".join(lines), encoding="utf-8")
        timed([FINAGENT, "ask", "--file", str(asked), "--output", str(answers)], home)
        seconds = [json.loads(line)["seconds"] for line in answers.read_text(encoding="utf-8").splitlines()]
        result["ask_warm"] = summary(seconds)
    keep("cold", result, ["python", "-m", "benchmarks.bench_cold", "--rounds", str(rounds)])


if __name__ == "__main__":
    main()
