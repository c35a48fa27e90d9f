"""What a report lists on its first page: securities, exchanges, the auditor; quoted line by line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.sentences.quotes import Quote
from chains.sentences.retrieval import RankedPage
from chains.sentences.topics import topics_of
from ingest.sentences import sentences

LISTED = 12  # lines of a cover page in the answer's text at most
_DEBT = re.compile(r"\b(?:debt|notes?|bonds?|debentures?)\b", re.IGNORECASE)


def listed_on_cover(core: str, pages: Sequence[RankedPage], document: str) -> list[Quote]:
    """The lines of a report's first page that list what a question about its cover asks for, as printed.

    Only the debt among them where debt is asked for and there is any; none where the question is of another kind.
    """
    topics = [t for t in topics_of(core) if t.cover]
    lines = [
        Quote(passage, line, 1.0, 1.0, 1.0, typical=True)
        for page in pages
        if (page.document, page.page) == (document, 1) and topics
        for passage in sorted(page.passages, key=lambda p: int(re.sub(r"\D", "", p.id.rpartition(".")[2]) or 0))
        for line in sentences(passage.text)
        if any(t.said_by(line) for t in topics)
    ]
    debt = [q for q in lines if _DEBT.search(q.text)]
    return (debt if debt and _DEBT.search(core) else lines)[:LISTED]


def listing(core: str, lines: Sequence[Quote]) -> str:
    """What leads to the lines of a cover page; it says so where debt is asked for and none is listed."""
    if _DEBT.search(core) and not any(_DEBT.search(q.text) for q in lines):
        return "No debt security is on the cover page, which lists:"
    return "The cover page lists:"
