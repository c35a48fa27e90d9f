"""A server in a process of its own, and a client of it: for the benchmarks of serving and the test of crashes."""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

COMMAND = [sys.executable, "-c", "from app.cli import main; main()"]
ROOT = Path(__file__).parents[1]
START = 60.0  # seconds until a server must be ready
_URL = re.compile(r"http://[\d.]+:\d+")


class Served:
    """`finagent serve` over a data directory, at a port that the system chooses. Use it in a `with`."""

    def __init__(self, home: Path, *options: str, cores: Sequence[int] | None = None) -> None:
        """`options` are those of `finagent serve`; `cores` the only ones that it may use."""
        environment = {**os.environ, "FINAGENT_HOME": str(home), "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        if cores is not None:
            os.sched_setaffinity(self.process.pid, cores)
        self.said: list[str] = []
        assert self.process.stderr is not None
        found = None
        for line in self.process.stderr:
            self.said.append(line)
            found = _URL.search(line)
            if found:
                break
        if found is None:
            raise RuntimeError(f"the server did not start: {''.join(self.said)}")
        self.url = found[0]
        self._reader = threading.Thread(target=self._read, daemon=True)  # a full pipe would stop the server
        self._reader.start()
        self._wait()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.said.extend(self.process.stderr)

    def _wait(self) -> None:
        until = time.monotonic() + START
        while time.monotonic() < until:
            status, _ = Client(self.url).get("/readyz")
            if status == 200:
                return
            time.sleep(0.05)
        raise RuntimeError(f"the server was not ready in {START:.0f} s: {''.join(self.said)}")

    def kill(self) -> None:
        """End it at once, as a loss of power would, with the processes that it started."""
        import psutil

        for one in (*psutil.Process(self.process.pid).children(recursive=True), self.process):
            one.kill()
        self.process.wait()

    def all_said(self) -> list[str]:
        """All lines that it wrote to standard error; it must have ended."""
        self._reader.join(timeout=60)
        return self.said

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()
        self._reader.join(timeout=10)
        assert self.process.stderr is not None
        self.process.stderr.close()


@dataclass(slots=True)
class Reply:
    """What came back. `first` is the seconds until the first words, `seconds` until the end; `text` what came."""

    status: int
    first: float = 0.0
    seconds: float = 0.0
    text: str = ""
    record: dict[str, Any] = field(default_factory=dict)
    thread: str = ""
    wait: float = 0.0


class Client:
    """One client with one connection, which is opened again where the server closed it. For one thread."""

    def __init__(self, url: str, timeout: float = 60.0) -> None:
        self._place = urlsplit(url).netloc
        self._timeout = timeout
        self._line: http.client.HTTPConnection | None = None

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON."""
        response = self._ask("GET", path, None, {})
        return response.status, _json(response.read())

    def post(self, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Status and JSON."""
        response = self._ask("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        return response.status, _json(response.read())

    def upload(self, name: str, content: bytes) -> tuple[int, Any]:
        """Send one document: status and JSON."""
        mark = secrets.token_hex(8)
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        response = self._ask("POST", "/v1/documents", head + content + f"\r\n--{mark}--\r\n".encode(), kind)
        return response.status, _json(response.read())

    def chat(self, text: str, thread: str | None = None) -> Reply:
        """A turn through /v1/chat: its record is that of the turn, or of the error."""
        started = time.perf_counter()
        made = self._begin("/v1/chat", {"text": text, "thread": thread})
        reply = Reply(made.status, wait=_wait_of(made))
        if made.status != 200:
            reply.record = _json(made.read())
        for kind, data in _events(made) if made.status == 200 else ():
            if kind == "thread":
                reply.thread = data["thread"]
            elif kind == "piece":
                reply.first = reply.first or time.perf_counter() - started
                reply.text += data["text"]
            elif kind in ("turn", "error"):
                reply.record = data
        reply.seconds = time.perf_counter() - started
        return reply

    def complete(self, messages: Sequence[Mapping[str, str]], *, stream: bool) -> Reply:
        """The next message of a conversation through /v1/chat/completions: its record is that of the answer."""
        started = time.perf_counter()
        made = self._begin("/v1/chat/completions", {"model": "finagent", "messages": messages, "stream": stream})
        reply = Reply(made.status, wait=_wait_of(made))
        if made.status != 200 or not stream:
            told = _json(made.read())
            reply.record = (told.get("finagent") or {}) if made.status == 200 else told
            reply.text = told["choices"][0]["message"]["content"] if made.status == 200 else ""
        for _, data in _events(made) if made.status == 200 and stream else ():
            words = data["choices"][0]["delta"].get("content") if data.get("choices") else ""
            if words:
                reply.first = reply.first or time.perf_counter() - started
                reply.text += words
            if data.get("finagent") or data.get("error"):
                reply.record = data.get("finagent") or data
        reply.seconds = time.perf_counter() - started
        reply.first = reply.first or reply.seconds
        return reply

    def _begin(self, path: str, body: Mapping[str, Any]) -> http.client.HTTPResponse:
        return self._ask("POST", path, json.dumps(body).encode(), {"Content-Type": "application/json"})

    def _ask(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        """Send a request; once more over a new line where the server had closed an idle one."""
        if self._line is not None:
            try:
                self._line.request(method, path, body, dict(headers))
                return self._line.getresponse()
            except (ConnectionError, http.client.RemoteDisconnected, http.client.CannotSendRequest):
                self.close()
        self._line = http.client.HTTPConnection(self._place, timeout=self._timeout)
        self._line.request(method, path, body, dict(headers))
        return self._line.getresponse()


def _events(response: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    """The server-sent events of a response: their kind and data."""
    kind = ""
    for line in response:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name == "event":
            kind = value
        elif name == "data" and value != "[DONE]":
            yield kind, json.loads(value)


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return {"error": {"message": body[:200].decode(errors="replace")}}


def _wait_of(response: http.client.HTTPResponse) -> float:
    return float(response.headers.get("Retry-After", 0))


class Memory(threading.Thread):
    """Watches the memory of a process and its children, in MB, every `every` seconds."""

    def __init__(self, pid: int, every: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(daemon=True)
        self.samples: list[tuple[float, float]] = []
        self._pid, self._every, self._clock = pid, every, clock
        self._end = threading.Event()

    def run(self) -> None:
        import psutil

        started = self._clock()
        while not self._end.wait(self._every):
            try:
                process = psutil.Process(self._pid)
                held = sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))
            except psutil.NoSuchProcess:
                return
            self.samples.append((self._clock() - started, held / 1e6))

    def stop(self) -> None:
        self._end.set()
        self.join()
