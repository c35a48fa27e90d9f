"""Earlier answers of a conversation: what "that", "the first", "the two" and "the 2016 value" stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from chains.agent.follow_up.combining import operations
from chains.agent.follow_up.cues import any_of, tables
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.turns import Term, Turn, part_of_name
from chains.expression import Binary, FiscalPeriod, Operator
from chains.measure import content_words, trims
from chains.periods import resolve_all
from chains.plan import Kind, Origin
from chains.vocabulary import default_names

_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_AGAINST = re.compile(r"\b(?:from|since|versus|vs\.?|against|than|over|to|with|on)\s+(?:the\s+)?(?:fiscal\s+)?$", re.I)
_NO_VALUE = re.compile(r"(?:why|who|whom|whose|where|when|how come|what (?:drove|caused|explains))\b", re.I)
_TWO = re.compile(
    r"\b(?:is|are|was|were|did|does|divided by)\b|\bas\s+(?:an?\s+)?(?:%|percent|share)|(?:%|percentage|percent) of",
    re.I,
)
_SPLIT = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*")


@cache
def _references() -> dict[str, re.Pattern[str]]:
    table = tables()["references"]
    counts, ordinals = any_of(table["counts"]), any_of(table["ordinals"])
    counted = any_of(table["counted"]).replace(r"\{n\}", rf"(?:{counts})")
    return {
        "last": re.compile(any_of(table["last"])),
        "previous": re.compile(any_of(table["previous"])),
        "several": re.compile(rf"{any_of(table['several'])}"),
        "counted": re.compile(counted),
        "count": re.compile(rf"\b(?:{counts})\b"),
        "ordinal": re.compile(rf"(?:the\s+)?(?P<n>{ordinals})(?:\s+(?:{any_of(table['after_ordinal'])}))?"),
    }


_OVER_TIME = ("sum", "average", "change", "growth", "difference", "largest", "smallest")
_HALF = 0.5
_DIGITS = 18
"""Digits of a number that an earlier answer is multiplied or divided by."""


def known_as(name: str, measure: str) -> bool:
    """Whether a name holds the name of the line item that `measure` is a name of: "AWS net sales", "revenue"."""
    names = default_names()
    wanted, hit = names.concept(measure), names.within(name)
    return wanted is not None and hit is not None and names.concept(name[slice(*hit[1])], ()) == wanted


class Earlier:
    """The values of the turns before. `plan` makes a value of a phrase of its own ("revenue"), near another value."""

    def __init__(
        self,
        turns: tuple[Turn, ...],
        read: Callable[[str], Said],
        plan: Callable[[str, Term], Term | None],
        elsewhere: Callable[[str, Term], Term | None],
    ) -> None:
        self._turns = tuple(t for t in turns if t.terms)
        self._read, self._plan, self._elsewhere = read, plan, elsewhere
        self.terms = tuple(term for turn in self._turns for term in turn.terms)
        # A question without a value stands between: "the two" and "the first" never reach beyond it.
        gap = next((n for n in range(len(turns) - 1, -1, -1) if _without_value(turns[n])), -1)
        self._since = tuple(term for turn in turns[gap + 1 :] for term in turn.terms)

    @property
    def last(self) -> Term:
        """The newest value."""
        return self.terms[-1]

    # One value

    def one(self, phrase: str, near: Term | None = None) -> tuple[Term | Decimal, bool] | None:
        """What a phrase stands for, and whether it refers to what was said before; None where that cannot be told."""
        phrase = phrase.strip(" ,'?.")
        if _TWO.search(min(trims(phrase, 8), key=len)):
            return None  # "inventories are raw materials", "R&D as % of sales": two things, not one
        if phrase in tables()["whole"]["phrases"]:
            whole = self.whole(near or self.last)
            return (whole, True) if whole is not None else None
        referred = self._referred(phrase)
        if referred is not None:
            return referred, True
        if _NUMBER.fullmatch(phrase) and len(phrase) <= _DIGITS and not _YEAR.fullmatch(phrase):
            return Decimal(phrase.replace(",", "")), False
        said = self._read(phrase)
        near = near or self.last
        if not said.content:
            found = self._placed(said)
            return (found, True) if found is not None else None
        if (named := self._named(phrase, said)) is not None:
            return named, True
        made = self._plan(phrase, near)
        if (made is None or made.measure.origin is Origin.LABEL) and (named := self._named(phrase, said, _HALF)):
            return named, True
        if made is None:
            return None
        # What was asked for already is spoken of again, though without "the".
        return made, any(
            (t.name.lower(), t.periods, t.company) == (made.name.lower(), made.periods, made.company)
            for t in self.terms
        )

    def _referred(self, phrase: str) -> Term | None:
        refs = _references()
        for option in dict.fromkeys((phrase, *trims(phrase, 6))):
            if refs["last"].fullmatch(option):
                return self.last
            if refs["previous"].fullmatch(option):
                return self._since[-2] if len(self._since) > 1 else None
            if (match := refs["ordinal"].fullmatch(option)) is not None:
                return self._nth(tables()["references"]["ordinals"][match["n"]])
            if (term := self._result(option)) is not None:
                return term
        return None

    def _nth(self, number: int) -> Term | None:
        """The n-th value since the last question that stood alone, or one before it where there are too few."""
        start = len(self._since)
        for turn in reversed(self._turns):
            start = max(0, start - len(turn.terms))
            if turn.alone and len(self._since) - start >= max(2, number):
                break
        return self._since[start + number - 1] if start + number <= len(self._since) else None

    def _result(self, phrase: str) -> Term | None:
        """ "The change", "that difference": the newest result of such an operation."""
        bare = re.sub(r"^(?:the|that|this|your)\s+", "", phrase)
        names = [o.name for o in operations().values() if bare in o.nouns]
        if not names or bare == phrase:
            return None
        found = next((t.terms[-1] for t in reversed(self._turns) if t.operation in names), None)
        return found or (self.last if phrase.startswith(("that", "this")) else None)

    def _named(self, phrase: str, said: Said, share: float = 1.0) -> Term | None:
        """ "The capex", "the 2025 debt": a value that was asked for by these words, or by a share of them."""
        if not re.match(r"(?:the|that|this|those|these)\s", phrase):
            return None
        words = set(said.content)
        years = {m.year for m in said.asked.mentions}
        best: tuple[tuple[int, int], Term] | None = None
        for term in reversed(self.terms):
            if term.name.startswith("the ") or (years and {p.year for p in term.periods} != years):
                continue
            held = set(content_words(term.name))
            # Of several the one whose name says the least else, the newest of these.
            more = len(held - words), len(term.name.split())
            if words and len(words & held) >= share * len(words) and (best is None or more < best[0]):
                best = more, term
        return best[1] if best is not None else None

    def _placed(self, said: Said) -> Term | None:
        """ "2016", "the 2016 value", "Boeing's", "the year before": a value of before, of another time or company."""
        base = next((t for turn in reversed(self._turns) if not turn.operation for t in turn.terms[::-1]), self.last)
        if said.named:
            company = said.named[0].company
            held = next((t for t in reversed(self.terms) if t.company == company), None)
            base = held or self._elsewhere(company.short, base) or base
            if base.company != company:
                return None
        elif said.unknown or said.ambiguous:
            return None
        if said.shift is not None and said.shift.months:
            months = said.shift.months
            alike = [t for t in reversed(self.terms) if t.signature == base.signature and t.months == months]
            time = said.core[said.shift.start : said.shift.end]
            return alike[0] if alike else self._plan(f"{base.name} {time}", base)
        period = self._time(said, base)
        if period is None:
            return base if said.named else None
        same = [t for t in self.terms if t.company == base.company and t.periods == (period,)]
        return next((t for t in reversed(same) if t.signature == base.signature), None) or base.placed(period)

    def _time(self, said: Said, base: Term) -> FiscalPeriod | None:
        context = base.planned.reading.context
        resolved = resolve_all(said.asked, context.calendar) if context is not None else ()
        if len(resolved) == 1:
            one, last = resolved[0].period, base.periods[-1] if base.periods else None
            if last is not None and last.quarter and one.quarter is None:
                return FiscalPeriod(one.year, last.quarter)
            return one
        if said.shift is not None and base.periods and not said.shift.pick:
            return base.periods[-1].shift(said.shift.years)
        return None

    # Several values

    def several(self, phrase: str) -> list[Term] | None:
        """What "the two", "them", "all three" or "the dividends and the repurchases" stand for."""
        refs, phrase = _references(), phrase.strip(" ,?.")
        for option in dict.fromkeys((phrase, *trims(phrase, 6))):
            if refs["counted"].fullmatch(option) and (match := refs["count"].search(option)) is not None:
                return self.newest(tables()["references"]["counts"][match[0]])
            if refs["several"].fullmatch(option):
                return self.run()
        parts = _SPLIT.split(phrase)
        if len(parts) < 2:
            return None
        found = [self.one(part) for part in parts]
        terms = [f[0] for f in found if f is not None and isinstance(f[0], Term)]
        referred = any(f is not None and f[1] for f in found)
        return terms if len(terms) == len(parts) and referred else None

    def newest(self, count: int) -> list[Term] | None:
        """The last `count` values; None where there are fewer."""
        return list(self._since[-count:]) if count <= len(self._since) else None

    @staticmethod
    def counts(phrase: str) -> bool:
        """Whether a phrase counts several answers: "the two"."""
        return _references()["count"].search(phrase) is not None

    def revenue(self) -> Term | None:
        """The revenue beside the last value: one that was asked for of the same company and time, else a new one.

        That of a part ("Services operating income") is the part's own.
        """
        last = self.last
        part, kind = part_of_name(last.name) if last.measure.origin is Origin.LABEL else ("", "")
        words = set(content_words(part))
        for term in reversed(self.terms[:-1]):
            said_so = known_as(term.name, "revenue") and words <= set(content_words(term.name))
            if said_so and term.company == last.company and term.periods[-1:] == last.periods[-1:]:
                return term
        if part and not kind:
            return None
        return self._plan(f"{part} revenue".strip(), last)

    def whole(self, part: Term) -> Term | None:
        """What a value is a part of; None where that cannot be told.

        "Retail net sales" are part of the net sales; a part that has no more than its name ("Europe") is part of the
        line item that was asked for before it, or that another part was of.
        """
        if part.name.startswith("the ") or part.measure.origin is not Origin.LABEL:
            return None
        for term in (part, *reversed(self.terms)):
            if term.name.startswith("the ") or term.company != part.company:
                continue
            if kind := part_of_name(term.name)[1]:
                return self._plan(kind, part)
        return None

    def held_in(self) -> Term | None:
        """What the last value is a share of where that is not said: the answer before it, else its whole."""
        last, before = self.last, self._since[-2] if len(self._since) > 1 else None
        amounts = (Kind.NUMBER, Kind.CURRENCY)
        if last.measure.kind not in amounts:
            return None
        if before is not None and before.measure.kind in amounts and before.signature != last.signature:
            both_parts = Origin.LABEL is last.measure.origin is before.measure.origin
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
        match = _references()["count"].search(text)
        return self.newest(tables()["references"]["counts"][match[0]]) if match is not None else self.run()

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

    # A new value and an old one

    def pair(self, said: Said, operation: str) -> list[Term] | None:
        """The two values of a change: the new one and the old one.

        They are of the times that the turn names; else the last answer and the nearest one before it that measures the
        same; else the last answer and what it was a year before.
        """
        last, turn = self.last, self._turns[-1]
        if said.asked.mentions and turn.operation in _OVER_TIME and len({t.signature for t in turn.operands}) == 1:
            # "Was 2018 higher than 2017?" after a sum of years asks about the years.
            last = turn.operands[0]
        context = last.planned.reading.context
        asked = resolve_all(said.asked, context.calendar) if context is not None else ()
        named = [p for r in asked if (p := last.placed(r.period)) is not None]
        if len(named) > 1:
            return [named[-1], named[0]]
        if named:
            alone = not _AGAINST.search(said.core[: said.asked.mentions[0].start])
            return self._in_order(named[0], self._before(named[0]) if alone else last)
        if said.shift is not None and said.shift.years and last.periods:
            return self._in_order(last, last.placed(last.periods[-1].shift(said.shift.years)))
        if (
            turn.operation in ("change", "difference")
            and operation in ("growth", "change")
            and len(turn.operands) == 2
            and operation != turn.operation
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

    def rebased(self, said: Said) -> tuple[str, list[Term]] | None:
        """The newest change, from the time that a turn names instead of its own first one; None where there is none."""
        turn = self._turns[-1]
        two = list(turn.operands) if turn.operation in ("change", "growth") else _within(self.last)
        if not two or not said.asked.mentions:
            return None
        period = self._time(said, two[0])
        old = two[0].placed(period) if period is not None else None
        return (turn.operation or "change", [two[0], old]) if old is not None else None

    @staticmethod
    def _before(term: Term) -> Term | None:
        return term.placed(term.periods[-1].shift(-1)) if term.periods else None

    @staticmethod
    def _in_order(a: Term, b: Term | None) -> list[Term] | None:
        """The newer one first."""
        if b is None or not a.periods or not b.periods:
            return None
        key = [(t.periods[-1].year, t.periods[-1].quarter or 5) for t in (a, b)]
        return [a, b] if key[0] >= key[1] else [b, a]


def _kin(term: Term) -> object:
    """What values have in common that belong together: one measure, or parts of one line item."""
    kind = part_of_name(term.name)[1] if term.measure.origin is Origin.LABEL else ""
    return kind.lower() or term.signature


def _without_value(turn: Turn) -> bool:
    """Whether a turn asked for a value that is not known; one for reasons or people asked for none."""
    return not turn.terms and not turn.operation and not _NO_VALUE.match(turn.text)


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
