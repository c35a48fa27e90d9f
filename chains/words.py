"""Questions about words, answered with the sentences that say so: quoted exactly, cited, or refused.

Nothing is written here but quotes and a leading "Yes" or "No": an answer holds no number that its document does not
print in the quoted sentence. Text of a document is only ever quoted, whatever it says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Protocol

from chains.answer import Citation
from chains.asked_part import AskedPart, asked_part, written_as_names
from chains.causes import abbreviations
from chains.expectations import asks_expectation, tells_expectation
from chains.periods import find_periods
from chains.phrases import whole_words
from chains.plan import Words
from chains.question import Question, read_question
from chains.quotes import (
    Encoder,
    Quote,
    content_of,
    covered,
    diverse,
    explains,
    find_quotes,
    is_empty,
    kinds_of,
    may_be_of_part,
    signs_of,
    tables,
    weak_stems,
)
from chains.retrieval import PageRetriever, RankedPage, Searcher, StatementTables, topic_of
from chains.rows import Compared, Figures, compare_rows
from chains.signs import agreement, years_in
from chains.stems import stems
from chains.told_above import told_above
from chains.topics import topics_of
from ingest.schema import Document
from ingest.sentences import sentences

PAGES = 10  # pages whose sentences are weighed
CITED = 5  # pages cited at most
QUOTED = 3  # sentences in the answer's text at most
LATER = 0.6  # what a page of another filing counts where the question names the period of the first
_DEFINING = 6  # passages searched for what a part's name is abbreviated to
LISTED = 12  # lines of a cover page in the answer's text at most
NEAR = 0.35  # of the best quote's score: what a page's best quote needs for the page to be cited
TYPICAL = 2.0  # what the form adds to the logit of the confidence
REFUSE_BELOW = 0.45

_NAME = re.compile(r"(?<![.?!] )\b[A-Z][\w&-]*[^\W\d_][\w&-]*")
_AND_ASKS = re.compile(
    r"[,;]?\s+(?P<and>and|&)\s+(?=(?:since|from|until|as of|in|at|for|by)?\s*(?:when|what|which|who|why|how|where)\b)",
    re.I,
)
_LEVEL = re.compile(r"\b(?:more|less|higher|lower|greater|fewer) than (?:an?|one|\d)[\w.%-]*", re.IGNORECASE)
_DEBT = re.compile(r"\b(?:debt|notes?|bonds?|debentures?)\b", re.IGNORECASE)
_ACRONYM = 4  # letters: what is shorter may be printed in full ("USA", "R&D")
_LETTERS = re.compile(r"[^\W\d_]+")
_LETTER = re.compile(r"[^\W\d_]")
_YES_NO = re.compile(r"^(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|should)\b", re.IGNORECASE)


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
    settled = bool(listed) or (quotes[0].typical and _near(core, topic, quotes[0], pages)) or explains(core, quotes[0])
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
    lead = _lead(core, topic, said) if not listed else _listing(core, listed)
    text = " ".join([lead, *(f"“{q.text}”" for q in said)])
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
    if _YES_NO.match(core.strip()):
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


def _listing(core: str, lines: Sequence[Quote]) -> str:
    if _DEBT.search(core) and not any(_DEBT.search(q.text) for q in lines):
        return "No debt security is on the cover page, which lists:"
    return "The cover page lists:"


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


def confidence_of(
    content: Mapping[str, frozenset[str]],
    quotes: Sequence[Quote],
    pages: Sequence[RankedPage],
    *,
    settled: bool = False,
) -> float:
    """How surely the documents answer, 0 to 1: a logistic function of three signs.

    They are the cosine of the nearest sentence, that of the nearest passage, and the share of the question's content
    found on the pages. The weights were fitted on 90 questions put to five annual reports that hold the answer and
    110 about things that they do not speak of (weighed equally), and checked on four other reports. Where
    `settled`, the best sentence has the form of those that tell of the question's topic, which adds `TYPICAL`.
    """
    sentence = max(q.similarity for q in quotes)
    passage = max(p.similarity for p in pages)
    said = {stem for page in pages for p in page.passages for stem in stems(f"{p.section} {p.text}")}
    logit = 4.05 * sentence + 2.21 * passage + 5.12 * (covered(content, said) if content else 1.0) - 6.52
    if settled:
        # The form tells more than the cosine, which is low for short questions.
        logit += TYPICAL
    return round(1 / (1 + math.exp(-logit)), 3)


def unmentioned(core: str, topic: str, pages: Sequence[RankedPage], index: Searcher, names: Sequence[str]) -> list[str]:
    """The proper names of a question that its documents print nowhere, as the question writes them.

    A word counts as a name where it is capitalised within the question and the table of synonyms does not know it.
    """
    said = {stem for page in pages for p in page.passages for stem in stems(p.text)}
    content = content_of(topic)
    missing = []
    times = find_periods(core).mentions  # "31 Dec 2015" names nobody
    named = (m for m in _NAME.finditer(core, 1) if not any(t.start < m.end() and m.start() < t.end for t in times))
    for word in dict.fromkeys(m[0] for m in named):
        stem = next(iter(stems(word)), "")
        if (
            word in topic
            and not (word.isupper() and len(word) <= _ACRONYM)
            and stem
            and stem not in said
            and not content.get(stem)
        ):
            hits = index.search(word, 3, names)
            if not any("lexical" in hit.ranks for hit in hits):
                missing.append(word)
    return missing


def _chosen(quotes: Sequence[Quote], pages: Sequence[RankedPage]) -> list[Quote]:
    """The best quote of each of the pages to cite, best page first; pages with nothing near the best are left out."""
    best: dict[tuple[str, int], Quote] = {}
    for quote in quotes:
        if quote.score >= NEAR * quotes[0].score:
            best.setdefault(quote.place, quote)
    return [best[p.document, p.page] for p in pages if (p.document, p.page) in best][:CITED]


def _lead(core: str, topic: str, said: Sequence[Quote]) -> str:
    """ "Yes." or "No." where the question asks for a fact and the best sentence settles it, else nothing sure."""
    undecided = "The documents say:"
    if not _YES_NO.match(core.strip()) or not said:
        return undecided
    if said[0].typical and said[0].verdict is not None and not _compares().search(_LEVEL.sub(" ", core)):
        verdicts = {q.verdict for q in said if q.typical and q.verdict is not None}
        if len(verdicts) == 1 and _tells_all(core, topic, said[0]):
            return "Yes." if said[0].verdict else "No."
        return undecided
    if _judgement().search(core):
        return undecided
    wanted = set(stems(topic))
    settles = said[0].similarity >= 0.5 and len(wanted & set(stems(said[0].text))) >= 0.6 * len(wanted)
    denials = {_denies(quote.text) for quote in said if quote.score >= 0.9 * said[0].score}
    if not settles or len(denials) != 1:
        return undecided
    return "No." if denials.pop() else "Yes."


def _tells_all(core: str, topic: str, quote: Quote) -> bool:
    """Whether a quote, under its heading, speaks of what the question adds to its topic ("the retail segment")."""
    wanted = rest_of(core, topic)
    said = set(stems(f"{quote.passage.section} {quote.text}"))
    return len(wanted & said) >= 0.65 * len(wanted)


def rest_of(core: str, topic: str) -> set[str]:
    """The stems of what a question adds to its topics ("the retail segment"); empty where it has no topic."""
    topics = topics_of(core)
    if not topics:
        return set()
    rest, kept = core, set(_LETTERS.findall(topic))
    for one in topics:
        rest = one.asks.sub(" ", rest)
    # A verb may be the question's own ("belonged to a union"); what matters is the thing that it names.
    named = " ".join(word for word in _LETTERS.findall(rest) if word in kept and not word.endswith(("ed", "ing")))
    return {stem for stem in set(stems(named)) - weak_stems() if len(stem) > 2}


def _near(core: str, topic: str, quote: Quote, pages: Sequence[RankedPage]) -> bool:
    """Whether the page of a quote speaks of what the question adds to its topic, at least for the greater part."""
    wanted = rest_of(core, topic)
    page = next(p for p in pages if (p.document, p.page) == quote.place)
    said = {stem for p in page.passages for stem in stems(f"{p.section} {p.text}")}
    return 2 * len(wanted & said) >= len(wanted)


def unheard(core: str, topic: str, pages: Sequence[RankedPage], index: Searcher, names: Sequence[str]) -> list[str]:
    """The words that a question adds to its topic where the documents hold none of them ("railroad"), as written.

    What is typical of a topic is said of nearly every company, so that its sentences alone prove nothing.
    """
    said = {stem for page in pages for p in page.passages for stem in stems(p.text)}
    content = content_of(topic)
    rest = rest_of(core, topic)
    missing = [
        word
        for word in dict.fromkeys(_LETTERS.findall(topic))
        if (stem := next(iter(stems(word)), "")) in rest
        and stem not in said
        and not content.get(stem)
        and not any("lexical" in hit.ranks for hit in index.search(word, 3, names))
    ]
    return missing if missing and 2 * len(missing) >= len(rest) else []


def _denies(sentence: str) -> bool:
    denial, harmless = _denial()
    return bool(denial.search(harmless.sub(" ", sentence)))


@cache
def _denial() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = tables()["denial"]
    return whole_words(table["words"]), whole_words(table["harmless"])


@cache
def _compares() -> re.Pattern[str]:
    return whole_words(tables()["comparison"]["words"])


@cache
def _judgement() -> re.Pattern[str]:
    return whole_words(tables()["judgement"]["words"])


def language_of(text: str) -> str:
    """The language of a question by its function words ("en", "de", ...) or its script ("other"); "" if unsure."""
    letters = _LETTER.findall(text)
    if sum(letter > "\u024f" for letter in letters) * 2 > len(letters):
        return "other"
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {name: sum(word in entries for word in words) for name, entries in _languages().items()}
    best = max(counts, key=lambda name: counts[name])
    # A few words of other languages are English ones too ("die", "on", "per"): one more of them proves nothing.
    surely = counts[best] >= 2 and (counts["en"] == 0 or counts[best] >= counts["en"] + 2)
    return best if surely else ("en" if counts["en"] else "")


@cache
def _languages() -> dict[str, frozenset[str]]:
    return {name: frozenset(words) for name, words in tables()["languages"].items()}
