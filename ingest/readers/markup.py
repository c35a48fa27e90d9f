"""HTML elements as the reader needs them: what is hidden, what is bold, how far a cell is indented, its text."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ingest.grid_cells import GridCell
from ingest.readers.contexts import local
from ingest.readers.inline import FACTS
from ingest.schema import TaggedFact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lxml import etree

MAX_CELLS = 1000
"""Cells read of one row; a wider table is a mistake of the file."""
NBSP_POINTS = 3.0
"""Width of a leading no-break space, in points."""

_LENGTH = re.compile(r"(-?[\d.]+)(pt|px|in|em|rem|cm|mm|pc)?")
_POINTS = {"pt": 1.0, "px": 0.75, "in": 72.0, "em": 10.0, "rem": 10.0, "cm": 28.35, "mm": 2.835, "pc": 12.0, None: 0.75}
_ORDINAL = re.compile(r"^(?:st|nd|rd|th|®|™|sm|tm|℠|o)$", re.IGNORECASE)
_SUPERSCRIPT_MARK = re.compile(r"^[(\[]?[\w*†‡§#]{1,3}(?:[),\]]+\s*[(\[]?[\w*†‡§#]{1,3})*[)\]]?$")
_RAISED = re.compile(r"vertical-align:(?:super|top|text-top)|position:relative;[^\"]*top:-\d")
_BLOCK_NAMES = (
    "address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "li main nav ol p pre section table tbody td tfoot th thead tr ul caption document text type sequence filename "
    "description"
)
_SKIPPED_NAMES = "head script style noscript template svg math object iframe select button textarea"
BLOCKS = frozenset(_BLOCK_NAMES.split())
SKIPPED = frozenset(_SKIPPED_NAMES.split())


def style_of(element: etree._Element) -> str:
    """The element's style attribute, in lower case without blanks."""
    return _compact(element.get("style") or "")


@lru_cache(maxsize=4096)
def _compact(style: str) -> str:
    return "".join(style.lower().split())


def is_hidden(element: etree._Element) -> bool:
    style = style_of(element)
    return (
        "display:none" in style
        or "visibility:hidden" in style
        or element.get("hidden") is not None
        or (local(element) in {"header", "hidden"} and ":" in str(element.tag))
    )


def is_bold(element: etree._Element, inherited: bool) -> bool:
    style = style_of(element)
    if "font-weight:" in style:
        return bool(re.search(r"font-weight:(?:bold|[6-9]00)", style))
    return inherited or local(element) in {"b", "strong", "h1", "h2", "h3", "h4", "h5", "h6"}


def breaks_page(element: etree._Element, side: str) -> bool:
    """Whether a page break is asked for `side` ("before" or "after") of the element."""
    style = style_of(element)
    return f"break-{side}:" in style and bool(re.search(rf"break-{side}:(?:always|page|left|right)", style))


@lru_cache(maxsize=4096)
def _length(text: str) -> float:
    match = _LENGTH.fullmatch(text)
    return float(match[1]) * _POINTS.get(match[2], 0.75) if match and match[1].strip("-.") else 0.0


@lru_cache(maxsize=4096)
def _indent_of(style: str) -> float:
    total = 0.0
    for name, value in (part.split(":", 1) for part in style.lower().split(";") if ":" in part):
        name, values = name.strip(), value.split()
        if name in {"padding", "margin"} and values:
            total += _length(values[3] if len(values) == 4 else values[1] if len(values) > 1 else values[0])
        elif name in {"padding-left", "margin-left", "text-indent"} and values:
            total += _length(values[0])
    return total


def table_rows(table: etree._Element, facts: Mapping[etree._Element, TaggedFact]) -> list[list[GridCell]]:
    """The rows of a table that holds no other table."""
    rows: list[list[GridCell]] = []
    for row in table.iter("tr"):
        if "display:none" in style_of(row):
            continue
        cells = [_cell(c, facts) for c in itertools.islice(row.iter("td", "th"), MAX_CELLS)]
        if cells:
            rows.append(cells)
    return rows


def _cell(element: etree._Element, facts: Mapping[etree._Element, TaggedFact]) -> GridCell:
    colspan, rowspan = _span(element.get("colspan")), _span(element.get("rowspan"))
    if not len(element):
        text = element.text or ""
        if not text.strip():
            return GridCell("", colspan, rowspan)
        return GridCell(text, colspan, rowspan, _indent_of(element.get("style") or "") + _leading(text))
    text, marks, indent, tagged, link = _contents(element)
    fact = next((f for f in (facts.get(t) for t in tagged) if f is not None), None)
    return GridCell(text, colspan, rowspan, indent, marks, None, fact, link)


def _contents(cell: etree._Element) -> tuple[str, tuple[str, ...], float, list[etree._Element], bool]:
    from lxml import etree

    parts: list[str] = []
    marks: list[str] = []
    tagged: list[etree._Element] = []
    indent = _indent_of(cell.get("style") or "")
    link = False
    walker = etree.iterwalk(cell, events=("start", "end", "comment", "pi"))
    for event, node in walker:
        if event == "start":
            name = local(node)
            if name in FACTS and ":" in str(node.tag):
                tagged.append(node)
            if node is not cell:
                if name in SKIPPED or is_hidden(node):
                    walker.skip_subtree()
                    continue
                if name == "sup" or _RAISED.search(style_of(node)):
                    raised = "".join(t for t in node.itertext() if isinstance(t, str)).strip()
                    if parts and _SUPERSCRIPT_MARK.match(raised) and not _ORDINAL.match(raised):
                        marks.extend(re.findall(r"[\w*†‡§#]+", raised))
                        walker.skip_subtree()
                        continue
                if name == "br" or name in BLOCKS:
                    parts.append(" ")
                if name in {"div", "p"} and not "".join(parts).strip():
                    indent += _indent_of(node.get("style") or "")
                link = link or (name == "a" and (node.get("href") or "").startswith("#"))
            parts.append(node.text or "")
        else:
            if event == "end" and local(node) in BLOCKS:
                parts.append(" ")
            if node is not cell:
                parts.append(node.tail or "")
    text = "".join(parts)
    return text, tuple(marks), indent + _leading(text), tagged, link


def _leading(text: str) -> float:
    stripped = text.lstrip(" \n\t\r")
    return NBSP_POINTS * (len(stripped) - len(stripped.lstrip("\u00a0\u2003\u2002 ")))


def _span(text: str | None) -> int:
    text = (text or "1").strip()
    return max(int(text), 1) if text.isdigit() and len(text) < 6 else 1
