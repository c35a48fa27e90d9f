"""`finagent adapters` and its like with report-QA adapters; for sentiment see test_adapters.py."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Answered, Evidence, Kind, Solution
from app.errors import CallError
from tests.adapters.conftest import make_qa_peft

Call = Callable[..., Any]
MakeAdapter = Callable[..., Path]


@pytest.fixture
def call(finagent: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """The command line, with nothing shipped."""
    monkeypatch.setattr("adapters.catalogue.SHIPPED", tmp_path / "none")
    return finagent


class _Model:
    """Says the number of the question; of every `every`-th question it says another."""

    def __init__(self, name: str, every: int) -> None:
        self.name, self.every = name, every

    def answer(self, evidences: Sequence[Evidence], on_progress: Any = None) -> list[Answered]:
        numbers = [int(one.question.split()[3]) for one in evidences]
        said = [Decimal(number + (number % self.every == 0)) for number in numbers]
        return [
            Answered(Solution(Kind.PROGRAM), 0.5, one, one, (), "", candidates_of(asked))
            for one, asked in zip(said, evidences, strict=True)
        ]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str | None]]:
    """Adapters err on every nth question, n being their name's last digit. The opened ones: name, engine, device."""
    opened: list[tuple[str, str, str | None]] = []

    def serve(settings: Any, adapter: Any) -> _Model:
        opened.append((adapter.name, settings.engine, settings.device))
        if adapter.name.startswith("bad"):
            raise CallError(f"the adapter {adapter.name} cannot be opened")
        return _Model(adapter.name, int(adapter.name[-1]))

    monkeypatch.setattr("app.wiring.open_report_qa", serve)
    return opened


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """120 questions over 40 tables."""
    lines = []
    for number in range(120):
        table = [["", "2019"], [f"Ships of fleet {number % 40}", str(number % 40)]]
        asked = f"How many ships: {number} or more?"
        lines.append(json.dumps({"question": asked, "table": table, "answer": number}))
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


def _one(result: Any) -> dict[str, Any]:
    assert result.out.count("\n") == 1, result
    record: dict[str, Any] = json.loads(result.out)
    return record


def test_the_whole_life_of_an_adapter(
    call: Call, make_qa_adapter: MakeAdapter, rows: Path, served: list[Any], tmp_path: Path
) -> None:
    added = _one(call("adapters", "add", make_qa_adapter("qa-3"), "--json"))
    assert (added["name"], added["task"], added["exact_match"], added["macro_f1"]) == ("qa-3", "report-qa", 0.4, None)
    first = _one(call("adapters", "promote", "qa-3", "--json"))
    assert (first["task"], first["promoted"], first["previous"], first["comparison"]) == ("report-qa", True, None, None)
    call("adapters", "add", make_qa_adapter("qa-9"))
    listed = call("adapters", "list").out.splitlines()
    assert listed[0].split() == ["name", "task", "origin", "in", "use", "exact", "match", "date"]
    assert listed[1].split() == ["qa-3", "report-qa", "installed", "yes", "0.400", "2026-11-22"]
    without = call("adapters", "promote", "qa-9")
    assert (without.code, "--data is missing: qa-9 is compared with qa-3" in without.err) == (2, True)
    promoted = call("adapters", "promote", "qa-9", "--data", rows, "--json")
    record = _one(promoted)
    assert (record["task"], record["promoted"], record["previous"]) == ("report-qa", True, "qa-3")
    assert (record["comparison"]["n"], record["comparison"]["pages"]) == (120, 40)
    assert record["comparison"]["current_exact_match"] == pytest.approx(2 / 3, abs=1e-6)
    assert record["comparison"]["significantly_better"]
    assert [name for name, *_ in served] == ["qa-9", "qa-3"]
    again = _one(call("adapters", "promote", "qa-9", "--json"))
    assert (again["task"], again["reason"]) == ("report-qa", "in use already")
    assert _one(call("adapters", "show", "--task", "report-qa", "--json"))["name"] == "qa-9"
    worse = call("adapters", "promote", "qa-3", "--data", rows)
    assert (worse.code, "qa-3 is significantly worse than qa-9, which stays in use: exact match" in worse.err) == (
        1,
        True,
    )
    back = _one(call("adapters", "rollback", "--task", "report-qa", "--json"))
    assert back == {"task": "report-qa", "in_use": "qa-3"}
    gone = _one(call("adapters", "remove", "qa-9", "--json"))
    assert gone == {"name": "qa-9", "task": "report-qa", "removed": True, "in_use": None}


def test_show_tells_what_a_report_qa_card_holds(call: Call, make_qa_adapter: MakeAdapter) -> None:
    shown = call("adapters", "show", make_qa_adapter("qa-1", calibration={"bias": -0.5})).out
    for said in (
        "task  report-qa",
        "input  64 tokens",
        "confidence  bias -0.5",
        "execution_accuracy 0.5, exact_match 0.4",
    ):
        assert said in shown
    assert call("adapters", "show", "--task", "report-qa").code == 2


def test_rows_that_cannot_be_compared_on_are_told(
    call: Call, make_qa_adapter: MakeAdapter, rows: Path, served: list[Any], tmp_path: Path
) -> None:
    for name in ("qa-3", "qa-9"):
        call("adapters", "add", make_qa_adapter(name))
    call("adapters", "promote", "qa-3")
    few = tmp_path / "few.jsonl"
    few.write_text("".join(rows.read_text().splitlines(keepends=True)[:20]) + '{"question": "And?"}\nno json\n')
    told = call("adapters", "promote", "qa-9", "--data", few, "--json")
    assert (told.code, _one(told)["promoted"]) == (1, False)
    assert "few.jsonl, line 21: there is no answer" in told.err
    assert "20 questions are too few to compare with: expected 50" in told.err
    other = tmp_path / "texts.csv"
    other.write_text("text,label\nprofit rises,positive\n")
    wrong = call("adapters", "promote", "qa-9", "--data", other)
    assert (wrong.code, wrong.out, wrong.err.count("\n"), "question" in wrong.err) == (2, "", 1, True)
    columns = call("adapters", "promote", "qa-9", "--data", rows, "--text-column", "question")
    assert (columns.code, "leave out --text-column" in columns.err) == (2, True)
    assert served == []
    forced = call("adapters", "promote", "qa-9", "--data", few, "--force")
    assert (forced.code, forced.out.startswith("qa-9 is in use now (forced)")) == (0, True)


def test_one_in_use_that_cannot_be_opened_is_replaced_by_force(
    call: Call, make_qa_adapter: MakeAdapter, rows: Path, served: list[Any]
) -> None:
    for name in ("bad-1", "bad-2", "qa-3"):
        call("adapters", "add", make_qa_adapter(name))
    call("adapters", "promote", "bad-1")
    refused = call("adapters", "promote", "qa-3", "--data", rows)
    assert (refused.code, "nothing to compare with: the adapter bad-1" in refused.err) == (1, True)
    assert call("adapters", "promote", "qa-3", "--data", rows, "--force").code == 0
    assert call("adapters", "promote", "bad-2", "--data", rows, "--force").code == 2


def test_the_engine_that_sentiment_is_set_to_does_not_matter(
    call: Call, make_qa_adapter: MakeAdapter, rows: Path, served: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINAGENT_ENGINE", "torch")
    monkeypatch.setenv("FINAGENT_DEVICE", "cuda")
    for name in ("qa-3", "qa-9"):
        call("adapters", "add", make_qa_adapter(name))
    call("adapters", "promote", "qa-3")
    call("adapters", "promote", "qa-9", "--data", rows)
    assert served == [("qa-9", "auto", None), ("qa-3", "auto", None)]


def test_two_real_networks_are_compared(
    call: Call, make_qa_adapter: MakeAdapter, tiny_base: Any, rows: Path, tmp_path: Path
) -> None:
    make_qa_peft(tiny_base.directory, tmp_path / "other", seed=2)
    call("adapters", "add", make_qa_adapter("a"))
    call("adapters", "add", make_qa_adapter("b", source=tmp_path / "other"))
    call("adapters", "promote", "a")
    record = json.loads(call("adapters", "promote", "b", "--data", rows, "--json").out)
    assert record["comparison"]["n"] == 120
    assert 0 <= record["comparison"]["new_exact_match"] <= 1


@pytest.mark.parametrize("to", ["hf", "onnx", "onnx-int8"])
def test_what_a_merged_model_would_lose_is_neither_merged_nor_exported(
    call: Call, make_qa_adapter: MakeAdapter, tmp_path: Path, to: str
) -> None:
    directory = make_qa_adapter("qa-1")
    for how in (("export", directory, "out", "--format", to), ("merge", directory, "out")):
        result = call("adapters", *how)
        assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
        assert "is for report-qa: its answers are found by finagent's own search" in result.err
        assert "`finagent adapters add` it there" in result.err
    assert not (tmp_path / "out").exists()


def test_sentiment_is_not_asked_of_it(call: Call, make_qa_adapter: MakeAdapter, tmp_path: Path) -> None:
    data = tmp_path / "news.csv"
    data.write_text("text,label\nprofit rises,positive\nprofit falls,negative\n")
    call("adapters", "add", make_qa_adapter("qa-1"))
    for how in (("tag", data, "--output", "o.csv"), ("eval", "sentiment", "--data", data)):
        result = call(*how, "--adapter", "qa-1")
        assert (result.code, result.out, result.err.count("\n")) == (2, "", 1)
        assert "the adapter qa-1 is for the task report-qa; expected one for sentiment" in result.err
    assert not (tmp_path / "o.csv").exists()


def test_wrong_calls_are_one_line(call: Call, make_qa_adapter: MakeAdapter, tmp_path: Path) -> None:
    for how in (("rollback", "--task", "tagging"), ("show", "--task", "tagging")):
        result = call("adapters", *how)
        assert (result.code, result.err.count("\n")) == (2, 1)
        assert "unknown task 'tagging'; expected one of sentiment, report-qa" in result.err
    nothing = call("adapters", "rollback", "--task", "report-qa")
    assert (nothing.code, "nothing was promoted for report-qa" in nothing.err) == (2, True)
    broken = make_qa_adapter("qa-1")
    (broken / "adapter_model.safetensors").write_bytes(b"x" * 100)
    added = call("adapters", "add", broken)
    assert (added.code, added.err.count("\n"), "not a whole safetensors file" in added.err) == (1, 1, True)


def test_a_broken_one_can_be_removed(call: Call, make_qa_adapter: MakeAdapter, tmp_path: Path) -> None:
    call("adapters", "add", make_qa_adapter("qa-1"))
    (tmp_path / "home" / "adapters" / "qa-1" / "card.json").write_text("{")
    gone = _one(call("adapters", "remove", "qa-1", "--json"))
    assert (gone["task"], gone["removed"]) == (None, True)
