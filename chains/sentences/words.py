"""Questions about words, answered with the sentences that say so: quoted exactly, cited, or refused.

Nothing is written here but quotes and a leading "Yes" or "No": an answer holds no number that its document does not
print in the quoted sentence. Text of a document is only ever quoted, whatever it says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chains.answers.answer import Citation
from chains.planning.plan import Words
from chains.questions.periods import find_periods
from chains.questions.question import Question, read_question
from chains.sentences.asked_part import AskedPart, asked_part, written_as_names
from chains.sentences.asked_words import content_of, kinds_of, may_be_of_part, weak_stems
from chains.sentences.causes import abbreviations
from chains.sentences.cover_page import listed_on_cover, listing
from chains.sentences.expectations import asks_expectation, tells_expectation
from chains.sentences.language import language_of
from chains.sentences.quote_verdict import asks_yes_no, leading_verdict
from chains.sentences.quotes import Encoder, Quote, diverse, explains, find_quotes, is_empty, signs_of
from chains.sentences.retrieval import PageRetriever, RankedPage, Searcher, StatementTables, topic_of
from chains.sentences.rows import Compared, Figures, compare_rows
from chains.sentences.signs import agreement, years_in
from chains.sentences.spoken_of import confidence_of, is_near, rest_of, unheard, unmentioned
from chains.sentences.told_above import told_above
from chains.sentences.topics import topics_of
from ingest.schema import Document

PAGES = 10  # pages whose sentences are weighed
CITED = 5  # pages cited at most
QUOTED = 3  # sentences in the answer's text at most
LATER = 0.6  # what a page of another filing counts where the question names the period of the first
_DEFINING = 6  # passages searched for what a part's name is abbreviated to
NEAR = 0.35  # of the best quote's score: what a page's best quote needs for the page to be cited
REFUSE_BELOW = 0.45

_AND_ASKS = re.compile(
    r"[,;]?\s+(?P<and>and|&)\s+(?=(?:since|from|until|as of|in|at|for|by)?\s*(?:when|what|which|who|why|how|where)\b)",
    re.I,
)
_LETTER = re.compile(r"[^\W\d_]")


class Ledger(StatementTables, Figures, Protocol):
    """The part of the ledger that is needed here."""

    def document(self, name: str) -> Document | None: ...


class Library(Protocol):
    """The parts of a library that are needed here."""

    @property
    def index(self) -> Searcher: ...

    @property
    def ledger(self) -> Ledger: ...

    @property
    def embedder(self) -> Encoder: ...


@dataclass(frozen=True, slots=True)
class WordsAnswer:
    """An answer in quotes, or a refusal: `text` is empty, `reason` says why, and `nearest` shows what came closest.

    `quotes` are (passage id, document, page, sentence), those of `text` first; `citations` hold the same. `pages` are
    those whose sentences were weighed.
    """

    text: str = ""
    quotes: tuple[tuple[str, str, int, str], ...] = ()
    confidence: float = 0.0
    reason: str = ""
    nearest: tuple[Citation, ...] = ()
    pages: tuple[RankedPage, ...] = ()

    @property
    def citations(self) -> tuple[Citation, ...]:
        return tuple(Citation(document, page, text) for _, document, page, text in self.quotes)


def answer_words(
    question: Question | str,
    plan: Words | None,
    library: Library,
    *,
    documents: Sequence[Document | str],
    only_typical: bool = False,
) -> WordsAnswer:
    """Answer a question with sentences of `documents`, which are given best first; refuse where none is near enough.

    With `only_typical` refuse too where the best sentence has not the form of those that tell of the question's topic.
    """
    read = read_question(question) if isinstance(question, str) else question
    core = plan.topic if plan is not None and plan.topic else read.core
    if not _LETTER.search(core):
        return WordsAnswer(reason="the question has no words to look for; ask in a sentence")
    held = [d for d in (library.ledger.document(n) if isinstance(n, str) else n for n in documents) if d is not None]
    if not held:
        return WordsAnswer(reason="no document in the library is of that company and period; ingest its report first")
    language = language_of(core)
    if language not in ("", *(d.language[:2].lower() for d in held)):
        return WordsAnswer(reason="the question is not in the language of the documents; ask it in English")
    asked = core
    core, besides = _twofold(core)
    topic = topic_of(core, held)
    later = LATER if find_periods(core).mentions else 1.0
    pages = PageRetriever(library.index, library.ledger).pages(read.text, held, PAGES, later=later)
    pages = _whole(pages, library.index)
    names = [d.name for d in held]
    part = None
    if may_be_of_part(core):
        texts = (p.text for page in pages for p in page.passages)
        part = asked_part(written_as_names(core, texts), topic, weak_stems())
    short = _abbreviated(part, library.index, names)
    beside = _before(pages, library.index) if part is not None else []
    quotes = find_quotes(core, topic, [*pages, *beside], library.embedder, short=short)
    if not quotes:
        return WordsAnswer(reason="no sentence of the documents has to do with the question")
    if asks_expectation(asked):
        nearest = tuple(Citation(*q.place, q.text) for q in quotes[:QUOTED])
        quotes = [q for q in quotes if tells_expectation(q.text)]
        if not quotes:
            reason = "no sentence of the documents tells what was expected"
            return WordsAnswer(reason=reason, nearest=nearest, pages=tuple(pages))
    listed = listed_on_cover(core, pages, held[0].name)
    settled = (
        bool(listed) or (quotes[0].typical and is_near(core, topic, quotes[0], pages)) or explains(core, quotes[0])
    )
    confidence = confidence_of(content_of(topic), quotes, pages, settled=settled)
    if settled and quotes[0].typical:
        # The words of the topic are in the form of its sentence; what is to be found are those that are added to it.
        added = {s: adds for s, adds in content_of(topic).items() if s in rest_of(core, topic)}
        confidence = max(confidence, confidence_of(added, quotes, pages, settled=True))
    chosen = _chosen(quotes, [*pages, *beside])
    missing = unmentioned(core, topic, pages, library.index, names)
    if not missing and not listed:
        missing = unheard(core, topic, pages, library.index, names)
    if missing or confidence < REFUSE_BELOW or (only_typical and not quotes[0].typical):
        reason = "no sentence of the documents is near enough to the question"
        if missing:
            reason = f"the documents do not mention {' or '.join(missing)}"
        nearest = tuple(Citation(*q.place, q.text) for q in chosen)
        sure = min(confidence, 0.1) if missing else confidence
        return WordsAnswer(confidence=sure, reason=reason, nearest=nearest, pages=tuple(pages))
    compared = None if "cause" in kinds_of(core) else compare_rows(core, topic, pages, library.ledger)
    if compared is not None:
        return replace(_said_of_rows(core, compared, pages, confidence), pages=tuple(pages))
    said = listed or diverse(_to_say(core, quotes), QUOTED)
    if said and not listed and "cause" in kinds_of(core) and (above := told_above(said[0], [*pages, *beside])):
        said = [said[0], above, *(q for q in said[1:] if q.text != above.text)][:QUOTED]
    if besides and not listed:
        said = _with_other(said, besides, find_quotes(asked, topic, pages, library.embedder))
    cited = dict.fromkeys(q.place for q in (*said, *chosen))
    kept = dict.fromkeys((*said, *(q for q in chosen if q.place in list(cited)[:CITED])))
    quoted = tuple((q.passage.id, *q.place, q.text) for q in kept)
    opening = leading_verdict(core, topic, said) if not listed else listing(core, listed)
    text = " ".join([opening, *(f"“{q.text}”" for q in said)])
    return WordsAnswer(text, quoted, confidence, pages=tuple(pages))


def _twofold(core: str) -> tuple[str, str]:
    """A question that asks two things of one topic ("Who audits it, and since when?"): the first, and the other."""
    for match in _AND_ASKS.finditer(core):
        first, other = core[: match.start()], core[match.end("and") :].strip()
        if topics_of(first) and not topics_of(other) and len(first.split()) > 2:
            return first, other
    return core, ""


def _with_other(said: Sequence[Quote], other: str, quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes with one that answers what is asked besides, where the first does not: a date, a number, a name."""
    asked = signs_of(other)
    if not said or any(asked.answers(q.text) for q in said[:1]):
        return list(said)
    more = next((q for q in quotes if q.typical and q not in said and asked.answers(q.text)), None)
    return [*said[: QUOTED - 1], more] if more is not None else list(said)


def _said_of_rows(core: str, compared: Compared, pages: Sequence[RankedPage], confidence: float) -> WordsAnswer:
    """The row that stands out, and the others of its column, as printed."""
    first = compared.rows[0]
    which = "the most" if compared.largest else "the least"
    lead = f"{first.label} has {which} in the column “{compared.heading}”:"
    if asks_yes_no(core):
        lead = f"Yes. {lead}" if compared.apart else lead
    passage = next(p.passages[0].id for p in pages if (p.document, p.page) == (first.document, first.page))
    quoted = tuple((passage, first.document, first.page, quote) for quote in compared.quotes)
    text = " ".join([lead, *(f"“{quote}”" for quote in compared.quotes)])
    return WordsAnswer(text, quoted, confidence)


def _to_say(core: str, quotes: Sequence[Quote]) -> list[Quote]:
    """The quotes good enough for the answer's text: near the best, of no other year, in its form where it has one."""
    best = quotes[0]
    years = years_in(core)
    near = [q for q in quotes if q is best or not is_empty(q.text)]
    near = [q for q in near if q.score >= (0.6 if best.typical else 0.7) * best.score]
    of_year = [q for q in near if q is best or agreement(years, years_in(q.text)) >= 0]
    return [q for q in of_year if q.typical] if best.typical else of_year


def _whole(pages: Sequence[RankedPage], index: Searcher) -> list[RankedPage]:
    """The pages with all their passages: what answers may stand beside what was found."""
    held = index.pages([(page.document, page.page) for page in pages])
    whole = []
    for page in pages:
        found = {p.id for p in page.passages}
        rest = (p for p in held.get((page.document, page.page), ()) if p.id not in found)
        whole.append(replace(page, passages=(*page.passages, *rest)))
    return whole


def _before(pages: Sequence[RankedPage], index: Searcher) -> list[RankedPage]:
    """The pages before those found, where a paragraph that goes on may name what it is about."""
    found = {(p.document, p.page) for p in pages}
    wanted = [(p.document, p.page - 1) for p in pages if p.page > 1 and (p.document, p.page - 1) not in found]
    held = index.pages(wanted)
    return [RankedPage(*place, 0.0, tuple(held[place]), 0.0) for place in dict.fromkeys(wanted) if held.get(place)]


def _abbreviated(part: AskedPart | None, index: Searcher, names: Sequence[str]) -> dict[str, frozenset[str]]:
    """What the filings abbreviate where they name the part: "Commercial Airplanes (BCA)"."""
    if part is None:
        return {}
    hits = index.search(f"{part.name} segment", _DEFINING, names)
    return abbreviations(hit.passage.text for hit in hits)


def _chosen(quotes: Sequence[Quote], pages: Sequence[RankedPage]) -> list[Quote]:
    """The best quote of each of the pages to cite, best page first; pages with nothing near the best are left out."""
    best: dict[tuple[str, int], Quote] = {}
    for quote in quotes:
        if quote.score >= NEAR * quotes[0].score:
            best.setdefault(quote.place, quote)
    return [best[p.document, p.page] for p in pages if (p.document, p.page) in best][:CITED]
