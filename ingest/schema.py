"""The words of ingest as types: what a reader returns, and what the library keeps.

Two families. A reader returns a `Reading` (pages, tables, tagged facts), exactly as printed. The rest of
ingest turns it into what the library keeps: a `Document`, its `Passage`s and its `Figure`s. Everything is
frozen, so a value can be shared between threads and sent to a worker process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Source(StrEnum):
    """Where a figure was read."""

    XBRL = "xbrl"
    TABLE = "table"
    TEXT = "text"


class Statement(StrEnum):
    """What a table is. Every table that is not one of the primary statements is a note."""

    INCOME = "income"
    COMPREHENSIVE_INCOME = "comprehensive_income"
    BALANCE = "balance"
    CASH_FLOW = "cash_flow"
    EQUITY = "equity"
    NOTE = "note"


class Check(StrEnum):
    """What the checks found out about a figure."""

    TIES = "ties"
    BROKEN = "broken"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in points (1/72 inch) from the page's top left corner."""

    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Period:
    """An instant (`start` is None) or a duration, both ends included."""

    end: date
    start: date | None = None

    @property
    def instant(self) -> bool:
        return self.start is None

    @property
    def months(self) -> int:
        """Length in months to the nearest month; 0 for an instant. 52- and 53-week years are 12."""
        if self.start is None:
            return 0
        return round(((self.end - self.start).days + 1) / 30.4375)


@dataclass(frozen=True, slots=True)
class TaggedFact:
    """One XBRL fact as tagged. `concept` keeps its prefix (`us-gaap:Assets`)."""

    concept: str
    text: str
    value: Decimal | None
    unit: str | None
    decimals: str | None
    period: Period | None
    context: str
    dimensions: tuple[tuple[str, str], ...] = ()
    label: str | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One printed cell of a table. `value` is signed but not scaled: "(1,577)" is -1577; a dash has none.

    `text` is what a reader sees, with its symbols ("$ (1,577)"). `symbol` is "$", "€", "%", ... or "".
    `marks` are footnote marks, without their brackets. `fact` is the inline XBRL fact in this cell.
    """

    text: str
    value: Decimal | None = None
    dash: bool = False
    symbol: str = ""
    marks: tuple[str, ...] = ()
    box: Box | None = None
    fact: TaggedFact | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One line item. `path` holds the headings above it, outermost first; `cells` aligns with the columns.

    A heading row ("Current assets:") has no cell at all. `label` is whole, however many lines it took.
    """

    label: str
    cells: tuple[Cell | None, ...]
    path: tuple[str, ...] = ()
    indent: int = 0
    box: Box | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One value column. `headers` are its heading lines from top to bottom, spanning ones repeated."""

    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table as printed. `caption` holds the lines above it, nearest last: title, company, units.

    `stub` is the heading over the label column ("(In millions)"). `number` counts from 1 on its page.
    A table that runs over pages is one Table on its first page; each cell's page is in `row_pages`.
    """

    page: int
    number: int
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: tuple[str, ...] = ()
    stub: str = ""
    box: Box | None = None
    row_pages: tuple[int, ...] = ()

    def page_of(self, row: int) -> int:
        """The page that row number `row` (from 0) is printed on."""
        return self.row_pages[row] if self.row_pages else self.page


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page in reading order. `table` is the number of the page's table for a TABLE block."""

    kind: BlockKind
    text: str
    box: Box | None = None
    table: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a document (a section of one without pages). `number` counts from 1; sizes in points."""

    number: int
    text: str
    blocks: tuple[Block, ...] = ()
    width: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader returns: the document as printed, with nothing interpreted.

    `properties` are facts that the file states about itself, by name (`dei:EntityRegistrantName`, `title`).
    `warnings` are one-line remarks for the user ("3 pages hold only images").
    """

    pages: tuple[Page, ...]
    tables: tuple[Table, ...] = ()
    facts: tuple[TaggedFact, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One ingested file. `name` is what citations use: the file's stem, made unique in its library.

    `company` is the registrant's name as printed; `aliases` are its other names, former ones and tickers.
    `fiscal_year` is the company's own name for the year that ends (or is under way) at `period_end`;
    `fiscal_year_end` is (month, day) of the year's nominal end. `fiscal_quarter` is None for a full year.
    """

    name: str
    sha256: str
    path: str
    company: str = ""
    aliases: tuple[str, ...] = ()
    form: str = ""
    fiscal_year: int | None = None
    fiscal_quarter: int | None = None
    period_end: date | None = None
    fiscal_year_end: tuple[int, int] | None = None
    filed: date | None = None
    currency: str = "USD"
    language: str = "en"
    industry: str = ""
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document's text. `section` is the nearest heading; `table` names a table's caption passage.

    `id` is `<document>.p<page>.s<ordinal>`; `text` is the exact text of the page.
    """

    id: str
    document: str
    page: int
    section: str
    text: str
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a document, exact and traceable.

    `value` is in whole units (`printed` times ten to `scale`): dollars, not millions; percent as printed
    (5.1 for "5.1%"). `unit` is an ISO currency code, `<code>/share`, `shares`, `percent`, `pure` or "".
    `id` is `<document>.p<page>.t<table>.r<row>.c<column>` for tables, all counted from 1, and
    `<document>.x<ordinal>` for facts. `headers` are the column's. `segment` holds what narrows the figure
    down beyond its line item (a business segment, an XBRL member), "" for the whole company.
    `restated` marks a figure of an "as adjusted" or "as restated" column, or one that the document says it revised.
    """

    id: str
    document: str
    page: int
    label: str
    path: tuple[str, ...]
    printed: str
    value: Decimal
    scale: int
    unit: str
    currency: str
    period: Period | None
    fiscal_year: int | None
    fiscal_quarter: int | None
    statement: Statement
    table: str
    caption: str
    headers: tuple[str, ...]
    concept: str | None = None
    segment: str = ""
    restated: bool = False
    source: Source = Source.TABLE
    box: Box | None = None
    decimals: str | None = None
    confidence: float = 1.0
    check: Check = Check.NONE

    @property
    def sign(self) -> int:
        """-1, 0 or 1."""
        return (self.value > 0) - (self.value < 0)
