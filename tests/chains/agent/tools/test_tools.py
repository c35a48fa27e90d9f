"""The agent's tools over the sample library: content for the model, artifacts of plain data, errors that say what fits."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from langchain_core.tools import BaseTool

from chains.agent.notes import Note
from chains.agent.tools import toolbox
from chains.agent.tools.compare import direction_of
from chains.agent.tools.read_news import NewsItem
from chains.ask import Asker
from ingest.library import Library


class Wire:
    place = "the wire"

    def __init__(self, items: Sequence[NewsItem]) -> None:
        self._items = list(items)

    def items(self) -> list[NewsItem]:
        return self._items


class Pad:
    def __init__(self) -> None:
        self.notes: list[str] = []

    def add(self, text: str) -> str:
        self.notes.append(text)
        return str(len(self.notes))

    def remove(self, text_or_id: str) -> list[str]:
        found = [note for note in self.notes if text_or_id in note]
        self.notes = [note for note in self.notes if note not in found]
        return found

    def all(self) -> list[Note]:
        return [Note(str(number), text) for number, text in enumerate(self.notes, 1)]


NEWS = [
    NewsItem("Larkmoor wins", "positive", 0.9, "w.csv", 1, date(2025, 11, 3), ("Larkmoor Controls", "LRKM"), "Wire"),
    NewsItem("Larkmoor loses", "negative", 0.8, "w.csv", 2, date(2025, 11, 1), ("Larkmoor", "LRKM")),
    NewsItem("Larkmoor meets", "neutral", 0.7, "w.csv", 3, None, ("Larkmoor",)),
    NewsItem("Banks such as Harrowgate slip", "negative", 0.7, "w.csv", 4, date(2025, 11, 2)),
]


@pytest.fixture(scope="module")
def tools(sample_asker: Asker, sample_library: Library) -> dict[str, BaseTool]:
    made = toolbox(sample_asker, sample_library, sentiment=lambda: None, news=Wire(NEWS), notes=Pad())  # type: ignore[arg-type,return-value]
    return {tool.name: tool for tool in made}


def call(tool: BaseTool, **arguments: Any) -> Any:
    return tool.invoke({"type": "tool_call", "id": "1", "name": tool.name, "args": arguments})


def test_every_tool_describes_itself_and_is_answered_when_called_wrongly(tools: dict[str, BaseTool]) -> None:
    assert list(tools) == [
        "ask_reports", "look_up_figures", "compute_program", "compute_metric", "search_passages", "list_documents",
        "compare", "news_sentiment", "read_news", "remember", "forget", "recall",
    ]  # fmt: skip
    for tool in tools.values():
        schema = tool.tool_call_schema.model_json_schema()
        assert all("description" in field for field in schema["properties"].values()), tool.name
        said = tool.invoke({name: {"a": 1} for name in schema["properties"]})
        assert said.startswith("the call does not fit ("), tool.name
        assert "; expected " in said or "), expected" in said or "expected" in said
    assert [name for name, tool in tools.items() if (tool.metadata or {}).get("writes")] == ["remember", "forget"]


def test_artifacts_are_plain_data_of_one_form(tools: dict[str, BaseTool]) -> None:
    given: dict[str, dict[str, Any]] = {
        "ask_reports": {"question": "What was Larkmoor's revenue in FY2025?"},
        "look_up_figures": {"item": "inventories", "company": "Larkmoor"},
        "compute_program": {"program": "divide(1, 4)"},
        "compute_metric": {"metric": "current ratio", "company": "Larkmoor", "period": "FY2025"},
        "search_passages": {"query": "tariffs", "company": "Larkmoor"},
        "list_documents": {},
        "compare": {"measure": "revenue", "companies": ["Larkmoor"], "periods": ["FY2024", "FY2025"]},
        "read_news": {"entity": "Larkmoor"},
        "remember": {"text": "a"},
        "recall": {},
        "forget": {"text": "a"},
    }
    for name, arguments in given.items():
        message = call(tools[name], **arguments)
        assert message.status == "success", message.text
        assert message.artifact["kind"] == name
        assert json.loads(json.dumps(message.artifact)) == message.artifact
        assert all({"document", "page", "quote", "figure"} <= set(c) for c in message.artifact["citations"])
        assert all(r["status"] in ("answered", "refused") for r in message.artifact["records"])


def test_comparing_ranks_exact_values_and_says_which_is_better(tools: dict[str, BaseTool]) -> None:
    message = call(tools["compare"], measure="net income", companies=["Larkmoor", "Harrowgate"], periods=["2025"])
    told = message.artifact
    # In millions the one, in thousands the other: what is ranked is the exact value.
    assert [row["unit"] for row in told["rows"]] == ["USD millions", "USD thousands"]
    assert (told["highest"]["company"], told["lowest"]["company"]) == (
        "Larkmoor Controls",
        "Harrowgate Community Bancorp",
    )
    assert told["better"] == "higher"
    assert message.text.endswith("A higher net income is better: Harrowgate Community Bancorp is the worse.")
    ranged = call(tools["compare"], measure="revenue", companies=["Larkmoor"], periods=["2023 to 2025"]).artifact
    assert [row["period"] for row in ranged["rows"]] == ["FY2023", "FY2024", "FY2025"]
    assert ranged["highest"]["period"] == "FY2025"
    barred = call(tools["compare"], measure="gross margin", companies=["Larkmoor", "Harrowgate"], periods=["2025"])
    assert (barred.artifact["highest"], barred.artifact["records"][1]["status"]) == (None, "refused")
    assert "cannot be ranked: there is no value for Harrowgate" in barred.text


@pytest.mark.parametrize(
    ("measure", "better"),
    [("quick ratio", "higher"), ("debt to equity", "lower"), ("revenue", "higher"), ("cost of sales", "lower"),
     ("revenue growth", "higher"), ("number of branches", "")],
)  # fmt: skip
def test_which_direction_is_better(measure: str, better: str) -> None:
    assert direction_of(measure) == better


def test_figures_that_were_looked_up_can_be_calculated_with(tools: dict[str, BaseTool]) -> None:
    found = call(tools["look_up_figures"], item="inventories", company="Larkmoor", period="FY2025", limit=1)
    (figure,) = found.artifact["figures"]
    assert figure["printed"] == "196.0"
    assert figure["figure"] in found.text
    run = call(tools["compute_program"], program=f"divide({figure['figure']}, 2)")
    assert "USD 98 million" in run.text
    (record,) = run.artifact["records"]
    assert record["citations"][0]["figure"] == figure["figure"]
    assert run.artifact["steps"][0]["value"] == "98000000 USD"


def test_a_search_shows_the_sentences_that_speak_of_it(tools: dict[str, BaseTool]) -> None:
    message = call(tools["search_passages"], query="tariffs", company="Larkmoor", limit=2)
    assert len(message.artifact["passages"]) == 2
    assert any("ariff" in cited["quote"] for cited in message.artifact["citations"])


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        (
            "look_up_figures",
            {"item": "unicorns", "company": "Larkmoor"},
            "no figure 'unicorns' is in larkmoor_10k_2025",
        ),
        (
            "look_up_figures",
            {"item": "revenue", "company": "Tesla"},
            "no company 'Tesla' is in the library; the nearest",
        ),
        ("look_up_figures", {"item": "revenue", "document": "gone"}, "there is no document 'gone' in the library"),
        (
            "look_up_figures",
            {"item": "revenue", "company": "Larkmoor", "period": "soon"},
            "'soon' is no period; expected",
        ),
        ("compute_program", {"program": "divide(1, 0)"}, "divi"),
        ("compute_program", {"program": "explode(1)"}, "unknown operation"),
        ("compute_program", {"program": "add(x.p1.t1.r1.c1, 1)"}, "there is no figure 'x.p1.t1.r1.c1'"),
        ("compute_metric", {"metric": "quik ratio", "company": "Larkmoor"}, "the nearest are quick ratio"),
        ("compute_metric", {"metric": "quick ratio"}, "the library holds 3 companies; name one of"),
        ("search_passages", {"query": "x", "company": "Tesla"}, "no company 'Tesla'"),
        ("compare", {"measure": "revenue", "companies": ["Larkmoor"]}, "nothing to compare it with"),
        ("compare", {"measure": "revenue", "companies": ["Larkmoor", "Tesla"]}, "no company 'Tesla'"),
        ("list_documents", {"company": "Tesla"}, "no company 'Tesla'"),
        ("read_news", {"since": "yesterday"}, "since is 'yesterday'; expected a day as YYYY-MM-DD"),
        ("forget", {"text": "nothing of the kind"}, "there is no note 'nothing of the kind'"),
    ],
)
def test_errors_say_what_to_do(tools: dict[str, BaseTool], tool: str, arguments: dict[str, Any], said: str) -> None:
    message = call(tools[tool], **arguments)
    assert message.status == "error"
    assert said in message.text
    assert "\n" not in message.text


def test_news_is_found_by_name_ticker_and_text(tools: dict[str, BaseTool]) -> None:
    message = call(tools["read_news"], entity="Larkmoor")
    first, *lines = message.text.splitlines()
    assert first == (
        "3 news items about Larkmoor from 2025-11-01 to 2025-11-03: 1 positive, 1 neutral, 1 negative; neither positive nor "
        "negative on balance."
    )
    assert lines[0] == "2025-11-03 positive: Larkmoor wins"
    told = call(tools["read_news"], entity="LRKM", sentiment="negative", until="2025-11-02").artifact
    assert (told["found"], told["balance"], told["items"][0]["line"]) == (1, "negative", 2)
    assert call(tools["read_news"], entity="Harrowgate").artifact["items"][0]["text"].startswith("Banks")
    none = call(tools["read_news"], entity="Tesla", since="2025-11-01")
    assert none.text == (
        "No news about Tesla since 2025-11-01 is among the 4 tagged items, the newest of which is of 2025-11-03."
    )


def test_notes_are_recalled_and_forgotten_as_they_are(tools: dict[str, BaseTool]) -> None:
    assert call(tools["recall"]).text.startswith("Nothing is remembered. Say, for example: ")
    call(tools["remember"], text="our fiscal year starts in July")
    call(tools["remember"], text="I follow Larkmoor")
    assert call(tools["recall"]).text.splitlines()[1:] == ["- our fiscal year starts in July", "- I follow Larkmoor"]
    told = call(tools["recall"], about="fiscal years")
    assert [note["text"] for note in told.artifact["notes"]] == ["our fiscal year starts in July"]
    assert call(tools["recall"], about="leases").text == "No note is about leases; ask without it to see all."
    assert call(tools["forget"], text="July").text == "Forgotten: our fiscal year starts in July"
    assert call(tools["forget"], text="Larkmoor").status == "success"


def test_no_news_at_all_says_how_to_get_some(sample_asker: Asker, sample_library: Library) -> None:
    tool = {t.name: t for t in toolbox(sample_asker, sample_library, news=Wire([]))}["read_news"]
    assert "there is no tagged news in the wire; tag a file with finagent tag" in call(tool).text


def test_a_question_may_go_on_with_the_conversation(tools: dict[str, BaseTool]) -> None:
    message = call(tools["ask_reports"], question="and in 2024?", history=["What was Larkmoor's revenue in FY2025?"])
    assert message.text.startswith("Larkmoor Controls' revenue in FY2024 was")


def test_they_work_asynchronously(tools: dict[str, BaseTool]) -> None:
    said = asyncio.run(tools["list_documents"].ainvoke({"company": "Larkmoor"}))
    assert said.startswith("1 document of Larkmoor Controls, the newest first:")
