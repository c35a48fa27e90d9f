"""The figures that a question may be about, likeliest first: the evidence that a model is given to choose from.

It decides nothing. Every figure of the documents that may hold the asked periods is weighed by its words, its period,
its statement and the part of the company it is of; the best are handed on, with the main lines of the statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import islice

from chains.formulas.expression import FiscalPeriod
from chains.measures.phrasing import KIND_WORDS, content_words, flatten
from chains.measures.vocabulary import Names, default_names
from chains.planning.plan import Context
from chains.questions.fiscal_calendar import Calendar, resolve_all
from chains.questions.question import Question
from chains.resolve.concept_facts import default_facts
from chains.resolve.scope import PRIMARY, Scope, order_documents
from chains.resolve.shelf import Sheet, Shelf, label_key
from chains.sentences.retrieval import asked_synonyms, topic_of
from ingest.schema import Document, Figure, Period

LIMIT = 60
DOCUMENTS = 3  # of a company, at most
_LACKING = 0.35  # what a question's word counts that a line lacks, where one that it has counts 1
_EXTRA = 0.5  # what a word of the label counts that the question lacks
_SYNONYMS = 0.6  # what the filings' words for a thing count beside the question's own
_CONCEPT, _FALLBACK = 0.9, 0.8  # a line item that the question names, and what stands in for it
_LATER = 0.9  # what is named outside the asking sentence
_IN_NOTES = 0.75  # a line item that the question names, in a note
_BESIDE, _TABLES = 0.3, 3  # what a figure gets of the best of its table, and in how many tables
_STATEMENT, _KNOWN = 0.1, 0.05  # what every line of a statement is worth, and what more where its concept is known
_BEFORE, _OTHER, _UNDATED = 0.8, 0.35, 0.6  # the year before the asked one, another period, none told
_PART, _HALF, _NAMED = 0.5, 0.8, 1.15  # a part that the question does not name, names partly, names
_NOTE, _ASIDE = 0.93, 0.85  # a figure of a note; one of another statement than the question names
_OLDER = 0.97  # a document after the first
_AGAIN = 0.94  # each further figure of the same label and period
_ROWS = 250  # line items of a document that are looked at figure by figure


@dataclass(frozen=True, slots=True)
class _Words:
    """One way to say what is asked: its words, what lacking one costs, and what the whole counts."""

    words: tuple[str, ...]
    lacking: float = _LACKING
    counts: float = 1.0


def shortlist(
    question: Question,
    context: Context,
    scope: Scope,
    shelf: Shelf,
    limit: int = LIMIT,
    *,
    names: Names | None = None,
) -> list[Figure]:
    """At most `limit` figures, best first; the same value of the same line and period is listed once.

    Of several companies each gets its share. Empty where no document covers the periods.
    """
    if limit < 1:
        return []
    ways = ways_to_say(question, context)
    concepts = _concepts(question, context, names or default_names())
    lists = []
    for own in scopes(context, scope):
        scored = []
        for number, document in enumerate(_documents(context, own)):
            weigher = _Weigher(shelf.sheet(document), question, _wanted(context, own))
            discount = _OLDER**number
            scored += [(score * discount, figure) for score, figure in weigher.scores(ways, concepts)]
        scored.sort(key=lambda s: (-s[0], s[1].id))
        lists.append(_varied(list(islice(_distinct(scored), 4 * limit))))
    share = limit // len(lists) if lists else 0
    kept = [figure for one in lists for figure in one[:share]]
    rest = [figure for one in lists for figure in one[share:]]
    return [*kept, *rest][:limit]


def scopes(context: Context, scope: Scope) -> Iterator[Scope]:
    """The scope of each company that is asked about; the one given where there is one company."""
    if scope.only or len(context.companies) < 2:
        yield scope
        return
    for company in context.companies:
        yield replace(scope, documents=company.documents, calendar=Calendar.of(company.documents), anchor=None)


def ways_to_say(question: Question, context: Context) -> tuple[_Words, ...]:
    """The question's own words, those of its other sentences, and what filings print for them."""
    topic = topic_of(context.text, ())
    own = _told(topic)
    made = [_Words(own)]
    if len(question.text) > len(question.core) + 20:
        made.append(_Words(_told(topic_of(question.text, context.company.documents)), 0.1, _SYNONYMS))
    made += [_Words(_told(adds), 0.2, _SYNONYMS) for _, adds in asked_synonyms(topic)]
    return tuple(dict.fromkeys(way for way in made if way.words))


def _told(text: str) -> tuple[str, ...]:
    return tuple(w for w in dict.fromkeys(content_words(text)) if w not in KIND_WORDS and not _is_year(w))


def _is_year(word: str) -> bool:
    return len(word) == 4 and word.isdigit() and word[:2] in ("19", "20")


def _concepts(question: Question, context: Context, names: Names) -> dict[str, float]:
    """The concepts that the question names, with what each counts: more, the more of the question its name is."""
    facts = default_facts()
    found: dict[str, float] = {}
    for text, most in ((flatten(context.text), _CONCEPT), (flatten(question.text), _CONCEPT * _LATER)):
        words = set(_told(topic_of(text, context.company.documents)))
        for concept, said in names.mentioned(text).items():
            share = len(words & set(_told(said))) / max(1, len(words))
            counts = most * (1 + min(1.0, 2 * share)) / 2
            found.setdefault(concept, counts)
            for near in facts.fallbacks(concept):
                found.setdefault(near, counts * _FALLBACK)
    return found


def _documents(context: Context, scope: Scope) -> list[Document]:
    """The documents that may hold the asked periods, those of the last one first."""
    wanted = [p for p, weight in _wanted(context, scope).items() if weight == 1.0]
    found: dict[str, Document] = {}
    for period in reversed(wanted):
        for document in order_documents(scope, period)[: 2 if len(wanted) == 1 else 1]:
            found.setdefault(document.name, document)
    return list(found.values())[:DOCUMENTS] or list(scope.documents[:1])


def _wanted(context: Context, scope: Scope) -> dict[FiscalPeriod, float]:
    """The asked periods (the latest where none is) and the ones a year before them, with what each counts."""
    periods = context.periods if scope.calendar == context.calendar else resolve_all(context.asked, scope.calendar)
    asked = [r.period for r in periods]
    if not asked and scope.calendar.latest is not None:
        asked = [scope.calendar.latest]
    wanted = dict.fromkeys(sorted(asked, key=lambda p: (p.year, p.quarter or 5)), 1.0)
    for period in tuple(wanted):
        wanted.setdefault(period.shift(-1), _BEFORE)
    return wanted


class _Weigher:
    """Weighs the figures of one document."""

    def __init__(self, sheet: Sheet, question: Question, wanted: Mapping[FiscalPeriod, float]) -> None:
        self._sheet = sheet
        self._question = question
        self._wanted = wanted
        self._fits: dict[tuple[Period | None, int | None, int | None], float] = {}

    def scores(self, ways: Sequence[_Words], concepts: Mapping[str, float]) -> list[tuple[float, Figure]]:
        """Every figure that anything speaks for, with its score in (0, 1]."""
        sheet = self._sheet
        asked = frozenset(w for way in ways for w in way.words)
        forms = frozenset(form for word in asked for form in sheet.forms(word))
        found: dict[str, tuple[float, Figure]] = {}

        def keep(score: float, figure: Figure) -> None:
            held = found.get(figure.id)
            if score > 0 and (held is None or score > held[0]):
                found[figure.id] = (score, figure)

        best: dict[int, float] = {}
        for way in ways:
            for row, score in self._rows(way).items():
                best[row] = max(score, best.get(row, 0.0))
        for row in sorted(best, key=lambda r: -best[r])[:_ROWS]:
            score = best[row]
            for figure in sheet.rows[row].figures:
                keep(score * self._column(figure, forms) * self._prior(figure, forms), figure)
        for concept, counts in concepts.items():
            for figure in sheet.by_concept.get(concept, ()):
                keep(counts * (1.0 if figure.statement in PRIMARY else _IN_NOTES) * self._prior(figure, forms), figure)
        tables: dict[str, float] = {}
        for score, figure in found.values():
            tables[figure.table] = max(score, tables.get(figure.table, 0.0))
        for table in sorted(tables, key=lambda t: (-tables[t], t))[:_TABLES]:
            for figure in sheet.in_table(table):
                keep(_BESIDE * tables[table] * self._fit(figure), figure)
        for figure in sheet.primary:
            keep((_STATEMENT + _KNOWN * bool(figure.concept)) * self._fit(figure), figure)
        return list(found.values())

    def _rows(self, way: _Words) -> dict[int, float]:
        """The line items that hold a word of the way, with Tversky's (1977) index of the two sets of words.

        Words count by their rarity, those of headings and captions less; words that the document prints nowhere say
        nothing of any line, and are left out.
        """
        sheet = self._sheet
        forms = {word: sheet.forms(word) for word in way.words}
        rarity = {word: max(map(sheet.rarity, found)) for word, found in forms.items() if found}
        total = sum(rarity.values())
        got: dict[int, float] = {}
        covered: dict[int, float] = {}
        for word, told in rarity.items():
            seen: set[int] = set()
            for form in forms[word]:
                for row in sheet.rows_with(form):
                    if row not in seen:
                        seen.add(row)
                        got[row] = got.get(row, 0.0) + told * sheet.rows[row].weight(form)
                    if form in sheet.rows[row].label:
                        covered[row] = covered.get(row, 0.0) + sheet.rarity(form)
        scored = {}
        for row, shared in got.items():
            extra = max(0.0, sum(map(sheet.rarity, sheet.rows[row].label)) - covered.get(row, 0.0))
            scored[row] = way.counts * shared / (shared + _EXTRA * extra + way.lacking * max(0.0, total - shared))
        return scored

    def _column(self, figure: Figure, forms: frozenset[str]) -> float:
        """Less where another column of the line is headed as the question says ("Level 2", "Europe")."""
        headed = _words(figure.headers)
        return 1.0 if not headed or headed & forms else 0.95

    def _prior(self, figure: Figure, forms: frozenset[str]) -> float:
        """What period, part, statement and reading of a figure say, apart from its words."""
        score = self._fit(figure)
        if part := self._sheet.part_of(figure):
            named = _words((part,)) - KIND_WORDS
            score *= _NAMED if named and named <= forms else _HALF if named & forms else _PART
        if self._question.statements:
            score *= 1.0 if figure.statement in self._question.statements else _ASIDE
        elif figure.statement not in PRIMARY:
            score *= _NOTE
        return score * (0.9 if figure.restated else 1.0)

    def _fit(self, figure: Figure) -> float:
        key = (figure.period, figure.fiscal_year, figure.fiscal_quarter)
        if key not in self._fits:
            self._fits[key] = self._period_fit(figure)
        return self._fits[key]

    def _period_fit(self, figure: Figure) -> float:
        if figure.fiscal_year is None:
            return _UNDATED if figure.period is None else _OTHER
        months = 0 if figure.period is None else figure.period.months
        quarter = figure.fiscal_quarter
        best = _OTHER
        for period, weight in self._wanted.items():
            if period.year != figure.fiscal_year:
                continue
            if period.quarter is None:
                whole = months == 0 or 11 <= months <= 13
                same = whole and quarter in (None, 4)
            else:
                same = quarter == period.quarter or (quarter is None and period.quarter == 4 and not months)
            if same:
                to_date = period.quarter is not None and months > 3
                best = max(best, weight * (0.85 if to_date else 1.0))
        return best


@lru_cache(maxsize=20_000)
def _words(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(w for w in content_words(" ".join(texts)) if not w.isdigit())


@lru_cache(maxsize=20_000)
def _key(label: str) -> str:
    return label_key(label)


def _varied(scored: Sequence[tuple[float, Figure]]) -> list[Figure]:
    """The figures in order, with those down the list that repeat a label and a time: ten segments' sales say less."""
    times: Counter[tuple[str, object]] = Counter()
    made = []
    for score, figure in scored:
        key = (_key(figure.label), figure.period or figure.fiscal_year)
        made.append((score * _AGAIN ** times[key], figure))
        times[key] += 1
    return [figure for _, figure in sorted(made, key=lambda s: (-s[0], s[1].id))]


def _distinct(scored: Iterable[tuple[float, Figure]]) -> Iterator[tuple[float, Figure]]:
    """The figures without those that print the same value of the same line for the same time again."""
    seen: set[tuple[str, Decimal, str, object]] = set()
    for score, figure in scored:
        when = figure.period or (figure.fiscal_year, figure.fiscal_quarter, figure.headers)
        key = (_key(figure.label), abs(figure.value), figure.unit, when)
        if key not in seen:
            seen.add(key)
            yield score, figure
