"""One request, planned: each of its parts is given to the first tool that takes it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from chains.agent.arithmetic import WRITTEN, program_in
from chains.agent.clauses import opens
from chains.agent.measuring import only_in_text
from chains.agent.planning.conditions import Conditional
from chains.agent.planning.known import MARK
from chains.agent.planning.references import referred
from chains.agent.quoting import OPEN
from chains.agent.smalltalk import small_talk
from chains.agent.steps import Condition, RequestPlan, Step, moved
from chains.agent.wording import anywhere, side_of, without_lead, without_trail

_ASK = "ask_reports"
_TOPIC = re.compile(r"(?:and\s+)?(?:for|about|regarding|concerning|as for|at)\b", re.IGNORECASE)
_ITEM = 4  # words of an item that is looked for in the text where it is no figure
_BESIDE = re.compile(
    r"\A(?:and\s+)?(?:besides?|next to|alongside|along with)\s+(?:it|them|that|this|these)\b,?\s+", re.I
)
_ALONE = re.compile(f"(?:(?:and|then|now|for|of|as for|about)\\s+)*{MARK}\\d+{MARK}[\\s,.:?!–—-]*", re.I)
_AT_HEAD = re.compile(
    f"(?:and\\s+|then\\s+)?(?:for\\s+)?{MARK}\\d+{MARK}\\s*[-–—,:]\\s+(?P<rest>(?:what|how|which|give|tell|show"
    f"|list|did|was|is)\\b.+)",
    re.I,
)


class Planning(Conditional):
    """One request, planned."""

    def first(self) -> str:
        """The first part, where it asks the reports something: it may go on with what was said before."""
        if len(self._branches()) > 1:
            return ""
        parts = self._parts()
        if program_in(self.text) or (parts and self._note(parts[0]) is not None):
            return ""
        if not parts or (OPEN in parts[0] and anywhere("tools", "news_sentiment", "cues").search(parts[0])):
            return ""
        order = without_lead(parts[0], "split", "lead")
        if any(anywhere("tools", tool, "cues").match(order) for tool in ("look_up_figures", "search_passages")):
            return ""
        nouns = ("read_news", "list_documents")
        if any(anywhere("tools", tool, "nouns").search(parts[0]) for tool in nouns):
            return ""
        return self.text if len(parts) == 1 else parts[0]

    def plan(self) -> RequestPlan:
        text = self._masked.text
        program = program_in(text)
        if program and "compute_program" in self._tools:
            rest = text.replace(program.text, " ")
            if not anywhere("tools", "compare", "cues").search(rest) or not self._spoken(rest).companies:
                if len(self._parts(text.replace(program.text, f" {WRITTEN} "))) < 2:
                    return RequestPlan((Step("compute_program", {"program": program.program}, text),))
                self._masked = replace(self._masked, text=text.replace(program.text, f" {WRITTEN} "))
                self._written = program.program
        branches = self._branches()
        self._several = len(branches) > 1 or len(self._parts()) > 1
        condition: Condition | None = None
        for branch in branches:
            self._given = None
            if branch.clause or branch.otherwise:
                condition = self._conditioned(branch, condition)
                if condition is None:
                    self._notes.append(f"not done: “{self.whole(branch.text)}”, as its condition could not be read")
                    continue
                self._given = condition
            parts = self._parts(branch.text)
            for place, part in enumerate(parts):
                following = parts[place + 1] if place + 1 < len(parts) else ""
                self._take_whole(part, verdict_follows=bool(following) and self._is_verdict(following))
        return self._settled()

    def _take_whole(self, part: str, *, verdict_follows: bool) -> None:
        """Take a part, and note what of it was not taken."""
        self._number += 1
        before = len(self._steps)
        self._take(part, verdict_follows=verdict_follows)
        told = " ".join(str(step.arguments) + step.label for step in self._steps).lower()
        missing = [span for span in self._spans(self._spoken(part)) if span not in told]
        self._notes += [f"not done: “{span}”" for span in missing if len(self._steps) > before]
        if len(self._steps) == before and self._lost and (opens(part) or self._spoken(part).known):
            self._notes.append(f"not done: “{self.whole(part).strip(' .?!')}”")

    def _settled(self) -> RequestPlan:
        """The plan; a single question as it was typed, and the whole request where nothing else was made of it."""
        steps = _unique([*self._steps, *self._fallbacks()])
        asked = {
            "question": self._masked.whole(self._masked.text).strip() if self._rewritten else self._request.question
        }
        if self._request.document:
            asked["document"] = self._request.document
        if not steps:
            return RequestPlan((Step(_ASK, asked, self._request.question),))
        if (
            len(steps) == 1
            and steps[0].tool == _ASK
            and not steps[0].refs
            and not (self._masked.quotes and self._several)
        ):
            steps = [Step(_ASK, asked, self._request.question, of_value=steps[0].of_value)]
        if self._request.document:
            steps = [_within(step, self._request.document) for step in steps]
        return RequestPlan(tuple(steps), notes=tuple(dict.fromkeys(self._notes)))

    def _fallbacks(self) -> list[Step]:
        """Searches for what no statement prints, for the case that it is found as no figure."""
        made: list[Step] = []
        for value in self._known.values if self._several and "search_passages" in self._tools else ():
            asked = self._steps[value.ref.step]
            plainly = (
                asked.tool == _ASK and asked.given is None and not asked.refs and "document" not in asked.arguments
            )
            item = value.measure.strip()
            if value.role or not plainly or not isinstance(value.company, str) or not value.company:
                continue
            if item and asked.of_value and len(item.split()) <= _ITEM and only_in_text(item):
                given = Condition("missing", (value.ref,), item)
                made.append(Step("search_passages", {"query": item, "company": value.company}, item, given))
        return made

    def _take(self, part: str, *, verdict_follows: bool = False) -> None:
        """Make the steps of a part, with what is known from those before."""
        self._lost = self._days = self._those = False
        said = small_talk(part) if self._several else None
        if said is not None and said[1] == "refused":
            self._notes.append(f"not done: “{self.whole(part).strip(' .?!')}”. {said[0]}".rstrip("."))
            return
        noted = self._note(part)
        if noted is not None:
            self._steps.append(replace(noted, given=self._given))
            return
        if WRITTEN in part:
            self._steps.append(Step("compute_program", {"program": self._written}, part, self._given))
            return
        part = self._same_time(_BESIDE.sub("", part))
        self._part = part
        if self._said_by_condition(part) or self._headed(part):
            return
        own = self._spoken(part)
        ref = referred(part, self._known, named=bool(own.companies))
        if ref.who and _ALONE.fullmatch(ref.text):
            self._known.who = ref.who[-1]  # "the one with the lower margin": the next part says what of it
            return
        if (match := _AT_HEAD.match(ref.text)) is not None and ref.who:
            self._known.who = ref.who[-1]
            self._take(match["rest"], verdict_follows=verdict_follows)
            return
        text = without_trail(without_lead(ref.text, "split", "lead"), "split", "trail")
        found = self._spoken(text)
        if anywhere("split", "declined").search(text):
            self._remember(found)
            return
        if self._steps and self._is_verdict(part):
            self._compare_measured()
            self._known.side = side_of(part) or self._known.side
            return
        for take in (
            self._sentiment,
            self._news,
            self._computed,
            self._calculation,
            self._documents,
            self._figures,
            self._passages,
            self._compared,
        ):
            if take(text, found, ref, verdict_follows):
                self._remember(replace(found, periods=()) if self._days else found, ref)
                self._topic = bool(_TOPIC.match(part))
                return
        self._lost = True
        self._question(text, found, ref)
        self._remember(found, ref)


def _unique(steps: Sequence[Step]) -> list[Step]:
    """The steps, each once; references keep what they mean."""
    kept: list[Step] = []
    places: dict[int, int] = {}
    for number, step in enumerate(steps):
        arguments = {name: moved(value, places) for name, value in step.arguments.items()}
        given = moved(step.given, places)
        same = next(
            (
                i
                for i, k in enumerate(kept)
                if k.tool == step.tool and dict(k.arguments) == arguments and k.given in (None, given)
            ),
            None,
        )
        if same is None:
            kept.append(replace(step, arguments=arguments, given=given))
            same = len(kept) - 1
        places[number] = same
    return kept


def _within(step: Step, document: str) -> Step:
    """A step that looks into the one document that the user has chosen."""
    if step.tool in (_ASK, "look_up_figures", "search_passages") and "document" not in step.arguments:
        return replace(step, arguments={**step.arguments, "document": document})
    return step
