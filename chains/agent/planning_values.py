"""Calculations over what a request has found so far, and over what it names: as programs of the values' own figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chains.agent.measuring import Spoken, coordinated, labels_of
from chains.agent.planning_questions import Questions, joined
from chains.agent.quoting import OPEN
from chains.agent.references import Referred, Value, same_period
from chains.agent.steps import Formula, Ref
from chains.agent.value_words import (
    ALL,
    ASKED,
    BETWEEN,
    BINARY,
    BY_HOW_MUCH,
    FILLER,
    FROM,
    GREW,
    GROWTH,
    MORE_THAN,
    MULTIPLE,
    OPERATIONS,
    ORDER,
    ORDINAL,
    OVER,
    PERCENT,
    PLACES,
    POINTS,
    PRONOUN,
    ROLE,
    SHARE_IT,
    SHARE_OF,
    SHARE_WAS,
    SUM,
    TIMES,
    TIMES_COVERS,
    TIMES_THAN,
    TO,
)
from chains.agent.wording import anywhere, tables, without_lead, without_trail
from chains.companies import Company
from chains.compare import possessive

Operand = Ref | Formula


class Calculating(Questions):
    """Takes the parts that compute something of earlier values, or of values of several companies or periods."""

    def _computed(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        if OPEN in self._part or "compute_program" not in self._tools:
            return False
        if self._known.figures and OVER.search(self._part):
            return False
        said = without_trail(without_lead(self._part, "split", "lead"), "split", "trail").strip(" .?!,")
        if BY_HOW_MUCH.fullmatch(said):
            made = self._of_all("subtract") if "percent" not in said and self._known.compared is not None else None
            if made is not None:
                self._compute(*made, "the difference")
                return True
            if not self._known.develops:
                return False
            said = f"{'percentage change' if PERCENT.search(said) else 'change'}"
        if (match := SHARE_WAS.fullmatch(said)) is not None and self._share(match, found, ref, said):
            return True
        steps, values = len(self._steps), len(self._known.values)
        if (made := self._formula(said)) is not None:
            self._compute(*made, said)
            return True
        del self._steps[steps:], self._known.values[values:]
        return self._growth(said) or self._total(said)

    def _share(self, match: re.Match[str], found: Spoken, ref: Referred, said: str) -> bool:
        """ "What share of sales the R&D costs were": one question, where more than it is asked."""
        whole, part = self._spoken(match["y"]), self._spoken(re.sub(r"^(?:the|its|their)\s+", "", match["x"]))
        whose = self._carried(found, ref)
        if not self._steps or not (whole.known and part.known) or len(whose) != 1:
            return False
        self._measured(f"{part.measure} as a percentage of {whole.measure}", whose[0], self._when(found), said)
        return True

    def _compute(self, formula: Formula, role: str, said: str) -> None:
        label = f"{said} (in percent)" if formula.operation in ("percent", "growth") else said
        step = self._add("compute_program", {"program": formula}, said, label=label)
        self._known.values.append(Value(Ref(step, "value"), "", said, "", role))

    def _formula(self, said: str) -> tuple[Formula, str] | None:
        """The calculation that a part writes in words, where it is over something that is known or of several."""
        if (match := ALL.fullmatch(said)) is not None:
            return self._of_all(OPERATIONS[(match["op"] or match["add"]).lower()])
        for pattern, operation in (
            (SHARE_IT, "percent"),
            (SHARE_OF, "percent"),
            (MULTIPLE, "divide"),
            (MORE_THAN, "subtract"),
            (TIMES_THAN, "times"),
            (TIMES_COVERS, "times"),
            (TIMES, "times"),
            (BETWEEN, ""),
            (ORDER, ""),
            (BINARY, ""),
        ):
            match = pattern.fullmatch(said)
            if match is None:
                continue
            steps, values = len(self._steps), len(self._known.values)
            made = self._pair(match, operation)
            if made is not None:
                return made
            del self._steps[steps:], self._known.values[values:]
        return None

    def _pair(self, match: re.Match[str], operation: str) -> tuple[Formula, str] | None:
        pair = self._operands(match["x"], match["y"])
        if pair is None:
            return None
        x, y = pair
        if not operation:
            operation = OPERATIONS[match["op"].lower()]
            if match.groupdict().get("way", "").lower() == "from":
                x, y = y, x
        if operation == "times":
            return Formula("divide", (y, x)), "divide"
        return Formula(operation, (x, y)), "divide" if operation == "percent" else operation

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

    def _of_all(self, operation: str) -> tuple[Formula, str] | None:
        """A calculation over the values of the part before, or the last two parts where that has one."""
        values = [v for v in self._known.values if not v.role] or self._known.values
        if self._known.figures or len(values) < 2:
            return None
        last = [v for v in values if v.part == values[-1].part]
        last = last if len(last) > 1 else values[-2:]
        if operation in ("subtract", "divide"):
            if len(last) != 2:
                return None
            if operation == "subtract" and last[0].company != last[1].company:
                return Formula("gap", tuple(v.ref for v in last)), operation
            years = [found.group() for v in last if (found := re.search(r"\d{4}", v.period))]
            if last[0].company == last[1].company and len(years) == 2 and years[0] < years[1]:
                last = last[::-1]
        return Formula(operation, tuple(v.ref for v in last)), operation

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
        years = [_year(p) for p in held]
        if len(held) == 2 and years[0] > years[1]:
            held = held[::-1]
        if not held or len(held) > 2:
            return False
        points = " in percentage points" if POINTS.search(said) else ""
        share = match["rate"] or PERCENT.search(match["rest"]) or match["noun"].lower().startswith("growth")
        word = "change in" if points or not share else "growth in"
        if len(held) == 1 and word == "change in":
            word = "change in"
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

    def _total(self, said: str) -> bool:
        """ "Add up its capex for 2023 through 2025": the values, and their sum."""
        match = SUM.fullmatch(said)
        if match is None or "compare" not in self._tools:
            return False
        found = self._spoken(re.sub(r"^(?:its|their|the)\s+", "", match["x"], flags=re.IGNORECASE))
        if not found.known:
            return False
        whose = [c.short for c in found.companies] or [
            c for c in self._carried(found, Referred("")) if isinstance(c, str)
        ]
        company = (
            found.companies[0]
            if found.companies
            else next((c for c in self._directory.companies if [c.short] == whose), None)
        )
        labels = labels_of(found, company) or list(self._known.labels or self._known.periods)
        measures = coordinated(found.rest) or [found.measure]
        start = len(self._known.values)
        if len(whose) * max(1, len(labels)) > 1:
            for measure in measures:
                self._compare(measure, whose, labels, said)
        elif len(measures) > 1 and whose:
            for measure in measures:
                self._measured(measure, whose[0], (labels or [""])[-1], said)
        new = self._known.values[start:]
        if len(new) < 2:
            return False
        self._known.labels = tuple(labels)
        self._compute(Formula("sum", tuple(v.ref for v in new)), "sum", f"the sum of {match['x']}")
        return True

    def _compare(self, measure: str, companies: Sequence[str], labels: Sequence[str], text: str) -> int:
        """A comparison, its values known."""
        arguments = {"measure": measure, "companies": list(companies), "periods": list(labels)}
        step = self._known.compared = self._add("compare", arguments, text)
        count = len(companies) * max(1, len(labels))
        for place, (who, when) in enumerate((c, p) for c in companies for p in (labels or [""])):
            self._known.values.append(Value(Ref(step, "value", place, count), who, measure, when, part=self._number))
        return step


def _year(text: str) -> int:
    found = re.search(r"\d{4}", text)
    return int(found[0]) if found else 0
