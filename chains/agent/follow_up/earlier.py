"""Earlier answers of a conversation: what "that", "the first", "the two" and "the 2016 value" stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from chains.agent.follow_up.combining import again, combined
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.turns import Term, Turn, part_name, part_of_name
from chains.agent.follow_up.values import Values, references
from chains.expression import Binary, FiscalPeriod, Operator
from chains.fiscal_calendar import resolve_all
from chains.phrases import any_of
from chains.phrasing import KIND_WORDS, content_words, trims
from chains.plan import Kind
from chains.vocabulary import default_names

_AGAINST = re.compile(
    r"\b(?:from|since|versus|vs\.?|against|than|over|to|with|on)\s+(?:(?:in|for|during|at)\s+)?(?:the\s+)?(?:fiscal\s+)?$",
    re.I,
)
_SPLIT = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*")


_OVER_TIME = ("sum", "average", "change", "growth", "difference", "largest", "smallest")


def known_as(name: str, measure: str) -> bool:
    """Whether a name holds the name of the line item that `measure` is a name of: "AWS net sales", "revenue"."""
    names = default_names()
    wanted, hit = names.concept(measure), names.within(name)
    return wanted is not None and hit is not None and names.concept(name[slice(*hit[1])], ()) == wanted


class Earlier(Values):
    """Several of the earlier values, and the ones that stand beside the last."""

    def one(self, phrase: str, near: Term | None = None) -> tuple[Term | Decimal, bool] | None:
        """What a phrase stands for; "those two together" is one value, their sum."""
        table = tables()["together"]
        bare = phrase.strip(" ,?.").lower()
        ends, starts = f"(?:{any_of(table['words'])})", f"(?:{any_of(table['before'])})"
        match = re.fullmatch(rf"(?:{starts}\s+(?P<a>.+)|(?P<b>.+?)\s+{ends}|combined\s+(?P<c>.+))", bare)
        several = self.several(next(g for g in match.groups() if g)) if match is not None else None
        if several is not None and len(several) > 1:
            made = combined("sum", self.amounts(several))
            if made is not None:
                return made.terms[-1], True
        return super().one(phrase, near)

    def level(self) -> Term:
        """The last value; what grew where the last one is a growth or a change: a share is one of a level."""
        turn = self._turns[-1]
        moved = turn.operation in ("growth", "change", "trend") and turn.operands and turn.terms[-1:] == (self.last,)
        plain = moved and self.last.measure.kind is not Kind.POINTS
        return turn.operands[0] if plain and turn.operands[0].measure.kind is not Kind.PERCENT else self.last

    # Times

    def turn_periods(self) -> set[FiscalPeriod]:
        """The periods of the newest turn."""
        return {p for t in (*self._turns[-1].terms, *self._turns[-1].operands) for p in t.periods}

    def since_periods(self) -> set[FiscalPeriod]:
        """The periods of the answers since the last question that stood alone."""
        found: set[FiscalPeriod] = set()
        for turn in reversed(self._turns):
            found |= {p for t in (*turn.terms, *turn.operands) for p in t.periods}
            if turn.alone:
                break
        return found

    def value_at(self, term: Term, period: FiscalPeriod) -> Term | None:
        """A value of another time: as it was answered, else planned anew."""
        held = [t for t in reversed(self.terms) if t.signature == term.signature and t.company == term.company]
        found = next((t for t in held if t.periods == (period,) and t.months == term.months), None)
        if found is not None or term.periods == (period,):
            return found or term
        if not term.name.startswith("the ") and period.quarter is None:
            made = self._plan(f"{term.name} in FY{period.year}", term)
            if made is not None and made.periods == (period,):
                return made
        return self._place(term, period)

    def at(self, said: Said) -> Term | None:
        """The last value in the year that a turn names."""
        context = self.last.planned.reading.context
        asked = resolve_all(said.asked, context.calendar) if context is not None else ()
        if len(asked) != 1 or not self.last.periods:
            return None
        return self.moved(self.last, asked[0].period.year - self.last.periods[-1].year)

    def at_of(self, said: Said) -> Term | None:
        """The value in the year that a turn names of what the last sum or average is of; None where it is none."""
        turn = self.turn_of(self.last)
        if turn is None or turn.operation not in ("sum", "average") or not self._of_one(turn):
            return None
        first = turn.operands[0]
        context = first.planned.reading.context
        asked = resolve_all(said.asked, context.calendar) if context is not None else ()
        return self.value_at(first, asked[0].period) if len(asked) == 1 else None

    def _placed_at(self, term: Term, period: FiscalPeriod) -> Term | None:
        last = term.periods[-1] if term.periods else None
        if last is not None and last.quarter == period.quarter and last != period:
            return self.moved(term, period.year - last.year)
        return self._place(term, period)

    def moved(self, term: Term, years: int) -> Term | None:
        """A value so many years later; what was computed of answers is computed of those of the other time."""
        if not term.periods:
            return None
        turn = self.turn_of(term)
        if turn is not None and turn.operands and term.name.startswith("the "):
            parts = [self._place(t, t.periods[-1].shift(years)) if t.periods else None for t in turn.operands]
            whole = [t for t in parts if t is not None]
            made = again(turn, whole) if len(whole) == len(parts) else None
            if made is not None and made.terms:
                return made.terms[-1]
        return self._place(term, term.periods[-1].shift(years))

    # Several values

    def several(self, phrase: str, *, summed: bool = False) -> list[Term] | None:
        """What "the two", "them", "all three" or "the dividends and the repurchases" stand for."""
        refs, phrase = references(), phrase.strip(" ,?.")
        for option in dict.fromkeys((phrase, *trims(phrase, 6))):
            if refs["counted"].fullmatch(option) and (match := refs["count"].search(option)) is not None:
                return self.newest(tables()["references"]["counts"][match[0]])
            if refs["several"].fullmatch(option):
                return self.together() if summed else self.run()
        parts = _SPLIT.split(phrase)
        if len(parts) < 2:
            return None
        found = [self.one(part) for part in parts]
        terms = [f[0] for f in found if f is not None and isinstance(f[0], Term)]
        referred = any(f is not None and f[1] for f in found)
        return terms if len(terms) == len(parts) and referred else None

    @staticmethod
    def counts(phrase: str) -> bool:
        """Whether a phrase counts several answers: "the two"."""
        return references()["count"].search(phrase) is not None

    def revenue(self) -> Term | None:
        """The revenue beside the last value: one that was asked for of the same company and time, else a new one.

        That of a part ("Services operating income") is the part's own.
        """
        last = self.level()
        part, kind = part_of_name(last.name) if last.of_part else ("", "")
        words = set(content_words(part))
        for term in reversed(self.terms[:-1]):
            own = set(content_words(part_name(term)))
            said_so = (
                known_as(term.name, "revenue") and words <= set(content_words(term.name)) and bool(own) == bool(words)
            )
            if said_so and term.company == last.company and term.periods[-1:] == last.periods[-1:]:
                return term
        if part and not kind:
            return None
        part = " ".join(re.sub(r"\s[-,:]+\s", " ", f"{part} ").split())
        made = self._plan(f"{part} revenue".strip(), last)
        told = set(content_words(part)) - KIND_WORDS
        return made if made is not None and told <= set(content_words(made.name)) else None

    def result_beside_revenue(self) -> Term | None:
        """The value before the last one, which is the revenue beside it: "operating income?", "sales?", "margin"."""
        last, before = self.last, self._since[-2] if len(self._since) > 1 else None
        if before is None or not known_as(last.name, "revenue") or known_as(before.name, "revenue"):
            return None
        beside = (before.company, before.periods, before.months) == (last.company, last.periods, last.months)
        if set(content_words(part_name(before))) != set(content_words(part_name(last))):
            return None
        return before if beside and before.measure.kind is last.measure.kind else None

    def held_in(self) -> Term | None:
        """What the last value is a share of where that is not said: the answer before it, else its whole."""
        last, before = self.last, self._since[-2] if len(self._since) > 1 else None
        amounts = (Kind.NUMBER, Kind.CURRENCY)
        if last.measure.kind not in amounts:
            return None
        if before is not None and before.measure.kind in amounts and before.signature != last.signature:
            both_parts = last.of_part and before.of_part
            same = before.company == last.company and before.periods == last.periods and not both_parts
            if same:
                return before
        return self.whole(last)

    def amounts(self, terms: Sequence[Term]) -> list[Term]:
        """The values to be added up: beside amounts a share that was computed of one stands for that one."""
        shares = [t.measure.kind is Kind.PERCENT for t in terms]
        if all(shares) or not any(shares):
            return list(terms)
        made = []
        for term, share in zip(terms, shares, strict=True):
            turn = next((t for t in reversed(self._turns) if term in t.terms and t.operands), None) if share else None
            made.append(turn.operands[0] if turn is not None else term)
        return list(dict.fromkeys(made))

    def counted(self, text: str) -> list[Term] | None:
        """The values that a text counts ("of the three"), else those that belong together."""
        match = references()["count"].search(text)
        return self.newest(tables()["references"]["counts"][match[0]]) if match is not None else self.together()

    def run(self) -> list[Term]:
        """The newest values that measure the same, of several times or companies; else the last two."""
        plain = tuple(t for t in self._since if not t.name.startswith("the "))
        for terms in (self._since, plain):
            made: list[Term] = []
            for term in reversed(terms):
                if _kin(term) != _kin(terms[-1]):
                    break
                made.append(term)
            if len(set(made)) > 1:
                return list(dict.fromkeys(made[::-1]))
        return list(self._since[-2:])

    def together(self) -> list[Term]:
        """The values that a sum of "them" is of: those that belong together, else all of one time since a question
        that stood alone."""
        terms = self.run()
        if len({_kin(t) for t in terms}) == 1:
            return terms
        made: list[Term] = []
        last = self.last
        for turn in reversed(self._turns):
            plain = [t for t in turn.terms if not t.name.startswith("the ") and t in self._since]
            alike = [
                t
                for t in plain
                if (t.company, t.periods, t.measure.kind) == (last.company, last.periods, last.measure.kind)
            ]
            if turn.operation or not alike or len(alike) < len(turn.terms):
                break
            made = alike + made
            if turn.alone:
                break
        return list(dict.fromkeys(made)) if len(set(made)) > len(terms) else terms

    # A new value and an old one

    def pair(self, said: Said, operation: str, base: Term | None = None) -> list[Term] | None:
        """The two values of a change: the new one and the old one. `base` is what changed where it is not the last one.

        They are of the times that the turn names; else the last answer and the nearest one before it that measures the
        same; else the last answer and what it was a year before.
        """
        last, turn = self.last, self._turns[-1]
        if base is not None:
            return self._pair_of(base, said)
        if operation == "trend" and turn.verbal and turn.operands and re.search(r"\bit\b", said.core, re.I):
            last = turn.operands[0]  # "by how much did it grow? was it higher the year before?"
        if operation in ("change", "growth") and said.shift is not None:
            last = self.changed() or last  # "up how much on the year? how many percent on the prior year?"
        if said.asked.mentions and turn.operation in _OVER_TIME and len({t.signature for t in turn.operands}) == 1:
            # "Was 2018 higher than 2017?" after a sum of years asks about the years.
            last = turn.operands[0]
        context = last.planned.reading.context
        asked = resolve_all(said.asked, context.calendar) if context is not None else ()
        named = [p for r in asked if (p := self._placed_at(last, r.period)) is not None]
        if len(named) > 1:
            return [named[-1], named[0]]
        if named:
            alone = not _AGAINST.search(said.core[: said.asked.mentions[0].start])
            return self._in_order(named[0], self._before(named[0]) if alone else last)
        if said.shift is not None and said.shift.years and last.periods:
            return self._in_order(last, self.moved(last, said.shift.years))
        if (
            turn.operation in ("change", "difference")
            and operation in ("growth", "change")
            and len(turn.operands) == 2
            and operation != turn.operation
            and turn.operands[0].signature == turn.operands[1].signature
        ):
            return list(turn.operands)
        if len(turn.terms) > 1 and last.signature == turn.terms[0].signature and last.company == turn.terms[0].company:
            return self._in_order(last, turn.terms[0])
        if (within := _within(last)) is not None and operation == "growth":
            return within
        same = [
            t
            for t in reversed(self.terms[:-1])
            if t.signature == last.signature and t.company == last.company and t.periods != last.periods
        ]
        if same:
            return self._in_order(last, same[0])
        beside = self._since[-2] if len(self._since) > 1 else None
        if beside is not None and beside.signature == last.signature and beside.company != last.company:
            return [beside, last]
        if operation == "difference" and beside is not None:
            return [beside, last]
        return self._in_order(last, self._before(last)) if operation != "difference" else None

    def _pair_of(self, base: Term, said: Said) -> list[Term] | None:
        """A value that a turn names itself, and what it is set against: the one of another time that was asked for."""
        words = set(content_words(base.base_name))
        same = [
            t
            for t in self.terms
            if t.company == base.company
            and (t.signature == base.signature or (words and words <= set(content_words(t.base_name))))
        ]
        times = list(dict.fromkeys(t.periods for t in same if len(t.periods) == 1))
        if said.shift is not None and said.shift.years:
            return self._in_order(base, self.moved(base, said.shift.years))
        if len(times) > 1:
            newest, older = (next(t for t in reversed(same) if t.periods == p) for p in times[-1:-3:-1])
            return self._in_order(newest, older)
        return self._in_order(base, self._before(base))

    @staticmethod
    def _of_one(turn: Turn) -> bool:
        """Whether a turn computed something of one measure over several times."""
        times = {t.periods for t in turn.operands}
        return len({(t.signature, t.company) for t in turn.operands}) == 1 and len(times) > 1

    def changed(self) -> Term | None:
        """What the last change or growth is of; None where the last answer is another."""
        turn = self._turns[-1]
        moved = turn.operation in ("change", "growth", "difference") and self._of_one(turn)
        return turn.operands[0] if moved else None

    def of_years(self) -> list[Term] | None:
        """The newest values that measure the same at several times: what was computed last is of them."""
        turn = self._turns[-1]
        if turn.operands and self._of_one(turn):
            return list(turn.operands)
        terms = self.run()
        alike = len({(t.signature, t.company) for t in terms}) == 1 and len({t.periods for t in terms}) == len(terms)
        return terms if alike and len(terms) > 1 else None

    def rebased(self, said: Said) -> tuple[str, list[Term]] | None:
        """The newest change, from the time that a turn names instead of its own first one; None where there is none."""
        turn = self._turns[-1]
        two = list(turn.operands) if turn.operation in ("change", "growth") else _within(self.last)
        if not two or not said.asked.mentions:
            return None
        period = self._time(said, two[0])
        old = self._place(two[0], period) if period is not None else None
        return (turn.operation or "change", [two[0], old]) if old is not None else None

    def _before(self, term: Term) -> Term | None:
        return self.moved(term, -1)

    @staticmethod
    def _in_order(a: Term, b: Term | None) -> list[Term] | None:
        """The newer one first."""
        if b is None or not a.periods or not b.periods:
            return None
        key = [(t.periods[-1].year, t.periods[-1].quarter or 5) for t in (a, b)]
        return [a, b] if key[0] >= key[1] else [b, a]


def _kin(term: Term) -> object:
    """What values have in common that belong together: one measure, or parts of one line item."""
    kind = part_of_name(term.name)[1] if term.of_part else ""
    return kind.lower() or term.signature


def _within(term: Term) -> list[Term] | None:
    """The new and the old value of a change that was asked for in one question."""
    match term.measure.expression:
        case Binary(Operator.SUBTRACT, new, old) if len(term.periods) > 1:
            name = re.sub(r"^change in ", "", term.name)
            parts = [
                replace(term, name=name, measure=replace(term.measure, expression=e, name=name), periods=(p,))
                for e, p in ((new, term.periods[-1]), (old, term.periods[0]))
            ]
            return parts if parts[0].signature == parts[1].signature else None
    return None
