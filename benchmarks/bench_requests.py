"""Requests of several steps, played through the agent: are the right tools called with the right arguments?

    python -m benchmarks.bench_requests [--home DIR --library NAME] [--split dev|kept|...] [--json FILE]
    python -m benchmarks.bench_requests --requests benchmarks/requests_fresh.jsonl --split fresh ...

The sample reports and news are ingested and tagged into a folder of their own. `--home` and `--library` name a library
of the public filings that `requests.jsonl` speaks of; without them those requests are left out. What is right is told
in `DIALOGUES.md`; beside it the company, and what was said before, may stand in an argument of their own, and a number
is in the text too where it is printed with more digits. Of kept requests only rates are printed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from chains.formulas.expression import FiscalPeriod
from chains.questions.directory import Directory
from chains.questions.fiscal_calendar import Calendar, resolve_all
from chains.questions.periods import find_periods

ROOT = Path(__file__).parents[1]
REQUESTS = Path(__file__).with_name("requests.jsonl")
FREE = {"question", "query", "item", "measure", "metric", "program", "text"}


@dataclass(slots=True)
class Played:
    """What became of a request: the calls, the text, and how the run went."""

    calls: list[Mapping[str, Any]] = field(default_factory=list)
    text: str = ""
    status: str = ""
    interrupted: bool = False
    crashed: str = ""
    seconds: float = 0.0
    model_calls: int = 0


class Player:
    """Plays requests through one library's agent."""

    def __init__(self, settings: Any, stack: ExitStack) -> None:
        from langgraph.checkpoint.memory import InMemorySaver

        from app.news import open_news
        from app.wiring import find_adapter, open_library, open_sentiment
        from chains.agent.graph import build_agent
        from chains.agent.model import build_agent_model
        from chains.agent.tools import toolbox
        from chains.ask import Asker

        library = stack.enter_context(open_library(settings))
        asker = Asker(library)
        self.directory = Directory(library.documents())
        tools = toolbox(
            asker,
            library,
            sentiment=lambda: open_sentiment(settings, find_adapter(settings)),
            news=open_news(settings),
            notes=_Notes(),
        )
        self._agent = build_agent(tools, build_agent_model(asker, library), checkpointer=InMemorySaver())

    def play(self, request: Mapping[str, Any]) -> Played:
        """Play one request in a conversation of its own; what it says before counts as said."""
        from langchain_core.messages import AIMessage, HumanMessage

        played = Played()
        said: list[Any] = []
        for text in request.get("before", ()):
            said += [HumanMessage(text), AIMessage("Noted.")]
        config = {"configurable": {"thread_id": request["id"]}}
        started = time.perf_counter()
        try:
            out = self._agent.invoke({"messages": [*said, HumanMessage(request["text"])]}, config)
        except Exception as error:  # noqa: BLE001 - a crash is what is counted here
            played.crashed = f"{type(error).__name__}: {error}"
            return played
        played.seconds = time.perf_counter() - started
        new = [m for m in out["messages"][len(said) + 1 :] if isinstance(m, AIMessage)]
        played.model_calls = len(new)
        played.calls = [call for message in new for call in message.tool_calls]
        played.interrupted = "__interrupt__" in out
        played.text = str(new[-1].text) if new and not played.interrupted else ""
        played.status = str(new[-1].response_metadata.get("status", "")) if new else ""
        return played


class _Notes:
    """Notes that are never written: the run stops at the question whether they may be."""

    def add(self, text: str) -> str:
        return text

    def remove(self, text_or_id: str) -> bool:
        return bool(text_or_id)

    def all(self) -> Sequence[Any]:
        return ()


class Judge:
    """Compares calls with those expected, as DIALOGUES.md says."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def right_calls(self, request: Mapping[str, Any], played: Played) -> bool:
        """Whether the calls hold one of the expected sequences, and none that is forbidden."""
        if any(call["name"] in request.get("forbidden", ()) for call in played.calls):
            return False
        return any(self._holds(way, played.calls) for way in (request["calls"], *request.get("alternatives", ())))

    def _holds(self, expected: Sequence[Mapping[str, Any]], calls: Sequence[Mapping[str, Any]]) -> bool:
        return all(self._met(one, calls) for one in expected)

    def _met(self, one: Mapping[str, Any], calls: Sequence[Mapping[str, Any]]) -> bool:
        if any(call["name"] == one["tool"] and self._fits(one.get("arguments", {}), call["args"]) for call in calls):
            return True
        return any(self._holds(way, calls) for way in one.get("alternatives", ()))

    def _fits(self, expected: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
        return all(self._same(name, value, given.get(name), given) for name, value in expected.items())

    def _same(self, name: str, wanted: Any, given: Any, call: Mapping[str, Any]) -> bool:
        if name in FREE:
            # Who and when may stand in an argument of their own beside the free text.
            said = " ".join(str(v) for k, v in call.items() if k in (name, "company", "period", "history"))
            return given is not None and all(self._says(said, word) for word in str(wanted).split())
        if given is None:
            return False
        if name in ("company", "entity"):
            return self._who(str(wanted)) == self._who(str(given))
        if name == "companies":
            return {self._who(w) for w in wanted} <= {self._who(g) for g in given}
        if name == "period":
            return bool(self._when(str(wanted), call) & self._when(str(given), call))
        if name == "periods":
            held = {p for g in given for p in self._when(g, call)} or {"newest"}
            return all(self._when(w, call) & held for w in wanted)
        if name == "texts":
            return all(any(_bare(w) in _bare(g) for g in given) for w in wanted)
        return str(wanted).lower() == str(given).lower()

    def _says(self, text: str, word: str) -> bool:
        """Whether a text holds one of the words divided by |; names of companies by any of their names."""
        for option in word.split("|"):
            plain = re.escape(option.lower().rstrip("s")).replace("_", r"[\W_]+")
            if re.search(plain, text.lower()):
                return True
            if option[:1].isupper() and (who := self._who(option.replace("_", " "))):
                found, _ = self._directory.find(text)
                if any(n.company.name == who for n in found):
                    return True
        when = self._when(word, {})
        return bool(when and re.fullmatch(r"(?:FY)?\d{4}", word) and when & self._when(text, {}))

    def _who(self, name: str) -> str:
        found, _ = self._directory.find(name)
        return found[0].company.name if found else name.lower()

    def _when(self, text: str, call: Mapping[str, Any]) -> set[Any]:
        """The years and quarters that a text names: as it names them, and as the company of the call does."""
        asked = find_periods(text)
        made: set[Any] = {FiscalPeriod(m.year, m.quarter) for m in asked.mentions if m.year}
        made |= {FiscalPeriod(m.date.year) for m in asked.mentions if m.date}
        names = [call.get("company"), *(call.get("companies") or ())]
        for name in filter(None, names):
            found, _ = self._directory.find(str(name))
            for named in found:
                made |= {r.period for r in resolve_all(asked, Calendar.of(named.company.documents))}
        return made

    @staticmethod
    def right_text(request: Mapping[str, Any], played: Played) -> bool:
        """Whether the words are in the answer, or it declines where it has to."""
        if played.interrupted:
            return True
        if request.get("refuse"):
            return played.status == "refused"
        return all(any(_in_text(w, played.text) for w in word.split("|")) for word in request["words"])


def _in_text(word: str, text: str) -> bool:
    """Whether a word is in a text; a number also where the text prints it with more digits."""
    if word.lower() in text.lower():
        return True
    if not re.fullmatch(r"\d[\d,]*\.\d+", word):
        return False
    wanted = Decimal(word.replace(",", ""))
    found = (Decimal(n.replace(",", "")) for n in re.findall(r"\d[\d,]*\.\d+", text))
    return any(n.quantize(wanted, rounding=ROUND_HALF_UP) == wanted for n in found)


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[\"'“”‘’«».]", "", text.lower()).split())


def sample_settings(folder: Path) -> Any:
    """Settings of a fresh data directory with the sample reports and their tagged news."""
    from app.cli import run
    from app.settings import load_settings
    from app.wiring import open_library
    from ingest.pipeline import ingest_paths

    settings = load_settings({"home": folder, "threads": 1}, environ={})
    with open_library(settings, create=True) as library:
        list(ingest_paths([ROOT / "samples" / "reports"], library, workers=1))
    (folder / "news").mkdir()
    tagged = ["tag", str(ROOT / "samples" / "news" / "headlines.csv"), "--output", str(folder / "news" / "tagged.csv")]
    code = run([*tagged, "--json"])
    if code:
        raise SystemExit(f"the sample news could not be tagged (exit code {code})")
    return settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the requests and print what is right; `--json FILE` keeps the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="the data directory with the filings")
    parser.add_argument("--library", default="default", help="the library of the filings in it")
    parser.add_argument("--requests", type=Path, default=REQUESTS, metavar="FILE", help="the requests to play")
    parser.add_argument("--split", default="dev", help="which of the requests, by the split that they name")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    given = parser.parse_args(arguments)
    from app.settings import load_settings

    requests = [json.loads(line) for line in given.requests.read_text(encoding="utf-8").splitlines() if line.strip()]
    requests = [r for r in requests if r["split"] == given.split]
    counts: Counter[str] = Counter()
    slowest: list[float] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        players = {"samples": Player(sample_settings(folder / "home"), stack)}
        if given.home:
            settings = load_settings({"home": given.home, "library": given.library, "threads": 1}, environ={})
            players["filings"] = Player(settings, stack)
        for request in requests:
            if request["library"] not in players:
                counts["left_out"] += 1
                continue
            player = players[request["library"]]
            played = player.play(request)
            judge = Judge(player.directory)
            calls, text = judge.right_calls(request, played), judge.right_text(request, played)
            counts.update(n=1, calls=calls, text=text, both=calls and text, crashed=bool(played.crashed))
            counts["looped"] += played.status == "stopped"
            slowest.append(played.seconds)
            if given.split != "kept" and not (calls and text):
                _print_failure(request, played, calls, text)
    figures = {
        "split": given.split,
        "n": counts["n"],
        "left_out": counts["left_out"],
        "right_calls": round(counts["calls"] / max(1, counts["n"]), 4),
        "right_text": round(counts["text"] / max(1, counts["n"]), 4),
        "both": round(counts["both"] / max(1, counts["n"]), 4),
        "looped": counts["looped"],
        "crashed": counts["crashed"],
        "seconds_median": round(sorted(slowest)[len(slowest) // 2], 3) if slowest else None,
    }
    print(json.dumps(figures))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def _print_failure(request: Mapping[str, Any], played: Played, calls: bool, text: bool) -> None:
    wrong = ", ".join(name for name, right in (("calls", calls), ("text", text)) if not right)
    print(f"\n{request['id']} wrong: {wrong}: {request['text']}")
    for call in played.calls:
        print(f"    {call['name']} {json.dumps(call['args'], ensure_ascii=False)}")
    if played.crashed:
        print(f"    crashed: {played.crashed}")
    if not text:
        missing = [w for w in request["words"] if not any(_in_text(o, played.text) for o in w.split("|"))]
        print(f"    {played.status}, missing {missing}: {played.text[:700]!r}")


if __name__ == "__main__":
    sys.exit(main())
