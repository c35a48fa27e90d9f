"""What XBRL says about a fact beside its value: periods, dimensions, units. Shared by inline XBRL and instances.

XBRL 2.1, sections 4.7 (contexts) and 4.8 (units); XBRL Dimensions 1.0 for the members.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from ingest.schema import Period

if TYPE_CHECKING:
    from lxml import etree


@dataclass(frozen=True, slots=True)
class Context:
    """`period` is None for "forever" and for dates that cannot be read."""

    period: Period | None
    dimensions: tuple[tuple[str, str], ...] = ()


def local(element: etree._Element) -> str:
    """An element's name in lower case, without namespace or prefix; "" for a comment."""
    tag: object = element.tag  # a function for comments and processing instructions
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def named(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """All descendants with a local name (in lower case)."""
    return (element for element in root.iter() if local(element) == name)


def read_context(element: etree._Element) -> Context:
    """One `xbrli:context`."""
    start = end = None
    dimensions: list[tuple[str, str]] = []
    for part in element.iter():
        name = local(part)
        if name in {"instant", "enddate"}:
            end = read_date(part.text, closing=True)
        elif name == "startdate":
            start = read_date(part.text, closing=False)
        elif name in {"explicitmember", "typedmember"}:
            text = " ".join("".join(t for t in part.itertext() if isinstance(t, str)).split())
            dimensions.append((part.get("dimension", ""), text))
    if end is None or (start is not None and start > end):
        return Context(None, tuple(sorted(dimensions)))
    return Context(Period(end, start), tuple(sorted(dimensions)))


def read_date(text: str | None, *, closing: bool) -> date | None:
    """An ISO date. A closing date-time at midnight is the end of the day before (XBRL 2.1, 4.7.2)."""
    text = (text or "").strip()
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day - timedelta(days=1) if closing and text[10:].startswith("T00:00") else day


def read_unit(element: etree._Element) -> str:
    """One `xbrli:unit`: "USD", "USD/share", "shares", "pure", or its measures as they are."""
    above: list[str] = []
    below: list[str] = []
    for part in element.iter():
        if local(part) == "measure":
            parent = part.getparent()
            under = parent is not None and local(parent) == "unitdenominator"
            (below if under else above).append((part.text or "").strip().rpartition(":")[2])
    unit = "*".join(above)
    return f"{unit}/{'*'.join('share' if m == 'shares' else m for m in below)}" if below else unit
