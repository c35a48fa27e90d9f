"""Footnotes: the citations of a turn in one list, and the marks [1], [2] in its text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MARK = re.compile(r"\[\d{1,3}\]")
_WITH_SPACE = re.compile(rf" ?{MARK.pattern}")


def unmarked(text: str) -> str:
    """Words of a document or of the news without what looks like our marks: they would cite what does not say so."""
    while (shorter := _WITH_SPACE.sub("", text)) != text:
        text = shorter
    return text


def merged(citations: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The citations of several steps, each place once, in order."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in citations:
        found.setdefault(place_of(one), dict(one))
    return list(found.values())


def place_of(one: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two citations the same: document and page, and the figure or else the words."""
    return one.get("document"), one.get("page"), one.get("figure") or one.get("quote")


def cited(text: str, records: Sequence[Mapping[str, Any]]) -> tuple[str, list[dict[str, Any]]]:
    """An answer with the marks of what it cites, and the citations that they number.

    Each answer's marks stand behind its own words where the text repeats them, else at the end. A refusal names the
    nearest evidence in its words and has no marks.
    """
    answered = [record for record in records if record.get("status") == "answered"]
    numbered = merged(one for record in answered for one in record.get("citations") or ())
    if not numbered or MARK.search(text):
        return text, numbered
    places = {place_of(c): n for n, c in enumerate(numbered, 1)}
    loose: list[int] = []
    for record in answered:
        own = merged(record.get("citations") or ())
        numbers = [places[place_of(one)] for one in own]
        said = str(record.get("answer") or "").rstrip()
        at = text.find(said) if said else -1
        if at < 0:
            loose += numbers
        else:
            text = _with_marks(text, at + len(said), numbers)
    return (_with_marks(text, len(text.rstrip()), loose) if loose else text), numbered


def _with_marks(text: str, place: int, numbers: Sequence[int]) -> str:
    marks = "".join(f"[{n}]" for n in dict.fromkeys(numbers))
    return f"{text[:place]} {marks}{text[place:]}" if marks else text
