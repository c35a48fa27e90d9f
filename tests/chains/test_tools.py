"""The tool that an agent calls."""

import asyncio
from collections.abc import Sequence

import numpy as np

from chains.tools import MOST_TEXTS, sentiment_tool


class Mixed:
    name = "mixed"

    def probabilities(self, texts: Sequence[str], entities: Sequence[str | None] | None = None) -> np.ndarray:
        positive = [0.1, 0.2, 0.7]
        return np.array([positive[::-1] if entity else positive for entity in entities or [None] * len(texts)])


def test_it_answers_with_a_line_a_text_and_keeps_the_numbers() -> None:
    tool = sentiment_tool(Mixed())
    call = {"type": "tool_call", "id": "1", "name": tool.name, "args": {"texts": ["Profit\nrose.", "x" * 200]}}
    answer = tool.invoke(call)
    assert answer.content.splitlines()[0] == "positive (0.70): Profit rose."
    assert len(answer.content.splitlines()[1]) < 110
    assert [found["sentiment"] for found in answer.artifact["texts"]] == ["positive", "positive"]
    assert (answer.artifact["counts"], answer.artifact["citations"]) == ({"positive": 2}, [])
    assert tool.invoke({"texts": ["a"], "entity": "Acme"}).startswith("negative (0.70)")
    assert asyncio.run(tool.ainvoke({"texts": ["a"]})).startswith("positive")
    assert sentiment_tool(Mixed(), min_confidence=0.9).invoke({"texts": ["a"]}).startswith("abstain")


def test_its_arguments_are_described() -> None:
    schema = sentiment_tool(Mixed()).tool_call_schema.model_json_schema()
    assert schema["required"] == ["texts"]
    assert schema["properties"]["texts"]["maxItems"] == MOST_TEXTS
    assert all("description" in field for field in schema["properties"].values())


def test_a_wrong_call_is_answered_with_what_was_expected() -> None:
    tool = sentiment_tool(Mixed())
    assert "there is no text to tag" in tool.invoke({"texts": [" "]})
    for wrong in ({"texts": []}, {"texts": ["a"] * (MOST_TEXTS + 1)}, {}, {"texts": [1] * 9}):
        said = tool.invoke(wrong)
        assert said.startswith("the call does not fit (texts") and "expected texts, a list of 1 to 256 texts" in said
