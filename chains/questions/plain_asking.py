"""A measure of a part of the company, plainly: "what margin did the Pet business earn" is "margin of the Pet business".

Between a measure and its part stand verbs ("earned in", "booked on"), behind them clauses ("the bitcoin it sold") and
remarks ("paid or not"). `plainer` takes out what says nothing of either, and `ways` gives the other ways to say what is
left. The words are plain_asking.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from chains.formulas.trees import items
from chains.measures.asking import Asking
from chains.measures.change_words import forms_of
from chains.measures.phrases import any_of
from chains.measures.phrasing import KIND_WORDS, content_words, flatten, tidy
from chains.measures.vocabulary import default_names
from chains.planning.plan import Origin
from chains.tables import read_table

_SURELY, _PRINTED = 0.85, 0.7
_ASKED = re.compile(r"\b(?:what|which|how|did|does|do)\b")
_TOLD = re.compile(
    r"(?P<name>[^,:;()]+?)\s*,\s*(?P<sum>\S[^,:;]*?\s(?:plus|minus|less|net of|divided by|over|times)\s[^:;]+)", re.I
)
"""A metric, and behind a comma the sum that it is told as."""
_LONGEST_LEAD, _LONGEST_HEAD = 6, 4
"""Words that a part before a colon may have, and a sentence of its own that names one."""


def plainer(text: str) -> str:
    """A text without remarks and clauses that say nothing of what is measured."""
    text = _remark().sub("", text)
    if (told := _TOLD.fullmatch(text)) is not None and default_names().metric(tidy(flatten(told["name"]))) is not None:
        text = f"{told['name']}: {told['sum']}"
    text = _filing().sub("", text)
    return " ".join(_relative().sub(" ", text).split())


def of_a_part(text: str, before: str, read: Callable[[str], Asking | None]) -> Asking | None:
    """The measure of a part of the company that a text asks for by a verb, or behind the part and a colon.

    `before` are the sentences before it. None where no such part is printed.
    """
    for way in ways(text):
        if (found := _bought(way, read) or _of_part(read(way))) is not None:
            return found
    for way in under(text, before):
        if (found := _of_part(read(way), known=True)) is not None:
            return found
    return _bought(flatten(text), read)


def _of_part(asking: Asking | None, *, known: bool = False) -> Asking | None:
    """A measure where it is surely one of a part; with `known`, of a line item that the tables of names know."""
    if asking is None:
        return None
    held, label = items(asking.measure.expression), asking.measure.origin is Origin.LABEL
    if not held or asking.certainty < (_PRINTED if label and not known else _SURELY):
        return None
    return asking if all(i.member for i in held) or (label and not known and not asking.operations) else None


def _bought(text: str, read: Callable[[str], Asking | None]) -> Asking | None:
    """The measure of a company that was bought, by its name alone: "goodwill of the X deal"."""
    name = _deal().sub("", text)
    return _of_part(read(name), known=True) if name != text and content_words(name) else None


def ways(text: str) -> Iterator[str]:
    """What a text asks for as "measure of part", in every way that it may be read."""
    flat = flatten(text).strip(" :,-")
    for pattern in _shapes():
        match = pattern.fullmatch(flat)
        if match is None:
            continue
        measure, part = match["y"].strip(" ,"), re.sub(r"^(?:the|its|their)\s+", "", match["x"].strip(" ,"))
        if content_words(measure) and content_words(part) and not _ASKED.search(f"{measure} {part}"):
            yield f"{measure} of {part}"
    head, mark, rest = flat.partition(":")
    if mark:
        yield from _headed(rest, head)


def under(text: str, before: str) -> Iterator[str]:
    """What a text asks for as "measure of part", where the part is named by a few words before it."""
    for head in before.split("\n"):
        if len(content_words(head)) <= _LONGEST_HEAD and "?" not in head:
            yield from _headed(flatten(text).strip(" :,-"), head)


def _headed(said: str, head: str) -> Iterator[str]:
    measure = _question().sub("", said.strip(" ,"))
    # "Loans : deposits" is a ratio; a part is called one, or a question follows it.
    if measure == said.strip(" ,") and not set(content_words(head)) & KIND_WORDS:
        return
    if 0 < len(content_words(head)) <= _LONGEST_LEAD and content_words(measure):
        yield f"{measure} of {flatten(head).strip(' ,:')}"


@cache
def _deal() -> re.Pattern[str]:
    """Words for a company's being bought, around its name: "the acquisition of X", "the X deal"."""
    nouns = any_of(_table()["deals"]["nouns"])
    return re.compile(rf"(?<![\w-])(?:the\s+|its\s+)?(?:{nouns})\s+of\s+|\s+(?:{nouns})(?=[\s?.!,]*$)", re.I)


@cache
def _question() -> re.Pattern[str]:
    return re.compile(
        r"^(?:what|how\s+(?:much|high|large|big))\s+(?:is|was|were|are)\s+(?:the\s+|its\s+|their\s+)?", re.I
    )


def _table() -> dict[str, Any]:
    return read_table("plain_asking.toml")


def _forms(entries: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(form for entry in entries for form in forms_of(entry)))


@cache
def _shapes() -> tuple[re.Pattern[str], ...]:
    """Patterns of a question for what `y` is of `x`, the surest first."""
    verbs = _table()["part_verbs"]
    bases = any_of(entry.split("/")[0] for entry in verbs["verbs"])
    told = any_of(_forms(verbs["verbs"]))
    joint, who = any_of(verbs["joints"]), any_of(verbs["subjects"])
    asks = (
        r"(?:what|which|how\s+(?:much|many|high|big|large)(?:\s+an?)?)\s+(?:(?:kind|sort)\s+of\s+)?(?:an?\s+|the\s+)?"
    )
    x, y = r"(?P<x>.+?)", r"(?P<y>.+?)"
    patterns = (
        rf"{asks}{y}\s+(?:did|does|do|has|had|have)\s+(?:(?:{who})\s+)?(?:{told})\s+(?:{joint})\s+{x}",
        rf"{asks}{y}\s+(?:did|does|do)\s+{x}\s+(?:{bases})(?:\s+(?:in|on|at|for))?",
        rf"{asks}{y}\s+(?:has|had|have)\s+{x}\s+(?:{told})(?:\s+(?:in|on|at|for))?",
        rf"(?:{asks}|the\s+)?{y}\s+(?:that\s+|which\s+)?(?:was|were|is|are|has\s+been|had\s+been)\s+(?:{told})\s+(?:{joint})\s+{x}",
        rf"(?:the\s+)?{y}\s+(?:that\s+|which\s+)?(?:(?:{who})\s+)?(?:{told})\s+(?:{joint})\s+{x}",
    )
    return tuple(re.compile(p, re.I) for p in patterns)


@cache
def _remark() -> re.Pattern[str]:
    remarks = _table()["remarks"]
    said = any_of((*remarks["tails"], *remarks["others"])).replace(r"\{x\}", r"(?:[\w&/'’.-]+\s+){0,3}?[\w&/'’.-]+")
    return re.compile(rf"\s*[,;(–-]*\s*(?<![\w-])(?:{said})(?![\w-])\s*\)?(?=[\s?.!,]*$)", re.I)


@cache
def _filing() -> re.Pattern[str]:
    """A filing at the beginning, parted by a mark from what is asked, or in brackets or behind "per" at the end."""
    names = any_of(_table()["remarks"]["filings"])
    return re.compile(
        rf"^\W*(?:(?:in|from|per|looking\s+at|according\s+to|for)\s+)?(?:the\s+|its\s+)?(?:{names})\s*[,:;–-]+\s*"
        rf"|[\s,;(]+(?:per|as\s+per|according\s+to|from|in)\s+(?:the\s+|its\s+)?(?:{names})\s*\)?(?=[\s?.!]*$)",
        re.I,
    )


@cache
def _relative() -> re.Pattern[str]:
    """A clause behind a name that says only that the company deals in it."""
    table = _table()["relative"]
    bases = any_of(entry.split("/")[0] for entry in _table()["part_verbs"]["verbs"])
    return re.compile(
        rf"\s+(?:{any_of(table['pronouns'])})\s+(?:{any_of(_forms(table['verbs']))})(?=[\s?.!,;:)]*$|\s+(?:{bases})\b)",
        re.I,
    )
