"""Which concept each row of a table is, which segment, and whether the two agree with what is printed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ingest.column_periods import ColumnMeaning
from ingest.concept_table import Concept
from ingest.concepts import Concepts
from ingest.own_names import OwnNames, anonymous
from ingest.schema import Figure, Period, Row, Statement

_LOSS = re.compile(r"\s*[(/]\s*loss\s*\)?", re.IGNORECASE)
# The segment of a column is without brackets; labels have them.
_INCOME_LOSS = re.compile(r"\b(income|earnings|profit) loss\b", re.IGNORECASE)
_REVENUE = re.compile(r"\b(?:revenues?|sales|turnover)\b", re.IGNORECASE)
# A column is a measure only where its heading is a printed label of the table of concepts.
_SURE = 0.9
# Headings and labels that stand for the whole company, or for another unit rather than another segment.
_WHOLE = re.compile(r"\b(?:consolidated|total|all segments|company|per share)\b", re.IGNORECASE)


def row_concepts(
    rows: Sequence[Row], statement: Statement, concepts: Concepts, names: OwnNames | None
) -> dict[int, str]:
    """The concept of each row that has numbers and a label, by the row's number.

    A company writes its own name into its labels ("attributable to Example Corp."); concepts know only "the company".
    A statement has each concept once. A note may repeat its rows under one heading after another (segments): there
    each concept is once a heading.
    """
    valued = [n for n, row in enumerate(rows) if row.label and any(cell is not None for cell in row.cells)]
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for number in valued:
        groups[rows[number].path if statement is Statement.NOTE else ()].append(number)
    found: dict[int, str] = {}
    for members in groups.values():
        named = [
            (anonymous(rows[n].label, names), tuple(anonymous(heading, names) for heading in rows[n].path))
            for n in members
        ]
        for index, match in concepts.assign(named, statement).items():
            if statement is not Statement.NOTE or not _of_heading(match.concept, *named[index], concepts):
                found[members[index]] = match.concept
    return found


def _of_heading(concept: str, label: str, path: tuple[str, ...], concepts: Concepts) -> bool:
    """Whether a row is a part of what its heading measures: "Services" below "Gross margin:" is no revenue."""
    if "Revenue" not in concept or _REVENUE.search(label) or not path:
        return False
    heading = concepts.match_label(path[-1].rstrip(" :"), (), Statement.NOTE)
    return heading is not None and heading.score >= _SURE and "Revenue" not in heading.concept


def row_segments(rows: Sequence[Row], statement: Statement) -> dict[int, str]:
    """The segment of rows whose label stands under several headings ("North America: Net sales; International: ...").

    A heading that stands for the whole company is no segment. The primary statements have none.
    """
    if statement is not Statement.NOTE:
        return {}
    headings: dict[str, set[str]] = defaultdict(set)
    members: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.label and row.path and any(cell is not None for cell in row.cells):
            label = _LOSS.sub("", row.label).lower()
            headings[label].add(row.path[-1])
            members[row.path[-1]].append(label)
    segments = {
        heading
        for heading, labels in members.items()
        if sum(len(headings[label]) > 1 for label in labels) * 2 >= len(labels) and not _WHOLE.search(heading)
    }
    return {n: row.path[-1] for n, row in enumerate(rows) if row.label and row.path and row.path[-1] in segments}


def column_concepts(columns: Sequence[ColumnMeaning], statement: Statement, concepts: Concepts) -> dict[int, Concept]:
    """Columns of a note that are measures ("Net sales | Operating income" over rows of segments), by their number."""
    found: dict[int, Concept] = {}
    if statement is not Statement.NOTE:
        return found
    for index, column in enumerate(columns):
        if column.period is None or not column.segment:
            continue
        match = concepts.match_label(_INCOME_LOSS.sub(r"\1 (loss)", column.segment), (), statement)
        if match is not None and match.how == "label" and match.score >= _SURE:
            found[index] = concepts[match.concept]
    return found


def of_whole(label: str) -> bool:
    """Whether a row of a table by segments is the whole company's ("Total company", "Consolidated")."""
    return bool(_WHOLE.search(label))


def agreed(figure: Figure, concept: Concept | None) -> Figure:
    """The figure with its concept, where the two agree.

    A percentage or a number per share is no revenue, whatever its label says; an income statement's row that is known
    to be per share is so without saying it; a balance in a note is an instant though its column names just a year.
    """
    if concept is None:
        return figure
    unit = figure.unit
    money = bool(figure.currency) and not unit.endswith("/share")
    if concept.unit == "per_share" and money and figure.statement is Statement.INCOME:
        value = figure.value.scaleb(-figure.scale)
        return replace(figure, concept=concept.key, value=value, scale=0, unit=f"{figure.currency}/share")
    fits = {
        "currency": money or not unit,
        "per_share": unit.endswith("/share"),
        "shares": unit == "shares" or not unit,
        "percent": unit in ("percent", "pure"),
        "pure": unit not in ("shares", "percent"),
    }
    if not fits[concept.unit]:
        return figure
    period = figure.period
    if concept.instant and figure.statement is Statement.NOTE and period is not None and not period.instant:
        period = Period(period.end)
    return replace(figure, concept=concept.key, period=period)
