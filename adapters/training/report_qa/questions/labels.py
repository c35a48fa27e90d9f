"""A line item as people say it: without notes, in another order, by another word, with its heading."""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Collection
from functools import cache, lru_cache
from importlib import resources
from typing import Any, cast

from adapters.training.report_qa.questions.sheets import Item
from adapters.training.report_qa.questions.times import strip_scale, tidy

_NOTES = re.compile(
    r"\(\s*(?:\d{1,2}|[a-z]|[ivx]{1,4}|(?:see |refer to )?notes?\s[^)]*|unaudited|(?:as )?restated|as adjusted)\s*\)"
    r"|(?<=[a-z]{3})\d{1,2}$|\[\d+\]|[†‡*]+|\bnote \d+\b|\b201[89][cd]|\bfffd\b|(?<=[a-z]) (?=2019s\b)",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:less|add|plus|deduct|of which|including|included in)\s*:\s*|^(?:less|add|plus)\s*[-–]\s*|^[-–—•]\s*",
    re.IGNORECASE,
)
_SIGN = re.compile(
    r"\s*\(\s*(?:loss|losses|benefit|decrease|increase|expense|income|gains?|used in|provided by|deficit|credit|cost"
    r"|payments?|reduction)\s*\)",
    re.IGNORECASE,
)
_OR_SIGN = re.compile(r"\s*/\s*\(\s*(?:decrease|increase|loss)\s*\)", re.IGNORECASE)
_MOST_WORDS = 14


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("wording.toml").read_text(encoding="utf-8"))


def sayings(of: str) -> list[str]:
    """Ways to say a thing that every question may need: a span of years, a unit."""
    return cast("list[str]", _words()["say"][of])


@cache
def _same() -> tuple[tuple[str, re.Pattern[str], tuple[str, ...]], ...]:
    """(words, their pattern, the other words for the same), longer ones first."""
    found = [
        (one, re.compile(rf"(?<![\w-]){re.escape(one)}(?![\w-])", re.IGNORECASE), tuple(o for o in group if o != one))
        for group in _words()["same"]
        for one in group
    ]
    return tuple(sorted(found, key=lambda entry: -len(entry[0])))


@lru_cache(maxsize=8192)
def _others(label: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """The rewritings that a label allows; what is within a longer one found is not looked for again."""
    found: list[tuple[re.Pattern[str], tuple[str, ...]]] = []
    rest = label
    for one, pattern, others in _same():
        if one.lower() in rest.lower() and pattern.search(rest):
            found.append((pattern, others))
            rest = pattern.sub("\0", rest)
    return tuple(found)


@lru_cache(maxsize=8192)
def clean(label: str) -> str:
    """A label without notes, scale words and leading signs."""
    text = tidy(_LEAD.sub("", tidy(_NOTES.sub(" ", strip_scale(label)))))
    text = re.sub(r"\(\s+", "(", re.sub(r"\s+\)", ")", re.sub(r"\s+([,;])", r"\1", text)))
    if text.count("(") != text.count(")"):
        text = text.replace("(", "").replace(")", "")
    return tidy(text)


def spoken(item: Item, draw: random.Random, *, lower: bool, taken: Collection[str] = ()) -> str:
    """A way to name the item. `taken` are the table's other labels in lower case, which no rewriting may become."""
    name = clean(item.label)
    if re.search(r"\b20[12]\d\b", name) and draw.random() < 0.2:
        name = tidy(re.sub(r"\s*\(?(?:due|maturing) (?:in )?(?:\w+ )?20\d\d\)?", "", name)) or name
    if item.heading:
        name = _under(name, clean(item.heading), draw)
    if item.extra:
        name = _beside(name, clean(item.extra), draw)
    if draw.random() < 0.55:
        name = tidy(_OR_SIGN.sub("", _SIGN.sub("", name))) or name
    if draw.random() < 0.3:
        name = _reordered(name, draw)
    if draw.random() < 0.22:
        changed = _by_other_words(name, draw)
        if changed.lower() not in taken and not any(
            changed.lower() in other for other in taken if other != name.lower()
        ):
            name = changed
    words = name.split()
    if len(words) > _MOST_WORDS:
        name = tidy(" ".join(words[: draw.randint(8, _MOST_WORDS)]))
        name = re.sub(r"\s+(?:of|and|the|for|in|to|a|or|on|by|with|from|\W)$", "", name)
        if name.count("(") != name.count(")"):
            name = tidy(name.replace("(", "").replace(")", ""))
    if lower:
        name = name.lower()
    elif draw.random() < 0.45:
        name = lowered(name)
    if draw.random() < 0.015:
        name = _mistyped(name, draw)
    return name


def lowered(name: str) -> str:
    """In lower case but for abbreviations and, after the first word, names ("EBITDA", "U.S.")."""
    words = name.split(" ")
    return " ".join(word if sum(c.isupper() for c in word) > 1 else word.lower() for word in words)


def is_plural(name: str) -> bool:
    """Whether a name takes "were": by the last word before its first preposition."""
    head = re.split(
        r"\s(?:of|for|in|from|on|to|under|with|due|per|by|at|related|attributable|used|provided|before|as|net)\b|[,(]",
        name.lower(),
    )[0]
    last = head.split()[-1] if head.split() else ""
    if last in _words()["singular"]:
        return False
    return last.endswith("s") and not last.endswith("ss") and len(last) > 3


def _under(name: str, heading: str, draw: random.Random) -> str:
    if not heading or heading.lower() in name.lower():
        return name
    if name.lower() in ("total", "totals", "total:"):
        return f"total {heading}"
    form = draw.choice(
        ("{n} {h}", "{n} under {h}", "{n} ({h})", "{h} - {n}", "{n} for {h}", "{h} {n}", "{n} in {h}", "{n} of {h}")
    )
    return form.replace("{n}", name).replace("{h}", heading)


def _beside(name: str, extra: str, draw: random.Random) -> str:
    if not extra or extra.lower() in name.lower():
        return name
    if re.match(r"(?:%|percent|as a)", extra.lower()):
        return f"{name} as a {extra}" if not extra.lower().startswith("as a") else f"{name} {extra}"
    form = draw.choice(("{e} of {n}", "{e} for {n}", "{n} {e}", "{n} ({e})"))
    return form.replace("{n}", name).replace("{e}", extra)


def _reordered(name: str, draw: random.Random) -> str:
    """ "Accounts receivable, net" said as "net accounts receivable"; "net of" clauses left out; order of a list."""
    last = re.match(
        r"^(?P<head>[^,()]+), (?P<tail>net|gross|total|current|noncurrent|basic|diluted|other)$", name, re.IGNORECASE
    )
    if last:
        return draw.choice((f"{last['tail'].lower()} {last['head']}", last["head"]))
    net_of = re.match(r"^(?P<head>[^,()]{6,}),? (?:net of|less|excluding) .+$", name, re.IGNORECASE)
    if net_of:
        return net_of["head"]
    two = re.match(r"^(?P<one>[\w-]+) and (?P<two>[\w-]+)$", name)
    if two and draw.random() < 0.3:
        return f"{two['two']} and {two['one']}"
    colon = re.match(r"^(?P<head>[^-–]{4,}) [-–] (?P<tail>.{3,})$", name)
    if colon:
        return f"{colon['tail']} {colon['head']}"
    return name


def _by_other_words(name: str, draw: random.Random) -> str:
    found = _others(name)
    if not found:
        return name
    pattern, others = draw.choice(found)
    return pattern.sub(lambda _: draw.choice(others), name, count=1)


def _mistyped(name: str, draw: random.Random) -> str:
    places = [place for place in range(2, len(name) - 2) if name[place - 1 : place + 2].isalpha()]
    if not places:
        return name
    place = draw.choice(places)
    if draw.random() < 0.5:
        return name[:place] + name[place + 1 :]
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
