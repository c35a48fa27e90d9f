"""LangChain tools as tools of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import BaseModel, Field

from app.mcp.tools import called, described, structured
from ingest.errors import IngestError


class Wanted(BaseModel):
    """The arguments."""

    name: str = Field(min_length=1, description="Whose.")
    count: int = Field(default=1, ge=1, le=9, description="How many.")


def made(work: object = None) -> BaseTool:
    def call(name: str, count: int = 1) -> tuple[str, object]:
        if isinstance(work, BaseException):
            raise work
        return f"{name} {count}", {"kind": "greet", "value": Decimal("1.5"), "records": []}

    return StructuredTool.from_function(
        func=call,
        name="greet_somebody",
        description="Greets.",
        args_schema=Wanted,
        response_format="content_and_artifact",
        handle_tool_error=True,
        handle_validation_error=lambda error: f"does not\nfit; expected a name ({error.error_count()})",
    )


def test_a_tool_is_described_with_title_arguments_and_that_it_only_reads() -> None:
    told = described(made())
    assert (told.name, told.title, told.description) == ("greet_somebody", "Greet somebody", "Greets.")
    assert told.input_schema["required"] == ["name"]
    assert told.input_schema["properties"]["count"] == {
        "default": 1, "description": "How many.", "maximum": 9, "minimum": 1, "type": "integer",
    }  # fmt: skip
    assert told.input_schema["additionalProperties"] is False
    assert told.annotations is not None
    assert told.annotations.read_only_hint is True
    assert told.annotations.open_world_hint is False


def test_a_call_gives_text_and_the_artifact_as_plain_data() -> None:
    result = called(made(), {"name": "Ann", "count": 2})
    assert not result.is_error
    assert result.content[0].text == "Ann 2"
    assert result.structured_content == {"kind": "greet", "value": 1.5, "records": []}


@pytest.mark.parametrize("arguments", [{}, {"name": ""}, {"name": "Ann", "count": 0}, {"name": ["Ann"]}])
def test_arguments_that_do_not_fit_are_an_error_of_one_line(arguments: dict[str, object]) -> None:
    result = called(made(), arguments)
    assert result.is_error
    assert result.content[0].text == "does not fit; expected a name (1)"
    assert result.structured_content is None


def test_an_argument_that_is_not_there_is_named_with_those_that_are() -> None:
    result = called(made(), {"name": "Ann", "counts": 2})
    assert result.is_error
    assert result.content[0].text == "greet_somebody has no argument 'counts'; expected some of name, count"


def test_foreseen_failures_are_errors_of_one_line_and_others_are_raised() -> None:
    for error in (ToolException("no\nfigure"), IngestError("no\nfigure")):
        result = called(made(error), {"name": "Ann"})
        assert (result.is_error, result.content[0].text) == (True, "no figure")
    with pytest.raises(KeyError):
        called(made(KeyError("nobody foresaw this")), {"name": "Ann"})


def test_an_artifact_becomes_a_json_object() -> None:
    @dataclass(frozen=True)
    class Row:
        text: str
        at: date

    assert structured(None) is None
    assert structured([Row("a", date(2025, 1, 2))]) == {"items": [{"text": "a", "at": "2025-01-02"}]}
    assert structured({"n": Decimal("3")}) == {"n": 3}
    with pytest.raises(TypeError, match="expected plain data"):
        structured({"n": object()})
