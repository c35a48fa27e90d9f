"""What was computed of one measure or part, asked of another one."""

from __future__ import annotations

import re

from chains.agent.follow_up.combining import again, combined, compared
from chains.agent.follow_up.cues import pronoun
from chains.agent.follow_up.exchanging import Exchanging
from chains.agent.follow_up.part_names import part_of_name
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.questions.asking_sentence import starts_interrogative
from chains.questions.company_names import possessive

_FASTER = re.compile(
    r"(?:did|does|do|has|have)\s+(?:the\s+|its\s+|their\s+)?(?P<x>.+?)\s+(?:grow|grown|rise|risen|increase|increased|expand)\s+(?:any\s+)?"
    r"(?P<how>faster|slower|more|less|quicker|stronger)(?:\s+(?P<or>or\s+\w+))?(?:\s+than\s+(?:that|this|it))?",
    re.I,
)


_THERE = re.compile(r"(?<!\bis)(?<!\bare)(?<!\bwas)(?<!\bwere)\s+(?:over\s+)?there(?=[\s?.!]*$)", re.I)
"""The part that was spoken of; not "how many are there?"."""


class OtherMeasures(Exchanging):
    """Turns that name another measure, or another part of one."""

    def _of_another(self, last: Turn, measure: str, who: str) -> Turn | None:
        """What was computed of earlier answers, of another measure: of both where they measure the same, else of x."""
        same = len({t.signature for t in last.operands}) == 1
        moved = [
            self._value(f"{possessive(who)} {measure}" if who else measure, t) if same or n == 0 else t
            for n, t in enumerate(last.operands)
        ]
        if any(m is None for m in moved):
            return None
        return again(last, [m for m in moved if m is not None], unit=last.unit)

    def _faster(self, last: Turn, said: Said) -> Turn | None:
        """ "Did net sales grow faster than that?": the growth of another measure set against the last one."""
        match = _FASTER.fullmatch(said.core.strip(" ?.!"))
        if match is None or last.operation not in ("growth", "cagr") or said.named:
            return None
        moved = [self._value(match["x"], t) for t in last.operands]
        whole = [m for m in moved if m is not None]
        other = combined(last.operation, whole) if len(whole) == len(moved) else None
        if other is None or not other.terms or not last.terms:
            return None
        both = [other.terms[-1], last.terms[-1]]
        if match["or"]:
            return combined("largest", both)
        return compared(*both, above=match["how"].lower() in ("faster", "more", "quicker", "stronger"))

    def _of_other_part(self, last: Turn, part: str) -> Turn | None:
        """What was computed of a part ("Flow Measurement"), of another one; what is of the whole stays."""
        spoken = part_of_name(last.operands[0].name)[0] if last.operands else ""
        if not spoken or not kind_of_part(last):
            return None
        moved: list[Term] = []
        for term in last.operands:
            own, kind = part_of_name(term.name)
            if own and not _same_words(own, spoken):
                return None
            other = self._value(f"{part} {kind}", term) if own else term
            if other is None or (own and not kind):
                return None
            moved.append(other)
        return again(last, moved, unit=last.unit)

    @staticmethod
    def _is_part(last: Turn) -> bool:
        """Whether a turn asked for a part of a line item: "Retail net sales"."""
        return bool(kind_of_part(last))

    def _of_part(self, measure: str, last: Turn) -> str:
        """ "Operating income of the segment": the part that was spoken of, by its name."""
        words = _THERE if _THERE.search(measure) else pronoun("part")
        if not last.terms or not words.search(measure):
            return measure
        part = part_spoken_of(last)
        if words is _THERE and not part:
            return measure
        if part and starts_interrogative(measure):
            # A whole question keeps its order: "how much goodwill sits in that segment".
            return words.sub(lambda m: f" {_put(part, m[0])}", measure).strip()
        rest = re.sub(rf"(?:\b(?:of|for|in|by|from)\s+)?{words.pattern}", " ", measure, flags=re.I).strip()
        rest = " ".join(re.sub(r"\b(?:of|for|in|by)\s*$", "", rest).split())
        rest = rest.strip(" ,:;-")  # "same segment as before: contribution profit"
        return f"{part} {rest}" if part else rest


def _put(part: str, words: str) -> str:
    if words.strip().lower().endswith("there"):
        return f"in {part}"
    return f"{part}'s" if re.search(r"['’]s?$", words) else part


def part_spoken_of(last: Turn) -> str:
    """The part of the company that a turn is about; "" where it is about the whole."""
    if last.part:
        return last.part
    term = last.operands[0] if last.operands else last.terms[-1] if last.terms else None
    return part_of_name(term.base_name or term.name)[0] if term is not None else ""


def _same_words(a: str, b: str) -> bool:
    return [w.rstrip("s") for w in a.lower().split()] == [w.rstrip("s") for w in b.lower().split()]


def kind_of_part(last: Turn) -> str:
    """The line item that a turn asked for a part of: "net sales" of "Retail net sales"; "" where it did not."""
    term = last.operands[0] if last.operands else last.terms[-1] if last.terms else None
    if term is None or not term.of_part:
        return ""
    part, kind = part_of_name(term.base_name or term.name)
    return kind if part else ""
