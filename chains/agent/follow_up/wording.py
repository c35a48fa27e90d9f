"""How what is computed of earlier answers is said: what the values have in common is named once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from chains.agent.follow_up.term import Term
from chains.questions.company_names import possessive

VALUE = "{value}"
"""Stands for the value in the sentence of a measure."""


@dataclass(frozen=True, slots=True)
class Worded:
    """The question, the name of its result, and the sentence of the answer where that is not "NAME was VALUE"."""

    text: str
    result: str
    said: str = ""


def listed(texts: Sequence[str]) -> str:
    """ "a, b and c"."""
    return f"{', '.join(texts[:-1])} and {texts[-1]}" if len(texts) > 1 else texts[0]


def worded(name: str, operands: Sequence[Term | Decimal]) -> Worded | None:
    """The words for an operation over values of one company; None where these have too little in common."""
    terms = [t for t in operands if isinstance(t, Term)]
    named = all(t.periods and not t.name.startswith("the ") for t in terms)
    if len(terms) < len(operands) or not named or len({t.company for t in terms}) > 1:
        return None
    if len({(t.name, t.when) for t in terms}) < len(terms):
        return None
    owner = possessive(terms[0].company.short)
    same_name, same_time = len({t.name for t in terms}) == 1, len({t.when for t in terms}) == 1
    x, y = terms[0], terms[1]
    if name in ("growth", "change") and same_name and all(len(t.periods) == 1 for t in terms):
        noun = f"{'growth of' if name == 'growth' else 'change in'} {owner} {x.name} from {y.when} to {x.when}"
        return Worded(f"What is the {noun}{', in percent' if name == 'growth' else ''}?", f"the {noun}")
    if name == "cagr" and same_name:
        noun = f"compound annual growth rate of {owner} {x.name} from {y.when} to {x.when}"
        return Worded(f"What is the {noun}?", f"the {noun}")
    if name in ("sum", "average"):
        whole = f"{owner} {x.name} in {listed([t.when for t in terms])}" if same_name else ""
        if same_time and not same_name:
            whole = f"{owner} {listed([t.name for t in terms])} in {x.when}"
        return Worded(f"What is the {name} of {whole}?", f"the {name} of {whole}") if whole else None
    if len(terms) != 2 or not same_time:
        return None
    first, at = f"{owner} {x.name}", f" in {x.when}"
    if name in ("percent_of", "margin"):
        return Worded(
            f"What is {first} as a percentage of {y.name}{at}?",
            f"the share of {first} in its {y.name}{at}",
            f"{first}{at} was {VALUE} of its {y.name}.",
        )
    if name == "ratio":
        return Worded(f"What is {first} divided by {y.name}{at}?", f"the ratio of {first} to its {y.name}{at}")
    if name == "difference":
        return Worded(f"What is {first} minus {y.name}{at}?", f"the difference between {first} and its {y.name}{at}")
    return None
