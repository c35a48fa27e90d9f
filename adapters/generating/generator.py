"""What a generating model is to the rest of the project, and how one is opened by its name.

A name is `path:DIRECTORY` or `hub:OWNER/NAME[@REVISION]`, a base of transformers as `adapters.bases` finds it, or the
address of a server: `http://localhost:8000/v1`, with `#MODEL` where it serves several.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

from adapters.errors import GeneratorError

Role = Literal["system", "user", "assistant"]
Message = tuple[Role, str]
Schema = Mapping[str, Any]

TIMEOUT = 60.0
"""Seconds for one reply."""
MAX_TOKENS = 512


class Generator(Protocol):
    """A model that continues a conversation. Safe to use from several threads."""

    @property
    def name(self) -> str:
        """Its name as it may be shown: no key, no password."""
        ...

    @property
    def host(self) -> str:
        """The machine that the text is sent to; "" where it stays on this one."""
        ...

    @property
    def encrypted(self) -> bool:
        """Whether nobody on the way to `host` can read the text."""
        ...

    def complete(
        self, messages: Sequence[Message], *, schema: Schema | None = None, max_tokens: int = MAX_TOKENS
    ) -> str:
        """The reply, at most `max_tokens` tokens of it; with `schema` (JSON Schema) as JSON where the model can be held
        to it, so that the caller still has to check.

        Raises:
            PromptTooLongError: the messages are longer than the model reads.
            GeneratorError: there is no reply: a server that is down, slow or answers nonsense, a model that fails.
        """
        ...


def open_generator(
    name: str,
    *,
    home: Path,
    device: str | None = None,
    threads: int | None = None,
    download: bool = False,
    adapter: str | Path | None = None,
    timeout: float = TIMEOUT,
    key: str | None = None,
) -> Generator:
    """The generator of that name. A local model is loaded, and a server is called, when the first reply is wanted.

    `home` is the data directory; `adapter` the name or the directory of an adapter of a local model; `key` goes to a
    server as a bearer token; `timeout` is in seconds for one reply.

    Raises:
        GeneratorError: the name is none, or an adapter is given for a server.
        BaseModelError: there is no such base, or it writes no text.
        AdapterError: there is no such adapter, or it was made for another base.
    """
    name = name.strip()
    if not timeout > 0:
        raise GeneratorError(f"a time-out of {timeout} seconds leaves no time to answer; expected more than 0")
    if name.startswith(("http://", "https://")):
        from adapters.generating.remote import RemoteGenerator

        if adapter is not None:
            raise GeneratorError(
                f"the adapter {str(adapter)[:80]!r} cannot be put on a server's model; load it there, or "
                "set llm to path: or hub:"
            )
        return RemoteGenerator(name, timeout=timeout, key=key)
    if name.startswith(("path:", "hub:")):
        from adapters.generating.local import open_local

        return open_local(
            name, home=home, device=device, threads=threads, download=download, adapter=adapter, timeout=timeout
        )
    raise GeneratorError(
        f"{name[:80]!r} is no model that writes; expected path:DIRECTORY, hub:OWNER/NAME or the address of a server "
        "such as http://localhost:8000/v1#MODEL"
    )
