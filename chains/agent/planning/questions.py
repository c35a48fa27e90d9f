"""Parts of a request that ask the reports: as questions that stand on their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chains.agent.clauses import opens
from chains.agent.measuring import Spoken, coordinated, separate, spans_of
from chains.agent.planning.forms import EMBEDDED, SHARE, inverted, is_yes_no, joined, with_period
from chains.agent.planning.known import Referred, Value, kind_of, unmarked
from chains.agent.planning.parts import Parts
from chains.agent.planning.references import asks_portion
from chains.agent.quoting import without_marks
from chains.agent.steps import Pick, Ref, Step
from chains.agent.wording import anywhere, side_of, without_trail
from chains.questions.companies import Company
from chains.questions.company_names import possessive

_ASK = "ask_reports"
_VALUE = re.compile(
    r"(?:how much|what (?:was|were|is|are|did|does)|what['’]s|whats)\b(?!.*\b(?:why|explain|because|reason"
    r"|policy|mean|definition|driv\w+"
    r"|drove|cause[ds]?|include[ds]?|consist\w*|describe\w*|say|says|said)\b)",
    re.IGNORECASE,
)
_WHETHER = re.compile(r"\bwhether\b|\w\s+if\b", re.IGNORECASE)
_DANGLING = re.compile(
    r"\b(?:how (?:much|many|large|big)|percent\w*|share|multiple|divided|more than|less than|times)\b|%", re.IGNORECASE
)
_POINTS_BACK = re.compile(
    r"\b(?:that|this|these|those)(?:\s+(?:one|gap|sum|difference|ratio|amount|figure|number|is|was)\b|\s*[?.]?\Z)"
    r"|\bthe (?:first|second|former|latter)(?: one)?\b",
    re.IGNORECASE,
)
_ELLIPTIC = re.compile(r"(?:as|relative to|in relation to|per)\b", re.IGNORECASE)
_MORE = re.compile(
    r"(?:that|it|this|which)(?:['’]s|\s+is|\s+was|\s+were)\s+(?:more|less|higher|lower|larger|smaller|greater"
    r"|bigger|better|worse)\s+than\s+(?P<what>.+)",
    re.IGNORECASE,
)


class Questions(Parts):
    """Makes questions of the parts that no other tool takes."""

    def _remember(self, found: Spoken, ref: Referred | None = None) -> None:
        """What later parts may refer to."""
        known = self._known
        self._hear(found)
        if found.companies:
            known.companies, known.who = found.companies, None
        elif ref is not None and ref.who:
            known.who = ref.who[-1]
        if found.periods:
            known.periods = found.periods
        if found.known:
            known.measure, known.develops = found.measure, found.over_time

    def _add(self, tool: str, arguments: dict[str, Any], text: str, *, label: str = "", of_value: bool = False) -> int:
        given = {key: value for key, value in arguments.items() if value not in (None, "", [])}
        step = Step(tool, given, text, self._given, label, of_value)
        self._steps.append(step)
        return len(self._steps) - 1

    def _whose(self, found: Spoken, ref: Referred) -> list[str | Ref | Pick]:
        """The companies of a part: named in it, referred to, or those of the parts before."""
        if ref.who:
            return [ref.who[-1]]
        if found.companies:
            return [c.short for c in found.companies]
        return []

    def _carried(self, found: Spoken, ref: Referred) -> list[str | Ref | Pick]:
        """The same, and where there is none the company that was spoken of before."""
        own = self._whose(found, ref)
        if own:
            return own
        one = self._known.one
        return [one.short if isinstance(one, Company) else one] if one is not None else []

    def _question(self, text: str, found: Spoken, ref: Referred) -> None:
        if not self._asks(text, found, ref):
            return
        pairs = separate(found.named, found.asked)
        if pairs and found.measure:
            order = sorted(found.asked.mentions, key=lambda m: m.start)
            for (company, _), mention in zip(pairs, order, strict=True):
                self._measured(found.measure, company.short, found.text[mention.start : mention.end], text)
            return
        measures = coordinated(found.rest)
        whose = self._whose(found, ref) or self._carried(found, ref) or ([""] if ref.document is not None else [])
        if len(measures) > 1 and len(whose) == 1 and not self._is_long(text):
            for measure in measures:
                self._measured(measure, whose[0], self._when(found), text, ref.document)
            return
        self._single(text, found, ref, whose)

    @staticmethod
    def _is_long(text: str) -> bool:
        return len(text.split()) > 40

    def _asks(self, text: str, found: Spoken, ref: Referred) -> bool:
        """Whether a part that no other tool took asks anything at all."""
        bare = unmarked(without_marks(text)).strip(" .?!,")
        if not bare:
            return False
        if found.known or ref.refs or text.rstrip().endswith("?"):
            return True
        if found.companies:
            return True
        if self._steps and self._known.measure and (found.periods or _ELLIPTIC.match(text)):
            return True
        return opens(text) and len(bare.split()) > 2 and not anywhere("split", "declined").search(text)

    def _when(self, found: Spoken) -> str:
        """The period of a part: its own, or that of the part before where it names none."""
        if found.periods:
            return (
                " and ".join(found.periods) if not found.asked.through else f"{found.periods[0]} to {found.periods[-1]}"
            )
        if found.asked.latest or found.asked.years or not self._steps or self._known.listed is not None:
            return ""
        return self._known.periods[-1] if self._known.periods else ""

    def _measured(
        self,
        measure: str,
        who: str | Ref | Pick,
        when: str | Ref | Pick,
        text: str,
        document: Ref | None = None,
        form: str | tuple[Any, ...] = "",
    ) -> None:
        whose: tuple[Any, ...] = (possessive(who) if who else "the",) if isinstance(who, str) else (who, "'s")
        behind: tuple[Any, ...] = (form,) if isinstance(form, str) else form
        if isinstance(who, str) and isinstance(when, str) and document is None and isinstance(form, str):
            self._measures.append((who, f"{measure}{form}", when))
        tail: tuple[Any, ...] = (" in ", when, "?") if when else ("?",)
        question = joined("What was ", *whose, f" {measure}", *behind, *tail)
        step = self._add(_ASK, {"question": question, "document": document}, text, of_value=True)
        period = when if isinstance(when, str) else ""
        self._known.values.append(Value(Ref(step, "value"), who, measure, period, part=self._number))

    def _single(self, text: str, found: Spoken, ref: Referred, whose: list[str | Ref | Pick]) -> None:
        """One question, standing on its own."""
        when: Any = ref.when or self._when(found)
        item = next((one for one in ref.refs if kind_of(one) == "item"), None)
        if item is not None and found.known and whose:
            measure, dated = found.measure, any(m.year for m in found.asked.mentions)
            if len(spans := spans_of(measure)) == 1:
                measure = measure[slice(*spans[0])]
            if found.over_time and not measure.startswith(("growth", "change")):
                share = SHARE.search(text) or "%" in text or re.search(r"\bgr(?:ow|ew)", text, re.IGNORECASE)
                measure = f"{'growth' if share else 'change'} in {measure}"
                when = when if dated or not self._known.periods else self._known.periods[-1]
            self._measured(measure, whose[0], when, text, ref.document, (" of ", item))
            return
        if (match := _MORE.match(unmarked(text))) is not None and whose:
            inner = self._spoken(match["what"])
            if inner.measure:
                spans = spans_of(inner.measure)
                measure = inner.measure if inner.whole or not spans else inner.measure[slice(*spans[-1])]
                self._measured(measure, whose[0], inner.periods[-1] if inner.periods else when, text)
                return
        if _ELLIPTIC.match(text) and self._known.measure and whose:
            tail = without_trail(unmarked(text).rstrip(".?! "), "split", "trail")
            for period in found.periods:
                tail = tail.replace(period, " ").strip()
            form = f" {re.sub(r'[ ](?:in|for|at|of)$', '', tail)}"
            self._measured(self._known.measure, whose[0], when, text, ref.document, form)
            return
        own = bool(found.companies)
        if whose in ([], [""]) and ref.document is not None and found.known and found.whole:
            self._measured(found.measure, "", when, text, ref.document)
            return
        if not own and not ref.refs and whose and not found.known and not found.measure and self._known.measure:
            self._measured(self._known.measure, whose[0], when, text, ref.document)
            return
        if own and not found.known and not opens(text) and self._known.measure and not self._content(found):
            self._measured(self._known.measure, found.companies[0].short, when, text, ref.document)
            return
        if (
            found.known
            and found.whole
            and whose
            and (not own or not opens(text))
            and not found.over_time
            and len(found.periods) < 2
        ):
            short = len(found.text.split()) <= len(found.measure.split()) + 14 and not is_yes_no(text)
            if short:
                self._measured(found.measure, whose[0], when, text, ref.document)
                return
        alone = self._several and self._steps and not own and not found.known and not ref.refs
        back = _POINTS_BACK.search(self._part) or len(text.split()) < 5
        if alone and back and _DANGLING.search(text):
            return  # it is over something that was not found, and would be answered with something else
        if self._steps and self._known.companies and not whose and not ref.refs and ref.document is None:
            return  # whom of several it is about cannot be told
        asked = inverted(text) if _WHETHER.search(self._part) or EMBEDDED.match(text) else text
        question = self._masked.whole(asked).rstrip(" .?!") + "?"
        if not own and not ref.who and whose and whose[0]:
            who: tuple[Any, ...] = (whose[0],)
            pieces = ref.pieces(f"{question[:1].lower()}{question[1:]}")
            question_parts: Any = joined("For ", *who, ", ", *([pieces] if isinstance(pieces, str) else pieces))
        else:
            question_parts = ref.pieces(question)
        if isinstance(when, str) and when and not found.periods and self._steps and ref.when is None:
            question_parts = with_period(question_parts, when)
        valued = found.known and found.whole and _VALUE.match(unmarked(text)) is not None
        step = self._add(_ASK, {"question": question_parts, "document": ref.document}, text, of_value=valued)
        if side_of(text) and asks_portion().search(text):
            self._known.portion = step
        period = when if isinstance(when, str) else ""
        self._known.values.append(
            Value(Ref(step, "value"), whose[0] if whose else "", found.measure, period, part=self._number)
        )

    @staticmethod
    def _content(found: Spoken) -> bool:
        """Whether anything is left of a part besides companies and periods."""
        return bool(found.measure)

    def _compare(self, measure: str, companies: Sequence[str], labels: Sequence[str], text: str) -> int:
        """A comparison, its values known."""
        arguments = {"measure": measure, "companies": list(companies), "periods": list(labels)}
        step = self._known.compared = self._add("compare", arguments, text)
        count = len(companies) * max(1, len(labels))
        for place, (who, when) in enumerate((c, p) for c in companies for p in (labels or [""])):
            self._known.values.append(Value(Ref(step, "value", place, count), who, measure, when, part=self._number))
        return step

    def _compare_measured(self) -> None:
        """Make one comparison of the last questions, where they are one measure of several companies in one period."""
        last = self._measures[-len(self._steps) :] if self._measures else []
        same = [one for one in last if one[1:] == last[-1][1:]] if last else []
        names = [who for who, *_ in same]
        if len(set(names)) < 2 or len(same) != len(self._steps) or "compare" not in self._tools:
            return
        measure, when = last[-1][1:]
        self._steps.clear()
        arguments = {"measure": measure, "companies": names, "periods": [when] if when else []}
        self._known.compared = self._add("compare", arguments, measure)
        self._known.companies = tuple(c for c in self._directory.companies if c.short in names)
