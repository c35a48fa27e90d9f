"""What a call of `finagent train sentiment` may say, and what it is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import DataError
from adapters.training.job import Options
from tests.app.test_train import bare_base, rows, train

__all__ = ["bare_base", "rows", "train"]  # fixtures


def test_files_after_validation_are_refused(train: Callable[..., Any], rows: Path) -> None:
    done = train("--data", rows, "--validation", rows, "more.csv", "--output", "made")
    assert done.code == 2 and "more.csv may be data or validation" in done.err


@pytest.mark.parametrize("device", ["cuda", "tpu"])
def test_a_device_that_is_not_here_is_a_wrong_call(device: str, train: Callable[..., Any], rows: Path) -> None:
    import torch

    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    done = train("--data", rows, "--output", "made", "--device", device)
    assert done.code == 2 and "device: " in done.err and not list(Path.cwd().glob("*made*"))


def test_licences_are_one_for_all_or_one_each_and_bad_rows_are_counted(train: Callable[..., Any], rows: Path) -> None:
    rows.write_text(rows.read_text() + "odd,perhaps\n")
    more = rows.with_name("more.csv")
    more.write_text("text,label\nprofit rises more,positive\nprofit falls more,negative\n")
    call = ("--data", rows, "--data", more, "--output", "made", "--json", "--licence", "MIT")
    done = train(*call, "--licence", "CC0-1.0")
    assert done.code == 0 and json.loads(done.out)["skipped_rows"] == 1
    card = json.loads((Path("made") / "card.json").read_text())
    assert [one["licence"] for one in card["data"]] == ["MIT", "CC0-1.0"] and card["licence"] == "MIT; CC0-1.0"
    assert Options(licence="MIT").licences(2) == ["MIT", "MIT"] and Options().licences(2) == ["", ""]
    with pytest.raises(DataError, match="2 licences for 3 data files"):
        Options(licence=("a", "b")).licences(3)


def test_the_shipped_card_names_the_licence_of_all_data() -> None:
    import adapters

    path = Path(adapters.__path__[0]) / "weights" / "sentiment-minilm" / "card.json"
    card = json.loads(path.read_text(encoding="utf-8"))
    assert card["licence"] and card["data"] and all(one["licence"] for one in card["data"])


def test_stopped_before_the_first_checkpoint_promises_nothing(
    train: Callable[..., Any], rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters.training.classifiers import Encoder

    def interrupted(*_: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(Encoder, "loss", interrupted)
    done = train("--data", rows, "--output", "made")
    assert done.code == 1 and "nothing else is kept" in done.err and "--resume" not in done.err
    assert not list(Path.cwd().glob("*made*"))


def test_memory_that_runs_out_with_single_rows_is_not_told_to_halve_them(tmp_path: Path) -> None:
    from adapters.errors import TrainingError
    from adapters.training.config import TrainingRecipe
    from adapters.training.failures import explained
    from adapters.training.runs import Run

    with (
        pytest.raises(TrainingError, match="batch = 1; take a smaller base"),
        explained(TrainingRecipe(batch=1), Run(tmp_path / "a")),
    ):
        raise MemoryError
