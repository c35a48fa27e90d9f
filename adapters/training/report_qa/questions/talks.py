"""Conversations: a question that only makes sense after the ones before it, which go along as its history."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from adapters.report_qa.forms import Example, Kind
from adapters.training.report_qa.questions.asking import pointed, scale_of, sensible
from adapters.training.report_qa.questions.binding import NEEDS, Unfit, bind
from adapters.training.report_qa.questions.phrases import Shape, choose, fill, finish, parse_program, slots_of
from adapters.training.report_qa.questions.sheets import Sheet
from adapters.training.report_qa.questions.words import Words

_TRIES = 12


@dataclass(frozen=True, slots=True)
class Talk:
    """The turns of a conversation, each a shape of its own."""

    turns: tuple[Shape, ...]
    weight: float


@cache
def read_talks() -> tuple[Talk, ...]:
    """All conversations of talks.toml. Raises ValueError for one that cannot be used."""
    rows = tomllib.loads(resources.files(__package__).joinpath("talks.toml").read_text(encoding="utf-8"))["talk"]
    talks = []
    for number, row in enumerate(rows):
        if row["needs"] not in NEEDS:
            raise ValueError(f"talks.toml: talk {number + 1} needs {row['needs']!r}, which is not known")
        turns = tuple(
            _turn(turn, row["needs"], f"talk {number + 1}.{place + 1}") for place, turn in enumerate(row["turns"])
        )
        talks.append(Talk(turns, float(row.get("weight", 1))))
    return tuple(talks)


def _turn(row: dict[str, object], needs: str, name: str) -> Shape:
    answer = str(row["is"])
    steps = parse_program(answer) if "(" in answer else ()
    ways = tuple(str(line) for line in row["ask"])  # type: ignore[attr-defined]
    return Shape(
        name=name,
        needs=needs,
        kind=Kind.PROGRAM if steps else Kind.SPANS,
        steps=steps,
        pick="" if steps else answer,
        scale=str(row.get("scale", "same")),
        weight=1.0,
        quantity="",
        near="",
        kinds=frozenset(),
        asks={"any": ways, "terse": (), "full": ()},
        source="talks.toml",
    )


def talked(sheet: Sheet, draw: random.Random, *, terse: bool) -> Example | None:
    """The later question of a conversation about the sheet, with its earlier ones; None where none fits."""
    talks = read_talks()
    for _ in range(_TRIES):
        talk = draw.choices(talks, [one.weight for one in talks])[0]
        bound = bind(talk.turns[0].needs, sheet, draw)
        if bound is None:
            continue
        last = draw.choice((len(talk.turns) - 1, len(talk.turns) - 1, draw.randrange(1, len(talk.turns))))
        words = Words(bound, sheet, draw, terse=terse)
        said = []
        try:
            for turn in talk.turns[: last + 1]:
                sensible(turn, bound, draw)
                line = choose(draw.choice(turn.asks["any"]), draw)
                said.append(finish(fill(line, {slot: words[slot] for slot in slots_of(line)}), draw, terse=terse))
            turns = [
                pointed(sheet, tuple(said[:at]), said[at], (), shape, bound, shape.steps, scale_of(shape, bound), {})
                for at, shape in enumerate(talk.turns[: last + 1])
            ]
            earlier = tuple(turn.solutions[0] for turn in turns[:-1])
            return replace(turns[-1], evidence=replace(turns[-1].evidence, earlier=earlier))
        except Unfit:
            continue
    return None
