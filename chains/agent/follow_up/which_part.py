"""Which of the parts has the best of what was asked of one: "which of the five has the highest one?" after a margin."""

from __future__ import annotations

import re
from functools import cache

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.against_part import AgainstPart
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.part_names import part_of_name
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.turns import Turn
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words
from chains.planning.plan import Parts

_FEWEST = 3
"""Parts that are counted: "which of the two" are two that were spoken of."""


@cache
def _shape() -> re.Pattern[str]:
    table = tables()["which_part"]
    nouns, counts = any_of(table["nouns"]), any_of(tables()["references"]["counts"])
    which = (
        rf"(?:(?:which|what)\s+(?:(?P<noun>{nouns})|of\s+(?:the|its|their|these|those)(?:\s+(?P<n>{counts}|[3-9]))?"
        rf"(?:\s+(?P<nouns>{nouns})s?)?))"
    )
    does = r"(?:has|had|have|is|was|shows?|posts?|posted|earns?|earned|makes?|made|did|does|enjoys?|got)"
    one = r"(?:\s+(?:one|ones|it|that|of\s+(?:all|them|those|these)|on\s+that|there))?"
    return re.compile(
        rf"{which}\s+{does}\s+(?:the\s+)?(?:(?P<high>{any_of(table['high'])})|(?P<low>{any_of(table['low'])})){one}",
        re.I,
    )


class WhichPart(AgainstPart):
    """Turns that rank the parts of the company by what was asked of one of them."""

    def _which_part(self, last: Turn, said: Said) -> Turn | None:
        """The question for the part that leads in what was asked before; None where a turn asks something else."""
        match = _shape().fullmatch(said.core.strip(" ?.!,"))
        value = (last.operands if last.operation in ("difference", "change", "growth") else last.terms)[-1:]
        term = value[0] if value else None
        if match is None or term is None or last.company is None or said.named or said.dated:
            return None
        part, kind = part_of_name(term.base_name)
        counted = tables()["references"]["counts"].get((match["n"] or "").lower()) or int(match["n"] or 0)
        spoken = match["noun"] or match["nouns"]
        if not kind or set(kind.lower().split()) & set(tables()["which_part"]["costs"]) or 0 < counted < _FEWEST:
            return None
        if not (spoken or counted):
            return None
        own = set(content_words(part))
        for noun in dict.fromkeys((spoken or "segment", "segment", "region", "product")):
            names = self.asker.parts(term.planned, noun)
            if part and not any(own <= set(content_words(n)) for n in names) and len(names) != counted:
                continue  # "Europe" is no product
            which = "highest" if match["high"] else "lowest"
            at = rewrite.span(last.periods[-1:])
            turn = self._turn(
                rewrite.with_time(f"Which {noun} had the {which} {kind} for {last.company.short}", at), said.unit
            )
            if isinstance(turn.planned.plan, Parts) and self._finds(turn):
                return turn
        return None
