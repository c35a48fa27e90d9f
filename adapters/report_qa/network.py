"""The network: an encoder over chunks, and a small recurrent decoder that points (torch; for training).

After Chen et al., "FinQA", EMNLP 2021 (FinQANet's generator: a recurrent decoder with attention over the encoder's
tokens, whose vocabulary is operations, constants, earlier steps and pointers into the input), with Vinyals et al.,
"Pointer Networks", NIPS 2015. Beyond them a candidate is known not by its token alone but by its row's label and by
features, and a step sees how each candidate lies to the ones that were chosen before it (same row, year before).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.report_qa import relations, scales, turns
from adapters.report_qa.actions import FIXED
from adapters.report_qa.features import NAMES
from adapters.report_qa.forms import SCALES

WIDTH = 256
HEADS = 4
SCALE_WIDTH = 64
MASKED = -1e9


def make_head(hidden: int, dropout: float = 0.1) -> Any:
    """A new decoder over an encoder of width `hidden`: a torch module; `make_network` puts it on its encoder."""
    import torch
    from torch import nn

    class Head(nn.Module):  # type: ignore[misc, unused-ignore]
        """All that is trained beside the adapter. Shapes: B questions, S tokens of memory, N candidates, T steps."""

        def __init__(self) -> None:
            super().__init__()
            self.memory = nn.Linear(hidden, WIDTH)
            self.memory_norm = nn.LayerNorm(WIDTH)
            self.token = nn.Linear(hidden, WIDTH)
            self.label = nn.Linear(hidden, WIDTH)
            self.feature = nn.Linear(len(NAMES), WIDTH)
            self.candidate_norm = nn.LayerNorm(WIDTH)
            self.start = nn.Linear(2 * hidden, WIDTH)
            self.told = nn.Linear(turns.COUNT, WIDTH)
            self.actions = nn.Embedding(FIXED, WIDTH)
            self.begin = nn.Parameter(torch.zeros(WIDTH))
            self.cell = nn.GRUCell(2 * WIDTH, WIDTH)
            self.query = nn.Linear(WIDTH, WIDTH)
            self.key = nn.Linear(WIDTH, WIDTH)
            self.mix = nn.Linear(2 * WIDTH, WIDTH)
            self.fixed = nn.Linear(WIDTH, FIXED)
            self.pointer = nn.Linear(WIDTH, WIDTH)
            self.by_feature = nn.Linear(WIDTH, len(NAMES))
            self.by_relation = nn.Linear(WIDTH, relations.COUNT)
            self.first_token = nn.Linear(WIDTH, WIDTH)
            self.last_token = nn.Linear(WIDTH, WIDTH)
            self.scale_hidden = nn.Linear(2 * WIDTH + scales.COUNT, SCALE_WIDTH)
            self.scale = nn.Linear(SCALE_WIDTH, len(SCALES))
            self.drop = nn.Dropout(dropout)
            for one in (self.by_feature, self.by_relation):
                nn.init.normal_(one.weight, std=0.02)
                nn.init.zeros_(one.bias)

        def forward(self, hidden_states: Any, batch: Mapping[str, Any]) -> tuple[Any, Any]:
            """Scores (B, T, FIXED + N + tokens), disallowed ones at MASKED, and scale scores (B, len(SCALES))."""
            flat = hidden_states.reshape(-1, hidden_states.shape[-1])
            memory = self.drop(self.memory_norm(self.memory(flat[batch["memory"]])))
            candidates = self.drop(
                self.candidate_norm(
                    self.token(_mean(hidden_states, batch["span"]))
                    + self.label(_mean(hidden_states, batch["label"]))
                    + self.feature(batch["features"])
                )
            )
            tokens = self.memory_norm(self.memory(flat[batch["place"]]))
            first = flat[batch["first"]]
            asked = _mean(hidden_states, batch["question"][:, None])[:, 0]
            state = torch.tanh(self.start(torch.cat([first, asked], -1)) + self.told(batch["told"]))
            keys = self.key(memory)
            everything = torch.cat([self.actions.weight.expand(len(state), -1, -1), candidates, tokens], 1)
            taken = everything.gather(
                1, batch["actions"][:, :-1, None].expand(-1, -1, WIDTH)
            )  # what each step chose is what the next one hears
            inputs = torch.cat([self.begin.expand(len(state), 1, -1), taken], 1)
            context = torch.zeros_like(state)
            states, outputs = [], []
            for step in range(inputs.shape[1]):
                state = self.cell(torch.cat([inputs[:, step], context], -1), state)
                context = _attend(self.query(state), keys, memory, batch["memory_mask"])
                states.append(state)
                outputs.append(torch.tanh(self.mix(torch.cat([state, context], -1))))
            output = self.drop(torch.stack(outputs, 1))
            scores = self.scores(output, candidates, tokens, batch)
            last = batch["lengths"] - 1
            final = torch.stack(states, 1)[torch.arange(len(last)), last]
            told = torch.cat([torch.stack(states, 1)[:, 0], final, batch["scale_features"]], -1)
            return scores, self.scale(torch.relu(self.scale_hidden(told)))

        def scores(self, output: Any, candidates: Any, tokens: Any, batch: Mapping[str, Any]) -> Any:
            size = WIDTH**0.5
            pointed = self.pointer(output) @ candidates.transpose(1, 2) / size
            pointed = pointed + self.by_feature(output) @ batch["features"].transpose(1, 2)
            pointed = pointed + torch.einsum("btr,btnr->btn", self.by_relation(output), batch["relations"])
            edge = torch.where(batch["opened"][..., None], self.last_token(output), self.first_token(output))
            found = edge @ tokens.transpose(1, 2) / size
            return torch.cat([self.fixed(output), pointed, found], -1).masked_fill(~batch["allowed"], MASKED)

    return Head()


def make_network(encoder: Any, freeze: int = 0, dropout: float = 0.1) -> Any:
    """The encoder (named "bert", as in the base's own file) with a new head, as one torch module.

    `freeze` lower layers of it are not trained, so their output may be given instead of being computed again.
    """
    import torch
    from torch import nn

    class Network(nn.Module):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            super().__init__()
            self.config = encoder.config
            self.bert = encoder
            self.head = make_head(encoder.config.hidden_size, dropout)

        def forward(self, **batch: Any) -> tuple[Any, Any]:
            return self.head(self.encoded(batch), batch)  # type: ignore[no-any-return]

        def encoded(self, batch: Mapping[str, Any]) -> Any:
            """The last layer (chunks, tokens, width). With "below", the states below layer `freeze`, the rest runs."""
            below = batch.get("below")
            if below is None:
                found = self.bert(
                    input_ids=batch["input_ids"],
                    attention_mask=batch["attention_mask"],
                    token_type_ids=batch["token_type_ids"],
                )
                return found.last_hidden_state
            absent = batch["attention_mask"][:, None, None, :] == 0
            mask = torch.zeros_like(absent, dtype=below.dtype).masked_fill(absent, torch.finfo(below.dtype).min)
            for layer in self.bert.encoder.layer[freeze:]:
                below = layer(below, mask)
            return below

        @property
        def device(self) -> Any:
            return next(self.parameters()).device

    return Network()


def _mean(hidden_states: Any, span: Any) -> Any:
    """The mean of the tokens of each span: (rows, L, D) and (..., 3) of row, first, behind the last -> (..., D)."""
    import torch

    sums = torch.nn.functional.pad(hidden_states.cumsum(1), (0, 0, 1, 0))
    row, start, end = span.unbind(-1)
    return (sums[row, end] - sums[row, start]) / (end - start).clamp(min=1)[..., None]


def _attend(query: Any, keys: Any, memory: Any, mask: Any) -> Any:
    """Attention of one query (B, WIDTH) over the memory (B, S, WIDTH), in HEADS heads."""
    import torch

    size = WIDTH // HEADS
    shape = (len(query), -1, HEADS, size)
    found = torch.nn.functional.scaled_dot_product_attention(
        query.view(shape).transpose(1, 2),
        keys.view(shape).transpose(1, 2),
        memory.view(shape).transpose(1, 2),
        attn_mask=mask[:, None, None, :],
    )
    return found.transpose(1, 2).reshape(len(query), WIDTH)
