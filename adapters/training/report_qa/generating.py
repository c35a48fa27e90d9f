"""How a model that writes is trained and validated for report QA: see `adapters.training.strategies.Strategy`."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adapters.errors import RecipeError
from adapters.report_qa.answering import answer_of
from adapters.report_qa.confidence import features
from adapters.report_qa.forms import Example
from adapters.report_qa.generation import (
    BATCH_TOKENS,
    MOST_WRITTEN,
    Told,
    target_loss,
    taught_logits,
    teaching_batch,
    told,
    write_answers,
)
from adapters.report_qa.prompts import LEAST_WINDOW, Tokens, Writer, form_of
from adapters.training.config import AdapterRecipe, Recipe
from adapters.training.methods import VIRTUAL_TOKENS
from adapters.training.report_qa.scoring import is_scored, score_row
from adapters.training.report_qa.strategy import qa_metrics
from adapters.training.report_qa.targets import pointed_lines, states_scale
from adapters.training.strategies import Row, load_generating, token_loss, tokenizer_of

VALIDATED = 200
"""Validation rows that are answered after each epoch, drawn by the recipe's seed: writing takes its time."""
_SOLUTIONS = 3
_CLASSES = {"seq2seq": "AutoModelForSeq2SeqLM", "causal": "AutoModelForCausalLM"}


@dataclass(frozen=True, slots=True)
class Taught:
    """One solution of a row as a model is taught it. `prompt` (n,) holds token ids."""

    prompt: NDArray[np.int32]
    told: Told
    weight: float


@dataclass(slots=True)
class GeneratingStrategy:
    """A model that writes the solution behind the prompt; the loss counts the solution alone.

    `kind` is "seq2seq" or "causal", `dtype` that of the base under the adapter, `device` where a quantised one goes.
    """

    tokens: Tokens
    kind: str
    dtype: str = "float32"
    device: str | None = None
    head = ()

    @property
    def task(self) -> str:
        return "SEQ_2_SEQ_LM" if self.kind == "seq2seq" else "CAUSAL_LM"

    def load(self, directory: Path, recipe: AdapterRecipe) -> Any:
        return load_generating(_CLASSES[self.kind], directory, recipe, dtype=self.dtype, device=self.device)

    def collate(self, rows: Sequence[Row]) -> dict[str, Any]:
        import torch

        taught: list[Taught] = [row["target"] for row in rows]
        prompts = [one.prompt.tolist() for one in taught]
        batch = teaching_batch(self.kind, prompts, [one.told for one in taught], self.tokens.pad)
        return {**batch, "weight": torch.tensor([one.weight for one in taught], dtype=torch.float32)}

    def loss(self, model: Any, batch: Mapping[str, Any], smoothing: float) -> Any:
        logits, labels = taught_logits(model, self.kind, batch)
        return token_loss(logits, labels, smoothing, batch["weight"])

    def validate(
        self, model: Any, rows: Sequence[Row], batch: int
    ) -> tuple[dict[str, float], list[tuple[list[float], bool]]]:
        """What `PointerStrategy.validate` gives; `loss` is the cross-entropy of a token of what is right.

        `batch` rows are read together at most. The loss is that of the confidence where no row has a known solution.
        """
        if not rows:
            return {}, []
        was_training = model.training
        model.eval()
        prompts = [row["prompt"] for row in rows]
        most = min(BATCH_TOKENS, batch * max(len(prompt.ids) for prompt in prompts))
        found = write_answers(model, self.kind, prompts, self.tokens, together=most)
        known = [row for row in rows if row["told"] is not None]
        asked, right = [row["prompt"] for row in known], [row["told"] for row in known]
        total, count = target_loss(model, self.kind, asked, right, self.tokens, together=most)
        model.train(was_training)
        layouts = [prompt.layout for prompt in prompts]
        scores = [
            score_row(row["example"], answer_of(layout, one, {}))
            for row, layout, one in zip(rows, layouts, found, strict=True)
        ]
        said = [(features(one, layout), score.right) for one, layout, score in zip(found, layouts, scores, strict=True)]
        metrics = qa_metrics(scores, [one[0].probability for one in found])
        if count:
            metrics |= {"loss": total / count, "perplexity": math.exp(min(700.0, total / count))}
        return metrics, said


def open_writers(recipe: Recipe, kind: str, directory: Path, config: Any) -> tuple[Writer, Writer]:
    """What writes the prompts of training rows, which show the recipe's budget of evidence, and of all others.

    Raises:
        RecipeError: the form of the prompt is none, or the window is too short.
    """
    data, adapter = recipe.data, recipe.adapter
    try:
        form = form_of(data.prompt)
    except ValueError as error:
        raise RecipeError(f"data.prompt: {error}") from error
    window = data.max_length
    places = getattr(config, "max_position_embeddings", None)
    if kind == "causal" and isinstance(places, int) and places > 0:
        window = min(window, places - MOST_WRITTEN - (adapter.r if adapter.method in VIRTUAL_TOKENS else 0))
    if window < LEAST_WINDOW:
        raise RecipeError(
            f"data.max_length: prompts of {window} tokens hold no evidence, on a base that reads {places or 'more'}; "
            f"expected {LEAST_WINDOW} or more"
        )
    tokens = Tokens(tokenizer_of(directory), kind)
    return Writer(tokens, form, window, data.budget), Writer(tokens, form, window)


def taught_row(example: Example, writer: Writer, *, scaled: bool) -> dict[str, Any] | None:
    """The training row of an example, with each of its likeliest solutions that its prompt can spell; None: none."""
    solutions = example.solutions[:_SOLUTIONS]
    prompt = writer.write(example.evidence, pointed_lines(solutions, example.evidence))
    ids = np.array(prompt.ids, dtype=np.int32)
    found = [told(solution, prompt.layout, writer.tokens, scaled=scaled) for solution in solutions]
    targets = [Taught(ids, one, example.weight) for one in found if one is not None]
    if not targets:
        return None
    return {"input_ids": range(len(ids) + len(targets[0].told.ids)), "targets": targets}


def asked_rows(examples: Sequence[Example], writer: Writer, seed: int) -> list[dict[str, Any]]:
    """The rows that `validate` takes: of the examples that state an answer, VALIDATED at most."""
    usable = [one for one in examples if is_scored(one)]
    if len(usable) > VALIDATED:
        chosen = sorted(random.Random(seed).sample(range(len(usable)), VALIDATED))
        usable = [usable[place] for place in chosen]
    made: list[dict[str, Any]] = []
    for example in usable:
        prompt = writer.write(example.evidence)
        row: dict[str, Any] = {"input_ids": range(len(prompt.ids)), "prompt": prompt, "example": example, "told": None}
        for solution in example.solutions[:1]:
            row["told"] = told(solution, prompt.layout, writer.tokens, scaled=states_scale(example))
        made.append(row)
    return made
