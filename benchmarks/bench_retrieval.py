"""Retrieval and answers in quotes, on questions whose gold pages are known.

    python benchmarks/bench_retrieval.py [QUESTIONS.jsonl] [--filings DIR] [--home DIR]

Each line of QUESTIONS has `question`, `document` and `evidence` [{document, page}]. The filings are ingested into a
library in `--home` (a temporary directory by default) where they are not yet. Reported are the questions that have a
gold page among the first one, five and ten pages: by meaning alone, by words alone, fused, within the filing, and with
the filings' own words and the statements added; then quotes: gold pages cited, seconds, and what is refused.
`word_questions.jsonl` beside this file holds more questions, whose answers are sentences and tables.
Without the questions or the filings (`../shared`) there is nothing to measure, and it says so.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app.settings import Settings
from app.wiring import open_library
from benchmarks.harness import keep
from chains.ask import Asker
from chains.questions.question import read_question
from chains.sentences.filings import filings_for
from chains.sentences.retrieval import PageRetriever, Weights, topic_of
from chains.sentences.words import answer_words
from ingest.index import Fusion
from ingest.library import Library
from ingest.pipeline import ingest_paths

SHARED = Path(__file__).resolve().parents[2] / "shared"
# Nothing of the kind is in the annual report of a manufacturer, a retailer, an insurer or a software house.
ABSENT = (
    "How many oil wells did the company drill?",
    "What drove the change in iron ore shipments?",
    "How many hotel rooms does the company operate?",
    "Does the company mine uranium?",
    "What is the average length of haul of its railroad?",
    "Does the company breed horses?",
    "What was the yield per acre of its soybean farms?",
    "How many casinos does the company own in Macau?",
    "Which telescopes does the company operate on Mars?",
    "What is the recipe for apple pie?",
    # Of topics that every report speaks of, about parts that the company has not.
    "How many employees work on its oil rigs?",
    "Is its railroad business seasonal?",
    "Did the company acquire a gold mine?",
    "What dividends did its soccer club pay?",
    "What restructuring happened at its shipyards?",
)
Place = tuple[str, int]
RESULT: dict[str, Any] = {}


def rank_of(found: Sequence[Place], question: dict[str, Any]) -> int:
    """The place of the first gold page from 1; 0 where there is none."""
    gold = {(e["document"], e["page"]) for e in question["evidence"]}
    return next((n for n, place in enumerate(found, start=1) if place in gold), 0)


def report(name: str, questions: Sequence[dict[str, Any]], find: Callable[[dict[str, Any]], Sequence[Place]]) -> None:
    seconds, ranks = [], []
    for question in questions:
        started = time.perf_counter()
        found = find(question)
        seconds.append(time.perf_counter() - started)
        ranks.append(rank_of(found, question))
    shares = " ".join(f"@{k} {sum(0 < r <= k for r in ranks) / len(ranks):6.1%}" for k in (1, 5, 10))
    print(f"{name:44s} {shares}  {statistics.median(seconds) * 1000:5.0f} ms")
    RESULT[name] = {f"at_{k}": round(sum(0 < r <= k for r in ranks) / len(ranks), 4) for k in (1, 5, 10)}


def measure_pages(library: Library, questions: Sequence[dict[str, Any]]) -> None:
    documents = {d.name: d for d in library.documents()}

    def own(question: dict[str, Any]) -> list[Any]:
        return [documents[question["document"]]]

    def searched(fusion: Fusion, *, within: bool) -> Callable[[dict[str, Any]], list[Place]]:
        def find(question: dict[str, Any]) -> list[Place]:
            names = [question["document"]] if within else None
            core = read_question(question["question"]).core
            query = topic_of(core, own(question)) if within else core
            hits = library.search(query, 40, names, fusion=fusion)
            return list(dict.fromkeys((hit.passage.document, hit.passage.page) for hit in hits))

        return find

    def ranked(retriever: PageRetriever) -> Callable[[dict[str, Any]], list[Place]]:
        return lambda q: [(p.document, p.page) for p in retriever.pages(q["question"], own(q), 10)]

    for within in (False, True):
        where = "within the filing" if within else "whole library"
        for name, fusion in (("meaning", Fusion(1, 0)), ("words", Fusion(0, 1)), ("fused", Fusion())):
            report(f"{name}, {where}", questions, searched(fusion, within=within))
    report("pages, within the filing", questions, ranked(PageRetriever(library.index, None, Weights(synonyms=0))))
    report("pages + words of filings", questions, ranked(PageRetriever(library.index)))
    report("pages + words of filings + statements", questions, ranked(PageRetriever(library.index, library.ledger)))
    report("the same, filing found from the question", questions, from_question(library))


def from_question(library: Library) -> Callable[[dict[str, Any]], list[Place]]:
    """Retrieval as `ask` does it: no hint, the company and the year are read from the question."""
    asker, retriever = Asker(library), PageRetriever(library.index, library.ledger)

    def find(question: dict[str, Any]) -> list[Place]:
        reading = asker.read(question["question"])
        held: Sequence[Any] = reading.scope.documents if reading.scope else library.documents()
        if reading.context and not reading.anywhere:
            held = filings_for(held, [r.period for r in reading.context.periods])[0] or held
        return [(p.document, p.page) for p in retriever.pages(question["question"], held, 10)]

    return find


def measure_quotes(library: Library, questions: Sequence[dict[str, Any]]) -> None:
    cited, answered, seconds = 0, 0, []
    for question in questions:
        started = time.perf_counter()
        said = answer_words(question["question"], None, library, documents=[question["document"]])
        seconds.append(time.perf_counter() - started)
        answered += bool(said.text)
        cited += bool(rank_of([(c.document, c.page) for c in said.citations or said.nearest], question))
    names = sorted({question["document"] for question in questions})
    refused = [not answer_words(q, None, library, documents=[name]).text for name in names for q in ABSENT]
    n = len(questions)
    RESULT["quotes"] = {"answered": answered / n, "cited": cited / n, "refused_absent": sum(refused) / len(refused)}
    print(f"quotes: answered {answered / n:.1%}, gold page cited {cited / n:.1%}, {n} questions without a number")
    print(f"quotes: median {statistics.median(seconds) * 1000:.0f} ms, slowest {max(seconds) * 1000:.0f} ms")
    print(f"quotes: refused {sum(refused) / len(refused):.1%} of {len(refused)} questions about what is not there")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path, nargs="?", default=SHARED / "eval" / "financebench_dev.jsonl")
    parser.add_argument("--filings", type=Path, default=SHARED / "data" / "filings" / "pdf")
    parser.add_argument("--home", type=Path, help="a data directory to use and keep")
    options = parser.parse_args()
    if not options.questions.exists() or not options.filings.is_dir():
        print(f"skipped: {options.questions} or {options.filings} is not there")
        return
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(home=options.home or Path(scratch))
        with open_library(settings, create=True) as library:
            held = {d.name for d in library.documents()}
            missing = sorted(f for f in options.filings.glob("*.pdf") if f.stem not in held)
            started = time.perf_counter()
            pages = sum(result.pages for result in ingest_paths(missing, library)) if missing else 0
            if missing:
                print(f"ingested {pages} pages at {pages / (time.perf_counter() - started):.1f} pages/s")
            held = {d.name for d in library.documents()}
            lines = [json.loads(line) for line in options.questions.read_text(encoding="utf-8").splitlines() if line]
            questions = [q for q in lines if q["document"] in held]
            measure_pages(library, questions)
            measure_quotes(library, [q for q in questions if q.get("type") != "metrics-generated"])
            keep("retrieval", RESULT, ["python", "-m", "benchmarks.bench_retrieval"])


if __name__ == "__main__":
    main()
