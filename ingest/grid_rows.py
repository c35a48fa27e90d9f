"""The line items of a grid: whole labels, indentation levels and the headings above each row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ingest.schema import Cell, Row

INDENT_STEP = 2.5
"""Points between two levels; smaller differences are the noise of nested styles."""

_CONNECTS = re.compile(r"(?:,|\b(?:and|or|of|for|to|the|in|on|from|by|with|at|less|net|other)|[-–—/&])$", re.IGNORECASE)
_NO_PARENT = re.compile(r"commitments\b|contingenc|see (?:accompanying )?notes|the accompanying", re.IGNORECASE)
"""Lines of a statement that have no value and govern nothing (Regulation S-X 5-02.25 asks for the first)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: its label, the points it is indented by, its cells and, in nested stubs, its outer label."""

    label: str
    indent: float
    cells: tuple[Cell | None, ...]
    marks: tuple[str, ...] = ()
    outer: str = ""

    @property
    def heading(self) -> bool:
        return bool(self.label) and not any(self.cells)


def whole_labels(lines: Sequence[Line]) -> list[Line]:
    """Join labels that run over two or more lines.

    A line without values joins the next one where it ends in a connecting word or the next starts in lower case,
    and joins the one before where it starts in lower case itself.
    """
    out: list[Line] = []
    for line in lines:
        last = out[-1] if out else None
        if last is not None and line.label and line.label[0].islower() and last.label and not last.label.endswith(":"):
            if line.heading and not last.heading:
                out[-1] = replace(last, label=f"{last.label} {line.label}", marks=last.marks + line.marks)
                continue
            if last.heading:
                out[-1] = replace(
                    line, label=f"{last.label} {line.label}", indent=last.indent, marks=last.marks + line.marks
                )
                continue
        if last is not None and last.heading and not line.heading and line.label and _CONNECTS.search(last.label):
            out[-1] = replace(
                line, label=f"{last.label} {line.label}", indent=last.indent, marks=last.marks + line.marks
            )
            continue
        out.append(line)
    return out


@dataclass(slots=True)
class _Heading:
    level: int
    label: str
    rank: int
    flat: bool
    words: frozenset[str] = field(default_factory=frozenset)


def to_rows(lines: Sequence[Line]) -> list[Row]:
    """Lines to rows with levels and paths.

    A heading governs the deeper lines below it. Where nothing is indented below it (a flat table), it governs
    the lines on its own level up to the next heading or the total that names it.
    """
    levels = _levels([line.indent for line in lines])
    stack: list[_Heading] = []
    rows: list[Row] = []
    for number, (line, level) in enumerate(zip(lines, levels, strict=True)):
        rank = _rank(line.label)
        if line.heading:
            consecutive = bool(rows) and not any(rows[-1].cells) and bool(stack)
            while stack and _closes(stack[-1], level, rank, consecutive):
                stack.pop()
        else:
            while stack and (stack[-1].level > level or (stack[-1].level == level and not stack[-1].flat)):
                stack.pop()
        path = tuple(h.label for h in stack) + ((line.outer,) if line.outer else ())
        rows.append(Row(line.label, line.cells, path=path, indent=level, marks=line.marks))
        if line.heading and not _NO_PARENT.match(line.label):
            flat = number + 1 < len(lines) and levels[number + 1] <= level
            stack.append(_Heading(level, line.label, rank, flat, _words(line.label)))
        elif stack and _totals(line.label, stack[-1]):
            stack.pop()
    return rows


def _closes(open_heading: _Heading, level: int, rank: int, consecutive: bool) -> bool:
    if open_heading.level != level:
        return open_heading.level > level
    if consecutive and open_heading.flat:
        return False
    return open_heading.rank >= rank


def _totals(label: str, heading: _Heading) -> bool:
    """Whether a line is the total that ends what a heading governs: it names the heading."""
    return label.lower().startswith("total") and bool(heading.words) and heading.words == _words(label)


def _rank(label: str) -> int:
    """How far out a heading is among those of its level: capitals, words, words with a colon, a year."""
    if re.fullmatch(r"(?:19|20)\d\d:?", label):
        return 4
    return (0 if label.isupper() else 2) + label.endswith(":")


def _words(label: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+", label.lower())) - {"total", "and", "of", "the"}


def _levels(indents: Sequence[float]) -> list[int]:
    """Ranks of the indentations: 0 for the least, one more for each clear step."""
    ranks: dict[float, int] = {}
    rank, base = 0, None
    for indent in sorted(set(indents)):
        if base is not None and indent - base > INDENT_STEP:
            rank += 1
            base = indent
        elif base is None:
            base = indent
        ranks[indent] = rank
    return [ranks[indent] for indent in indents]
