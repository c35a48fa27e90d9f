"""Measures what serving a report-QA adapter on an encoder in 8-bit integers needs, on questions of its training."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from adapters.bases import Base
from adapters.card import Card
from adapters.disk import file_sha256, write_whole
from adapters.engine.calibrate import ENGINE, AdapterCalibration, calibration_text, inputs_of, measure
from adapters.engine.graph import Calibration, build_states
from adapters.engine.weights import read_config
from adapters.errors import EngineError
from adapters.files import WEIGHTS
from adapters.report_qa.answering import answer_of
from adapters.report_qa.forms import Evidence
from adapters.report_qa.solver import Solver, read_all_weights

MEASURED, COMPARED = 120, 120  # questions
LEAST = 20  # questions
CHUNKS = 200  # of the measured questions: activations of more would need gigabytes and change little


def calibrate_report_qa(
    directory: Path, base: Base, card: Card, evidences: Sequence[Evidence], *, threads: int | None = None
) -> AdapterCalibration:
    """Measure the adapter in `directory` on questions of the kind that it will be asked, and write its engine.json.

    Of the card the name, input and calibration are used; its hashes may still be missing (write the card afterwards).
    The first half of `evidences` is measured, up to 120; of the others, up to 120, the share is taken whose answer
    8-bit integers keep. The same weights and questions give the same file.

    Raises:
        EngineError: there are too few questions.
        AdapterFilesError: the adapter does not fit the base.
    """
    if len(evidences) < LEAST:
        raise EngineError(
            f"{len(evidences)} questions are too few to measure 8-bit ranges on; expected {LEAST} or more"
        )
    half = min(MEASURED, len(evidences) // 2)
    config = read_config(base.directory)
    weights = read_all_weights(directory, base, config.width)
    with tempfile.TemporaryDirectory() as folder:

        def solver(name: str, calibration: Calibration | None) -> Solver:
            return Solver(
                directory, card, base, engine=name, calibration=calibration, cache=Path(folder), threads=threads
            )

        exact = solver("float32", None)
        layouts = [exact.reader.read(one) for one in evidences[:half]]
        chunks = [chunk for layout in layouts for chunk in layout.chunks][:CHUNKS]
        firsts = [first for layout in layouts for first in layout.firsts][:CHUNKS]
        ranges, smooth = measure(
            lambda watch: build_states(weights, config, watch=watch),
            weights,
            config.layers,
            inputs_of(chunks, firsts),
            tamed=True,
        )
        made = Calibration(base.sha256, ranges, smooth)
        compared = evidences[half : half + COMPARED]
        answers = [
            [answer_of(layout, found, card.calibration) for layout, found in each.solve(compared)]
            for each in (exact, solver("int8", made))
        ]
    kept = [(one.value, one.texts) == (other.value, other.texts) for one, other in zip(*answers, strict=True)]
    found = AdapterCalibration(file_sha256(directory / WEIGHTS), round(sum(kept) / len(kept), 4), made)
    write_whole(directory / ENGINE, calibration_text(found))
    return found
