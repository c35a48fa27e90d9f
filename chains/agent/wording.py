"""The words of planning.toml as patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from chains.measures.phrases import any_of
from chains.tables import read_table


def tables() -> dict[str, Any]:
    """The tables of planning.toml."""
    return read_table("planning.toml", "chains.agent")


def words(*path: str) -> list[str]:
    """A list of the tables by its path."""
    found: Any = tables()
    for name in path:
        found = found[name]
    return list(found)


def either(entries: Iterable[str]) -> str:
    """A pattern for any of some words, the longest first; straight and curly apostrophes are the same."""
    return any_of(entries).replace("'", "['’]")


@cache
def anywhere(*path: str) -> re.Pattern[str]:
    """Any of the words of a list, anywhere."""
    return re.compile(rf"(?<![\w-])(?:{either(words(*path))})(?![\w-])", re.IGNORECASE)


@cache
def at_start(*path: str) -> re.Pattern[str]:
    """Any of the words of a list at the beginning, with what divides it from the rest."""
    return re.compile(rf"\A\s*(?:{either(words(*path))})(?![\w-])[\s,:;–—-]*", re.IGNORECASE)


@cache
def at_end(*path: str) -> re.Pattern[str]:
    """Any of the words of a list at the end."""
    return re.compile(rf"[\s,;]*(?<![\w-])(?:{either(words(*path))})[\s,.?!:;]*$", re.IGNORECASE)


def without_lead(text: str, *path: str) -> str:
    """The text without words of a list before it, as often as they occur; itself where nothing else is left."""
    return _stripped(text, at_start(*path))


def without_trail(text: str, *path: str) -> str:
    """The text without words of a list behind it."""
    return _stripped(text, at_end(*path))


def _stripped(text: str, pattern: re.Pattern[str]) -> str:
    while True:
        shorter = pattern.sub("", text, count=1).strip(" ,;:")
        if not shorter.strip(" .?!") or shorter == text:
            return text.strip(" ,;:")
        text = shorter


def side_of(text: str) -> str:
    """Which value an adjective in a text means: "highest", "lowest", "better", "worse"; "" where none is there.

    The last one decides: "the more profitable of the two, and the lower".
    """
    found = [(m.start(), side) for side in tables()["sides"] for m in anywhere("sides", side).finditer(text)]
    return max(found)[1] if found else ""
