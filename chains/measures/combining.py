"""Measures made of measures: a ratio, a margin, a sum, an amount per share, an operation over time."""

from __future__ import annotations

import re
from collections.abc import Mapping

from chains.formulas.days import YEAR
from chains.formulas.expression import Binary, Expression, FirstOf, Item, Operator
from chains.measures.asking import TIME_OPERATIONS, Asking, Vocabulary
from chains.measures.phrasing import content_words
from chains.planning.plan import Kind, Measure, Origin

_RESULT = re.compile(
    r"\b(?:results?|income|profits?|earnings|loss|losses|ebita?|ebitda|contributions?|cash flow)\b", re.IGNORECASE
)


def combine(vocabulary: Vocabulary, operation: str, parts: Mapping[str, Asking], phrase: str) -> Asking | None:
    """The measure that a shape makes of its parts `x` and `y`; None where they do not go together so."""
    x = parts["x"]
    certainty = min(p.certainty for p in parts.values())
    if operation in TIME_OPERATIONS:
        return Asking(x.measure, (operation, *x.operations), certainty)
    if any(p.operations for p in parts.values()):
        return None
    left = x.measure.expression
    words = phrase.split()
    tails = (" ".join(words[k:]) for k in range(1, len(words) - 1))
    if operation == "margin" and x.measure.origin is Origin.LABEL and any(map(vocabulary.metric, tails)):
        # "Services gross margin" is the gross margin of a part, not "services gross" over revenue.
        return None
    if operation in ("margin", "per_share"):
        phrase_of, kind = (
            ("revenue", Kind.PERCENT) if operation == "margin" else ("diluted weighted average shares", Kind.PER_SHARE)
        )
        if operation == "margin" and x.measure.kind is not Kind.NUMBER and x.measure.kind is not Kind.CURRENCY:
            return None
        if operation == "margin" and x.measure.origin is Origin.LABEL and not _RESULT.search(x.measure.name):
            # "Pet margin": of which of the part's results is not said.
            return None
        if operation == "margin" and _sales(vocabulary, x.measure.name):
            # "On AWS sales, as a margin": what is set against the sales is not said.
            return None
        concept = vocabulary.concept(phrase_of)
        right: Expression = Item(phrase_of, concept[0] if concept else None)
        name = f"{x.measure.name} margin" if operation == "margin" else f"{x.measure.name} per share"
        formula = f"{_formula(x.measure)} / {phrase_of}"
        return Asking(
            Measure(name, Binary(Operator.DIVIDE, left, right), kind, Origin.METRIC, formula), certainty=certainty
        )
    if operation == "per_day":
        if x.measure.kind not in (Kind.NUMBER, Kind.CURRENCY) or x.measure.origin is Origin.LABEL:
            return None
        formula = f"{_formula(x.measure)} / {YEAR.value}"
        made = Binary(Operator.DIVIDE, left, YEAR)
        return Asking(
            Measure(f"{x.measure.name} per day", made, Kind.CURRENCY, Origin.METRIC, formula), certainty=certainty
        )
    y = parts["y"]
    if operation == "days":
        ratio = Binary(Operator.DIVIDE, left, y.measure.expression)
        formula = f"{_formula(x.measure)} / {_formula(y.measure)} * {YEAR.value}"
        made = Binary(Operator.MULTIPLY, ratio, YEAR)
        return Asking(
            Measure(f"days of {y.measure.name} in {x.measure.name}", made, Kind.DAYS, Origin.METRIC, formula),
            certainty=certainty,
        )
    if operation == "exclude":
        if not _is_part(y.measure.expression, left):
            # "Marketing expense excluding stock-based compensation": how much of it is within is not known.
            return None
        operation = "subtract"
    if (
        operation == "percent_of"
        and x.measure.origin is Origin.LABEL
        and isinstance(left, Item)
        and isinstance(y.measure.expression, Item)
    ):
        # "AWS as a share of net sales" means the net sales of AWS, where they are printed so.
        of = y.measure.expression
        left = FirstOf((Item(f"{left.phrase} {of.phrase}", of.concept, member=left.phrase if of.concept else ""), left))
    operator, sign, kind = {
        "percent_of": (Operator.DIVIDE, "/", Kind.PERCENT),
        "ratio": (Operator.DIVIDE, "/", Kind.TIMES),
        "per": (Operator.DIVIDE, "/", Kind.NUMBER),
        "add": (Operator.ADD, "+", Kind.NUMBER),
        "subtract": (Operator.SUBTRACT, "minus", Kind.NUMBER),
    }[operation]
    formula = f"{_formula(x.measure)} {sign} {_formula(y.measure)}"
    if operation in ("add", "subtract"):
        kind = x.measure.kind
    if re.search(r"\b(?:how|what|did|does|do|times|covered)\b", phrase):
        phrase = formula  # the words of a question are no name
    return Asking(
        Measure(phrase, Binary(operator, left, y.measure.expression), kind, Origin.METRIC, formula),
        certainty=certainty,
    )


def _is_part(part: Expression, whole: Expression) -> bool:
    """Is it the same line item of a named part ("bitcoin revenue" of revenue)?"""
    if not isinstance(part, Item) or not isinstance(whole, Item) or part == whole:
        return False
    ours, theirs = set(content_words(part.phrase)), set(content_words(whole.phrase))
    if part.concept is None:
        return bool(ours & theirs)
    return part.concept == whole.concept and bool(ours - theirs)


def _sales(vocabulary: Vocabulary, name: str) -> bool:
    """Whether a name ends in one of revenue's ("AWS net sales")."""
    whole = vocabulary.concept("revenue")
    words = name.split()
    tails = (vocabulary.concept(" ".join(words[k:])) for k in range(len(words)))
    return whole is not None and any(tail is not None and tail[0] == whole[0] for tail in tails)


def _formula(measure: Measure) -> str:
    return f"({measure.formula})" if measure.formula else measure.name
