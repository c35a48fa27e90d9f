"""How a value moved, and which of several is the higher, asked by verbs and adjectives."""

from __future__ import annotations

import re
from dataclasses import replace

from chains.agent.follow_up.combining import Operation, combined, operations
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.fitting import REFERS, in_order, only, same
from chains.agent.follow_up.moved_by import moved_by
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.measures.phrases import any_of, holds
from chains.measures.phrasing import flatten, tables
from chains.planning.plan import Kind, TrendTest

_YEARS = re.compile(r"\b(?:which|what) (?:year|quarter|period)\b")
_BY = re.compile(
    r"^(?:by\s+|in\s+|at\s+)?(?P<how>how much|how many|how far|how fast|how strongly|what percent\w*|what %|what)\b"
)
_TESTS = ("stable", "improves", "declines", "rises", "changes")
_DEGREE = re.compile(r"^(?:was|were|is|are)\b.*\b(?:higher|lower|better|worse|larger|smaller|bigger|greater)\b")
_THAN = re.compile(
    r"\b(?:than|from|on|against|vs\.?|versus|over|to|with|since)\s+(?:the\s+|what\s+it\s+was\s+)?$", re.I
)
_LOW = re.compile(r"\b(?:lower|less|smaller|down|fewer|narrower)\b")
_HIGH = re.compile(r"\b(?:higher|more|larger|bigger|greater|up|better|worse)\b")
_RESULT_OF = re.compile(r"\b(?:that|the|this)\s+(?:average|mean|sum|total)\b")
_LOSS = re.compile(
    r"\b(?:smaller|narrower|lower|less|larger|bigger|wider|deeper|greater|higher|more)\s+(?:of\s+a\s+|an?\s+)?(?:loss|losses|deficit)\b"
)
_RESULT = re.compile(r"\b(?:result|results|income|profit|earnings|loss|margin|ebit|ebitda|cash flow)\b", re.I)
_AMOUNT = re.compile(r"\b(?:how (?:much|many|far)|what (?:percent|%)|by what)\b")
_SHARE = re.compile(r"%|\bpercent(?:age)?\b(?! points)")


def how_far(said: Said, earlier: Earlier) -> Turn | None:
    """ "Down by how many bps?": the change of what was spoken of, and not that of its change."""
    moved = moved_by(said)
    if moved is None:
        return None
    operation, unit = moved
    two = earlier.halves(said) or earlier.pair(said, operation)
    turn = combined(operation, two, unit=unit) if two else None
    return replace(turn, verbal=True) if turn is not None else None


def by_words(flat: str, said: Said, earlier: Earlier) -> Turn | None:
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
        and only(tokens, verbs | known["trend"].beside, said)
    ):
        growth = bool(tokens & known["growth"].verbs) or how["how"] not in ("how much", "how many", "how far")
        if said.unit and earlier.last.measure.kind is not Kind.PERCENT:
            growth = "percent" in said.unit
        plural = (
            earlier.several(match[0]) if (match := re.search(r"\b(?:these|those|the) (?:two|three)\b", lower)) else None
        )
        name = "growth" if growth else "change"
        turn = in_order(name, plural, said) if plural else _pair(name, said, earlier)
        return replace(turn, verbal=True) if turn is not None else None
    for name in ("largest", "smallest"):
        operation = known[name]
        asks = any(lower.startswith(f"{a} ") for a in operation.asks) or " of the " in f" {lower} "
        # "Highest?" asks, "higher?" may mean how it moved.
        asks = asks or (not said.clause and any(w.endswith("st") for w in tokens & set(operation.words)))
        if asks and tokens & set(operation.words) and only(tokens, {*operation.words, *operation.beside}, said):
            terms = earlier.of_years() if _YEARS.search(lower) else earlier.counted(lower)
            return combined(name, list(dict.fromkeys(terms)), unit=said.unit) if terms else None
    return _moving(lower, tokens, known["trend"], said, earlier)


def _pair(name: str, said: Said, earlier: Earlier) -> Turn | None:
    two = earlier.pair(said, name)
    return combined(name, two, unit=said.unit) if two else None


def _moving(lower: str, tokens: set[str], operation: Operation, said: Said, earlier: Earlier) -> Turn | None:
    """Whether and how a value moved; beside another company, which of the two is the higher."""
    if re.match(r"(?:sum|add|total)\b", lower):
        return None  # "sum them up"
    words = re.compile(rf"(?<![\w-])(?:{any_of(operation.words)})(?![\w-])")
    if words.search(lower) is None:
        return None
    loss = _LOSS.search(lower)
    if loss is not None and _RESULT.search(earlier.last.name):
        lower = _LOSS.sub(lambda m: m[0].split()[0], lower)
        two = earlier.pair(said, "trend")
        tests = TrendTest.RISES if _LOW.search(loss[0]) else TrendTest.DECLINES
        if two and not said.named and not _AMOUNT.search(lower):
            return combined("trend", two, unit=said.unit, test=tests)
    single = {w for phrase in operation.words for w in phrase.split()}
    nouns = {n for o in operations().values() for n in o.nouns if " " not in n} if REFERS.search(lower) else set()
    if not only(tokens, {*single, *operation.beside, *nouns}, said):
        return None
    if _RESULT_OF.search(lower) is not None:
        # "2022 vs that average": a year of what it is the average of, and the average.
        one = earlier.at_of(said)
        return combined("largest", [one, earlier.last], unit=said.unit) if one is not None else None
    if said.named:
        found = earlier.one(said.core[said.named[0].start : said.named[0].end])
        if found is None or not isinstance(found[0], Term) or found[0] == earlier.last:
            return None
        return combined("largest", [earlier.last, found[0]], unit=said.unit)
    if len(said.asked.mentions) == 1 and _DEGREE.search(lower) and not _THAN.search(_lead(said)):
        # "Was it higher in 2024?" after another year: than that one.
        other = earlier.at(said)
        if other is not None and not same(other, earlier.last):
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


def _test(lower: str) -> TrendTest:
    """What is to be tested: nothing where both ways are named, or a comparison is asked for."""
    if re.search(r"\b(?:or|compare\w*|how|trend\w*)\b", lower):
        return TrendTest.COMPARE
    tests = tables()["tests"]
    for name in _TESTS:
        if holds(lower, tests[name], hyphens=True):
            return TrendTest(name)
    return TrendTest.COMPARE
