"""Parts that search the text of reports."""

from __future__ import annotations

import re

from chains.agent.measuring import Spoken
from chains.agent.planning.known import Referred, unmarked
from chains.agent.planning.reading_news import ReadingNews
from chains.agent.wording import anywhere, words


class Searching(ReadingNews):
    """Takes the parts that ask for passages."""

    def _passages(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        if "search_passages" not in self._tools:
            return False
        says = anywhere("tools", "search_passages", "says").search(text)
        cue = anywhere("tools", "search_passages", "cues").search(text)
        if not cue and not (says and re.match(r"(?:what|does|do|did|how|where)\b", text, re.IGNORECASE)):
            return False
        if not cue and len(self._parts()) < 2:
            return False  # a single plain question: its answer is quotes that fit, or why there are none
        query = self._query(text, found)
        if not query:  # "quote the passage": what was found before is quoted
            return any(step.tool == "search_passages" for step in self._steps)
        document = ref.document or self._document_of(found)
        for company in self._carried(found, ref) or (None,):
            arguments = {"query": query, "company": company, "document": document}
            self._known.passages = self._add("search_passages", arguments, text)
        return True

    def _document_of(self, found: Spoken) -> str | None:
        """The report of the one period that is named, where the company has exactly one of it."""
        if len(found.companies) != 1 or len(found.asked.mentions) != 1:
            return None
        mention = found.asked.mentions[0]
        fits = [
            d
            for d in found.companies[0].documents
            if mention.year is not None and d.fiscal_year == mention.year and d.fiscal_quarter == mention.quarter
        ]
        return fits[0].name if len(fits) == 1 else None

    def _query(self, text: str, found: Spoken) -> str:
        """What is searched for: the part without names, periods and the words of searching."""
        bare = found.text
        for start, end in sorted((s for n in found.named for s in ((n.start, n.end), *n.also)), reverse=True):
            bare = f"{bare[:start]} {bare[end:]}"
        for period in found.periods:
            bare = bare.replace(period, " ")
        quotes = " ".join(self._masked.held(text))
        bare = re.sub(r"(?<!\w)['’]s?(?!\w)", " ", unmarked(bare))
        said = anywhere("tools", "search_passages", "says").search(bare)
        if said is not None and bare[said.end() :].strip(" ,.?!"):
            bare = bare[said.end() :]
        held = bare.strip(" ?.!,;:").split()
        lead, trail = set(words("tools", "search_passages", "lead")), set(words("tools", "search_passages", "trail"))
        while held and held[0].lower().strip(",.'’") in lead:
            held.pop(0)
        while held and held[-1].lower().strip(",.'’") in trail:
            held.pop()
        return " ".join(filter(None, (" ".join(held).strip(" ,"), quotes)))
