"""Where the last answer is printed: "where does it say that?" is answered by its document, page and line."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from chains.agent.follow_up.cues import opened, plain, tables
from chains.answers.answer import Answer
from chains.measures.phrases import any_of

CITED = "cited"
"""The operation of a turn that asks where the answer before it is printed."""
NOTHING = "the question before was not answered, so that there is no place to show"
_MOST = 4
"""Places that are told; a calculation rests on more."""


def asks_source(text: str) -> bool:
    """Whether a turn asks where the last answer is printed, and nothing else."""
    flat = " ".join(re.sub(r"[^\w' -]+", " ", plain(opened(text).text).lower()).split())
    words = flat.replace("'s", " is").split()
    table = tables()["source"]
    if not words or _heads().match(flat) is None:
        return False
    return bool(set(words) & set(table["asks"])) and set(words) <= _words()


@cache
def _heads() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(tables()['source']['heads'])})(?![\w-])")


@cache
def _words() -> frozenset[str]:
    return frozenset(tables()["source"]["words"].split()) | {"show", "me", "see", "says", "what", "exactly"}


def placed(answer: Answer) -> Answer:
    """The answer that says where another one is printed. It has no value of its own."""
    places = dict.fromkeys((c.document, c.page, c.quote) for c in answer.citations)
    said = [f"{document}, page {page}: {quote}" for document, page, quote in list(places)[:_MOST]]
    more = f" (and {len(places) - _MOST} more)" if len(places) > _MOST else ""
    return replace(answer, answer=f"It is printed in {'; '.join(said)}{more}.", value=None, unit="", program="")
