"""The lines of found pages that may be quoted: sentences, list items and rows, each with what is printed around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chains.sentences.asked_part import AskedPart, Place
from chains.sentences.retrieval import RankedPage
from chains.sentences.signs import is_heading, is_sentence, years_in
from chains.sentences.stems import stems
from ingest.schema import Passage
from ingest.sentences import sentences

_WORD = re.compile(r"[^\W\d_]+")
_BULLET = re.compile(r"^[•●▪■◦*–—·-]\s+")
_ROW = re.compile(r"\d[\d,.]*\)?%?$")  # how a table's row ends
_ENDED = re.compile(r"[.!?:;][\"”’')\]]*$")
_OPEN = re.compile(
    r"(?:\b(?:to|of|by|in|for|and|or|the|a|an|from|with|on|at|as|that|which|our|its|their|was|were|is|are)|,)$", re.I
)
_MOST_WORDS = 90  # of a sentence; a longer one is a list or a table that lost its lines
_LONG_SENTENCE = 150  # words: one that ends as a sentence does may hold more
_LISTED = 400  # characters of a list with what announces it
_ITEMS = 8  # of it at most
_FRAGMENT = 3  # words: fewer belong to a sentence that a line break tore
_TORN = 80  # characters
_HEADING = 8  # words of a heading that names a year


@dataclass(frozen=True, slots=True)
class Line:
    """A line and the stems of it, and those of what is printed around it: its heading and the sentence before.

    `above` is the sentence before, `under` the heading over it that names a year; `part` says how surely it is about
    the part that is asked for (`chains.sentences.asked_part`).
    """

    passage: Passage
    text: str
    words: frozenset[str]
    heading: frozenset[str]
    before: frozenset[str]
    above: str = ""
    under: str = ""
    part: float = 1.0

    @property
    def place(self) -> tuple[str, int]:
        return self.passage.document, self.passage.page


def lines_of(pages: Sequence[RankedPage], part: AskedPart | None = None) -> list[Line]:
    """Each line once, page by page, best page first."""
    found: dict[str, Line] = {}
    places: dict[tuple[str, int], Place] = {}
    read: dict[tuple[str, int], list[Line]] = {}
    # Page after page, since what a page is about may stand on the one before it; then in the order of the pages.
    for page in sorted(pages, key=lambda p: (p.document, p.page)):
        place, under = places.get((page.document, page.page - 1)) or Place(part), ""
        places[page.document, page.page] = place
        lines = read.setdefault((page.document, page.page), [])
        for passage in sorted(page.passages, key=_order):
            heading = frozenset(stems(passage.section))
            before: frozenset[str] = frozenset()
            above, last = "", passage.section.rpartition("›")[2]
            under = last if _dates(last) else under
            place.enter(passage.section)
            printed = list(_mended(sentences(passage.text)))
            for number, line in enumerate(printed):
                about = place.of(_BULLET.sub("", line))
                under = line if _dates(line) else under
                text = _BULLET.sub("", _with_list(line, printed[number + 1 : number + 1 + _ITEMS]))
                words = frozenset(stems(text))
                longest = _LONG_SENTENCE if is_sentence(text) else _MOST_WORDS
                if 4 <= len(text.split()) <= longest and len(_WORD.findall(text)) >= 2:
                    lines.append(Line(passage, text, words, heading, before, above, under, about))
                before, above = (words, text) if len(words) >= _FRAGMENT else (before | words, above)
    for page in pages:
        for one in read[page.document, page.page]:
            if one.text not in found or one.part > found[one.text].part:
                found[one.text] = one  # what is printed twice is quoted where it is about the part
    return list(found.values())


def _order(passage: Passage) -> int:
    """Where a passage stands on its page, by the number at the end of its id."""
    return int(re.sub(r"\D", "", passage.id.rpartition(".")[2]) or 0)


def _dates(line: str) -> bool:
    """Whether a line is a heading that names a year ("Year 2018 results:")."""
    return bool(years_in(line)) and len(line.split()) <= _HEADING and not is_sentence(line) and bool(_WORD.search(line))


def _mended(printed: Sequence[str]) -> Iterator[str]:
    """The lines, with sentences that a line break tore joined again: one goes on in small letters in the next."""
    held = ""
    for line in printed:
        if held and line[:1].islower() and not is_heading(held):
            held = f"{held} {line}"
        else:
            if held:
                yield held
            held = line
        if _ENDED.search(held) or not (_OPEN.search(held) or _is_torn(held)):
            yield held
            held = ""
    if held:
        yield held


def _is_torn(line: str) -> bool:
    """Whether a line is long enough, and prose enough, to be a sentence that only lacks its end."""
    return len(line) > _TORN and not _ROW.search(line) and len(_WORD.findall(line)) > 0.8 * len(line.split())


def _with_list(line: str, after: Sequence[str]) -> str:
    """A line that ends with a colon together with the short lines that it announces."""
    if not line.endswith(":"):
        return line
    for item in after:
        prose = is_sentence(item) and not _BULLET.match(item)
        if len(line) + len(item) > _LISTED or item.endswith(":") or prose or _ROW.search(item):
            break
        line = f"{line} {item}"
    return line
