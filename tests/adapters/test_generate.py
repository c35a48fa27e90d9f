"""Servers of models on the loopback that answer well, badly, late or not at all, and names of models."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import AdapterError, GeneratorError, PromptTooLongError
from adapters.generating.generator import Generator, open_generator
from adapters.generating.remote import LARGEST_REPLY

loopback = pytest.mark.allow_hosts(["127.0.0.1"])
HELLO = [("system", "answer in json"), ("user", "what is the revenue")]
SCHEMA = {"type": "object", "properties": {"kind": {"type": "string"}}}


def chat(content: Any) -> bytes:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


class Server:
    """A server whose replies are scripted: (status, body) in turn, the last one for ever; `slow` drips it."""

    def __init__(self) -> None:
        self.script: list[tuple[int, bytes]] = [(200, chat("fine"))]
        self.seen: list[dict[str, Any]] = []
        self.drip = 0.0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def _reply(self, body: Any) -> None:
                server.seen.append({"path": self.path, "body": body, "headers": dict(self.headers)})
                status, said = server.script.pop(0) if len(server.script) > 1 else server.script[0]
                try:
                    self.send_response(status)
                    if status == 302:
                        self.send_header("Location", "http://127.0.0.1:1/")
                    self.end_headers()
                    for part in [said[n : n + 1] for n in range(len(said))] if server.drip else [said]:
                        self.wfile.write(part)
                        time.sleep(server.drip)
                except OSError:
                    return  # the client hung up

            def do_POST(self) -> None:  # noqa: N802
                self._reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def do_GET(self) -> None:  # noqa: N802
                self._reply(None)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                return

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.http.server_address[1]}/v1"
        threading.Thread(target=self.http.serve_forever, args=[0.01], daemon=True).start()

    def generator(self, model: str = "#m", **more: Any) -> Generator:
        return open_generator(self.address + model, home=Path("/nowhere"), **{"timeout": 5.0, **more})


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


@loopback
def test_a_server_is_asked_in_openais_protocol(server: Server) -> None:
    assert server.generator(key="sk-1").complete(HELLO, schema=SCHEMA, max_tokens=7) == "fine"
    (seen,) = server.seen
    assert seen["path"] == "/v1/chat/completions"
    assert seen["headers"]["Authorization"] == "Bearer sk-1"
    body = seen["body"]
    assert (body["model"], body["max_tokens"], body["temperature"]) == ("m", 7, 0)
    assert body["messages"][1] == {"role": "user", "content": "what is the revenue"}
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA


@loopback
def test_a_server_without_structured_output_is_asked_plainly_from_then_on(server: Server) -> None:
    server.script = [(400, b'{"error": "unknown field response_format"}'), (200, chat("a")), (200, chat("b"))]
    generator = server.generator()
    assert generator.complete(HELLO, schema=SCHEMA) == "a"
    assert generator.complete(HELLO, schema=SCHEMA) == "b"
    assert ["response_format" in seen["body"] for seen in server.seen] == [True, False, False]


@loopback
def test_the_only_model_of_a_server_needs_no_name(server: Server) -> None:
    server.script = [(200, b'{"data": [{"id": "qwen"}]}'), (200, chat("fine"))]
    generator = server.generator("")
    assert generator.complete(HELLO) == "fine"
    assert server.seen[1]["body"]["model"] == "qwen"
    assert generator.name == f"{server.address}#qwen"


@loopback
def test_a_server_with_several_models_asks_for_a_name(server: Server) -> None:
    server.script = [(200, b'{"data": [{"id": "qwen"}, {"id": "llama"}]}')]
    with pytest.raises(GeneratorError, match=r"serves qwen, llama; name one: .*#MODEL"):
        server.generator("").complete(HELLO)


@loopback
def test_an_error_of_the_server_is_tried_once_more(server: Server) -> None:
    server.script = [(503, b"loading"), (200, chat("now"))]
    assert server.generator().complete(HELLO) == "now"
    server.script = [(500, b"boom")]
    server.seen.clear()
    with pytest.raises(GeneratorError, match="refuses with status 500: boom; see its log"):
        server.generator().complete(HELLO)
    assert len(server.seen) == 2


@loopback
@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<html>hello</html>", "no JSON object"),
        (200, b"[" * 100_000, "no JSON object"),
        (200, b"\xff\xfe\x1b[31m", "no JSON object"),
        (200, b"[1]", "no JSON object"),
        (200, b'{"choices": []}', "without a message"),
        (200, b'{"choices": [{"message": {"content": null}}]}', "without a message"),
        (200, b'{"choices": {"0": 1}}', "without a message"),
        (200, b"", "no JSON object"),
        (200, b" " * (LARGEST_REPLY + 1), "more than 2 MiB"),
        (302, b"", "sends on to another address"),
        (401, b'{"error": {"message": "bad key sk-secret"}}', r"status 401: bad key \(the key\); set llm_key"),
        (404, b'{"error": {"message": "no model m"}}', "status 404: no model m; check the address"),
        (429, b"", "it is busy"),
    ],
)
def test_a_nonsensical_server_is_named_in_one_line(server: Server, status: int, body: bytes, said: str) -> None:
    server.script = [(status, body)]
    with pytest.raises(GeneratorError, match=said) as caught:
        server.generator(key="sk-secret").complete(HELLO)
    message = str(caught.value)
    assert "\n" not in message
    assert "\x1b" not in message
    assert "sk-secret" not in message
    assert len(message) < 400


@loopback
def test_a_question_that_is_too_long_for_the_server_is_told_apart(server: Server) -> None:
    server.script = [(400, b'{"error": {"message": "This model\'s maximum context length is 4096 tokens."}}')]
    with pytest.raises(PromptTooLongError):
        server.generator().complete(HELLO, schema=SCHEMA)
    assert len(server.seen) == 1


@loopback
def test_a_slow_server_is_given_up_however_it_drips(server: Server) -> None:
    server.drip = 0.05
    server.script = [(200, chat("x" * 1000))]
    started = time.perf_counter()
    with pytest.raises(GeneratorError, match=r"did not answer within 0\.3 seconds; set llm_timeout higher"):
        server.generator(timeout=0.3).complete(HELLO)
    assert time.perf_counter() - started < 2


@loopback
def test_a_server_that_is_down_is_named() -> None:
    with pytest.raises(GeneratorError, match=r"no server answers at http://127\.0\.0\.1:9/v1 \(.*refused"):
        open_generator("http://127.0.0.1:9/v1#m", home=Path("/nowhere")).complete(HELLO)


@loopback
def test_thinking_aloud_is_left_out(server: Server) -> None:
    server.script = [(200, chat('<think>hm {"kind": 1}</think>\n{"kind": "text"}'))]
    assert server.generator().complete(HELLO) == '{"kind": "text"}'
    server.script = [(200, chat([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]))]
    assert server.generator().complete(HELLO) == "ab"


@pytest.mark.parametrize(
    ("name", "host", "encrypted"),
    [
        ("http://localhost:8000/v1", "", True),
        ("http://127.8.9.1/v1", "", True),
        ("http://[::1]:11434/v1", "", True),
        ("http://10.0.0.7:8000/v1#m", "10.0.0.7:8000", False),
        ("https://api.example.com/v1#m", "api.example.com", True),
        ("http://localhost.example.com/v1", "localhost.example.com", False),
    ],
)
def test_whether_text_leaves_the_machine_is_known_before_anything_is_sent(
    name: str, host: str, encrypted: bool
) -> None:
    generator = open_generator(name, home=Path("/nowhere"))
    assert (generator.host, generator.encrypted) == (host, encrypted)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gpt", "expected path:DIRECTORY, hub:OWNER/NAME or the address"),
        ("", "is no model that writes"),
        ("http://", "is no address of a server"),
        ("http://me:secret@localhost/v1", "no password in it"),
        ("http://localhost:99999/v1", "is no address of a server"),
        ("http://localhost/v1?key=secret", "is no address of a server"),
        ("path:/no/such/folder", "there is no directory"),
        ("hub:no one/x", "is no base"),
    ],
)
def test_what_is_no_model_is_told_at_once(name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(AdapterError, match=said) as caught:
        open_generator(name, home=tmp_path)
    assert "secret" not in str(caught.value)


def test_a_key_that_is_none_and_an_adapter_for_a_server_are_refused(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match="llm_key holds a character") as caught:
        open_generator("http://localhost/v1", home=tmp_path, key="sk-\nX: y")
    assert "sk-" not in str(caught.value)
    with pytest.raises(GeneratorError, match="cannot be put on a server"):
        open_generator("http://localhost/v1", home=tmp_path, adapter="mine")
    with pytest.raises(GeneratorError, match="expected more than 0"):
        open_generator("http://localhost/v1", home=tmp_path, timeout=0)
