"""How many turns of a conversation are answered rightly, each asked after the turns before it.

    python -m benchmarks.bench_dialogues [--home DIR --filings NAME] [--samples NAME] [--kept] [--alone] [--file FILE]

`benchmarks/dialogues.jsonl` holds the conversations; DIALOGUES.md says how they are to be read. The sample reports are
ingested into a directory of this run unless `--samples` names a library of `--home` that holds them. The turns of
"kept" dialogues (none now: DIALOGUES.md) are only asked with `--kept`, and of them nothing but rates is shown.
`--alone` asks every turn without the ones before it, to tell what the history is worth. `--file` plays other dialogues
of the same format; their result is kept under that file's name. Target: 80 % of turns right.

A number that a quoted sentence holds, where the answer itself has no value, counts as right only in `with_quotes`.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.harness import keep

if TYPE_CHECKING:
    from chains.answers.answer import Answer
    from chains.messages import Answering

DIALOGUES = Path(__file__).parent / "dialogues.jsonl"
REPORTS = Path(__file__).parents[1] / "samples" / "reports"
TOLERANCE = Decimal("0.005")
"""Relative deviation that is still right."""
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SHARES_OF_ONE = ("percent", "percentage points", "basis points")
_LAST_POSITION = 5


@dataclass(frozen=True, slots=True)
class Scored:
    """A turn with what was answered to it. `right` is strict; `quoted` that the number stands in a quoted sentence."""

    dialogue: Mapping[str, Any]
    position: int
    answer: Answer
    right: bool
    quoted: bool
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="the data directory of the libraries that are named")
    parser.add_argument("--filings", help="the library of the filings; without it their dialogues are left out")
    parser.add_argument("--samples", help="the library of the sample reports [ingested for this run]")
    parser.add_argument("--kept", action="store_true", help="ask the kept dialogues too, and show their rates")
    parser.add_argument("--alone", action="store_true", help="ask every turn without those before it")
    parser.add_argument("--only", help="ids of dev dialogues, with commas between; nothing is kept as a result")
    parser.add_argument("--file", type=Path, default=DIALOGUES, help="the dialogues [benchmarks/dialogues.jsonl]")
    given = parser.parse_args()
    dialogues = [json.loads(line) for line in given.file.read_text(encoding="utf-8").splitlines() if line.strip()]
    dialogues = [d for d in dialogues if d["split"] != "kept" or given.kept]
    if given.only:
        dialogues = [d for d in dialogues if d["split"] != "kept" and d["id"] in given.only.split(",")]
    with libraries(given.home, {"samples": given.samples, "filings": given.filings}) as askers:
        scored = [
            turn
            for dialogue in dialogues
            if dialogue["library"] in askers
            for turn in play(askers[dialogue["library"]], dialogue, alone=given.alone)
        ]
    for turn in scored:
        if turn.dialogue["split"] != "kept" and not (turn.right or turn.quoted):
            show(turn)
    result = measures(scored)
    if given.only or given.alone:
        print(json.dumps(result, indent=1))
    else:
        flags = "--home HOME --filings LIBRARY" + (" --kept" if given.kept else "")
        if given.file != DIALOGUES:
            flags += f" --file {given.file}"
        keep(given.file.stem, result, ["python", "-m", "benchmarks.bench_dialogues", flags])


@contextmanager
def libraries(home: Path | None, names: Mapping[str, str | None]) -> Iterator[dict[str, Answering]]:
    """An asker with follow-ups for each library that there is, by its name in the dialogues."""
    from app.settings import load_settings
    from app.wiring import open_asker, open_library
    from chains.agent.follow_up import Conversing
    from ingest.pipeline import ingest_paths

    with ExitStack() as stack:
        made: dict[str, Answering] = {}
        for name, library in names.items():
            if library is None and name == "samples":
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
                settings = load_settings({"home": folder}, environ={})
                opened = stack.enter_context(open_library(settings, create=True))
                for result in ingest_paths([REPORTS], opened, workers=1):
                    assert result.error is None, result.error
            elif library is None or home is None:
                continue
            else:
                settings = load_settings({"home": home, "library": library}, environ={})
                opened = stack.enter_context(open_library(settings))
            made[name] = Conversing(open_asker(opened, settings))
        yield made


def play(asker: Answering, dialogue: Mapping[str, Any], *, alone: bool = False) -> Iterator[Scored]:
    """Ask the turns of a dialogue one after the other."""
    from chains.questions.request import Request

    said: list[str] = []
    for position, turn in enumerate(dialogue["turns"], 1):
        started = time.perf_counter()
        answer = asker.ask(Request(turn["text"], history=() if alone else tuple(said)))
        seconds = time.perf_counter() - started
        yield Scored(dialogue, position, answer, right(turn, answer), quoted(turn, answer), seconds)
        said.append(turn["text"])


def right(turn: Mapping[str, Any], answer: Answer) -> bool:
    """Whether an answer is the right one: the value in its unit, the words, or a refusal."""
    if turn.get("refuse"):
        return not answer.answered
    if turn.get("value") is None:
        words = turn.get("words") or []
        text = answer.answer.lower()
        return (answer.answered or not words) and all(
            any(option.lower() in text for option in entry.split("|")) for entry in words
        )
    if not answer.answered or answer.value is None:
        return False
    gold, unit = Decimal(str(turn["value"])), str(turn.get("unit") or "")
    value = answer.value
    if turn.get("either_sign"):
        gold, value = abs(gold), abs(value)
    (wanted, of), (got, by) = absolute(gold, unit), absolute(value, answer.unit)
    if by and of and by != of:
        return False
    close = abs(got - wanted) <= TOLERANCE * abs(wanted)
    places = max(0, -int(gold.as_tuple().exponent))
    step = absolute(Decimal(1).scaleb(-places), unit)[0]
    return close or abs(got - wanted) <= step / 2


def absolute(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """A value in whole units and what it is of: a currency, "/share", "share of one" or "" for any count."""
    flat = unit.lower()
    if flat in _SHARES_OF_ONE:
        return value / (10_000 if flat == "basis points" else 100), "ratio"
    if flat in ("times", "ratio", "pure"):
        return value, "ratio"
    scale = next((power for word, power in _SCALES.items() if re.search(rf"\b{word}s?\b", flat)), 0)
    money = re.match(r"([A-Z]{3})\b", unit)
    per_share = "/share" if "per share" in flat else ""
    return value.scaleb(scale), f"{money[1]}{per_share}" if money else "days" if flat == "days" else ""


def quoted(turn: Mapping[str, Any], answer: Answer) -> bool:
    """Whether the number stands, as the document prints it, in an answer that has no value of its own."""
    if turn.get("value") is None or not answer.answered or answer.value is not None:
        return False
    gold = Decimal(str(turn["value"]))
    numbers = {Decimal(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", answer.answer)}
    return abs(gold) in numbers


def show(turn: Scored) -> None:
    """A turn that was answered wrongly."""
    asked = turn.dialogue["turns"][turn.position - 1]
    gold = "refusal" if asked.get("refuse") else asked["value"] if asked.get("value") is not None else asked["words"]
    answer = turn.answer
    print(f"{turn.dialogue['id']}.{turn.position} {asked['text']!r} -> {answer.explain.get('understood')!r}")
    print(f"    gold {gold} {asked.get('unit') or ''}; got {answer.value} {answer.unit}; {answer.answer[:200]!r}")


def measures(scored: Sequence[Scored]) -> dict[str, Any]:
    """Rates by split, library and position, and the time of a turn."""
    groups: dict[str, list[Scored]] = defaultdict(list)
    for turn in scored:
        split, library = turn.dialogue["split"], turn.dialogue["library"]
        at = str(turn.position) if turn.position < _LAST_POSITION else f"{_LAST_POSITION}+"
        for name in (split, f"{split} {library}", f"{split} turn {at}"):
            groups[name].append(turn)
    seconds = sorted(turn.seconds for turn in scored)
    return {
        "turns": {name: rates(groups[name]) for name in sorted(groups)},
        "seconds_median": round(statistics.median(seconds), 4),
        "seconds_p95": round(seconds[int(len(seconds) * 0.95)], 4),
    }


def rates(scored: Sequence[Scored]) -> dict[str, Any]:
    """The shares of right turns, of those with those whose number stands in a quote, and of wrong numbers."""
    return {
        "n": len(scored),
        "right": round(sum(t.right for t in scored) / len(scored), 4),
        "wrong_number": round(sum(not t.right and t.answer.value is not None for t in scored) / len(scored), 4),
        "with_quotes": round(sum(t.right or t.quoted for t in scored) / len(scored), 4),
    }


if __name__ == "__main__":
    main()
