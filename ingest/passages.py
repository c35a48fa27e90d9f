"""Passages: the pieces of a document that are embedded and quoted.

Ingest embeds every passage, so there are few: each is filled to nearly what the base reads, none overlaps another,
and running headers, footers and page numbers are left out. A passage never crosses a page, so that its page is
exact. A table's rows keep their numbers in the text, for quotes; what is embedded of it is its words.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.schema import Block, BlockKind, Document, Page, Passage, Reading, Table
from ingest.sentences import sentences, token_estimate

MAX_TOKENS = 224  # of a passage's words; the base reads 256, and its heading is embedded with it
EMBEDDED_CHARACTERS = 560
_EDGE_LINES = 3
_WITHIN = " › "
_CONTENTS_ITEMS = 5
_TITLE_CHARACTERS = 120
_LONG_TABLE = 1.5
_WRAPPED = 60  # characters: a shorter line without a full stop was not wrapped

_NUMBER = r"[(\[]?[-–—]?\s?[$€£¥]?\s?\(?\d[\d,]*(?:\.\d+)?\)?\s?%?\)?"
_FIGURE = re.compile(rf"(?<![\w.]){_NUMBER}(?![\w])|(?<!\w)[$€£¥%—–-](?!\w)")
_PAGE_NUMBER = re.compile(
    r"(?:page\s+)?[-–—]?\s*(?:[A-Z]-)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\s*[-–—]?|[ivxl]{1,6}", re.IGNORECASE
)
_CONTENTS = re.compile(r"(?:table of contents|index to financial statements)\W*", re.I)
_ITEM = re.compile(r"(?:part\s+[iv]+\b[\s,.:—–-]*)?item\s+\d{1,2}(?:\.\d\d)?[A-C]?\b[\s.:—–-]*", re.I)
_NOTE = re.compile(r"notes?\s+\d{1,2}\b|\d{1,2}[.)]\s+[A-Z]", re.I)
_BULLET = re.compile(r"[•●▪■◦*–—-]\s|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s")
_ENDS = (".", ";", ":", "?", "!", ".”", '."')


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
    furniture = _furniture(reading.pages)
    passages: list[Passage] = []
    section = _Section()
    for page in reading.pages:
        blocks = [
            block
            for block in page.blocks or _blocks_of(page.text)
            if block.kind is BlockKind.TABLE or not _is_furniture(block.text, furniture)
        ]
        # A table of contents lists every item's title: none of them is the section that follows.
        section.frozen = sum(bool(_ITEM.match(block.text)) for block in blocks) >= _CONTENTS_ITEMS
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
    if not line or line[-1].isalpha() or line.endswith(_ENDS):
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
        if _ITEM.match(title):
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
    for line in _unwrapped(block.text):
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
    lines = [line for line in caption if line not in said and not _is_furniture(line, furniture)]
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


def _normal(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.lower().split()))


def _furniture(pages: tuple[Page, ...]) -> frozenset[str]:
    """The running headers and footers: lines at the edge of at least a twentieth of the pages (and of four)."""
    counts: Counter[str] = Counter()
    for page in pages:
        lines = [line for line in page.text.splitlines() if line.strip()]
        counts.update({_normal(line) for line in lines[:_EDGE_LINES] + lines[-_EDGE_LINES:]})
    return frozenset(line for line, count in counts.items() if count >= max(4, len(pages) / 20))


def _is_furniture(text: str, furniture: frozenset[str]) -> bool:
    text = text.strip()
    if not text or len(text) > 200:
        return not text
    return bool(_PAGE_NUMBER.fullmatch(text) or _CONTENTS.fullmatch(text)) or _normal(text) in furniture


def _blocks_of(text: str) -> list[Block]:
    """The blocks of a page that came as text alone: paragraphs and headings by the shape of their lines."""
    blocks: list[Block] = []
    for line in _unwrapped(text):
        if not _is_furniture(line, frozenset()):
            kind = BlockKind.HEADING if _looks_like_heading(line) else BlockKind.PARAGRAPH
            blocks.append(Block(kind, line))
    return blocks


def _unwrapped(text: str) -> list[str]:
    """The lines of `text`, those that a page's width broke joined again; tabular lines stay apart."""
    lines: list[str] = []
    wrapped = False
    for raw in text.replace("\x02", "-").replace("\ufffe", "-").splitlines():
        line = " ".join(raw.split())
        tabular = len(_FIGURE.findall(line)) * 3 >= len(line.split())
        if wrapped and line and not tabular and not _BULLET.match(line):
            lines[-1] += line if lines[-1].endswith("-") else " " + line
        elif line:
            lines.append(line)
        wrapped = bool(line) and not tabular and len(line) >= _WRAPPED and not line.endswith(_ENDS)
    return lines


def _looks_like_heading(line: str) -> bool:
    """A short line without a full stop whose words are mostly capitalised, or an item or note of a form."""
    words = line.split()
    if len(words) > 16 or (line.endswith((".", ";", ",")) and not _ITEM.match(line)):
        return False
    if _ITEM.match(line) or _NOTE.match(line):
        return True
    letters = [word for word in words if word[0].isalpha()]
    long = [word for word in letters if len(word) > 3]
    return len(letters) * 3 >= len(words) * 2 and bool(long) and all(w[0].isupper() for w in long) and len(words) > 1
