"""Tables of words as patterns: a list of regular expressions in a TOML file of this package is one alternative each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any


def read_table(name: str) -> dict[str, Any]:
    """The TOML file `name` of the package `ingest`."""
    return tomllib.loads(files("ingest").joinpath(name).read_text(encoding="utf-8"))


def any_of(alternatives: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the alternatives, without regard to case."""
    return re.compile("|".join(alternatives), re.IGNORECASE)


def patterns_of(table: Mapping[str, Any]) -> dict[str, re.Pattern[str]]:
    """Every list of a table as a pattern; what is no list is left out."""
    return {name: any_of(words) for name, words in table.items() if isinstance(words, list)}
