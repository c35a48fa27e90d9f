"""Which balance a question wants used: "using closing inventory", "on opening equity", "not averaged".

Analysts average a balance over the year or take that of its end; a named metric does the one, and a question may ask
for the other. Its words are the table [balances] of formula.toml.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from chains.formulas.expression import Average, Binary, Expression, FirstOf, Item, Optional
from chains.formulas.lexer import grammar_table
from chains.formulas.short_names import in_full
from chains.formulas.trees import items, shifted, walk
from chains.measures.phrases import any_of
from chains.planning.plan import Measure

_ITEM = r"[^,;:()?]+?"
_SPLIT = re.compile(r"\s*(?:,|\band\b|&|\bover\b|\bdivided by\b|/)\s*", re.I)

Concept = Callable[[str], str]
"""The concept that a phrase names, "" for none."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of which balances: `when` is "closing", "opening" or "average"; `named` the items that are named
    with it, in the question's words, none where all balances are meant."""

    when: str
    named: tuple[str, ...]


def wanted_balances(text: str) -> tuple[str, Wanted] | None:
    """The text without the words that say which balances to use, and what they say; None where it says nothing."""
    for pattern in _said():
        match = pattern.search(text)
        if match is None:
            continue
        groups = match.groupdict()
        when = next(name for name in ("closing", "opening", "average") if groups.get(name))
        listed = [p for p in _SPLIT.split(groups.get("named") or "") if p.strip()]
        generic = grammar_table()["balances"]["generic"]
        named = tuple(p for said in listed if (p := _bare(said)) and p.lower() not in generic)
        rest = f"{text[: match.start()]} {text[match.end() :]}"
        return " ".join(rest.split()), Wanted(when, named)
    return None


def says_balance(text: str, start: int, end: int) -> bool:
    """Whether the words for a year's end at a place of a text say which balance to use: "on year-end inventory"."""
    item = re.match(
        r"(?:['’]s)?\s+(?!(?:of|for|in|at|was|were|is|are|and|to|from|vs|versus|compared|than|or)\b)[a-z]",
        text[end:],
        re.I,
    )
    lead = re.search(rf"(?:^|[\s,;(])(?:{_words('leads')})\s+(?:(?:the|its)\s+)?$|\($", text[:start] + " ", re.I)
    return item is not None and (lead is not None or re.match(r"on\b", text[start:end], re.I) is not None)


def _bare(said: str) -> str:
    """An item's name without the words for which balance is meant."""
    words = "|".join(_words(name) for name in ("closing", "opening", "average"))
    return re.sub(
        rf"^(?:(?:the|its|their|an?)\s+)*(?:(?:{words})\s+)*(?:(?:the|its|of)\s+)*", "", said.strip(), flags=re.I
    )


def with_balances(measure: Measure, wanted: Wanted, concept_of: Concept) -> Measure | None:
    """The measure on the balances that are wanted; None where it has no such items, or others are named."""
    named = {concept_of(in_full(name)) for name in wanted.named}
    held = {i.concept for i in items(measure.expression)}
    if "" in named or not named <= held:
        return None
    expression = _settled(measure.expression, wanted, named)
    if expression == measure.expression:
        averaged = any(isinstance(n, Average) for n in walk(expression))
        # What is asked for is what the measure does anyway.
        return measure if averaged == (wanted.when == "average") and wanted.when != "opening" else None
    said = {"closing": "", "opening": "opening ", "average": "average "}[wanted.when]
    formula = re.sub(r"\baverage (?:of )?", said, measure.formula) if wanted.when != "average" else ""
    return replace(measure, expression=expression, formula=formula, metric="")


def _settled(expression: Expression, wanted: Wanted, named: set[str]) -> Expression:
    def meant(node: Expression) -> bool:
        return not named or bool({i.concept for i in items(node)} & named)

    match expression:
        case Average((now, before)) if before == shifted(now, -1) and meant(now):
            return {"closing": now, "opening": before, "average": expression}[wanted.when]
        case Item() if wanted.when == "average" and named and meant(expression):
            return Average((expression, shifted(expression, -1)))
        case Average():
            return expression
        case Binary(operator, left, right):
            return Binary(operator, _settled(left, wanted, named), _settled(right, wanted, named))
        case Optional(term):
            return Optional(_settled(term, wanted, named))
        case FirstOf(alternatives):
            return FirstOf(tuple(_settled(a, wanted, named) for a in alternatives))
        case _:
            return expression


@cache
def _said() -> tuple[re.Pattern[str], ...]:
    leads = _words("leads")
    when = "|".join(f"(?P<{name}>{_words(name)})" for name in ("closing", "opening", "average"))
    edge = r"[\s,;(–-]*"
    small, item = r"(?:(?:a|an|the|its|their|only|just)\s+)*", rf"(?:\s+(?P<named>{_ITEM}))?"
    plain = rf"{edge}(?<![\w-])(?:{leads})\s+{small}(?:{when})(?![\w-]){item}\s*\)?(?=\s*(?:[,;:()?.]|$))"
    averaged = rf"{edge}(?<![\w-])(?P<closing>{_words('unaveraged')})(?![\w-])\s*\)?"
    bracket = rf"\s*\((?:{when})(?:\s+(?P<named>{_ITEM}))?\)"
    return tuple(re.compile(p, re.I) for p in (plain, bracket, averaged))


@cache
def _words(name: str) -> str:
    return any_of(grammar_table()["balances"][name], space=r"[\s-]+").replace(r"\-", r"[\s-]*")
