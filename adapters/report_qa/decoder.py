"""The decoder in numpy, as `network` trained it: it runs without torch, one step of a few hypotheses at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from adapters.report_qa import relations, scales, turns
from adapters.report_qa.actions import FIXED
from adapters.report_qa.features import NAMES
from adapters.report_qa.forms import SCALES
from adapters.report_qa.network import HEADS, SCALE_WIDTH, WIDTH
from adapters.report_qa.scales import scale_features

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from adapters.report_qa.layout import Layout

    Matrix = NDArray[Any]

_EPSILON = 1e-5


def shapes(hidden: int) -> dict[str, tuple[int, ...]]:
    """The shape of each of the decoder's weights by its name, over an encoder of width `hidden`."""
    dense = {
        "memory": (hidden, WIDTH), "token": (hidden, WIDTH), "label": (hidden, WIDTH), "feature": (len(NAMES), WIDTH),
        "start": (2 * hidden, WIDTH), "told": (turns.COUNT, WIDTH),
        "query": (WIDTH, WIDTH), "key": (WIDTH, WIDTH), "mix": (2 * WIDTH, WIDTH),
        "fixed": (WIDTH, FIXED), "pointer": (WIDTH, WIDTH), "by_feature": (WIDTH, len(NAMES)),
        "by_relation": (WIDTH, relations.COUNT), "first_token": (WIDTH, WIDTH), "last_token": (WIDTH, WIDTH),
        "scale_hidden": (2 * WIDTH + scales.COUNT, SCALE_WIDTH), "scale": (SCALE_WIDTH, len(SCALES)),
    }  # fmt: skip
    made: dict[str, tuple[int, ...]] = {"actions.weight": (FIXED, WIDTH), "begin": (WIDTH,)}
    for name, (entering, leaving) in dense.items():
        made |= {f"{name}.weight": (leaving, entering), f"{name}.bias": (leaving,)}
    for name in ("memory_norm", "candidate_norm"):
        made |= {f"{name}.weight": (WIDTH,), f"{name}.bias": (WIDTH,)}
    for part, entering in (("ih", 2 * WIDTH), ("hh", WIDTH)):  # torch's names of a recurrent cell's three gates
        made |= {f"cell.weight_{part}": (3 * WIDTH, entering), f"cell.bias_{part}": (3 * WIDTH,)}
    return made


@dataclass(slots=True)
class Read:
    """What the decoder made of one question's evidence: S tokens of memory, N candidates, M tokens of the text."""

    memory: Matrix
    keys: Matrix
    pointers: Matrix
    tokens: Matrix
    actions: Matrix
    features: Matrix
    state: Matrix
    scales: Matrix


class Decoder:
    """The head's weights, by their names in the adapter's file without what PEFT puts before them."""

    def __init__(self, weights: Mapping[str, Matrix]) -> None:
        self.weights = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in weights.items()}

    def read(self, hidden: Matrix, layout: Layout) -> Read:
        """Take up the encoder's last layer (chunks, tokens, width) over a layout's chunks."""
        flat = np.concatenate([hidden[row, : len(chunk)] for row, chunk in enumerate(layout.chunks)])
        memory = self._norm("memory_norm", self._dense("memory", flat))
        candidates = self._norm(
            "candidate_norm",
            self._dense("token", _mean(hidden, layout.span))
            + self._dense("label", _mean(hidden, layout.label))
            + self._dense("feature", layout.features),
        )
        place = layout.place
        tokens = self._norm("memory_norm", self._dense("memory", hidden[place[:, 0], place[:, 1]]))
        asked = hidden[0, 1 : layout.firsts[0]].mean(axis=0)
        state = np.tanh(self._dense("start", np.concatenate([hidden[0, 0], asked])) + self._dense("told", layout.told))
        everything = np.concatenate([self.weights["actions.weight"], candidates, tokens])
        return Read(
            memory.reshape(-1, HEADS, WIDTH // HEADS),
            self._dense("key", memory).reshape(-1, HEADS, WIDTH // HEADS),
            candidates,
            tokens,
            everything,
            layout.features,
            state[None],
            scale_features(layout.evidence),
        )

    def step(
        self, read: Read, heard: Matrix, state: Matrix, context: Matrix, related: Matrix, opened: NDArray[np.bool_]
    ) -> tuple[Matrix, Matrix, Matrix]:
        """One step of k hypotheses: from what each chose last (k, WIDTH) to scores (k, actions), states, contexts.

        `related` (k, N, relations.COUNT) says how candidates lie to the chosen ones, `opened` (k,) whether a span is.
        """
        state = self._cell(np.concatenate([heard, context], axis=1), state)
        query = self._dense("query", state).reshape(-1, HEADS, WIDTH // HEADS)
        weights = np.einsum("khd,shd->khs", query, read.keys) / np.float32((WIDTH // HEADS) ** 0.5)
        weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        context = np.einsum("khs,shd->khd", weights, read.memory).reshape(-1, WIDTH)
        output = np.tanh(self._dense("mix", np.concatenate([state, context], axis=1)))
        size = np.float32(WIDTH**0.5)
        pointed = self._dense("pointer", output) @ read.pointers.T / size
        pointed += self._dense("by_feature", output) @ read.features.T
        pointed += np.einsum("kr,knr->kn", self._dense("by_relation", output), related)
        edge = np.where(opened[:, None], self._dense("last_token", output), self._dense("first_token", output))
        scores = np.concatenate([self._dense("fixed", output), pointed, edge @ read.tokens.T / size], axis=1)
        return scores, state, context

    def begin(self) -> Matrix:
        """What the first step hears (1, WIDTH)."""
        return self.weights["begin"][None]

    def scale_scores(self, read: Read, first: Matrix, last: Matrix) -> Matrix:
        """Scores (k, len(SCALES)) from the first and the last states (k, WIDTH) of hypotheses."""
        told = np.concatenate([first, last, np.repeat(read.scales[None], len(first), axis=0)], axis=1)
        return self._dense("scale", np.maximum(self._dense("scale_hidden", told), 0))

    def _dense(self, name: str, x: Matrix) -> Matrix:
        made: Matrix = x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]
        return made

    def _norm(self, name: str, x: Matrix) -> Matrix:
        centred = x - x.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        made: Matrix = scaled * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]
        return made

    def _cell(self, x: Matrix, state: Matrix) -> Matrix:
        """A gated recurrent unit, as torch's GRUCell computes it (Cho et al., 2014)."""
        given = x @ self.weights["cell.weight_ih"].T + self.weights["cell.bias_ih"]
        kept = state @ self.weights["cell.weight_hh"].T + self.weights["cell.bias_hh"]
        reset = _sigmoid(given[:, :WIDTH] + kept[:, :WIDTH])
        update = _sigmoid(given[:, WIDTH : 2 * WIDTH] + kept[:, WIDTH : 2 * WIDTH])
        new = np.tanh(given[:, 2 * WIDTH :] + reset * kept[:, 2 * WIDTH :])
        made: Matrix = (1 - update) * new + update * state
        return made


def _mean(hidden: Matrix, span: NDArray[np.int64]) -> Matrix:
    """The mean of the tokens of each span (n, 3): chunk, first, behind the last."""
    sums = np.concatenate([np.zeros_like(hidden[:, :1]), np.cumsum(hidden, axis=1, dtype=np.float32)], axis=1)
    length = np.maximum(span[:, 2] - span[:, 1], 1)[:, None].astype(np.float32)
    made: Matrix = (sums[span[:, 0], span[:, 2]] - sums[span[:, 0], span[:, 1]]) / length
    return made


def _sigmoid(x: Matrix) -> Matrix:
    made: Matrix = 1 / (1 + np.exp(-np.clip(x, -60, 60)))
    return made
