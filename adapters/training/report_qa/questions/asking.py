"""One question over a table: a shape bound to cells, worded, and its solution pointed at what is printed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from adapters.report_qa.evidence import MOST, candidates_of
from adapters.report_qa.forms import (
    Candidate,
    Constant,
    Earlier,
    Evidence,
    Example,
    Kind,
    Operand,
    Operation,
    Point,
    Solution,
    Source,
    Step,
)
from adapters.report_qa.programs import operand_value, said_value, texts_of, value_of_solution
from adapters.training.report_qa.questions.binding import Bound, Unfit
from adapters.training.report_qa.questions.phrases import Shape, choose, fill, finish, slots_of, unmark
from adapters.training.report_qa.questions.quantities import quantity
from adapters.training.report_qa.questions.sheets import Place, Sheet
from adapters.training.report_qa.questions.words import Words

_LARGER = {"thousand": "million", "million": "billion"}
_MOST = Decimal(10) ** 15
_ADDING = (Operation.ADD, Operation.SUM, Operation.AVERAGE)
_BOTH_SIGNS = 0.05  # growth from a loss to a profit is asked of, but seldom


def ask(sheet: Sheet, shape: Shape, bound: Bound, draw: random.Random, *, terse: bool, refuse: bool = False) -> Example:
    """One example of a shape over bound cells.

    Raises Unfit where the question would be senseless, or its numbers cannot be pointed to.
    """
    sensible(shape, bound, draw)
    number = None
    if shape.quantity:
        near = bound.cells.get(shape.near)
        cells = [cell for cell, _ in bound.entries] or list(bound.cells.values())
        money = bound.kind == "amount"
        number = quantity(shape.quantity, near, cells, bound.scale, draw, money=money)
        if number is None:
            raise Unfit
    words = Words(bound, sheet, draw, terse=terse, number=number[0] if number else "")
    line = choose(draw.choice(shape.ways(terse=terse)), draw)
    question, marks = unmark(finish(fill(line, {slot: words[slot] for slot in slots_of(line)}), draw, terse=terse))
    names = [words[slot].lower() for slot in bound.items]
    if len(set(names)) < len(names):
        raise Unfit
    if refuse:
        evidence = Evidence(question, sheet.table, sheet.text)
        return Example("", sheet.page, evidence, (Solution(Kind.REFUSAL),), answer_type="refused")
    values = {"q": number[1]} if number and marks else {}
    steps, scale = shape.steps, scale_of(shape, bound)
    if words.asked_scale is not None and words.asked_scale != bound.scale and shape.scale == "same":
        steps, scale = _converted(shape, bound.scale, words.asked_scale), words.asked_scale
    return pointed(sheet, (), question, marks, shape, bound, steps, scale, values)


def pointed(
    sheet: Sheet,
    history: tuple[str, ...],
    question: str,
    marks: Sequence[int],
    shape: Shape,
    bound: Bound,
    steps: tuple[tuple[Operation, tuple[str, ...]], ...],
    scale: str,
    values: Mapping[str, Decimal],
) -> Example:
    """The example with its solution: every name of the program is looked up among the candidates."""
    evidence = Evidence(question, sheet.table, sheet.text, history)
    asked = candidates_of(Evidence(question, history=history))
    base = candidates_of(Evidence("", sheet.table, sheet.text))
    if len(asked) + len(base) > MOST:
        raise Unfit
    places = _places(sheet.table, sheet.text)
    found: dict[str, Point] = {}
    for name, cell in bound.cells.items():
        index = places.get(_key(cell.place))
        if index is None or base[index].value != cell.value:
            raise Unfit
        found[name] = Point(len(asked) + index)
    for (name, value), start in zip(values.items(), marks, strict=False):
        index = next(
            (i for i, one in enumerate(asked) if one.source is Source.QUESTION and one.start <= start < one.end), -1
        )
        if index < 0 or operand_value(asked[index]) != value:
            raise Unfit
        found[name] = Point(index)
    candidates = asked + base
    if steps:
        solution = Solution(
            Kind.PROGRAM,
            tuple(Step(operation, tuple(_operand(one, found) for one in names)) for operation, names in steps),
            scale=scale,
        )
    else:
        picked = _picked(shape, bound, found, candidates, len(asked), places, values)
        solution = Solution(shape.kind, picked=picked, scale=scale)
    gold: Decimal | tuple[str, ...] | None = said_value(solution, candidates)
    result = value_of_solution(solution, candidates)
    if isinstance(result, bool):
        gold = ("yes",) if result else ("no",)
    elif solution.kind is Kind.SPANS and (gold is None or shape.pick in _LISTS):
        gold = texts_of(solution, evidence, candidates)
    if gold is None or (isinstance(gold, Decimal) and abs(gold) > _MOST):
        raise Unfit
    answer_type = type_of(shape, len(solution.picked))
    return Example("", sheet.page, evidence, (solution,), gold, scale, answer_type=answer_type)


_LISTS = ("greatest", "least", "above", "below", "all")


def _picked(
    shape: Shape,
    bound: Bound,
    found: Mapping[str, Point],
    candidates: Sequence[Candidate],
    offset: int,
    places: Mapping[tuple[Source, int, int, int], int],
    values: Mapping[str, Decimal],
) -> tuple[Point, ...]:
    """What answers by pointing: cells by name, or the heads or labels of those that fit."""
    if shape.pick not in _LISTS:
        return tuple(found[name] for name in shape.pick.split())
    entries = list(bound.entries)
    match shape.pick:
        case "greatest":
            entries = [max(entries, key=lambda one: one[0].value)]
        case "least":
            entries = [min(entries, key=lambda one: one[0].value)]
        case "above" | "below":
            limit = values["q"]
            compared = [(cell.value / 100 if cell.percent else cell.value) > limit for cell, _ in entries]
            entries = [one for one, over in zip(entries, compared, strict=True) if over is (shape.pick == "above")]
    if not entries:
        raise Unfit
    points = []
    for _, place in entries:
        index = places.get(_key(place))
        if index is None:
            raise Unfit
        inner = [
            number
            for number in range(index, min(index + 6, len(candidates) - offset))
            if (one := candidates[offset + number]).source is place.source
            and (one.line, one.column) == (place.line, place.column)
            and one.is_year
        ]
        points.append(Point(offset + (inner[0] if len(inner) == 1 and shape.needs == "years" else index)))
    if len(set(points)) < len(points):
        raise Unfit
    return tuple(points)


@lru_cache(maxsize=4096)
def _places(table: tuple[tuple[str, ...], ...], text: tuple[str, ...]) -> dict[tuple[Source, int, int, int], int]:
    """The first candidate of each cell, and the one that starts at each place of the text."""
    found: dict[tuple[Source, int, int, int], int] = {}
    for index, one in enumerate(candidates_of(Evidence("", table, text))):
        if one.source is Source.TABLE:
            found.setdefault((one.source, one.line, one.column, 0), index)
        else:
            for start in range(one.start, one.end):
                found[(one.source, one.line, -1, start)] = index
    return found


def _key(place: Place) -> tuple[Source, int, int, int]:
    return place.source, place.line, place.column, place.start


def _operand(name: str, found: Mapping[str, Point]) -> Operand:
    if name.startswith("#"):
        return Earlier(int(name[1:]))
    return Constant(name) if name.startswith("const_") else found[name]


def scale_of(shape: Shape, bound: Bound) -> str:
    """The scale of a shape's answers over bound cells."""
    if shape.scale == "same":
        return bound.scale
    return "percent" if shape.scale == "percent" else ""


def _converted(shape: Shape, own: str, asked: str) -> tuple[tuple[Operation, tuple[str, ...]], ...]:
    """The program with a step from one scale to another, a thousand apart."""
    operation = Operation.DIVIDE if _LARGER.get(own) == asked else Operation.MULTIPLY
    steps = shape.steps
    last = f"#{len(steps) - 1}" if steps else shape.pick
    return (*steps, (operation, (last, "const_1000")))


def sensible(shape: Shape, bound: Bound, draw: random.Random) -> None:
    """Raises Unfit for questions that nobody asks: other kinds of numbers, growth through zero, nothing between."""
    if shape.kinds and bound.kind not in shape.kinds:
        raise Unfit
    cells = list(bound.cells.values())
    if shape.scale == "percent" and shape.steps:
        signs = {cell.value > 0 for cell in cells}
        if any(not cell.value for cell in cells) or (len(signs) > 1 and draw.random() > _BOTH_SIGNS):
            raise Unfit
        if bound.kind == "percent" and draw.random() > 0.15:
            raise Unfit
    if len({cell.value for cell in cells}) == 1 and len(cells) > 1:
        raise Unfit
    if len({cell.percent for cell in cells}) > 1:
        raise Unfit
    adding = any(operation in _ADDING for operation, _ in shape.steps) and shape.needs.startswith(("items", "grid"))
    if adding and any(item.total for item in bound.items.values()):
        raise Unfit  # a total together with its parts


def type_of(shape: Shape, picked: int) -> str:
    """TAT-QA's name for the type of the answer."""
    if shape.kind is Kind.PROGRAM:
        return "counterfactual" if shape.source == "whatif.toml" else "arithmetic"
    if shape.kind is Kind.COUNT:
        return "count"
    return "span" if picked == 1 else "multi-span"
