"""Layouts below each other: every array is as wide as the others take it to be."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from adapters.report_qa.actions import FIXED, actions_of
from adapters.report_qa.batch import Target, input_arrays, related_to, target_arrays
from adapters.report_qa.forms import Evidence, Kind, Operation, Solution, Span, Step
from adapters.report_qa.layout import Reader
from adapters.report_qa.relations import COUNT, NAMES
from tests.adapters.report_qa.conftest import TEXT, evidence, point

Make = Callable[..., Reader]
WORDS = Evidence("Who leads it?", text=("The fleet in Bergen is led by Ana Lund .",))
TABLE = evidence(text=())


def target(asked: Evidence, solution: Solution, reader: Reader) -> Target:
    layout = reader.read(asked)
    actions = actions_of(solution, layout)
    assert actions is not None
    return Target(layout, actions)


def grown(asked: Evidence) -> Solution:
    return Solution(Kind.PROGRAM, (Step(Operation.SUBTRACT, (point(asked, "$ 1,452.4"), point(asked, "$ 1,300.0"))),))


def targets(reader: Reader) -> list[Target]:
    spans = Solution(Kind.SPANS, picked=(Span(0, 29, 37),))
    both = evidence(text=TEXT * 3)
    return [target(WORDS, spans, reader), target(TABLE, grown(TABLE), reader), target(both, grown(both), reader)]


@pytest.mark.parametrize("chosen", [(0,), (1,), (2,), (0, 0), (1, 1), (0, 1, 2)])
def test_a_batch_may_lack_text_or_numbers(chosen: Sequence[int], reader: Make) -> None:
    import torch

    from adapters.report_qa.network import make_head

    torch.set_num_threads(1)  # so small that threads only wait for each other
    own = [targets(reader(window=96))[number] for number in chosen]
    arrays: dict[str, Any] = {**input_arrays([one.layout for one in own], 0), **target_arrays(own)}
    assert (arrays["right"] & ~arrays["allowed"]).sum() == 0
    for row, one in enumerate(own):
        assert arrays["right"][row].sum(1)[: len(one.actions)].min() == 1
        assert not arrays["right"][row, len(one.actions) :].any()
    batch = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
    hidden = torch.randn(*batch["input_ids"].shape, 16)
    scores, scales = make_head(16).eval()(hidden, batch)
    assert scores.shape == arrays["allowed"].shape and scales.shape[0] == len(own)
    assert torch.isfinite(scores).all()


def test_positions_point_into_the_chunks_of_their_own_question(reader: Make) -> None:
    own = targets(reader(window=96))
    layouts = [one.layout for one in own]
    made = input_arrays(layouts, 0)
    length = made["input_ids"].shape[1]
    flat = made["input_ids"].reshape(-1)
    for row, layout in enumerate(layouts):
        assert flat[made["memory"][row]][made["memory_mask"][row]].tolist() == [*itertools.chain(*layout.chunks)]
        chunk, place = layout.place.T if len(layout.place) else (np.zeros(0, int),) * 2
        read = [layout.chunks[one][other] for one, other in zip(chunk, place, strict=True)]
        assert flat[made["place"][row]][: len(read)].tolist() == read
        assert flat[made["first"][row]] == 1
        for number, (one, start, end) in enumerate(layout.span):
            first = made["span"][row, number]
            assert (
                flat[first[0] * length + first[1] : first[0] * length + first[2]].tolist()
                == (layout.chunks[one][start:end])
            )
    assert (
        made["token_type_ids"].sum(1)
        == [len(c) - f for one in layouts for c, f in zip(one.chunks, one.firsts, strict=True)]
    ).all()


def test_how_candidates_lie_to_the_ones_chosen_before(reader: Make) -> None:
    layout = reader().read(evidence())
    where = {layout.candidates[index].printed: place for place, index in enumerate(layout.index)}
    chosen, other = where["$ 1,452.4"], where["$ 1,300.0"]
    found = related_to(layout, [where["(640.2)"], chosen])
    assert found.shape == (len(layout.index), COUNT)

    def says(place: int, name: str, before: int = 0) -> bool:
        return bool(found[place, before * len(NAMES) + NAMES.index(name)])

    assert says(chosen, "same") and says(other, "line") and says(other, "next_column") and says(other, "year_before")
    assert says(other, "key") and not says(other, "same_year") and says(where["(640.2)"], "column")
    assert says(where["(600.0)"], "line", before=1) and not says(where["(600.0)"], "line")
    assert not related_to(layout, []).any()
    assert FIXED > 10
