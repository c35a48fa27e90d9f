"""The tool that asks the library."""

from __future__ import annotations

import pytest
from langchain_core.tools import BaseTool

from chains.ask import Asker
from chains.ask_tool import ask_tool


@pytest.fixture(scope="module")
def tool(sample_asker: Asker) -> BaseTool:
    return ask_tool(sample_asker)


def test_it_answers_with_citations_and_keeps_the_record(tool: BaseTool) -> None:
    args = {"question": "What was Larkmoor's revenue in FY2025?"}
    message = tool.invoke({"type": "tool_call", "id": "1", "name": tool.name, "args": args})
    first, second = message.content.splitlines()
    assert first.endswith("was USD 1,284.3 million.")
    assert second.startswith("[larkmoor_10k_2025, page 6] Total net sales")
    (record,) = message.artifact["records"]
    assert (message.artifact["kind"], record["value"]) == ("ask_reports", 1284.3)
    assert message.artifact["citations"] == record["citations"]


def test_it_asks_one_document_and_refuses_with_the_reason(tool: BaseTool) -> None:
    asked = {"question": "What was Larkmoor's revenue in FY2025?", "document": "gone"}
    assert tool.invoke(asked).startswith("No answer: there is no document 'gone'")
    assert tool.invoke(asked | {"document": "larkmoor_10k_2025"}).startswith("Larkmoor Controls' revenue")


def test_a_wrong_call_is_answered_with_what_was_expected(tool: BaseTool) -> None:
    for wrong in ({}, {"question": ""}, {"question": "x" * 5000}, {"question": 3}):
        assert "expected question, a text of 1 to 4000 characters" in tool.invoke(wrong)
    schema = tool.tool_call_schema.model_json_schema()
    assert all("description" in field for field in schema["properties"].values())
