"""Conditions of a request: what has to be found out, and which of the parts are done then."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from chains.agent.measuring import Spoken, labels_of
from chains.agent.planning.branches import AMOUNT, Branch, Branching
from chains.agent.planning.forms import year_in
from chains.agent.planning.known import Referred, Value
from chains.agent.quoting import OPEN
from chains.agent.steps import Condition, Formula, Ref
from chains.agent.wording import anywhere, side_of
from chains.questions.companies import Company
from chains.questions.fiscal_calendar import Calendar

_SCALES = {"thousand": 3, "k": 3, "million": 6, "mn": 6, "billion": 9, "bn": 9}
_HOW_LARGE = re.compile(
    r"(?:then\s+)?(?:tell me\s+|say\s+)?how (?:large|much|big|high|many)\s+(?:(?:was|were|is|are)\s+(?:it|they"
    r"|that|those|these)"
    r"|(?:it|they|that|those|these)\s+(?:was|were|is|are))",
    re.IGNORECASE,
)
_FASTER = re.compile(r"\b(?:faster|slower|quicker|more|less|stronger|weaker)\b.+\bthan\b", re.IGNORECASE)
_BY_HOW_MUCH = re.compile(r"\bby how much\b", re.IGNORECASE)


class Conditional(Branching):
    """Reads conditions: each makes the steps that find out whether it is met."""

    def _conditioned(self, branch: Branch, last: Condition | None) -> Condition | None:
        """The condition of a branch; its steps are made. None where it cannot be found out."""
        made = self._read(branch, last)
        made = replace(made, text=self.whole(made.text)) if made is not None else None
        return replace(made, wanted=not made.wanted) if made is not None and branch.unless else made

    def _read(self, branch: Branch, last: Condition | None) -> Condition | None:
        if branch.otherwise:
            return replace(last, wanted=not last.wanted) if last is not None else None
        clause, kind = branch.clause, self._kind(branch.clause)
        self._part = clause
        found = self._spoken(clause)
        named = found.companies or self._spoken(branch.text).companies[:1]
        company = named[0] if named else self._known.one
        if kind in ("fell", "rose"):
            return self._trend(clause, kind, found, company, last)
        if kind == "sentiment":
            if OPEN in clause:
                self._sentiment(clause, found, Referred(clause), False)
            return self._sentiment_is(clause)
        if kind == "side":
            return self._leads(clause, found)
        if kind == "limit":
            return self._limit(clause, found, company)
        return self._exists(clause, found, company)

    def _trend(
        self, clause: str, kind: str, found: Spoken, company: object, last: Condition | None
    ) -> Condition | None:
        above = "above" if kind == "rose" else "below"
        if _FASTER.search(clause):
            return None  # which of two grew faster is more than whether one grew
        if not found.known:
            return (
                replace(last, kind=above, text=clause, wanted=True)
                if last is not None and len(last.refs) == 2
                else None
            )
        if not isinstance(company, Company):
            return None
        labels = labels_of(found, company)
        calendar = Calendar.of(company.documents)
        if len(labels) < 2:
            newest = year_in(labels[0]) if labels else (calendar.latest.year if calendar.latest else 0)
            own = labels[0] if labels and str(newest) in labels[0] else f"FY{newest}"  # "Q3 2025" against "Q3 2024"
            labels = [own, own.replace(str(newest), str(newest - 1))]
        old, new = sorted(labels[:2], key=year_in)
        start = len(self._known.values)
        self._compare(found.measure, [company.short], [new, old], clause)
        self._known.companies, self._known.who = (company,), None
        self._known.periods, self._known.measure = (new,), found.measure
        first, second = self._known.values[start:]
        return Condition(above, (first.ref, second.ref), clause)

    def _limit(self, clause: str, found: Spoken, company: object) -> Condition | None:
        above = anywhere("conditions", "above").search(clause)
        limit = above or anywhere("conditions", "below").search(clause)
        assert limit is not None
        match = AMOUNT.search(clause, limit.end())
        assert match is not None
        try:
            number = Decimal(match["number"].replace(",", "").replace("−", "-"))
        except InvalidOperation:
            return None
        unit = (match["unit"] or "").lower()
        percent = unit.startswith("per") or unit == "%"
        number = number.scaleb(_SCALES.get(unit, 0))
        before = self._spoken(clause[: limit.start()])
        if before.known:
            who = company.short if isinstance(company, Company) else company
            if who is None:
                return None
            when = self._when(before)
            self._measured(before.measure, who, when, clause)  # type: ignore[arg-type]
            self._remember(before)
        if not self._known.values:
            return None
        kind = "above" if above else "below"
        return Condition(kind, (self._known.values[-1].ref,), clause, number, "percent" if percent else "")

    def _leads(self, clause: str, found: Spoken) -> Condition | None:
        companies = found.companies
        if len(companies) < 2 or not found.known:
            return None
        start = len(self._known.values)
        self._compare(found.measure, [c.short for c in companies], labels_of(found, companies[0]), clause)
        side = side_of(clause)
        side = {"better": "highest", "worse": "lowest"}.get(side, side)
        self._remember(found)
        self._known.companies = companies[:1]
        refs = tuple(v.ref for v in self._known.values[start:])
        return Condition("leads", refs, clause, side=side) if len(refs) == len(companies) else None

    def _exists(self, clause: str, found: Spoken, company: object) -> Condition | None:
        match = anywhere("conditions", "exists").search(clause)
        if match is None or not isinstance(company, Company):
            return None
        inner = self._spoken(clause[match.end() :])
        item = " ".join(
            w for w in inner.rest.split() if w.lower() not in ("any", "a", "an", "some", "in", "for", "during")
        )
        if not item.strip(" ,.?!"):
            return None
        self._measured(item.strip(" ,.?!"), company.short, self._when(found), clause)
        self._remember(found)
        self._known.companies = (company,)
        return Condition("exists", (self._known.values[-1].ref,), clause)

    def _sentiment_is(self, clause: str) -> Condition | None:
        place = next(
            (n for n in range(len(self._steps) - 1, -1, -1) if self._steps[n].tool in ("news_sentiment", "read_news")),
            None,
        )
        if place is None:
            return None
        side = "negative" if re.search(r"\b(?:negative|bad|bearish)\b", clause, re.IGNORECASE) else "positive"
        return Condition("sentiment", (Ref(place, "texts"),), clause, side=side)

    def _said_by_condition(self, part: str) -> bool:
        """Whether what a part asks is told by its condition: how large it is, by how much it rose."""
        if self._given is None:
            return False
        if self._given.kind == "exists" and _HOW_LARGE.fullmatch(part.strip(" .?!")):
            return True
        if _BY_HOW_MUCH.search(part) and len(self._given.refs) == 2 and not self._spoken(part).known:
            first, second = self._given.refs
            self._add_computed(Formula("subtract", (first, second)), part)
            return True
        return False

    def _add_computed(self, formula: object, part: str) -> None:
        step = self._add(
            "compute_program", {"program": formula}, part, label="the change" if "how much" in part else part
        )
        self._known.values.append(Value(Ref(step, "value"), "", part, "", "subtract"))
