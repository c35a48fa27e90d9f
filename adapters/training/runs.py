"""The place of a run: a hidden directory beside the output, which becomes the output when all is done.

So an adapter appears whole or not at all, and what an interrupted run has reached is kept until it is resumed or
thrown away.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.card import FILE as CARD
from adapters.disk import write_whole
from adapters.errors import OutputError
from adapters.training.checkpoints import MARK

_STATE = "run.json"


class Run:
    """An unfinished run of an output directory. `work` holds checkpoints, `adapter` what will be the output."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.work = output.parent / f".{output.name}.training"
        self.adapter = self.work / "adapter"

    @property
    def unfinished(self) -> bool:
        """Whether there is a run that can be resumed."""
        return (self.work / _STATE).is_file()

    @property
    def reached(self) -> bool:
        """Whether there is a whole checkpoint."""
        return any(self.work.glob(f"*/checkpoint-*/{MARK}"))

    def begin(self, inputs: Mapping[str, Any], *, resume: bool, force: bool) -> bool:
        """Make the place for a run on these inputs; True where an unfinished run goes on.

        Raises:
            OutputError: the unfinished run is of other inputs.
        """
        state = {"inputs": {key: _digest(value) for key, value in inputs.items()}}
        if self.unfinished and resume and not force:
            kept = json.loads((self.work / _STATE).read_text(encoding="utf-8"))["inputs"]
            changed = [key for key, value in state["inputs"].items() if kept.get(key) != value]
            if changed:
                raise OutputError(
                    f"the unfinished run of {self.output} was started with another {' and '.join(changed)}; "
                    "take the same again, or start anew with --force"
                )
            shutil.rmtree(self.adapter, ignore_errors=True)
            return True
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        write_whole(self.work / _STATE, json.dumps(state))
        return False

    def tidy(self) -> None:
        """Take the place away where nothing was reached that could be resumed; finished runs have none."""
        if self.work.is_dir() and not self.reached:
            shutil.rmtree(self.work, ignore_errors=True)

    def finish(self) -> None:
        """Make the adapter the output; an old output is taken away only when the new one is in its place."""
        old = self.work / "replaced"
        if self.output.exists():
            self.output.rename(old)
        self.adapter.rename(self.output)
        shutil.rmtree(self.work, ignore_errors=True)


def check_output(output: Path, *, resume: bool, force: bool, needed: Sequence[str | Path] = ()) -> Run:
    """The place of a run, once it is known that nothing of the user's is overwritten. `needed` are its data files.

    Raises:
        OutputError: the output exists, or an unfinished run does, and the call does not say what to do with it; or the
            output is no adapter, or holds a file that is needed, which not even `force` takes away.
    """
    run = Run(output)
    if run.unfinished and not (resume or force):
        raise OutputError(
            f"there is an unfinished run of {output}; go on with it by --resume, or start anew by --force"
        )
    empty = output.is_dir() and not any(output.iterdir())
    if output.exists() and not (force or empty):
        raise OutputError(f"{output} exists already; name another --output, or replace it by --force")
    if output.is_file():
        raise OutputError(f"{output} is a file; expected the name of a directory to write")
    if output.exists() and not empty and not (output / CARD).is_file():
        raise OutputError(
            f"{output} is no adapter (it holds no {CARD}), so --force does not take it away; name another --output"
        )
    place = output.resolve()
    inside = [path for path in needed if place in _with_parents(path)]
    if inside:
        raise OutputError(f"{output} holds {inside[0]}, which the training reads; name another --output")
    if not output.parent.is_dir():
        raise OutputError(f"{output}: the folder {output.parent} does not exist; create it first")
    return run


def _with_parents(path: str | Path) -> list[Path]:
    found = Path(path).expanduser().resolve()
    return [found, *found.parents]


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
