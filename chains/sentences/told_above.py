"""What a sentence only points to ("due to the increased expenses described above"): the sentence that tells it.

The cause of the cause stands above on the page, or on the one before, and is quoted beside the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.sentences.asked_words import weak_stems
from chains.sentences.causes import explained
from chains.sentences.families import asking_stems, cause_cues
from chains.sentences.quotable import lines_of
from chains.sentences.quotes import Quote
from chains.sentences.retrieval import RankedPage
from chains.sentences.stems import stems

_ABOVE = re.compile(
    r"(?P<what>[^,;]{4,80}?),? (?:as )?(?:described|discussed|noted|mentioned|explained) above", re.IGNORECASE
)
_MOSTLY = 0.75  # of the words of what it points to


def told_above(quote: Quote, pages: Sequence[RankedPage]) -> Quote | None:
    """The sentence above a quote that tells the cause to which it points; None where it points to none."""
    cue = cause_cues().search(quote.text)
    match = _ABOVE.search(quote.text, cue.end()) if cue is not None else None
    if match is None:
        return None
    wanted = {s for s in stems(match["what"]) if s not in asking_stems() | weak_stems() and len(s) > 2}
    near = [p for p in pages if p.document == quote.place[0] and 0 <= quote.place[1] - p.page <= 1]
    best: tuple[float, Quote] | None = None
    for line in lines_of(sorted(near, key=lambda p: -p.page)):
        if line.text == quote.text:
            if line.place == quote.place and best is not None:
                break
            continue
        found = cause_cues().search(line.text)
        if found is None or not wanted or _ABOVE.search(line.text):
            continue
        said = set(stems(explained(line.text))) | (set(line.before) if line.text[:4].lower() == "the " else set())
        share = len(wanted & said) / len(wanted)
        if share >= _MOSTLY and (best is None or share > best[0]):
            best = share, Quote(line.passage, line.text, quote.score, quote.similarity, quote.cover, cause=quote.cause)
    return best[1] if best is not None else None
