"""Names in a question that no document prints: a company, or a thing, that the library does not hold.

"P&G gross margin" names a company as surely as "the gross margin of P&G" does. Where no company of the library is
named, such a name is somebody else's, and what the documents say of others is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Protocol

from chains.measures.phrasing import content_words, flatten
from chains.measures.vocabulary import default_names
from chains.questions.company_names import word_lists
from chains.questions.names import Searcher, names_in
from chains.questions.own_terms import is_common
from chains.questions.periods import find_periods

_JOINED = re.compile(r"(?<![\w&])[a-z]{1,3}&[a-z]{1,3}(?![\w&])")
"""Initials around an "&" in small letters: "p&g", "at&t"."""
_PLACED = re.compile(r"\b(?P<before>[a-z]+)\s+(?=(?P<led>[a-z]{4,})(?![\w-]))|(?<![\w-])(?P<owner>[a-z]{4,})['’]s\b")
_INNER = re.compile(r"[a-z][A-Z]|&|^[A-Z]{2,}s?$")
_HITS = 40


class Lines(Protocol):
    """The part of the ledger that is needed here."""

    def lines_with(self, words: Collection[str], /) -> list[tuple[str, str]]: ...


class Printed(Protocol):
    """The part of a library that is needed here."""

    @property
    def index(self) -> Searcher: ...

    @property
    def ledger(self) -> Lines: ...


def names_of(text: str) -> tuple[str, ...]:
    """The names in a text as written, without words of questions and reports at their ends.

    The first word of a sentence has a capital of its own: it is a name where it is written like one ("AT&T"), or where
    a line item, a time or a mark follows it and no verb's object.
    """
    times = find_periods(text).mentions
    found: dict[str, None] = {}
    for name in names_in(text):
        words = name.split()
        while words and _idle(words[0]):
            words.pop(0)
        while words and _idle(words[-1]):
            words.pop()
        said = " ".join(words)
        start = text.find(said)
        if not words or start < 0 or any(map(_idle, words)) or all(len(w) < 2 for w in words):
            continue
        if any(t.start < start + len(said) and start < t.end for t in times):
            continue
        behind = text[start + len(said) :]
        first = not text[:start].strip() or text[:start].rstrip().endswith((".", "?", "!", ":"))
        if first and len(words) == 1 and not _INNER.search(said):
            follows = behind.lstrip()
            if follows and not re.match(r"['’,:;?.-]|\d|FY|[QH]\d", follows) and not _measured(follows):
                continue
        found.setdefault(said)
    return tuple(found)


def stranger(text: str, library: Printed) -> str:
    """The first name in a text that no document of the library prints; "" where there is none."""
    for name in (*names_of(text), *_in_small_letters(text)):
        if not _printed(name, library):
            return name
    return ""


def _measured(text: str) -> bool:
    """Whether a text begins with a line item or a metric."""
    hit = default_names().within(flatten(text))
    return hit is not None and hit[1][0] == 0


def _in_small_letters(text: str) -> list[str]:
    """Words in small letters that stand where a name does: "what does walmart say", "walmart's", "p&g"."""
    found = [m[0] for m in _JOINED.finditer(text) if not is_common(m[0]) and m[0] not in word_lists()["capitalised"]]
    for match in _PLACED.finditer(text):
        word = match["led"] or match["owner"]
        placed = match["owner"] or match["before"] in word_lists()["before_stranger"]
        if placed and not _idle(word) and not word.endswith(("ing", "ed")):
            found.append(word)
    return found


def _idle(word: str) -> bool:
    """Whether a word is one of questions, reports or companies in general."""
    flat = re.sub(r"['’]s?$", "", word).lower().strip(".,")
    said = content_words(flat)
    t = word_lists()
    return flat in t["capitalised"] or flat in t["legal"] or not said or all(map(is_common, said))


def _printed(name: str, library: Printed) -> bool:
    """Whether a passage, or a line of a table, prints all words of a name, in the singular or not."""
    words = [w for w in (re.sub(r"['’]s?$", "", w.lower()) for w in re.findall(r"[\w&'’.-]*\w", name)) if w]
    wanted = [re.compile(rf"(?<![\w&]){re.escape(w[:-1] if len(w) > 4 and w[-1] == 's' else w)}") for w in words]

    def holds(text: str) -> bool:
        return all(w.search(text) for w in wanted)

    if any(holds(f"{h.passage.section} {h.passage.text}".lower()) for h in library.index.search(name, _HITS)):
        return True
    return any(holds(line.lower()) for _, line in library.ledger.lines_with(content_words(name)))
