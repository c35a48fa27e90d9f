"""Which sentences tell the cause that a question asks for: of the thing that it names, and of its going that way.

"Hardware revenue increased, primarily due to ..." tells why hardware revenue rose; "The decrease in earnings was due to
lower hardware revenue" does not: what stands before the cue is what is explained.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from chains.sentences.families import (
    asking_stems,
    cause_cues,
    cause_verbs,
    direction_of,
    kin_of,
    moves,
    taking_up,
    whole_stems,
)
from chains.sentences.stems import stems

_UNDER = 0.7  # what a word of the thing counts that only the heading says
_PARTLY = 0.4  # what a sentence counts that tells the cause of something akin
_WORD = re.compile(r"[^\W\d_]+(?:[-&][^\W\d_]+)*")
_ASKS = re.compile(r"(?:which|what)\b", re.IGNORECASE)
_COUNTERED = re.compile(r"\boffset(?:ting)?\b(?: \w+)? by\b", re.IGNORECASE)
_CONTRAST = re.compile(r"[,;.]?\s+\b(?:but|while|whereas|(?:even )?though|although|yet|despite|in spite of)\b", re.I)
_PLACES = ("segment", "division", "unit", "business", "level", "under", "over", "above", "below", "nearly", "almost")
_ASKING = frozenset(stems("what which were was the single one is are did does do has that it"))
_GENERIC = frozenset(s for word in _PLACES for s in stems(word))
_OTHER = 0.75  # what the cause of a part's change counts where the whole's is asked for
_SHORT = re.compile(r"((?:[A-Z][\w'’-]+,? (?:(?:of|and|&|the) )?){1,5})\(\s?[“\"]?([A-Z]{2,6})[”\"]?\s?\)")


@dataclass(frozen=True, slots=True)
class AskedCause:
    """The cause of what is asked for: the stems of the `thing`, and the way it went (1 up, -1 down, 0 not said).

    `short` holds what its filing writes in capitals ("BCA"), with the stems of the name that it stands for. `beside`
    are the other changes that the question names ("sales rose but profit fell"): the cause of either answers. `kind` is
    what the cause is to be ("which deal explains").
    """

    thing: frozenset[str]
    direction: int
    short: Mapping[str, frozenset[str]] = field(default_factory=dict)
    beside: tuple[AskedCause, ...] = ()
    kind: frozenset[str] = frozenset()

    def told_by(self, text: str, heading: Set[str], before: Set[str]) -> float:
        """How surely a sentence tells it, 0 to 1. `heading` and `before` are the stems of what is printed above it."""
        parts = [text[: cue.start()] for cue in cause_cues().finditer(text)]
        told = max((one._of_part(part, heading, before) for part in parts for one in (self, *self.beside)), default=0.0)
        return told if not told or self._is_of_kind(text) else _PARTLY * told

    def _is_of_kind(self, text: str) -> bool:
        """Whether a sentence speaks of such a cause as is asked for; True where no kind is."""
        said = {k for s in stems(text) for k in kin_of(s) | {s}}
        return not self.kind or not self.kind.isdisjoint(said)

    def against(self, text: str) -> bool:
        """Whether a sentence tells the cause of a change the other way than the one that is asked about."""
        cue = cause_cues().search(text)
        if not self.direction or self.beside or cue is None:
            return False
        part = text[: cue.start()]
        return direction_of(part[max((m.end() for m in _COUNTERED.finditer(part)), default=0) :]) == -self.direction

    def _of_part(self, part: str, heading: Set[str], before: Set[str]) -> float:
        part = part[max((m.end() for m in _COUNTERED.finditer(part)), default=0) :]
        said = set(stems(part))
        for short, words in self.short.items():
            if short in part:
                said |= words
        if self.direction and not moves(part, self.direction) and direction_of(part) != 0:
            return 0.0
        if taking_up().match(part):
            said |= before
        if not said:
            return 0.0
        found = 0.0
        for word in self.thing:
            kin = kin_of(word) | {word}
            found += 1.0 if not kin.isdisjoint(said) else _UNDER if not kin.isdisjoint(heading) else 0.0
        cover = found / len(self.thing)
        moved = moves(part, 1) or moves(part, -1)
        if found == 0.0 or not (moved or self.direction == 0):
            return 0.0
        return (cover if cover >= _UNDER else _PARTLY * cover) * (_OTHER if self._modified(part) else 1.0)

    def _modified(self, part: str) -> bool:
        """Whether what is explained is named more narrowly than it was asked for: "Americas net sales increased"."""
        words = _WORD.findall(" ".join(w for w in part.split() if w not in self.short))
        first = next((n for n, w in enumerate(words) if _kin(w) & self._kin()), None)
        if not first:
            return False
        before = {s for w in words[:first] for s in stems(w) if len(s) > 1}
        narrow = before - asking_stems() - whole_stems() - self._kin()
        return bool(narrow)

    def _kin(self) -> Set[str]:
        return {k for s in self.thing for k in kin_of(s) | {s}}


def _kin(word: str) -> set[str]:
    return {k for s in stems(word) for k in kin_of(s) | {s}}


def abbreviations(texts: Iterable[str]) -> dict[str, frozenset[str]]:
    """What texts abbreviate in brackets behind it ("Commercial Airplanes (BCA)"), with the stems of the name."""
    return {short: frozenset(stems(name)) for text in texts for name, short in _SHORT.findall(text)}


def asked_cause(
    question: str, topic: str, weak: Set[str], short: Mapping[str, frozenset[str]] | None = None
) -> AskedCause | None:
    """The cause that a question asks for; None where it names nothing whose cause it could be.

    `topic` is the question without names and periods, `weak` the stems that say little.
    """
    # "Which launch explains the rise in sales": what stands before the verb is the kind of cause that is wanted.
    verb = cause_verbs().search(question)
    kind = set(stems(question[: verb.start()])) if verb and _ASKS.match(question) else set()
    kind -= set(stems(question[verb.end() :])) | asking_stems() | _ASKING if verb else set()
    changes = [c for c in _CONTRAST.split(question) if direction_of(c)]
    told = [(thing, c) for c in changes if (thing := _thing(c, kind, weak) & set(stems(topic)))]
    if len(told) > 1:
        first, *others = (AskedCause(thing, direction_of(c), short or {}) for thing, c in told)
        return replace(first, beside=tuple(others))
    thing = _thing(topic, kind, weak)
    return AskedCause(thing, direction_of(question), short or {}, kind=frozenset(kind - weak)) if thing else None


def _thing(text: str, kind: Set[str], weak: Set[str]) -> frozenset[str]:
    """The stems of what a text names, without those of how it is asked for."""
    said = (s for s in stems(text) if s not in kind and len(s) > 1 and not s.isdigit())
    return frozenset(s for s in said if s not in weak and s not in asking_stems() and s not in _GENERIC)


def cause_query(question: str, topic: str) -> str:
    """What a filing prints where it tells the cause that a question asks for; "" where it asks for none."""
    if not cause_verbs().search(question):
        return ""
    way = {1: "increased", -1: "decreased", 0: "increased decreased"}[direction_of(question)]
    thing = " ".join(w for w in _WORD.findall(topic) if not set(stems(w)) & asking_stems())
    return f"{thing} {way} compared to prior year primarily due to, driven by" if thing else ""


def explained(text: str) -> str:
    """What stands before the first cue of a cause; the whole text where there is none."""
    cue = cause_cues().search(text)
    return text[: cue.start()] if cue else text


def takes_up(text: str) -> bool:
    """Whether a sentence takes up the change that the one before it names ("The increase was due to ...")."""
    return bool(taking_up().match(text))
