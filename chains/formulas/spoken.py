"""Formulas and the names of concepts as people say them: "operating income / revenue"."""

from __future__ import annotations

import re

from chains.formulas.expression import Average, Binary, Constant, Expression, FirstOf, Item, Operator, Optional
from ingest.concepts import load_concepts

_SIGNS = {
    Operator.ADD: "+",
    Operator.SUBTRACT: "minus",
    Operator.MULTIPLY: "*",
    Operator.DIVIDE: "/",
    Operator.EXP: "^",
}


def words_of(expression: Expression, level: int = 0) -> str:
    """A formula in words: "(operating income) / (revenue)"; of alternatives the first."""
    match expression:
        case Constant(value):
            return f"{value.normalize():f}"
        case Item(phrase, concept, period, shift):
            said = spoken(phrase if phrase != concept else concept or phrase)
            return f"prior {said}" if shift < 0 and period is None else said
        case Binary(operator, left, right):
            tight = {Operator.ADD: 1, Operator.SUBTRACT: 1, Operator.MULTIPLY: 2, Operator.DIVIDE: 2, Operator.EXP: 3}[
                operator
            ]
            strict = operator in (Operator.SUBTRACT, Operator.DIVIDE)
            text = f"{words_of(left, tight)} {_SIGNS[operator]} {words_of(right, tight + strict)}"
            return f"({text})" if tight < level else text
        case Average(terms):
            return f"average {words_of(terms[0], 3)}"
        case Optional(term):
            return words_of(term, level)
        case FirstOf(alternatives):
            return words_of(alternatives[0], level)


def spoken(name: str) -> str:
    """A concept's name as people say it: its first name in the table, else its words apart."""
    concept = load_concepts().get(name)
    if concept is not None and concept.names:
        return concept.names[0]
    return (
        re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
        if re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-zA-Z]+)+", name)
        else name
    )
