"""Training that was killed, stopped or ran out of disk, memory or numbers, and how it goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import OutputError, TrainingError
from adapters.training.sentiment import TrainResult
from tests.adapters.training.conftest import LONGER, QUICK, weights_of

pytestmark = pytest.mark.usefixtures("light")

_KILLED = """
import sys, os, signal
from pathlib import Path
from adapters.training.config import load_recipe
from adapters.training.sentiment import train_sentiment
from adapters.training import trainer
import torch
torch.set_num_threads(1)
trainer._SAVE_EVERY = 0.0
data, base, home, output, stop, *changes = sys.argv[1:]
def watch(at):
    if at.step == int(stop):
        os.kill(os.getpid(), signal.SIGKILL)
train_sentiment([data], load_recipe("minilm", changes), output=Path(output), home=Path(home), base=base, on_progress=watch)
"""


def test_a_killed_run_resumes_to_the_same_bytes(
    trained: TrainResult, train: Callable[..., TrainResult], tiny_base: Any, labelled_file: Path, tmp_path: Path
) -> None:
    output = tmp_path / "killed"
    changes = [*QUICK, *LONGER]
    arguments = [labelled_file, tiny_base.name, tiny_base.home, output, 12, *changes]  # of 56 steps, 7 an epoch
    killed = subprocess.run([sys.executable, "-c", _KILLED, *map(str, arguments)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not output.exists()
    with pytest.raises(OutputError, match="--resume"):
        train(output, *LONGER)
    with pytest.raises(OutputError, match="another recipe"):
        train(output, *LONGER, "epochs=4", resume=True)
    steps: list[int] = []
    resumed = train(output, *LONGER, resume=True, on_progress=lambda at: steps.append(at.step))
    assert steps[0] == 12, "the steps before the last checkpoint are not done again"
    assert weights_of(resumed) == weights_of(trained)
    assert (output / "curves.csv").read_bytes() == (trained.directory / "curves.csv").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["killed"]


def test_ctrl_c_keeps_what_was_done_and_a_checkpoint_cut_short_is_not_used(
    trained: TrainResult, train: Callable[..., TrainResult], tmp_path: Path
) -> None:
    def stop(at: Any) -> None:
        if at.step == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "a", *LONGER, on_progress=stop)
    assert not (tmp_path / "a").exists()
    (tmp_path / ".a.training/scratch/checkpoint-28/complete.json").unlink()
    steps: list[int] = []
    resumed = train(tmp_path / "a", *LONGER, resume=True, on_progress=lambda at: steps.append(at.step))
    assert steps[0] == 22
    assert weights_of(resumed) == weights_of(trained)


def test_a_full_disk_says_so_and_the_run_goes_on_later(
    train: Callable[..., TrainResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters.training import checkpoints

    real = checkpoints.write_whole

    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoints, "write_whole", full)
    with pytest.raises(TrainingError, match="disk of .* is full.*--resume"):
        train(tmp_path / "a", "epochs=1")
    monkeypatch.setattr(checkpoints, "write_whole", real)
    assert train(tmp_path / "a", "epochs=1", resume=True).directory.is_dir()


def test_memory_that_runs_out_says_what_to_lower(
    train: Callable[..., TrainResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters.training.classifiers import Encoder

    def starve(*_: Any) -> None:
        raise RuntimeError("[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory: you tried")

    monkeypatch.setattr(Encoder, "loss", starve)
    with pytest.raises(TrainingError, match=r"out of memory.*training.batch=8.*accumulation=2"):
        train(tmp_path / "a")


def test_a_loss_that_is_no_number_stops_with_advice(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"no number at step \d+ .*learning_rate=2.5e\+19"):
        train(tmp_path / "a", "learning_rate=1e20", "max_grad_norm=0", "warmup=0")
