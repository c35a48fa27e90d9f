"""The 13F information table: what an institution holds, as one table (EDGAR Form 13F XML schema)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.errors import UnreadableFileError
from ingest.grid_cells import GridCell
from ingest.readers.contexts import named
from ingest.readers.sections import SECTION_CHARACTERS, Piece, compose
from ingest.readers.xbrl import plain_decimal
from ingest.schema import BlockKind, Reading

if TYPE_CHECKING:
    from lxml import etree

HOLDINGS_PER_PAGE = 60
_INFO_COLUMNS = (
    ("value", "Value"), ("sshPrnamt", "Shares or principal amount"), ("Sole", "Voting authority: sole"),
    ("Shared", "Voting authority: shared"), ("None", "Voting authority: none"),
)  # fmt: skip


def read_information_table(root: etree._Element, name: str) -> Reading:
    """A line for each holding, with its CUSIP in the label; `HOLDINGS_PER_PAGE` to a page.

    Raises:
        UnreadableFileError: it lists nothing.
    """
    head = [GridCell("Holding"), *(GridCell(title) for _, title in _INFO_COLUMNS)]
    rows = [head]
    for holding in named(root, "infotable"):
        fields = {str(e.tag).rpartition("}")[2]: (e.text or "").strip() for e in holding.iter()}
        label = " ".join(f"{fields.get('nameOfIssuer', '')} {fields.get('titleOfClass', '')}".split())
        extra = [fields[key] for key in ("cusip", "putCall") if fields.get(key)]
        cells = [GridCell(f"{label}, {', '.join(extra)}" if extra else label)]
        for key, _ in _INFO_COLUMNS:
            text = fields.get(key, "")
            value = plain_decimal(text)
            cells.append(GridCell(f"{value:,f}" if value is not None else text, value=value))
        rows.append(cells)
    if len(rows) == 1:
        raise UnreadableFileError(f"{name}: a 13F information table without a holding; fetch the file again.")
    pieces = [Piece(BlockKind.HEADING, "Form 13F information table")]
    for start in range(1, len(rows), HOLDINGS_PER_PAGE):
        grid = [head, *rows[start : start + HOLDINGS_PER_PAGE]]
        pieces.append(Piece(BlockKind.TABLE, " " * (SECTION_CHARACTERS - 100), grid))
    return compose(pieces)
