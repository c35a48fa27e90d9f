"""Measures of a part of the company: "segment margin of Pet", "Pet net sales"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from chains.formulas.expression import Expression, FirstOf, Item
from chains.formulas.trees import items, substitute
from chains.measures.asking import Asking, Vocabulary
from chains.measures.measure_signs import MEMBER, SHARE_OF
from chains.measures.phrasing import content_words, tidy
from chains.planning.plan import Kind, Origin
from chains.resolve.members import by_function, part_name, words_of

_LEADS = ("within", "in", "inside", "for", "under", "from", "by", "to", "of", "at")
"""Small words before the name of a part."""
_JOINTS = ("and", "or", "to", "/")


def of_part(asking: Asking, member: str, name: str) -> Asking | None:
    """The measure of a part of the company: every line item of its formula is that of the part.

    None where the formula holds an item that is no known line item, or is one of a share or of a time of its own.
    """
    measure = asking.measure
    held = items(measure.expression)
    if not held or any(i.concept is None or i.member or i.scope for i in held) or measure.kind is Kind.PER_SHARE:
        return None
    expression = substitute(measure.expression, lambda item: replace(item, member=member))
    return replace(asking, measure=replace(measure, name=name, expression=expression), certainty=0.9)


def measure_of_part(
    phrase: str, vocabulary: Vocabulary, labels: Callable[[str], float], read: Callable[[str], Asking | None]
) -> Asking | None:
    """A known measure of a part of the company that the filings print: "segment margin of Pet", "Pet net sales".

    The part may stand before the measure or behind it; of several splits the one whose part is printed best wins.
    `labels` gives the likeness of a phrase to a printed label, `read` the measure that the rest of the phrase is.
    """
    if SHARE_OF.search(phrase):
        return None
    best: tuple[float, int, Asking] | None = None
    for part, rest in _splits(phrase.split()):
        member = part_name(" ".join(part))
        if not member or vocabulary.metric(member):
            continue
        score = labels(member)
        if score < MEMBER or (best is not None and (score, len(member)) <= best[:2]):
            continue
        measure = tidy(" ".join(rest))
        ways = dict.fromkeys((measure, tidy(" ".join(map(part_name, measure.split())))))
        asking = next((a for way in ways if way and (a := read(way))), None)
        if asking is None or asking.measure.origin is Origin.LABEL:
            continue
        if not _by_function(asking.measure.expression) and any(
            _is_line(p, vocabulary) for p in (member, " ".join(part))
        ):
            continue
        found = of_part(asking, member, tidy(phrase))
        if found is not None:
            best = (score, len(member), _or_longer_part(found, member, vocabulary))
    return best[2] if best is not None else None


def _splits(words: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """The words of a part, without small ones before them, and the others: those behind it, and those before it."""
    for k in range(1, len(words)):
        for part, rest in ((words[:k], words[k:]), (words[k:], words[:k])):
            while len(part) > 1 and part[0].lower() in _LEADS:
                part = part[1:]
            if {part[0], part[-1], rest[0], rest[-1]}.isdisjoint(_JOINTS):
                yield part, rest


def _or_longer_part(asking: Asking, member: str, vocabulary: Vocabulary) -> Asking:
    """ "International streaming revenues": the streaming revenues of International, or revenues of "International

    Streaming", where that is printed.
    """
    item = asking.measure.expression
    if not isinstance(item, Item) or " " not in item.phrase:
        return asking
    before, _, last = item.phrase.rpartition(" ")
    revenue, known = vocabulary.concept("revenue"), vocabulary.concept(last)
    if known is None or revenue is None or known[0] != revenue[0] or known[0] == item.concept:
        return asking
    if set(content_words(before)) & (words_of("kinds") | words_of("whole")):
        # "APAC product revenue" is no revenue of all that is sold there.
        return asking
    other = replace(item, phrase=last, concept=known[0], member=f"{member} {before}")
    return replace(asking, measure=replace(asking.measure, expression=FirstOf((other, item))))


def _is_line(phrase: str, vocabulary: Vocabulary) -> bool:
    """Whether a phrase is a name of a line item, which is no part of the company."""
    known = vocabulary.concept(phrase)
    return known is not None and known[1] >= 1.0


def _by_function(expression: Expression) -> bool:
    """Whether it is a cost that notes break down by the line of the income statement that it is within."""
    return isinstance(expression, Item) and expression.concept in by_function()
