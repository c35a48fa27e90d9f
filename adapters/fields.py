"""Typed values out of plain data that somebody else wrote, with all that is wrong named at once."""

from __future__ import annotations

import re
from typing import Any


class Fields:
    """Takes typed values out of an untrusted object, and collects what is wrong instead of raising at the first."""

    def __init__(self, value: Any, prefix: str, problems: list[str]) -> None:
        self.values: dict[str, Any] = value if isinstance(value, dict) else {}
        self.prefix, self.problems = prefix, problems
        if not isinstance(value, dict):
            problems.append(f"`{prefix.rstrip('.')}`: expected an object")

    def wrong(self, key: str, expected: str) -> None:
        self.problems.append(f"`{self.prefix}{key}`: expected {expected}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.values.get(key, default)
        if isinstance(value, str) and (value or default is not None):
            return value
        self.wrong(key, "a text")
        return ""

    def optional(self, key: str) -> str | None:
        return None if self.values.get(key) is None else self.text(key)

    def matching(self, key: str, pattern: re.Pattern[str], expected: str) -> str:
        value = self.values.get(key)
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self.wrong(key, expected)
        return ""

    def one_of(self, key: str, known: tuple[str, ...], default: str | None = None) -> str:
        value = self.values.get(key, default)
        if isinstance(value, str) and value in known:
            return value
        self.wrong(key, f"one of {', '.join(known)}")
        return known[0]

    def whole(self, key: str, default: int, *, least: int = 0) -> int:
        value = self.values.get(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        self.wrong(key, f"a whole number, {least} or more")
        return default

    def number(self, key: str, default: float) -> float:
        value = self.values.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        self.wrong(key, "a number")
        return default

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        value = self.values.get(key, default)
        found = tuple(value) if isinstance(value, list | tuple) else (None,)
        if all(isinstance(one, str) and one for one in found) and (found or default is not None):
            return found
        self.wrong(key, "a list of texts")
        return ()

    def rows(self, key: str) -> list[Any]:
        value = self.values.get(key, [])
        if isinstance(value, list):
            return value
        self.wrong(key, "a list")
        return []

    def mapping(self, key: str) -> dict[str, Any]:
        value = self.values.get(key, {})
        if isinstance(value, dict):
            return value
        self.wrong(key, "an object")
        return {}
