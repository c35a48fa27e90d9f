"""`finagent train sentiment` as a user calls it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SAYS = {"negative": "falls", "neutral": "meets", "positive": "rises"}


@pytest.fixture(scope="session")
def bare_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers and a tokenizer of a dozen words."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    directory = tmp_path_factory.mktemp("base") / "tiny"
    torch.manual_seed(0)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *SAYS.values(), "profit", "on", "day"]
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=32, initializer_range=0.3,
    )  # fmt: skip
    BertModel(config).save_pretrained(directory)
    BertTokenizerFast(vocab={word: number for number, word in enumerate(words)}).save_pretrained(directory)
    return directory


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    lines = [f"profit {word} on day {day},{label}" for day in range(20) for label, word in SAYS.items()]
    path.write_text("\n".join(["text,label", *lines]) + "\n")
    return path


@pytest.fixture
def train(finagent: Callable[..., Any], bare_base: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    from adapters.training import plots, sentiment_job

    monkeypatch.setattr(plots, "plot_curves", lambda *_: None)
    monkeypatch.setattr(sentiment_job.Job, "prepare", lambda *_: None)

    def call(*arguments: object) -> Any:
        quick = (
            "--base",
            bare_base,
            "--set",
            "epochs=1",
            "--set",
            "batch=16",
            "--set",
            "start=scratch",
            "--threads",
            1,
        )
        return finagent("train", "sentiment", *quick, *arguments)

    return call


def test_a_training_run_says_what_it_made(train: Callable[..., Any], rows: Path) -> None:
    rows.write_text(rows.read_text() + "odd,perhaps\n")
    done = train("--data", rows, "--output", "made")
    assert done.code == 0
    assert "made: trained in" in done.out and "held-out rows: accuracy" in done.out
    assert "rows.csv, line 62: unknown label 'perhaps'" in done.err
    assert (Path("made") / "card.json").is_file()
    again = train("--data", rows, "--output", "made")
    assert (again.code, again.out) == (2, "")
    assert "exists already; name another --output, or replace it by --force" in again.err


def test_json_is_one_object_and_several_files_are_one_data_set(train: Callable[..., Any], rows: Path) -> None:
    more = rows.with_name("more.jsonl")
    more.write_text(
        "".join(json.dumps({"text": f"profit {w} {n}", "label": k}) + "\n" for n in range(4) for k, w in SAYS.items())
    )
    done = train("--data", rows, more, "--output", "made", "--licence", "CC0-1.0", "--json")
    said = json.loads(done.out)
    assert set(said["metrics"]) == {"accuracy", "macro_f1", "loss"} and said["name"] == "made"
    card = json.loads((Path("made") / "card.json").read_text())
    assert [(one["name"], one["rows"], one["licence"]) for one in card["data"]] == [
        ("rows.csv", 60, "CC0-1.0"), ("more.jsonl", 12, "CC0-1.0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "epoch=3"), "--set epoch: unknown key; known: base, seed"),
        (("--recipe", "best"), "there is no recipe 'best'; expected a TOML file or one of"),
        (("--label-column", "stars"), "there is no column 'stars'; it has text, label"),
        (("--labels", "0=good"), "--labels: '0=good' is no VALUE=LABEL"),
        (("--base", "hub:nobody/nothing"), "the base hub:nobody/nothing is not on this machine"),
        (("--validation", "nothing.csv"), "nothing.csv: there is no such file"),
        (("--set", "targets=q_proj"), "targets: q_proj matches no module of this model; it has bert.encoder.layer.N"),
        (("--set", "precision=fp16"), "fp16 needs a GPU"),
    ],
)
def test_a_wrong_call_is_one_line_and_leaves_nothing(
    options: tuple[str, ...], said: str, finagent: Callable[..., Any], train: Callable[..., Any], rows: Path
) -> None:
    call = train if "--base" not in options else lambda *given: finagent("train", "sentiment", *given)
    done = call("--data", rows, "--output", "made", *options)
    assert done.code == 2 and done.out == ""
    assert said in done.err and done.err.count("\n") == 1
    assert not Path("made").exists()
    assert not list(Path.cwd().glob(".made*")), "nothing to resume where nothing was trained"


def test_an_interrupted_run_says_how_to_go_on(
    train: Callable[..., Any], rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from adapters.training.classifiers import Encoder

    real, batches = Encoder.loss, []

    def interrupted(*given: Any) -> Any:
        batches.append(given)
        if len(batches) == 6:  # of 4 an epoch
            raise KeyboardInterrupt
        return real(*given)

    call = ("--data", rows, "--output", "made", "--set", "epochs=2")
    monkeypatch.setattr(Encoder, "loss", interrupted)
    stopped = train(*call)
    assert stopped.code == 1 and "call it again with --resume" in stopped.err
    other = train(*call)
    assert other.code == 2 and "go on with it by --resume, or start anew by --force" in other.err
    assert train(*call, "--resume").code == 0
    assert len(batches) == 6 + 4
