"""The values that a calculation in words is over: those that are known, and those that it names."""

from __future__ import annotations

import re
from typing import Any

from chains.agent.planning.known import Value, same_period
from chains.agent.planning.questions import Questions
from chains.agent.planning.value_words import (
    ASKED,
    FILLER,
    ORDINAL,
    PLACES,
    PRONOUN,
    ROLE,
)
from chains.agent.steps import Formula, Ref
from chains.agent.wording import tables, without_trail
from chains.questions.companies import Company

Operand = Ref | Formula


class Operands(Questions):
    """Finds the values that are spoken of; asks for those that are new."""

    def _operands(self, first: str, second: str) -> tuple[Operand, Operand] | None:
        """Two values of a calculation; None where they are one measure's parts, which a question asks for better."""
        start = len(self._known.values)
        head, tail = ORDINAL.fullmatch(first.strip(" ,")), ORDINAL.fullmatch(second.strip(" ,.?!"))
        if head is not None and tail is not None and head["noun"] and not tail["noun"]:
            second = f"{second} {head['noun']}"
        # What "it" means is told before the other value is asked for, which would be the last one then.
        early = self._operand(second) if PRONOUN.fullmatch(second.strip(" ,.?!")) else None
        x = self._operand(first)
        y = early or (self._operand(second) if x is not None else None)
        if x is None or y is None or x[0] == y[0]:
            return None
        new = self._known.values[start:]
        if not x[1] and not y[1] and len({v.company for v in new}) < 2:
            return None
        return x[0], y[0]

    def _operand(self, phrase: str) -> tuple[Operand, bool] | None:
        """The value that a phrase means, and whether it refers to one that is known; asked for where it is new."""
        values = self._known.values
        said = without_trail(phrase.strip(" ,.?!:"), "split", "trail")
        said = ASKED.sub("", said)
        if PRONOUN.fullmatch(said):
            return self._last_value()
        if (match := ORDINAL.fullmatch(said)) is not None and not (match["noun"] and not self._is_role(match["noun"])):
            pool = self._with_role(match["noun"] or "") or values
            place = PLACES[match["which"].lower()]
            return (pool[place].ref, True) if -len(pool) <= place < len(pool) else None
        if (match := ROLE.fullmatch(said)) is not None and self._is_role(match["noun"]):
            pool = self._with_role(match["noun"]) or values
            return (pool[-1].ref, True) if pool else None
        return self._named(said)

    def _last_value(self) -> tuple[Operand, bool] | None:
        """The value that "it" means: the last one; of several that were compared the one that was asked for."""
        values, known = self._known.values, self._known
        if not values:
            return None
        last = [v for v in values if v.part == values[-1].part and v.ref.step == values[-1].ref.step]
        if len(last) < 2:
            return values[-1].ref, True
        if known.side in ("highest", "lowest"):
            return Ref(values[-1].ref.step, f"value {known.side}", None, len(last)), True
        return None

    def _named(self, said: str) -> tuple[Operand, bool] | None:
        values, known = self._known.values, self._known
        if re.search(r"[,;]\s|\band\b|\bthe same\b", said):
            return None  # more than one value is spoken of
        found = self._spoken(re.sub(r"\b(?:that|the same|this) (?:year|quarter|period)(?:['’]s)?\s*", "", said))
        if len(found.companies) > 1 or len(found.periods) > 1:
            return None
        one = known.one
        who: Any = found.companies[0].short if found.companies else one.short if isinstance(one, Company) else one
        when = found.periods[0] if found.periods else self._when(found)
        if found.known and found.whole:
            if who is None:
                return None
            for value in reversed(values):
                if value.measure == found.measure and value.company == who and same_period(value.period, when):
                    return value.ref, False
            self._measured(found.measure, who, when, said)
            known.measure = found.measure
            if found.periods:
                known.periods = found.periods
            return values[-1].ref, False
        left = set(re.findall(r"[\w’']+", found.rest.lower())) - FILLER
        if left or not (found.companies or found.periods) or not known.measure:
            return None
        for value in reversed(values):
            if value.role or (found.companies and value.company != who):
                continue
            if not found.periods or same_period(value.period, when):
                return value.ref, True
        if who is None:
            return None
        self._measured(known.measure, who, when, said)
        return values[-1].ref, True

    @staticmethod
    def _is_role(noun: str) -> bool:
        return any(noun.lower() in names for names in tables()["roles"].values())

    def _with_role(self, noun: str) -> list[Value]:
        roles = {role for role, names in tables()["roles"].items() if noun.lower() in names}
        return [value for value in self._known.values if value.role in roles]
