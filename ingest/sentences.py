"""Sentences and lengths of prose, without a model: what passages are filled with and quotes are made of."""

from __future__ import annotations

import re

# A full stop after one of these ends no sentence.
_ABBREVIATIONS = frozenset(
    {"inc", "corp", "co", "ltd", "llc", "plc", "lp", "no", "nos", "vs", "mr", "mrs", "ms", "dr", "jr", "sr", "st"}
    | {"u.s", "u.k", "u.s.c", "e.g", "i.e", "etc", "approx", "fig", "vol", "dept", "est", "art", "sec", "para", "cf"}
    | {"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec"}
    | {"al", "d.c", "n.a", "s.a", "n.v", "p.l.c", "a.m", "p.m"}
)
_END = re.compile(r"[.!?。！？][\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9•●$À-Þ])|[。！？](?=\S)")
_LAST_WORD = re.compile(r"([A-Za-z][\w.&]*)\W*$")
_LETTERS = re.compile(r"[A-Za-zÀ-ÿ]+")
_DIGIT = re.compile(r"\d")
_MARK = re.compile(r"[^\w\s]")


def sentences(text: str) -> list[str]:
    """The sentences of `text` in order, white space collapsed. A line break always ends one.

    A list item or a table's row is a line of its own, so it is a sentence of its own here.
    """
    found: list[str] = []
    for line in text.split("\n"):
        line = " ".join(line.split())
        start = 0
        for match in _END.finditer(line):
            word = _LAST_WORD.search(line[start : match.start() + 1])
            if line[match.start()] == "." and word and _abbreviated(word[1].rstrip(".")):
                continue
            found.append(line[start : match.end()].strip())
            start = match.end()
        if line[start:].strip():
            found.append(line[start:].strip())
    return found


def _abbreviated(word: str) -> bool:
    """Whether a full stop after `word` belongs to the word: "Inc", an initial, "U.S"."""
    return word.lower() in _ABBREVIATIONS or len(word) == 1


def token_estimate(text: str) -> int:
    """About how many WordPiece tokens `text` takes; a few percent off for English, without a tokenizer.

    A long word takes more than one piece, a digit run about one for two digits.
    """
    words = _LETTERS.findall(text)
    long = sum(len(word) > 9 for word in words) * 0.35 + sum(len(word) > 14 for word in words) * 0.5
    return round(len(words) + long + 0.55 * len(_DIGIT.findall(text)) + len(_MARK.findall(text)))
