"""Words, lines and chunks of a PDF page, by geometry.

PDFium knows where each character stands, not what belongs together. Words come in its own order (which keeps
columns of prose apart); `make_lines` puts them into visual lines, and `chunks` splits a line at wide gaps, which
is where a table's cells end.
"""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, field
from typing import Any

from ingest.schema import Box

_WORD = re.compile(r"[^\s\x00\ufffe]+")
# Leader dots between a label and its number carry nothing.
_LEADER = re.compile(r"(?:\.{3,}|…{2,}|_{4,}|·{3,})[.…·]*$")


@dataclass(slots=True)
class Word:
    """A run of characters without a gap; coordinates in points from the page's top left corner."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(slots=True)
class Line:
    """Words on one baseline, from left to right."""

    words: list[Word]
    top: float = 0.0
    bottom: float = 0.0
    height: float = 0.0
    _chunks: list[Word] | None = field(default=None, repr=False)

    @property
    def x0(self) -> float:
        return self.words[0].x0

    @property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        return Box(self.x0, self.top, self.x1, self.bottom)


def page_words(page: Any, textpage: Any) -> tuple[str, list[Word]]:
    """The page's text in reading order and its words.

    `page` and `textpage` are pypdfium2 objects. Boxes are asked for a word's first and last character only:
    each question costs about 3 microseconds, and a page has 4,000 characters.
    """
    import pypdfium2.raw as pdfium

    count = textpage.count_chars()
    if count <= 0:
        return "", []
    buffer = (ctypes.c_ushort * (count + 1))()
    length = pdfium.FPDFText_GetText(textpage, 0, count, buffer)
    units = buffer[: max(0, length - 1)]
    text = "".join(map(chr, units))
    aligned = len(text) == count
    left, _, _, top_edge = page.get_mediabox() if not page.get_rotation() else (0.0, 0.0, 0.0, page.get_height())
    rect = pdfium.FS_RECTF()
    raw = textpage.raw
    box_of = pdfium.FPDFText_GetLooseCharBox
    index_of = pdfium.FPDFText_GetCharIndexFromTextIndex
    words: list[Word] = []
    for match in _WORD.finditer(text):
        word, start, end = match.group(), match.start(), match.end() - 1
        leader = _LEADER.search(word)
        if leader:
            word, end = word[: leader.start()], match.start() + leader.start() - 1
            if not word:
                continue
        if not aligned:
            start, end = index_of(raw, start), index_of(raw, end)
        if not box_of(raw, start, rect):
            continue
        x0, top, bottom, x1, height = rect.left, rect.top, rect.bottom, rect.right, rect.top - rect.bottom
        if end != start and box_of(raw, end, rect):
            last_height = rect.top - rect.bottom
            if word[-1].isdigit() and last_height < 0.8 * height and word[0] in "$(0123456789":
                words.extend(_split_superscript(word, start, raw, box_of, rect, left, top_edge, height))
                continue
            x1 = max(x1, rect.right)
            x0 = min(x0, rect.left)
        words.append(Word(word, x0 - left, top_edge - top, x1 - left, top_edge - bottom))
    return text, words


def _split_superscript(
    text: str, start: int, raw: Any, box_of: Any, rect: Any, left: float, top_edge: float, height: float
) -> list[Word]:
    """A number with a small footnote digit at its end ("1,577²" set as 1,5772) as two words."""
    pieces: list[list[Any]] = []
    for offset, char in enumerate(text):
        box_of(raw, start + offset, rect)
        small = rect.top - rect.bottom < 0.8 * height
        box = (rect.left - left, top_edge - rect.top, rect.right - left, top_edge - rect.bottom)
        if pieces and pieces[-1][0] == small:
            pieces[-1][1] += char
            pieces[-1][2][2] = box[2]
        else:
            pieces.append([small, char, list(box)])
    return [Word(f"({piece})" if small else piece, *box) for small, piece, box in pieces]


def make_lines(words: list[Word]) -> list[Line]:
    """Visual lines from top to bottom; a superscript joins the line that it stands on."""
    lines: list[Line] = []
    upright = [word for word in words if 0.5 < word.height < 80]
    for word in sorted(upright, key=lambda w: (w.middle, w.x0)):
        # Only the last few lines can still be open: words come in order of their middle.
        for line in lines[-3:]:
            overlap = min(line.bottom, word.bottom) - max(line.top, word.top)
            if overlap > 0.55 * min(word.height, line.height) and not _collides(line, word):
                line.words.append(word)
                if word.height > line.height:
                    line.top, line.bottom, line.height = word.top, word.bottom, word.height
                break
        else:
            lines.append(Line([word], word.top, word.bottom, word.height))
    for line in lines:
        line.words.sort(key=lambda w: w.x0)
    lines.sort(key=lambda ln: (ln.top + ln.bottom) / 2)
    return lines


def _collides(line: Line, word: Word) -> bool:
    """Whether `word` would be printed over a word of `line`: then it belongs to another line.

    Words come in order of their middle, so a line whose first word is level with this one has none to collide with.
    """
    if word.middle - line.words[0].middle <= 0.25 * line.height:
        return False
    for other in line.words:
        if min(other.x1, word.x1) - max(other.x0, word.x0) > 0.5 * min(word.x1 - word.x0, other.x1 - other.x0) > 0:
            return abs(other.middle - word.middle) > 0.25 * line.height
    return False


def chunks(line: Line, gap: float = 0.85) -> list[Word]:
    """The line's words joined where less than `gap` times the line's height lies between them."""
    if line._chunks is not None and gap == 0.85:
        return line._chunks
    joined: list[Word] = []
    for word in line.words:
        if joined and word.x0 - joined[-1].x1 < gap * line.height:
            last = joined[-1]
            space = " " if word.x0 - last.x1 > 0.08 * line.height else ""
            joined[-1] = Word(
                last.text + space + word.text,
                last.x0,
                min(last.top, word.top),
                max(last.x1, word.x1),
                max(last.bottom, word.bottom),
            )
        else:
            joined.append(Word(word.text, word.x0, word.top, word.x1, word.bottom))
    if gap == 0.85:
        line._chunks = joined
    return joined
