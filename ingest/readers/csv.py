"""CSV and TSV files: wide statements as tables, long lists of facts (concept, value, period) as tagged facts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from ingest.errors import UnreadableFileError
from ingest.grid_cells import GridCell
from ingest.readers.encoding import decode
from ingest.readers.entity import is_entity_element, stated_in
from ingest.readers.safety import read_bytes
from ingest.readers.sections import Piece, compose
from ingest.schema import BlockKind, Period, Reading, TaggedFact

MAX_FACTS = 1_000_000
MAX_ROWS = 100_000
"""Rows of a table that are read; the rest is left out with a warning. A list of facts may be longer."""
MAX_COLUMNS = 500
MAX_FIELD = 4 * 1024 * 1024
DELIMITERS = ",;\t|"

_COLUMNS: dict[str, frozenset[str]] = {
    "concept": frozenset({"fact", "concept", "tag", "element", "account", "fact name", "concept name", "xbrl tag"}),
    "value": frozenset({"value", "val", "amount", "fact value"}),
    "unit": frozenset({"unit", "units", "uom", "currency", "unitref", "unit ref"}),
    "start": frozenset({"start", "start date", "startdate", "period start", "from"}),
    "end": frozenset({"end", "end date", "enddate", "period end", "instant", "date", "ddate", "to", "as of"}),
    "period": frozenset({"period"}),
    "label": frozenset({"label", "name", "description", "line item"}),
    "decimals": frozenset({"decimals", "precision"}),
}
"""What the columns of a list of facts are called."""


def read_csv(path: Path) -> Reading:
    """A CSV file of any common dialect and encoding.

    Raises:
        UnreadableFileError: it is empty, binary or has no rows.
        UnsafeFileError: it is too large.
    """
    text = decode(read_bytes(path), path.name)
    rows = parse(text, path.name)
    if not any(any(cell.strip() for cell in row) for row in rows):
        raise UnreadableFileError(f"{path.name}: no values in this file; expected rows of a table.")
    columns = fact_columns(rows[0])
    facts = _facts(rows, columns) if columns else ()
    if facts:
        return _long(facts)
    reading = compose(_pieces(rows[:MAX_ROWS], path.stem))
    warnings = (f"only the first {MAX_ROWS:,} of {len(rows):,} rows were read",) if len(rows) > MAX_ROWS else ()
    return replace(reading, properties=stated_in(reading.tables), warnings=warnings)


def parse(text: str, name: str) -> list[list[str]]:
    """The rows of a CSV text. The delimiter is the one that cuts most lines into equally many fields.

    Raises:
        UnreadableFileError: a field never ends.
    """
    csv.field_size_limit(MAX_FIELD)
    try:
        return [
            row
            for _, row in zip(
                range(MAX_FACTS), csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), strict=False
            )
        ]
    except csv.Error as error:
        raise UnreadableFileError(f"{name}: not a CSV file ({error}); expected rows with one delimiter.") from error


def _delimiter(text: str) -> str:
    sample = text[:65536].split("\n")[:200]
    if sample and sample[0].lower().startswith("sep=") and len(sample[0]) > 4:
        return sample[0][4]

    def score(delimiter: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(sample[:-1] or sample, delimiter=delimiter) if row]
        common = max(set(counts), key=counts.count) if counts else 1
        return (counts.count(common) if common > 1 else 0, common)

    return max(DELIMITERS, key=score)


def fact_columns(header: Sequence[str]) -> dict[str, int]:
    """Which column holds what, if the header is that of a list of facts; otherwise nothing."""
    found: dict[str, int] = {}
    for index, title in enumerate(header):
        plain = " ".join(re.sub(r"[_\-]+", " ", title).lower().split())
        for role, names in _COLUMNS.items():
            if plain in names:
                found.setdefault(role, index)
    return found if "concept" in found and "value" in found and found.keys() & {"end", "period", "start"} else {}


def _facts(rows: Sequence[Sequence[str]], columns: dict[str, int]) -> tuple[TaggedFact, ...]:
    facts: list[TaggedFact] = []
    for row in rows[1:]:
        get = {role: row[index].strip() if index < len(row) else "" for role, index in columns.items()}
        if not get["concept"]:
            continue
        concept = f"dei:{get['concept']}" if is_entity_element(get["concept"]) else get["concept"]
        period = _period(get)
        unit = get.get("unit") or None
        value = _decimal(get["value"]) if unit or not concept.startswith("dei:") else None
        context = f"{period.start or ''}/{period.end}" if period else ""
        facts.append(
            TaggedFact(
                concept, get["value"], value, _unit(unit) if unit else None,
                get.get("decimals") or None, period, context, label=get.get("label") or None,
            )
        )  # fmt: skip
    return tuple(facts)


def _period(get: dict[str, str]) -> Period | None:
    start, end = _date(get.get("start", "")), _date(get.get("end", ""))
    if end is None:
        dates = re.findall(r"\d{4}-\d\d-\d\d", get.get("period", ""))
        end = _date(dates[-1]) if dates else None
        start = _date(dates[0]) if len(dates) > 1 else None
    if end is None or (start is not None and start > end):
        return None
    return Period(end, None if start == end else start)


def _unit(text: str) -> str:
    return re.sub(r"\s*(?:/|\bper\b|-per-)\s*shares?\b", "/share", text.rpartition(":")[2], flags=re.IGNORECASE)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _long(facts: tuple[TaggedFact, ...]) -> Reading:
    """A list of facts: one line each in the text, and the file's own statements as properties."""
    pieces = [
        Piece(BlockKind.PARAGRAPH, f"{f.concept} {f.context}: {f.text[:500]}{' ' + f.unit if f.unit else ''}")
        for f in facts
    ]
    stated: dict[str, str] = {}
    for fact in facts:
        if fact.concept.startswith("dei:") and fact.text:
            stated.setdefault(fact.concept, fact.text)
    reading = compose(pieces)
    return Reading(reading.pages, (), facts, stated)


def _pieces(rows: Sequence[Sequence[str]], title: str) -> list[Piece]:
    """Blocks of rows between blank lines, each a grid."""
    pieces = [Piece(BlockKind.HEADING, title.replace("_", " "))]
    block: list[list[GridCell]] = []
    for row in [*rows, []]:
        if any(cell.strip() for cell in row):
            block.append([_cell(cell) for cell in row[:MAX_COLUMNS]])
        elif block:
            pieces.append(Piece(BlockKind.TABLE, "", block))
            block = []
    return pieces


def _cell(text: str) -> GridCell:
    return GridCell(text.strip(), indent=3.0 * (len(text) - len(text.lstrip())))
