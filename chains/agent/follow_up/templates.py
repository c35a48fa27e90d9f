"""What a turn wants computed, by templates with places: those of follow_up.toml, and the shapes of questions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from chains.agent.follow_up.combining import combined, is_sum, operations, refused
from chains.agent.follow_up.cues import pattern_source
from chains.agent.follow_up.cues import tables as cues
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.fitting import empty, in_order, same
from chains.agent.follow_up.part_names import known_as
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.turns import Term, Turn
from chains.phrases import any_of
from chains.phrasing import shapes, trims

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
class _Template:
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
def _templates() -> tuple[_Template, ...]:
    made = [
        _Template(o.name, rf"(?P<pre>.*?){_bounded(t)}", _words(t), _length(t), True)
        for o in operations().values()
        for t in o.templates
    ]
    for shape, pattern, length in shapes():
        if shape in _SHAPES and length >= _SHORTEST:
            literal = re.sub(r"\(\?P<.>[^)]*\)", " ", pattern.pattern).replace("\\", "")
            made.append(_Template(_SHAPES[shape], pattern.pattern, _words(literal), length, False))
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


def by_template(flat: str, said: Said, earlier: Earlier) -> Turn | None:
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
            turn = _filled(template, groups, said, earlier)
            if turn is not None:
                return turn
    return None


def _filled(template: _Template, groups: dict[str, str | None], said: Said, earlier: Earlier) -> Turn | None:
    """The turn of a template whose places are filled with earlier answers, one of them at least."""
    name = template.operation
    phrases = {(groups.get(p) or "").strip() for p in ("x", "y")}
    if phrases & _OF_NOTHING:
        return None  # "average over 2020 to 2022": no value of that name
    if phrases == {"one", "the other"}:
        two = earlier.newest(2)
        return in_order(name, two, said) if two and name == "difference" else None
    if groups.get("xs") is not None or set(groups) == {"x"}:
        several = earlier.several(groups.get("xs") or groups["x"] or "", summed=is_sum(name))
        if name in ("growth", "change", "difference") and groups.get("x") is not None:
            # "They" of one answer are its figures: what is counted ("the two") is several answers.
            several = several if earlier.counts(groups["x"] or "") else None
        if several is None and groups.get("x") is not None and name in ("growth", "change", "difference"):
            one = earlier.one(groups["x"] or "")
            if one is None or not one[1] or not isinstance(one[0], Term):
                return None
            if name == "difference":
                return combined(name, [one[0], earlier.last], unit=said.unit)
            several = earlier.pair(said, name, one[0] if earlier.is_named(groups["x"] or "") else None)
        return in_order(name, several, said, earlier) if several else None
    shares = name in ("margin", "percent_of")
    near = earlier.level() if shares else earlier.last
    places: dict[str, tuple[Term | Decimal, bool]] = {}
    if name in ("ratio", "margin") and "over" in template.words and earlier.is_time(groups.get("y") or ""):
        return None  # "net earnings over the nine months"
    # "What share of gross profit comes from services": the part is one of the whole that is named.
    whole_first = shares and bool(groups.get("x") and groups.get("y")) and not known_measure(groups["x"] or "")
    for place in ("y", "x") if whole_first and known_measure(groups["y"] or "") else ("x", "y"):
        phrase = groups.get(place)
        if phrase is None:
            places[place] = (earlier.last, template.own)
            if shares and template.own:
                places[place] = (earlier.level(), True)
            continue
        found = earlier.one(phrase, near)
        if shares and found is not None and found[0] == earlier.last:
            found = earlier.level(), True  # a growth is no share of anything: what grew is
        if name == "margin" and (revenue := earlier.revenue()) is not None and known_as(phrase.strip(), "revenue"):
            found = revenue, True
        if found is None and name == "percent_of" and phrase.strip() in cues()["whole"]["phrases"]:
            return refused(near, said.core, NO_WHOLE.format(x=near.name))
        if found is None:
            return None
        places[place] = found
        near = found[0] if isinstance(found[0], Term) else near
    missing = [place for place in ("x", "y") if groups.get(place) is None]
    if name in ("growth", "change") and missing == ["x"] and earlier.is_time(groups.get("y") or ""):
        # "Up how many percent on the prior year" after a change: of what changed.
        places["x"] = earlier.changed() or places["x"][0], True
    if name in ("growth", "change") and "y" in missing and isinstance(places["x"][0], Term):
        # "EPS is down by how many percent": against its own value of another time.
        two = earlier.pair(said, name, places["x"][0] if earlier.is_named(groups["x"] or "") else None)
        return combined(name, two, unit=said.unit) if two else None
    missing += [p for p in ("x", "y") if not missing and groups[p] in cues()["references"]["last"]]
    if len(missing) == 1 and same(places["x"][0], places["y"][0]):
        # "By how much were product sales higher?" after service sales and product sales: than the other one.
        pair = earlier.newest(2) or []
        other = next((t for t in pair[::-1] if not same(t, earlier.last)), None)
        if other is None and (shares or name == "ratio") and earlier.is_named(groups.get("y") or ""):
            return refused(earlier.last, said.core, ITSELF.format(y=(groups["y"] or "").strip()))
        if other is None:
            return None
        if shares and (other.periods, other.company) != (earlier.last.periods, earlier.last.company):
            return refused(earlier.last, said.core, WHICH.format(x=other.name, y=earlier.last.name))
        places[missing[0]] = other, True
    (x, x_said), (y, y_said) = places["x"], places["y"]
    if name in _OF_ONE_TIME and isinstance(x, Term) and isinstance(y, Term) and x.periods != y.periods:
        # "What share of the total revenue is the former": the revenue of its own time.
        if not y_said and not _dated(groups.get("y"), earlier):
            y = _beside(y, x, earlier)
        elif not x_said and not _dated(groups.get("x"), earlier):
            x = _beside(x, y, earlier)
    if name in ("growth", "change") and isinstance(x, Term) and isinstance(y, Term) and x.periods and y.periods:
        timed = groups.get("y") is not None and earlier.is_time(groups["y"] or "")
        if timed and (x.signature, x.company) != (y.signature, y.company):
            # "The change from the year before" of what was computed is that of the same.
            moved = earlier.moved(x, y.periods[-1].year - x.periods[-1].year)
            if moved is None:
                return None
            y = moved
    ordered = bool(template.words & _ORDERS) and isinstance(y, Term) and x_named(x, y)
    if not (x_said or y_said or ordered) or not isinstance(x, Term) or same(x, y):
        return None
    if name == "difference" and isinstance(y, Term) and template.words & set(cues()["taken_out"]["words"]):
        name = _without(x, y)
        if not name:
            return refused(y, said.core, UNSURE.format(y=y.name))
    unsure = isinstance(y, Term) and set(re.findall(r"[a-z-]+", y.name.lower())) & set(cues()["taken_out"]["unsure"])
    if name == "sum" and "back" in template.words and isinstance(y, Term) and unsure:
        return refused(y, said.core, UNSURE.format(y=y.name))
    if name in ("percent_of", "ratio") and "x" in missing and isinstance(y, Term):
        # "And as a % of net income?" after a share: of what that was a share.
        x = earlier.amounts([x, y])[0]
    if name in ("change", "difference", "growth") and not groups.get("pre") and "between" in template.words:
        return in_order(name, [x, y] if isinstance(y, Term) else [x], said)
    if name == "percent_of" and isinstance(y, Term) and x.signature == y.signature and x.company == y.company:
        # "Relative to 2016": what a value is of its own earlier one is told as a growth.
        name = "growth" if template.words == {"relative", "to"} else name
    if name == "largest" and isinstance(y, Term) and x.signature == y.signature and x.company == y.company:
        two = _ordered([x, y])
        return combined("trend", two, unit=said.unit) if two else None
    if template.words == {"relative", "to"} and y_said and (again := earlier.rebased(said)) is not None:
        # After a change, "relative to 2015" is the change from another year.
        return combined(again[0], again[1], unit=said.unit)
    return combined(name, [x, y], unit=said.unit)


NO_WHOLE = "what '{x}' is a share of is not known; name the whole, such as revenue or total assets"
ITSELF = "'{y}' would be set against itself; name what it is to be set against"
WHICH = "what is to be set against what was not understood: '{x}' and '{y}' are of different times; name the two"
UNSURE = "whether '{y}' is to be added or taken off was not understood; say it as a sum or a difference"


_OF_NOTHING = frozenset({"average", "mean", "sum", "difference", "change", "growth", "ratio", "share"})
_OF_ONE_TIME = ("percent_of", "margin", "ratio", "difference")


def _dated(phrase: str | None, earlier: Earlier) -> bool:
    """Whether a phrase says itself of which time it is."""
    return bool(phrase) and earlier.tells_time(phrase or "")


def _beside(term: Term, other: Term, earlier: Earlier) -> Term:
    """A value at the time of another one; the same where it is known at no other."""
    return (earlier.placed(term, other.periods[-1]) if other.periods else None) or term


_ORDERS = frozenset({"take", "strip", "deduct", "subtract", "subtracted", "remove"})


def x_named(x: Term | Decimal, y: Term) -> bool:
    """Whether an order ("take bitcoin out of Cash App revenue") names two values of one company and time."""
    return isinstance(x, Term) and (x.company, x.periods) == (y.company, y.periods)


def _without(x: Term, y: Term) -> str:
    """What leaves y out of x: a cost was taken off a result and is added back; "" where the sign is not known."""
    table = cues()["taken_out"]
    names = [set(re.findall(r"[a-z-]+", t.name.lower())) for t in (x, y)]
    if not names[0] & set(table["results"]):
        return "difference"
    if names[1] & set(table["unsure"]):
        return ""
    if names[1] & set(table["costs"]):
        return "sum"
    return "difference" if names[1] & {*table["results"], "revenue", "revenues", "sales"} else ""


def _ordered(terms: list[Term]) -> list[Term] | None:
    """Two values of different times, the newer first."""
    if not all(t.periods for t in terms) or terms[0].periods == terms[1].periods:
        return None
    return sorted(terms, key=lambda t: (t.periods[-1].year, t.periods[-1].quarter or 5), reverse=True)
