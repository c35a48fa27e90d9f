"""What a company is asked to have done ("spend repurchasing its stock"), as its statements call it ("repurchases of
common stock"): the tables [verbs] and [[deed]] of planner.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from chains.formulas.expression import Item
from chains.measures.asking import Asking, Vocabulary
from chains.measures.change_words import forms_of
from chains.measures.measure import MeasureReader
from chains.measures.phrases import any_of
from chains.measures.phrasing import MAX_PHRASE, content_words, flatten, tables, trims
from chains.planning.plan import Context, Measure, Origin

_ASKS = re.compile(r"\b(?:how much|what)\b")
_COUNTS = re.compile(r"\bhow many\b|\bnumber of\b")
_MONEY = re.compile(r"\b(?:how much|what|cash|money|amounts?|dollars?|usd|total|spend|spent|use|used)\b")
_LED_IN = re.compile(r"^(?:in|for|on|to|as|through|by|via|the form of)\s+")
_ASKED, _DID = r"(?:.*?\b(?:how much|what)\s+)?", r"\b(?:did|does|do|has|have|had)\b"
_KNOWN = 0.85
"""Least sureness of a line item that is meant by what was done."""
_PRINTED = 0.9
"""Least likeness of a printed label to what a company is asked to have done."""


def known_deed(text: str, vocabulary: Vocabulary) -> Asking | None:
    """The known line item of what a company is asked to have done; None where there is none."""
    for name in (*_by_verb(text), *named_as(text)):
        known = vocabulary.concept(name)
        if known is not None and known[1] >= _KNOWN:
            return Asking(Measure(name, Item(name, known[0]), origin=Origin.CONCEPT), certainty=known[1])
    return None


def read_deed(text: str, context: Context, reader: MeasureReader) -> Asking | None:
    """Whatever measures what a company is asked to have done: as a reader has it, or a line of its own statements."""
    phrase = next(_by_verb(text), None)
    if phrase is not None and (asking := reader.read(phrase)) is not None:
        return asking
    scored = [(context.labels(name), name) for name in named_as(text)]
    score, name = max(scored, key=lambda s: s[0], default=(0.0, ""))
    if score < _PRINTED:
        return None
    return Asking(Measure(name, Item(name), origin=Origin.LABEL), certainty=score * 0.85)


def _by_verb(text: str) -> Iterator[str]:
    """ "How much cash did it generate from operations" as reports say it: "cash generated from operations"."""
    flat = flatten(text)[:MAX_PHRASE]
    for verb, names in tables()["verbs"].items():
        if verb not in flat:
            continue
        match = re.fullmatch(rf"{_ASKED}(?P<x>.*?){_DID}(?P<of>.*?)\b{verb}\b(?P<y>.*)", flat)
        if match is None:
            continue
        for name in names:
            yield " ".join(name.format(x=f"{match['x']} {match['of']}", y=match["y"]).split())


def named_as(text: str) -> Iterator[str]:
    """The names that a question for what was done may stand for, the likeliest first; none where it asks no such thing.

    The last thing done counts: "spend" in "spend repurchasing stock" only says that it was done with money.
    """
    flat = flatten(text)[:MAX_PHRASE].lower()
    if not _ASKS.search(flat) or _COUNTS.search(flat):
        return
    found = max(
        (
            (match.start(), len(match[0]), number, match)
            for number, pattern in _verbs()
            for match in pattern.finditer(flat)
        ),
        default=None,
    )
    if found is None:
        return
    _, _, number, match = found
    deed = tables()["deed"][number]
    done_to, before = flat[match.end() :].strip(), _left_of(flat[: match.start()])
    if not content_words(done_to):
        # "How much debt was repaid": it stands before the verb.
        done_to, before = before, ""
    if content_words(before):
        return  # "How much did the defense segment lose": it is not the company that did it.
    objects = list(dict.fromkeys(_LED_IN.sub("", o) for o in reversed(trims(done_to, 8)) if content_words(o)))
    if not objects:
        yield from deed.get("alone", ())
    for name in deed["names"]:
        yield from (name.format(y=o) for o in objects)


def _left_of(before: str) -> str:
    """What stands before the verb, without question words, words for money and other things done."""
    for _, pattern in _verbs():
        before = pattern.sub(" ", before)
    plain = " ".join(_MONEY.sub(" ", before).split())
    return trims(plain, 24)[-1] if plain else ""


@cache
def _verbs() -> tuple[tuple[int, re.Pattern[str]], ...]:
    """(number of the deed, pattern of all forms of its verbs)."""
    made = []
    for number, deed in enumerate(tables()["deed"]):
        forms = tuple(form for entry in deed["verbs"] for form in forms_of(entry))
        made.append((number, re.compile(rf"(?<![\w-])(?:{any_of(forms, space=' ')})(?![\w-])")))
    return tuple(made)
