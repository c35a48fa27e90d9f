"""A server that speaks OpenAI's chat protocol: vLLM, Ollama, llama.cpp, or a hosted one.

One POST a reply, over the standard library: no proxy, no redirect, a limit to what is read, and one clock for
connecting, waiting and reading, so that a server that drips cannot hold anybody up.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from adapters.errors import GeneratorError, PromptTooLongError
from adapters.generating.generator import MAX_TOKENS, Message, Schema

LARGEST_REPLY = 2 * 1024 * 1024
"""Bytes of a reply that are read."""
_TELLS_LENGTH = re.compile(r"context[ _](?:length|window|size)|too (?:long|many tokens)|maximum.{0,20}tokens", re.I)
_SHOWN = 160
_NO_SCHEMA = (400, 404, 415, 422, 501)  # how servers say that they do not know response_format


class RemoteGenerator:
    """The model of a server. Nothing is sent before the first reply is wanted."""

    def __init__(self, address: str, *, timeout: float, key: str | None = None) -> None:
        """Raises GeneratorError where the address is none that can be used."""
        url = urlsplit(address)
        try:
            port = url.port
        except ValueError:
            port = 0
        if not url.hostname or url.query or url.username is not None or url.password is not None or port == 0:
            raise GeneratorError(
                f"{url.scheme}://{(url.hostname or '')[:80]} is no address of a server; expected such as "
                "http://localhost:8000/v1#MODEL, with no password in it (llm_key is for that)"
            )
        if key is not None and not (key.isascii() and key.isprintable() and " " not in key):
            raise GeneratorError("llm_key holds a character that no key has; expected letters, digits and signs alone")
        self._secure = url.scheme == "https"
        self._server, self._port = url.hostname, port
        self._path = url.path.rstrip("/").removesuffix("/chat/completions")
        self._model, self._key, self._timeout = url.fragment, key, timeout
        self._structured = True
        place = self._server if port is None else f"{self._server}:{port}"
        self._place = f"{url.scheme}://{place}{self._path}"
        self.host = "" if _is_loopback(self._server) else place
        self.encrypted = self._secure or not self.host

    @property
    def name(self) -> str:
        return f"{self._place}#{self._model}" if self._model else self._place

    def complete(
        self, messages: Sequence[Message], *, schema: Schema | None = None, max_tokens: int = MAX_TOKENS
    ) -> str:
        """See `Generator`. A server that does not take `response_format` is asked without it, from then on."""
        until = time.monotonic() + self._timeout
        body: dict[str, Any] = {
            "model": self._named(until),
            "messages": [{"role": role, "content": text} for role, text in messages],
            "temperature": 0,
            "max_tokens": max_tokens,
            "stream": False,
        }
        if schema is not None and self._structured:
            form = {"name": "reply", "schema": dict(schema), "strict": True}
            status, reply = self._send(until, body | {"response_format": {"type": "json_schema", "json_schema": form}})
            if status in _NO_SCHEMA and not _TELLS_LENGTH.search(_error_of(reply)):
                status, reply = self._send(until, body)
                self._structured = status != 200
        else:
            status, reply = self._send(until, body)
        if status != 200:
            raise self._refusal(status, reply)
        return self._content(reply)

    def _named(self, until: float) -> str:
        """The model to ask for: the one named, else the only one that the server lists."""
        if not self._model:
            status, reply = self._request(until, "GET", "/models")
            if status != 200:
                raise self._refusal(status, reply)
            listed = self._object(reply).get("data")
            ids = [m.get("id") for m in listed if isinstance(m, dict)] if isinstance(listed, list) else []
            names = [name for name in ids if isinstance(name, str)]
            if len(names) != 1:
                known = ", ".join(_shown(n) for n in names[:8]) or "none"
                raise GeneratorError(f"{self._place} serves {known}; name one: {self._place}#MODEL")
            self._model = names[0]
        return self._model

    def _send(self, until: float, body: Mapping[str, Any]) -> tuple[int, bytes]:
        """The status and the body of the reply; asked once more where the server has an error of its own."""
        status, reply = self._request(until, "POST", "/chat/completions", body)
        if status >= 500 and status != 501:
            return self._request(until, "POST", "/chat/completions", body)
        return status, reply

    def _request(
        self, until: float, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> tuple[int, bytes]:
        left = until - time.monotonic()
        if left <= 0:
            raise self._too_late()
        connection = self._connection(left)
        late = threading.Event()
        clock = threading.Timer(left, self._stop, [connection, late])
        clock.daemon = True
        clock.start()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            connection.connect()
            connection.kept = connection.sock
            connection.request(method, self._path + path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            reply = response.read(LARGEST_REPLY + 1)
            status = response.status
        except TimeoutError as error:
            raise self._too_late() from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            if late.is_set():
                raise self._too_late() from error
            raise GeneratorError(
                f"no server answers at {self._place} ({_reason(error)}); start it, or set llm to another"
            ) from error
        finally:
            clock.cancel()
            connection.close()
        if late.is_set():
            raise self._too_late()
        if len(reply) > LARGEST_REPLY:
            raise GeneratorError(
                f"{self._place} answers with more than {LARGEST_REPLY // 1024**2} MiB; expected a chat reply"
            )
        if 300 <= status < 400:
            raise GeneratorError(
                f"{self._place} sends on to another address (status {status}), which is not followed; set llm to that "
                "address"
            )
        return status, reply

    def _connection(self, seconds: float) -> Any:
        if self._secure:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._server, self._port, timeout=seconds, context=context)
        return http.client.HTTPConnection(self._server, self._port, timeout=seconds)

    @staticmethod
    def _stop(connection: Any, late: threading.Event) -> None:
        """End what waits on a connection: a time-out of the socket alone starts anew with every byte that comes."""
        late.set()
        held = getattr(connection, "kept", None)  # the connection lets go of its socket before the body is read
        if held is not None:
            with suppress(OSError):
                socket.socket.shutdown(held, socket.SHUT_RDWR)

    def _too_late(self) -> GeneratorError:
        return GeneratorError(
            f"{self._place} did not answer within {self._timeout:g} seconds; set llm_timeout higher, or take a smaller "
            "model"
        )

    def _refusal(self, status: int, reply: bytes) -> GeneratorError:
        said = _error_of(reply)
        if self._key:
            said = said.replace(self._key, "(the key)")
        told = f": {_shown(said)}" if said else ""
        if status in (400, 413, 422) and _TELLS_LENGTH.search(said):
            return PromptTooLongError(f"{self.name} cannot read a question this long (status {status}{told})")
        advice = {
            401: "set llm_key to its key", 403: "set llm_key to a key that may use it",
            404: "check the address (it often ends in /v1) and the model's name", 429: "it is busy; try again later",
        }.get(status, "see its log")  # fmt: skip
        return GeneratorError(f"{self.name} refuses with status {status}{told}; {advice}")

    def _object(self, reply: bytes) -> Mapping[str, Any]:
        try:
            value = json.loads(reply)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise GeneratorError(
                f"{self._place} answers {_shown(reply.decode('utf-8', 'replace'))!r}, no JSON object; expected a "
                "server that speaks OpenAI's chat protocol"
            )
        return value

    def _content(self, reply: bytes) -> str:
        choices = self._object(reply).get("choices")
        first = choices[0] if isinstance(choices, list) and choices else None
        message = first.get("message") if isinstance(first, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, list):
            content = "".join(p["text"] for p in content if isinstance(p, dict) and isinstance(p.get("text"), str))
        if not isinstance(content, str):
            raise GeneratorError(
                f"{self._place} answers without a message; expected `choices` with a `message` that has `content`"
            )
        return re.sub(r"<think>.*?(?:</think>|\Z)", "", content, flags=re.DOTALL).strip()


def _is_loopback(host: str) -> bool:
    """Whether a host's name or address means this machine."""
    if host.lower().rstrip(".") == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _error_of(reply: bytes) -> str:
    """What a server says of its refusal: OpenAI's `error.message`, or the body's beginning."""
    try:
        value = json.loads(reply)
    except (ValueError, RecursionError):
        return reply[:2000].decode("utf-8", "replace").strip()
    error = value.get("error", value.get("message", value.get("detail", ""))) if isinstance(value, dict) else ""
    if isinstance(error, dict):
        error = error.get("message", "")
    return str(error)


def _shown(text: str) -> str:
    """A foreign text on one line, of bearable length, without what a terminal would obey."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def _reason(error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return _shown(said.splitlines()[0])
