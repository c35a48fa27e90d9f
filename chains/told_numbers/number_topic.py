"""What a question asks the number of: the stems of its words, the word for what is counted, the verbs of its change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from chains.measures.phrases import whole_words
from chains.sentences.families import asking_stems, kin_of
from chains.sentences.retrieval import topic_of
from chains.sentences.stems import stems
from chains.told_numbers.prose_words import phrases_of, stems_of, tables, words_in, words_of
from ingest.schema import Document

_COUNTED_THING = re.compile(
    r"(?:.*?\b(?:how many|how much|number of|count of))\s+(?:of\s+)?(?P<thing>.+?)"
    r"(?:\s+(?:did|do|does|was|were|are|is|had|has|have|can|will)\b(?P<rest>.*)|$)",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"\s(?:in|at|of|on|per|with|by|for|from|outside|within|under|to|as|that|worldwide)\s.*|[,(].*", re.I
)
_LEFT_OUT = re.compile(
    r"[,(]\s*([^,()]{3,60}?)\s+(?:excluded|left out|aside|not included)\b\)?"
    r"|[,(]?\s*\b(?:excluding|excl\.?|without(?: counting)?|not counting|not including|leaving out|leave out|except|ex)"
    r"\s+([^,()?]{3,60})\)?"
    r"|[,(]\s*leave (?:the )?([^,()]{3,60}?) out\b\)?",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W\d_]+")


@cache
def _rephrasings() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((whole_words(entry["asks"]), entry["says"]) for entry in tables()["rephrased"])


def rephrased(text: str) -> str:
    """A question with everyday turns as filings put them: "bought back" as "repurchased", "abroad" as "outside"."""
    for pattern, says in _rephrasings():
        text = pattern.sub(says, text)
    return text


def asked_stems(text: str, documents: Sequence[Document]) -> frozenset[str]:
    """The stems of what a question asks the number of."""
    bounds = stems_of("bounds", "low_asked") | stems_of("bounds", "high_asked")
    drop = (_fillers() | bounds | asking_stems()) - stems_of("fillers", "kept")
    if phrases_of("asks", "percent").search(text):
        drop |= stems_of("fillers", "shares")
    if (counted := _COUNTED_THING.match(text)) is not None and not re.search(r"\bhow much\b", text, re.I):
        # "How many stores does it operate": any company's stores are operated by it.
        acts = stems_of("fillers", "acts")
        rest = (w for w in _TOKEN.findall(counted["rest"] or "") if acts.isdisjoint(stems(w)))
        text = f"{counted['thing']} {' '.join(rest)}"
    return frozenset(s for s in words_of(topic_of(text, documents)) if len(s) > 1 and s not in drop)


def head_of(text: str) -> str:
    """The word for what is counted: "stores" of "how many full-size stores are in Texas"."""
    counted = _COUNTED_THING.match(text)
    thing = counted["thing"] if counted is not None else text
    words = _TOKEN.findall(_PREPOSITION.sub("", f" {thing} ".rstrip()))
    named = [w for w in words if _fillers().isdisjoint(stems(w))]
    return named[-1] if named else ""


def changed_count(core: str) -> tuple[str, ...]:
    """The verbs of a question that change how many there are ("How many stores did it close?")."""
    counted = _COUNTED_THING.match(core)
    if counted is None:
        return ()
    changes = stems_of("fillers", "changes")
    return tuple(w for w in _TOKEN.findall(counted["rest"] or "") if not changes.isdisjoint(stems(w)))


def without_left_out(text: str) -> tuple[str, str]:
    """A text without what it leaves out ("franchised ones excluded", "not counting the Mobile stores"), and that."""
    match = _LEFT_OUT.search(text)
    if match is None:
        return text, ""
    told = next(g for g in match.groups() if g is not None)
    words = " ".join(w for w in _TOKEN.findall(told) if _fillers().isdisjoint(stems(w)))
    return f"{text[: match.start()]} {text[match.end() :]}", words


def known_names(names: Iterable[str], text: str) -> frozenset[str]:
    """The words in capitals that are nobody else's name: those of the company, of the question, of every report."""
    own = {w.lower() for n in names for w in re.findall(r"\w+", n)}
    return words_in("narrowing", "names") | own | {w.lower() for w in re.findall(r"\w+", text)}


def speaks_of(text: str, asked: Iterable[str]) -> bool:
    """Whether a text names all that is asked about, in its words or in words that say the same."""
    said = set(stems(text))
    return all(not (kin_of(word) | {word}).isdisjoint(said) for word in asked)


def _fillers() -> frozenset[str]:
    return stems_of("fillers")
