"""Report QA of a generating model with its adapter: it writes programs, spans and counts that the evidence holds."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from adapters.bases import Base
from adapters.card import Card
from adapters.errors import AdapterFilesError
from adapters.report_qa.forms import Answered, Evidence, Example
from adapters.report_qa.generation import target_loss, told, write_answers
from adapters.report_qa.prompts import Prompt, Tokens, Writer, form_of
from adapters.report_qa.search import Found

CHUNK = 16
"""Questions that are written together at most."""


class GeneratedQaModel:
    """An adapter of a generating base that answers questions from evidence; one batch at a time, from any thread.

    `name` is the adapter's, `engine` what it runs on.
    """

    engine = "torch"

    def __init__(
        self,
        directory: Path,
        card: Card,
        base: Base,
        *,
        threads: int | None = None,
        device: str | None = None,
    ) -> None:
        """Raises AdapterFilesError where the adapter does not fit the base, or its card states no form of a prompt."""
        from adapters.serving.models import load_model, load_tokenizer, on_device

        self.name, self.card, self.base = card.name, card, base
        try:
            form = form_of(card.input.prompt)
        except ValueError as error:
            raise AdapterFilesError(f"{directory}: `input.prompt`: {error}") from error
        self._tokens = Tokens(load_tokenizer(base, directory), card.kind)
        self._writer = Writer(self._tokens, form, card.input.max_length)
        self._model = on_device(load_model(directory, base, card), device, threads)
        self._lock = threading.Lock()

    def answer(self, evidences: Sequence[Evidence], on_progress: Callable[[int], None] | None = None) -> list[Answered]:
        """The answer to each question, in their order. `on_progress` is told how many are done.

        Nothing that is said is not printed in the evidence or the question, or computed from it.
        """
        from adapters.report_qa.answering import answer_of

        done: list[Answered] = []
        for start in range(0, len(evidences), CHUNK):
            prompts = [self._writer.write(evidence) for evidence in evidences[start : start + CHUNK]]
            for prompt, found in zip(prompts, self._written(prompts), strict=True):
                done.append(answer_of(prompt.layout, found, self.card.calibration))
            if on_progress:
                on_progress(len(done))
        return done

    def perplexity(self, examples: Sequence[Example]) -> float | None:
        """The perplexity per token of the solutions that the data states, the first of each example, as written here.

        Examples without a solution, or whose solution no prompt has room for, are left out; None where none is left.
        """
        prompts, targets = [], []
        for example in examples:
            for solution in example.solutions[:1]:
                prompt = self._writer.write(example.evidence)
                target = told(solution, prompt.layout, self._tokens, scaled=bool(example.scale or example.answer_type))
                if target is not None:
                    prompts.append(prompt)
                    targets.append(target)
        if not prompts:
            return None
        with self._lock:
            total, count = target_loss(self._model, self.card.kind, prompts, targets, self._tokens)
        return math.exp(min(700.0, total / count))

    def _written(self, prompts: Sequence[Prompt]) -> list[list[Found]]:
        with self._lock:
            return write_answers(self._model, self.card.kind, prompts, self._tokens)
