"""Parts that compare companies or periods."""

from __future__ import annotations

import re

from chains.agent.measuring import Spoken, coordinated, labels_of, separate, spans_of
from chains.agent.plainly import without_latest
from chains.agent.planning.documents import Choosing
from chains.agent.planning.known import Referred
from chains.agent.wording import anywhere, side_of
from chains.questions.companies import Company

_THAT_YEAR = re.compile(r"\b(?:in|for|of|during) that (?:same )?(?:fiscal )?(?:year|quarter|period)\b", re.IGNORECASE)
_SAME = re.compile(
    r"\s*\b(?:(?:in|for|of|during)\s+)?(?:each of\s+|every one of\s+)?(?:that|those|these|the same"
    r"|this same)(?: (?:two|three|four|five))? "
    r"(?:fiscal |financial )?"
    r"(?:years?|quarters?|periods?)\b(?!['’]s?)(?!\s+(?:when|in which|that|where))"
    r"|\b(?:that|the same|this same) (?:fiscal |financial )?(?:year|quarter|period)['’]s\s+",
    re.IGNORECASE,
)
_THOSE = re.compile(
    r"\b(?:those|these|each of the|the same)(?: (?:two|three|four|five))? (?:fiscal |financial )?"
    r"(?:years|quarters|periods)|\b(?:each|every) (?:fiscal |financial )?(?:year|quarter|period)\b",
    re.IGNORECASE,
)
_MOST = 20  # companies of a comparison of all
_ANYBODY = re.compile(r"(?:which|what) (?:of the )?(?:compan(?:y|ies)|firms?|banks?)\b|who\b", re.IGNORECASE)


class Comparing(Choosing):
    """Takes the parts that set values side by side."""

    def _same_time(self, part: str) -> str:
        """A part without "in that year" where the year is known, and without "in its latest fiscal year"."""
        part = without_latest(part)
        if self._known.when_side:
            part = _THAT_YEAR.sub(f"in the year when it was {self._known.when_side}", part)
        if not (self._known.periods and self._steps):
            return part
        self._those = bool(_THOSE.search(part))
        return _SAME.sub("", part)

    def _compared(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        if "compare" not in self._tools or ref.refs:
            return False
        cue = bool(anywhere("tools", "compare", "cues").search(found.text)) or verdict_follows
        companies = found.companies
        if not companies and cue and re.search(r"\b(?:they|both|them|the two|each)\b", text):
            companies = self._known.companies
        if not companies and found.known and anywhere("tools", "compare", "everyone").search(text):
            companies = self._everyone()
        if not companies and cue and side_of(text) and _ANYBODY.match(text) and found.known:
            companies = self._directory.companies[:_MOST]
        if (
            not companies
            and found.known
            and (len(found.periods) > 1 or self._those)
            and isinstance(self._known.one, Company)
        ):
            companies = (self._known.one,)
        measure = found.measure or self._known.measure
        if not measure or (not found.known and not cue):
            return False
        if len(companies) > 1:
            if separate(found.named, found.asked):
                return False
            labels = labels_of(found, companies[0]) or self._periods_before(found)
        elif len(companies) == 1:
            labels = labels_of(found, companies[0]) or (self._labels_before() if self._those else [])
            plain = not cue and len(labels) < (2 if self._several else 3)
            plain = plain and not self._those
            if len(labels) < 2 or plain or (found.over_time and not verdict_follows) or not found.known:
                return False
        else:
            return False
        measures = coordinated(found.rest) or [measure]
        left = [span for span in self._spans(found) if not any(span in one.lower() for one in measures)]
        if left and not coordinated(found.rest):
            return False  # a part of the measure would be lost: it is asked as it is typed
        for one in measures:
            self._compare(one, [c.short for c in companies], labels, text)
        self._known.side = side_of(found.text)
        self._known.when_side = self._known.side if len(companies) == 1 else ""
        self._known.companies, self._known.who = tuple(companies), None
        return True

    @staticmethod
    def _spans(found: Spoken) -> list[str]:
        """The measures that a part names."""
        flat = found.rest.lower()
        return [flat[slice(*span)] for span in spans_of(flat)]

    def _labels_before(self) -> list[str]:
        """The periods of "those years": all that the part before spoke of."""
        before = list(self._known.periods)
        return list(self._known.labels) if len(before) < 2 and len(self._known.labels) > 1 else before

    def _everyone(self) -> tuple[Company, ...]:
        """Each company: of several that were spoken of, else all of the library."""
        known = self._known.companies
        return known if len(known) > 1 else tuple(self._directory.companies[:_MOST])

    def _periods_before(self, found: Spoken) -> list[str]:
        return [] if found.asked.latest or not self._steps else list(self._known.periods)
