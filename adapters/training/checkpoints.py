"""Checkpoints of a run: what is needed to go on as if nothing had happened.

The Trainer saves the optimiser, the schedule and the random states; the weights and what the run knows of itself are
saved here, and last of all a mark. A checkpoint without the mark was cut short and is not used.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from adapters.disk import write_whole

MARK = "complete.json"
_WEIGHTS, _AVERAGE, _BEST = "weights.safetensors", "average.safetensors", "best.safetensors"


@dataclass(slots=True)
class Record:
    """What a run knows of itself. `history` has a row for each point of the curves; `stale` counts epochs in vain."""

    step: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    best: dict[str, float] | None = None
    stale: int = 0
    stopped: bool = False


def latest(directory: Path) -> Path | None:
    """The newest whole checkpoint; those that were cut short are removed."""
    whole = []
    for path in directory.glob("checkpoint-*"):
        if (path / MARK).is_file():
            whole.append(path)
        else:
            shutil.rmtree(path, ignore_errors=True)
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def save_tensors(values: dict[str, Any], path: Path) -> None:
    """Write tensors; safetensors keeps no order, and no code."""
    from safetensors.torch import save_file

    save_file({name: value.detach().cpu().contiguous() for name, value in values.items()}, path)


def load_tensors(path: Path) -> dict[str, Any]:
    """Read tensors back."""
    from safetensors.torch import load_file

    return dict(load_file(path))


def save_weights(parameters: dict[str, Any], checkpoint: Path) -> None:
    checkpoint.mkdir(parents=True, exist_ok=True)
    save_tensors(parameters, checkpoint / _WEIGHTS)


def load_weights(checkpoint: Path) -> dict[str, Any]:
    return load_tensors(checkpoint / _WEIGHTS)


def complete(checkpoint: Path, record: Record, average: dict[str, Any] | None, best: dict[str, Any] | None) -> None:
    """Add what the run knows of itself to a checkpoint, and mark it as whole."""
    if average is not None:
        save_tensors(average, checkpoint / _AVERAGE)
    if best is not None:
        save_tensors(best, checkpoint / _BEST)
    write_whole(checkpoint / MARK, json.dumps(asdict(record)))


def restore(checkpoint: Path) -> tuple[Record, dict[str, Any] | None, dict[str, Any] | None]:
    """What `complete` added: the record, the average and the best weights."""
    record = Record(**json.loads((checkpoint / MARK).read_text(encoding="utf-8")))
    average, best = checkpoint / _AVERAGE, checkpoint / _BEST
    return (
        record,
        load_tensors(average) if average.is_file() else None,
        load_tensors(best) if best.is_file() else None,
    )
