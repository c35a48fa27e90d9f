"""The output of the lower layers that a recipe freezes, computed once for each row and kept.

They give the same in every epoch, and half of a run's time goes into layers that learn nothing. What is kept are
16-bit floats: some 300 KB a row of 400 tokens.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from adapters.bases import Base
from adapters.report_qa.layout import Layout

_CHUNKS = 256


def add_below(
    rows: Sequence[dict[str, Any]],
    base: Base,
    freeze: int,
    threads: int | None,
    on_done: Callable[[int], None] | None = None,
) -> None:
    """Give each row `below`: the output of the base's first `freeze` layers, an array (tokens, width) a chunk."""
    from adapters.engine.compiled import Batching, Engine
    from adapters.engine.graph import build_states
    from adapters.engine.weights import read_config, read_weights

    config = replace(read_config(base.directory), layers=freeze)
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(
            f"below-{freeze}",
            lambda: build_states(read_weights(base.directory), config),
            cache=Path(folder),
            eight_bit=False,
            threads=threads,
            batching=Batching(1024, 16),
        )
        start = 0
        while start < len(rows):
            part: list[dict[str, Any]] = []
            chunks = 0
            while start < len(rows) and chunks < _CHUNKS:
                part.append(rows[start])
                chunks += len(_layout(rows[start]).chunks)
                start += 1
            layouts = [_layout(row) for row in part]
            states = engine.states(
                [c for one in layouts for c in one.chunks], [f for one in layouts for f in one.firsts]
            )
            place = 0
            for row, layout in zip(part, layouts, strict=True):
                own = states[place : place + len(layout.chunks)]
                place += len(own)
                row["below"] = [state.astype(np.float16) for state in own]
            if on_done:
                on_done(start)


def _layout(row: dict[str, Any]) -> Layout:
    layout: Layout = row["layout"] if "layout" in row else row["targets"][0].layout
    return layout
