"""The lines of a page: those that only its width broke, those that every page repeats, those that are headings."""

from __future__ import annotations

import re
from collections import Counter

from ingest.schema import Block, BlockKind, Page

ITEM = re.compile(r"(?:part\s+[iv]+\b[\s,.:—–-]*)?item\s+\d{1,2}(?:\.\d\d)?[A-C]?\b[\s.:—–-]*", re.I)
"""How the title of an item of a form begins ("Item 7.")."""
ENDS = (".", ";", ":", "?", "!", ".”", '."')
"""What ends a sentence, and so a line that goes on nowhere."""
_EDGE_LINES = 3
_WRAPPED = 60  # characters: a shorter line without a full stop was not wrapped
_NUMBER = r"[(\[]?[-–—]?\s?[$€£¥]?\s?\(?\d[\d,]*(?:\.\d+)?\)?\s?%?\)?"
_FIGURE = re.compile(rf"(?<![\w.]){_NUMBER}(?![\w])|(?<!\w)[$€£¥%—–-](?!\w)")
_PAGE_NUMBER = re.compile(
    r"(?:page\s+)?[-–—]?\s*(?:[A-Z]-)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?\s*[-–—]?|[ivxl]{1,6}", re.IGNORECASE
)
_CONTENTS = re.compile(r"(?:table of contents|index to financial statements)\W*", re.I)
_NOTE = re.compile(r"notes?\s+\d{1,2}\b|\d{1,2}[.)]\s+[A-Z]", re.I)
_BULLET = re.compile(r"[•●▪■◦*–—-]\s|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s")


def _normal(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.lower().split()))


def furniture_of(pages: tuple[Page, ...]) -> frozenset[str]:
    """The running headers and footers: lines at the edge of at least a twentieth of the pages (and of four)."""
    counts: Counter[str] = Counter()
    for page in pages:
        lines = [line for line in page.text.splitlines() if line.strip()]
        counts.update({_normal(line) for line in lines[:_EDGE_LINES] + lines[-_EDGE_LINES:]})
    return frozenset(line for line, count in counts.items() if count >= max(4, len(pages) / 20))


def is_furniture(text: str, furniture: frozenset[str]) -> bool:
    """Whether a line is empty, a page number, a title of contents, or one of `furniture`."""
    text = text.strip()
    if not text or len(text) > 200:
        return not text
    return bool(_PAGE_NUMBER.fullmatch(text) or _CONTENTS.fullmatch(text)) or _normal(text) in furniture


def blocks_of(text: str) -> list[Block]:
    """The blocks of a page that came as text alone: paragraphs and headings by the shape of their lines."""
    blocks: list[Block] = []
    for line in unwrapped(text):
        if not is_furniture(line, frozenset()):
            kind = BlockKind.HEADING if _looks_like_heading(line) else BlockKind.PARAGRAPH
            blocks.append(Block(kind, line))
    return blocks


def unwrapped(text: str) -> list[str]:
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
        wrapped = bool(line) and not tabular and len(line) >= _WRAPPED and not line.endswith(ENDS)
    return lines


def _looks_like_heading(line: str) -> bool:
    """A short line without a full stop whose words are mostly capitalised, or an item or note of a form."""
    words = line.split()
    if len(words) > 16 or (line.endswith((".", ";", ",")) and not ITEM.match(line)):
        return False
    if ITEM.match(line) or _NOTE.match(line):
        return True
    letters = [word for word in words if word[0].isalpha()]
    long = [word for word in letters if len(word) > 3]
    return len(letters) * 3 >= len(words) * 2 and bool(long) and all(w[0].isupper() for w in long) and len(words) > 1
