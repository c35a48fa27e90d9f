"""What stops a training run from outside, in words: full memory, a full disk."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from adapters.errors import TrainingError
from adapters.training.config import TrainingRecipe
from adapters.training.runs import Run

_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "cannot allocate memory", "bad_alloc")
_DISK = ("no space left", "disk quota", "failed writing file", "unexpected pos", "file write failed")


@contextmanager
def explained(recipe: TrainingRecipe, run: Run) -> Iterator[None]:
    """Raise TrainingError with advice where memory or disk ran out; what was reached stays in `run`."""
    from safetensors import SafetensorError

    try:
        yield
    except (MemoryError, RuntimeError, OSError, SafetensorError) as error:
        said = str(error).lower()
        if isinstance(error, MemoryError) or any(sign in said for sign in _MEMORY):
            half = (
                f"lower it and accumulate (--set training.batch={recipe.batch // 2} --set "
                f"training.accumulation={2 * recipe.accumulation} --force gives the same steps), "
                if recipe.batch > 1
                else "take a smaller base, "
            )
            raise TrainingError(
                f"out of memory with training.batch = {recipe.batch}; {half}lower data.max_length, or set "
                "training.gradient_checkpointing=true"
            ) from error
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        if full or any(sign in said for sign in _DISK):
            kept = "what was trained until the last checkpoint is kept" if run.reached else "nothing could be kept"
            raise TrainingError(
                f"the disk of {run.output.parent} is full; {kept}: free some space and give the same call with --resume"
            ) from error
        raise
