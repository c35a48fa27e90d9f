"""Lists within a formula: "A, B and C minus D" is a sum, where the three are known and are not one line item's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from chains.formulas.expression import Binary, Expression, Item, Operator
from chains.formulas.lexer import Kind, Lexicon, tokenize
from chains.formulas.trees import substitute

_CURRENT = re.compile(r"(?:(?:the|its|their)\s+)?current\s+(?:portion|part|bit|maturities|piece|share)", re.I)
_TERM = r"(?:non-?\s?current|current|long-?\s?term|short-?\s?term)"
_TERMED = re.compile(rf"(?P<before>.*,\s*|){_TERM}(?P<after>\s.+|)", re.I)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a phrase: whether it is exactly the name of a line item, whether it is one by its name or by a

    label that some filing prints, whether the filings that are asked print a line of about that name, and whether it is
    the name of a measure that is a formula.
    """

    name: Callable[[str], bool]
    item: Callable[[str], bool]
    printed: Callable[[str], bool]
    formed: Callable[[str], bool] = lambda phrase: False


def with_lists(expression: Expression, lexicon: Lexicon, known: Known) -> Expression:
    """The expression with the items that are lists of known line items as their sums."""

    def change(item: Item) -> Expression:
        if known.name(item.phrase):
            return item
        parts = listed(item.phrase, lexicon, known)
        if len(parts) < 2 or not all(map(known.item, parts)):
            return item
        made: Expression = replace(item, phrase=parts[0])
        for part in parts[1:]:
            made = Binary(Operator.ADD, made, replace(item, phrase=part))
        return made

    return substitute(expression, change)


def listed(phrase: str, lexicon: Lexicon, known: Known) -> list[str]:
    """The parts of "A, B and C"; a name that holds "and" is one. "The current portion" is that of what it follows."""
    pieces: list[str] = []
    start = 0
    for token in tokenize(phrase, lexicon):
        if token.kind in (Kind.COMMA, Kind.END) or token.is_word("and", "&", "plus"):
            pieces += _apart(phrase[start : token.start].strip(" ,"), known)
            start = token.end
    pieces = [p for piece in pieces if (p := re.sub(r"^(?:(?:the|its|their|both|and|all)\s+)+", "", piece, flags=re.I))]
    if len(pieces) == 2 and _CURRENT.fullmatch(pieces[1]):
        return []  # "long-term debt, current portion" is how the one line is printed
    pieces = termed(pieces)
    parts: list[str] = []
    for piece in pieces:
        parts.append(f"current portion of {parts[-1]}" if parts and _CURRENT.fullmatch(piece) else piece)
    return parts


def termed(pieces: list[str]) -> list[str]:
    """ "Lease liabilities, current, and non-current": a bare term is that of the name beside it; none where none is."""
    bare = [p for p in pieces if re.fullmatch(_TERM, p, re.I)]
    named = [m for p in pieces if p not in bare and (m := _TERMED.fullmatch(p)) and (m["before"] or m["after"])]
    if not bare:
        return pieces
    if len(named) != 1 or len(bare) + 1 != len(pieces):
        return []
    return [f"{named[0]['before']}{p}{named[0]['after']}" if p in bare else p for p in pieces]


def _apart(piece: str, known: Known) -> list[str]:
    """A name with a comma in it ("long-term debt, current portion") as the two that it would be in a list."""
    first, comma, second = (p.strip() for p in piece.partition(","))
    if comma and known.name(first) and (known.name(second) or _CURRENT.fullmatch(second)) and not known.name(piece):
        return [first, second]
    return [piece]
