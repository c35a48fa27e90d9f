"""A phrase made plain: lower case, the words around it taken off, the words that carry its meaning.

The words and the shapes of phrases are the tables of planner.toml.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

from chains.measures.phrases import any_of
from chains.tables import read_table

_ABBREVIATION = r"[A-Z]{1,3}[&/][A-Z]{1,3}|[A-Z]{2,6}s?"
_EXCEEDING = {"exceed": "base", "exceeded": "past", "fall short": "less", "more": "more", "fewer": "fewer"}
MAX_PHRASE = 300
KIND_WORDS = frozenset({"segment", "business", "division", "region", "category", "geographic", "reportable"})
"""Words for what a part of a company is; they say nothing of which one."""


def tables() -> dict[str, Any]:
    """The tables of planner.toml."""
    return read_table("planner.toml")


@cache
def shapes() -> tuple[tuple[str, re.Pattern[str], int], ...]:
    """(operation, pattern, literal length), the longest literal first; a word of a table counts for nothing."""
    from chains.measures.change_words import bases, nouns, pasts

    made = []
    words = {
        "move": any_of(bases(), space=" "),
        "moved": any_of((*pasts(), *bases()), space=" "),
        "a move": any_of(nouns(), space=" "),
        "make": any_of(bases("made"), space=" "),
        "made": any_of(pasts("made"), space=" "),
        **{name: any_of(tables()["exceeding"][key], space=" ") for name, key in _EXCEEDING.items()},
        "percent": any_of(tables()["units"]["percent"], space=" "),
        "points": any_of(tables()["units"]["points"], space=" "),
    }
    places = {"x": "(?P<x>.+)", "y": "(?P<y>.+)", **{name: f"(?:{body})" for name, body in words.items()}}
    for shape in tables()["shape"]:
        for template in shape["templates"]:
            literal = re.sub(r"\{[^}]*\}", "", template)
            pattern = re.sub(r"\\\{([^}]*)\\\}", lambda m: places[m[1].replace("\\", "")], re.escape(template))
            made.append((shape["operation"], re.compile(pattern, re.I), len(literal.strip())))
    made.sort(key=lambda s: -s[2])
    return tuple(made)


@cache
def rephrased() -> tuple[tuple[re.Pattern[str], str], ...]:
    """(pattern, the same in other words) of planner.toml, the longest first."""
    made = [(template, other) for other, templates in tables()["rephrased"].items() for template in templates]
    made.sort(key=lambda row: -len(row[0]))
    return tuple(
        (re.compile(re.escape(t).replace(r"\{x\}", "(?P<x>.+)").replace(r"\{y\}", "(?P<y>.+?)"), re.I), other)
        for t, other in made
    )


@cache
def _edges(side: str) -> re.Pattern[str]:
    body = any_of(tables()["edges"][side], space=" ")
    if side == "lead":
        return re.compile(rf"^(?:{body})(?![\w&/%]|-\w)[\s,:]*")
    return re.compile(rf"(?<![\w&/%-])(?:{body})[\s,:?.]*$")


def flatten(text: str) -> str:
    """Lower case with plain quotes and dashes, one space, no question mark; abbreviations (DPO, PP&E) stay capital."""
    text = text.replace("’", "'").replace("–", "-").replace("—", "-")
    text = re.sub(r"[\w&/'-]+", lambda m: m[0] if re.fullmatch(_ABBREVIATION, m[0]) else m[0].lower(), text)
    return " ".join(re.sub(r"[?!\"“”;]|\.(?=\s|$)", " ", text).split()).strip(" ,:")


def normalise(text: str) -> str:
    """Lower case, straight quotes and dashes, one space; apostrophes become spaces ("here's" -> "here s")."""
    text = text.lower().replace("’", "'").replace("‘", "'").replace("–", "-").replace("—", "-")
    return " ".join(re.sub(r"['`]", " ", text).split())


def trims(text: str, limit: int = 24) -> list[str]:
    """The phrase and what is left of it as edge words are taken off, longest first."""
    found = [text]
    frontier = [text]
    while frontier and len(found) < limit:
        current = frontier.pop(0)
        for cut in (_edges("lead").sub("", current, count=1), _edges("trail").sub("", current, count=1)):
            cut = cut.strip(" ,:'-")
            if cut and cut != current and cut not in found:
                found.append(cut)
                frontier.append(cut)
    return sorted(found, key=len, reverse=True)


def tidy(phrase: str) -> str:
    """The phrase as the answer may call it: no question words before it, no preposition after it."""
    for _ in range(8):
        shorter = _edges("lead").sub("", phrase, count=1).strip(" ,:'-")
        if not shorter or shorter == phrase:
            break
        phrase = shorter
    words = phrase.split()
    while len(words) > 1 and words[-1].lower() in word_list("function"):
        words.pop()
    return " ".join(words)


@cache
def word_list(name: str) -> frozenset[str]:
    """A list of planner.toml: `function`, `stop` or `time`."""
    return frozenset(tables()["word_lists"][name].split())


def content_words(text: str) -> list[str]:
    """The words of a text that carry its meaning, singular where easily said."""
    return list(_content_words(text))


@lru_cache(maxsize=50_000)
def _content_words(text: str) -> tuple[str, ...]:
    stop = word_list("stop")
    return tuple(_singular(w) for w in re.findall(r"[a-z0-9&]+(?:'[a-z]+)?", text.lower()) if w not in stop)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
