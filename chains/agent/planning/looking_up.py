"""Parts that look figures up, and compute with those that were looked up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chains.agent.measuring import Spoken, coordinated, labels_of
from chains.agent.planning.calculating import Calculating
from chains.agent.planning.forms import joined, year_in
from chains.agent.planning.known import Referred, Value
from chains.agent.quoting import OPEN
from chains.agent.steps import Ref
from chains.agent.wording import anywhere, tables, without_lead, words
from chains.questions.companies import Company
from chains.questions.company_names import possessive

_ASK = "ask_reports"
_OVER = re.compile(
    r"(?P<verb>divide|multiply|subtract|add)\s+(?:it|that|this|them|the (?:result|figure|value|number))\s+"
    r"(?P<way>by|with|from|to)\s+(?P<what>.+)",
    re.IGNORECASE,
)


class LookingUp(Calculating):
    """Takes the parts for single figures, and calculations over them."""

    def _figures(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        if "look_up_figures" not in self._tools or not anywhere("tools", "look_up_figures", "cues").search(text):
            return False
        nouns = {w for entry in words("tools", "look_up_figures", "nouns") for w in entry.split()} | {
            "look",
            "up",
            "find",
            "can",
            "you",
        }
        item = found.measure if found.known else " ".join(w for w in found.measure.split() if w not in nouns)
        if not item:
            return False
        company = next(iter(self._carried(found, ref)), None)
        one = found.companies[0] if found.companies else None
        periods = labels_of(found, one) or (None,)
        self._known.figures = []
        for one_item in coordinated(found.rest) or [item]:
            for period in periods:
                arguments = {"item": one_item, "company": company, "period": period, "document": ref.document}
                step = self._add("look_up_figures", arguments, text)
                self._known.figures.append(step)
                value = Value(Ref(step, "value"), company or "", one_item, period or "", part=self._number)
                self._known.values.append(value)
        return True

    def _calculation(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        """A calculation over what was looked up, or over the measure of the part before."""
        if OPEN in text:
            return False
        if (
            over := _OVER.fullmatch(without_lead(self._part, "split", "lead").strip(" .?!"))
        ) is not None and self._known.figures:
            return self._with_figure(over, text)
        if found.known or found.companies:
            return False
        kinds = {kind: names for kind, names in tables()["calculations"].items() if kind != "verbs"}
        kind = next((k for k in kinds if anywhere("calculations", k).search(text)), "")
        known = self._known
        if not kind or not self._steps:
            return False
        if known.figures and "compute_program" in self._tools:
            self._add("compute_program", {"program": _program(kind, known.figures)}, text)
            return True
        one = known.one
        if not known.measure or one is None or not known.periods:
            return False
        unit = " in percentage points" if re.search(r"percentage points|\bpoints\b", text) else ""
        first, last = known.periods[0], known.periods[-1]
        if len(known.periods) > 1 and year_in(first) > year_in(last):
            first, last = last, first
        word = {"average": "average", "sum": "total", "growth": "growth in", "subtract": "change in"}.get(kind)
        if word is None or (len(known.periods) < 2 and kind != "growth"):
            return False
        when = f"from {first} to {last}" if len(known.periods) > 1 else f"in {last}"
        who: tuple[Any, ...] = (possessive(one.short),) if isinstance(one, Company) else (one, "'s")
        self._add(_ASK, {"question": joined("What was ", *who, f" {word} {known.measure} {when}{unit}?")}, text)
        return True

    def _with_figure(self, over: re.Match[str], text: str) -> bool:
        """ "Divide it by total assets": another figure is looked up for the calculation."""
        known, inner = self._known, self._spoken(over["what"])
        if not inner.measure or "compute_program" not in self._tools or "look_up_figures" not in self._tools:
            return False
        one = known.one
        when = (inner.periods or known.periods or (None,))[-1]
        arguments = {"item": inner.measure, "company": one.short if isinstance(one, Company) else one, "period": when}
        other = Ref(self._add("look_up_figures", arguments, text), "figure")
        first = Ref(known.figures[0], "figure")
        operation = over["verb"].lower()
        pair: tuple[Ref, Ref] = (
            (other, first) if over["way"].lower() == "from" and operation != "subtract" else (first, other)
        )
        self._add("compute_program", {"program": (f"{operation}(", pair[0], ", ", pair[1], ")")}, text)
        return True


def _program(kind: str, steps: Sequence[int]) -> tuple[Any, ...]:
    """The program of a calculation over the first figures of some look-ups, the later one first in a difference."""
    refs: list[Any] = [Ref(step, "figure") for step in steps]
    if len(refs) == 1:
        return (f"{'average' if kind == 'average' else 'sum'}(", Ref(steps[0], "figures"), ")")
    new, old = refs[0], refs[1]
    if kind in ("average", "sum"):
        parts: list[Any] = [f"{kind}(", refs[0]]
        for ref in refs[1:]:
            parts += [", ", ref]
        return (*parts, ")")
    if kind == "growth":
        return ("subtract(", new, ", ", old, "), divide(#0, ", old, ")")
    return (f"{kind}(", new, ", ", old, ")")
