"""Report QA of an adapter on its base, ready to be asked.

    model = open_report_qa(Path("my-adapter"), home=Path("~/.finagent").expanduser())
    model.answer([Evidence("What were net sales in 2019?", (("", "2019"), ("Net sales", "1,452")))])

A BERT base runs on OpenVINO and the decoder in numpy, so nothing of torch is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from adapters.card import Card
from adapters.errors import AdapterFilesError, EngineError
from adapters.report_qa.forms import Answered, Evidence, Kind
from adapters.report_qa.programs import program_text, said_value, texts_of, value_of_solution

if TYPE_CHECKING:
    from adapters.bases import Base
    from adapters.report_qa.generated import GeneratedQaModel
    from adapters.report_qa.layout import Layout
    from adapters.report_qa.search import Found

TASK = "report-qa"
CHUNK = 64
"""Questions that are laid out and encoded together: batches are full, and memory stays flat."""
KEEPS = 0.9
"""The share of answers that 8-bit integers must have kept when they were calibrated, or float32 is used."""
_VERSION = 1  # part of an engine's name in the cache


class Located(Protocol):
    """An adapter that was found and checked, such as `adapters.store.Installed`."""

    @property
    def directory(self) -> Path: ...

    @property
    def card(self) -> Card: ...


def open_report_qa(
    adapter: Located | Path,
    *,
    home: Path,
    threads: int | None = None,
    engine: str = "auto",
    device: str | None = None,
    precision: str = "auto",
    download: bool = False,
) -> ReportQaModel | GeneratedQaModel:
    """The report-QA adapter in a directory, on its base.

    `engine` is "auto" or what its kind of model runs on: "openvino" for an encoder, "torch" (on `device`) for a model
    that writes; `threads` limits the cores used. `precision` of an encoder is "int8", "float32", or "auto" for 8 bits
    where the adapter brings a calibration that keeps the answers. What is built is kept under `home`/cache. Only a
    `hub:` base with `download` uses the network.

    Raises:
        AdapterFilesError: the adapter is broken, of another task, or was made for another base.
        BaseModelError: its base is not there.
        EngineError: the engine or device is not to be had, or the cache cannot be written.
    """
    from adapters.files import check_adapter, check_base
    from adapters.serving.encoders import builds_without_torch

    directory = adapter if isinstance(adapter, Path) else adapter.directory
    card = check_adapter(directory)
    if card.task != TASK:
        raise AdapterFilesError(f"the adapter {card.name} is for the task {card.task}; expected one for {TASK}")
    if card.kind != "encoder":
        from adapters.report_qa.generated import GeneratedQaModel

        if engine not in ("auto", "torch"):
            raise EngineError(f"the adapter {card.name} writes its answers, on the engine torch alone; not {engine}")
        base = check_base(card, home=home, download=download)
        return GeneratedQaModel(directory, card, base, threads=threads, device=device)
    if engine not in ("auto", "openvino") or device not in (None, "cpu"):
        said = f"the engine {engine}" if engine not in ("auto", "openvino") else f"the device {device}"
        raise EngineError(f"report QA does not run on {said}; use the engine openvino on the CPU")
    base = check_base(card, home=home, download=download)
    if not builds_without_torch(base):
        raise EngineError(
            f"the adapter {card.name} is for {base.name}, a {card.kind} of the type {card.base.model_type}, which "
            "report QA does not run; expected one on a BERT encoder or on a model that writes"
        )
    return ReportQaModel(directory, card, base, home=home, threads=threads, precision=precision)


class ReportQaModel:
    """An adapter that answers questions from evidence. May be used from several threads.

    `name` is the adapter's, `engine` what it runs on, `precision` "int8" or "float32".
    """

    engine = "openvino"

    def __init__(
        self,
        directory: Path,
        card: Card,
        base: Base,
        *,
        home: Path,
        threads: int | None = None,
        precision: str = "auto",
    ) -> None:
        from adapters.engine.calibrate import read_adapter_calibration
        from adapters.engine.kept import prune
        from adapters.report_qa.solver import Solver
        from adapters.serving.encoders import engine_name

        self.name, self.card, self.base = card.name, card, base
        calibration = None if precision == "float32" else read_adapter_calibration(directory, base, card)
        if calibration and precision == "auto" and calibration.agreement < KEEPS:
            calibration = None
        if precision == "int8" and not calibration:
            raise EngineError(f"the adapter {card.name} has no 8-bit calibration; expected precision float32 or auto")
        self.precision = "int8" if calibration else "float32"
        name = engine_name(base, card, self.precision, calibration, engine=f"states-{_VERSION}")
        cache = home / "cache"
        built = (cache / "engines" / name).exists()
        self._solver = Solver(
            directory,
            card,
            base,
            engine=name,
            calibration=calibration.calibration if calibration else None,
            cache=cache,
            threads=threads,
        )
        if not built:
            prune(cache, card.name, keep=name)

    def answer(self, evidences: Sequence[Evidence], on_progress: Callable[[int], None] | None = None) -> list[Answered]:
        """The answer to each question, in their order. `on_progress` is told how many are done.

        Evidence without anything to point to is refused. Nothing that is said is not printed in the evidence or the
        question, or computed from it. The earlier questions of a conversation are answered first, in their order,
        unless the evidence says what answered them.
        """
        done: list[Answered] = []
        for start in range(0, len(evidences), CHUNK):
            for layout, found in self._solver.solve(evidences[start : start + CHUNK]):
                done.append(answer_of(layout, found, self.card.calibration))
                if on_progress:
                    on_progress(len(done))
        return done

    def solve(self, evidence: Evidence) -> tuple[Layout, list[Found]]:
        """The layout of a question and all solutions that the search ended with, the likeliest first."""
        return self._solver.solve([evidence])[0]


def answer_of(layout: Layout, found: Sequence[Found], calibration: Mapping[str, float]) -> Answered:
    """The likeliest solution over a layout as an answer, with the confidence that a card's weights give it."""
    from adapters.report_qa.confidence import confidence

    solution, candidates = found[0].solution, layout.candidates
    refused = solution.kind is Kind.REFUSAL
    return Answered(
        solution,
        confidence(found, layout, calibration),
        None if refused else value_of_solution(solution, candidates),
        None if refused else said_value(solution, candidates),
        texts_of(solution, layout.evidence, candidates),
        program_text(solution, candidates),
        candidates,
        layout.left_out,
    )
