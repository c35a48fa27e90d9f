"""Run every benchmark that this machine has the data for: `make bench`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILINGS = ROOT.parent / "shared" / "data" / "filings"
SENTIMENT, REPORT_QA = FILINGS.parent / "sentiment", FILINGS.parent / "report_qa"
EVALUATION = ROOT.parent / "shared" / "eval"
QUESTIONS, SCORER = EVALUATION / "financebench_dev.jsonl", EVALUATION / "score_financebench.py"


def main() -> int:
    """Each benchmark in a process of its own; those whose data is not there are skipped and named."""
    pdf, tagged = FILINGS / "pdf", sorted((FILINGS / "ixbrl-html").glob("*.htm*"))
    evaluated = pdf.is_dir() and QUESTIONS.is_file()
    labelled, asked = sorted(SENTIMENT.glob("*.jsonl")), sorted(REPORT_QA.glob("*.jsonl"))
    with tempfile.TemporaryDirectory() as home:
        # What speaks of filings shares one library of all of them.
        wanted: list[tuple[list[str], bool]] = [
            (["benchmarks.bench_cold"], True),
            (["benchmarks.bench_ingest", str(ROOT / "samples" / "reports")], True),
            (["benchmarks.bench_ingest", str(pdf)], pdf.is_dir()),
            (["benchmarks.bench_statements", *map(str, tagged)], bool(tagged)),
            (["benchmarks.bench_tag", *map(str, labelled)], bool(labelled)),
            (["benchmarks.bench_train", *map(str, labelled)], bool(labelled)),
            (["benchmarks.bench_report_qa", *map(str, asked)], bool(asked)),
            (["benchmarks.bench_financebench", str(pdf), str(QUESTIONS), str(SCORER), "--home", home], evaluated),
            (["benchmarks.bench_retrieval", "--home", home], evaluated),
            (["benchmarks.bench_calibration", "--home", home, "default"], evaluated),
            (["benchmarks.bench_dialogues", *(["--home", home, "--filings", "default"] if evaluated else [])], True),
            (["benchmarks.bench_requests", *(["--home", home, "--library", "default"] if evaluated else [])], True),
            (["benchmarks.bench_chat"], True),
            (["benchmarks.bench_serve"], True),
        ]
        failed = 0
        for arguments, possible in wanted:
            if possible:
                failed += subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, check=False).returncode != 0
            else:
                print(f"skipped: {arguments[0]} needs data in {FILINGS.parent}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
