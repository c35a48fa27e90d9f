"""The values of a recipe: read from what a call or a file says, and checked against the fields that they are for."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def value_of(text: str) -> Any:
    """A value as TOML spells it; what is no TOML is a text, so quotation marks may be left out; `none` is nothing."""
    if text.strip().lower() in ("none", "null"):
        return None
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text.strip()


def checked(kind: type[Any], values: Mapping[str, Any], prefix: str, problems: list[str]) -> dict[str, Any]:
    """The values that fit the fields of `kind`; the others are told as problems."""
    known = {one.name: one for one in fields(kind) if not is_dataclass(one.default)}
    made: dict[str, Any] = {}
    for key, value in values.items():
        one = known.get(key)
        if one is None:
            problems.append(f"unknown key {prefix}{key}; known: {', '.join(known)}")
            continue
        try:
            made[key] = _converted(value, str(one.type), one.metadata)
        except ValueError as error:
            problems.append(f"{prefix}{key}: expected {error}, not {value!r}")
    return made


def _converted(value: Any, wanted: str, limits: Mapping[str, Any]) -> Any:
    """A value as its field's type. Raises ValueError that says what was expected."""
    if value is None and "None" in wanted:
        return None
    if wanted == "bool":
        if not isinstance(value, bool):
            raise ValueError("true or false")
        return value
    if wanted.startswith(("int", "float")):
        return _number(value, wanted, limits)
    if isinstance(value, list | tuple) and "tuple" in wanted:
        if not all(isinstance(one, str) and one for one in value):
            raise ValueError("a list of names")
        return tuple(value)
    if wanted.startswith("Mapping"):
        if not isinstance(value, Mapping):
            raise ValueError("a table, such as {positive = 'good', ...}")
        return dict(value)
    choices = limits.get("choices") or ()
    if not isinstance(value, str) or "str" not in wanted.replace("tuple[str, ...]", ""):
        raise ValueError("a list of names" if "tuple" in wanted else "a text")
    if choices and value not in choices:
        raise ValueError(f"one of {', '.join(choices)}")
    return value


def _number(value: Any, wanted: str, limits: Mapping[str, Any]) -> int | float:
    least, below = limits.get("least"), limits.get("below")
    whole = wanted.startswith("int")
    kind = "a whole number" if whole else "a number"
    span = f"{kind}, {least} or more" if least is not None else kind
    if below is not None:
        span += f" and less than {below}"
    right = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if (
        not right
        or not math.isfinite(value)
        or (least is not None and value < least)
        or (below is not None and value >= below)
    ):
        raise ValueError(span)
    return int(value) if whole else float(value)
