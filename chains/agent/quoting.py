"""Quoted texts, taken out of a request before it is read: what they say is data and makes no steps."""

from __future__ import annotations

import re
from dataclasses import dataclass

OPEN, CLOSE = "\ue000", "\ue001"
"""What stands around the number of a quotation in a masked text."""
_QUOTED = re.compile(
    r"(?<!\w)(?:\"([^\"]+)\"|“([^”]+)”|„([^“”]+)[“”]|«([^»]+)»|`([^`]+)`|‘((?:[^’]|(?<=\w)’(?=\w))+)’"
    r"|'((?:[^']|(?<=\w)'(?=\w)|(?<=s)'(?=\s\w[^']*'))+)')(?!\w)"
)
_MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
HEADLINE = 4
"""Words that a quotation has to be a sentence of the news rather than a term."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text whose quotations are replaced by marks, and the quotations."""

    text: str
    quotes: tuple[str, ...]

    def whole(self, text: str) -> str:
        """A piece of the text with its quotations put back, in plain quotation marks."""
        return _MARK.sub(lambda m: f'"{self.quotes[int(m[1])]}"', text)

    def bare(self, text: str) -> str:
        """A piece of the text with what its quotations say, without the marks of quotation."""
        return _MARK.sub(lambda m: self.quotes[int(m[1])], text)

    def held(self, text: str) -> list[str]:
        """The quotations in a piece of the text."""
        return [self.quotes[int(m[1])] for m in _MARK.finditer(text)]


def masked(text: str) -> Masked:
    """The text with its quotations taken out."""
    quotes: list[str] = []

    def mark(match: re.Match[str]) -> str:
        said = next(group for group in match.groups() if group is not None)
        quotes.append(" ".join(said.split()))
        return f"{OPEN}{len(quotes) - 1}{CLOSE}"

    return Masked(_QUOTED.sub(mark, text.replace(OPEN, " ").replace(CLOSE, " ")), tuple(quotes))


def without_marks(text: str) -> str:
    """A piece of a masked text without its quotations."""
    return " ".join(_MARK.sub(" ", text).split())


def is_headline(quote: str) -> bool:
    """Whether a quotation is long enough to be a sentence of the news."""
    return len(quote.split()) >= HEADLINE
