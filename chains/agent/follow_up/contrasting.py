"""The question before with a few of its words exchanged: "against?" after votes for, "and the fixed one?", a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.combining import combined
from chains.agent.follow_up.counting import counted_again
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.members import bare_part
from chains.agent.follow_up.part_names import part_of_name
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.reasons import Reasons
from chains.agent.follow_up.turns import Turn
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words

_ONE = re.compile(
    r"\b(?:the|that|this|its|their)\s+(?P<which>[\w&-]+(?:\s+[\w&-]+)?)\s+(?P<one>ones?)(?P<own>['’]s?)?(?!\w)", re.I
)
_BY = re.compile(r"(?P<preposition>on|per|by|to|against|over|of|with|without|excluding|including)\s+(?P<y>\S.*)", re.I)
_UNTIL = r"(?=\s+(?:for|in|at|during|from|as of)\s|\s*[?,.;]|$)"
_NTH = re.compile(
    r"\bthe\s+(?P<n>latter|former|(?:first|second|third|fourth|1st|2nd|3rd|4th)(?=\s+(?:region|segment|country|product|"
    r"business|division|part|area|category|line)\b))(?:\s+(?:region|segment|country|product|business|division|part|area"
    r"|category|line|one))?(?:['’]s)?(?!\w)",
    re.I,
)
_NAME = re.compile(r"(?<![.?!]\s)(?<!^)\b[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)*")


class Contrasting(Reasons):
    """Turns of one word or name that stands against one of the question before."""

    def _with_one(self, text: str, last: Turn) -> str:
        """ "The defense one" is the defense backlog, after the commercial one."""

        def put(match: re.Match[str]) -> str:
            words = match["which"].lower().split()
            if set(words) & set(tables()["references"]["no_part"].split()) or not last.terms:
                return match[0]
            name = last.measured or last.terms[-1].base_name
            kind = part_of_name(name)[1] or name
            return f"{match['which']} {kind}" if kind else match[0]

        return _ONE.sub(put, text)

    def _with_nth(self, text: str, turns: Sequence[Turn]) -> str:
        """ "The second region" is the second that was spoken of; "the latter" of two parts the last one."""
        if _NTH.search(text) is None:
            return text
        named: dict[str, str] = {}
        for turn in turns:
            for term in turn.terms if not turn.operation else ():
                part, kind = part_of_name(term.base_name)
                part = bare_part(part)
                if part and kind and term.of_part:
                    named.setdefault(part, kind)
        parts = list(named)

        def put(match: re.Match[str]) -> str:
            word = match["n"].lower()
            count = tables()["references"]["ordinals"].get(word, 0)
            if word in ("latter", "former"):
                count = len(parts) - (word == "former") if len(parts) > 1 else 0
            if not 0 < count <= len(parts):
                return match[0]
            part = parts[count - 1]
            return part if known_measure(_NTH.sub(" ", text)) else f"{part} {named[part]}"

        return _NTH.sub(put, text)

    def _put_in(self, last: Turn, said: Said) -> Turn | None:
        """A turn whose words are put into the question before: a part of what was counted, a counterpart, a name."""
        if said.named or said.ambiguous:
            return None
        text = counted_again(said.core, last.text, self._directory)
        if text:
            name = "" if self._one or last.company is None or self._directory.find(text)[0] else last.company.short
            text = rewrite.appended(text, f"for {name}") if name else text
            when = "" if said.dated else rewrite.span(last.periods[-1:])
            return self._turn(rewrite.with_time(text, when) if when else text, said.unit)
        if not said.content or said.unknown:
            return None
        if last.operation:
            return self._corrected(last, said)
        if (made := self._against(last, said)) is not None:
            return made
        spans = [span for n in self._directory.find(last.text)[0] for span in ((n.start, n.end), *n.also)]
        if not last.terms and (text := renamed(last.text, said, spans)):
            return self._turn(text, said.unit or last.unit)
        return self._corrected(last, said)

    def _against(self, last: Turn, said: Said) -> Turn | None:
        """The question before with a word exchanged for its counterpart, or a name for another name."""
        text = exchanged(last.text, said)
        if not text:
            return None
        when = rewrite.when_of(said, last.periods, None) if said.dated or said.shift is not None else ""
        return self._turn(rewrite.with_time(text, when) if when else text, said.unit or last.unit)

    def _corrected(self, last: Turn, said: Said) -> Turn | None:
        """ "I meant on adjusted EPS": what was computed, or asked, on something else."""
        match = _BY.fullmatch(said.core.strip(" ?.!"))
        if match is None or not (said.correction or said.ellipsis) or said.named:
            return None
        y = match["y"].strip()
        if last.operation in ("percent_of", "ratio", "margin") and len(last.operands) == 2:
            other = self._value(y, last.operands[1])
            return combined(last.operation, [last.operands[0], other], unit=last.unit) if other is not None else None
        if last.terms and not said.correction:
            return None
        spoken = re.compile(rf"(?<!\w){re.escape(match['preposition'])}\s+(?P<z>.+?){_UNTIL}", re.I)
        found = spoken.search(last.text)
        if found is None or found["z"].lower() == y.lower():
            return None
        return self._turn(f"{last.text[: found.start('z')]}{y}{last.text[found.end('z') :]}", said.unit or last.unit)


def exchanged(before: str, said: Said) -> str:
    """A question with the one word exchanged that a turn names a counterpart of; "" where it names none.

    A name ("and Drosos") is exchanged for the one name of the question that is no company's and no line item's.
    """
    typed = re.sub(
        r"^(?:(?:the|vs\.?|versus|and|in|of|for|which|one|did|was|is|had|has)\s+)+(?=\w)|[\s-]+(?:rate|ones?|part|side|portion)$",
        "",
        said.core.strip(" ?.!").lower(),
    )
    bare = typed or said.core.strip(" ?.!").lower()
    for words, near in _counterparts():
        if bare not in words or (near and not re.search(rf"(?<!\w)(?:{any_of(near)})(?!\w)", before, re.I)):
            continue
        others = [w for w in words if w != bare]
        spots = list(re.finditer(rf"(?<![\w-])(?:{any_of(others)})(?!\w)", before, re.I))
        if near:
            # "Votes for": the word is the one behind what it tells apart.
            spots = [s for s in spots if re.search(rf"(?:{any_of(near)})\s+(?:cast\s+)?$", before[: s.start()], re.I)]
        if len(spots) == 1:
            return f"{before[: spots[0].start()]}{bare}{before[spots[0].end() :]}"
    return ""


def renamed(before: str, said: Said, companies: Sequence[tuple[int, int]]) -> str:
    """A question with its one proper name exchanged for the one that a turn consists of; "" elsewhere."""
    name = said.core.strip(" ?.!")
    if not re.fullmatch(r"[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+){0,3}", name) or known_measure(name) or said.named:
        return ""
    spots = [
        m
        for m in _NAME.finditer(before)
        if not any(m.start() < end and start < m.end() for start, end in companies)
        and not known_measure(m[0])
        and not re.fullmatch(r"(?:FY\d*|Q[1-4]|[A-Z]{2,4}|" + _MONTHS + r")\b.*", m[0])
    ]
    if len(spots) != 1 or not content_words(spots[0][0]):
        return ""
    return f"{before[: spots[0].start()]}{name}{before[spots[0].end() :]}"


_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"


@cache
def _counterparts() -> tuple[tuple[frozenset[str], tuple[str, ...]], ...]:
    return tuple((frozenset(r["words"]), tuple(r.get("near", ()))) for r in tables()["counterparts"])
