"""Pages set in two columns: each column is laid out on its own, so that no line runs across the gutter."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.words import Line, Word, make_lines

# The gutter lies in the middle part of the page and is at least this wide, in points.
_FROM, _TO, _WIDE = 0.38, 0.62, 9.0
# Lines with words on both sides that a two-column page has at least, and how many words a side of prose has.
_LINES, _WORDS = 12, 4


def page_lines(words: Sequence[Word], width: float) -> list[list[Line]]:
    """The lines of a page, one list a text column; most pages have one.

    A page counts as two columns only where prose stands on both sides of an empty strip: a table's gutters have
    labels on the left and numbers on the right.
    """
    whole = make_lines(list(words))
    gutter = _gutter(whole, width)
    if gutter is None:
        return [whole]
    left, right, zone = [], [], []
    crossing = [line for line in whole if any(w.x0 < gutter < w.x1 for w in line.words) or _runs_across(line, gutter)]
    across = {id(word) for line in crossing for word in line.words}
    for word in words:
        if id(word) in across:
            zone.append(word)
        elif word.x1 <= gutter:
            left.append(word)
        else:
            right.append(word)
    return [make_lines(part) for part in (zone, left, right) if part]


def _gutter(lines: Sequence[Line], width: float) -> float | None:
    """The middle of the strip that most prose lines leave empty, or None."""
    both: list[tuple[float, float]] = []
    prose = 0
    for line in lines:
        gaps = [
            (a.x1, b.x0)
            for a, b in zip(line.words, line.words[1:], strict=False)
            if b.x0 - a.x1 >= _WIDE and _FROM * width < (a.x1 + b.x0) / 2 < _TO * width
        ]
        if len(gaps) != 1:
            continue
        x0, x1 = gaps[0]
        both.append((x0, x1))
        sides = ([w for w in line.words if w.x1 <= x0 + 1], [w for w in line.words if w.x0 >= x1 - 1])
        prose += all(sum(w.text.isalpha() for w in side) >= _WORDS for side in sides)
    if prose < _LINES:
        return None
    x0 = sorted(a for a, _ in both)[int(0.9 * (len(both) - 1))]
    x1 = sorted(b for _, b in both)[int(0.1 * (len(both) - 1))]
    return (x0 + x1) / 2 if x1 - x0 >= _WIDE / 2 else None


def _runs_across(line: Line, gutter: float) -> bool:
    """A title or a wide table row: words on both sides of the gutter with no more than a space between them."""
    left = [w.x1 for w in line.words if w.x1 <= gutter]
    right = [w.x0 for w in line.words if w.x0 >= gutter]
    return bool(left and right) and min(right) - max(left) < _WIDE / 2
