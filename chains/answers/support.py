"""Hold an answer to its sources: every number in it is a cited figure, a result of a program, or in the question."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from chains.answers.answer import Citation
from chains.answers.gate import allow, check_answer
from chains.answers.outcome import Outcome
from chains.formulas.units import PERCENT, Quantity
from chains.questions.question import Question


def unsupported(
    text: str, question: Question, outcome: Outcome, names: Iterable[str], cited: Sequence[Citation]
) -> str:
    """Why a number of the answer is not supported; empty where all are."""
    bound = [b for s in outcome.solved for b in s.bound.values()]
    figures = {b.figure.id: b.figure for b in bound} | {b.later.id: b.later for b in bound if b.later is not None}
    figures |= {f.id: f for f in outcome.used}
    results = [s.result for s in outcome.solved] + [r for _, r in outcome.ran]
    values = [
        q for r in results for q in (r.value, *(s.result for s in r.steps), *(o for s in r.steps for o in s.operands))
    ]
    values += [Quantity(c) for c in outcome.constants] + [Quantity(c, PERCENT) for c in outcome.constants]
    values += [n for s in outcome.solved for n in _constants(s.program.numbers)]
    allowed = allow(
        question.text,
        figures.values(),
        quotes=[c.quote for c in cited],
        names=names,
        pages=[c.page for c in cited],
        years=[p.year for b in bound if (p := b.item.period) is not None],
        values=values,
    )
    report = check_answer(_unquoted(text, [c.quote for c in cited]), allowed)
    if report.ok:
        return ""
    return f"the number {report.unsupported[0]} of the answer is not supported by a figure or a program"


def _unquoted(text: str, quotes: Iterable[str]) -> str:
    """The text without what it quotes word for word from a cited place: that is evidence, not a claim to check."""
    for quote in sorted(set(quotes), key=len, reverse=True):
        # A quote may hold quotation marks itself.
        text = text.replace(f"“{quote}”", " ")
    return text


def _constants(numbers: Iterable[object]) -> Iterable[Quantity]:
    return [Quantity(n.value) for n in numbers if hasattr(n, "value")]
