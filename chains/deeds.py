"""What a company is asked to have done ("spend repurchasing its stock"), as its statements call it ("repurchases of
common stock"): the tables [[deed]] of planner.toml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from chains.change_words import forms_of
from chains.phrases import any_of
from chains.phrasing import MAX_PHRASE, content_words, flatten, tables, trims

_ASKS = re.compile(r"\b(?:how much|what)\b")
_COUNTS = re.compile(r"\bhow many\b|\bnumber of\b")
_MONEY = re.compile(r"\b(?:how much|what|cash|money|amounts?|dollars?|usd|total|spend|spent|use|used)\b")
_LED_IN = re.compile(r"^(?:in|for|on|to|as|through|by|via|the form of)\s+")


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
