"""Templates with places by which a turn asks for a calculation: those of follow_up.toml, and shapes of questions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from chains.agent.follow_up.combining import operations
from chains.agent.follow_up.cues import pattern_source
from chains.agent.follow_up.cues import tables as cues
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.fitting import empty
from chains.measures.phrases import any_of
from chains.measures.phrasing import shapes, trims

_SHAPES = {
    "growth": "growth",
    "difference": "change",
    "percent_of": "percent_of",
    "ratio": "ratio",
    "add": "sum",
    "subtract": "difference",
    "average": "average",
    "total": "sum",
}
"""Shapes of planner.toml by the operation that they are over earlier answers."""
_SHORTEST = 4
"""Letters of a shape's own words: "{x} to {y}" says too little."""


@dataclass(frozen=True, slots=True)
class Template:
    operation: str
    source: str
    """Its pattern, compiled once a turn holds its words: there are hundreds of them."""
    words: frozenset[str]
    length: int
    own: bool
    """Whether it is of follow_up.toml: then what is missing in it is the last answer."""

    @property
    def pattern(self) -> re.Pattern[str]:
        return _compiled(self.source)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.I)


@cache
def _templates() -> tuple[Template, ...]:
    made = [
        Template(o.name, rf"(?P<pre>.*?){_bounded(t)}", _words(t), _length(t), True)
        for o in operations().values()
        for t in o.templates
    ]
    for shape, pattern, length in shapes():
        if shape in _SHAPES and length >= _SHORTEST:
            literal = re.sub(r"\(\?P<.>[^)]*\)", " ", pattern.pattern).replace("\\", "")
            made.append(Template(_SHAPES[shape], pattern.pattern, _words(literal), length, False))
    return tuple(sorted(made, key=lambda t: (-t.length, not t.own)))


def _bounded(template: str) -> str:
    return rf"(?<![\w-]){pattern_source(template)}"


def _words(template: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z%]+", re.sub(r"\{\w+\}", " ", template.lower())))


def _length(template: str) -> int:
    return len(re.sub(r"\{\w+\}", "", template).strip())


@cache
def _pointing() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = cues()["pointing"]
    before = re.compile(
        rf"^(?:(?:so|and|then)\s+)*(?:{any_of(table['before'])})\s+(?:an?\s+)?(?=(?:what|how|up|down|margin|share|%|percent|gap)\b)",
        re.I,
    )
    return before, re.compile(rf"\s+(?:{any_of(table['behind'])})$", re.I)


_HOW_MANY = re.compile(
    r"\bhow many (?!percent|points|basis|percentage|days|times|years|%)(?:\w+ )?"
    r"(?=(?:fewer|more|less|below|above|under|over|short)\b)(?P<way>\w+)(?:\s+(?!than|is|was|of)\w+(?=\s+(?:than|is|was|are|were)\b))?",
    re.I,
)


def pointed(flat: str) -> str:
    """A turn without what only points at the answer before: "that's how many stores fewer than" is "how much fewer"."""
    before, behind = _pointing()
    text = behind.sub("", before.sub("", flat))
    return _HOW_MANY.sub(lambda m: f"how much {m['way']}", text).strip(" ,")


def matches(flat: str, earlier: Earlier) -> Iterator[tuple[Template, dict[str, str | None]]]:
    """The templates that a turn fits, the longest first, with what stands in their places `x`, `y` and `xs`."""
    bare = pointed(flat)
    words = set(re.findall(r"[a-z%]+", f"{flat} {bare}".lower()))
    options = list(dict.fromkeys((*trims(flat, 16), *(trims(bare, 8) if bare != flat else ()))))
    for template in _templates():
        if not template.words <= words:
            continue
        for option in options:
            match = template.pattern.fullmatch(option)
            if match is None:
                continue
            groups = match.groupdict()
            before = (groups.get("pre") or "").strip(" ,")
            if "x" not in groups and before and earlier.is_time(before):
                groups["x"] = before  # "2018 as a multiple of 2016"
            elif not empty(before):
                continue
            yield template, groups
