"""A request as it is typed, made ready to be divided."""

from __future__ import annotations

import re

from chains.agent.quoting import masked
from chains.agent.wording import anywhere

_COLON = re.compile(r":\s+(?=\S)")
_LENGTH = re.compile(
    r"\b(three|six|nine|twelve|3|6|9|12)[\s-]+months?\s+(?:up\s+)?(?:to|through|until|till)\b(?:\s+the\s+end\s+of\b)?",
    re.IGNORECASE,
)
_DROPPED = re.compile(
    r"\A\s*(?:ok(?:ay)?[,.]?\s+|please\s+|no[,.]\s+)*(?:forget|never ?mind|scratch|ignore)(?:\s+about)?"
    r"(?:\s+(?:it|that|this))?\s*[,;.!:–—-]+\s+(?=\S)",
    re.IGNORECASE,
)


def plainly(text: str) -> str:
    """A request without a "forget it, ..." before it, and with lengths of time as filings say them."""
    return _LENGTH.sub(r"\1 months ended", _DROPPED.sub("", text, count=1))


def colon_as_quote(text: str) -> str:
    """A text whose headline stands behind a colon without quotation marks, in quotation marks."""
    if masked(text).quotes:
        return text
    match = _COLON.search(text)
    if match is None:
        return text
    head, tail = text[: match.start()], text[match.end() :]
    cue, noun = anywhere("tools", "news_sentiment", "cues"), anywhere("tools", "news_sentiment", "nouns")
    if not (cue.search(head) and noun.search(head)) or len(head.split()) > 12:
        return text
    stop = re.search(r"[.!]\s+(?=(?:then|and|also|what|how|which|tell|show|give|list)\b)", tail, re.IGNORECASE)
    said, rest = (tail[: stop.start()], tail[stop.end() :]) if stop else (tail, "")
    return f'{head}: "{said.strip()}". {rest}'.strip()
