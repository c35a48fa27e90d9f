"""A tool is chosen by its words, and its arguments are read from what was said."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel

from chains.errors import ChainError
from chains.tool_calls import call_id, choose, fill, fits, of_answer, of_request


class GetWeather(BaseModel):
    """Tells the weather at a place."""

    location: str


class AddNumbers(BaseModel):
    """Adds two numbers."""

    a: int
    b: float


class SaveNote(BaseModel):
    """Saves a note in the notebook."""

    title: str
    body: str | None = None
    priority: int = 1
    kind: Literal["to_do", "reminder"] | None = None


TOOLS = [convert_to_openai_tool(tool) for tool in (GetWeather, AddNumbers, SaveNote)]


def called(request: str, tool_choice: Any = None, used: tuple[str, ...] = ()) -> str | None:
    function = choose(TOOLS, tool_choice, request, used)
    return None if function is None else function["name"]


def filled(tool: type[BaseModel], text: str) -> dict[str, Any]:
    return fill(convert_to_openai_tool(tool)["function"]["parameters"], of_request(text))


@pytest.mark.parametrize(
    ("request_", "tool_choice", "name"),
    [
        ("What is the weather in Bergen?", None, "GetWeather"),
        ("Please add 3 and 4.5", "auto", "AddNumbers"),
        ("What was Acme's revenue in FY2021?", None, None),
        ("What was Acme's revenue in FY2021?", "any", "GetWeather"),
        ("Save a note", "any", "SaveNote"),
        ("Save a note", "required", "SaveNote"),
        ("Save a note", "none", None),
        ("Save a note", {"type": "none"}, None),
        ("Hello", {"type": "auto"}, None),
        ("Hello", {"type": "any"}, "GetWeather"),
        ("Hello", "AddNumbers", "AddNumbers"),
        ("Hello", {"type": "function", "function": {"name": "AddNumbers"}}, "AddNumbers"),
    ],
)
def test_the_tool_that_the_words_name_is_called(request_: str, tool_choice: Any, name: str | None) -> None:
    assert called(request_, tool_choice) == name


def test_a_tool_is_called_once_for_a_message() -> None:
    assert called("What is the weather in Bergen?", None, ("GetWeather",)) is None
    assert called("What is the weather in Bergen?", "any", ("GetWeather",)) != "GetWeather"
    assert called("Hello", "GetWeather", ("GetWeather",)) is None
    assert called("Hello", "any", ("GetWeather", "AddNumbers", "SaveNote")) is None


def test_an_unknown_tool_is_refused_with_the_known() -> None:
    with pytest.raises(ChainError, match=r"no tool 'Fly' to call; expected one of GetWeather, AddNumbers, SaveNote"):
        choose(TOOLS, "Fly", "Hello")
    assert choose([], "any", "Hello") is None


def test_numbers_are_taken_in_order_and_by_type() -> None:
    assert filled(AddNumbers, "add 3 and 4.5") == {"a": 3, "b": 4.5}
    assert filled(AddNumbers, "add 4.5 and (1,200)") == {"a": 1200, "b": 4.5}
    assert filled(AddNumbers, "add -3 and 4 to FY2021") == {"a": -3, "b": 4}
    assert filled(AddNumbers, f"add {'9' * 400} and 5") == {"a": 5}


def test_what_was_not_said_is_left_out() -> None:
    assert filled(AddNumbers, "Hello") == {}
    assert filled(SaveNote, "Save this from 2021") == {"title": "Save this from 2021"}


def test_quoted_texts_go_to_strings_in_order() -> None:
    said = "Save a note 'Ring Acme’s auditor' saying “at nine”, as a to do of priority 3"
    assert filled(SaveNote, said) == {
        "title": "Ring Acme’s auditor",
        "body": "at nine",
        "priority": 3,
        "kind": "to_do",
    }
    assert filled(GetWeather, "How is Acme's and Zeta's weather?") == {"location": "How is Acme's and Zeta's weather?"}


def test_a_question_is_taken_whole() -> None:
    class Ask(BaseModel):
        """Asks."""

        question: str
        document: str | None = None

    said = 'What is "net sales" of Acme?'
    assert filled(Ask, said)["question"] == said


def test_lists_truths_and_parts() -> None:
    class Part(BaseModel):
        name: str

    class All(BaseModel):
        """All kinds."""

        texts: list[str]
        years: list[int]
        kinds: list[Literal["annual", "quarterly"]]
        restated: bool
        part: Part

    made = filled(All, 'Take "a" and "b" of 2020 and 2021, annual, yes')
    assert made["texts"] == ["a", "b"]
    assert made["years"] == [2020, 2021]
    assert made["kinds"] == ["annual"]
    assert made["restated"] is True
    assert made["part"]["name"].startswith("Take")


def test_a_schema_that_holds_itself_ends() -> None:
    schema = {
        "properties": {"node": {"$ref": "#/$defs/node"}},
        "required": ["node"],
        "$defs": {
            "node": {
                "type": "object",
                "properties": {"child": {"$ref": "#/$defs/node"}, "name": {"type": "string"}},
                "required": ["child", "name"],
            }
        },
    }
    assert fill(schema, of_request("Hello"))["node"]["name"] == "Hello"
    many = {"properties": {f"n{i}": {"$ref": "#/$defs/many"} for i in range(20)}, "required": ["n0"], "type": "object"}
    assert fill(many | {"$defs": {"many": many}}, of_request("Hello"))
    assert fill({}, of_request("Hello")) == {}
    assert fill({"properties": {"x": {"$ref": "#/$defs/gone"}}, "required": ["x"]}, of_request("Hello")) == {}


RECORD = {
    "question": "What was Acme's revenue in fiscal year 2021?",
    "status": "answered",
    "answer": "Acme's revenue in FY2021 was USD 1,200 million.",
    "value": 1200,
    "unit": "USD millions",
    "citations": [{"document": "acme_2021", "page": 3, "quote": "Net sales: 1,200", "figure": "f1"}],
    "confidence": 0.9,
}
NUMBER = {"type": "number"}


def of_record(properties: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return fill({"properties": properties, "required": list(properties)}, of_answer(RECORD | changed))


def test_a_form_is_filled_with_the_number_of_the_answer_and_none_of_the_question() -> None:
    assert of_record({"value": NUMBER, "unit": {"type": "string"}}) == {"value": 1200, "unit": "USD millions"}
    assert of_record({"year": {"type": "integer"}, "revenue": NUMBER}) == {"revenue": 1200}
    assert of_record({"amount_in_usd": NUMBER, "result": NUMBER}) == {"amount_in_usd": 1200}
    assert of_record({"dividend": NUMBER}) == {}
    assert of_record({"a": NUMBER}) == {}
    assert of_record({"value": NUMBER}, value=None, status="refused") == {}
    assert of_record({"revenue": NUMBER}, value=None, status="refused") == {}
    assert of_record({"citations": {"type": "array", "items": {"type": "object"}}})["citations"][0]["page"] == 3


def test_a_refusal_is_neither_yes_nor_no_nor_a_choice() -> None:
    form = {"grew": {"type": "boolean"}, "way": {"enum": ["up", "down"]}}
    assert of_record(form, answer="Yes. It went up.") == {"grew": True, "way": "up"}
    assert of_record(form, answer="It went down, and yes, it was foreseen.") == {"way": "down"}
    assert of_record(form, answer="No answer: nothing says up or down.", status="refused", value=None) == {}


def test_a_value_fits_a_type() -> None:
    assert fits(1, {"type": "integer"}) and not fits(True, {"type": "integer"})
    assert not fits(None, {"type": "number"}) and fits(None, {"anyOf": [{"type": "number"}, {"type": "null"}]})
    assert not fits(["a"], {"type": "array", "items": {"type": "integer"}})
    assert fits("up", {"enum": ["up"]}) and not fits("x", {"enum": ["up"]})
    assert not fits("x", {"type": ["string"]})


def test_calls_have_ids_of_their_own() -> None:
    assert call_id("f", {"a": 1}, 1) == call_id("f", {"a": 1}, 1) != call_id("f", {"a": 1}, 3)
