"""Formulas, in symbols and in words: the door to the grammar, the definitions in a question, and the compiler."""

from __future__ import annotations

from chains.definitions import Definition, find_definitions
from chains.lexer import Lexicon
from chains.parser import parse_formula
from chains.trees import as_percent, at, items, settled, shifted, substitute, to_program, walk

__all__ = [
    "Definition",
    "Lexicon",
    "as_percent",
    "at",
    "find_definitions",
    "items",
    "parse_formula",
    "settled",
    "shifted",
    "substitute",
    "to_program",
    "walk",
]
