"""Where a text may tell a sum: its name, its words, and what is asked without them ("free cash flow: A less B")."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from chains.formulas.definitions import body_of
from chains.formulas.lexer import grammar_table
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words, flatten, tidy, word_list

ASKING = re.compile(r"\b(?:what|how|which|by how|give|show|tell|find|calculate|compute|work out|determine)\b", re.I)
"""Words that a question begins with, and no sum."""
_TWOFOLD = re.compile(
    r"\b(?:and|or|than|versus|vs|as an?|as|per|percent\w*|share of|proportion|fraction|ratio of|relative)\b|%"
)
"""Words of a name that asks for more than what is told behind it."""
_OPEN = re.compile(
    r"(?:[-+*/×÷=]|\b(?:plus|minus|less|over|times|by|of|to|from|and|or|excluding|including|with|without|than|net of))$"
)
"""The end of words that go on: what stands behind them is a part of what is asked, not its meaning."""
_OPENS = r"(?:^|(?<=[,;:(])\s*|\s+)"


@dataclass(frozen=True, slots=True)
class Cue:
    """Where a sum may be told: its name, its words, and what is asked without them. `loose`: by a mark alone;
    `weak`: by one that also stands between two things that are asked, so that the name has to be a known measure."""

    name: str
    words: str
    text: str
    loose: bool = False
    weak: bool = False


def cues_in(text: str) -> Iterator[Cue]:
    """The places of a text where a sum may be told, the surest first."""
    before, joins, after = (told_words(name) for name in ("before", "as", "after"))
    for match in re.finditer(
        rf"{_OPENS}\(?(?:{before})\s+(?P<name>[^,;:?()]{{2,60}}?)\s+(?:{joins})\s+(?P<rest>.+)", text, re.I
    ):
        lead = text[: match.start()].strip(" ,;(")
        for words, rest in _until_asked(match["rest"], ends=bool(content_words(lead))):
            asked = f"{lead} {rest}".strip(" ,;?")
            if content_words(asked):
                yield Cue(match["name"], words, asked)
    marks = r"\s*(?P<mark>:=|[:=;])\s+|\s+(?P<dash>[–—])\s+"
    for match in re.finditer(rf"[\s,;(]*(?<![\w.])(?:{after})(?!\w)\s*[,:]?\s*|{marks}", text, re.I):
        name, rest = text[: match.start()].rstrip(" ,;(-–—"), text[match.end() :]
        if match[0].lstrip()[:1] in (",", "("):
            # "Working capital of Acme, meaning ...": the company was taken out before the comma.
            name = re.sub(r"\s+(?:of|for|at|in)$", "", name)
        if match.lastgroup:
            name = re.sub(r"(?<=\w)\s+(?:of|for|at|in)$", "", name)  # the company or the time stood behind it
        words = body_of(rest)
        yield Cue(name, words, f"{name} {rest[len(words) :].strip(' ).,;?')}".strip(), loose=bool(match.lastgroup))
    for match in re.finditer(r"\(([^()]*)\)", text):
        name, rest = text[: match.start()].rstrip(" ,;"), text[match.end() :]
        yield Cue(name, match[1], f"{name} {rest}".strip(" ,;?"), loose=True)
    for match in re.finditer(r"\s-\s|\s*,\s+(?!and\b|or\b|but\b)|\s+as\s+(?!an?\b|the\b|of\b|at\b|per\b|well\b)", text):
        weak = match[0].strip() != "-"
        yield Cue(text[: match.start()], text[match.end() :].strip(" ?"), text[: match.start()], loose=True, weak=weak)


def _until_asked(text: str, *, ends: bool) -> Iterator[tuple[str, str]]:
    """The sum and what is asked behind it: ", what was ...", or nothing where the question stands before it."""
    for match in re.finditer(r"\s*[,;:]\s*", text):
        if ASKING.match(text, match.end()):
            yield text[: match.start()], text[match.end() :]
    if ends:
        yield body_of(text), ""


def name_of(text: str, measured: Callable[[str], str]) -> str:
    """What a sum is called: the measure within the words before it, or those words."""
    said = re.sub(r"[\s,]+please$", "", flatten(text)).strip(" ,:;'-")
    if not content_words(said) or said.count("(") != said.count(")") or _OPEN.search(said):
        return ""
    if found := measured(said):
        return found
    if _TWOFOLD.search(said) or set(said.split()) & word_list("time"):
        return ""
    return tidy(said)


def cleaned(cue: Cue, measured: Callable[[str], str]) -> Cue:
    """A cue whose name is a known measure but for small words and remarks behind it: "FCF of , simple version"."""
    said = cue.name
    for _ in range(4):
        shorter = _remark().sub("", said).rstrip(" ,:;(–-")
        if shorter == said or not content_words(shorter):
            break
        said = shorter
    if said == cue.name or not measured(said):
        return cue
    rest = cue.text[len(cue.name) :] if cue.text.startswith(cue.name) else None
    return (
        cue if rest is None else replace(cue, name=said, text=f"{said} {_remark().sub('', rest).strip(' ,;:')}".strip())
    )


@cache
def _remark() -> re.Pattern[str]:
    """A remark or a small word at the end of a name."""
    return re.compile(rf"[\s,;:(–-]+(?:{told_words('remarks')}|of|for|at|in|by|the)\s*$", re.I)


@cache
def told_words(name: str) -> str:
    """A pattern for the words of a list of [told] in formula.toml."""
    return any_of(grammar_table()["told"][name])
