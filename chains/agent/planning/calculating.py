"""Calculations over what a request has found so far, and over what it names: as programs of the values' own figures."""

from __future__ import annotations

import re

from chains.agent.measuring import Spoken, coordinated, labels_of
from chains.agent.planning.developments import Developing
from chains.agent.planning.known import Referred, Value
from chains.agent.planning.value_words import (
    ALL,
    BETWEEN,
    BINARY,
    BY_HOW_MUCH,
    MORE_THAN,
    MULTIPLE,
    OPERATIONS,
    ORDER,
    OVER,
    PERCENT,
    SHARE_IT,
    SHARE_OF,
    SHARE_WAS,
    SUM,
    TIMES,
    TIMES_COVERS,
    TIMES_THAN,
)
from chains.agent.quoting import OPEN
from chains.agent.steps import Formula, Ref
from chains.agent.wording import without_lead, without_trail


class Calculating(Developing):
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
