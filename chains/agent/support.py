"""What an answer may say: the numbers of the tools' results and of the user's words; and what is left of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from langchain_core.messages import BaseMessage, ToolMessage

from chains.gate import Allowed, check_answer
from chains.messages import is_human, text_of
from chains.number_words import unsupported_words
from chains.question import sentences
from chains.replies import turn_of
from chains.units import Quantity

_MARKS = re.compile(r"\s*\[\d{1,3}\]")


def evidence(messages: Sequence[BaseMessage]) -> Allowed:
    """What the last turn's answer may print: what its tools said and computed, and what the user said, ever."""
    said = [text_of(message) for message in messages if is_human(message)]
    results = [m for m in turn_of(messages) if isinstance(m, ToolMessage)]
    artifacts = [m.artifact for m in results if isinstance(m.artifact, Mapping)]
    cited = [c for one in artifacts for c in one.get("citations") or ()]
    texts = [str(m.text) for m in results if m.status != "error"]
    return Allowed(
        values=tuple(q for one in artifacts for q in _quantities(one)),
        quotes=(*said, *texts, *(str(c.get("quote", "")) for c in cited)),
        names=tuple({str(c.get("document", "")) for c in cited} | set(names_in(texts))),
        pages=frozenset(int(c["page"]) for c in cited if isinstance(c.get("page"), int)),
    )


def names_in(texts: Sequence[str]) -> Iterator[str]:
    """Words with digits and letters that the tools said: ids of figures, names of documents."""
    for text in texts:
        yield from re.findall(r"\b(?=\w*[A-Za-z_])(?=\w*\d)[\w.-]+\w", text)


def _quantities(artifact: Mapping[str, Any]) -> Iterator[Quantity]:
    """The exact values of an artifact: of the answers' results and figures, and of figures that were looked up."""
    for record in artifact.get("records") or ():
        explain = record.get("explain") or {}
        for result in explain.get("results") or ():
            yield from _quantity(*str(result.get("value", "")).partition(" ")[::2])
        for figure in explain.get("figures") or ():
            yield from _quantity(str(figure.get("value", "")), str(figure.get("unit", "")))
    for figure in artifact.get("figures") or ():
        yield from _quantity(str(figure.get("value", "")), str(figure.get("unit", "")))


def _quantity(number: str, unit: str) -> Iterator[Quantity]:
    try:
        yield Quantity(Decimal(number), unit)
    except InvalidOperation:
        return


def supported(answer: str, allowed: Allowed) -> tuple[str, int]:
    """The sentences of an answer whose numbers are allowed, without marks of citations, and how many are dropped."""
    told = [sentence for sentence in sentences(_MARKS.sub("", answer)) if sentence.strip()]
    kept = [s for s in told if check_answer(s, allowed).ok and not unsupported_words(s, allowed)]
    return " ".join(kept), len(told) - len(kept)
