"""What an answer may say: the numbers of the tools' results and of the user's words; and what is left of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from langchain_core.messages import BaseMessage, ToolMessage

from chains.agent.citing import unmarked
from chains.answers.gate import Allowed, check_answer
from chains.formulas.number_words import unsupported_words
from chains.formulas.units import Quantity
from chains.messages import is_human, text_of
from chains.questions.asking_sentence import sentences
from chains.replies import turn_of
from chains.tool_making import NOT_APPROVED


def evidence(messages: Sequence[BaseMessage]) -> Allowed:
    """What the last turn's answer may print: what its tools said and computed, and what the user said, ever."""
    said = [text_of(message) for message in messages if is_human(message)]
    results = [m for m in turn_of(messages) if isinstance(m, ToolMessage)]
    values = tuple(q for m in results for q in _quantities(artifact_in(m)))
    return replace(printed_by([m for m in results if m.status != "error"], said), values=values)


def printed_by(results: Sequence[ToolMessage], said: Iterable[str]) -> Allowed:
    """What an answer may print of some results and of what else was said: all of it as it is printed there."""
    artifacts = [artifact_in(m) for m in results]
    cited = [c for one in artifacts for c in one.get("citations") or ()]
    texts = [str(m.text) for m in results]
    return Allowed(
        quotes=(*said, *texts, *(str(c.get("quote", "")) for c in cited)),
        names=tuple({str(c.get("document", "")) for c in cited}),
        pages=frozenset(int(c["page"]) for c in cited if isinstance(c.get("page"), int)),
    )


def said_in(message: ToolMessage) -> str:
    """What a tool said; of one that was not approved that alone, without the words that LangChain puts before it."""
    text = str(message.text)
    return NOT_APPROVED if message.status == "error" and text.endswith(NOT_APPROVED) else text


def artifact_in(message: ToolMessage) -> Mapping[str, Any]:
    """The artifact of what a tool said; an empty one where it has none."""
    return message.artifact if isinstance(message.artifact, Mapping) else {}


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
    told = [sentence for sentence in sentences(unmarked(answer)) if sentence.strip()]
    kept = [s for s in told if check_answer(s, allowed).ok and not unsupported_words(s, allowed)]
    return " ".join(kept), len(told) - len(kept)
