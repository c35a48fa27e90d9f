"""Prose that a model wrote from evidence, held to it sentence by sentence: what fails is dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chains.answers.answer import Citation, quote_of
from chains.answers.gate import Allowed, allow, check_answer
from chains.errors import ChainError
from chains.formulas.number_words import unsupported_words
from chains.questions.asking_sentence import sentences
from chains.questions.question import Question
from chains.sentences.asked_words import weak_stems
from chains.sentences.stems import stems
from chains.tuned.prompting import Shown
from ingest.schema import Figure, Passage
from ingest.sentences import sentences as printed_sentences

MOST = 5  # sentences of an answer
LONGEST = 600  # characters of a sentence
QUOTED = 3  # sentences of a passage that one sentence may rest on
SHARED = 0.5  # of a sentence's words: what the evidence that it cites, or the question, has to say too
_MARKS = re.compile(r"\s*[\[(]\s*((?:[FP]\d{1,3}\s*[,;&]?\s*(?:and\s+)?)+)[\])]", re.IGNORECASE)
_VERDICT = re.compile(r"(?:yes|no)[.,!]?", re.IGNORECASE)
_ID = re.compile(r"[FP]\d{1,3}", re.IGNORECASE)


class ProseError(ChainError):
    """Prose of which nothing is left when it is held to the evidence."""


@dataclass(frozen=True, slots=True)
class Prose:
    """What is left of an answer: its text without marks, the figures and the quotes it rests on, what was dropped."""

    text: str
    figures: tuple[Figure, ...]
    citations: tuple[Citation, ...]
    dropped: int = 0


def checked_prose(answer: str, question: Question, shown: Shown, names: Iterable[str] = ()) -> Prose:
    """The sentences of `answer` that cite their evidence and whose numbers and words it holds.

    Raises:
        ProseError: no sentence is left; the message names what was wrong with the first.
    """
    names = tuple(names)
    kept: list[str] = []
    figures: dict[str, Figure] = {}
    quotes: dict[tuple[str, int, str], Citation] = {}
    problems: list[str] = []
    short: list[str] = []
    told = [s for s in sentences(_marks_inside(answer)) if s.strip()]
    for sentence in told[:MOST]:
        marks = [m.upper() for found in _MARKS.findall(sentence) for m in _ID.findall(found)]
        text = " ".join(_MARKS.sub("", sentence).split())
        if not marks and _VERDICT.fullmatch(text):
            short = [text]  # it stands only before a sentence that is kept
            continue
        try:
            held, cited = _supported(text, marks, question, shown, names)
        except ProseError as error:
            problems.append(str(error))
            continue
        kept += [*short, text]
        short = []
        figures |= {f.id: f for f in held}
        quotes |= {(c.document, c.page, c.quote): c for c in cited}
    if not kept:
        raise ProseError(problems[0] if problems else "the answer holds no sentence")
    return Prose(" ".join(kept), tuple(figures.values()), tuple(quotes.values()), len(told) - len(kept))


def _marks_inside(text: str) -> str:
    """Marks that stand behind the full stop, put before it."""
    return re.sub(r"([.!?])((?:\s*\[[^\]]{1,40}\])+)", r"\2\1", text)


def _supported(
    text: str, marks: Sequence[str], question: Question, shown: Shown, names: tuple[str, ...]
) -> tuple[list[Figure], list[Citation]]:
    """The figures and quotes that a sentence rests on. Raises ProseError."""
    brief = text if len(text) <= 60 else text[:59] + "…"
    if len(text) > LONGEST:
        raise ProseError(f"the sentence {brief!r} is too long")
    if not marks:
        raise ProseError(f"the sentence {brief!r} marks no evidence")
    unknown = [m for m in marks if m not in shown.named]
    if unknown:
        raise ProseError(f"there is no evidence {unknown[0]}")
    cited = [shown.named[m] for m in dict.fromkeys(marks)]
    figures = [c for c in cited if isinstance(c, Figure)]
    passages = [c for c in cited if isinstance(c, Passage)]
    quotes: list[Citation] = []

    def allowed() -> Allowed:
        return allow(
            question.text,
            figures,
            quotes=[*(c.quote for c in quotes), *map(quote_of, figures)],
            names=names,
            pages=[c.page for c in quotes],
        )

    for passage in passages:
        ranked = _nearest(text, passage)
        quotes.append(ranked[0])
        for citation in ranked[1:QUOTED]:
            if check_answer(text, allowed()).ok and not unsupported_words(text, allowed()):
                break
            quotes.append(citation)
    loose = (*check_answer(text, allowed()).unsupported, *unsupported_words(text, allowed()))
    if loose:
        raise ProseError(f"the number {loose[0]} is not in the evidence that the sentence marks")
    said = [question.text, *(c.quote for c in quotes), *(p.section for p in passages)]
    said += [" ".join((f.label, *f.path, f.segment, *f.headers, f.caption)) for f in figures]
    known = set(stems(" ".join((*said, *names)))) | weak_stems()
    words = [w for w in dict.fromkeys(stems(text)) if len(w) > 3 and not w.isdigit()]
    if words and sum(w in known for w in words) < SHARED * len(words):
        raise ProseError(f"the sentence {brief!r} says more than the evidence that it marks")
    return figures, quotes


def _nearest(text: str, passage: Passage) -> list[Citation]:
    """The sentences of a passage, those first that share most with a text, its numbers above all."""
    wanted = set(stems(text)) - weak_stems()
    numbers = set(re.findall(r"\d[\d,.]*\d|\d", text))

    def shared(sentence: str) -> float:
        return len(wanted & set(stems(sentence))) + 3 * len(numbers & set(re.findall(r"\d[\d,.]*\d|\d", sentence)))

    printed = printed_sentences(passage.text) or [passage.text]
    best = sorted(printed, key=shared, reverse=True)
    return [Citation(passage.document, passage.page, sentence) for sentence in best]
