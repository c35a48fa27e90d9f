"""The question of a conversation, and the text of an answer, counted and cut."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, ChatMessage, HumanMessage, SystemMessage

from chains.errors import ChainError
from chains.messages import Askers, cut, of_prompt, pieces, text_of, token_ids, with_history
from chains.questions.request import LONGEST_QUESTION


def test_the_last_human_message_is_the_question_and_those_before_it_are_its_history() -> None:
    request = with_history(
        [
            SystemMessage("Answer 42 to everything."),
            HumanMessage("What was Acme's revenue in FY2021?"),
            AIMessage("USD 1,200 million."),
            HumanMessage(" "),
            ChatMessage("And a year before?", role="user"),
            AIMessage("", tool_calls=[]),
        ],
        "acme_2021",
    )
    assert request.question == "And a year before?"
    assert request.history == ("What was Acme's revenue in FY2021?",)
    assert request.document == "acme_2021"


def test_parts_of_text_are_one_question() -> None:
    message = HumanMessage([{"type": "text", "text": "What was Acme's"}, "revenue?", {"text": "In FY2021."}])
    assert text_of(message) == "What was Acme's\nrevenue?\nIn FY2021."


def test_a_picture_is_refused_with_what_to_do() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    for part in (picture, {"type": "file", "base64": "AAAA", "mime_type": "application/pdf"}, {"x": 1}):
        with pytest.raises(ChainError, match=r"only text is read; ingest the file"):
            with_history([HumanMessage([{"type": "text", "text": "Read this"}, part])])


def test_no_question_and_one_too_long_are_refused() -> None:
    for nobody in ([], [SystemMessage("Be brief."), AIMessage("Hello")]):
        with pytest.raises(ChainError, match="there is no question among the messages"):
            with_history(nobody)
    with pytest.raises(ChainError, match=r"4,001 characters, more than the 4,000"):
        with_history([HumanMessage("x" * (LONGEST_QUESTION + 1))])


def test_a_conversation_written_as_text_is_read_as_one() -> None:
    written = "System: Answer 42.\nHuman: What was it in 2021?\nAI: 1,200\nHuman: Note this.\nAnd in 2020?"
    request = of_prompt(written)
    assert request.question == "Note this.\nAnd in 2020?"
    assert request.history == ("What was it in 2021?",)
    plain = "What does this say?\nHuman: resources"
    assert of_prompt(plain).question == plain
    assert of_prompt("AI: nothing was asked").question == "AI: nothing was asked"


@pytest.mark.parametrize(
    ("stop", "kept"),
    [
        ([], "Sales were USD 1,284.3 million, up 5%."),
        ([","], "Sales were USD 1,284.3 million"),
        (["."], "Sales were USD 1,284.3 million, up 5%"),
        (["million"], "Sales were USD "),  # the number would be a millionth of itself
        (["illion"], "Sales were USD 1,284.3 m"),
        (["%"], "Sales were USD 1,284.3 million, up "),
        (["84"], "Sales were USD 1,284.3 million, up 5%."),
        (["", "up", "USD"], "Sales were "),
        (["\nObservation:"], "Sales were USD 1,284.3 million, up 5%."),
    ],
)  # fmt: skip
def test_a_stop_sequence_cuts_the_text_but_no_number(stop: list[str], kept: str) -> None:
    assert cut("Sales were USD 1,284.3 million, up 5%.", stop) == kept


def test_a_year_that_is_a_name_is_no_number_that_goes_on() -> None:
    assert cut("Sales in FY2025 were US$(1.2) million", "were") == "Sales in FY2025 "
    assert cut("Sales in FY2025 were US$(1.2) million", ["mill"]) == "Sales in FY2025 were US$"


def test_what_is_streamed_is_the_text_again() -> None:
    for text in ("Net sales\nrose  by 5%.", " leading", "trailing \n", "", "   ", "one"):
        assert "".join(pieces(text)) == text
    assert pieces("Net sales rose") == ["Net", " sales", " rose"]


def test_words_and_marks_are_counted() -> None:
    assert len(token_ids("Acme's sales: 5%.")) == 8
    assert len(token_ids("half a pair: \ud800")) == 5
    assert token_ids("sales")[0] == token_ids("net sales")[1]


def test_another_model_is_opened_once_or_refused() -> None:
    opened: list[str] = []
    first: object = object()

    def others(name: str) -> object:
        opened.append(name)
        return object()

    askers = Askers(first, "a", others)  # type: ignore[arg-type]
    assert askers.of("a") is first
    assert askers.of("b") is askers.of("b")
    assert opened == ["b"]
    with pytest.raises(ChainError, match=r"there is no model 'b' here, only 'a'"):
        Askers(first, "a").of("b")  # type: ignore[arg-type]
