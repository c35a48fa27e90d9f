"""How a network of the report-QA task is trained and validated: see `adapters.training.strategies.Strategy`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.report_qa.answering import answer_of
from adapters.report_qa.batch import input_arrays, target_arrays
from adapters.report_qa.confidence import features
from adapters.report_qa.decoder import Decoder
from adapters.report_qa.forms import Evidence, Example
from adapters.report_qa.layout import Layout
from adapters.report_qa.network import make_network
from adapters.report_qa.solver import in_turn
from adapters.report_qa.turns import open_turns, turn_of
from adapters.training.config import AdapterRecipe
from adapters.training.report_qa.scoring import RowScore, is_scored, score_row
from adapters.training.strategies import Row, base_config

_SCALE_WEIGHT = 0.5  # of the scale's loss against that of the whole program
_HEAD = "head.modules_to_save.default."


@dataclass(slots=True)
class PointerStrategy:
    """A BERT encoder with the pointing decoder. `padding` is the token id of the padding."""

    tokenizer: Any
    padding: int
    freeze: int = 0
    task = None
    head = ("head",)
    told: list[tuple[list[float], bool]] = field(default_factory=list)

    def load(self, directory: Path, recipe: AdapterRecipe) -> Any:
        from transformers import AutoModel

        config = base_config(directory, recipe)
        encoder = AutoModel.from_pretrained(
            directory,
            config=config,
            use_safetensors=True,
            dtype="float32",
            add_pooling_layer=False,
            local_files_only=True,
        )
        return make_network(encoder, self.freeze)

    def collate(self, rows: Sequence[Row]) -> dict[str, Any]:
        import torch

        targets = [row["target"] for row in rows]
        arrays = {**self._inputs(rows, [target.layout for target in targets]), **target_arrays(targets)}
        return {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}

    def loss(self, model: Any, batch: Mapping[str, Any], smoothing: float) -> Any:
        """The mean over questions of -log p(program), any right action counting, and of the scale's cross-entropy."""
        import torch

        scores, scales = model(**batch)
        logs = torch.log_softmax(scores, -1)
        right = torch.logsumexp(logs.masked_fill(~batch["right"], -1e9), -1)
        counted = torch.arange(logs.shape[1], device=logs.device)[None] < batch["lengths"][:, None]
        loss = -(right * counted * batch["weight"][:, None]).sum() / len(logs)
        known = batch["scale"] >= 0
        if bool(known.any()):
            found = torch.nn.functional.cross_entropy(
                scales[known], batch["scale"][known], reduction="sum", label_smoothing=smoothing
            )
            loss = loss + _SCALE_WEIGHT * found / len(logs)
        return loss

    def validate(
        self, model: Any, rows: Sequence[Row], batch: int
    ) -> tuple[dict[str, float], list[tuple[list[float], bool]]]:
        """Execution accuracy, exact match, F1, `score` (the share of right answers), and what confidence is fitted on.

        The latter is of each row its features and whether it is right.
        """
        import torch

        if not rows:
            return {}, []
        decoder = Decoder(
            {
                name.split(_HEAD)[1]: value.detach().float().cpu().numpy()
                for name, value in model.named_parameters()
                if _HEAD in name
            }
        )
        network, was_training = model.get_base_model(), model.training
        model.eval()
        told: list[tuple[list[float], bool]] = []
        scores: list[RowScore] = []
        sure: list[float] = []
        order = sorted(range(len(rows)), key=lambda number: len(rows[number]["input_ids"]))
        for start in range(0, len(order), batch):
            asked = [rows[number] for number in order[start : start + batch]]
            chosen = [one for row in asked for one in (*row.get("turns", ()), row)]
            layouts = [row["layout"] for row in chosen]
            arrays = self._inputs(chosen, layouts)
            with torch.inference_mode():
                inputs = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
                hidden = network.encoded({name: value.to(network.device) for name, value in inputs.items()})
            states, place = hidden.float().cpu().numpy(), 0
            read = []
            for layout in layouts:
                read.append((layout, states[place : place + len(layout.chunks)]))
                place += len(layout.chunks)
            turns = iter(read)
            for row in asked:
                layout, found = in_turn(decoder, islice(turns, 1 + len(row.get("turns", ()))))
                score = score_row(row["example"], answer_of(layout, found, {}))
                told.append((features(found, layout), score.right))
                scores.append(score)
                sure.append(found[0].probability)
        model.train(was_training)
        return qa_metrics(scores, sure), told

    def _inputs(self, rows: Sequence[Row], layouts: Sequence[Layout]) -> dict[str, NDArray[Any]]:
        arrays = input_arrays(layouts, self.padding)
        if all("below" in row for row in rows):
            length = arrays["input_ids"].shape[1]
            states = [state for row in rows for state in row["below"]]
            below = np.zeros((len(states), length, states[0].shape[1]), dtype=np.float32)
            for number, state in enumerate(states):
                below[number, : len(state)] = state
            arrays["below"] = below
        return arrays


def qa_metrics(scores: Sequence[RowScore], sure: Sequence[float]) -> dict[str, float]:
    """The metrics of validation rows; `loss` is that of the probability `sure` that each answer is right."""
    executed = [one.executed for one in scores if one.executed is not None]
    exact = float(np.mean([one.exact_match for one in scores]))
    held = [min(max(one, 1e-6), 1 - 1e-6) for one in sure]
    logs = [math.log(one if score.right else 1 - one) for one, score in zip(held, scores, strict=True)]
    return {
        "execution_accuracy": float(np.mean(executed)) if executed else 0.0,
        "exact_match": exact,
        "f1": float(np.mean([one.f1 for one in scores])),
        "score": exact,
        "loss": -float(np.mean(logs)),
    }


def validation_rows(examples: Sequence[Example], read: Callable[[Evidence], Layout]) -> list[dict[str, Any]]:
    """The rows that `validate` takes, of the examples that state an answer; "turns" are rows of earlier questions."""
    made = []
    for example in examples:
        if is_scored(example):
            asked = example.evidence
            turns = [{"layout": read(turn_of(asked, number))} for number in open_turns(asked)]
            layout = read(asked)
            length = sum(one["layout"].tokens for one in turns) + layout.tokens
            made.append({"input_ids": range(length), "layout": layout, "example": example, "turns": turns})
    return made
