"""Frozen dataclasses to JSON text and back, by their type hints."""

from __future__ import annotations

import json
import types
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def to_json(record: Any) -> str:
    """A dataclass as compact JSON. Decimals and dates become strings, so nothing is rounded."""
    return json.dumps(_plain(record), ensure_ascii=False, separators=(",", ":"))


def from_json(kind: type[T], text: str) -> T:
    """The dataclass `kind` from what `to_json` wrote. Raises ValueError, KeyError or TypeError for other text."""
    built: T = _build(kind, json.loads(text))
    return built


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value


def _build(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        (kind,) = (k for k in get_args(kind) if k is not type(None))
        return _build(kind, value)
    if origin is tuple:
        inner = get_args(kind)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(_build(inner[0], v) for v in value)
        return tuple(_build(k, v) for k, v in zip(inner, value, strict=True))
    if isinstance(kind, type):
        if is_dataclass(kind):
            hints = get_type_hints(kind)
            return kind(**{name: _build(hints[name], v) for name, v in value.items()})
        if issubclass(kind, date):
            return kind.fromisoformat(value)
        if issubclass(kind, Enum | Decimal):
            return kind(value)
    return value
