"""How the sample annual report is set: pages, prose, and tables as printers set them.

A table keeps "$" and ")" in columns of their own beside the number, as real reports do, because that is
what makes them hard to read back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=9.5, leading=12, alignment=TA_JUSTIFY, spaceAfter=7)
ITEM = ParagraphStyle("item", parent=BODY, fontName="Times-Bold", fontSize=11, leading=14, spaceBefore=8)
HEAD = ParagraphStyle("head", parent=BODY, fontName="Times-Bold", spaceBefore=4, keepWithNext=1)
CENTER = ParagraphStyle("center", parent=BODY, alignment=TA_CENTER, spaceAfter=3)
TITLE = ParagraphStyle("title", parent=CENTER, fontName="Times-Bold", fontSize=11, leading=14)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=7.5, leading=9)
LABEL = ParagraphStyle("label", fontName="Times-Roman", fontSize=8.5, leading=10)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table. `kind` is "", "heading", "total" (rule above) or "grand" (rules above and below).

    A value is an amount, None for a cell that is left empty, or text that is printed as it stands.
    """

    label: str
    values: Sequence[Decimal | str | None] = ()
    indent: int = 0
    kind: str = ""
    symbol: str = ""


def prose(*paragraphs: str) -> list[Flowable]:
    return [Paragraph(text, BODY) for text in paragraphs]


def heading(text: str) -> Paragraph:
    return Paragraph(text, HEAD)


def item(text: str) -> Paragraph:
    return Paragraph(text, ITEM)


def printed(value: Decimal | str | None) -> tuple[str, str]:
    """The number and its closing mark: "(58.7" and ")"; zero is a dash."""
    if value is None:
        return "", ""
    if isinstance(value, str):
        return (value[:-1], "%") if value.endswith("%") else (value, "")
    if value == 0:
        return "—", ""
    text = f"{abs(value):,}"
    return (f"({text}", ")") if value < 0 else (text, "")


def table(
    title: Sequence[str],
    stub: str,
    spans: Sequence[tuple[str, int]],
    columns: Sequence[str],
    lines: Sequence[Line],
    notes: str = "",
    label_width: float = 3.5,
) -> Flowable:
    """A titled table. `spans` are headings over several columns; `notes` is printed below as footnotes."""
    count = len(columns)
    rows: list[list[object]] = []
    style: list[tuple[object, ...]] = [
        ("FONT", (0, 0), (-1, -1), "Times-Roman", 8.5),
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ]
    if spans:
        style += _head_row(rows, "", [(text, width) for text, width in spans])
    style += _head_row(rows, stub, [(text, 1) for text in columns])
    for line in lines:
        row = len(rows)
        label = Paragraph(
            line.label, ParagraphStyle("l", parent=LABEL, leftIndent=8 + 10 * line.indent, firstLineIndent=-8)
        )
        cells: list[object] = [label]
        for value in line.values:
            number, close = printed(value)
            cells += [line.symbol if number else "", number, close, ""]
        rows.append(cells + [""] * (1 + 4 * count - len(cells)))
        for column in range(count if line.values else 0):
            first, last = 1 + 4 * column, 3 + 4 * column
            style.append(("ALIGN", (first + 1, row), (first + 1, row), "RIGHT"))
            if line.kind in ("total", "grand"):
                style.append(("LINEABOVE", (first, row), (last, row), 0.5, colors.black))
            if line.kind == "grand":
                style.append(("LINEBELOW", (first, row), (last, row), 0.5, colors.black, 1, None, None, 2, 1))
    number_width = (6.9 - label_width) * inch / count - 24
    made = Table(rows, colWidths=[label_width * inch] + [9, number_width, 6, 9] * count)
    made.setStyle(TableStyle(style))
    head = [Paragraph(text, TITLE if number == 0 else CENTER) for number, text in enumerate(title)]
    foot = [Spacer(1, 3), Paragraph(notes, SMALL)] if notes else []
    return KeepTogether([*head, Spacer(1, 4), made, *foot, Spacer(1, 10)])


def _head_row(rows: list[list[object]], stub: str, headings: Sequence[tuple[str, int]]) -> list[tuple[object, ...]]:
    row, cells, style = len(rows), [stub], []
    for text, width in headings:
        first, last = len(cells), len(cells) + 4 * width - 2
        cells += [text] + [""] * (4 * width - 1)
        style += [
            ("SPAN", (first, row), (last, row)),
            ("ALIGN", (first, row), (last, row), "CENTER"),
            ("FONT", (first, row), (last, row), "Times-Bold", 8.5),
        ]
        if text:
            style.append(("LINEBELOW", (first, row), (last, row), 0.5, colors.black))
    rows.append(list(cells))
    return style


def write_pdf(path: Path, title: str, company: str, story: list[Flowable]) -> None:
    """Set the story on letter pages, with a page number at the foot of each but the first. Always the same bytes."""

    def foot(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont("Times-Roman", 8)
        canvas.drawCentredString(LETTER[0] / 2, 0.5 * inch, str(document.page))

    document = SimpleDocTemplate(
        str(path), pagesize=LETTER, leftMargin=0.8 * inch, rightMargin=0.8 * inch, topMargin=0.8 * inch,
        bottomMargin=0.85 * inch, title=title, author=company, invariant=1,
    )  # fmt: skip
    document.build(story, onLaterPages=foot)
