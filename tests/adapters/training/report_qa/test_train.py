"""Training runs of the report-QA task on a tiny encoder: what they write, that they repeat and resume, what they refuse."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.card import text_id
from adapters.errors import AdapterFilesError, DataError, OutputError, RecipeError, TrainingError
from adapters.files import check_adapter
from adapters.report_qa.answering import open_report_qa
from adapters.report_qa.forms import Evidence, Kind
from adapters.training.config import load_recipe
from adapters.training.job import Options
from adapters.training.report_qa.rows import read_rows
from adapters.training.report_qa.rows_of_epochs import LIKELIEST, EpochRows
from adapters.training.report_qa.train import DEFAULT, TrainResult, train_report_qa
from tests.adapters.conftest import Tiny
from tests.adapters.report_qa.conftest import qa_base

__all__ = ["qa_base"]  # a fixture
QUICK = (
    "epochs=2", "batch=8", "max_length=160", "budget=200", "r=4", "freeze=1", "generated=12", "generated_share=0.5",
    "validation=0.3", "learning_rate=5e-3", "ema=0.9",
)  # fmt: skip


def rows() -> list[dict[str, Any]]:
    """Thirty rows over ten invented tables: a FinQA program, a TAT-QA span and calculation, counts and words."""
    made: list[dict[str, Any]] = []
    for page in range(10):
        sales, before, costs = 1400 + 37 * page, 1300 + 11 * page, 600 + 13 * page
        table = [["( in millions )", "2019", "2018"], ["Net sales", f"$ {sales:,}.4", f"$ {before:,}.0"]]
        table += [["Material", f"({costs}.2)", f"({costs - 40}.0)"]]
        text = [f"The fleet number {page} in Bergen is led by Ana Lund{page} .", "It has 12 ships ."]
        common = {"table": table, "text": text}
        made += [
            {"id": f"finqa-{page}", "question": "What was the change in net sales from 2018 to 2019?",
             "program": f"subtract({sales}.4, {before}.0)", "answer": round(sales - before + 0.4, 5), **common},
            {"id": f"tatqa-{page}", "question": "What were net sales in 2019?", "answer": [f"$ {sales:,}.4"],
             "answer_type": "span", "answer_from": "table", "scale": "million", **common},
            {"id": f"words-{page}", "question": "Who leads the fleet?", "answer": f"Ana Lund{page}",
             "answer_type": "span", "answer_from": "text", **common},
        ]  # fmt: skip
    return made


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows()))
    return path


@pytest.fixture(autouse=True)
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pictures, which take longer than training here."""
    from adapters.training import plots

    monkeypatch.setattr(plots, "plot_curves", lambda *_: None)


@pytest.fixture(scope="session")
def train(qa_base: Tiny, data: Path) -> Callable[..., TrainResult]:
    """Trains the shipped recipe on the tiny base, with changes."""

    def run(output: Path, *changes: str, **options: Any) -> TrainResult:
        return train_report_qa(
            options.pop("data", [data]), load_recipe(options.pop("recipe", DEFAULT), [*QUICK, *changes]),
            output=output, home=qa_base.home, base=options.pop("base", qa_base.name), **options,
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def trained(train: Callable[..., TrainResult], tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    return train(tmp_path_factory.mktemp("trained") / "qa-1", options=Options(licence="CC0-1.0"))


def _weights(result: TrainResult) -> bytes:
    return (result.directory / "adapter_model.safetensors").read_bytes()


def test_an_adapter_is_whole_and_its_card_says_what_made_it(trained: TrainResult, data: Path) -> None:
    card = check_adapter(trained.directory)
    assert (card.task, card.kind, card.labels, card.name) == ("report-qa", "encoder", (), "qa-1")
    assert card.input.max_length == 160 and card.licence == "CC0-1.0"
    assert next((one.name, one.rows, one.licence) for one in card.data) == (data.name, 30, "CC0-1.0")
    assert card.data[1].name == "generated questions" and card.data[1].rows == 12
    assert set(trained.metrics) == {"execution_accuracy", "exact_match", "f1", "score", "loss"}
    assert not list(trained.directory.parent.glob(".*")), "nothing of the run is left beside the output"
    header = (trained.directory / "curves.csv").read_text().splitlines()[0]
    assert "validation_execution_accuracy" in header


def test_whole_pages_are_held_out_and_the_card_names_them(trained: TrainResult, data: Path) -> None:
    card, examples = trained.card, read_rows([data]).examples
    assert card.split is not None
    held = set(card.split.validation_ids)
    pages = Counter(text_id(one.page) for one in examples)
    assert held and held < set(pages)
    assert card.metrics["n"] == sum(pages[one] for one in held) and card.metrics["n"] % 3 == 0


def test_it_is_opened_and_answers(trained: TrainResult, qa_base: Tiny) -> None:
    model = open_report_qa(trained.directory, home=qa_base.home, threads=1)
    asked = read_rows([_written(trained.directory.parent / "asked.jsonl", rows()[:6])]).examples
    said = model.answer([one.evidence for one in asked])
    assert len(said) == 6 and all(0 <= one.confidence <= 0.99 for one in said)
    assert model.answer([Evidence("Why?")])[0].solution.kind is Kind.REFUSAL


def _written(path: Path, made: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in made))
    return path


def test_the_same_seed_gives_the_same_bytes(
    trained: TrainResult, train: Callable[..., TrainResult], tmp_path: Path
) -> None:
    assert _weights(train(tmp_path / "again")) == _weights(trained)
    assert _weights(train(tmp_path / "other", "seed=1", "epochs=1")) != _weights(trained)


def test_an_interrupted_run_resumes_to_the_same_bytes(
    trained: TrainResult, train: Callable[..., TrainResult], tmp_path: Path
) -> None:
    output, steps = tmp_path / "a", []

    def stop(at: Any) -> None:
        if at.step == at.steps // 2 + 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(output, on_progress=stop)
    assert not output.exists()
    with pytest.raises(OutputError, match="--resume"):
        train(output)
    with pytest.raises(OutputError, match="another recipe"):
        train(output, "epochs=3", resume=True)
    resumed = train(output, resume=True, on_progress=lambda at: steps.append((at.step, at.steps)))
    assert steps[0][0] == steps[0][1] // 2 + 1, "the first epoch is not done again"
    assert _weights(resumed) == _weights(trained)


def test_an_output_that_exists_is_replaced_by_force_alone_and_only_if_it_is_an_adapter(
    trained: TrainResult, train: Callable[..., TrainResult], tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("keep")
    for force, said in ((False, "exists already"), (True, "is no adapter")):
        with pytest.raises(OutputError, match=said):
            train(taken, force=force)
    old = tmp_path / "old"
    shutil.copytree(trained.directory, old)
    with pytest.raises(RecipeError):
        train(old, "freeze=2", force=True)
    assert _weights(trained) == (old / "adapter_model.safetensors").read_bytes(), "a run that fails replaces nothing"
    train(old, "epochs=1", "seed=4", force=True)
    assert check_adapter(old).seed == 4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (("freeze=2",), "freeze: 2 leaves no layer"),
        (("method=dora",), "dora is not served for report QA"),
        (("method=prefix",), "prefix is not served"),
        (("modules_to_save=['bert']",), "trains its head alone"),
        (("gradient_checkpointing=true",), "gradient_checkpointing"),
        (("max_length=32",), "32 tokens hold no question"),
        (("start=auto",), "trained from scratch"),
    ],
)
def test_a_recipe_whose_adapter_could_not_be_served_is_refused_first(
    changes: tuple[str, ...], said: str, train: Callable[..., TrainResult], tmp_path: Path
) -> None:
    with pytest.raises(RecipeError, match=said):
        train(tmp_path / "made", *changes)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "changes", [("method=rslora",), ("method=pissa", "freeze=0"), ("precision=bf16", "accumulation=2")]
)
def test_what_else_a_recipe_may_say_is_served(
    changes: tuple[str, ...], train: Callable[..., TrainResult], qa_base: Tiny, tmp_path: Path
) -> None:
    result = train(tmp_path / "made", "epochs=1", "generated=0", *changes)
    (said,) = open_report_qa(result.directory, home=qa_base.home, threads=1).answer(
        [Evidence("Sales?", (("", "2019"), ("Sales", "5.1")))]
    )
    assert said.candidates


def test_data_that_cannot_be_used_is_named(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file|No such file"):
        train(tmp_path / "a", data=[tmp_path / "nothing.jsonl"])
    with pytest.raises(DataError, match="no row to use"):
        train(tmp_path / "a", data=[_written(tmp_path / "odd.jsonl", [{"question": 5}, {"text": "x"}])])
    unknown = [{"question": "What is it?", "text": "Nothing of note .", "answer": "elsewhere"}]
    with pytest.raises(DataError, match="nothing to train on"):
        train(tmp_path / "a", "validation=0", data=[_written(tmp_path / "unknown.jsonl", unknown)])
    assert not list(tmp_path.glob("*a")), "nothing to resume where nothing was trained"


def test_bad_rows_are_told_and_left_out(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    odd = [{"question": " ", "text": "x", "answer": 1}, {"question": "How?", "text": "so", "answer": "elsewhere\ud800"}]
    path = _written(tmp_path / "rows.jsonl", [*rows(), *odd])
    said: list[str] = []
    result = train(tmp_path / "a", "epochs=1", "generated=0", data=[path], on_remark=said.append)
    assert any("rows.jsonl, line 31" in line for line in said) and result.remarks == said
    assert result.skipped >= 1


def test_validation_files_and_none_at_all(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    held = _written(tmp_path / "held.jsonl", rows()[:6])
    result = train(tmp_path / "a", "epochs=1", validation=[held])
    assert result.card.metrics["n"] == 6 and len(result.card.split.validation_ids) == 2  # type: ignore[union-attr]
    said: list[str] = []
    none = train(tmp_path / "b", "epochs=1", "validation=0", on_remark=said.append)
    assert none.metrics == {} and none.card.calibration == {} and any("no page is held out" in line for line in said)


def test_tables_alone_and_texts_alone_can_be_learned(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    tables = [{**row, "text": []} for row in rows() if row["id"].startswith("tatqa")]
    texts = [{**row, "table": [], "text": row["text"][:1]} for row in rows() if row["id"].startswith("words")]
    for name, made in (("tables", tables), ("texts", texts)):
        path = _written(tmp_path / f"{name}.jsonl", made)
        assert train(tmp_path / name, "epochs=1", "generated=0", data=[path]).card.metrics["n"] > 0


def test_examples_of_elsewhere_are_trained_on_and_named(
    train: Callable[..., TrainResult], data: Path, tmp_path: Path
) -> None:
    told: list[tuple[str, int, int]] = []
    result = train(
        tmp_path / "a", "epochs=1", "validation=0", "generated=0", data=[], more=read_rows([data]).examples[:9],
        more_of="questions over the library mine", on_prepared=lambda *said: told.append(said),
    )  # fmt: skip
    assert [(one.name, one.rows) for one in result.card.data] == [("questions over the library mine", 9)]
    assert {what for what, _, _ in told} == {"reading", "frozen layers"} and told[-1][1:] == (9, 9)


def test_a_loss_that_is_no_number_stops_with_advice(train: Callable[..., TrainResult], tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"no number at step \d+ "):
        train(tmp_path / "a", "learning_rate=1e30", "head_learning_rate=1e30", "max_grad_norm=0", "warmup=0")


def test_adapters_of_one_task_are_not_taken_for_the_other(
    trained: TrainResult, qa_base: Tiny, tiny_base: Tiny, make_adapter: Callable[..., Path]
) -> None:
    from adapters.errors import AdapterError
    from adapters.sentiment import open_sentiment

    with pytest.raises(AdapterError, match="report-qa"):
        open_sentiment(trained.directory, home=qa_base.home)
    with pytest.raises(AdapterFilesError, match="for the task sentiment"):
        open_report_qa(make_adapter("news-1"), home=tiny_base.home)


def _row(name: str, count: int = 1) -> dict[str, Any]:
    return {"input_ids": range(5), "targets": [f"{name}.{number}" for number in range(count)]}


def test_an_epoch_s_rows_depend_on_seed_and_epoch_alone() -> None:
    labelled, generated = [_row(f"l{n}", 3) for n in range(50)], [_row(f"g{n}") for n in range(20)]

    def shown(seed: int, epochs: list[int]) -> list[list[str]]:
        made, found = EpochRows(labelled, generated, 0.5, seed), []  # type: ignore[arg-type]
        for epoch in epochs:
            made.set_epoch(epoch)
            found.append([row["target"] for row in made.shown])
            assert len(made) == len(made.shown) == 60 and made[59] == made.shown[59]
        return found

    assert shown(1, [0, 1, 2]) == shown(1, [2, 1, 0])[::-1] and shown(1, [0]) != shown(2, [0])
    first, second = shown(1, [0, 1])
    assert sorted(first[50:] + second[50:]) == sorted(f"g{n}.0" for n in range(20)), "in turn, until all were shown"
    often = Counter(one[-1] for epoch in shown(1, list(range(40))) for one in epoch[:50])
    assert often["0"] / 2000 == pytest.approx(LIKELIEST, abs=0.05) and set(often) == {"0", "1", "2"}
    none = EpochRows(labelled, [], 1.0, 0)  # type: ignore[arg-type]
    none.set_epoch(3)
    assert len(none.shown) == 50 and EpochRows([], generated, 3.0, 0).each == 20  # type: ignore[arg-type]
