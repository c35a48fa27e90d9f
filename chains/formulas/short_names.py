"""Short names of line items that mean them within a formula or a ratio only: the table [short] of formula.toml."""

from __future__ import annotations

from functools import cache

from chains.formulas.lexer import grammar_table


@cache
def _shorts() -> dict[str, str]:
    return {short: name for name, shorts in grammar_table()["short"].items() for short in shorts}


def in_full(phrase: str) -> str:
    """The name that a short one stands for in a formula; the phrase itself where it is no such name."""
    words = phrase.lower().split()
    while len(words) > 1 and words[0] in ("the", "its", "their", "an", "a"):
        words = words[1:]
    return _shorts().get(" ".join(words), phrase)
