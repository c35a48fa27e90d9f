"""Another part of the company: its margin of the profit that was spoken of ("and Services' margin?"), and its moves."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chains.agent.follow_up.combining import combined, compared
from chains.agent.follow_up.cues import pronoun, tables
from chains.agent.follow_up.leading import Leading, not_known
from chains.agent.follow_up.members import bare_part, is_line, is_variant
from chains.agent.follow_up.part_names import part_of_name
from chains.agent.follow_up.questions import asked_of, time_of
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.formulas.trees import items
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words
from chains.planning.plan import Compute, Kind
from chains.questions.periods import find_periods
from ingest.schema import Statement

_WENT = re.compile(
    r"(?:did|has|have|is|was|were|are|does|do)\s+(?:the\s+)?(?P<x>.+?)\s+"
    r"(?:(?:go|gone|went|move|moved|come|been|get|got)\s+)?"
    r"(?:up or down|down or up|higher or lower|lower or higher|rise or fall|risen or fallen|grow or shrink"
    r"|increase or decrease|increased or decreased|better or worse)(?P<rest>\b.*)",
    re.I,
)
_MORE = re.compile(
    r"(?:by\s+)?how\s+much\s+(?P<how>more|less|higher|lower|greater|smaller)\s+(?P<m>.+?)\s+(?:did|does|do|has|had|have)"
    r"\s+(?P<a>.+?)\s+(?:bring in|make|earn|generate|have|report|book|record|post|produce|deliver|get|spend)\b"
    r".*?\s+than\s+(?:did\s+)?(?P<b>.+?)(?:\s+did)?",
    re.I,
)
_SITS = re.compile(
    r"how\s+much\s+(?:of\s+)?(?:the\s+)?(?P<m>.+?)\s+(?:sits?|sat|lies?|lay|is|was|belongs?|relates?|goes|went)"
    r"(?:\s+(?:held|booked|recorded|parked|allocated|tied\s+up))?\s+(?:in|at|to|with|within)\s+(?P<part>.+?)"
    r"(?:\s*,?\s*(?:at|as of|in|for|by)\s+(?:the\s+)?(?:\w+\s+)?(?:end|close|(?:year|quarter)[\s-]end|\d{4}).*)?",
    re.I,
)
_FIGURE = re.compile(
    r"(?:(?:fy\s?|fiscal\s+)?\d{2,4}(?:['’]s)?\s+|that\s+)?(?:figure|number|amount|sum|balance|value|it|that|this)",
    re.I,
)
_COVER = re.compile(
    r"(?:did|does|do|would|has|have)\s+(?P<a>.+?)\s+(?:fully\s+)?(?:cover|exceed|fund|outweigh|pay for|paid for)(?:ed)?"
    r"\s+(?:the\s+|its\s+|their\s+)?(?P<b>.+)",
    re.I,
)
_MARGIN = re.compile(r"(?:the\s+|in\s+|of\s+)?(?P<part>.+?)(?:['’]s?)?\s+margins?", re.I)
_WHOSE = re.compile(r"(?:the\s+)?margins?\s+(?:of|in|for|at)\s+(?:the\s+)?(?P<part>.+)", re.I)
_PROFIT = re.compile(r"\b(?:income|profit|earnings|ebit|ebitda)\b", re.I)
NO_SUCH = "no figure '{y}' of '{x}' was found; name the line item"
NO_KIND = "no figure '{y}' of '{x}' was found, and what else is asked of it is not said; name the line item"
UNKNOWN = "which margin of '{part}' is meant is not known; name it, such as the operating margin"
OPEN = "which margin of '{part}' is meant is not said: of the {kinds}; name the profit"


class OfParts(Leading):
    """Turns for what is known of a part: its margin without the name of the profit, which way it went."""

    def _margin_of_part(self, turns: Sequence[Turn], last: Turn, said: Said) -> Turn | None:
        """The margin of a part that a turn names; a refusal where it is not known of which profit; else None."""
        if said.named or said.clause:
            return None
        # A part's name may look like that of an unknown company.
        spoken = (said.core if said.unknown else said.measured).strip(" ?.!,")
        match = _MARGIN.fullmatch(spoken) or _WHOSE.fullmatch(spoken)
        part = bare_part(match["part"]) if match is not None else ""
        if not part or set(part.lower().split()) & set(tables()["margins"]["kinds"].split()):
            return None
        near = [t for t in (*last.operands, *last.terms) if t.base_name]
        if near and part_of_name(near[0].base_name)[1].endswith("margin"):
            return self._member(last, part, said, "", time_of(said, last))
        spoken_of = [t for turn in turns if turn.company == last.company for t in (*turn.operands, *turn.terms)]
        kinds = {_profit_in(t): t for t in ([t for t in near if _profit_in(t)] or spoken_of) if _profit_in(t)}
        if len(kinds) > 1:
            return not_known(last, said, OPEN.format(part=part, kinds=" or the ".join(kinds)))
        if not kinds:
            return not_known(last, said, UNKNOWN.format(part=part))
        (kind, term), when = next(iter(kinds.items())), time_of(said, last)
        values = [self._value_of(f"{part} {name}", when, term) for name in (kind, "revenue")]
        whole = [v for v in values if v is not None]
        made = combined("margin", whole) if len(whole) == len(values) else None
        return made if made is not None else not_known(last, said, UNKNOWN.format(part=part))

    def _went(self, last: Turn, said: Said) -> Turn | None:
        """ "Did the defense backlog go up or down vs 2021?": which way another part moved, or another measure."""
        match = _WENT.fullmatch(said.core.strip(" ?.!"))
        if match is None or said.named or not last.terms or pronoun("measure").fullmatch(match["x"]):
            return None
        near = (last.operands or last.terms)[-1]
        x = self._value(match["x"], near)
        if x is None or not x.periods or not self._held_by(x):
            return None
        years = [m.year for m in said.asked.mentions if m.year is not None]
        if len(years) > 1:
            return None
        now = x.periods[-1]
        then = now.shift(years[0] - now.year) if years else now.shift(said.shift.years if said.shift else -1)
        other = x.placed(then)
        if other is None or then == now:
            return None
        two = [x, other] if then.year < now.year else [other, x]
        return combined("trend", two, unit=said.unit)

    def _more(self, last: Turn, said: Said) -> Turn | None:
        """ "How much more gross profit did Services bring in than Products": one part's value less the other's."""
        match = _MORE.fullmatch(said.core.strip(" ?.!"))
        if match is None or said.named or not last.terms:
            return None
        near = (last.operands or last.terms)[-1]
        parts = [bare_part(match[name]) for name in ("a", "b")]
        when = time_of(said, last)
        values = [self._value_of(f"{part} {match['m']}", when, near) for part in parts]
        whole = [v for v in values if v is not None]
        if len(whole) < len(values) or self._held_by(whole[0]) == self._held_by(whole[1]):
            return None
        return combined(
            "difference", whole if match["how"].lower() not in ("less", "lower", "smaller") else whole[::-1]
        )

    def _in_part(self, last: Turn, said: Said) -> Turn | None:
        """ "How much goodwill sits in Services": the goodwill of the part."""
        match = _SITS.fullmatch(said.core.strip(" ?.!"))
        if match is None or said.named or last.company is None:
            return None
        # "How much of the 2018 figure sits in Services": of what was asked before.
        spoken = last.measured if _FIGURE.fullmatch(match["m"]) else ""
        kind = spoken or match["m"]
        if not known_measure(kind):
            return None
        part = bare_part(self._of_part(match["part"], last).strip())
        if not part or known_measure(part) or find_periods(part).mentions:
            return None
        when = time_of(said, last)
        whole = self._held_by(last.terms[-1]) if spoken and last.terms else frozenset()
        turn = self._turn(asked_of(last.company.short, f"{part} {kind}", when), said.unit)
        found = self._held_by(turn.terms[-1]) if turn.terms else frozenset()
        if found:
            return turn if found != whole else not_known(last, said, NO_SUCH.format(x=part, y=kind))
        return turn if spoken and turn.terms else None

    def _covers(self, last: Turn, said: Said) -> Turn | None:
        """ "Did that cover dividends?": whether what was computed is above another value."""
        match = _COVER.fullmatch(said.core.strip(" ?.!"))
        if match is None or said.named or not last.terms or not last.operation:
            return None
        pronouns = [pronoun("measure").fullmatch(match[side].strip()) is not None for side in ("a", "b")]
        if pronouns[0] == pronouns[1]:
            return None
        phrase = match["b" if pronouns[0] else "a"]
        term = last.terms[-1]
        other = self._value(phrase, replace(last.operands[0], periods=last.operands[0].periods[-1:]))
        if other is None or not self._held_by(other) or other.measure.kind is Kind.PERCENT:
            return None
        if term.measure.kind is Kind.PERCENT:
            return None
        both = (term, other) if pronouns[0] else (other, term)
        made = compared(*both, above=True)
        return replace(made, terms=both) if made is not None else None

    def _part_of_whole(self, last: Turn, part: str, company: str, when: str, said: Said) -> Turn | None:
        """A part after a value of the whole: "Services?" after "operating income" is the operating income of Services.

        A line of a statement is no part; a part whose figure of that kind is not found is refused, since another table
        may print its name beside something else. None for all else.
        """
        term = last.terms[-1] if last.terms and not last.operation else None
        if term is None or said.named or said.clause or known_measure(part) or is_variant(part) or is_line(part):
            return None
        own, kind = part_of_name(term.base_name)
        if own or not kind or term.name.startswith("the ") or len(items(term.measure.expression)) != 1:
            return None
        bare = bare_part(part)
        whole = self._held_by(term)
        for phrase in (f"{bare} {term.base_name}", f"{term.base_name} of {bare}"):
            turn = self._turn(asked_of(company, phrase, when), said.unit)
            found = self._found(turn.planned)
            if found and found != whole:
                return turn
        turn = self._turn(asked_of(company, part, when), said.unit)
        outcome = self.asker.figures(turn.planned) if isinstance(turn.planned.plan, Compute) else None
        printed = [b.figure for s in outcome.solved for b in s.bound.values()] if outcome is not None else []
        if printed and all(f.statement is Statement.NOTE for f in printed):
            return not_known(last, said, NO_KIND.format(x=bare, y=term.base_name))
        return None

    def _same_part(self, last: Turn, measure: str, company: str, when: str, said: Said) -> Turn | None:
        """Another measure of the part that was spoken of: "operating income?" after "AWS revenue".

        None where a turn says itself of what, or where no such figure of the part is printed.
        """
        term = last.terms[-1] if last.terms and not last.operation else None
        if term is None or not term.of_part or said.whole or said.named or not known_measure(measure):
            return None
        if re.search(rf"(?<!\w)(?:{any_of(tables()['margins']['whole_only'])})(?!\w)", measure, re.I):
            return None
        part, kind = part_of_name(term.base_name or term.name)
        own, asked = part_of_name(measure)
        if not part or not kind or (own and asked) or not content_words(part):
            return None
        turn = self._turn(asked_of(company, f"{part} {measure}", when), said.unit)
        found = self._found(turn.planned)
        if not found or found == self._held(self._turn(asked_of(company, measure, when)).planned):
            return None
        return turn

    def _value_of(self, phrase: str, when: str, near: Term) -> Term | None:
        """The printed value of a part's line item."""
        found = self._value(f"{phrase} in {when}" if when else phrase, near)
        return found if found is not None and self._held_by(found) else None


def _profit_in(term: Term) -> str:
    """The profit that a value is one of: "operating income" of "AWS operating income"; else ""."""
    name = part_of_name(term.base_name)[1] or term.base_name
    return name.lower() if _PROFIT.search(name) else ""
