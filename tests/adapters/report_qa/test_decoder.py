"""The decoder in numpy says what the network in torch says; frozen layers, run apart, change nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.bases import Base
from adapters.engine.tokens import open_tokenizer
from adapters.report_qa.actions import FIXED, State, actions_of, allowed
from adapters.report_qa.batch import Target, input_arrays, related_to, target_arrays
from adapters.report_qa.decoder import Decoder, shapes
from adapters.report_qa.forms import Earlier, Evidence, Kind, Operation, Solution, Span, Step
from adapters.report_qa.network import MASKED, make_head, make_network
from adapters.report_qa.solver import open_reader
from tests.adapters.report_qa.conftest import HISTORY, TEXT, evidence, point


@pytest.fixture(scope="module")
def network(qa_base: Any) -> Any:
    import torch
    from transformers import AutoModel

    torch.set_num_threads(1)
    torch.manual_seed(1)
    encoder = AutoModel.from_pretrained(qa_base.directory, add_pooling_layer=False, dtype="float32")
    made = make_network(encoder, freeze=1).eval()
    for value in made.head.parameters():  # what begins at zero would prove nothing
        torch.nn.init.normal_(value, std=0.2)
    return made


@pytest.fixture(scope="module")
def targets(qa_base: Any) -> list[Target]:
    reader = replace(open_reader(open_tokenizer(qa_base.directory / "tokenizer.json", 1 << 20), 160), budget=700)
    long = evidence(text=TEXT * 5, history=HISTORY)
    words = Evidence("Who leads it?", text=(TEXT[1],))
    grown = Solution(
        Kind.PROGRAM,
        (
            Step(Operation.SUBTRACT, (point(long, "$ 1,452.4"), point(long, "$ 1,300.0"))),
            Step(Operation.DIVIDE, (Earlier(0), point(long, "$ 1,300.0"))),
        ),
    )
    start = TEXT[1].index("Ana")
    made = []
    for asked, solution in (
        (long, grown),
        (words, Solution(Kind.SPANS, picked=(Span(0, start, start + 8),))),
        (evidence(text=()), Solution(Kind.COUNT, picked=(point(long, "(640.2)"), point(long, "(600.0)")))),
    ):
        layout = reader.read(asked)
        actions = actions_of(solution, layout)
        assert actions is not None
        made.append(Target(layout, actions))
    assert len(made[0].layout.chunks) > 1
    return made


def tensors(arrays: dict[str, Any]) -> dict[str, Any]:
    import torch

    return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}


def test_the_weights_have_the_shapes_that_are_asked_for_when_an_adapter_is_opened() -> None:
    assert {name: tuple(value.shape) for name, value in make_head(48).state_dict().items()} == shapes(48)


def test_numpy_and_torch_give_the_same_scores(network: Any, targets: list[Target]) -> None:
    import torch

    layouts = [one.layout for one in targets]
    batch = tensors({**input_arrays(layouts, 0), **target_arrays(targets)})
    with torch.inference_mode():
        hidden = network.encoded(batch)
        expected, expected_scales = (one.numpy() for one in network.head(hidden, batch))
    states, most, place = hidden.numpy(), max(len(one.index) for one in layouts), 0
    decoder = Decoder({name: value.numpy() for name, value in network.head.state_dict().items()})
    for row, one in enumerate(targets):
        layout, own = one.layout, len(one.layout.index)
        read = decoder.read(states[place : place + len(layout.chunks)], layout)
        place += len(layout.chunks)
        state, context, heard, first = read.state, np.zeros_like(read.state), decoder.begin(), None
        grammar, chosen = State(), []
        for step, action in enumerate(one.actions):
            scores, state, context = decoder.step(
                read, heard, state, context, related_to(layout, chosen)[None], np.array([grammar.opened >= 0])
            )
            first = state if first is None else first
            may = np.flatnonzero(allowed(grammar, layout))
            wide = np.where(may < FIXED + own, may, may - own + most)
            np.testing.assert_allclose(scores[0, may], expected[row, step, wide], atol=1e-4)
            masked = np.delete(expected[row, step], wide)
            assert (masked == MASKED).all()
            heard = read.actions[action][None]
            chosen += [action - FIXED] if FIXED <= action < FIXED + own else []
            grammar = grammar.after(action, own)
        np.testing.assert_allclose(decoder.scale_scores(read, first, state)[0], expected_scales[row], atol=1e-4)


def test_several_hypotheses_at_once_are_each_alone(network: Any, targets: list[Target]) -> None:
    layout = targets[0].layout
    decoder = Decoder({name: value.numpy() for name, value in network.head.state_dict().items()})
    draw = np.random.default_rng(0)
    hidden = draw.normal(size=(len(layout.chunks), max(map(len, layout.chunks)), 32)).astype(np.float32)
    read = decoder.read(hidden, layout)
    heard, state, context = (draw.normal(size=(3, 256)).astype(np.float32) for _ in range(3))
    related = np.stack([related_to(layout, chosen) for chosen in ([], [2], [2, 3])])
    opened = np.array([False, True, False])
    together = decoder.step(read, heard, state, context, related, opened)
    for number in range(3):
        one = slice(number, number + 1)
        alone = decoder.step(read, heard[one], state[one], context[one], related[one], opened[one])
        for all_, single in zip(together, alone, strict=True):
            np.testing.assert_allclose(all_[one], single, atol=1e-4)


def test_states_from_below_the_frozen_layers_give_what_the_whole_encoder_gives(
    network: Any, targets: list[Target], qa_base: Any
) -> None:
    import torch

    from adapters.training.report_qa.frozen import add_below
    from adapters.training.report_qa.rows_of_epochs import row_of
    from adapters.training.report_qa.strategy import PointerStrategy

    rows = [{**row_of([one]), "target": one} for one in targets]
    done: list[int] = []
    add_below(rows, Base(qa_base.name, qa_base.directory, qa_base.sha256), 1, 1, done.append)
    assert done == [3] and rows[0]["below"][0].dtype == np.float16
    strategy = PointerStrategy(None, 0, 1)
    with torch.inference_mode():
        below = network(**strategy.collate(rows))
        whole = network(**strategy.collate([{key: row[key] for key in row if key != "below"} for row in rows]))
    for found, expected in zip(below, whole, strict=True):
        held = expected > MASKED
        assert float((found - expected)[held].abs().max()) < 2e-2, "16-bit floats are kept of them"


def test_the_engine_s_states_are_the_encoder_s(
    network: Any, targets: list[Target], qa_base: Any, tmp_path: Path
) -> None:
    import torch

    from adapters.engine.compiled import Batching, Engine
    from adapters.engine.graph import build_states
    from adapters.engine.weights import read_config, read_weights

    layouts = [one.layout for one in targets]
    batch = tensors(input_arrays(layouts, 0))
    with torch.inference_mode():
        expected = network.encoded(batch).numpy()
    engine = Engine(
        "states", lambda: build_states(read_weights(qa_base.directory), read_config(qa_base.directory)),
        cache=tmp_path, eight_bit=False, threads=1, batching=Batching(256, 16),
    )  # fmt: skip
    chunks = [chunk for one in layouts for chunk in one.chunks]
    found = engine.states(chunks, [first for one in layouts for first in one.firsts])
    assert [len(one) for one in found] == [len(one) for one in chunks]
    for row, one in enumerate(found):
        np.testing.assert_allclose(one, expected[row, : len(one)], atol=2e-4)
    assert engine.states([], []) == []
