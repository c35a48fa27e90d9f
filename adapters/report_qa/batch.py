"""Layouts with their solutions as one batch of arrays for the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from adapters.report_qa import relations
from adapters.report_qa.actions import FIXED, State, allowed
from adapters.report_qa.features import NAMES
from adapters.report_qa.scales import scale_features

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.report_qa.layout import Layout


@dataclass(slots=True)
class Target:
    """A layout with the actions that are right. `also` maps a step to further actions that are as right there.

    `scale` is a number of SCALES, -1 where it does not count.
    """

    layout: Layout
    actions: list[int]
    also: Mapping[int, Sequence[int]] = field(default_factory=dict)
    scale: int = -1
    weight: float = 1.0


def input_arrays(layouts: Sequence[Layout], padding: int) -> dict[str, NDArray[Any]]:
    """What the encoder and the head need of B layouts, padded to the longest; their chunks stand below each other."""
    chunks = [chunk for layout in layouts for chunk in layout.chunks]
    firsts = [first for layout in layouts for first in layout.firsts]
    length = max(map(len, chunks))
    ids = np.full((len(chunks), length), padding, dtype=np.int64)
    for row, chunk in enumerate(chunks):
        ids[row, : len(chunk)] = chunk
    lengths = np.array([len(chunk) for chunk in chunks])
    places = np.arange(length)
    present = places < lengths[:, None]
    made = {
        "input_ids": ids,
        "attention_mask": present.astype(np.int64),
        "token_type_ids": (present & (places >= np.array(firsts)[:, None])).astype(np.int64),
    }
    base = np.cumsum([0, *(len(layout.chunks) for layout in layouts)])[:-1]
    memory = [
        np.concatenate([(first + row) * length + np.arange(len(chunk)) for row, chunk in enumerate(layout.chunks)])
        for first, layout in zip(base, layouts, strict=True)
    ]
    made["memory"], made["memory_mask"] = _padded(memory), _padded([np.ones(len(m), bool) for m in memory])
    moved = [np.array([first, 0, 0]) for first in base]
    made["span"] = _padded([layout.span + more for layout, more in zip(layouts, moved, strict=True)], (3,))
    made["label"] = _padded([layout.label + more for layout, more in zip(layouts, moved, strict=True)], (3,))
    made["features"] = _padded([layout.features for layout in layouts], (len(NAMES),))
    made["place"] = _padded(
        [
            (layout.place[:, 0] + first) * length + layout.place[:, 1]
            for first, layout in zip(base, layouts, strict=True)
        ]
    )
    made["first"] = base * length
    made["question"] = np.array([[first, 1, layout.firsts[0]] for first, layout in zip(base, layouts, strict=True)])
    made["told"] = np.stack([layout.told for layout in layouts])
    made["scale_features"] = np.stack([scale_features(layout.evidence) for layout in layouts])
    return made


def target_arrays(targets: Sequence[Target]) -> dict[str, NDArray[Any]]:
    """What the head is taught: actions (B, T), what is allowed and right (B, T, FIXED + N + tokens), relations."""
    # as wide as `input_arrays` pads them: one place at least, also where no text or no number is in the whole batch
    most = max(1, *(len(target.layout.index) for target in targets))
    tokens = max(1, *(len(target.layout.place) for target in targets))
    steps = max(len(target.actions) for target in targets)
    width = FIXED + most + tokens
    count = len(targets)
    actions = np.zeros((count, steps), dtype=np.int64)
    may = np.zeros((count, steps, width), dtype=np.bool_)
    right = np.zeros((count, steps, width), dtype=np.bool_)
    opened = np.zeros((count, steps), dtype=np.bool_)
    related = np.zeros((count, steps, most, relations.COUNT), dtype=np.float32)
    for row, target in enumerate(targets):
        layout, state = target.layout, State()
        own = len(layout.index)
        chosen: list[int] = []

        def wide(places: NDArray[np.int64], own: int = own) -> NDArray[np.int64]:
            return np.where(places < FIXED + own, places, places - own + most)

        for step, action in enumerate(target.actions):
            actions[row, step] = wide(np.array(action))
            may[row, step, wide(np.flatnonzero(allowed(state, layout)))] = True
            right[row, step, wide(np.array([action, *target.also.get(step, ())]))] = True
            opened[row, step] = state.opened >= 0
            related[row, step, :own] = related_to(layout, chosen)
            if FIXED <= action < FIXED + own:
                chosen.append(action - FIXED)
            state = state.after(action, own)
    return {
        "actions": actions,
        "allowed": may,
        "right": right & may,
        "opened": opened,
        "relations": related,
        "lengths": np.array([len(target.actions) for target in targets]),
        "scale": np.array([target.scale for target in targets]),
        "weight": np.array([target.weight for target in targets], dtype=np.float32),
    }


def related_to(layout: Layout, chosen: Sequence[int]) -> NDArray[np.float32]:
    """(N, relations.COUNT): how each candidate lies to the last two that were chosen."""
    own = len(layout.index)
    made = np.zeros((own, relations.COUNT), dtype=np.float32)
    width = len(relations.NAMES)
    for number, place in enumerate(reversed(chosen[-2:])):
        other = (place, layout.line[place], layout.column[place], layout.year[place], layout.key[place])
        found = relations.relation(layout.line, layout.column, layout.year, layout.key, np.arange(own), other)
        made[:, number * width] = 1
        made[:, number * width + 1 : (number + 1) * width] = np.stack(found, 1)
    return made


def _padded(arrays: Sequence[NDArray[Any]], shape: tuple[int, ...] = ()) -> NDArray[Any]:
    """Arrays of different lengths below each other, zeros behind the shorter ones."""
    length = max(1, *(len(array) for array in arrays)) if len(arrays) > 1 else max(1, len(arrays[0]))
    made = np.zeros((len(arrays), length, *shape), dtype=arrays[0].dtype)
    for row, array in enumerate(arrays):
        made[row, : len(array)] = array
    return made
