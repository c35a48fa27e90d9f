"""How many report questions an adapter answers rightly on pages that it was not trained on, and how long one takes.

    python -m benchmarks.bench_report_qa ../shared/data/report_qa/finqa_dev.jsonl ... [--adapter DIR] [--threads 2]

Of each file the questions are asked whose page the adapter's card holds out, with the gold page as evidence: one at a
time, the model warm, as `finagent ask` asks it; nothing that was read of a table for an earlier question is kept.
Targets: FinQA execution accuracy 0.50; TAT-QA exact match 0.50 and F1 0.58; ConvFinQA execution accuracy 0.50; a
question in 0.150 s at the median; an adapter of at most 16 MB.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import keep

if TYPE_CHECKING:
    from adapters.report_qa.forms import Example
    from adapters.training.report_qa.predictions import Answerer, Answers

_WARM = 5
_LEFT_OUT = ("risk_coverage", "reliability", "by_source")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, help="rows of question, table, text and answer")
    parser.add_argument("--adapter", help="a name or a directory [the one in use]")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(given.data, Path(folder), given.adapter, given.threads)
    names = [path.name for path in given.data]
    keep("report_qa", result, ["python", "-m", "benchmarks.bench_report_qa", *names, f"--threads {given.threads}"])


def measure(data: list[Path], home: Path, adapter: str | None, threads: int) -> dict[str, Any]:
    """What the adapter's answers to each file are worth."""
    from app.settings import load_settings
    from app.wiring import find_adapter, open_report_qa

    settings = load_settings({"home": home, "threads": threads, "adapter": adapter}, environ={})
    found = find_adapter(settings, "report-qa")
    rows = {path.stem: unseen(path, found.card) for path in data}
    started = time.perf_counter()
    model = open_report_qa(settings, found)
    opening = time.perf_counter() - started
    for row in next(iter(rows.values()))[:_WARM]:
        model.answer([row.evidence])
    return {
        "adapter": model.name,
        "engine": model.engine,
        "adapter_mb": round(sum(file.stat().st_size for file in found.directory.iterdir() if file.is_file()) / 1e6, 2),
        "threads": threads,
        "opening_s": round(opening, 2),
        "files": {name: measures(ask_each(model, some)) for name, some in rows.items()},
    }


def unseen(path: Path, card: Any) -> list[Example]:
    """The rows of a file on held-out pages; all of a file of which the adapter knows no page.

    Raises SystemExit where the adapter was trained on all that there is.
    """
    from adapters.training.report_qa.predictions import held_out, trained_pages
    from adapters.training.report_qa.rows import read_rows

    read = read_rows([path], repeated=True)
    held = held_out(read.examples, card)
    if not held and trained_pages(read.examples, [source.sha256 for source in read.sources], card):
        raise SystemExit(f"{path}: {card.name} was trained on all of its pages; expected a file with held-out pages")
    return held or read.examples


def ask_each(model: Answerer, rows: list[Example]) -> Answers:
    """Each question by itself, with its seconds."""
    from adapters.report_qa.evidence import candidates_of
    from adapters.report_qa.grid import read_grid
    from adapters.training.report_qa.predictions import Answers

    answered, seconds = [], []
    for row in rows:
        candidates_of.cache_clear()
        read_grid.cache_clear()
        started = time.perf_counter()
        answered += model.answer([row.evidence])
        seconds.append(time.perf_counter() - started)
    return Answers(rows, answered, seconds)


def measures(said: Answers) -> dict[str, Any]:
    """The measures with their intervals; curves are left out."""
    report = said.evaluated()
    if report is None:
        return {"n": 0}
    return {name: value for name, value in report.record().items() if name not in _LEFT_OUT and value is not None}


if __name__ == "__main__":
    main()
