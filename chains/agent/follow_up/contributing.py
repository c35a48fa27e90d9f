"""How much of a change came from one part of the company, and what two parts that were spoken of differ by."""

from __future__ import annotations

import re
from collections.abc import Callable

from chains.agent.follow_up.combining import combined, operations, refused
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.members import bare_part
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.turns import Term, Turn, part_of_name
from chains.phrasing import flatten

_FROM = re.compile(
    r"(?P<how>how much|(?:what|which) (?:share|percentage|percent|%|part|portion|proportion)) of (?:the|that|this)\s+"
    r"(?:\w+\s+)?(?P<noun>[a-z]+)(?:\s+in\s+.+?)?\s+"
    r"(?:came from|comes from|stems from|stemmed from|arose in|was|is|were|resulted from)\s+"
    r"(?:due to\s+|down to\s+|attributable to\s+|because of\s+|caused by\s+|from\s+|in\s+)?(?P<part>.+)",
    re.I,
)
_TWO = re.compile(
    r"(?:by\s+)?how much (?P<way>more|higher|bigger|larger|less|lower|smaller)\s+(?P<measure>.+?)\s+"
    r"(?:did|does|do|has|had)\s+"
    r"(?P<x>the \w+(?: one)?)\s+(?:\w+\s+){1,3}?than\s+(?P<y>the \w+(?: one)?)",
    re.I,
)
_SHARE = re.compile(r"%|\bpercent|\bshare|\bproportion|\bportion", re.I)
Value = Callable[[str, Term], Term | None]
UNKNOWN_PART = "the {kind} of '{part}' was not found, so its part in the change is not known"


def contributed(said: Said, earlier: Earlier, value: Value) -> Turn | None:
    """ "How much of the decline came from the Domestic segment?": the change of a part, in percent of the whole change.

    `value` makes a value of a phrase, near another value.
    """
    match = _FROM.fullmatch(flatten(f"{said.core}"))
    nouns = {n for name in ("change", "growth") for n in operations()[name].nouns} | {"gain", "improvement", "fall"}
    if match is None or match["noun"].lower() not in nouns or said.named:
        return None
    two = earlier.of_years()
    if two is None or len(two) != 2 or any(len(t.periods) != 1 for t in two):
        return None
    new, old = sorted(two, key=lambda t: t.periods[-1], reverse=True)
    part, kind = bare_part(match["part"]), new.base_name
    found = [value(f"{part} {kind}", t) for t in (new, old)]
    moved = [t for t in found if t is not None and not _same_line(t, new)]
    own, whole = combined("change", moved) if len(moved) == 2 else None, combined("change", [new, old])
    if own is None or whole is None or not own.terms or not whole.terms:
        return refused(new, said.core, UNKNOWN_PART.format(kind=kind, part=part))
    if not (_SHARE.search(match["how"]) or "percent." in said.unit):
        return own
    return combined("percent_of", [own.terms[-1], whole.terms[-1]], unit=said.unit)


def _same_line(a: Term, b: Term) -> bool:
    return a.signature == b.signature


def between_two(said: Said, earlier: Earlier, value: Value) -> Turn | None:
    """ "How much more gross profit did the latter bring in than the former?": of the parts that were spoken of."""
    match = _TWO.fullmatch(flatten(said.core))
    if match is None or said.named:
        return None
    found = [earlier.one(match[g]) for g in ("x", "y")]
    terms = [f[0] for f in found if f is not None and f[1] and isinstance(f[0], Term)]
    if len(terms) != 2:
        return None
    parts = [part_of_name(t.base_name)[0] for t in terms]
    if not all(parts):
        return None
    moved = [value(f"{part} {match['measure']}", t) for part, t in zip(parts, terms, strict=True)]
    whole = [t for t in moved if t is not None]
    if len(whole) != 2 or whole[0].signature == whole[1].signature:
        return refused(terms[0], said.core, f"the {match['measure']} of {' and '.join(parts)} was not found")
    if re.match(r"less|lower|smaller", match["way"], re.I):
        whole.reverse()
    return combined("difference", whole, unit=said.unit)


__all__ = ["between_two", "contributed"]
