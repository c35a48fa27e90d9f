"""Shapes of questions and the ways to ask them, read from the TOML files beside this one, and their slots filled.

A way to ask is a line with `{slot}` and `{one|another <slot>}`; the numbers that the question itself brings are marked
while the line is worked on, so that they can be pointed to in the end.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from adapters.report_qa.forms import CONSTANTS, Kind, Operation
from adapters.training.report_qa.questions.binding import NEEDS

TABLES = ("wording.toml", "talks.toml", "sentences.toml", "made.toml")
"""Files beside this one that hold no shapes."""

SCALES = ("same", "percent", "none")
PICKS = ("greatest", "least", "above", "below", "all")
QUANTITIES = ("near", "percent", "amount", "between", "years", "")
_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
_SLOT = re.compile(r"\{([a-z_]+)\}")
_INNER = re.compile(r"<([a-z_]+)>")
_STEP = re.compile(r"(\w+)\(([^()]*)\)")
_CELLS = frozenset("abcdexyzwt")
_SLOTS = frozenset(
    [*"abcdexyzwt", *(f"in_{one}" for one in "abcde"), *(f"the_{one}" for one in "xyzwt"), "fy_a", "fy_b"]
    + [f"{verb}_{one}" for verb in ("was", "is") for one in "xyt"]
    + [f"{item}_{time}" for item in "xyzt" for time in "ab"]
    + ["span", "change_span", "years", "list", "n", "q", "tail", "usd"]
)

MARK = "\ue000"
"""Stands before a number of the question while the line is worked on."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape of question: what it is asked of, the program over the cells so named or what is picked, ways to ask."""

    name: str
    needs: str
    kind: Kind
    steps: tuple[tuple[Operation, tuple[str, ...]], ...]
    pick: str
    scale: str
    weight: float
    quantity: str
    near: str
    kinds: frozenset[str]
    asks: Mapping[str, tuple[str, ...]]
    source: str

    def ways(self, *, terse: bool) -> tuple[str, ...]:
        return self.asks["any"] + self.asks["terse" if terse else "full"]


@cache
def read_shapes() -> tuple[Shape, ...]:
    """All shapes of the TOML files beside this one.

    Raises ValueError naming a shape that cannot be used, and what is wrong with it.
    """
    shapes = []
    for file in sorted(resources.files(__package__).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml") and file.name not in TABLES:
            for row in tomllib.loads(file.read_text(encoding="utf-8")).get("shape", ()):
                shapes.append(_shape(row, file.name))
    return tuple(shapes)


def _shape(row: Mapping[str, Any], source: str) -> Shape:
    steps = parse_program(row.get("program", ""))
    kind = Kind(row.get("kind", "program" if steps else "spans"))
    quantity, _, near = row.get("q", "").partition(" ")
    shape = Shape(
        name=row["name"],
        needs=row["needs"],
        kind=kind,
        steps=steps,
        pick=row.get("pick", ""),
        scale=row.get("scale", "same"),
        weight=float(row.get("weight", 1)),
        quantity=quantity,
        near=near,
        kinds=frozenset(row.get("kinds", ())),
        asks={name: tuple(row.get(key, ())) for name, key in (("any", "ask"), ("terse", "terse"), ("full", "full"))},
        source=source,
    )
    wrong = [f"needs {shape.needs}"] if shape.needs not in NEEDS else []
    wrong += [f"scale {shape.scale}"] if shape.scale not in SCALES else []
    wrong += [f"pick {shape.pick}"] if shape.pick not in (*PICKS, "") and not set(shape.pick.split()) <= _CELLS else []
    wrong += [f"q {shape.quantity}"] if shape.quantity not in QUANTITIES else []
    wrong += [f"slot {slot}" for line in every_way(shape) for slot in slots_of(line) if slot not in _SLOTS]
    wrong += ["no ways to ask"] if not every_way(shape) else []
    if wrong:
        raise ValueError(f"{source}: the shape {shape.name!r} cannot be used: {', '.join(sorted(set(wrong)))}")
    return shape


def every_way(shape: Shape) -> tuple[str, ...]:
    return tuple(line for lines in shape.asks.values() for line in lines)


def parse_program(text: str) -> tuple[tuple[Operation, tuple[str, ...]], ...]:
    """The steps of a program over names: "subtract(b, a), divide(#0, a)".

    Raises ValueError for an unknown operation or constant.
    """
    steps = tuple((Operation(m[1]), tuple(one.strip() for one in m[2].split(","))) for m in _STEP.finditer(text))
    unknown = [one for _, names in steps for one in names if one.startswith("const_") and one not in CONSTANTS]
    if unknown or (text and not steps):
        raise ValueError(f"the program {text!r} cannot be read: {', '.join(unknown) or 'no steps'}")
    return steps


def slots_of(line: str) -> Iterator[str]:
    """The names of a line's slots, also of those within choices."""
    yield from (match[1] for pattern in (_SLOT, _INNER) for match in pattern.finditer(line))


def choose(line: str, draw: random.Random) -> str:
    """The line with its choices drawn; its slots stay."""
    return _INNER.sub(r"{\1}", _CHOICE.sub(lambda match: draw.choice(match[1].split("|")), line))


def fill(line: str, words: Mapping[str, str]) -> str:
    """The line with its slots filled."""
    return re.sub(r" +", " ", _SLOT.sub(lambda match: words[match[1]], line)).strip()


def finish(line: str, draw: random.Random, *, terse: bool) -> str:
    """As its asker types it: analysts all in lower case with spaced commas, auditors with a capital."""
    line = re.sub(r"\b(the|in|for|of) \1\b", r"\1", line)
    line = re.sub(r"\bthe (?=the |our |its |this )", "", line)
    line = re.sub(r" +([,?.;])", r"\1", line).strip(" ,")
    if terse:
        line = line.lower()
        chance = draw.random()
        if chance < 0.6:
            line = re.sub(r"(?<=[^\d\s]),(?= )|(?<=\d),(?= )", " ,", line)
            line = re.sub(r"\((?=\w)", "( ", re.sub(r"(?<=\w)\)", " )", line))
            line = line.replace("%", " %") if draw.random() < 0.2 else line
        if draw.random() < 0.08:
            line = line.rstrip("?. ")
        return line
    first = re.match(r"[^A-Za-z]*", line)
    place = first.end() if first else 0
    return line[:place] + line[place : place + 1].upper() + line[place + 1 :]


def unmark(line: str) -> tuple[str, list[int]]:
    """The line without its marks, and where each marked number starts."""
    starts = []
    while (place := line.find(MARK)) >= 0:
        line = line[:place] + line[place + 1 :]
        starts.append(place)
    return line, starts
