"""Generating models over prompts: greedy writing held to the grammar, and how likely they find what is right.

Shared by training (validation) and serving. The model is one of transformers, with or without an adapter of PEFT.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.report_qa.forms import Kind, Solution
from adapters.report_qa.language import ASKS_SCALE, Walk, written
from adapters.report_qa.layout import Layout
from adapters.report_qa.programs import value_of_solution
from adapters.report_qa.prompts import Prompt, Tokens
from adapters.report_qa.search import Found
from adapters.scoring import IGNORED, padded

MOST_WRITTEN = 256
"""Tokens of an answer; what is longer answers nothing."""
BATCH_TOKENS = 8192
"""Tokens of the prompts that are read together, padding included."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a model is to write: token ids with the end, of which the loss counts the first `counted`."""

    ids: list[int]
    counted: int


def told(solution: Solution, layout: Layout, tokens: Tokens, *, scaled: bool = True) -> Told | None:
    """A solution as tokens; None where the layout lacks something that it points to, or it is too long to be written.

    Without `scaled` (of data that states no scales) neither the scale nor the end behind it counts.
    """
    pieces = written(solution, layout)
    if pieces is None:
        return None
    ids = [one for piece in pieces for one in tokens.spell(piece)]
    unscaled = solution.kind is not Kind.REFUSAL and not scaled
    last = len(tokens.spell(pieces[-1])) if unscaled and pieces[-2] == ASKS_SCALE else 0
    if len(ids) >= MOST_WRITTEN:
        return None
    return Told([*ids, tokens.end], len(ids) - last if unscaled else len(ids) + 1)


def teaching_batch(kind: str, prompts: Sequence[Sequence[int]], targets: Sequence[Told], pad: int) -> dict[str, Any]:
    """Prompts and targets as tensors; `labels` (n, longest) are IGNORED where nothing counts."""
    labels = [[*one.ids[: one.counted], *([IGNORED] * (len(one.ids) - one.counted))] for one in targets]
    if kind == "seq2seq":
        return {
            "input_ids": padded(prompts, pad),
            "attention_mask": padded([[1] * len(ids) for ids in prompts], 0),
            "decoder_input_ids": padded([one.ids for one in targets], pad),
            "labels": padded(labels, IGNORED),
        }
    whole = [[*ids, *one.ids] for ids, one in zip(prompts, targets, strict=True)]
    return {
        "input_ids": padded(whole, pad),
        "attention_mask": padded([[1] * len(ids) for ids in whole], 0),
        "labels": padded([[*([IGNORED] * len(p)), *made] for p, made in zip(prompts, labels, strict=True)], IGNORED),
    }


def taught_logits(model: Any, kind: str, batch: Mapping[str, Any]) -> tuple[Any, Any]:
    """The logits (n, places, vocabulary) and the labels (n, places) of a `teaching_batch`, place by place.

    Of a causal model only the places from the first answer on are computed, where the model can do that: the
    vocabulary-wide logits of whole prompts are most of the memory.
    """
    import torch

    labels = batch["labels"]
    inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
    if kind == "seq2seq":
        start = torch.full_like(labels[:, :1], model.config.decoder_start_token_id)
        inputs["decoder_input_ids"] = torch.cat([start, batch["decoder_input_ids"][:, :-1]], 1)
        return model(**inputs).logits, labels
    first = int((labels != IGNORED).float().argmax(1).min())
    kept = labels.shape[1] - max(first - 1, 0)
    if _keeps(model):
        inputs["logits_to_keep"] = kept
    logits = model(**inputs).logits[:, -kept:]  # virtual tokens stand in front
    return logits[:, :-1], labels[:, -kept:][:, 1:]


def target_loss(
    model: Any,
    kind: str,
    prompts: Sequence[Prompt],
    targets: Sequence[Told],
    tokens: Tokens,
    *,
    together: int = BATCH_TOKENS,
) -> tuple[float, int]:
    """The loss of a model on what is right, in nats: its sum over the tokens that count, and how many these are.

    `together` are the tokens of prompts in a batch. The caller sets the mode of the model.
    """
    import torch

    total, count = 0.0, 0
    with torch.inference_mode():
        for places in batched([one.ids for one in prompts], together):
            ids = [prompts[place].ids for place in places]
            batch = teaching_batch(kind, ids, [targets[place] for place in places], tokens.pad)
            batch = {name: values.to(model.device) for name, values in batch.items()}
            logits, labels = taught_logits(model, kind, batch)
            counted = labels != IGNORED
            found = torch.nn.functional.cross_entropy(logits[counted].float(), labels[counted], reduction="sum")
            total, count = total + float(found), count + int(counted.sum())
    return total, count


def write_answers(
    model: Any,
    kind: str,
    prompts: Sequence[Prompt],
    tokens: Tokens,
    *,
    most: int = MOST_WRITTEN,
    together: int = BATCH_TOKENS,
) -> list[list[Found]]:
    """What the model writes for each prompt, as the search of the encoder's decoder gives it; one solution each.

    Its probability is that of its tokens among those that the grammar allows. What does not end within `most` tokens,
    or cannot be computed, is a refusal of probability 0. `together` are the tokens of prompts in a batch. The caller
    sets the mode of the model.
    """
    import torch

    made: list[list[Found]] = [[]] * len(prompts)
    for places in batched([one.ids for one in prompts], together):
        rows = [prompts[place] for place in places]
        held = _Held([Walk(row.layout, tokens.spell, tokens.end) for row in rows], tokens.pad)
        causal = kind == "causal"  # it goes on at the right, so it is filled up at the left
        turn = -1 if causal else 1
        ids = padded([row.ids[::turn] for row in rows], tokens.pad)
        mask = padded([[1] * len(row.ids) for row in rows], 0)
        ids, mask = (one.flip(1) if causal else one for one in (ids, mask))
        with torch.inference_mode():
            sequences = model.generate(
                input_ids=ids.to(model.device),
                attention_mask=mask.to(model.device),
                generation_config=_greedy(model, tokens, most),
                logits_processor=[held],
            )
        held.take(sequences[:, -1])
        for place, row, found in zip(places, rows, held.found(), strict=True):
            made[place] = [_computed(found, row.layout)]
    return made


def batched(rows: Sequence[Sequence[int]], most: int = BATCH_TOKENS) -> list[list[int]]:
    """Places of rows of like length together, the longest first, each batch of at most `most` tokens."""
    order = sorted(range(len(rows)), key=lambda place: -len(rows[place]))
    made, start = [], 0
    while start < len(order):
        size = max(1, most // max(1, len(rows[order[start]])))
        made.append(order[start : start + size])
        start += size
    return made


class _Held:
    """A logits processor: each row may go on as its walk allows; it keeps how likely what was taken is."""

    def __init__(self, walks: Sequence[Walk[int]], pad: int) -> None:
        self._walks, self._pad = walks, pad
        self._logs: list[list[float]] = [[] for _ in walks]
        self._offered: Any = None

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        import torch

        if self._offered is not None:
            self.take(input_ids[:, -1])
        made = torch.full_like(scores, -math.inf, dtype=torch.float32)
        for row, walk in enumerate(self._walks):
            ids = torch.tensor(walk.allowed() or [self._pad], device=scores.device)
            made[row, ids] = scores[row, ids].float().log_softmax(-1)
        self._offered = made
        return made

    def take(self, ids: Any) -> None:
        """The token that each row went on with."""
        logs = self._offered.gather(1, ids[:, None])[:, 0].tolist()
        for row, (token, log) in enumerate(zip(ids.tolist(), logs, strict=True)):
            if not self._walks[row].done:
                self._walks[row].push(token)
                self._logs[row].append(log)

    def found(self) -> list[Found]:
        """What each row wrote."""
        made = []
        for walk, logs in zip(self._walks, self._logs, strict=True):
            solution, scale = walk.solution, walk.scale_from
            if solution is None:
                made.append(Found(Solution(Kind.REFUSAL), 0.0, 1.0))
            else:
                made.append(Found(solution, _probability(logs[:scale]), _probability(logs[scale:])))
        return made


def _probability(logs: Sequence[float]) -> float:
    total = math.exp(min(0.0, sum(logs)))
    return total if math.isfinite(total) else 0.0


def _computed(found: Found, layout: Layout) -> Found:
    solution = found.solution
    if solution.kind is Kind.PROGRAM and value_of_solution(solution, layout.candidates) is None:
        return Found(Solution(Kind.REFUSAL), 0.0, 1.0)
    return found


def _greedy(model: Any, tokens: Tokens, most: int) -> Any:
    """Greedy writing without any other rule that the base's own settings may bring."""
    config = copy.deepcopy(model.generation_config)
    config.update(
        do_sample=False, num_beams=1, temperature=None, top_p=None, top_k=None, max_length=None, max_new_tokens=most,
        min_length=0, min_new_tokens=None, repetition_penalty=1.0, no_repeat_ngram_size=0, bad_words_ids=None,
        suppress_tokens=None, begin_suppress_tokens=None, forced_bos_token_id=None, forced_eos_token_id=None,
        eos_token_id=tokens.end, pad_token_id=tokens.pad, use_cache=True, return_dict_in_generate=False,
    )  # fmt: skip
    return config


def _keeps(model: Any) -> bool:
    """Whether a causal model computes the logits of its last places alone."""
    import inspect

    base = model.get_base_model() if hasattr(model, "get_base_model") else model
    return "logits_to_keep" in inspect.signature(base.forward).parameters
