"""One answer against the row that it answers: everything that is counted of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from adapters.report_qa.forms import Answered, Example, Kind
from adapters.report_qa.programs import said_value
from adapters.training.report_qa.metrics import (
    Answer,
    aligned_f1,
    executes_to,
    gold_parts,
    number_of,
    same_as_known,
    tatqa_scores,
    truth_of,
)
from adapters.training.report_qa.prose import rouge_l

NUMBER, YES_NO, SPAN, SPANS, UNANSWERABLE = "number", "yes-no", "span", "multi-span", "unanswerable"
"""Answer types of rows whose data names none."""


@dataclass(frozen=True, slots=True)
class RowScore:
    """What one answer is worth. `exact_match`, `f1`, `aligned_f1` and `rouge_l` are from 0 to 1.

    None is what does not apply: `executed` without a number in the gold answer, `program` without a known program,
    `scale` in data without scales, `rouge_l` (and the texts of BLEU, `words`) where the answer is no words. `right` is
    what confidence is measured against: TAT-QA's exact match, or FinQA's execution in data without scales.
    """

    answer_type: str
    answer_from: str
    refused: bool
    exact_match: float
    f1: float
    aligned_f1: float
    executed: bool | None
    program: bool | None
    scale: bool | None
    words: tuple[str, str] | None
    rouge_l: float | None

    @property
    def right(self) -> bool:
        return self.exact_match == 1.0


def is_scored(example: Example) -> bool:
    """Whether a row states an answer to compare with, or that there is none to be found in its evidence."""
    return bool(gold_parts(example.gold)) or is_unanswerable(example)


def is_unanswerable(example: Example) -> bool:
    """Whether a row says that its evidence does not answer its question."""
    if example.gold is not None or example.answer_type not in ("", "refused", UNANSWERABLE):
        return False  # a row of a test whose answers are withheld may name the type of its answer
    return any(one.kind is Kind.REFUSAL for one in example.solutions)


def score_row(example: Example, said: Answered) -> RowScore:
    """Compare an answer with its row, which has one (`is_scored`).

    A row with a scale or an answer type is TAT-QA's: exact match and F1 are those of its script. Any other is FinQA's:
    if its answer is a number or yes or no, both are 1 where the program executes to it and 0 elsewhere. Of a row that
    is unanswerable both are 1 for a refusal, as in SQuAD 2.0 (Rajpurkar et al., ACL 2018).
    """
    refused = said.solution.kind is Kind.REFUSAL
    if example.gold is None:
        right = float(refused)
        return RowScore(UNANSWERABLE, "", refused, right, right, right, None, None, None, None, None)
    executed = _executed(example, said)
    if executed is not None and not _is_tatqa(example):
        exact = f1 = aligned = float(executed)
    else:
        parts = () if refused else answer_parts(said)
        exact, f1 = tatqa_scores(parts, said.solution.scale, example.gold, example.scale)
        aligned = aligned_f1(parts, said.solution.scale, example.gold, example.scale)
    words = _words(example, said)
    return RowScore(
        answer_type=example.answer_type or type_of(example),
        answer_from=example.answer_from,
        refused=refused,
        exact_match=exact,
        f1=f1,
        aligned_f1=aligned,
        executed=executed,
        program=_program(example, said),
        scale=not refused and said.solution.scale == example.scale if _is_tatqa(example) else None,
        words=words,
        rouge_l=None if words is None else rouge_l(*words),
    )


def answer_parts(said: Answered, scale: str | None = None) -> tuple[Answer, ...]:
    """What is answered, as TAT-QA compares it: the texts of spans, else the number as said, or whether it is so.

    With `scale` a number is said in that scale, whichever the model chose.
    """
    if said.solution.kind is Kind.SPANS:
        return said.texts
    if isinstance(said.value, bool):
        return (said.value,)
    value = said.said
    if scale is not None and scale != said.solution.scale:
        value = said_value(replace(said.solution, scale=scale), said.candidates)
    return () if value is None else (value,)


def type_of(example: Example) -> str:
    """The answer type of a row whose data names none."""
    if isinstance(example.gold, Decimal):
        return NUMBER
    if truth_of(example.gold) is not None:
        return YES_NO
    return SPAN if len(gold_parts(example.gold)) == 1 else SPANS


def _is_tatqa(example: Example) -> bool:
    return bool(example.scale or example.answer_type)


def _executed(example: Example, said: Answered) -> bool | None:
    """Execution accuracy: in FinQA's way, or in TAT-QA's with the row's own scale, so that the number alone counts."""
    assert example.gold is not None
    truth = truth_of(example.gold)
    numeric = isinstance(example.gold, Decimal) or (len(example.gold) == 1 and number_of(example.gold[0]) is not None)
    if not numeric and truth is None:
        return None
    if said.solution.kind is Kind.REFUSAL:
        return False
    if truth is not None or (isinstance(example.gold, Decimal) and not _is_tatqa(example)):
        return executes_to(said.value, example.gold)
    return tatqa_scores(answer_parts(said, example.scale), example.scale, example.gold, example.scale)[0] == 1.0


def _program(example: Example, said: Answered) -> bool | None:
    """Program accuracy, where the data states a program; one that no solution can express is never matched."""
    if not example.program or (not isinstance(example.gold, Decimal) and truth_of(example.gold) is None):
        return None
    if example.solutions and all(one.kind is not Kind.PROGRAM for one in example.solutions):
        return None
    return same_as_known(said, example.solutions, example.evidence)


def _words(example: Example, said: Answered) -> tuple[str, str] | None:
    """Answer and gold answer as running text, where the gold answer is words."""
    if isinstance(example.gold, Decimal) or truth_of(example.gold) is not None:
        return None
    parts = [str(one) for one in gold_parts(example.gold)]
    if all(number_of(one) is not None for one in parts):
        return None
    offered = () if said.solution.kind is Kind.REFUSAL else answer_parts(said)
    return " ".join(_printed(one) for one in offered), " ".join(parts)


def _printed(answer: Answer) -> str:
    if isinstance(answer, bool):
        return "yes" if answer else "no"
    return f"{answer:f}" if isinstance(answer, Decimal) else answer
