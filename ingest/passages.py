"""Passages: the pieces of a document that are embedded and quoted.

Ingest embeds every passage, so there are few: each is filled to nearly what the base reads, none overlaps another,
and running headers, footers and page numbers are left out. A passage never crosses a page, so that its page is
exact. A table's rows keep their numbers in the text, for quotes; what is embedded of it is its words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ingest.page_lines import ENDS, ITEM, blocks_of, furniture_of, is_furniture, unwrapped
from ingest.schema import Block, BlockKind, Document, Passage, Reading, Table
from ingest.sentences import sentences, token_estimate

MAX_TOKENS = 224  # of a passage's words; the base reads 256, and its heading is embedded with it
EMBEDDED_CHARACTERS = 560
_WITHIN = " › "
_CONTENTS_ITEMS = 5
_TITLE_CHARACTERS = 120
_LONG_TABLE = 1.5


@dataclass(slots=True)
class _Unit:
    """A piece that is not split: a sentence, a heading or a table. `tokens` counts what is embedded of it."""

    text: str
    tokens: int
    section: str
    heading: bool = False
    table: int = 0
    joins: bool = False  # goes on in the line of the unit before it


def make_passages(reading: Reading, document: Document) -> list[Passage]:
    """The passages of a document in reading order, each at most about `MAX_TOKENS` tokens of embedded text.

    A page without blocks is split by its lines. A table's rows keep a line each, and so does each paragraph.
    """
    tables = {(table.page, table.number): table for table in reading.tables}
    continued = _continued(reading.tables)
    furniture = furniture_of(reading.pages)
    passages: list[Passage] = []
    section = _Section()
    for page in reading.pages:
        blocks = [
            block
            for block in page.blocks or blocks_of(page.text)
            if block.kind is BlockKind.TABLE or not is_furniture(block.text, furniture)
        ]
        # A table of contents lists every item's title: none of them is the section that follows.
        section.frozen = sum(bool(ITEM.match(block.text)) for block in blocks) >= _CONTENTS_ITEMS
        units: list[_Unit] = []
        for block in blocks:
            if block.kind is BlockKind.TABLE:
                table = tables.get((page.number, block.table))
                units.extend(_table_units(table, page.number, units, furniture, str(section)) if table else ())
            else:
                units.extend(_units(block, section))
        for table in continued.get(page.number, ()):
            units.extend(_table_units(table, page.number, units, furniture, str(section)))
        for run in _pack(units):
            text = _join(run)
            name = f"{document.name}.p{page.number}.s{len(passages) + 1}"
            body = next((unit for unit in run if not unit.heading), run[-1])
            table_tokens = sum(unit.tokens for unit in run if unit.table)
            number = next((unit.table for unit in run if unit.table), 0)
            named = number and 2 * table_tokens >= sum(unit.tokens for unit in run)
            passages.append(
                Passage(
                    id=name,
                    document=document.name,
                    page=page.number,
                    section=body.section,
                    text=text,
                    table=f"{document.name}.p{page.number}.t{number}" if named else None,
                )
            )
    return passages


def embedding_text(passage: Passage, document: Document) -> str:
    """What is embedded of a passage: its nearest heading, then its text without the numbers of its table rows.

    Of a longer one the beginning: half the tokens find the page as often, and embedding is most of what ingest
    costs (`benchmarks/bench_retrieval.py` measures both).
    """
    words = _words_only(passage.text)
    heading = passage.section.rpartition(_WITHIN)[2]
    text = words if words.startswith(heading) else f"{heading}\n{words}"
    return text if len(text) <= EMBEDDED_CHARACTERS else text[:EMBEDDED_CHARACTERS].rpartition(" ")[0]


def _words_only(text: str) -> str:
    """`text` without the numbers that end its lines, which are those of table rows; prose ends with a full stop."""
    return "\n".join(kept for line in text.split("\n") if (kept := _row_words(line)))


def _row_words(line: str) -> str:
    if not line or line[-1].isalpha() or line.endswith(ENDS):
        return line
    words = line.split(" ")
    last = next((n for n in range(len(words), 0, -1) if any(map(str.isalpha, words[n - 1]))), 0)
    return " ".join(words[:last])


@dataclass(slots=True)
class _Section:
    """Where in the document we are: the item of the form, and the nearest heading under it."""

    item: str = ""
    heading: str = ""
    frozen: bool = False

    def enter(self, title: str) -> None:
        if self.frozen:
            return
        if ITEM.match(title):
            self.item, self.heading = title, ""
        else:
            self.heading = title

    def __str__(self) -> str:
        return _WITHIN.join(part for part in (self.item, self.heading) if part)


def _units(block: Block, section: _Section) -> Iterator[_Unit]:
    """The units of a heading or a paragraph, none over `MAX_TOKENS`."""
    if block.kind is BlockKind.HEADING:
        text = " ".join(block.text.split())
        section.enter(text[:_TITLE_CHARACTERS])
        yield _Unit(text, token_estimate(text), str(section), heading=True)
        return
    for line in unwrapped(block.text):
        for number, sentence in enumerate(sentences(line)):
            for part, piece in enumerate(_bounded(sentence)):
                tokens = token_estimate(_words_only(piece))
                yield _Unit(piece, tokens, str(section), joins=number > 0 or part > 0)


def _bounded(sentence: str) -> list[str]:
    """A sentence (a list without a full stop may fill a page) cut into pieces of at most `MAX_TOKENS`."""
    if len(sentence) <= 2 * MAX_TOKENS or token_estimate(sentence) <= MAX_TOKENS:
        return [sentence]
    pieces: list[str] = []
    words: list[str] = []
    size = 0
    for word in sentence.split(" "):
        tokens = max(1, token_estimate(word))
        if size + tokens > MAX_TOKENS and words:
            pieces.append(" ".join(words))
            words, size = [], 0
        words.append(word)
        size += tokens
    return [*pieces, " ".join(words)]


def _pack(units: list[_Unit]) -> Iterator[list[_Unit]]:
    """Runs of units, as few as fit and of about equal length; a heading stays with what follows it."""
    total = sum(unit.tokens for unit in units)
    if not units:
        return
    target = total / max(1, -(-total // MAX_TOKENS))
    run: list[_Unit] = []
    size = 0
    for unit in units:
        full = size + unit.tokens > MAX_TOKENS
        # A heading is a good place to cut once a run is nearly long enough.
        ripe = size >= (0.75 if unit.heading else 1.0) * target and total - size > 0.25 * target
        if run and (full or ripe) and any(not u.heading for u in run):
            carried: list[_Unit] = []
            while run[-1].heading:
                carried.insert(0, run.pop())
            yield run
            total -= size - sum(u.tokens for u in carried)
            run, size = carried, sum(u.tokens for u in carried)
        run.append(unit)
        size += unit.tokens
    yield run


def _join(run: list[_Unit]) -> str:
    parts: list[str] = []
    for unit in run:
        parts.append((" " if unit.joins else "\n") if parts else "")
        parts.append(unit.text)
    return "".join(parts)


def _table_units(
    table: Table, page: int, before: list[_Unit], furniture: frozenset[str], section: str
) -> Iterator[_Unit]:
    """The rows of `table` that are printed on `page`, a line each, under its caption and column headings.

    Caption lines that the page's earlier units hold are left out. A table that is
    a little too long stays whole; a much longer one is cut between rows.
    """
    said = " ".join(unit.text for unit in before)
    caption = (" ".join(line.split()) for line in table.caption) if page == table.page else ()
    lines = [line for line in caption if line not in said and not is_furniture(line, furniture)]
    lines.append(" ".join([table.stub, *dict.fromkeys(" ".join(column.headers) for column in table.columns)]).strip())
    for number, row in enumerate(table.rows):
        if table.page_of(number) == page:
            lines.append(" ".join([row.label, *(cell.text for cell in row.cells if cell)]).strip())
    sizes = [token_estimate(_words_only(line)) for line in lines]
    limit = MAX_TOKENS if sum(sizes) > _LONG_TABLE * MAX_TOKENS else _LONG_TABLE * MAX_TOKENS
    held: list[str] = []
    size = 0
    for line, tokens in zip(lines, sizes, strict=True):
        if held and size + tokens > limit:
            yield _Unit("\n".join(held), size, section, table=table.number)
            held, size = [], 0
        if line:
            held.append(line)
            size += tokens
    if held:
        yield _Unit("\n".join(held), size, section, table=table.number)


def _continued(tables: tuple[Table, ...]) -> dict[int, list[Table]]:
    """The tables that run on, by each later page that holds rows of them."""
    found: dict[int, list[Table]] = {}
    for table in tables:
        for page in dict.fromkeys(table.row_pages):
            if page != table.page:
                found.setdefault(page, []).append(table)
    return found
