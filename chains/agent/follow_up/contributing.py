"""How much of a change came from one part of the company, and what two parts that were spoken of differ by."""

from __future__ import annotations

import re
from collections.abc import Callable

from chains.agent.follow_up.combining import combined, operations, refused
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.members import bare_part
from chains.agent.follow_up.part_names import part_of_name
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.measures.phrasing import content_words, flatten

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
    r"(?P<x>[\w&/ -]+?)\s+(?:(?:bring in|brought in|make|earn|have|generate|show|contribute|report|produce|post)\s+)?"
    r"than\s+(?P<y>[\w&/ -]+)",
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
    if match is None or said.named or said.dated:
        return None
    parts = [_spoken_part(match[g], earlier) for g in ("x", "y")]
    if not all(parts) or parts[0] == parts[1]:
        return None
    moved = [value(f"{part} {match['measure']}", earlier.last) for part in parts]
    whole = [t for t in moved if t is not None]
    if len(whole) != 2 or whole[0].signature == whole[1].signature:
        return refused(earlier.last, said.core, f"the {match['measure']} of {' and '.join(parts)} was not found")
    if re.match(r"less|lower|smaller", match["way"], re.I):
        whole.reverse()
    return combined("difference", whole, unit=said.unit)


def _spoken_part(phrase: str, earlier: Earlier) -> str:
    """The part of the company that a phrase means, by its place among the answers or by its name; else ""."""
    if re.match(r"the (?:latter|former|first|second|third|other)\b", phrase):
        found = earlier.one(phrase)
        return part_of_name(found[0].base_name)[0] if found is not None and isinstance(found[0], Term) else ""
    part = bare_part(phrase)
    words = set(content_words(part))
    spoken = (set(content_words(part_of_name(t.base_name)[0])) for t in earlier.terms)
    return part if words and any(words <= own for own in spoken) else ""
