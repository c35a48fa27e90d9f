"""The words by which numbers that only sentences hold are asked for and told, and when two of them say the same.

The words are those of prose_numbers.toml.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from chains.measures.phrases import whole_words
from chains.sentences.families import kin_of
from chains.sentences.stems import stems
from chains.tables import read_table

_COUNTRY = re.compile(r"\b(?:U\.S\.(?:A\.)?|US|USA)(?!\w)")


def tables() -> dict[str, Any]:
    """The tables of prose_numbers.toml."""
    return read_table("prose_numbers.toml")


@cache
def phrases_of(table: str, key: str = "words") -> re.Pattern[str]:
    """The phrases of a list, as one pattern."""
    return whole_words(tables()[table][key])


@cache
def stems_of(table: str, key: str = "words") -> frozenset[str]:
    """The stems of the words of a list."""
    return frozenset(s for words in tables()[table][key] for s in stems(words))


@cache
def words_in(table: str, key: str = "words") -> frozenset[str]:
    """The words of a list as they are written."""
    return frozenset(tables()[table][key])


def words_of(text: str) -> list[str]:
    """The stems of a text, letters without their accents, the United States in full."""
    plain = _COUNTRY.sub("United States", text)
    if plain.isascii():
        return stems(plain)
    plain = unicodedata.normalize("NFKD", plain)
    return stems("".join(c for c in plain if not unicodedata.combining(c)))


@cache
def _own_kin() -> Mapping[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for words in tables()["same"]["words"]:
        kin = frozenset(s for word in words for s in stems(word))
        found |= {s: found.get(s, frozenset()) | kin for s in kin}
    return found


def same_as(stem: str) -> frozenset[str]:
    """The stems of the words that say the same of a number as one of this stem, itself among them."""
    return kin_of(stem) | _own_kin().get(stem, frozenset()) | {stem}


@lru_cache(maxsize=1024)
def any_kin(asked: frozenset[str]) -> frozenset[str]:
    """The stems of all the words that say the same of a number as one of these."""
    return frozenset(s for stem in asked for s in same_as(stem))
