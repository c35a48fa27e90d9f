"""Names of uploaded files, made safe to write: no folder, no control character, no reserved name, not too long."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 120
"""Bytes of a name with its suffix; file systems take 255."""
_NOT_IN_A_NAME = re.compile(r"[^\w .,()&+~@-]")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def safe_name(given: str) -> str:
    """The last part of a name that a client sends, safe as a file's name on every system; "document" for nothing."""
    text = unicodedata.normalize("NFC", given.replace("\\", "/").rsplit("/", 1)[-1])
    text = "".join(c for c in text if unicodedata.category(c)[0] != "C")  # controls, and what turns text around
    text = " ".join(_NOT_IN_A_NAME.sub("_", text).split()).strip(" .")
    if _RESERVED.fullmatch(text):
        text = f"_{text}"
    stem, dot, suffix = text.rpartition(".")
    if not stem:
        stem, dot, suffix = text, "", ""
    suffix = suffix[:10]
    stem = _cut(stem or "document", LONGEST - len((dot + suffix).encode()))
    return f"{stem}{dot}{suffix}"


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode("utf-8", "ignore").rstrip(" .")
