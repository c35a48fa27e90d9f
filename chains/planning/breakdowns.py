"""Breakdowns: the parts of a whole that one table prints, trusted where they add up to it.

Parts are a run of rows above their total, one line under several headings, or one line in several columns.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache

from chains.measures.phrasing import content_words, tables
from chains.resolve.bound import concept_words
from chains.resolve.shelf import Sheet
from ingest.column_periods import restriction
from ingest.schema import Figure, Period, Statement

_PROFITS = frozenset({"income", "loss", "earning", "profit", "net"})
_SAME = frozenset({"total", "net", "revenue", "sale", "loss"})
_TOTAL = re.compile(r"^total\s+(?:of\s+)?", re.I)
_KIND = re.compile(r"\s+(?:business\s+)?(?:segments?|groups?)$", re.I)
MOST = 12
"""Parts of a breakdown at most."""


def breakdown(sheet: Sheet, whole: Figure, total: Decimal, noun: str) -> list[Figure]:
    """The parts of a whole in one table, of the kind that `noun` says; empty where none adds up to it.

    They are two to twelve, negative ones and eliminations included, and add up within rounding.
    """
    grouped: dict[str, list[Figure]] = defaultdict(list)
    for figure in sheet.figures:
        if figure.unit == whole.unit and _same_time(figure.period, whole.period) and not figure.restated:
            grouped[figure.table].append(figure)
    found = [
        (least, suits_noun(noun, run), run)
        for figures in grouped.values()
        for least, run in _runs(figures, whole, total)
        if sum(is_part(part_name(f, whole)) for f in run) > 1
    ]
    # "Sales of products, sales of services" of the income statement is coarser than the breakdown in a note.
    suited = [((run[0].statement is Statement.NOTE, rank), run) for least, rank, run in found if rank >= least]
    if group_of(noun) == "segment":
        # What nobody calls a segment is none where the income statement breaks itself down by it.
        suited = [(key, run) for key, run in suited if key[1] > 1 or not all(sheet.labelled(f.label) for f in run)]
    return max(suited, key=lambda f: f[0])[1] if suited else []


@cache
def _no_part() -> re.Pattern[str]:
    return re.compile("|".join(tables()["parts"]["none"]), re.I)


def is_part(name: str) -> bool:
    """Whether a line of a breakdown is a part of the company, and no elimination, total or head office."""
    return bool(name) and _no_part().search(name) is None


def _runs(figures: Sequence[Figure], whole: Figure, total: Decimal) -> Iterator[tuple[int, list[Figure]]]:
    """The parts that one table's figures of one time give, each with how well they have to suit what is asked for."""
    slack = 2 * max((_step(f) for f in figures), default=Decimal(1))
    same = [
        f for f in figures if f.concept == whole.concept and f.concept and (f.path or f.segment) and f.value != total
    ]
    if _are_parts(same, whole) and _adds_up(same, total, slack):
        yield 1, same
    columns: dict[str, list[Figure]] = defaultdict(list)
    lines: dict[tuple[str, tuple[str, ...]], list[Figure]] = defaultdict(list)
    for figure in figures:
        columns[figure.id.rsplit(".c", 1)[-1]].append(figure)
        lines[figure.label, figure.path].append(figure)
    for column in columns.values():
        ends = [i for i, f in enumerate(column) if _is_total(f, total)][:1]
        ends += [i for i, f in enumerate(column) if _segment_total(f, whole)][:1]
        for end in ends:
            if run := _run_above(column, end, whole, slack):
                yield 1, run
    for line in lines.values():
        parts = [f for f in line if not _is_total(f, total)]
        if len(parts) < len(line) and _are_parts(parts, whole) and _adds_up(parts, total, slack):
            # Columns may as well be "as reported" and what changes it.
            yield 2, parts


def _are_parts(figures: Sequence[Figure], whole: Figure) -> bool:
    names = {part_name(f, whole) for f in figures}
    return 2 <= len(figures) <= MOST and len(names) == len(figures) and "" not in names


def _run_above(column: Sequence[Figure], end: int, whole: Figure, slack: Decimal) -> list[Figure]:
    """The rows above a total that add up to it, none of them a total of segments itself.

    Where they do not, those that stand under a heading whose total is printed count by that total.
    """
    above = column[:end]
    for lines in (_gathered(above), list(above), _outermost(above), _level(above)):
        for size in range(2, min(MOST, len(lines)) + 1):
            run = lines[-size:]
            if any(_segment_total(f, whole) for f in run):
                break
            if _are_parts(run, whole) and _adds_up(run, column[end].value, slack):
                return run
    return []


def _outermost(column: Sequence[Figure]) -> list[Figure]:
    """The rows without those that a total under their heading sums up: "Total APAC" for Japan and the others."""
    summed = {f.path for f in column if f.path and _TOTAL.match(f.label) and _named(f.label) == _named(f.path[-1])}
    return [f for f in column if f.path not in summed or _TOTAL.match(f.label)]


def _level(column: Sequence[Figure]) -> list[Figure]:
    """The rows on the level of the last one: "Data Center" without the two lines that it is made of."""
    return [f for f in column if f.path == column[-1].path] if column else []


def _gathered(column: Sequence[Figure]) -> list[Figure]:
    """The rows without those right below one that they add up to: "Data Center", of which two lines follow."""
    kept: list[Figure] = []
    start = 0
    while start < len(column):
        figure = column[start]
        kept.append(figure)
        sums = (
            size
            for size in range(2, min(MOST, len(column) - start - 1) + 1)
            if figure.value and sum(f.value for f in column[start + 1 : start + 1 + size]) == figure.value
        )
        start += 1 + next(sums, 0)
    return kept


def _named(text: str) -> frozenset[str]:
    return frozenset(content_words(_TOTAL.sub("", text)))


def _step(figure: Figure) -> Decimal:
    """The least difference that a figure's print shows: 100,000 for "4,795.5" in millions."""
    decimals = re.search(r"\.(\d+)", figure.printed)
    return Decimal(1).scaleb(figure.scale - (len(decimals[1]) if decimals else 0))


def _is_total(figure: Figure, total: Decimal) -> bool:
    """Whether a figure is the whole, printed perhaps on a coarser scale."""
    return figure.value == total or (abs(total) > 20 * _step(figure) and abs(figure.value - total) <= _step(figure) / 2)


def _segment_total(figure: Figure, whole: Figure) -> bool:
    """Is it the total of the segments alone, "Segment operating income", before what no segment bears?"""
    words = frozenset(content_words(figure.label))
    measure = frozenset(content_words(concept_words(whole.concept) if whole.concept else whole.label)) - _PROFITS
    # "Revenues of the Tools segment" sums up that segment's own lines.
    said = words <= measure | _PROFITS | _SAME | {"segment", "operating", "reportable"}
    return "segment" in words and bool(measure) and measure <= words and said


def suits_noun(noun: str, run: Sequence[Figure]) -> int:
    """Does a breakdown fit what its parts are called: 2 or 3 for the kind itself, 1 for another that may be meant."""
    groups: dict[str, list[str]] = tables()["parts"]["groups"]
    wanted = group_of(noun)
    text = whole_text(run[0])
    names = " ".join(f"{f.label} {' '.join(f.path)} {' '.join(f.headers)}".lower() for f in run)
    kinds = {g for g, words in groups.items() if any(re.search(rf"\b{w}", text) for w in words)} - {"geography"}
    places = any(re.search(rf"\b{re.escape(w)}", names) for w in tables()["parts"]["places"])
    if places:
        kinds = {"geography", *({"segment"} if "segment" in text else ())}
    if wanted in kinds:
        # The segments of some are regions; of two breakdowns of others the one by region is not that by segment.
        return 2 if wanted == "segment" and places else 3
    if wanted == "segment" and run[0].statement is not Statement.NOTE:
        # "Subscriptions, products, services" of the income statement are no segments.
        return 0
    return int(wanted != "geography" and "geography" not in kinds)


def group_of(noun: str) -> str:
    """What kind of parts a noun means: "geography", "product" or "segment"."""
    groups: dict[str, list[str]] = tables()["parts"]["groups"]
    return next((g for g, words in groups.items() if any(w in noun for w in words)), "segment")


def _adds_up(parts: Sequence[Figure], total: Decimal, slack: Decimal) -> bool:
    return abs(sum((f.value for f in parts), Decimal(0)) - total) <= slack


def whole_text(figure: Figure) -> str:
    """Everything printed around a figure, in lower case."""
    return " ".join((figure.caption, *figure.path, figure.label, figure.segment, *figure.headers)).lower()


def part_name(figure: Figure, whole: Figure) -> str:
    """What a part is called: its label, or the heading over it where the label is the measure itself."""
    if _is_measure(figure, whole) and (head := restriction(" ".join(figure.headers))):
        return head
    heading = figure.path[-1] if figure.path else figure.segment
    if figure.concept is not None and figure.concept == whole.concept and not _says_measure(heading, whole) and heading:
        return heading
    label = figure.label or figure.segment
    return _KIND.sub("", _TOTAL.sub("", label)) if figure.path and _TOTAL.match(label) else label


def _is_measure(figure: Figure, whole: Figure) -> bool:
    """Whether a line is called by what is measured alone, so that its column says of which part it is."""
    return _says_measure(figure.label, whole)


def _says_measure(text: str, whole: Figure) -> bool:
    """Whether a text says what is measured and no more: "Net sales", "Revenue by End Market:"."""
    words = frozenset(content_words(re.sub(r"\([^()]*\)|\s+by\s.*$", " ", text)))
    measure = {*content_words(whole.label), *content_words(concept_words(whole.concept or "")), *_SAME}
    return bool(words) and words <= measure


def _same_time(a: Period | None, b: Period | None) -> bool:
    if a is None or b is None or a == b:
        return a == b
    # A note's "2018" over balances looks like a year.
    alike = a.months == b.months or (b.instant and a.months >= 11)
    return alike and abs((a.end - b.end).days) <= 7
