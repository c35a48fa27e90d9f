"""The words for a change, in all their forms: the table [changes] of planner.toml.

A verb is listed by its base, with its other forms where they are irregular ("rise rose risen"); the regular forms are
made here. A word after the verb ("come down came down") belongs to every form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from chains.measures.phrasing import tables

DIRECTIONS = ("up", "down", "any")


@cache
def bases(*directions: str) -> tuple[str, ...]:
    """The verbs as they stand after "did": "rise", "come down"."""
    return tuple(entry[0] for entry in _verbs(*directions))


@cache
def pasts(*directions: str) -> tuple[str, ...]:
    """The forms that tell of the past or stand after "has": "rose", "risen", "climbed"."""
    return tuple(dict.fromkeys(form for entry in _verbs(*directions) for form in entry[1:]))


@cache
def nouns(*directions: str) -> tuple[str, ...]:
    """The nouns of a change: "rise", "surge", "decline"."""
    return tuple(n for d in directions or DIRECTIONS for n in tables()["changes"][d]["nouns"])


@cache
def change_words() -> frozenset[str]:
    """Every form of every word for a change."""
    forms = (f for base in bases() for f in (base, _third(base), _ing(base)))
    return frozenset((*forms, *pasts(), *nouns()))


@cache
def forms_of(entry: str) -> tuple[str, ...]:
    """Every form of a verb as the tables give it: "rise/rose/risen" -> rise, rises, rising, rose, risen."""
    given = [form.strip() for form in entry.split("/")]
    past = given[1:] or [_past(given[0])]
    return tuple(dict.fromkeys((given[0], _third(given[0]), _ing(given[0]), *past)))


def _verbs(*directions: str) -> Iterator[tuple[str, ...]]:
    """(base, past, participle) of the verbs of the directions."""
    for direction in directions or DIRECTIONS:
        for entry in tables()["changes"][direction]["verbs"]:
            given = [form.strip() for form in entry.split("/")]
            yield tuple(given) if len(given) > 1 else (given[0], _past(given[0]))


def _split(verb: str) -> tuple[str, str]:
    head, _, rest = verb.partition(" ")
    return head, f" {rest}" if rest else ""


def _past(verb: str) -> str:
    head, rest = _split(verb)
    if head.endswith("e"):
        return f"{head}d{rest}"
    if re.search(r"[^aeiou]y$", head):
        return f"{head[:-1]}ied{rest}"
    return f"{_doubled(head)}ed{rest}"


def _ing(verb: str) -> str:
    head, rest = _split(verb)
    return f"{head[:-1]}ing{rest}" if re.search(r"[^e]e$", head) else f"{_doubled(head)}ing{rest}"


def _third(verb: str) -> str:
    head, rest = _split(verb)
    if re.search(r"[^aeiou]y$", head):
        return f"{head[:-1]}ies{rest}"
    return f"{head}{'es' if re.search(r'(?:s|x|z|ch|sh|o)$', head) else 's'}{rest}"


def _doubled(word: str) -> str:
    """A short word with its last consonant doubled: "slip" -> "slipp"."""
    return word + word[-1] if re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", word) else word
