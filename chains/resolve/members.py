"""Members: the segment, region or product that a figure of a note is of, told from what is measured of it.

A table by parts of a company prints three things of each number, and each of them anywhere: what is measured ("Net
sales"), of which part or parts ("Health Care", "Asia Pacific"), and when. Rows may be parts and columns measures, or
the other way round; a heading or the table's title may say what its rows do not. So the texts about a figure are read
one by one: each names what is asked for, or a part, or nothing that narrows the figure down. A figure is taken only
where the parts it is of are exactly the ones asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from chains.formulas.expression import Item
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words
from chains.resolve.facts import ConceptFacts
from chains.resolve.shelf import Sheet, initials_of
from chains.tables import read_table
from ingest.column_periods import restriction
from ingest.schema import Figure

EXACT, TITLED, PARTIAL = 1.0, 0.97, 0.93
"""How well a figure fits that prints all that is asked; whose title alone says what is measured; whose part's name is
longer than the question's and yet the only one."""
_LONG_TITLE = 80
_BY = re.compile(r"\s+by\s+.*$", re.I)
_DATED = re.compile(r"^(?:(?:fiscal|fy|year|years|ended|december|\W)*\s*)*(?:19|20)\d\d\W*$", re.I)
_AT_DATE = re.compile(r",?\s+(?:at|as\s+of|as\s+at|on)\s+[A-Z][a-z]+\.?\s+\d{1,2},?\s+(?:19|20)\d\d\W*$")
"""When a line of a roll-forward is of: "Goodwill at March 31, 2025"."""
_BRACKETS = re.compile(r"\s*\(([^()]*)\)")


def _table() -> dict[str, Any]:
    return read_table("members.toml", "chains.resolve")


@cache
def words_of(name: str) -> frozenset[str]:
    """A list of members.toml, as content words: `kinds`, `whole`, or `places`."""
    listed = _table()["places"]["words"] if name == "places" else _table()[name]
    return frozenset(content_words(listed))


@cache
def by_function() -> frozenset[str]:
    """The line items that are broken down by the function that they are a cost of."""
    return frozenset(_table()["by_function"])


@cache
def _generic() -> frozenset[frozenset[str]]:
    return frozenset(frozenset(content_words(text)) for text in _table()["generic"])


@cache
def _same() -> tuple[tuple[re.Pattern[str], str], ...]:
    made = []
    for flags, names in ((0, _table()["capitals"]), (re.I, _table()["same"])):
        for name, others in names.items():
            body = any_of(others, space=" ")
            made.append((re.compile(rf"(?<![\w.])(?:{body})(?!\w)", flags), name))
    return tuple(made)


@cache
def _places() -> tuple[tuple[frozenset[str], tuple[tuple[str, ...], ...]], ...]:
    """What has several names: the words that are compared, and those of each name as they are printed."""
    made = []
    for name in dict.fromkeys((*_table()["same"], *_table()["capitals"])):
        ways = (*_table()["same"].get(name, ()), *_table()["capitals"].get(name, ()))
        made.append((frozenset(content_words(name)), tuple(tuple(content_words(way)) for way in ways)))
    return tuple(made)


@lru_cache(maxsize=20_000)
def other_names(phrase: str) -> tuple[str, ...]:
    """A phrase with the name of a place in it replaced by each of its other names: "EMEA" for the three in words."""
    flat = phrase
    for pattern, name in _same():
        flat = pattern.sub(name, flat)
    found: list[str] = []
    for name, ways in ((n, _table()["same"].get(n, ())) for n in dict.fromkeys(n for _, n in _same())):
        words = content_words(name)
        said = content_words(flat)
        start = next((k for k in range(len(said)) if said[k : k + len(words)] == words), None)
        if start is None:
            continue
        found += (" ".join((*said[:start], way, *said[start + len(words) :])) for way in (name, *ways))
    return tuple(found)


@lru_cache(maxsize=20_000)
def member_words(text: str) -> frozenset[str]:
    """The words by which the name of a part is compared: "U.S." and "United States" give the same."""
    for pattern, name in _same():
        text = pattern.sub(name, text)
    text = re.sub(r"['’]s\b", "", text.replace("’", "'"))
    return frozenset(w for w in content_words(text) if w not in ("including", "incl", "include", "&"))


def part_name(text: str) -> str:
    """The name of a part without the words for what kind of part it is: "the Pet business" gives "pet"."""
    flat = re.sub(r"['’]s?(?=\s|$)", "", text)
    words = re.findall(r"[\w&/.-]*\w|&", flat)
    idle, places = words_of("kinds") | words_of("whole"), {c for said in _table()["capitals"].values() for c in said}
    kept = [w for w in words if content_words(w) and (w in places or not set(content_words(w)) <= idle)]
    # A part may be called by such a word alone: "Products".
    return " ".join(kept or [w for w in words if set(content_words(w)) & words_of("kinds")])


def other_place(phrase: str, names: Iterable[str]) -> bool:
    """Whether the place that is asked for is printed only as one of several, or but for some: "Europe & Australia",

    "Rest of Asia Pacific".
    """
    asked = member_words(part_name(phrase))
    if not asked & words_of("places"):
        return False
    others = (words_of("places") | words_of("rest")) - asked
    named = [words for name in names if (words := member_words(name)) & asked & words_of("places")]
    return bool(named) and all(words & others for words in named)


@lru_cache(maxsize=20_000)
def _names(text: str, company: str) -> tuple[frozenset[str], ...]:
    """The ways in which a printed name may be said: whole, without its brackets, what they hold, its initials."""
    bare = _BRACKETS.sub(" ", text)
    found = [member_words(text), member_words(bare), *(member_words(b) for b in _BRACKETS.findall(text))]
    found += [frozenset({letters}) for letters in initials_of(text, company)]
    return tuple(dict.fromkeys(words for words in found if words))


@dataclass(frozen=True, slots=True)
class Asked:
    """A measure of a part: the words of the part's name; `concept` is what is measured where it is a known line item,
    else its words are among `words` too. `kind` says that the question calls it a segment, a region or the like."""

    words: frozenset[str]
    concept: str | None
    kind: bool


def asked_member(item: Item) -> Asked | None:
    """What an item asks for, where it names a part of the company."""
    if item.concept is not None and not item.member:
        return None
    words = member_words(item.member if item.concept is not None else item.phrase)
    named = words - words_of("kinds") - words_of("whole") or words
    return Asked(named, item.concept, bool(words & words_of("kinds"))) if named else None


def member_figures(asked: Asked, sheet: Sheet, facts: ConceptFacts) -> Iterator[tuple[Figure, float]]:
    """The figures of a document that are of the asked measure and part, each with how well it fits (see EXACT)."""
    partial: list[tuple[Figure, frozenset[str]]] = []
    exact = False
    for figure in _near(asked, sheet):
        fit = _Fitting(asked, figure, sheet, facts)
        if not fit.fits():
            continue
        if fit.left:
            partial.append((figure, fit.left))
            continue
        exact = True
        yield figure, EXACT if not fit.titled else TITLED
    # Of several parts whose names are longer than the question's, none is surely the one meant.
    if not exact and len({left for _, left in partial}) == 1:
        yield from ((figure, PARTIAL) for figure, _ in partial)


def _near(asked: Asked, sheet: Sheet) -> Iterable[Figure]:
    """The figures with a word of the part, or of another name of its place, in their line or around it."""
    others = {w for name, ways in _places() if name <= asked.words for way in ways for w in way}
    rows = {row for word in {*asked.words, *others} for row in (*sheet.rows_with(word), *sheet.rows_called(word))}
    return (f for row in sorted(rows) for f in sheet.rows[row].figures)


class _Fitting:
    """Whether one figure is of what is asked."""

    def __init__(self, asked: Asked, figure: Figure, sheet: Sheet, facts: ConceptFacts) -> None:
        self._asked = asked
        self._figure = figure
        self._sheet = sheet
        self._facts = facts
        concept = asked.concept
        self._concepts = () if concept is None else (concept, *_table()["alike"].get(concept, ()))
        self._held: set[str] = set()
        self._measured = False
        self._parts: list[frozenset[str]] = []
        self.left: frozenset[str] = frozenset()
        self.titled = False

    def fits(self) -> bool:
        figure, concept = self._figure, self._asked.concept
        label = self._read(figure.label, always=True, whole=words_of("whole"))
        if label is None:
            return False
        vague = not label or member_words(figure.label) in _generic() or bool(_DATED.match(figure.label))
        repeated = self._sheet.repeats(figure)
        for heading in figure.path:
            if self._read(heading, always=vague or repeated, whole=words_of("whole") | words_of("kinds")) is None:
                return False
        for head in self._heads():
            if self._read(head, always=True, whole=words_of("whole") | words_of("kinds")) is None:
                return False
        named = self._named_in_title()
        if not self._held and named:
            self._held |= named
        if not self._held or named is None or self._twice():
            return False
        missing = self._asked.words - self._held
        title = self._title()
        if missing:
            if concept is not None or not missing <= member_words(title):
                return False
            self.titled = True
        if concept is not None and not self._measured and figure.concept not in self._concepts:
            if self._facts.first_named(title) not in self._concepts:
                return False
            self.titled = True
        return not self._too_long()

    def _twice(self) -> bool:
        """Whether one text names all of the part and another less: "Pharmacy" of the segment "Pharmacy Services"."""
        return self._asked.words in self._parts and any(p < self._asked.words for p in self._parts)

    def _named_in_title(self) -> frozenset[str] | None:
        """The words of the asked part that the title names; None where it names another part.

        "BCA revenues by customer location": all lines of the table are of that segment.
        """
        sheet, asked = self._sheet, self._asked.words
        idle = words_of("kinds") | words_of("whole")
        # A part that the table prints lines of is one of several in it.
        printed = {name for f in sheet.in_table(self._figure.table) for name in (f.label, *f.path, *f.headers)}
        said = sheet.parts_in(" | ".join(self._titles())) - printed
        named = [n for n in said if not self._facts.first_named(n)]
        ways = [[w - idle or w for w in _names(name, sheet.document.company)] for name in named]
        ways = [way for way in ways if not any(w <= idle for w in way)]
        if len(ways) != 1:
            return frozenset()
        own = next((w for w in ways[0] if w <= asked), None)
        if own is None and self._asked.kind and (near := [w for w in ways[0] if w & asked and len(w - asked) == 1]):
            # "The international segment" of a table of "International Streaming Segment".
            self.left |= near[0] - asked
            own = near[0] & asked
        # A table with parts of its own says by them which line is of which.
        parted = any(f.segment and f.period is not None for f in sheet.in_table(self._figure.table))
        return frozenset() if own is not None and parted else own

    def _titles(self) -> list[str]:
        """The lines of the caption that are titles, nearest first: short ones, and sentences that lead to the table."""
        lines = self._figure.caption.split(" | ")
        return [n for n in reversed(lines) if n.endswith(":") or (len(n) < _LONG_TITLE and not n.endswith("."))]

    def _heads(self) -> tuple[str, ...]:
        """What the column's headings say beyond the time: as one where they name the measure together, else apart."""
        apart = tuple(said for head in self._figure.headers if (said := restriction(head)))
        together = " ".join(apart)
        one = self._names_measure(together) or any(w <= self._asked.words for w in _names(together, ""))
        # "International" over "Streaming" is one name, where that is what the table calls its column.
        one = one or (self._asked.kind and len(apart) == 2 and together == self._figure.segment)
        return (together,) if one else apart

    def _names_measure(self, text: str) -> bool:
        """Whether a text is a name of the line item that is asked for, or of what is the same for a part."""
        return any(self._facts.names(c, said) for c in self._concepts for said in (_plain(text), _bare(text)))

    def _read(self, text: str, *, always: bool, whole: frozenset[str]) -> str | None:
        """What a text says: "part", "measure", "" for nothing; None where it names another part.

        A text that need not narrow the figure down (a heading over lines that stand nowhere else) never does.
        """
        return self._say(_AT_DATE.sub("", text) or text, always=always, whole=whole)

    def _say(self, text: str, *, always: bool, whole: frozenset[str]) -> str | None:
        names = _names(text, self._sheet.document.company)
        if not names:
            return ""
        asked = self._asked.words
        for words in names:
            if words <= asked:
                self._held |= words
                self._parts.append(words)
                return "part"
        if self._names_measure(text):
            self._measured = True
            return "measure"
        if any(words <= whole or words - words_of("kinds") - words_of("whole") <= asked for words in names):
            self._held |= next((w & asked for w in names if w & asked), frozenset())
            return "part" if any(w & asked for w in names) else ""
        if not always or _DATED.match(text):
            if self._asked.concept is None:
                self._held |= frozenset().union(*names) & asked
            return ""
        shared = max(names, key=lambda words: (len(words & asked), -len(words)))
        if not shared & asked:
            return None
        self._held |= shared & asked
        if self._names_measure(" ".join(w for w in re.findall(r"[\w&'-]+", text) if not member_words(w) & asked)):
            self._measured = True
            return "part"
        self.left |= shared - asked - words_of("kinds") - words_of("whole")
        return "part"

    def _title(self) -> str:
        """What the table's title says, nearest line first, and before it the total that its lines are summed up in."""
        return " | ".join((self._sheet.total_below(self._figure), *self._titles()))

    def _too_long(self) -> bool:
        """Whether the part's printed name says more than may be left out of it: a list of several, or of places."""
        if not self.left:
            return False
        if (self.left | self._asked.words) & words_of("places"):
            # "The international segment" may be called "International Streaming", but no place beside another.
            placed = self.left & (words_of("places") | words_of("rest"))
            if placed or not self._asked.kind or len(self.left) > 1:
                return True
        names = (self._figure.label, *self._figure.path, *self._heads())
        listed = any(re.search(r",|&|/|\band\b", n) for n in names if member_words(n) & self.left)
        if self._asked.concept is None:
            return not self._asked.kind or listed or len(self.left) > 1
        return len(self.left) > 2 or (listed and not self._asked.kind)


def _bare(text: str) -> str:
    return _BY.sub("", _BRACKETS.sub(" ", text)).strip(" :.-").lower()


def _plain(text: str) -> str:
    """A heading without brackets, and without the words for what kind of part its lines are."""
    kinds = words_of("kinds") - {"operating"}
    return " ".join(w for w in re.findall(r"[\w&'/.-]+", _bare(text)) if not set(content_words(w)) & kinds)
