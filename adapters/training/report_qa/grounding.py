"""A row's answer as solutions over its evidence: by its derivation, or by where the answer is printed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Kind, Solution
from adapters.report_qa.programs import value_of_solution
from adapters.training.report_qa.checks import comes_to
from adapters.training.report_qa.derivations import ground
from adapters.training.report_qa.guess import guess
from adapters.training.report_qa.spans import locate, number_of

_LISTED = "##"
_GUESSES = 3
_PLAIN_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?\d{1,2})?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DECIDED = {"yes": True, "no": False, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file, its cells checked. `programs` has one derivation a turn; the last is that of the question."""

    id: str
    evidence: Evidence
    answer: Decimal | bool | str | tuple[str, ...] | None = None
    programs: tuple[str, ...] = ()
    scale: str = ""
    answer_type: str = ""
    answer_from: str = ""


@dataclass(frozen=True, slots=True)
class Solved:
    """What `Example` holds of an answer: the solutions, and the answer as a number or texts with its scale.

    `weight` is less than 1 where the program was guessed: the probability that it is among the solutions.
    """

    solutions: tuple[Solution, ...]
    gold: Decimal | tuple[str, ...] | None
    scale: str
    weight: float = 1.0


def solve(row: Row) -> Solved:
    """Ground one row. No solution where the answer cannot be found or computed from what is printed."""
    if row.answer is None:
        refused = (Solution(Kind.REFUSAL),) if row.answer_type else ()
        return Solved(refused, None, row.scale)
    derivation = row.programs[-1] if row.programs else ""
    match row.answer:
        case bool():
            return _decided(row, row.answer, derivation)
        case Decimal():
            return _number(row, row.answer, derivation)
        case str() if row.answer.strip().lower() in _DECIDED and row.answer_type not in ("span", "multi-span"):
            return _decided(row, _DECIDED[row.answer.strip().lower()], derivation)
        case str() if _is_count(row, derivation):
            return _count(row, derivation)
        case str() if row.answer_type not in ("span", "multi-span", "count"):
            return _number_or_words(row, row.answer.strip(), derivation)
        case str():
            return _texts(row, (row.answer,))
    return _texts(row, row.answer)


def _number(row: Row, gold: Decimal, derivation: str) -> Solved:
    rounded = bool(row.answer_type or row.scale)
    if derivation:
        check = comes_to(row.evidence, gold, rounded=rounded)
        return Solved(ground(derivation, row.evidence, check, row.scale, row.answer_from), gold, row.scale)
    guessed = guess(row.evidence, gold, scale=row.scale, rounded=rounded)
    weight = min(1.0, sum(likely for _, likely in guessed)) if guessed else 1.0
    return Solved(tuple(solution for solution, _ in guessed[:_GUESSES]), gold, row.scale, round(weight, 4))


def _number_or_words(row: Row, answer: str, derivation: str) -> Solved:
    """An answer that stands as a text in the file: a number ("0.125", "12.5%"), or words; a year is words."""
    plain = bool(_PLAIN_NUMBER.fullmatch(answer))
    value = Decimal(answer) if plain else number_of(answer)
    if value is None or _YEAR.fullmatch(answer):
        return _texts(row, (answer,))
    solved = _number(replace(row, scale="percent") if answer.endswith("%") else row, value, derivation)
    return solved if solved.solutions or plain else _texts(row, (answer,))


def _decided(row: Row, gold: bool, derivation: str) -> Solved:
    check = comes_to(row.evidence, gold, rounded=False)
    return Solved(ground(derivation, row.evidence, check, row.scale), ("yes" if gold else "no",), row.scale)


def _texts(row: Row, answers: tuple[str, ...]) -> Solved:
    return Solved(locate(answers, row.evidence, row.scale, row.answer_from), answers, row.scale)


def _is_count(row: Row, derivation: str) -> bool:
    answer = str(row.answer).strip()
    if row.answer_type == "count":
        return True
    return row.answer_type == "counterfactual" and answer.isdecimal() and len(answer) <= 2 and bool(derivation)


def _count(row: Row, derivation: str) -> Solved:
    """A count: its derivation lists what is counted. The number must be that of the things."""
    answer = str(row.answer).strip()
    gold = Decimal(answer) if answer.isdecimal() else None
    items = [item.strip() for item in derivation.split(_LISTED) if item.strip()]
    if gold is None or len(items) != gold:
        check = comes_to(row.evidence, gold, rounded=True) if gold is not None else _never
        return Solved(ground(derivation, row.evidence, check, row.scale), gold or (answer,), row.scale)
    found = locate(items, row.evidence, row.scale, row.answer_from, Kind.COUNT)
    return Solved(found, gold, row.scale)


TURN = re.compile(r"-t\d+$")
"""The end of the id of an earlier turn of a conversation, see `turns`."""


def _never(_: Solution) -> bool:
    return False


def turns(row: Row) -> list[tuple[Row, Solved]]:
    """The earlier turns of a conversation as rows of their own; the answer of each is what its derivation comes to.

    A turn whose derivation uses what nobody printed is left out.
    """
    made: list[tuple[Row, Solved]] = []
    for number, question in enumerate(row.evidence.history):
        if number >= len(row.programs) - 1:
            break
        evidence = replace(row.evidence, question=question, history=row.evidence.history[:number])
        solutions = ground(row.programs[number], evidence, _always(evidence), row.scale)
        if not solutions:
            continue
        value = value_of_solution(solutions[0], candidates_of(evidence))
        gold: Decimal | tuple[str, ...] = value if isinstance(value, Decimal) else ("yes" if value else "no",)
        turn = replace(row, id=f"{row.id}-t{number}", evidence=evidence, programs=row.programs[: number + 1])
        made.append((turn, Solved(solutions, gold, row.scale)))
    return made


def _always(evidence: Evidence) -> Callable[[Solution], bool]:
    candidates = candidates_of(evidence)
    return lambda solution: value_of_solution(solution, candidates) is not None
