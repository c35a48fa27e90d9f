"""The tool that reads news already tagged: who, when, how it looks; its texts are data and nothing more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, Protocol

from chains.agent.tools.holdings import Holdings
from chains.errors import ChainError
from chains.measures.phrases import any_of
from chains.questions.company_names import name_tokens, short_tokens
from chains.tool_making import Called, artifact_of, make_tool, on_one_line

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

NAME = "read_news"
MOST = 100
"""Items of one call."""
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One tagged text. `line` counts the rows of `file` from 1; `entities` are names and tickers it is tagged for."""

    text: str
    sentiment: str
    confidence: float | None
    file: str
    line: int
    date: date | None = None
    entities: tuple[str, ...] = ()
    source: str = ""


class NewsSource(Protocol):
    """Where tagged news comes from."""

    @property
    def place(self) -> str:
        """Where it is looked for, as anybody who asks may be told: no path of this machine."""
        ...

    def items(self) -> Sequence[NewsItem]:
        """All items; read anew when the files changed."""
        ...


def news_tool(news: NewsSource, holdings: Holdings) -> BaseTool:
    """`read_news`: the tagged items that fit, the newest first, and how many of them have each sentiment.

    `items` of its artifact has those shown, `counts` the sentiments of all that fit, `balance` which of them leads:
    "positive", "negative", or "" where neither does.
    """
    from pydantic import BaseModel, Field

    class ReadNews(BaseModel):
        """The arguments."""

        entity: str | None = Field(default=None, description="The company that the news is about; left out: all.")
        since: str | None = Field(default=None, description="The first day, as YYYY-MM-DD.")
        until: str | None = Field(default=None, description="The last day, as YYYY-MM-DD.")
        sentiment: Literal["negative", "neutral", "positive"] | None = Field(
            default=None, description="Only items with this sentiment."
        )
        limit: int = Field(default=20, ge=1, le=MOST, description=f"How many items are wanted, 1 to {MOST}.")

    def call(
        entity: str | None = None,
        since: str | None = None,
        until: str | None = None,
        sentiment: str | None = None,
        limit: int = 20,
    ) -> Called:
        first, last = _day(since, "since"), _day(until, "until")
        held = news.items()
        if not held:
            raise ChainError(f"there is no tagged news in {news.place}; tag a file with finagent tag and put it there")
        about = _About(entity, holdings) if entity else None
        found = [
            item
            for item in held
            if (about is None or about.fits(item))
            and (sentiment is None or item.sentiment == sentiment)
            and (first is None or (item.date is not None and item.date >= first))
            and (last is None or (item.date is not None and item.date <= last))
        ]
        if not found:
            wanted = "".join((f" {sentiment}" if sentiment else "", " news", f" about {entity}" if entity else ""))
            when = f" since {since}" * bool(since) + f" until {until}" * bool(until)
            nothing = f"No{wanted}{when} is among the {len(held)} tagged items{_newest(held)}."
            return nothing, artifact_of(NAME, items=[], counts={}, balance="", summary=nothing)
        found.sort(key=lambda i: (i.date or date.min, i.file, -i.line), reverse=True)
        return _called(found, entity, limit)

    return make_tool(
        call,
        name=NAME,
        description="Reads the news that was tagged with sentiment before, the newest first, with the number of "
        "negative, neutral and positive items; about one company, since or until a day, of one sentiment.",
        arguments=ReadNews,
        expected=f"perhaps an entity, since and until as YYYY-MM-DD, a sentiment, and a limit of 1 to {MOST}",
    )


def _called(found: Sequence[NewsItem], entity: str | None, limit: int) -> Called:
    # One text may be tagged for several companies: as an item to read it counts once.
    unique = list({(i.text, i.date, i.sentiment): i for i in reversed(found)}.values())[::-1]
    counts = Counter(item.sentiment for item in unique)
    shown = unique[:limit]
    positive, negative = counts["positive"], counts["negative"]
    balance = "positive" if positive > negative else "negative" if negative > positive else ""
    summary = _summary(unique, counts, entity, balance)
    lines = [summary]
    for item in shown:
        day = f"{item.date:%Y-%m-%d} " if item.date else ""
        lines.append(f"{day}{item.sentiment}: {on_one_line(item.text, _SHOWN)}")
    rows = [
        {
            "text": item.text,
            "sentiment": item.sentiment,
            "confidence": item.confidence,
            "date": item.date.isoformat() if item.date else None,
            "entities": list(item.entities),
            "source": item.source,
            "file": item.file,
            "line": item.line,
        }
        for item in shown
    ]
    cited = [
        {"document": i.file, "page": i.line, "quote": on_one_line(i.text, _SHOWN), "figure": None, "news": True}
        for i in shown
    ]
    return "\n".join(lines), artifact_of(
        NAME, citations=cited, items=rows, counts=dict(counts), balance=balance, summary=summary, found=len(unique)
    )


def _summary(found: Sequence[NewsItem], counts: Counter[str], entity: str | None, balance: str) -> str:
    days = [item.date for item in found if item.date]
    span = f" from {min(days):%Y-%m-%d} to {max(days):%Y-%m-%d}" if days else ""
    told = ", ".join(
        f"{counts[label]} {label}" for label in ("positive", "neutral", "negative", "abstain") if counts[label]
    )
    several = "s" * (len(found) != 1)
    verdict = f"on balance {balance}" if balance else "neither positive nor negative on balance"
    return f"{len(found)} news item{several}{f' about {entity}' if entity else ''}{span}: {told}; {verdict}."


def _newest(held: Sequence[NewsItem]) -> str:
    """Up to when there is news: a time that is asked for may lie behind it."""
    newest = max((item.date for item in held if item.date), default=None)
    return f", the newest of which is of {newest:%Y-%m-%d}" if newest else ""


def _day(text: str | None, name: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise ChainError(f"{name} is {text[:40]!r}; expected a day as YYYY-MM-DD") from None


class _About:
    """Whether an item is about an entity: by a name or ticker that it is tagged for, else by its text."""

    def __init__(self, entity: str, holdings: Holdings) -> None:
        names = {entity}
        named, _ = holdings.directory().find(entity)
        if len(named) == 1:
            company = named[0].company
            names |= {company.short, *company.names}
        self._keys = {key for name in names if (key := _key(name))}
        body = any_of((name for name in names if len(name) > 2), space=" ")
        self._spoken = re.compile(rf"(?<!\w)(?:{body})(?!\w)", re.IGNORECASE) if body else None

    def fits(self, item: NewsItem) -> bool:
        if item.entities:
            return any(
                key in self._keys or any(_begins(key, own) for own in self._keys) for key in map(_key, item.entities)
            )
        return self._spoken is not None and self._spoken.search(item.text) is not None


def _key(name: str) -> str:
    return " ".join(short_tokens(name) or name_tokens(name))


def _begins(one: str, other: str) -> bool:
    """Whether one name is the other's beginning: "larkmoor" of "larkmoor controls"."""
    return f"{one} ".startswith(f"{other} ") or f"{other} ".startswith(f"{one} ")
