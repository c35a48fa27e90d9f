"""Run every benchmark that this machine has the data for: `make bench`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILINGS = ROOT.parent / "shared" / "data" / "filings"


def main() -> int:
    """Each benchmark in a process of its own; those whose filings are not there are skipped and named."""
    pdf, tagged = FILINGS / "pdf", sorted((FILINGS / "ixbrl-html").glob("*.htm*"))
    wanted: list[tuple[list[str], bool]] = [
        (["-m", "benchmarks.bench_cold"], True),
        (["-m", "benchmarks.bench_ingest", str(ROOT / "samples" / "reports")], True),
        (["-m", "benchmarks.bench_ingest", str(pdf)], pdf.is_dir()),
        (["-m", "benchmarks.bench_statements", *map(str, tagged)], bool(tagged)),
    ]
    failed = 0
    for arguments, possible in wanted:
        if possible:
            failed += subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False).returncode != 0
        else:
            print(f"skipped: {' '.join(arguments[1:2])} needs filings in {FILINGS.parent}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
