"""Conversations: the events of a turn, following up, looking back, two clients in one, and a client that hangs up."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from tests.app.server.conftest import REVENUE, Live, error_of, events, wait_for

loopback = pytest.mark.allow_hosts(["127.0.0.1"])


def say(client: TestClient, text: str, **given: Any) -> list[tuple[str, Any]]:
    response = client.post("/v1/chat", json={"text": text, **given})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/event-stream")
    return events(response.text)


def test_a_turn_comes_as_events_and_is_whole_in_the_end(client: TestClient) -> None:
    made = say(client, REVENUE)
    kinds = [kind for kind, _ in made]
    assert kinds[0] == "thread"
    assert kinds[-1] == "turn"
    turn = made[-1][1]
    assert turn["status"] == "answered"
    assert turn["thread"] == made[0][1]["thread"]
    assert "".join(record["text"] for kind, record in made if kind == "piece") == turn["text"]
    assert {record["tool"] for kind, record in made if kind == "step"} == {"ask_reports"}
    assert turn["citations"][0]["figure"]


def test_a_follow_up_is_understood_in_its_conversation_only(client: TestClient) -> None:
    say(client, REVENUE, thread="one")
    assert "1,201.7" in say(client, "and in FY2024?", thread="one")[-1][1]["text"]
    assert "1,201.7" not in say(client, "and in FY2024?", thread="another")[-1][1]["text"]


def test_conversations_are_listed_shown_and_removed(client: TestClient) -> None:
    say(client, REVENUE, thread="listed")
    assert "listed" in [one["name"] for one in client.get("/v1/threads").json()]
    turns = client.get("/v1/threads/listed").json()["turns"]
    assert [(turn["asked"], turn["number"]) for turn in turns] == [(REVENUE, 1)]
    assert client.delete("/v1/threads/listed").json() == {"thread": "listed", "removed": True, "turns": 1}
    assert client.get("/v1/threads/listed").status_code == 404
    assert client.delete("/v1/threads/listed").status_code == 404


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"text": ""}, 422),
        ({"text": "  "}, 400),
        ({"text": "x" * 5000}, 400),
        ({"text": REVENUE, "thread": "../../x"}, 400),
        ({"text": REVENUE, "thread": "a b"}, 400),
        ({"text": REVENUE, "thread": "x" * 65}, 422),
        ({"text": REVENUE, "document": "nothing"}, 404),
        ({"text": REVENUE, "unknown": 1}, 422),
        ({}, 422),
    ],
)
def test_what_cannot_be_asked(client: TestClient, given: dict[str, Any], status: int) -> None:
    response = client.post("/v1/chat", json=given)
    assert response.status_code == status, response.text
    error_of(response)


def test_a_decision_where_nothing_waits(client: TestClient) -> None:
    response = client.post("/v1/chat/decision", json={"thread": "nothing-waits", "approve": True})
    assert response.status_code == 400
    assert "nothing waits" in error_of(response)["message"]


def test_a_tool_that_writes_asks_first(client: TestClient) -> None:
    made = say(client, "Remember that Larkmoor's fiscal year ends in September.", thread="remembers")
    kind, asked = made[-1]
    assert (kind, asked["thread"]) == ("approval", "remembers")
    assert client.get("/v1/threads/remembers").json() == {"thread": "remembers", "turns": [], "approval": asked}
    response = client.post("/v1/chat/decision", json={"thread": "remembers", "approve": True})
    assert events(response.text)[-1][0] == "turn"
    assert client.get("/v1/threads/remembers").json()["approval"] is None


def test_two_clients_in_one_conversation_lose_nothing(client: TestClient) -> None:
    years = ["FY2025", "FY2024", "FY2023", "FY2025", "FY2024", "FY2023"]
    with ThreadPoolExecutor(6) as threads:
        made = list(threads.map(lambda y: say(client, f"What was Larkmoor's revenue in {y}?", thread="shared"), years))
    turns = [one[-1][1] for one in made]
    assert [turn["asked"].split()[-1] for turn in turns] == [f"{year}?" for year in years]
    assert sorted(turn["number"] for turn in turns) == [1, 2, 3, 4, 5, 6]
    kept = client.get("/v1/threads/shared").json()["turns"]
    assert [turn["number"] for turn in kept] == [1, 2, 3, 4, 5, 6]
    assert {turn["number"]: turn["text"] for turn in kept} == {turn["number"]: turn["text"] for turn in turns}


@loopback
def test_words_come_as_they_are_made_over_the_wire(serve: Callable[..., Live]) -> None:
    live = serve()
    with httpx.stream("POST", f"{live.address}/v1/chat", json={"text": REVENUE}) as response:
        lines = [line for line in response.iter_lines() if line.startswith("event")]
    assert lines[0] == "event: thread"
    assert lines[-1] == "event: turn"


@loopback
def test_a_client_that_hangs_up_frees_its_slot(serve: Callable[..., Live]) -> None:
    live = serve(capacity=1, queue=1)
    body = json.dumps({"question": REVENUE}).encode()
    head = f"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    for _ in range(20):
        line = socket.create_connection(("127.0.0.1", live.port))
        line.sendall(head.encode() + body)
        line.close()
    for _ in range(5):
        line = socket.create_connection(("127.0.0.1", live.port))
        line.sendall(head.encode() + body[:5])  # and in the middle of a body
        line.close()

    def asked() -> Any:
        response = httpx.post(f"{live.address}/v1/ask", json={"question": REVENUE})
        return response if response.status_code != 429 else None

    assert wait_for(asked).json()["status"] == "answered"
    load = live.app.state.site.work
    wait_for(lambda: (load.load.working, load.load.waiting) == (0, 0))


@loopback
def test_a_client_that_hangs_up_in_a_stream_leaves_the_conversation_open_to_others(serve: Callable[..., Live]) -> None:
    live = serve(capacity=1)
    for _ in range(3):
        with httpx.stream("POST", f"{live.address}/v1/chat", json={"text": REVENUE, "thread": "left"}) as response:
            next(response.iter_lines())
    made = httpx.post(f"{live.address}/v1/chat", json={"text": REVENUE, "thread": "left"}, timeout=20)
    assert events(made.text)[-1][0] == "turn"
    turns = httpx.get(f"{live.address}/v1/threads/left").json()["turns"]
    assert [turn["number"] for turn in turns] == list(range(1, len(turns) + 1))
    assert turns[-1]["status"] == "answered"


@loopback
def test_beyond_capacity_it_queues_and_beyond_the_queue_it_refuses(serve: Callable[..., Live]) -> None:
    live = serve(capacity=1, queue=2)
    with ThreadPoolExecutor(24) as threads:
        made = list(
            threads.map(
                lambda n: httpx.post(f"{live.address}/v1/ask", json={"question": f"{REVENUE} {n}"}, timeout=30),
                range(24),
            )
        )
    statuses = {response.status_code for response in made}
    assert statuses <= {200, 429}
    assert [r.json()["status"] for r in made if r.status_code == 200]
    for response in made:
        if response.status_code == 429:
            assert int(response.headers["retry-after"]) >= 1
            error_of(response)


@loopback
def test_an_ending_server_finishes_what_runs(serve: Callable[..., Live]) -> None:
    live = serve()
    with httpx.stream("POST", f"{live.address}/v1/chat", json={"text": REVENUE}) as response:
        lines = response.iter_lines()
        next(lines)
        live.server.should_exit = True
        assert "event: turn" in list(lines)
