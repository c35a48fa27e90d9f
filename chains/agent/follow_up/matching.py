"""Find what a turn wants computed of earlier answers: by the templates and phrases of follow_up.toml."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from functools import cache

from chains.agent.follow_up.combining import Operation, combined, compared, is_sum, judged, operations, refused
from chains.agent.follow_up.cues import any_of, fillers, pattern_of
from chains.agent.follow_up.cues import tables as cues
from chains.agent.follow_up.earlier import Earlier, known_as
from chains.agent.follow_up.reading import Said, known_measure, read
from chains.agent.follow_up.turns import Term, Turn
from chains.companies import Directory
from chains.phrases import holds
from chains.phrasing import content_words, flatten, shapes, tables, trims
from chains.plan import Kind, TrendTest

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
_TYPED, _LONG, _ALIKE = 2, 6, 0.86
"""A slip of the pen is looked for in so few words, of so many letters, and so like the phrase."""
_BY = re.compile(
    r"^(?:by\s+|in\s+|at\s+)?(?P<how>how much|how many|how far|how fast|how strongly|what percent\w*|what %|what)\b"
)
_SHORT = 60
"""Characters of a turn that may only go on from another."""
_REFERS = re.compile(
    r"\b(?:it|its|that|this|they|them|their|those|these|the (?:two|three|first|last|change|difference))\b", re.I
)
_YES_NO = re.compile(r"(?:is|are|was|were|does|do|did|has|have|had)\b")
_TESTS = ("stable", "improves", "declines", "rises", "changes")


@dataclass(frozen=True, slots=True)
class _Template:
    operation: str
    pattern: re.Pattern[str]
    words: frozenset[str]
    length: int
    own: bool
    """Whether it is of follow_up.toml: then what is missing in it is the last answer."""


@cache
def _templates() -> tuple[_Template, ...]:
    made = [
        _Template(o.name, re.compile(rf"(?P<pre>.*?){_bounded(t)}", re.I), _words(t), _length(t), True)
        for o in operations().values()
        for t in o.templates
    ]
    for shape, pattern, length in shapes():
        if shape in _SHAPES and length >= _SHORTEST:
            literal = re.sub(r"\(\?P<.>[^)]*\)", " ", pattern.pattern).replace("\\", "")
            made.append(_Template(_SHAPES[shape], pattern, _words(literal), length, False))
    return tuple(sorted(made, key=lambda t: (-t.length, not t.own)))


def _bounded(template: str) -> str:
    return rf"(?<![\w-]){pattern_of(template).pattern}"


def _words(template: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z%]+", re.sub(r"\{\w+\}", " ", template.lower())))


def _length(template: str) -> int:
    return len(re.sub(r"\{\w+\}", "", template).strip())


def over_earlier(said: Said, earlier: Earlier) -> Turn | None:
    """The turn that a person's words make of earlier answers; None where they speak of something else."""
    if not earlier.terms:
        return None
    flat = flatten(said.core)
    if not flat:
        return None
    if (turn := _part_of(said, earlier)) is not None:
        return turn
    if (turn := _by_template(flat, said, earlier)) is not None:
        return turn
    if (turn := _by_sign(flat, said, earlier)) is not None:
        return turn
    if (turn := _set_against(flat, said, earlier)) is not None:
        return turn
    if _YES_NO.match(flat):
        # "Did it decline?" asks which way it went, "the decline?" by how much.
        return _by_words(flat, said, earlier)
    turn = _by_phrase(said, earlier)
    if turn is not None:
        return replace(turn, verbal=True) if flat.lower().startswith("by how") else turn
    return _by_words(flat, said, earlier)


def follows(text: str, directory: Directory) -> bool:
    """Whether a turn makes no sense by itself: it says a time, a unit or an operation, and not of what."""
    said = read(text, directory)
    if said.named or said.ambiguous or said.unknown or len(text) > _SHORT or not (said.core or said.unit):
        return False
    words = set(re.findall(r"[a-z%]+", " ".join(said.content)))
    if not words:
        return said.ellipsis or said.dated or said.shift is not None or bool(said.unit)
    known = {w for o in operations().values() for b in (*o.bare, *o.verbs, *o.nouns) for w in b.split()}
    return words <= known and not known_measure(said.left) and bool(_REFERS.search(said.core) or said.ellipsis)


@cache
def _signs() -> tuple[tuple[bool, re.Pattern[str]], ...]:
    kinds = cues()["sign"]
    return tuple((k == "above", re.compile(rf"(?<![\w-])(?:{any_of(kinds[k])})(?![\w-])")) for k in ("above", "below"))


def _by_sign(flat: str, said: Said, earlier: Earlier) -> Turn | None:
    """ "Is it positive?", "positive or negative?": the last answer set against zero."""
    lower = flat.lower()
    found = [(above, pattern) for above, pattern in _signs() if pattern.search(lower)]
    if not found or said.named or said.dated or said.shift is not None:
        return None
    for _, pattern in found:
        lower = pattern.sub(" ", lower)
    tokens = set(re.findall(r"[a-z%']+", lower)) - {"or", "still", "number", "result"}
    if not _only(tokens, frozenset(n for o in operations().values() for n in o.nouns), said):
        return None
    return judged(earlier.last, above=found[0][0])


_AGAINST = re.compile(
    r"(?:is|was|were|are|would|will)\s+(?P<x>it|that|this|they|those|these|that (?:figure|number|amount|result))"
    r"\s+(?:be\s+|still\s+)*"
    r"(?:(?P<up>above|higher than|more than|larger than|bigger than|greater than|over)|below|under|lower than|"
    r"less than|smaller than)\s+(?P<y>.+)",
    re.I,
)


def _set_against(flat: str, said: Said, earlier: Earlier) -> Turn | None:
    """ "Is that above the 2021 operating income?": the last answer set against a value that has a name."""
    match = _AGAINST.fullmatch(flat)
    if match is None or not known_measure(match["y"]):
        return None
    y, x = earlier.one(match["y"]), earlier.one(match["x"])
    if y is None or x is None or not isinstance(y[0], Term) or not isinstance(x[0], Term) or _same(x[0], y[0]):
        return None
    if (x[0].measure.kind is Kind.PERCENT) != (y[0].measure.kind is Kind.PERCENT):
        return None
    return compared(x[0], y[0], above=match["up"] is not None)


_PART = re.compile(
    r"(?:(?:[\w ]{0,40}?\b(?:at|is|take|calculate|compute|of)\s+)|what(?:'s| is| are| would be)\s+)?"
    r"(?P<n>\d{1,3}(?:\.\d{1,4})?)\s?(?:%|percent) of (?P<y>[\w' ]+)",
    re.I,
)


def _part_of(said: Said, earlier: Earlier) -> Turn | None:
    """ "Materiality at 5% of that": an earlier answer times a share that the turn says."""
    match = _PART.fullmatch(said.core.strip(" ?.!"))
    found = earlier.one(match["y"]) if match is not None else None
    if match is None or found is None or not isinstance(found[0], Term) or not found[1]:
        return None
    base = found[0]
    turn = earlier.turn_of(base)
    if said.ellipsis and base == earlier.last and turn is not None and turn.operation == "product":
        base = turn.operands[0]  # "and 3% of that": of what the other share was of
    return combined("product", [base, Decimal(match["n"]) / 100], unit="" if "percent" in said.unit else said.unit)


def _by_template(flat: str, said: Said, earlier: Earlier) -> Turn | None:
    words = set(re.findall(r"[a-z%]+", flat.lower()))
    options = trims(flat, 16)
    for template in _templates():
        if not template.words <= words:
            continue
        for option in options:
            match = template.pattern.fullmatch(option)
            if match is None or not _empty(match.groupdict().get("pre") or ""):
                continue
            turn = _filled(template, match.groupdict(), said, earlier)
            if turn is not None:
                return turn
    return None


def _filled(template: _Template, groups: dict[str, str | None], said: Said, earlier: Earlier) -> Turn | None:
    """The turn of a template whose places are filled with earlier answers, one of them at least."""
    name = template.operation
    if groups.get("xs") is not None or set(groups) == {"x"}:
        several = earlier.several(groups.get("xs") or groups["x"] or "")
        if name in ("growth", "change", "difference") and groups.get("x") is not None:
            # "They" of one answer are its figures: what is counted ("the two") is several answers.
            several = several if earlier.counts(groups["x"] or "") else None
        if several is None and groups.get("x") is not None and name in ("growth", "change", "difference"):
            one = earlier.one(groups["x"] or "")
            if one is None or not one[1] or not isinstance(one[0], Term):
                return None
            if name == "difference":
                return combined(name, [one[0], earlier.last], unit=said.unit)
            several = earlier.pair(said, name)
        return _of(name, several, said, earlier) if several else None
    near = earlier.last
    places: dict[str, tuple[Term | Decimal, bool]] = {}
    for place in ("x", "y"):
        phrase = groups.get(place)
        if phrase is None:
            places[place] = (earlier.last, template.own)
            continue
        found = earlier.one(phrase, near)
        if name == "margin" and (revenue := earlier.revenue()) is not None and known_as(phrase.strip(), "revenue"):
            found = revenue, True
        if found is None:
            return None
        places[place] = found
        near = found[0] if isinstance(found[0], Term) else near
    missing = [place for place in ("x", "y") if groups.get(place) is None]
    missing += [p for p in ("x", "y") if not missing and groups[p] in cues()["references"]["last"]]
    if len(missing) == 1 and _same(places["x"][0], places["y"][0]):
        # "By how much were product sales higher?" after service sales and product sales: than the other one.
        pair = earlier.newest(2) or []
        other = next((t for t in pair[::-1] if not _same(t, earlier.last)), None)
        if other is None:
            return None
        places[missing[0]] = other, True
    (x, x_said), (y, y_said) = places["x"], places["y"]
    if not (x_said or y_said) or not isinstance(x, Term) or _same(x, y):
        return None
    if name == "difference" and isinstance(y, Term) and template.words & set(cues()["taken_out"]["words"]):
        name = _without(x, y)
        if not name:
            return refused(y, said.core, UNSURE.format(y=y.name))
    if name in ("percent_of", "ratio") and "x" in missing and isinstance(y, Term):
        # "And as a % of net income?" after a share: of what that was a share.
        x = earlier.amounts([x, y])[0]
    if name in ("change", "difference", "growth") and not groups.get("pre") and "between" in template.words:
        return _of(name, [x, y] if isinstance(y, Term) else [x], said)
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


UNSURE = "whether '{y}' is to be added or taken off was not understood; say it as a sum or a difference"


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


def _same(x: Term | Decimal, y: Term | Decimal) -> bool:
    """Whether two values are one: of one measure, time and company."""
    if not isinstance(x, Term) or not isinstance(y, Term):
        return x == y
    alike = x.signature == y.signature or x.name.lower() == y.name.lower()
    return x == y or (alike and (x.periods, x.company, x.months) == (y.periods, y.company, y.months))


def _ordered(terms: list[Term]) -> list[Term] | None:
    """Two values of different times, the newer first."""
    if not all(t.periods for t in terms) or terms[0].periods == terms[1].periods:
        return None
    return sorted(terms, key=lambda t: (t.periods[-1].year, t.periods[-1].quarter or 5), reverse=True)


def _of(name: str, terms: Sequence[Term] | None, said: Said, earlier: Earlier | None = None) -> Turn | None:
    """An operation over values as they were asked for; a change goes from the older one to the newer."""
    if not terms:
        return None
    if is_sum(name):
        return combined(name, earlier.amounts(terms) if earlier is not None else terms, unit=said.unit)
    two = [terms[0], terms[-1]] if len(terms) > 1 else []
    if len(two) == 2 and name in ("growth", "change", "difference") and two[0].signature == two[1].signature:
        timed = two[0].periods and two[1].periods and two[0].company == two[1].company
        if timed and two[0].periods[-1] < two[1].periods[-1]:
            two.reverse()
    return combined(name, two, unit=said.unit) if two else None


def _by_phrase(said: Said, earlier: Earlier) -> Turn | None:
    """A bare "the change?", "their average", "yoy %"."""
    left = flatten(said.left).lower()
    left = re.sub(
        rf"\b(?:{any_of(('their', 'its', 'the', 'that', 'this', 'of them', 'of those', 'of these'))})\b", " ", left
    )
    options = {" ".join(left.split()), *trims(" ".join(left.split()), 24)}
    phrases = {b for o in operations().values() for b in o.bare}
    if len(said.content) <= _TYPED and not options & phrases and not known_measure(said.left):
        options = {n for t in options if len(t) >= _LONG for n in _meant(t, phrases)}
    for operation in operations().values():
        if not options & operation.bare:
            continue
        if is_sum(operation.name):
            return _of(operation.name, _timed(said, earlier) or earlier.counted(flatten(said.core)), said, earlier)
        if operation.name == "percent_of":
            whole = earlier.held_in()
            return combined("percent_of", [earlier.last, whole], unit=said.unit) if whole else None
        if operation.name == "margin":
            whole = earlier.revenue()
            return combined("margin", [earlier.last, whole], unit=said.unit) if whole else None
        if operation.name == "ratio":
            two = earlier.newest(2)
            return combined("ratio", two, unit=said.unit) if two else None
        two = earlier.pair(said, operation.name)
        return combined(operation.name, two, unit=said.unit) if two else None
    return None


def _meant(typed: str, phrases: set[str]) -> list[str]:
    """The phrase that was meant by one with a slip of the pen in it: letters exchanged, left out or doubled."""
    alike = [p for p in phrases if p.count(" ") == typed.count(" ")]
    swapped = [p for p in alike if p[0] == typed[0] and sorted(p) == sorted(typed)]
    return swapped[:1] or get_close_matches(typed, alike, 1, _ALIKE)


def _timed(said: Said, earlier: Earlier) -> list[Term] | None:
    """The last value in each of the times that the turn names ("the average from 2015 to 2017")."""
    from chains.fiscal_calendar import resolve_all

    context = earlier.last.planned.reading.context
    resolved = resolve_all(said.asked, context.calendar) if context is not None and said.asked.mentions else ()
    terms = [t for r in resolved if (t := earlier.last.placed(r.period)) is not None]
    return terms if len(terms) > 1 else None


def _by_words(flat: str, said: Said, earlier: Earlier) -> Turn | None:
    """ "By how much did it fall?", "which of the two was higher?", "did that improve?"."""
    lower = flat.lower()
    tokens = set(re.findall(r"[a-z%']+", flatten(said.left).lower()))
    known = operations()
    verbs = known["growth"].verbs | known["change"].verbs
    how = _BY.match(lower)
    if (
        how is not None
        and how["how"] != "what"
        and tokens & verbs
        and _only(tokens, verbs | known["trend"].beside, said)
    ):
        growth = bool(tokens & known["growth"].verbs) or how["how"] not in ("how much", "how many", "how far")
        if said.unit and earlier.last.measure.kind is not Kind.PERCENT:
            growth = "percent" in said.unit
        plural = (
            earlier.several(match[0]) if (match := re.search(r"\b(?:these|those|the) (?:two|three)\b", lower)) else None
        )
        name = "growth" if growth else "change"
        turn = _of(name, plural, said) if plural else _pair(name, said, earlier)
        return replace(turn, verbal=True) if turn is not None else None
    for name in ("largest", "smallest"):
        operation = known[name]
        asks = any(lower.startswith(f"{a} ") for a in operation.asks) or " of the " in f" {lower} "
        # "Highest?" asks, "higher?" may mean how it moved.
        asks = asks or (not said.clause and any(w.endswith("st") for w in tokens & set(operation.words)))
        if asks and tokens & set(operation.words) and _only(tokens, {*operation.words, *operation.beside}, said):
            terms = earlier.counted(lower)
            return combined(name, list(dict.fromkeys(terms)), unit=said.unit) if terms else None
    return _moving(lower, tokens, known["trend"], said, earlier)


def _pair(name: str, said: Said, earlier: Earlier) -> Turn | None:
    two = earlier.pair(said, name)
    return combined(name, two, unit=said.unit) if two else None


def _moving(lower: str, tokens: set[str], operation: Operation, said: Said, earlier: Earlier) -> Turn | None:
    """Whether and how a value moved; beside another company, which of the two is the higher."""
    words = re.compile(rf"(?<![\w-])(?:{any_of(operation.words)})(?![\w-])")
    if words.search(lower) is None:
        return None
    single = {w for phrase in operation.words for w in phrase.split()}
    nouns = {n for o in operations().values() for n in o.nouns if " " not in n} if _REFERS.search(lower) else set()
    if not _only(tokens, {*single, *operation.beside, *nouns}, said):
        return None
    if said.named:
        found = earlier.one(said.core[said.named[0].start : said.named[0].end])
        if found is None or not isinstance(found[0], Term) or found[0] == earlier.last:
            return None
        return combined("largest", [earlier.last, found[0]], unit=said.unit)
    if len(said.asked.mentions) == 1 and _DEGREE.search(lower) and not _THAN.search(_lead(said)):
        # "Was it higher in 2024?" after another year: than that one.
        other = earlier.at(said)
        if other is not None and not _same(other, earlier.last):
            which = "smallest" if _LOW.search(lower) and not _HIGH.search(lower) else "largest"
            return combined(which, [earlier.last, other], unit=said.unit)
    two = earlier.pair(said, "trend")
    if two and said.shift is not None and said.shift.years < 0 and not _THAN.search(said.core[: said.shift.start]):
        # "Was it higher a year ago?": the older one is what is asked about.
        which = "smallest" if _LOW.search(lower) and not _HIGH.search(lower) else "largest"
        return combined(which, two, unit=said.unit)
    if two and (_AMOUNT.search(lower) or (said.unit and two[0].measure.kind is not Kind.PERCENT)):
        # "It went up by how much, in %?": the change is asked for, not the value.
        name = "growth" if "percent." in said.unit or _SHARE.search(lower) else "change"
        turn = combined(name, two, unit=said.unit)
        return replace(turn, verbal=True) if turn is not None else None
    return combined("trend", two, unit=said.unit, test=_test(lower)) if two else None


def _lead(said: Said) -> str:
    return said.core[: said.asked.mentions[0].start]


_DEGREE = re.compile(r"^(?:was|were|is|are)\b.*\b(?:higher|lower|better|worse|larger|smaller|bigger|greater)\b")
_THAN = re.compile(
    r"\b(?:than|from|on|against|vs\.?|versus|over|to|with|since)\s+(?:the\s+|what\s+it\s+was\s+)?$", re.I
)
_LOW = re.compile(r"\b(?:lower|less|smaller|down|fewer)\b")
_HIGH = re.compile(r"\b(?:higher|more|larger|bigger|greater|up|better|worse)\b")
_AMOUNT = re.compile(r"\b(?:how (?:much|many|far)|what (?:percent|%)|by what)\b")
_SHARE = re.compile(r"%|\bpercent(?:age)?\b(?! points)")


def _test(lower: str) -> TrendTest:
    """What is to be tested: nothing where both ways are named, or a comparison is asked for."""
    if re.search(r"\b(?:or|compare\w*|how|trend\w*)\b", lower):
        return TrendTest.COMPARE
    tests = tables()["tests"]
    for name in _TESTS:
        if holds(lower, tests[name], hyphens=True):
            return TrendTest(name)
    return TrendTest.COMPARE


def _only(tokens: set[str], allowed: set[str] | frozenset[str], said: Said) -> bool:
    """Whether the words say nothing else: no measure of their own."""
    if known_measure(said.left) and not tokens <= {*allowed, *fillers()}:
        return False
    counts = set(cues()["references"]["counts"])
    rest = set(content_words(" ".join(tokens - set(allowed) - fillers() - counts)))
    return rest <= {"down", "up", "back", "percentage", "percent", "%", "off", "out", "away"}


def _empty(text: str) -> bool:
    """Whether the words before a template carry nothing."""
    return all(w in fillers() or w.isdigit() for w in content_words(text))
