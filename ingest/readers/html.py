"""HTML and inline XBRL reports: pages, blocks, tables and tagged facts.

Pages are those of the report's page-break styles; a report without any is cut into sections of bounded size.
Nothing is fetched and no script runs: the tree comes from libxml2's forgiving HTML parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import UnreadableFileError, UnsafeFileError
from ingest.grid import build_tables, render
from ingest.grid_cells import GridCell
from ingest.readers.contexts import local
from ingest.readers.encoding import decode
from ingest.readers.inline import FACTS, InlineFacts, properties
from ingest.readers.markup import BLOCKS, SKIPPED, breaks_page, is_bold, is_hidden, table_rows
from ingest.readers.safety import check_markup, read_bytes
from ingest.readers.sections import Piece, compose, is_heading
from ingest.schema import BlockKind, Reading, TaggedFact

if TYPE_CHECKING:
    from lxml import etree

Rows = list[list[GridCell]]
_BODY = re.compile(r"<\s*(?:html|body|table|div|p|pre|font|center|h[1-6]|ix:)\b", re.IGNORECASE)


def read_html(path: Path) -> Reading:
    """An HTML file, with or without inline XBRL.

    Raises:
        UnreadableFileError: it is empty, binary or holds no text.
        UnsafeFileError: it is too large or declares entities.
    """
    data = read_bytes(path)
    check_markup(data, path.name)
    return read_markup(decode(data, path.name), path.name)


def read_markup(text: str, name: str) -> Reading:
    """An HTML document's text.

    Raises:
        UnreadableFileError: there is neither text nor a fact in it.
    """
    root = parse(text, name)
    inline = InlineFacts(root)
    walk = _Walk()
    walk.run(root)
    pages_of = walk.pages()
    facts = {element: inline.fact(element, pages_of(walk.found.get(element, 0))) for element in inline.elements}
    reading = compose(walk.pieces_with(facts), facts=tuple(facts.values()))
    if not reading.pages and not facts:
        raise UnreadableFileError(f"{name}: no text in this HTML; expected a report. Check that the file is whole.")
    stated = properties(list(facts.values()))
    title = " ".join((root.findtext(".//title") or "").split())
    if title:
        stated.setdefault("title", title)
    return Reading(reading.pages, reading.tables, tuple(facts.values()), stated, reading.warnings)


def parse(text: str, name: str) -> etree._Element:
    """The tree of an HTML document, however broken its markup.

    Raises:
        UnreadableFileError: nothing in it is HTML.
        UnsafeFileError: it is nested too deeply to be read whole.
    """
    from lxml import etree, html

    if not _BODY.search(text):
        raise UnreadableFileError(f"{name}: no HTML element in this file; expected a report in HTML.")
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise UnreadableFileError(f"{name}: the HTML cannot be parsed; fetch the file again.") from error
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise UnsafeFileError(f"{name}: elements nested more than 2,000 deep, beyond what is read; refused.")
    return root


@dataclass(slots=True)
class _Walk:
    """One pass over the tree in reading order; `found` maps a tagged element to the piece it is in."""

    pieces: list[Piece] = field(default_factory=list)
    tables: dict[int, etree._Element] = field(default_factory=dict)
    found: dict[etree._Element, int] = field(default_factory=dict)
    _parts: list[str] = field(default_factory=list)
    _bold: int = 0
    _break: bool = False

    def run(self, root: etree._Element) -> None:
        from lxml import etree

        walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        bold = [False]
        for event, node in walker:
            if event == "start":
                name = local(node)
                bold.append(is_bold(node, bold[-1]))
                if name in SKIPPED or is_hidden(node):
                    self._note_facts(node)
                    walker.skip_subtree()
                    continue
                if breaks_page(node, "before"):
                    self._page_break()
                if name == "table" and next(node.iterdescendants("table"), None) is None:
                    self._flush()
                    self._note_facts(node)
                    self.tables[len(self.pieces)] = node
                    self._add(Piece(BlockKind.TABLE, " " * _size(node)))
                    walker.skip_subtree()
                elif name == "pre":
                    self._flush()
                    self._note_facts(node)
                    self._pre("".join(t for t in node.itertext() if isinstance(t, str)))
                    walker.skip_subtree()
                else:
                    self._start(node, name, bold[-1])
            else:
                if event == "end":
                    bold.pop()
                    if local(node) in BLOCKS:
                        self._flush()
                    if breaks_page(node, "after"):
                        self._page_break()
                self._text(node.tail, bold[-1])
        self._flush()

    def _start(self, node: etree._Element, name: str, bold: bool) -> None:
        if name in FACTS and ":" in str(node.tag):
            self.found[node] = len(self.pieces)
        if name in BLOCKS:
            self._flush()
        elif name == "br":
            self._parts.append("\n")
        self._text(node.text, bold)

    def _note_facts(self, node: etree._Element) -> None:
        for element in node.iter():
            if local(element) in FACTS:
                self.found[element] = len(self.pieces)

    def _text(self, text: str | None, bold: bool) -> None:
        if text:
            self._parts.append(text.replace("\n", " "))
            if bold:
                self._bold += len(text.strip())

    def _page_break(self) -> None:
        self._flush()
        self._break = True

    def _flush(self) -> None:
        text = "\n".join(line for raw in "".join(self._parts).split("\n") if (line := " ".join(raw.split())))
        if text:
            kind = BlockKind.HEADING if is_heading(text, self._bold * 10 >= len(text) * 8) else BlockKind.PARAGRAPH
            self._add(Piece(kind, text))
        self._parts.clear()
        self._bold = 0

    def _add(self, piece: Piece) -> None:
        piece.breaks = self._break
        self._break = False
        self.pieces.append(piece)

    def _pre(self, text: str) -> None:
        from ingest.readers.text import pieces_of

        for piece in pieces_of(text):
            breaks = piece.breaks
            self._add(piece)
            piece.breaks = piece.breaks or breaks

    def pages(self) -> Callable[[int], int]:
        """The page of a piece, from the page breaks and section sizes."""
        from ingest.readers.sections import paginate

        numbers = paginate(self.pieces)
        return lambda index: numbers[min(index, len(numbers) - 1)] if numbers else 1

    def pieces_with(self, facts: dict[etree._Element, TaggedFact]) -> Sequence[Piece]:
        """The pieces, each table now with its rows and the facts in its cells."""
        for index, element in self.tables.items():
            self.pieces[index].rows = table_rows(element, facts)
        return self.pieces


def _size(table: etree._Element) -> int:
    """About how many characters a table prints."""
    return sum(len(t.strip()) + 2 for t in table.itertext() if isinstance(t, str) and t.strip())


__all__ = ["build_tables", "parse", "read_html", "read_markup", "render"]
