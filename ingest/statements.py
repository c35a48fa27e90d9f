"""Tables become figures: every number of a statement or note table, with its period, unit, scale and concept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from ingest.calendar import FiscalCalendar, find_dates, find_years
from ingest.column_periods import ColumnMeaning, at_boundary, read_column
from ingest.concepts import Concepts, load_concepts
from ingest.facts import as_decimal, concept_of, fact_figure, fiscal_name, segment_of, unit_of
from ingest.numbers import SYMBOLS
from ingest.own_names import OwnNames, own_names
from ingest.row_concepts import agreed, column_concepts, of_whole, row_concepts, row_segments
from ingest.row_spans import row_spans
from ingest.schema import Cell, Document, Figure, Page, Period, Reading, Row, Source, Statement, Table
from ingest.statement_kinds import classify
from ingest.units import UnitContext, measure, mostly_whole, percent_columns, prints_cents, read_unit_context

# How sure a figure is before the checks: a primary statement's cell, a note's, one whose scale was inherited.
_STATEMENT, _NOTE, _INHERITED = 0.95, 0.85, 0.7
_ROW_PERIOD = re.compile(
    r"^(?:(?:fiscal\s+)?(?:years?\s+(?:ended|ending)\s+)?|as of |at |balances?,?\s*(?:as of|at|,)?\s*)", re.I
)


@dataclass(frozen=True, slots=True)
class _Setting:
    """What the whole document says: its calendar, the scale of its statements, its concepts."""

    document: Document
    calendar: FiscalCalendar
    concepts: Concepts
    default_scale: int
    names: OwnNames | None


def read_figures(reading: Reading, document: Document, concepts: Concepts | None = None) -> list[Figure]:
    """All figures of a document: of its tables, and of its tagged facts that no table shows."""
    concepts = concepts or load_concepts()
    kinds = classify(reading.tables)
    calendar = FiscalCalendar(document, _stated_ends(reading.tables, kinds))
    setting = _Setting(document, calendar, concepts, _default_scale(reading, kinds), own_names(document))
    pages = {page.number: page for page in reading.pages}
    figures: list[Figure] = []
    shown: set[int] = set()
    for table, kind in zip(reading.tables, kinds, strict=True):
        figures.extend(_table_figures(table, kind, setting, pages.get(table.page)))
        shown.update(id(cell.fact) for row in table.rows for cell in row.cells if cell is not None and cell.fact)
    ordinal = 0
    for fact in reading.facts:
        if id(fact) in shown:
            continue
        figure = fact_figure(fact, ordinal + 1, document, calendar, concepts)
        if figure is not None:
            ordinal += 1
            figures.append(figure)
    return figures


def _stated_ends(tables: Sequence[Table], kinds: Sequence[Statement]) -> set[date]:
    """The dates that head the columns of the primary statements."""
    return {
        day
        for table, kind in zip(tables, kinds, strict=True)
        if kind is not Statement.NOTE
        for column in table.columns
        for day, _, _ in find_dates(" ".join(column.headers))
    }


def _default_scale(reading: Reading, kinds: Sequence[Statement]) -> int:
    """The scale of the primary statements, for tables that state none."""
    scales: Counter[int] = Counter()
    for table, kind in zip(reading.tables, kinds, strict=True):
        context = read_unit_context(_unit_texts(table))
        if context.scale is not None:
            scales[context.scale] += 1 if kind is Statement.NOTE else 10
    return scales.most_common(1)[0][0] if scales else 0


def _unit_texts(table: Table) -> list[str]:
    """Where a table may state its unit, nearest first."""
    return [table.stub, *reversed(table.caption), *(row.label for row in table.rows[:3] if not any(row.cells))]


def _table_figures(table: Table, kind: Statement, setting: _Setting, page: Page | None) -> Iterator[Figure]:
    headers = [" ".join(column.headers) for column in table.columns]
    context = read_unit_context([*_unit_texts(table), *headers])
    inherited = context.scale is None
    if inherited and page is not None:
        context = _page_context(table, page)
        inherited = context.scale is None
    about = " ".join([table.stub, *(line for line in table.caption if len(line) < 200)])
    meanings = [read_column(column.headers, about, kind, setting.calendar) for column in table.columns]
    percents = percent_columns(table.rows, headers)
    money = any(c is not None and c.symbol and c.symbol in SYMBOLS for row in table.rows for c in row.cells)
    money = money or (kind is not Statement.NOTE)
    matches = row_concepts(table.rows, kind, setting.concepts, setting.names)
    segments = row_segments(table.rows, kind)
    measures = column_concepts(meanings, kind, setting.concepts)
    whole_numbers = mostly_whole(table.rows)
    row_meanings = _row_periods(table.rows, kind, setting.calendar)
    spans = row_spans(table.rows, setting.calendar) if kind is Statement.NOTE else [None] * len(table.rows)
    base = _STATEMENT if kind is not Statement.NOTE else _NOTE
    caption = _caption(table)
    for number, row in enumerate(table.rows):
        concept = setting.concepts.get(matches.get(number, ""))
        zero_dash = any(cell is not None and cell.value is not None for cell in row.cells)
        for index, cell in enumerate(row.cells):
            if cell is None or (cell.value is None and not (cell.dash and zero_dash)):
                continue
            meaning = at_boundary(_merged(meanings[index], row_meanings[number]), row.label, setting.calendar)
            if (span := spans[number]) is not None:
                meaning = replace(
                    meaning, period=span.period, fiscal_year=span.fiscal_year, fiscal_quarter=span.fiscal_quarter
                )
            unit = measure(
                cell,
                row,
                headers[index],
                context,
                default_scale=setting.default_scale,
                currency=setting.document.currency or "USD",
                percent_column=percents[index],
                money_table=money,
                statement=kind,
            )
            within, of_figure = segments.get(number, ""), concept
            segment = ", ".join(part for part in (within, meaning.segment) if part)
            if index in measures:
                # Rows are segments and columns are measures: what the row says restricts what the column is.
                whole = of_whole(row.label) or spans[number] is not None
                of_figure, segment = measures[index], "" if whole else row.label
            scale = unit.scale
            if whole_numbers and scale and kind is Statement.NOTE and prints_cents(row):
                # A price or an amount a share among numbers in millions.
                scale = 0
            value = cell.value if cell.value is not None else Decimal(0)
            if unit.unit == "shares" and scale == 0 and value != value.to_integral_value():
                # A broken number of shares is in the table's scale, whatever its heading excepts.
                scale = context.scale or 0
            figure = Figure(
                id=f"{setting.document.name}.p{table.page}.t{table.number}.r{number + 1}.c{index + 1}",
                document=setting.document.name,
                page=table.page_of(number),
                label=row.label,
                path=row.path,
                printed=cell.text,
                value=as_decimal(value * 10**scale),
                scale=scale,
                unit=unit.unit,
                currency=unit.currency,
                period=meaning.period,
                fiscal_year=meaning.fiscal_year,
                fiscal_quarter=meaning.fiscal_quarter,
                statement=kind,
                table=f"p{table.page}.t{table.number}",
                caption=caption,
                headers=table.columns[index].headers,
                segment=segment,
                restated=meaning.restated,
                box=cell.box,
                confidence=_INHERITED if inherited and scale else base,
            )
            yield _tagged(agreed(figure, of_figure), cell, setting)


def _page_context(table: Table, page: Page) -> UnitContext:
    """A unit stated once at the head of the page ("(Dollars in millions)" under the title of the notes)."""
    head = [line for line in page.text.split("\n")[:8] if len(line) < 120]
    return read_unit_context(head)


def _caption(table: Table) -> str:
    """The lines over a table as one, without prose that is longer than a title."""
    lines = [line for line in table.caption if len(line) <= 160] or list(table.caption[-1:])
    return " | ".join([*lines[-4:], *([table.stub] if table.stub else [])])


def _merged(column: ColumnMeaning, row: ColumnMeaning | None) -> ColumnMeaning:
    """A column without a period takes its row's ("Balance at December 31, 2018", or years down the side)."""
    if row is None or row.period is None:
        return column
    if column.period is not None and not column.segment:
        return column
    return replace(column, period=row.period, fiscal_year=row.fiscal_year, fiscal_quarter=row.fiscal_quarter)


def _row_periods(rows: Sequence[Row], kind: Statement, calendar: FiscalCalendar) -> list[ColumnMeaning | None]:
    """Periods that rows state. In a statement of equity the rows between two balances cover the time between."""
    stated = [_stated_date(row, kind) for row in rows]
    meanings: list[ColumnMeaning | None] = []
    for index, day in enumerate(stated):
        if day is not None:
            name = calendar.name(day)
            meanings.append(ColumnMeaning(Period(day), name.year, name.quarter))
        elif kind is Statement.EQUITY:
            before = next((d for d in reversed(stated[:index]) if d), None)
            after = next((d for d in stated[index + 1 :] if d), None)
            if before and after and before < after:
                name = calendar.name(after)
                meanings.append(ColumnMeaning(Period(after, before + timedelta(days=1)), name.year, name.quarter))
            else:
                meanings.append(None)
        else:
            meanings.append(_year_row(rows[index], calendar))
    return meanings


def _stated_date(row: Row, kind: Statement) -> date | None:
    if kind is not Statement.EQUITY and len(row.label) > 60:
        return None
    dates = list(find_dates(row.label))
    if len(dates) != 1:
        return None
    day, start, end = dates[0]
    rest = _ROW_PERIOD.sub("", row.label[:start]) + row.label[end:]
    return day if len(rest.strip(" ,:;-–—()")) < 25 else None


def _year_row(row: Row, calendar: FiscalCalendar) -> ColumnMeaning | None:
    """A row that is labelled with a bare year, as in tables of maturities."""
    years = find_years(row.label)
    if len(years) != 1 or len(row.label) > 14:
        return None
    end = calendar.end_of_year(years[0])
    return ColumnMeaning(Period(end, end - timedelta(days=364)), years[0])


def _tagged(figure: Figure, cell: Cell, setting: _Setting) -> Figure:
    """An inline XBRL fact in the cell says what the figure is: it is taken as tagged."""
    fact = cell.fact
    if fact is None or fact.value is None or fact.unit is None:
        return figure
    unit, currency = unit_of(fact.unit)
    year, quarter = fiscal_name(fact, setting.calendar)
    percent = unit == "pure" and figure.unit == "percent"
    return replace(
        figure,
        value=fact.value * 100 if percent else fact.value,
        unit="percent" if percent else unit,
        currency=currency,
        period=fact.period or figure.period,
        fiscal_year=year if year is not None else figure.fiscal_year,
        fiscal_quarter=quarter,
        concept=concept_of(fact, setting.concepts),
        segment=segment_of(fact),
        source=Source.XBRL,
        decimals=fact.decimals,
        confidence=1.0,
    )
