"""By how much what was spoken of moved, in few words: "down by how many bps", "so it widened by how many points?"."""

from __future__ import annotations

import re
from functools import cache

from chains.agent.follow_up.combining import operations
from chains.agent.follow_up.cues import fillers, plain, tables
from chains.agent.follow_up.reading import Said
from chains.measures.change_words import change_words
from chains.measures.phrases import any_of


def moved_by(said: Said) -> tuple[str, str] | None:
    """The operation that a turn asks of what was spoken of, "growth" or "change", and its remark about the unit.

    None where it says anything else: "by how much did rent widen" names its own measure.
    """
    left = plain(said.left).lower().strip(" ?.!,")
    if said.named or not _asks().search(left):
        return None
    words = re.findall(r"[a-z%'’-]+", left)
    table = tables()["moved_by"]
    ways = change_words() | frozenset(table["ways"])
    if not ways & set(words):
        return None
    units = frozenset(w for unit in table["units"] for phrase in unit["words"] for w in phrase.split())
    idle = ways | units | fillers() | frozenset(table["words"])
    if any(w not in idle for w in words):
        return None
    for unit in table["units"]:
        if re.search(rf"(?<![\w])(?:{any_of(unit['words'])})(?!\w)", left):
            return unit["operation"], said.unit or unit["remark"]
    grown = bool(operations()["growth"].verbs & set(words))
    return ("growth" if grown or "percent." in said.unit else "change"), said.unit


@cache
def _asks() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{any_of(tables()['moved_by']['asks'])})(?!\w)")
