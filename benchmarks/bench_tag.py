"""How fast `finagent tag` is against the plain way, how well both label, and how long one line takes from cold.

    python -m benchmarks.bench_tag ../shared/data/sentiment/sentfin.jsonl ... [--adapter DIR] [--rounds 4] [--threads 2]

The rows are those whose texts the adapter's card holds out, so that it was not trained on them. The plain way is what
a first script does: torch, float32, batches of 8, padding to 128 tokens, the adapter beside the base instead of merged
into it. `finagent tag` reads a CSV file and writes one, as a user calls it, the opening of the model apart. Both take
turns: in each round the plain way gets a share of the rows, dealt out evenly, and `finagent tag` all of them. Targets:
15 times, macro-F1 within 0.005, a cold line in 1.5 s.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import FINAGENT, interleaved, keep

if TYPE_CHECKING:
    from adapters.card import Card
    from adapters.store import Installed
    from app.settings import Settings

Row = tuple[str, str, str]  # text, entity, label
_BATCH, _TOKENS = 8, 128
_LINE = "Larkmoor lifts its full-year outlook after orders beat expectations"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="+", type=Path, help="JSONL with text, entity and label")
    parser.add_argument("--adapter", help="a name or a directory [the one in use]")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        result = compare(given.data, home, given.adapter, given.rounds, given.threads)
        result["cold_line"] = cold_line(home, given.adapter)
    options = f"--rounds {given.rounds} --threads {given.threads}"
    keep("tag", result, ["python", "-m", "benchmarks.bench_tag", *(path.name for path in given.data), options])


def held_out(paths: list[Path], card: Card) -> list[Row]:
    """The rows whose texts the card holds out, each text with each entity once."""
    from adapters.card import text_id

    wanted = set(card.split.validation_ids)
    rows: dict[tuple[str, str], str] = {}
    for path in paths:
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line.strip():
                row = json.loads(line)
                if text_id(row["text"]) in wanted:
                    rows[row["text"], row.get("entity") or ""] = row["label"]
    return [(text, entity, label) for (text, entity), label in rows.items()]


def compare(data: list[Path], home: Path, adapter: str | None, rounds: int, threads: int) -> dict[str, Any]:
    """Rows a second and macro-F1 of both ways."""
    from app.settings import load_settings
    from app.wiring import find_adapter, open_sentiment

    settings = load_settings({"home": home, "threads": threads, "adapter": adapter}, environ={})
    found = find_adapter(settings)
    rows = held_out(data, found.card)
    started = time.perf_counter()
    model = open_sentiment(settings, found)
    model.probabilities([_LINE])
    opening = time.perf_counter() - started
    plain = PlainWay(settings, found, threads)
    source, target = home / "rows.csv", home / "tagged.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "entity"), *((text, entity) for text, entity, _ in rows)])
    plain.labels(rows[: 2 * _BATCH])  # warm
    ours: list[str] = tag_file(source, target, model)
    theirs: dict[int, str] = {}
    speeds: dict[str, list[float]] = {"plain": [], "tag": []}
    for turn in range(rounds):
        places = range(turn, len(rows), rounds)
        started = time.perf_counter()
        theirs |= dict(zip(places, plain.labels([rows[place] for place in places]), strict=True))
        speeds["plain"].append(len(places) / (time.perf_counter() - started))
        started = time.perf_counter()
        ours = tag_file(source, target, model)
        speeds["tag"].append(len(rows) / (time.perf_counter() - started))
    ratios = [tag / one for tag, one in zip(speeds["tag"], speeds["plain"], strict=True)]
    said = [theirs[place] for place in range(len(rows))]
    return {
        "adapter": model.name,
        "engine": f"{model.engine} {model.precision}",
        "rows": len(rows),
        "rounds": rounds,
        "threads": threads,
        "first_opening_s": round(opening, 2),
        "plain_rows_per_second": round(statistics.median(speeds["plain"]), 1),
        "tag_rows_per_second": round(statistics.median(speeds["tag"]), 1),
        "ratio": round(statistics.median(ratios), 2),
        "ratio_min": round(min(ratios), 2),
        "ratio_max": round(max(ratios), 2),
        "plain_macro_f1": macro_f1(rows, said),
        "tag_macro_f1": macro_f1(rows, ours),
        "tag_macro_f1_of": {path.stem: macro_f1_of([path], found.card, rows, ours) for path in data},
        "same_label": round(sum(a == b for a, b in zip(said, ours, strict=True)) / len(rows), 4),
    }


def macro_f1_of(paths: list[Path], card: Card, rows: list[Row], said: list[str]) -> dict[str, Any]:
    """Macro-F1 over the rows that stand in `paths`, and how many they are."""
    chosen = set(held_out(paths, card))
    kept = [(row, label) for row, label in zip(rows, said, strict=True) if row in chosen]
    return {"rows": len(kept), "macro_f1": macro_f1([row for row, _ in kept], [label for _, label in kept])}


def tag_file(source: Path, target: Path, model: Any) -> list[str]:
    """Tag a CSV file into another one, journal and all; gives the labels."""
    from app.rowfiles import ADDED, open_rows, open_writer
    from app.rows.journal import Journal
    from app.rows.whole import hidden, whole_output
    from app.tagging import Plan, tag_rows

    rows = open_rows(str(source), form=None, encoding=None, added=ADDED)
    journal = Journal(hidden(target, "journal"), {}, resume=False)
    with whole_output(target) as file:
        tag_rows(rows, Plan("text", "entity"), model, open_writer(rows, "csv", file, ADDED), journal=journal)
    journal.close(done=True)
    rows.close()
    with target.open(encoding="utf-8", newline="") as written:
        return [row["sentiment"] for row in csv.DictReader(written)]


class PlainWay:
    """torch, float32, batches of 8 padded to 128 tokens, the adapter not merged."""

    def __init__(self, settings: Settings, adapter: Installed, threads: int) -> None:
        import torch

        from adapters.bases import resolve_base
        from adapters.serving.models import load_model, load_tokenizer

        torch.set_num_threads(threads)
        self.card = adapter.card
        base = resolve_base(self.card.base.name, home=settings.home)
        self.model = load_model(adapter.directory, base, self.card, merge=False)
        self.tokenizer = load_tokenizer(base, adapter.directory)

    def labels(self, rows: list[Row]) -> list[str]:
        """The likeliest label of each row."""
        import torch

        from adapters.inputs import segments

        found: list[str] = []
        for start in range(0, len(rows), _BATCH):
            pairs = [segments(text, entity, self.card.input) for text, entity, _ in rows[start : start + _BATCH]]
            firsts, seconds = [first for first, _ in pairs], [second or "" for _, second in pairs]
            two = any(second for second in seconds)
            batch = self.tokenizer(
                firsts, seconds if two else None, padding="max_length", truncation="longest_first",
                max_length=_TOKENS, return_tensors="pt",
            )  # fmt: skip
            with torch.no_grad():
                best = self.model(**batch).logits.argmax(dim=1)
            found += [self.card.labels[int(place)] for place in best]
        return found


def macro_f1(rows: list[Row], said: list[str]) -> float:
    """The mean of the three labels' F1."""
    from adapters.training.evaluate import evaluate_sentiment

    report = evaluate_sentiment([label for _, _, label in rows], predictions=said, resamples=1)
    return round(report.macro_f1, 4)


def cold_line(home: Path, adapter: str | None) -> dict[str, Any]:
    """Seconds of `finagent tag` for one line, a process each, with `--help` as what Python and the imports cost."""
    source = home / "line.txt"
    source.write_text(_LINE + "\n", encoding="utf-8")
    command = [FINAGENT, "tag", str(source), "--output", str(home / "line.tsv")]
    command += ["--adapter", adapter] if adapter else []
    interleaved({"tag": command}, home, 1)  # the first one may build the engine
    return interleaved({"tag": command, "help": [FINAGENT, "--help"]}, home, 5)


if __name__ == "__main__":
    main()
