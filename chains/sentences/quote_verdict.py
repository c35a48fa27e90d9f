"""The "Yes" or "No" before a quote, where the question asks for a fact and the quote settles it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from chains.measures.phrases import whole_words
from chains.sentences.asked_words import tables
from chains.sentences.quotes import Quote
from chains.sentences.spoken_of import rest_of
from chains.sentences.stems import stems

_LEVEL = re.compile(r"\b(?:more|less|higher|lower|greater|fewer) than (?:an?|one|\d)[\w.%-]*", re.IGNORECASE)
_YES_NO = re.compile(r"^(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|should)\b", re.IGNORECASE)


def asks_yes_no(core: str) -> bool:
    """Whether yes or no answers a question."""
    return _YES_NO.match(core.strip()) is not None


def leading_verdict(core: str, topic: str, said: Sequence[Quote]) -> str:
    """ "Yes." or "No." where the question asks for a fact and the best sentence settles it, else nothing sure."""
    undecided = "The documents say:"
    if not asks_yes_no(core) or not said:
        return undecided
    if said[0].typical and said[0].verdict is not None and not _compares().search(_LEVEL.sub(" ", core)):
        verdicts = {q.verdict for q in said if q.typical and q.verdict is not None}
        if len(verdicts) == 1 and _tells_all(core, topic, said[0]):
            return "Yes." if said[0].verdict else "No."
        return undecided
    if _judgement().search(core):
        return undecided
    wanted = set(stems(topic))
    settles = said[0].similarity >= 0.5 and len(wanted & set(stems(said[0].text))) >= 0.6 * len(wanted)
    denials = {_denies(quote.text) for quote in said if quote.score >= 0.9 * said[0].score}
    if not settles or len(denials) != 1:
        return undecided
    return "No." if denials.pop() else "Yes."


def _tells_all(core: str, topic: str, quote: Quote) -> bool:
    """Whether a quote, under its heading, speaks of what the question adds to its topic ("the retail segment")."""
    wanted = rest_of(core, topic)
    said = set(stems(f"{quote.passage.section} {quote.text}"))
    return len(wanted & said) >= 0.65 * len(wanted)


def _denies(sentence: str) -> bool:
    denial, harmless = _denial()
    return bool(denial.search(harmless.sub(" ", sentence)))


@cache
def _denial() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = tables()["denial"]
    return whole_words(table["words"]), whole_words(table["harmless"])


@cache
def _compares() -> re.Pattern[str]:
    return whole_words(tables()["comparison"]["words"])


@cache
def _judgement() -> re.Pattern[str]:
    return whole_words(tables()["judgement"]["words"])
