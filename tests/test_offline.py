"""Nothing leaves the machine: whole runs, watched from the inside, connect to nothing but this machine itself.

Python runs `sitecustomize` at the start of every process, of those that read the documents too. The watch writes down
every connection and every name that is looked up, unless it is the loopback's; it stops none, so that a library that
would swallow a refusal is seen as well. What connects beneath Python is not seen so. Therefore the variables that
switch on the telemetry of our dependencies, or send them to a server, are set and name a port at which the test
listens: whoever follows them knocks there.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.enable_socket  # of this process: it is the others that are watched
ROOT = Path(__file__).parents[1]
WATCH = """
import os, sys, threading

def host_of(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[-1]
        return address[0] if isinstance(address, tuple) and len(address) > 1 else None
    return arguments[0]

def watch(event, arguments):
    if event not in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        return
    host = host_of(event, arguments)
    host = host.decode() if isinstance(host, bytes) else host
    if host is None or host in ("", "localhost", "::1") or str(host).startswith("127."):
        return
    with open(os.environ["WATCH_LOG"], "a") as log:
        log.write(f"{event} {host} {arguments[1:]!r} in {os.getpid()} {sys.argv}\\n")

sys.addaudithook(watch)
"""
TELEMETRY = {
    "LANGSMITH_TRACING": "true",
    "LANGSMITH_TRACING_V2": "true",
    "LANGCHAIN_TRACING_V2": "true",
    "LANGSMITH_API_KEY": "lsv2_pt_0000",
    "LANGSMITH_ENDPOINT": "URL",
    "LANGSMITH_OTEL_ENABLED": "true",
    "ANONYMIZED_TELEMETRY": "true",
    "CHROMA_API_IMPL": "chromadb.api.fastapi.FastAPI",
    "CHROMA_SERVER_HOST": "127.0.0.1",
    "CHROMA_SERVER_HTTP_PORT": "PORT",
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "URL",
    "CHROMA_OTEL_GRANULARITY": "all",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "URL",
    "OTEL_TRACES_EXPORTER": "otlp",
    "OTEL_PYTHON_TRACER_PROVIDER": "sdk_tracer_provider",
    "HF_ENDPOINT": "URL",
    "HF_HUB_DISABLE_TELEMETRY": "0",
    "HF_HUB_OFFLINE": "0",
    "TRANSFORMERS_OFFLINE": "0",
    "DISABLE_TELEMETRY": "0",
    "DO_NOT_TRACK": "0",
    "GRADIO_ANALYTICS_ENABLED": "True",
    "WANDB_API_KEY": "0" * 40,
    "WANDB_BASE_URL": "URL",
    "OPENAI_API_KEY": "sk-0000",
    "OPENAI_BASE_URL": "URL",
    "HTTP_PROXY": "URL",
    "HTTPS_PROXY": "URL",
    "NO_PROXY": "",
}
REPORT = (
    "EXAMPLE WIDGETS INC.\nFORM 10-K\nFor the fiscal year ended December 31, 2022\n\nItem 1. Business\n\n"
    "We sell widgets to the makers of larger widgets in the north and in the south of the country.\n"
)
QUESTION = "To whom does Example Widgets sell widgets?"


class Watched:
    """A data directory, and what is seen of the processes that work in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "seen"
        (folder / "sitecustomize.py").write_text(WATCH)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        port = str(self.listener.getsockname()[1])
        told = {name: value.replace("URL", f"http://127.0.0.1:{port}") for name, value in TELEMETRY.items()}
        told |= {name: port for name, value in TELEMETRY.items() if value == "PORT"}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FINAGENT_")}
        self.environment = {
            **kept,
            **told,
            "FINAGENT_HOME": str(folder / "home"),
            "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
            "WATCH_LOG": str(self.log),
        }

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-c", "from app.cli import main; main()", *map(str, arguments)]

    def run(self, *arguments: object, said: str = "") -> str:
        done = subprocess.run(
            self.command(*arguments), input=said, capture_output=True, text=True, env=self.environment,
            cwd=self.folder, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def seen(self) -> str:
        """What connected to elsewhere, and what knocked at the port of the telemetry."""
        written = self.log.read_text() if self.log.exists() else ""
        self.listener.settimeout(0)
        try:
            knocked, _ = self.listener.accept()
        except BlockingIOError:
            return written
        with knocked:
            return f"{written}telemetry: {knocked.recv(200)!r}"


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """With one small report ingested."""
    watched = Watched(tmp_path_factory.mktemp("offline"))
    report = watched.folder / "report.txt"
    report.write_text(REPORT)
    watched.run("ingest", report)
    yield watched
    watched.listener.close()


@pytest.fixture(autouse=True)
def _nothing_seen(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "watched" in request.fixturenames:
        assert request.getfixturevalue("watched").seen() == ""


def test_ingest_and_ask(watched: Watched) -> None:
    answer = json.loads(watched.run("ask", QUESTION, "--json"))
    assert answer["status"] == "answered"
    questions, answers = watched.folder / "questions.jsonl", watched.folder / "answers.jsonl"
    questions.write_text(json.dumps({"id": "1", "question": QUESTION}) + "\n")
    watched.run("ask", "--file", questions, "--output", answers)  # through LangChain, which would be traced
    assert json.loads(answers.read_text())["status"] == "answered"


def test_tag(watched: Watched) -> None:
    news, tagged = watched.folder / "news.csv", watched.folder / "tagged.csv"
    news.write_text("text\nExample Widgets doubled its profit.\n")
    watched.run("tag", news, "--output", tagged)
    assert "positive" in tagged.read_text()


def test_chat_with_a_follow_up(watched: Watched) -> None:
    said = watched.run("chat", "--thread", "offline", said=f"{QUESTION}\nAnd in the south?\n")
    assert "makers of larger widgets" in said


def test_mcp(watched: Watched) -> None:
    def request(number: int, method: str, **parameters: object) -> str:
        return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}) + "\n"

    hello = request(
        1, "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "test", "version": "0"}
    )
    ready = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}) + "\n"
    ask = request(2, "tools/call", name="ask_reports", arguments={"question": QUESTION})
    process = subprocess.Popen(
        watched.command("mcp"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=watched.environment,
        cwd=watched.folder,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(hello + ready + ask)
    process.stdin.flush()
    replies = [json.loads(process.stdout.readline()) for _ in range(2)]
    process.stdin.close()
    assert process.wait(timeout=60) == 0
    process.stdout.close()
    assert "makers of larger widgets" in replies[1]["result"]["content"][0]["text"]


def test_serve(watched: Watched) -> None:
    process = subprocess.Popen(
        watched.command("serve", "--port", 0), stderr=subprocess.PIPE, text=True, env=watched.environment,
        cwd=watched.folder,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        url = next(found[0] for line in process.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
        answer = json.loads(_post(f"{url}/v1/ask", {"question": QUESTION}))
        assert answer["status"] == "answered"
        assert b"event: turn" in _post(f"{url}/v1/chat", {"text": QUESTION, "thread": "served"})
        with urllib.request.urlopen(f"{url}/", timeout=30) as page:
            assert page.status == 200
    finally:
        process.terminate()
        assert process.wait(timeout=60) == 0
        process.stderr.close()


def _post(url: str, body: object) -> bytes:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        return bytes(response.read())


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket().connect_ex(('192.0.2.1', 9))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 9))",
        "import socket\ntry:\n    socket.getaddrinfo('example.invalid', 80)\nexcept OSError: pass",
    ],
)
def test_the_watch_sees_a_connection_of_a_child(tmp_path: Path, code: str) -> None:
    watched = Watched(tmp_path)
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {'import socket; socket.setdefaulttimeout(0.1); ' + code!r}])"
    subprocess.run([sys.executable, "-c", parent], env=watched.environment, timeout=60, check=True)
    assert watched.seen().startswith("socket.")
    watched.listener.close()


def test_the_port_of_the_telemetry_is_watched(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    code = "import os, urllib.request as u\ntry:\n    u.urlopen(os.environ['LANGSMITH_ENDPOINT'], timeout=0.2)\nexcept OSError: pass"
    subprocess.run([sys.executable, "-c", code], env=watched.environment, timeout=60, check=True)
    assert watched.seen().startswith("telemetry: b'GET")
    watched.listener.close()


def test_the_watch_lets_the_loopback_be(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    code = "import socket; socket.socket().connect_ex(('127.0.0.1', 9)); socket.getaddrinfo('localhost', 80)"
    subprocess.run([sys.executable, "-c", code], env=watched.environment, timeout=60, check=True)
    assert watched.seen() == ""
    watched.listener.close()
