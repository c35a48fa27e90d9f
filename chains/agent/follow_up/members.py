"""Which part of the company is meant: what was asked of one part ("EMEA", "Services"), asked of another one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from chains.agent.follow_up import rewrite
from chains.agent.follow_up.combining import again, refused
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.fitting import same
from chains.agent.follow_up.other_measures import OtherMeasures
from chains.agent.follow_up.part_names import part_of_name
from chains.agent.follow_up.questions import asked_of
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.spans import open_span
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn
from chains.formulas.expression import FiscalPeriod, Item
from chains.formulas.trees import items, substitute
from chains.measures.phrases import any_of
from chains.measures.phrasing import KIND_WORDS, content_words, word_list
from chains.planning.plan import Compute, Kind, Measure
from chains.questions.answer_form import find_unit
from chains.questions.request import Planned


class Members(OtherMeasures):
    """Turns that name another part of the company, and nothing of what is to be measured of it."""

    def _member(self, last: Turn, part: str, said: Said, who: str, when: str) -> Turn | None:
        """What was asked or computed before, of another part; None where the reports hold no such figures.

        A turn that names a line item of its own is no part.
        """
        part = bare_part(part)
        if not part or known_measure(part) or is_variant(part) or not last.terms or (who and last.operation):
            return None
        if last.operation in ("growth", "change", "cagr", "trend") and said.dated:
            return None  # "Americas in FY25?" after a growth names the time of a value
        if last.operation and find_unit(said.unit).kind == "currency" and last.terms[-1].measure.kind is Kind.PERCENT:
            return None  # "and Services, in dollars?" after a share
        if last.operation:
            return self._placed(self._computed_of(last, part), said, last)
        for text in dict.fromkeys(self._asked_of_part(last, part, who, when)):
            turn = self._turn(text, said.unit or last.unit)
            found = self._found(turn.planned)
            if found and found != self._held(last.planned):
                return turn
        return None

    def _asked_of_part(self, last: Turn, part: str, who: str, when: str) -> Iterator[str]:
        """The question before with the part exchanged in its words; else the plain one for its measure."""
        company = who or (last.company.short if last.company else "")
        if (share := _SHARE.fullmatch(last.terms[-1].base_name)) is not None:
            if not part_of_name(share["x"])[1]:
                yield asked_of(company, f"{part} {share['of']}", when or rewrite.span(last.periods[-1:]))
            return
        for spoken in parts_of(last):
            changed = re.sub(rf"(?<!\w){re.escape(spoken)}(?!\w)", lambda _: part, last.text, count=1, flags=re.I)
            if changed == last.text:
                continue
            changed = rewrite.with_company(changed, who, self._directory) if who else changed
            yield rewrite.with_time(changed, when) if when else changed
        name = last.terms[-1].base_name
        # What was asked of it stays: "growth in EMEA revenue" becomes that of APAC's.
        prefix = last.terms[-1].name.removesuffix(name) if name else ""
        at = when or rewrite.span(last.periods if prefix else last.periods[-1:])
        own, kind = part_of_name(name)
        if prefix and kind and not is_variant(own):
            yield asked_of(company, f"{prefix}{part} {kind}", at)
        elif prefix:
            return
        elif kind and is_variant(own):
            yield asked_of(company, f"{part} {name}", at)  # "organic sales" are no sales of a part
        elif kind:
            yield asked_of(company, f"{part} {kind}", at)
        elif name:
            of = _OF_PART.fullmatch(name)
            if of is not None:
                yield asked_of(company, f"{of['kind']} of {part}", at)
            yield asked_of(company, f"{part} {name}", at)
            yield asked_of(company, f"{name} {part}", at)

    def _computed_of(self, last: Turn, part: str) -> Turn | None:
        """What was computed of one part's values, of another's; values of the whole company stay."""
        if any(not t.base_name for t in last.operands):
            return self._exchanged(last, part)
        spoken = {_key(p) for t in last.operands for p in _part_of(t)}
        if len(spoken) != 1:
            return None
        moved = [self._of_member(t, part) if _part_of(t) else t for t in last.operands]
        whole = [t for t in moved if t is not None]
        if len(whole) < len(moved) or any(same(a, b) for n, a in enumerate(whole) for b in whole[:n]):
            return None
        made = again(last, whole, unit=last.unit)
        return made if made is not None and self._finds(made) else None

    def _exchanged(self, last: Turn, part: str) -> Turn | None:
        """A calculation over calculations, the one part that it is of exchanged wherever a line item of it stands."""
        plan = last.planned.plan
        if not isinstance(plan, Compute):
            return None
        known = {_own_part(i).lower() for i in items(plan.measure.expression)} - {""}
        if len({_key(one) for one in known}) != 1:
            return None
        own = re.compile(rf"(?<!\w)(?:{any_of(known)})(?!\w)", re.I)

        def named(text: str) -> str:
            return own.sub(lambda _: part, text)

        def measure(of: Measure) -> Measure:
            changed = substitute(of.expression, lambda i: replace(i, phrase=named(i.phrase), member=named(i.member)))
            return replace(of, expression=changed, name=named(of.name), formula=named(of.formula), said=named(of.said))

        reading = last.planned.reading
        question = replace(reading.question, text=named(reading.question.text), core=named(reading.question.core))
        made = replace(plan, measure=measure(plan.measure))
        planned = replace(last.planned, reading=replace(reading, question=question), plan=made)
        terms = [replace(t, name=named(t.name), measure=measure(t.measure)) for t in (*last.terms, *last.operands)]
        count = len(last.terms)
        ones = tuple(replace(t, planned=planned) for t in terms[:count])
        turn = replace(last, text=named(last.text), planned=planned, terms=ones, operands=tuple(terms[count:]))
        return turn if turn.text != last.text and self._finds(turn) else None

    def _of_member(self, term: Term, part: str) -> Term | None:
        """The same measure of another part; None where it is not printed."""
        kind = part_of_name(term.base_name)[1]
        words = term.base_name.split()
        phrases = [part, f"{part} {term.base_name}"]
        if kind:
            phrases = [f"{part} {kind}"]
        elif is_line(term.base_name):
            # "Domestic streaming contribution profit": what is left of it behind the part's name names the line.
            phrases = [f"{part} {' '.join(words[n:])}" for n in range(1, len(words))]
        for phrase in phrases:
            found = self._value(phrase, term)
            if found is not None and self._held_by(found) not in (frozenset(), self._held_by(term)):
                return found
        return None

    def _placed(self, made: Turn | None, said: Said, last: Turn) -> Turn | None:
        """What was computed, moved to the time that a turn names as well."""
        if made is None or not (said.dated or said.shift is not None):
            return made
        if why := open_span(said, [p for t in made.operands for p in t.periods]):
            return refused(made.operands[0], said.core, why)
        step = self._step(said, last)
        if step is None:
            return None
        terms = [self._at(t, t.periods[-1].shift(step)) if t.periods else None for t in made.operands]
        whole = [t for t in terms if t is not None]
        return again(made, whole, unit=said.unit or last.unit) if len(whole) == len(terms) else None

    @staticmethod
    def _step(said: Said, last: Turn) -> int | None:
        newest: FiscalPeriod | None = max((p.period for p in last.periods), default=None, key=lambda p: p.year)
        years = {m.year for m in said.asked.mentions if m.year is not None}
        if newest is None or (said.shift is not None and (said.shift.months or said.shift.quarters or said.shift.pick)):
            return None
        if said.shift is not None:
            return said.shift.years
        return next(iter(years)) - newest.year if len(years) == 1 else None

    def _value(self, phrase: str, near: Term) -> Term | None:
        """The value of a phrase near another one: "APAC" beside "EMEA revenue" is the revenue of APAC, if printed."""
        found = super()._value(phrase, near)
        if known_measure(phrase) or not near.base_name or len(items(near.measure.expression)) != 1:
            return found
        kind = part_of_name(near.base_name)[1] or near.base_name
        part = bare_part(phrase)
        if not part or is_variant(part) or content_words(part) == content_words(near.base_name):
            return found
        beside = super()._value(f"{part} {kind}", near)
        if beside is None or self._held_by(beside) in (frozenset(), self._held_by(near)):
            return found
        return beside

    def _is_whole(self, part: str, whole: str) -> bool:
        """Whether the question for a part finds the figures of the whole."""
        plans = [self._turn(text).planned for text in (part, whole)]
        held = [self._found(p) for p in plans]
        return bool(held[0]) and held[0] == held[1]

    def _held_by(self, term: Term) -> frozenset[str]:
        """The figures that a value is found in, where it is looked for; none where it is not found."""
        return self._held(planned_alone(term))

    def _amounts_of(self, term: Term) -> frozenset[tuple[Decimal, str]]:
        """The amounts, with their units, that a value is found in: one figure may be printed in several tables."""
        outcome = self.asker.figures(planned_alone(term))
        bound = (b.figure for s in outcome.solved for b in s.bound.values()) if outcome else ()
        return frozenset((abs(f.value), f.unit) for f in bound)

    def _shown(self, term: Term) -> tuple[Decimal, str] | None:
        """The value of a term with its unit; None where the reports do not tell it."""
        outcome = self.asker.figures(planned_alone(term))
        shown = outcome.shown if outcome is not None else None
        return (shown.value, shown.unit) if shown is not None else None

    def _found(self, planned: Planned) -> frozenset[str]:
        """The figures that the plan for one value is computed of; none of other plans."""
        return self._held(planned) if isinstance(planned.plan, Compute) else frozenset()

    def _held(self, planned: Planned) -> frozenset[str]:
        """The figures that a plan is computed of. What is found in those of the whole is no part of it."""
        outcome = self.asker.figures(planned)
        return frozenset(b.figure.id for s in outcome.solved for b in s.bound.values()) if outcome else frozenset()


def planned_alone(term: Term) -> Planned:
    """The plan for a value and nothing else, whatever was asked of it."""
    reading = replace(term.planned.reading, refusal="")
    return replace(term.planned, reading=reading, plan=Compute(term.measure, term.periods))


def _part_of(term: Term) -> tuple[str, ...]:
    """The part that a value is of, by its name."""
    own, kind = part_of_name(term.base_name)
    if kind:
        return (own,) if content_words(own) else ()
    return (own,) if own and term.of_part else ()


def _key(part: str) -> frozenset[str]:
    """What two names of one part have in common: "process valves segment", "process valve"."""
    return frozenset(content_words(part)) - KIND_WORDS


def parts_of(turn: Turn) -> list[str]:
    """The parts of the company that the line items of a turn are of."""
    made: list[str] = []
    for term in turn.terms:
        for item in items(term.measure.expression):
            own = _own_part(item)
            if own and not is_variant(own) and own.lower() not in (m.lower() for m in made):
                made.append(own)
    return sorted(made, key=len, reverse=True)


def _own_part(item: Item) -> str:
    if item.member:
        return item.member
    own, kind = part_of_name(item.phrase)
    if not kind and (of := _OF_PART.fullmatch(item.phrase)) is not None:
        return of["part"]
    return own if kind else item.phrase if item.concept is None else ""


def is_variant(part: str) -> bool:
    """Whether words tell one line item from its like ("basic", "gross", "deferred"), and no part of the company."""
    words = set(content_words(part))
    return bool(words) and words <= word_list("decisive") | set(tables()["line_nouns"]["variants"].split())


_OF_PART = re.compile(r"(?P<kind>.+?)\s+(?:of|for|in|from|at)\s+(?P<part>.+)", re.I)
"""A name that tells its part behind it: "contribution margin of domestic DVD"."""
_SHARE = re.compile(r"(?P<x>.+?)\s+(?P<of>as an? (?:percentage|percent|%|share|proportion|fraction) of .+)", re.I)
_KINDS = KIND_WORDS | {"part", "side", "piece", "bit", "arm", "portion"}


def is_line(name: str) -> bool:
    """Whether a name ends as that of a line item does: "contribution profit"."""
    words = name.lower().split()
    return len(words) > 1 and words[-1] in tables()["line_nouns"]["words"].split()


def bare_part(text: str) -> str:
    """The name of a part without "the ... business", "segment" and the like around it."""
    words = text.strip(" ,?.'").split()
    while words and words[-1].lower().rstrip("s") in _KINDS and len(words) > 1:
        words.pop()
    words = [re.sub(r"(?<=[a-z])['’]s?$", "", w) for w in words]
    while words and words[0].lower() in ("the", "in", "for", "of", "just", "only"):
        words.pop(0)
    return " ".join(words)
