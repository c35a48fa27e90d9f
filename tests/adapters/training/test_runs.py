"""Where a run may write: `--force` replaces adapters, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.errors import OutputError
from adapters.training.runs import check_output


def test_force_takes_away_an_adapter_or_an_empty_folder_only(tmp_path: Path) -> None:
    for name, files, allowed in (
        ("thesis", ["chapter.tex"], False), ("adapter", ["card.json", "x"], True), ("empty", [], True), ("new", None, True),
    ):  # fmt: skip
        output = tmp_path / name
        if files is not None:
            output.mkdir()
            for file in files:
                (output / file).write_text("{}")
        if allowed:
            assert check_output(output, resume=False, force=True).output == output
            continue
        with pytest.raises(OutputError, match="no adapter.*name another --output"):
            check_output(output, resume=False, force=True)


def test_an_output_that_holds_the_data_is_refused(tmp_path: Path) -> None:
    output = tmp_path / "all"
    (output / "deep").mkdir(parents=True)
    for file in ("card.json", "rows.csv", "deep/rows.csv"):
        (output / file).write_text("{}")
    for data in (output / "rows.csv", output / "deep" / "rows.csv", output, str(output / "deep")):
        with pytest.raises(OutputError, match="holds .*, which the training reads"):
            check_output(output, resume=False, force=True, needed=[data])
    run = check_output(output, resume=False, force=True, needed=[tmp_path / "rows.csv"])
    assert run.output == output
