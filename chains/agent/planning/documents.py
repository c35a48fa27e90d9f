"""Parts about documents: which there are, one that is picked, one that stands before a colon."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.agent.clauses import opens
from chains.agent.measuring import Spoken, spans_of
from chains.agent.planning.known import Referred
from chains.agent.planning.references import AGES, age_of
from chains.agent.planning.searching import Searching
from chains.agent.quoting import OPEN
from chains.agent.steps import Ref
from chains.agent.wording import anywhere
from chains.questions.companies import Company

_ASK = "ask_reports"
_PICK = re.compile(
    r"(?:please\s+|now\s+|then\s+)?(?:take|use|open|pick|consider|go to|look at|look into|start from|work with"
    r"|turn to)\s+(?:the\s+)?"
    rf"(?:(?P<a>{AGES})\s+(?:of (?:the|all|its|their)\s+)?(?:document|filing|report|file|10-[kq])s?"
    r"|(?:document|filing|report|file)\s+(?:with|that has|which has|having|of)\s+the\s+"
    rf"(?P<b>{AGES})\s+(?:period(?: end)?|end|date|year|day|balance sheet(?: date)?)[\w ]*)",
    re.IGNORECASE,
)
_HEAD = re.compile(r"(?P<head>[^:]{2,60}):\s+(?P<rest>.+)", re.DOTALL)
_ITEM = 6  # words of an item of a list behind a colon
_FILING = re.compile(
    r"\b(?P<form>8-K|10-K|10-Q|20-F|6-K)\s+(?:of|from|for|dated|filed in|filed on|in)\s+(?:\d{1,2}\s+)?(?:"
    r"(?P<month>(?:jan|feb|mar|apr|may"
    r"|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\s+(?:\d{1,2},?\s+)?)?(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_PICKED = re.compile(
    rf"(?:\A|\bthe\s|['’]s\s)({AGES})\s+(?:document|filing|report|file|10-[kq]|annual report|quarterly report)\b",
    re.IGNORECASE,
)


class Choosing(Searching):
    """Takes the parts that list documents, or say which one is meant."""

    def _take(self, part: str, *, verdict_follows: bool = False) -> None:
        """Take one part."""
        raise NotImplementedError

    def _documents(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        if "list_documents" not in self._tools:
            return False
        if (match := _PICK.match(self._part)) is not None and not found.known:
            what = age_of(match["a"] or match["b"])
            company = next(iter(self._whose(found, ref)), None)
            self._known.document = Ref(self._add("list_documents", {"company": company}, text), what)
            self._known.companies, self._known.who = (), None
            return True
        whole = anywhere("tools", "list_documents", "whole").search(text)
        nouns = anywhere("tools", "list_documents", "nouns").search(text)
        verbs = anywhere("tools", "list_documents", "verbs").search(text)
        about = anywhere("tools", "search_passages", "says").search(text) or found.known
        if not whole and not (nouns and verbs and not about):
            return False
        carried = self._topic or re.search(r"\b(?:its|their)\b", text)
        whose = self._whose(found, ref) or (self._carried(found, ref) if carried else [])
        for company in whose or (None,):
            self._known.listed = self._add("list_documents", {"company": company}, text)
        return True

    def _headed(self, part: str) -> bool:
        """ "Acme 2024: pump sales, valve sales": what stands before the colon is of all that stands behind it."""
        match = _HEAD.fullmatch(part)
        if match is None or OPEN in match["head"] or opens(match["head"]):
            return False
        head = self._spoken(match["head"])
        if (pick := _PICKED.search(match["head"])) is not None and not head.known:
            what = age_of(pick[1])
            company = head.companies[0].short if head.companies else None
            self._known.document = Ref(self._add("list_documents", {"company": company}, part), what)
            self._known.companies, self._known.who = (), None
            for piece in self._parts(match["rest"]):
                self._take(f"{piece.strip(' .?!')} from it")
            return True
        if head.known or not head.companies or self._known.values:
            return False
        self._remember(head)
        if (document := self._named_document(head.text, head.companies)) and match["rest"].strip():
            question = self._masked.whole(match["rest"]).strip(" .?!")
            self._add(
                _ASK,
                {
                    "question": f"For {head.companies[0].short}, {question[:1].lower()}{question[1:]}?",
                    "document": document,
                },
                part,
            )
            return True
        items = [
            item.strip(" .?!") for item in re.split(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+", match["rest"].strip(" .?!"))
        ]
        listed = all(item and len(item.split()) <= _ITEM and not opens(item) for item in items)
        if len(items) < 2 or not listed or not any(spans_of(item.lower()) for item in items):
            return False
        behind = self._spoken(match["rest"])
        when = (head.periods or behind.periods or ("",))[0]
        if len(head.periods) > 1 or len(behind.periods) > 1 or (head.periods and behind.periods) or behind.companies:
            return False
        for item in items:
            self._measured(self._spoken(item).rest.strip(" ,.") or item, head.companies[0].short, when, part)
        return True

    @staticmethod
    def _named_document(text: str, companies: Sequence[Company]) -> str | None:
        """The one filing that a text names by its form and its month or year: "the 8-K of May 2022"."""
        if len(companies) != 1 or (match := _FILING.search(text)) is None:
            return None
        form, month, year = match["form"].upper(), (match["month"] or "")[:3].lower(), int(match["year"])
        fits = [
            d.name
            for d in companies[0].documents
            if d.form.upper().startswith(form)
            and d.period_end is not None
            and d.period_end.year == year
            and month in ("", f"{d.period_end:%b}".lower())
        ]
        return fits[0] if len(fits) == 1 else None
