"""Text that is safe to print: what comes out of documents must not steer a terminal."""

from __future__ import annotations

import re

# All control characters but the line feed and the tab, and the marks that turn the direction of writing around.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """The text without control characters; lines and tabs stay."""
    return _UNSAFE.sub("", text)


def plain_line(text: str) -> str:
    """The text on one line, without control characters."""
    return plain(" ".join(text.split()))
