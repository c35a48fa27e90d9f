"""What a share measures: the same line item of a part over that of the whole, or one line item over another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from chains.formulas.expression import Binary, Expression, FirstOf, Item, Operator
from chains.measures.asking import Asking, Vocabulary
from chains.measures.shares import Share, says_what, wholes, words_of_the_whole
from chains.planning.plan import Kind, Measure, Origin
from chains.resolve.members import part_name

_SURELY = 0.75

Read = Callable[[str], Asking | None]


def share_measure(share: Share, read: Read, vocabulary: Vocabulary) -> Asking | None:
    """The measure of a share; None where its whole or its part is nothing that is measured.

    `read` gives the measure of a phrase.
    """
    if share.whole.lower() in words_of_the_whole():
        return _of_its_whole(share.part, read, vocabulary)
    whole = next((found for said in wholes(share.whole) if (found := read(said)) is not None), None)
    if (
        whole is None
        or whole.operations
        or whole.certainty < _SURELY
        or whole.measure.kind in (Kind.PERCENT, Kind.TIMES)
    ):
        return None
    of = whole.measure.expression
    item = _first(of)
    if whole.measure.origin is Origin.LABEL and (item is None or item.concept is None) and not says_what(share.whole):
        return None
    known = vocabulary.concept(share.part)
    part: Expression
    if share.outside:
        if item is None or item.concept is None or known is not None:
            return None
        part = Binary(Operator.SUBTRACT, of, _member(item, share.part))
        name = f"{whole.measure.name} outside {share.part}"
    elif (options := _parts(share.part, item, read, vocabulary)) is None:
        return None
    else:
        part = options[0] if len(options) == 1 else FirstOf(options)
        name = share.part
    if part == of:
        return None
    measure = Measure(
        f"{name} as a percentage of {whole.measure.name}",
        Binary(Operator.DIVIDE, part, of),
        Kind.PERCENT,
        Origin.METRIC,
        f"{name} / {_said(whole.measure)}",
    )
    return Asking(measure, certainty=max(whole.certainty, _SURELY + 0.1))


def _of_its_whole(part: str, read: Read, vocabulary: Vocabulary) -> Asking | None:
    """The share of "the total": of what the part's own name says that it is a part of ("subscription revenue")."""
    hit = vocabulary.within(part)
    whole = _first(hit[0].expression) if hit is not None else None
    if hit is None or whole is None or whole.concept is None:
        return None
    start, end = hit[1]
    member = part_name(f"{part[:start]} {part[end:]}")
    if not member or read(member) is None:
        return None
    options: tuple[Expression, ...] = (replace(whole, member=member), Item(part))
    measure = Measure(
        f"{part} as a percentage of the total",
        Binary(Operator.DIVIDE, FirstOf(options), whole),
        Kind.PERCENT,
        Origin.METRIC,
        f"{part} / {hit[0].name}",
    )
    return Asking(measure, certainty=0.85)


def _parts(name: str, whole: Item | None, read: Read, vocabulary: Vocabulary) -> tuple[Expression, ...] | None:
    """The line items that a part's name may mean, the likeliest first."""
    known = vocabulary.concept(name)
    metric = vocabulary.metric(name)
    exact = metric is not None or (known is not None and known[1] >= 1.0)
    # "Advertising" is a source of revenue as well as an expense; "cost of sales" is no part of revenue by its name.
    ambiguous = (
        len(name.split()) == 1 and name.islower() and whole is not None and whole.member == "" and not says_what(name)
    )
    found: list[Expression] = []
    asked = read(name)
    if asked is not None and (asked.operations or asked.measure.kind in (Kind.PERCENT, Kind.TIMES, Kind.DAYS)):
        return None
    own = asked.measure.expression if asked is not None else None
    if exact and not ambiguous:
        return (own,) if own is not None else None
    if whole is not None and whole.concept is not None:
        if isinstance(own, Item) and own.concept == whole.concept and own.member:
            return (own,)
        if whole.member:
            found.append(_member(whole, f"{whole.member} {name}"))
        found.append(_member(whole, name))
    named = exact or known is not None or (asked is not None and asked.measure.origin is not Origin.LABEL)
    if own is not None and (named or says_what(name) or whole is None or whole.concept is None):
        found.append(own)
    return tuple(dict.fromkeys(found)) or None


def _member(item: Item, name: str) -> Item:
    """The line item of a part of the company."""
    return replace(item, member=part_name(name))


def _first(expression: Expression) -> Item | None:
    """The line item that an expression is; of alternatives the first."""
    if isinstance(expression, FirstOf):
        return _first(expression.alternatives[0])
    return expression if isinstance(expression, Item) else None


def _said(measure: Measure) -> str:
    return f"({measure.formula})" if measure.formula else measure.name
