"""Parts that ask how a measure developed: the growth of what was asked before."""

from __future__ import annotations

from typing import Any

from chains.agent.measuring import Spoken
from chains.agent.planning.forms import joined, year_in
from chains.agent.planning.known import Value, same_period
from chains.agent.planning.operands import Operands
from chains.agent.planning.value_words import (
    FROM,
    GREW,
    GROWTH,
    PERCENT,
    POINTS,
    TO,
)
from chains.agent.steps import Ref
from chains.agent.wording import anywhere
from chains.questions.companies import Company
from chains.questions.company_names import possessive


class Developing(Operands):
    """Takes the parts that ask for a growth or a change."""

    def _growth(self, said: str) -> bool:
        """ "Its growth over 2024", "the fall from 2019 to 2020 in percent": of the measure that was asked before."""
        if (grew := GREW.fullmatch(said)) is not None:
            said = f"{'percentage change' if grew['share'] else 'change'}{grew['rest']}"
        match = GROWTH.fullmatch(said)
        known = self._known
        if match is None or not self._steps or not known.measure:
            return False
        inner = self._spoken(match["rest"])
        if len(known.figures) > 1 and not inner.periods:
            return False
        if not inner.known and not inner.periods and (several := self._each_of(match["rest"], inner)):
            points = " in percentage points" if POINTS.search(said) else ""
            share = match["rate"] or PERCENT.search(match["rest"]) or match["noun"].lower().startswith("growth")
            for company, when, measure in several:
                behind = f" in {when}" if when else ""
                word = "growth in" if share and not points else "change in"
                question = f"What was {possessive(company.short)} {word} {measure or known.measure}{behind}{points}?"
                self._add("ask_reports", {"question": question}, said, of_value=True)
            return True
        one = inner.companies[0] if len(inner.companies) == 1 else known.one
        if inner.known or one is None or len(inner.companies) > 1:
            return False
        held = list(dict.fromkeys(inner.periods))
        before = [p for p in known.periods if not any(same_period(p, h) for h in held)]
        if len(held) == 1 and TO.search(match["rest"][: match["rest"].find(held[0])]) and before:
            held = [before[-1], held[0]]
        elif len(held) == 1 and FROM.search(match["rest"][: match["rest"].find(held[0])]) and before:
            held = [held[0], before[-1]]
        elif len(held) < 2:
            held = held or list(known.periods[-2:] if len(known.periods) > 1 else known.periods[-1:])
        years = [year_in(p) for p in held]
        if len(held) == 2 and years[0] > years[1]:
            held = held[::-1]
        if not held or len(held) > 2:
            return False
        points = " in percentage points" if POINTS.search(said) else ""
        share = match["rate"] or PERCENT.search(match["rest"]) or match["noun"].lower().startswith("growth")
        word = "change in" if points or not share else "growth in"
        when = f"from {held[0]} to {held[1]}" if len(held) == 2 else f"in {held[0]}"
        who: tuple[Any, ...] = (possessive(one.short),) if isinstance(one, Company) else (one, "'s")
        question = joined("What was ", *who, f" {word} {known.measure} {when}{points}?")
        step = self._add("ask_reports", {"question": question}, said, of_value=True)
        self._known.values.append(Value(Ref(step, "value"), "", said, "", "growth"))
        return True

    def _each_of(self, text: str, found: Spoken) -> list[tuple[Company, str, str]]:
        """Several companies that a development is asked of ("for both companies"), with their periods and measures."""
        whom = list(found.companies) if len(found.companies) > 1 else []
        heard = [company for company in self._heard if company in self._known.companies] or []
        heard = heard if len(heard) > 1 else list(self._heard)
        if not whom and anywhere("tools", "compare", "two").search(text):
            whom = heard[-2:] if len(heard) > 1 else []
        elif not whom and anywhere("tools", "compare", "everyone").search(text):
            whom = heard if len(heard) > 1 else []
        return [(company, *self._heard.get(company, ("", ""))) for company in whom]
