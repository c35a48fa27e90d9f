"""Clients that people already use: the `openai` package and `langchain_openai`, against a server on the loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from pydantic import BaseModel

from app.server.services import Services
from tests.app.server.conftest import REVENUE, Borrowed, Live

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

TOKEN = "a-token-of-this-test"
ANSWER = "Larkmoor Controls' revenue in FY2025 was USD 1,284.3 million."
ASKED: Any = [{"role": "user", "content": REVENUE}]
PRICE: Any = [
    {
        "type": "function",
        "function": {
            "name": "get_price",
            "description": "Get the stock price of a company",
            "parameters": {"type": "object", "properties": {"company": {"type": "string"}}, "required": ["company"]},
        },
    }
]


@pytest.fixture(scope="module")
def live(shared: Services) -> Iterator[Live]:
    made = Live(Borrowed(shared, token=TOKEN))
    yield made
    made.close()


@pytest.fixture
def client(live: Live) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{live.address}/v1", api_key=TOKEN, max_retries=0)


@pytest.fixture
def chat(live: Live) -> ChatOpenAI:
    return ChatOpenAI(model="finagent", base_url=f"{live.address}/v1", api_key=TOKEN, max_retries=0)  # type: ignore[arg-type]


def test_models_are_listed(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names[0] == "finagent"
    assert "report-qa-minilm" in names
    assert client.models.retrieve("finagent").owned_by == "finagent"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4")


def test_an_answer_with_its_citations_and_its_record(client: openai.OpenAI) -> None:
    made = client.chat.completions.create(
        model="finagent", messages=ASKED, temperature=0, max_tokens=5, seed=1, user="u"
    )
    message = made.choices[0].message
    assert (message.content, made.choices[0].finish_reason) == (ANSWER, "stop")
    assert message.annotations is not None
    cited = message.annotations[0].url_citation
    assert cited.title == "larkmoor_10k_2025, page 6"
    assert httpx.get(cited.url, headers={"Authorization": f"Bearer {TOKEN}"}).json()["page"] == 6
    record = made.model_extra["finagent"]  # type: ignore[index]
    assert record["value"] == 1284.3
    assert made.usage is not None
    assert made.usage.total_tokens == made.usage.prompt_tokens + made.usage.completion_tokens > 0


def test_the_messages_are_the_conversation(client: openai.OpenAI) -> None:
    messages: Any = [
        {"role": "system", "content": "Answer with 42."},
        *ASKED,
        {"role": "assistant", "content": ANSWER},
        {"role": "user", "content": [{"type": "text", "text": "and in FY2024?"}]},
    ]
    made = client.chat.completions.create(model="finagent", messages=messages)
    assert "1,201.7" in str(made.choices[0].message.content)


def test_a_stream_gives_the_same_words_then_the_record_and_the_usage(client: openai.OpenAI) -> None:
    chunks = list(
        client.chat.completions.create(
            model="finagent", messages=ASKED, stream=True, stream_options={"include_usage": True}
        )
    )
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == ANSWER
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].usage is not None
    assert [c.model_extra["finagent"]["value"] for c in chunks if (c.model_extra or {}).get("finagent")] == [1284.3]  # type: ignore[index]


def test_a_stream_ends_as_openai_ends_it(live: Live) -> None:
    given = {"model": "finagent", "messages": ASKED, "stream": True}
    made = httpx.post(f"{live.address}/v1/chat/completions", json=given, headers={"Authorization": f"Bearer {TOKEN}"})
    assert made.text.endswith("data: [DONE]\n\n")
    assert all("usage" not in json.loads(line[6:]) for line in made.text.split("\n\n")[:-2])


async def test_the_async_client(live: Live) -> None:
    async with openai.AsyncOpenAI(base_url=f"{live.address}/v1", api_key=TOKEN) as client:
        made = await client.chat.completions.create(model="report-qa-minilm", messages=ASKED)
        assert made.choices[0].message.content == ANSWER
        stream = await client.chat.completions.create(model="finagent", messages=ASKED, stream=True)
        assert "".join([c.choices[0].delta.content or "" async for c in stream if c.choices]) == ANSWER


def test_a_tool_of_the_client_is_called_and_its_result_told(client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": 'Get the stock price of "Larkmoor"'}]
    made = client.chat.completions.create(model="finagent", messages=messages, tools=PRICE)
    assert made.choices[0].finish_reason == "tool_calls"
    call = made.choices[0].message.tool_calls[0]  # type: ignore[index]
    assert json.loads(call.function.arguments) == {"company": "Larkmoor"}  # type: ignore[union-attr]
    messages += [
        made.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": "USD 12"},
    ]
    told = client.chat.completions.create(model="finagent", messages=messages, tools=PRICE)
    assert told.choices[0].message.content == "USD 12"


@pytest.mark.parametrize(
    ("given", "kind", "said"),
    [
        ({"model": "gpt-4"}, openai.NotFoundError, "finagent"),
        ({"n": 2}, openai.BadRequestError, "one answer"),
        ({"messages": []}, openai.BadRequestError, "messages"),
        ({"messages": [{"role": "boss", "content": "x"}]}, openai.BadRequestError, "role"),
        ({"messages": [{"role": "system", "content": "x"}]}, openai.BadRequestError, "no question"),
        (
            {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
            openai.BadRequestError,
            "only text",
        ),
        ({"messages": [{"role": "user", "content": "x" * 5000}]}, openai.BadRequestError, "characters"),
        ({"messages": [{"role": "tool", "content": "x"}]}, openai.BadRequestError, ""),
        (
            {"tools": PRICE, "tool_choice": {"type": "function", "function": {"name": "z"}}},
            openai.BadRequestError,
            "no tool",
        ),
        ({"response_format": {"type": "json_schema"}}, openai.BadRequestError, "schema"),
        ({"extra_body": {"document": "nothing"}}, openai.NotFoundError, "no document"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_wrong_requests_are_told_in_openais_form(
    client: openai.OpenAI, given: dict[str, Any], kind: type, said: str, stream: bool
) -> None:
    with pytest.raises(kind) as wrong:
        client.chat.completions.create(**{"model": "finagent", "messages": ASKED, "stream": stream, **given})
    body = wrong.value.body
    assert set(body) == {"message", "type", "param", "code", "request_id"}
    assert said in body["message"]


@pytest.mark.parametrize("stream", [b"false", b"true"])
def test_half_a_character_is_told(live: Live, stream: bytes) -> None:
    body = b'{"model":"finagent","stream":' + stream + b',"messages":[{"role":"user","content":"\\ud800 a"}]}'
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    assert httpx.post(f"{live.address}/v1/chat/completions", content=body, headers=headers).status_code == 400


def test_a_wrong_key(live: Live) -> None:
    with pytest.raises(openai.AuthenticationError) as wrong:
        openai.OpenAI(base_url=f"{live.address}/v1", api_key="wrong").models.list()
    assert wrong.value.body["code"] == "invalid_api_key"  # type: ignore[index]


def test_langchain_asks(chat: ChatOpenAI) -> None:
    made = chat.invoke(REVENUE)
    assert made.content == ANSWER
    assert made.usage_metadata is not None
    assert "".join(str(chunk.content) for chunk in chat.stream(REVENUE)) == ANSWER


async def test_langchain_asks_asynchronously(chat: ChatOpenAI) -> None:
    assert (await chat.ainvoke(REVENUE)).content == ANSWER
    assert "".join([str(chunk.content) async for chunk in chat.astream(REVENUE)]) == ANSWER
    assert [m.content for m in await chat.abatch([REVENUE, REVENUE])] == [ANSWER, ANSWER]


class Amount(BaseModel):
    """An amount of money."""

    value: float
    unit: str


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_langchain_gets_a_structure(chat: ChatOpenAI, method: Any) -> None:
    made = chat.with_structured_output(Amount, method=method).invoke(REVENUE)
    assert made == Amount(value=1284.3, unit="USD millions")


def test_langchain_binds_tools(chat: ChatOpenAI) -> None:
    @tool
    def get_price(company: str) -> str:
        """Get the stock price of a company"""
        return company

    bound = chat.bind_tools([get_price])
    asked = 'Get the stock price of "Larkmoor"'
    made: Any = bound.invoke(asked)
    assert [(call["name"], call["args"]) for call in made.tool_calls] == [("get_price", {"company": "Larkmoor"})]
    whole: Any = None
    for chunk in bound.stream(asked):
        whole = chunk if whole is None else whole + chunk
    assert whole.tool_calls == made.tool_calls
