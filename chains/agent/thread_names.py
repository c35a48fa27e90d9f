"""What conversations may be called."""

from __future__ import annotations

import re
import secrets

from chains.errors import ChainError

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class ThreadNameError(ChainError):
    """A name that no thread can have."""


def check_name(thread: str) -> str:
    """The name. Raises ThreadNameError where no thread can be called so."""
    if not _NAME.fullmatch(thread):
        raise ThreadNameError(
            f"{thread[:80]!r} cannot name a thread; expected 1 to 64 letters (a to z), digits, or the signs - _ ."
        )
    return thread


def new_name() -> str:
    """A name for a conversation that was given none."""
    return f"chat-{secrets.token_hex(6)}"
