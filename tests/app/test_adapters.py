import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.conftest import toy_rows

Call = Callable[..., Any]
MakeAdapter = Callable[..., Path]


@pytest.fixture
def call(finagent: Call, make_adapter: MakeAdapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command line, with a shipped adapter that knows a little."""
    shipped = tmp_path / "shipped"
    shutil.copytree(make_adapter("sentiment-minilm", steps=20, created="2026-01-02"), shipped / "sentiment-minilm")
    monkeypatch.setattr("adapters.catalogue.SHIPPED", shipped)
    return finagent


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    lines = [f'"{text}",{label}' for text, label in toy_rows(150, offset=90)]
    path.write_text("\n".join(["text,label", *lines]) + "\n")
    return path


def _one(result: Any) -> dict[str, Any]:
    assert result.out.count("\n") == 1
    record: dict[str, Any] = json.loads(result.out)
    return record


def test_list_shows_what_is_there_and_what_is_in_use(call: Call, make_adapter: MakeAdapter, tmp_path: Path) -> None:
    assert call("adapters", "add", make_adapter("news-1")).code == 0
    (tmp_path / "home" / "adapters" / "broken").mkdir()
    shown = call("adapters", "list")
    assert shown.code == 0
    lines = shown.out.splitlines()
    assert lines[0].split() == ["name", "task", "origin", "in", "use", "macro-F1", "date"]
    assert lines[1].split() == ["sentiment-minilm", "sentiment", "shipped", "yes", "0.900", "2026-01-02"]
    assert "broken: " in shown.out
    records = [json.loads(line) for line in call("adapters", "list", "--json").out.splitlines()]
    assert [(one["name"], one["origin"], one["in_use"], one["macro_f1"]) for one in records] == [
        ("sentiment-minilm", "shipped", True, 0.9), ("broken", "installed", False, None),
        ("news-1", "installed", False, 0.9),
    ]  # fmt: skip
    assert "is no adapter" in records[1]["error"]


def test_an_empty_list_says_how_to_get_one(finagent: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.catalogue.SHIPPED", tmp_path / "none")
    assert "finagent train sentiment" in finagent("adapters", "list").out
    assert finagent("adapters", "list", "--json").out == ""
    nothing = finagent("adapters", "show")
    assert (nothing.code, nothing.err.count("\n")) == (2, 1)


def test_show_tells_the_card(call: Call, make_adapter: MakeAdapter) -> None:
    shown = call("adapters", "show", "sentiment-minilm").out
    for said in (
        "in use  yes",
        "base  path:",
        "(bert), SHA-256",
        "licence  CC0-1.0",
        "macro_f1 0.9",
        "pair, 48 tokens",
    ):
        assert said in shown
    record = _one(call("adapters", "show", "--json"))
    assert (record["name"], record["origin"], record["in_use"], record["format"]) == (
        "sentiment-minilm",
        "shipped",
        True,
        1,
    )
    elsewhere = _one(call("adapters", "show", make_adapter("news-1"), "--json"))
    assert (elsewhere["name"], elsewhere["origin"], elsewhere["in_use"]) == ("news-1", "directory", False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nothing"), ("remove", "nothing"), ("promote", "nothing"), ("merge", "nothing", "out"),
        ("add", "nothing"), ("export", "sentiment-minilm"), ("export", "sentiment-minilm", "a", "--output", "b"),
        ("export", "sentiment-minilm", "out", "--format", "gguf"), ("export", "sentiment-minilm", "shipped"),
        ("add", "shipped", "--prompt", "{text}"), ("rollback", "--nonsense"),
    ],
)  # fmt: skip
def test_a_wrong_call_is_one_line_and_code_2(call: Call, arguments: tuple[str, ...]) -> None:
    result = call("adapters", *arguments)
    assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
    assert result.err.startswith("finagent: ")


def test_add_promote_roll_back_and_remove(call: Call, make_adapter: MakeAdapter, rows: Path) -> None:
    added = _one(call("adapters", "add", make_adapter("news-1"), "--name", "mine", "--json"))
    assert (added["name"], added["origin"], added["in_use"]) == ("mine", "installed", False)
    quietly = call("adapters", "add", make_adapter("other"))
    assert (quietly.code, quietly.err) == (0, "")
    assert quietly.out == "Added other (sentiment); `finagent adapters promote other` puts it to use.\n"
    promoted = call("adapters", "promote", "mine", "--data", rows, "--json")
    assert promoted.code == 0
    record = _one(promoted)
    assert record["promoted"]
    assert record["previous"] == "sentiment-minilm"
    assert record["comparison"]["n"] == 150
    assert record["comparison"]["new_macro_f1"] > record["comparison"]["current_macro_f1"]
    assert "does not say what it was trained on" in promoted.err
    again = call("adapters", "promote", "mine")
    assert (again.code, again.out) == (0, "mine is in use already.\n")
    kept = call("adapters", "remove", "mine")
    assert (kept.code, "is in use for sentiment" in kept.err) == (1, True)
    assert _one(call("adapters", "rollback", "--json"))["in_use"] == "sentiment-minilm"
    back = call("adapters", "rollback")
    assert (back.code, "nothing to go back to" in back.err) == (2, True)
    assert call("adapters", "remove", "mine").out == "Removed mine.\n"
    assert call("adapters", "remove", "sentiment-minilm").code == 2


def test_a_worse_adapter_is_refused_unless_forced(call: Call, make_adapter: MakeAdapter, rows: Path) -> None:
    call("adapters", "add", make_adapter("bad", steps=0))
    refused = call("adapters", "promote", "bad", "--data", rows, "--json")
    assert refused.code == 1
    record = _one(refused)
    assert not record["promoted"]
    assert "bad is significantly worse than sentiment-minilm" in record["reason"]
    assert record["reason"] in refused.err
    assert _one(call("adapters", "show", "--json"))["name"] == "sentiment-minilm"
    forced = call("adapters", "promote", "bad", "--data", rows, "--force")
    assert forced.code == 0
    assert forced.out.startswith("bad is in use now (forced): macro-F1")
    assert _one(call("adapters", "show", "--json"))["name"] == "bad"
    gone = call("adapters", "remove", "bad", "--force")
    assert gone.out == "Removed bad; sentiment-minilm is in use again.\n"


def test_an_equal_adapter_is_refused(call: Call, make_adapter: MakeAdapter, rows: Path) -> None:
    call("adapters", "add", make_adapter("same", steps=20))
    refused = call("adapters", "promote", "same", "--data", rows)
    assert (refused.code, "same is not better than sentiment-minilm" in refused.err) == (1, True)


def test_a_promotion_needs_rows_or_force(call: Call, make_adapter: MakeAdapter, tmp_path: Path) -> None:
    call("adapters", "add", make_adapter("mine"))
    without = call("adapters", "promote", "mine")
    assert (without.code, "--data is missing" in without.err) == (2, True)
    few = tmp_path / "few.csv"
    few.write_text("text,label\nprofit rises,positive\nprofit falls,negative\n,neutral\n")
    told = call("adapters", "promote", "mine", "--data", few)
    assert told.code == 1
    assert "few.csv, line 4" in told.err
    assert "2 rows are too few" in told.err
    missing = call("adapters", "promote", "mine", "--data", tmp_path / "no.csv")
    assert missing.code == 2
    few.write_text("title,score\na,b\n")
    assert "score" in call("adapters", "promote", "mine", "--data", few).err
    record = _one(call("adapters", "promote", "mine", "--force", "--json"))
    assert (record["promoted"], record["forced"], record["comparison"]) == (True, True, None)


def test_the_first_adapter_of_all_needs_no_comparison(
    finagent: Call, make_adapter: MakeAdapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.catalogue.SHIPPED", tmp_path / "none")
    finagent("adapters", "add", make_adapter("mine"))
    record = _one(finagent("adapters", "promote", "mine", "--json"))
    assert (record["promoted"], record["forced"], record["previous"]) == (True, False, None)


def test_a_broken_adapter_in_use_can_be_replaced_by_force(
    call: Call, make_adapter: MakeAdapter, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        call("adapters", "add", make_adapter(name))
    call("adapters", "promote", "a", "--force")
    (tmp_path / "home" / "adapters" / "a" / "adapter_model.safetensors").write_bytes(b"")
    refused = call("adapters", "promote", "b", "--data", "rows.csv")
    assert (refused.code, "nothing to compare with" in refused.err) == (1, True)
    assert call("adapters", "promote", "b", "--force").code == 0


def test_what_others_made_is_added_with_its_labels(
    call: Call, trained_peft: dict[int, Path], tiny_base: Any, tmp_path: Path
) -> None:
    source = tmp_path / "theirs"
    shutil.copytree(trained_peft[50], source)
    how = call("adapters", "add", source)
    assert (how.code, "--base NAME --task sentiment --labels" in how.err) == (1, True)
    added = call("adapters", "add", source, "--base", tiny_base.name, "--labels", "negative,neutral,positive")
    assert (added.code, added.out.startswith("Added theirs (sentiment)")) == (0, True)
    (source / "adapter_model.bin").write_bytes(b"\x80")
    refused = call("adapters", "add", source, "--name", "x", "--base", tiny_base.name, "--labels", "a,b,c")
    assert (refused.code, "safetensors only" in refused.err) == (1, True)


def test_merge_and_export_write_a_folder(call: Call, tmp_path: Path) -> None:
    merged = _one(call("adapters", "merge", "sentiment-minilm", "--output", tmp_path / "m", "--json"))
    assert merged["format"] == "hf"
    assert merged["label_agreement"] == 1
    assert (tmp_path / "m" / "model.safetensors").is_file()
    exported = call("adapters", "export", "sentiment-minilm", "o", "--format", "onnx")
    assert exported.code == 0
    assert "100.0% of 63 labels agree" in exported.out
    assert (tmp_path / "o" / "model.onnx").is_file()
    assert call("adapters", "merge", "sentiment-minilm", "m").code == 2


def test_listing_imports_nothing_heavy() -> None:
    code = (
        "import sys; from pathlib import Path; from adapters.store import Store; Store(Path('/nowhere')).list();"
        "print([m for m in ('torch', 'transformers', 'peft', 'openvino', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
