"""How long a user of the server waits: the first words of an answer, and the first paint of the page.

    python -m benchmarks.bench_chat [--rounds 10]

Over the sample reports, one question at a time, warm. The first words are the first `piece` of /v1/chat; before it
comes the first `step`, which the page shows at once. Questions of four kinds: a figure, a follow-up, a metric, and one
that only the text answers. The paint is Chromium's first contentful paint, headless, with an empty cache each time;
without Playwright and Chromium it is left out. Targets: first words 0.5 s, first paint 1 s.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.bench_serve import seconds_of
from benchmarks.harness import FINAGENT, keep, summary, timed
from benchmarks.served import Client, Served

REPORTS = Path(__file__).parents[1] / "samples" / "reports"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
KINDS = {
    "figure": "What was Larkmoor's revenue in FY2025?",
    "follow_up": "And in fiscal 2024?",
    "metric": "What was the current ratio of Larkmoor at the end of FY2025?",
    "words": "What drove the growth of Flow Measurement at Larkmoor in fiscal 2025?",
}
PAINTED = """() => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    const load = performance.getEntriesByType('navigation')[0];
    return [paint ? paint.startTime : null, load.loadEventEnd];
}"""


def first_words(url: str, rounds: int) -> dict[str, Any]:
    """Seconds to the first words and to the end of an answer, by kind of question."""
    client = Client(url)
    for text in KINDS.values():
        client.chat(text, "warm")
    first: dict[str, list[float]] = {kind: [] for kind in KINDS}
    whole: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(rounds):
        for kind, text in KINDS.items():
            reply = client.chat(text, f"measured-{number}")
            if reply.status != 200 or reply.record.get("status") != "answered":
                raise RuntimeError(f"{text}: {reply.status} {reply.text} {str(reply.record)[:200]}")
            first[kind].append(reply.first)
            whole[kind].append(reply.seconds)
    every = [seconds for several in first.values() for seconds in several]
    return {
        "first_words": seconds_of(every),
        **{f"{kind}_first_words": seconds_of(first[kind]) for kind in KINDS},
        **{f"{kind}_whole": seconds_of(whole[kind]) for kind in KINDS},
    }


def first_paint(url: str, rounds: int) -> dict[str, Any]:
    """Seconds to the first paint and to the end of loading of the page; {} without a browser."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None or find_spec("playwright") is None:
        print("no Chromium or no Playwright: the paint is not measured", file=sys.stderr)
        return {}
    from playwright.sync_api import sync_playwright

    painted, loaded = [], []
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for number in range(rounds + 1):
            context = browser.new_context(viewport={"width": 1280, "height": 800})
            page = context.new_page()
            page.goto(url, wait_until="load")
            page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
            paint, load = page.evaluate(PAINTED)
            if number:  # the first one starts the browser's own parts
                painted.append(paint / 1000)
                loaded.append(load / 1000)
            context.close()
        browser.close()
    return {"first_paint": summary(painted), "page_loaded": summary(loaded), "p95_paint_s": p95(painted)}


def p95(several: list[float]) -> float:
    return round(statistics.quantiles(several, n=20, method="inclusive")[-1], 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        timed([FINAGENT, "ingest", str(REPORTS)], home)
        with Served(home) as served:
            result = {**first_words(served.url, rounds), **first_paint(served.url, rounds)}
    keep("chat", result, ["python", "-m", "benchmarks.bench_chat", "--rounds", str(rounds)])


if __name__ == "__main__":
    main()
