"""The figures of a library, kept at hand by document: by concept, and by the words of their labels.

A document's figures are read from the ledger once and dropped when newer ones need the room, so a batch of
questions over hundreds of filings costs one read a filing and no scan a question.
"""

from __future__ import annotations

import math
import re
import threading
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Protocol

from chains.measures.phrasing import KIND_WORDS, content_words
from ingest.schema import Document, Figure, Source, Statement

MAX_FIGURES = 150_000
_MOST_ALIKE, _MOST_PHRASES = 40, 2000
"""Line items kept for a phrase, and phrases kept for a document."""


class FigureSource(Protocol):
    """The part of the ledger that is needed here."""

    def documents(self) -> list[Document]: ...

    def figures(self, document: str, /, *, concept: Collection[str] | None = None) -> list[Figure]: ...


_WHOLE = frozenset({"consolidated", "total", "company", "combined"})


@dataclass(frozen=True, slots=True)
class Row:
    """A line item: the words of its label, of its headings and columns, of the caption; and its figures."""

    label: frozenset[str]
    near: frozenset[str]
    far: frozenset[str]
    figures: tuple[Figure, ...]

    @property
    def names(self) -> frozenset[str]:
        """Its label, headings and column heads as printed."""
        first = self.figures[0]
        return frozenset((first.label, *first.path, *(h for f in self.figures for h in f.headers)))

    def weight(self, word: str) -> float:
        """How much a word of a phrase counts where it stands."""
        return 1.0 if word in self.label else 0.85 if word in self.near else 0.4 if word in self.far else 0.0


class Sheet:
    """One document with its figures, looked up by concept or by words."""

    def __init__(self, document: Document, figures: Sequence[Figure]) -> None:
        self.document = document
        self.figures = tuple(figures)
        by_concept: dict[str, list[Figure]] = defaultdict(list)
        for figure in self.figures:
            if figure.concept:
                by_concept[figure.concept].append(figure)
        self.by_concept = dict(by_concept)

    @cached_property
    def primary(self) -> tuple[Figure, ...]:
        """The figures of the primary statements for the whole company."""
        return tuple(f for f in self.figures if f.statement is not Statement.NOTE and not f.segment)

    @cached_property
    def rows(self) -> list[Row]:
        """The line items of the document, each with its words and figures."""
        grouped: dict[tuple[str, str, tuple[str, ...], str], list[Figure]] = defaultdict(list)
        for figure in self.figures:
            grouped[(figure.table, figure.label, figure.path, figure.segment)].append(figure)
        made = []
        for (_, label, path, segment), figures in grouped.items():
            near = " ".join((*path, segment, *(h for f in figures for h in f.headers)))
            own = frozenset(content_words(label))
            beside = frozenset(content_words(near))
            made.append(Row(own, beside, frozenset(content_words(figures[0].caption)) - beside, tuple(figures)))
        return made

    def in_table(self, table: str) -> list[Figure]:
        """The figures of a table."""
        return self._by_table.get(table, [])

    @cached_property
    def _by_table(self) -> dict[str, list[Figure]]:
        found: dict[str, list[Figure]] = defaultdict(list)
        for figure in self.figures:
            found[figure.table].append(figure)
        return dict(found)

    def labelled(self, phrase: str) -> list[Figure]:
        """The figures of the primary statements whose label is exactly the phrase, but for brackets and plurals."""
        return self._by_label.get(label_key(phrase), [])

    @cached_property
    def _by_label(self) -> dict[str, list[Figure]]:
        found: dict[str, list[Figure]] = defaultdict(list)
        for figure in self.figures:
            if figure.statement is not Statement.NOTE and not figure.segment:
                found[label_key(figure.label)].append(figure)
        found.pop("", None)
        return dict(found)

    def of_value(self, value: Decimal) -> list[Figure]:
        """The figures of exactly that value."""
        return self._by_value.get(value, [])

    @cached_property
    def _by_value(self) -> dict[Decimal, list[Figure]]:
        found: dict[Decimal, list[Figure]] = defaultdict(list)
        for figure in self.figures:
            found[figure.value].append(figure)
        return dict(found)

    @cached_property
    def _repeated(self) -> frozenset[tuple[str, str]]:
        """(table, label) of the lines that a table prints under several headings."""
        paths: dict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)
        for figure in self.figures:
            paths[(figure.table, figure.label)].add(figure.path)
        return frozenset(key for key, found in paths.items() if len(found) > 1)

    def part_of(self, figure: Figure) -> str:
        """What narrows a figure down: its segment, or the heading that tells it from the same line under another."""
        if figure.segment or figure.statement is not Statement.NOTE or not figure.path:
            return figure.segment
        if (figure.table, figure.label) in self._repeated and not _WHOLE & set(content_words(figure.path[-1])):
            return figure.path[-1]
        return ""

    def repeats(self, figure: Figure) -> bool:
        """Whether the figure's table prints its line under other headings too, so that they tell them apart."""
        return (figure.table, figure.label) in self._repeated

    def total_below(self, figure: Figure) -> str:
        """The label of the total that follows a figure in its column under the same headings; "" where none does."""
        lines = self._by_column.get((figure.table, figure.headers), [])
        for other in lines[lines.index(figure) + 1 :] if figure in lines else []:
            if other.label.lower().startswith("total"):
                return other.label if other.path == figure.path[: len(other.path)] else ""
        return ""

    @cached_property
    def _by_column(self) -> dict[tuple[str, tuple[str, ...]], list[Figure]]:
        found: dict[tuple[str, tuple[str, ...]], list[Figure]] = defaultdict(list)
        for figure in self.figures:
            found[figure.table, figure.headers].append(figure)
        return dict(found)

    def parts_in(self, title: str) -> set[str]:
        """The parts of the company that a title names, by their names or their initials."""
        flat = f" {label_key(title)} "
        named = {name for key, name in self._parts.items() if f" {key} " in flat}
        # "Where its sellers are located" names no segment "Seller".
        named = {n for n in named if " " in n.strip() or re.search(rf"(?<!\w){re.escape(n)}(?!\w)", title)}
        named -= {n for n in named if any(n != other and n.lower() in other.lower() for other in named)}
        for letters in re.findall(r"(?<![\w&])[A-Z]{3,6}(?![\w&])", title):
            if (rows := self._by_initials.get(letters.lower())) is not None:
                named |= {name for name in self.rows[rows[0]].names if letters.lower() in self._initials(name)}
        return named

    @cached_property
    def _parts(self) -> dict[str, str]:
        """The parts of the company that head columns or stand over lines of the notes, by their words."""
        parts = {f.segment for f in self.figures if f.statement is Statement.NOTE and f.source is not Source.XBRL}
        told = {label_key(p): p for p in parts if p and not set(content_words(p)) <= _WHOLE}
        return {key: part for key, part in told.items() if key and re.search("[a-z]{3}", key)}

    def _initials(self, name: str) -> tuple[str, ...]:
        return initials_of(name, self.document.company)

    def rows_called(self, letters: str) -> Sequence[int]:
        """The numbers in `rows` of the line items with a name that has these initials."""
        return self._by_initials.get(letters, ())

    @cached_property
    def _by_initials(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(self.rows):
            for letters in {i for name in row.names for i in self._initials(name)}:
                found[letters].append(number)
        return dict(found)

    @cached_property
    def _inverted(self) -> dict[str, list[int]]:
        inverted: dict[str, list[int]] = defaultdict(list)
        for number, row in enumerate(self.rows):
            for word in row.label | row.near | row.far:
                inverted[word].append(number)
        return dict(inverted)

    @cached_property
    def _weights(self) -> dict[str, float]:
        total = max(1, len(self.rows))
        return {w: math.log(1 + total / len(rows)) for w, rows in self._inverted.items()}

    @cached_property
    def _common(self) -> float:
        return math.log(1 + max(1, len(self.rows)))

    def rows_with(self, word: str) -> Sequence[int]:
        """The numbers in `rows` of the line items that hold a content word anywhere."""
        return self._inverted.get(word, ())

    def rarity(self, word: str) -> float:
        """How much a word tells: log(1 + line items / line items with it); 0 for a word that is nowhere."""
        return self._weights.get(word, 0.0)

    def forms(self, word: str) -> Sequence[str]:
        """The printed words that are forms of a word: "repurchases" of "repurchased"; itself where it is printed."""
        return self._by_stem.get(stem(word), ())

    @cached_property
    def _by_stem(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._inverted:
            found[stem(word)].append(word)
        return dict(found)

    def similar(self, phrase: str, limit: int = 12) -> list[tuple[float, tuple[Figure, ...]]]:
        """Line items whose words are those of the phrase, as (similarity in [0, 1], figures), best first.

        All the phrase's words count by their rarity; a word found only in the headings counts 0.85, in the caption
        0.4. Words of the label that the phrase lacks make it less similar.
        """
        words = tuple(w for w in dict.fromkeys(content_words(phrase)) if w not in KIND_WORDS)
        found = self._similar.get(words)
        if found is None:
            if len(self._similar) >= _MOST_PHRASES:
                self._similar.clear()
            found = self._similar[words] = self._alike(words)[:_MOST_ALIKE] if words else []
        return found[:limit]

    @cached_property
    def _similar(self) -> dict[tuple[str, ...], list[tuple[float, tuple[Figure, ...]]]]:
        """What phrases were found to be like, by their words: a question is read several times."""
        return {}

    def _alike(self, words: Sequence[str]) -> list[tuple[float, tuple[Figure, ...]]]:
        # A word that is printed nowhere stands for its printed forms: "repurchased" for "repurchases".
        forms = {w: (w,) if w in self._inverted else tuple(self.forms(w)) for w in words}
        hits: Counter[int] = Counter()
        for found in forms.values():
            hits.update({row for form in found for row in self._inverted.get(form, ())})
        wanted = {w: max((self._weights.get(f, self._common) for f in forms[w]), default=self._common) for w in words}
        told = {form for found in forms.values() for form in found}
        total = sum(wanted.values())
        scored = []
        for row, count in hits.items():
            if count < max(1, len(words) - 2):
                continue
            held = self.rows[row]
            if not held.label & told and not any(f.segment for f in held.figures):
                continue
            got = sum(v * max(map(held.weight, forms[w]), default=0.0) for w, v in wanted.items())
            extra = sum(self._weights.get(w, 0.0) for w in held.label if w not in told)
            scored.append((got / total - 0.3 * extra / (extra + total), held.figures))
        scored.sort(key=lambda s: (-s[0], s[1][0].id))
        return scored


_ENDING = re.compile(r"(?<=\w{4})(?:ations?|ments?|ings?|ed|es|e|s)$")


def stem(word: str) -> str:
    """A word without its ending, by which its forms are compared: "borrow" for "borrowings", "borrowed"."""
    return _ENDING.sub("", word)


@lru_cache(maxsize=20_000)
def initials_of(name: str, company: str) -> tuple[str, ...]:
    """The initials that a printed name of two capitalised words or more goes by, alone and behind the company's."""
    words = re.findall(r"[A-Za-z]+", re.sub(r"\([^()]*\)", " ", name))
    letters = "".join(w[0] for w in words if w.lower() not in ("and", "of", "the"))
    if len(letters) < 2 or len(letters) > 6 or not letters.isupper():
        return ()
    own = re.sub(r"^the\s+", "", company, flags=re.I)[:1].upper()
    return tuple(i.lower() for i in (letters, own + letters) if len(i) > 2)


def label_key(text: str) -> str:
    """A label as compared: its words in lower case and singular, without what stands in brackets."""
    plain = re.sub(r"\([^()]*\)", " ", text.lower())
    return " ".join(
        w[:-1] if len(w) > 3 and w[-1] == "s" and w[-2] != "s" else w for w in re.findall(r"[a-z0-9&]+", plain)
    )


class Shelf:
    """Sheets of a library, the most recently used kept in memory."""

    def __init__(self, source: FigureSource, limit: int = MAX_FIGURES) -> None:
        self._source = source
        self._limit = limit
        self._sheets: OrderedDict[tuple[str, str], Sheet] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()

    def sheet(self, document: Document) -> Sheet:
        """The figures of a document; a changed document (another SHA-256) is read again."""
        key = (document.name, document.sha256)
        with self._lock:
            held = self._sheets.get(key)
            if held is not None:
                self._sheets.move_to_end(key)
                return held
        sheet = Sheet(document, self._source.figures(document.name))
        with self._lock:
            self._sheets[key] = sheet
            self._held += len(sheet.figures)
            while self._held > self._limit and len(self._sheets) > 1:
                _, dropped = self._sheets.popitem(last=False)
                self._held -= len(dropped.figures)
        return sheet

    def line(self, document: Document, concepts: Collection[str]) -> Sheet:
        """The figures of some concepts alone: from memory, or by one small query."""
        with self._lock:
            held = self._sheets.get((document.name, document.sha256))
        if held is not None:
            return Sheet(document, [f for c in concepts for f in held.by_concept.get(c, ())])
        return Sheet(document, self._source.figures(document.name, concept=tuple(concepts)))
