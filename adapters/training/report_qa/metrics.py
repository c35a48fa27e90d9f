"""When an answer is right: FinQA's execution accuracy, TAT-QA's exact match and F1 with scale, program accuracy.

Each follows the script that the data set's authors publish results with, so that numbers can be compared: Chen et al.,
"FinQA: A Dataset of Numerical Reasoning over Financial Data", EMNLP 2021 (evaluate.py); Zhu et al., "TAT-QA: A Question
Answering Benchmark on a Hybrid of Tabular and Textual Content in Finance", ACL 2021 (tatqa_metric.py), whose F1 is that
of Dua et al., "DROP", NAACL 2019.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Answered, Candidate, Evidence, Kind, Point, Solution, Step
from adapters.report_qa.programs import same_program

Answer = Decimal | bool | str
"""A number that was computed, a comparison, or words (perhaps a number) as printed."""

FINQA_DIGITS = 5
_SAID_DIGITS, _WHOLE_DIGITS = 2, 4
_YES, _NO = frozenset(("yes", "true")), frozenset(("no", "false"))
_POWERS = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "percent": 1e-2}
_LONGEST = 80  # characters of a number
_NUMBER = re.compile(
    r"(?P<open>\()?\s*(?P<minus>[-+\u2212\u2013])?\s*[$\u20ac\u00a3\u00a5]?\s*(?P<open2>\()?\s*(?P<minus2>[-\u2212])?\s*"
    r"(?P<digits>\d[\d,]*(?:\.\d*)?|\.\d+)\s*(?P<sign>%)?\s*(?P<close>\))?\s*(?P<sign2>%)?"
    r"(?:\s*(?P<scale>hundred|thousand|million|billion|percent))?\s*\)?",
    re.IGNORECASE,
)
_ARTICLES = frozenset(("a", "an", "the"))
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def executes_to(value: Decimal | bool | None, gold: Decimal | Sequence[str]) -> bool:
    """FinQA's execution accuracy of one row: whether what a program comes to is the answer.

    Numbers are equal once both are rounded to five digits behind the point, percentages being fractions; a comparison
    is right where `gold` is "yes" or "no" accordingly (ConvFinQA writes True and False).
    """
    if isinstance(gold, Decimal):
        return isinstance(value, Decimal) and _rounded(value, FINQA_DIGITS) == _rounded(gold, FINQA_DIGITS)
    truth = truth_of(gold)
    return truth is not None and isinstance(value, bool) and value is truth


def truth_of(gold: Decimal | Sequence[str] | None) -> bool | None:
    """What a gold answer of yes or no means, None for any other."""
    if gold is None or isinstance(gold, Decimal) or len(gold) != 1:
        return None
    said = gold[0].strip().casefold()
    return True if said in _YES else False if said in _NO else None


def number_of(text: str) -> tuple[float, bool] | None:
    """The number that a whole text is, its scale word multiplied out, and whether in percent (then as a fraction).

    A minus sign or brackets make it negative; currency signs and commas are passed over. None where it is words.
    """
    match = _NUMBER.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        return None
    value = float(match["digits"].replace(",", ""))
    bracketed = (match["open"] or match["open2"]) and ")" in text
    negative = match["minus"] in ("-", "\u2212", "\u2013") or match["minus2"] or bracketed
    scale = (match["scale"] or "").lower()
    percent = bool(match["sign"] or match["sign2"]) or scale == "percent"
    value *= 1e-2 if percent else _POWERS.get(scale, 1.0)
    return (-value if negative else value), percent


def tatqa_scores(
    said: Sequence[Answer], scale: str, gold: Decimal | Sequence[str], gold_scale: str
) -> tuple[float, float]:
    """TAT-QA's exact match and F1 of one answer, each from 0 to 1; an empty answer has 0 and 0.

    A number is rounded to two digits and multiplied by its scale (12.3 million is 12,300,000; percent divides by 100),
    a printed % sign standing for the scale; then four digits count. So the scale must be right, unless number and
    scale together come to the same: a lone number without a scale may be the fraction of a gold percentage. Words are
    lower-cased, without punctuation and articles, and followed by the scale if there is one. Several spans are sorted
    and joined, and F1 is that of the two sets of words; that of a number (arithmetic, count) is its exact match.
    """
    if not said or not gold_parts(gold):
        return 0.0, 0.0
    wanted = _joined([canonical(one, gold_scale) for one in gold_parts(gold)])
    offered = [_joined([canonical(one, scale) for one in said])]
    lone = _lone_number(said, scale)
    if lone is not None:
        offered.append(lone)
    exact = float(wanted in offered)
    if isinstance(gold, Decimal):
        return exact, exact
    return exact, max(_overlap(one, wanted) for one in offered)


def aligned_f1(said: Sequence[Answer], scale: str, gold: Decimal | Sequence[str], gold_scale: str) -> float:
    """F1 with each span by itself, as DROP has it: the best one-to-one pairing, its mean over the longer list.

    TAT-QA's paper describes this and its script joins the spans first; it differs for several spans only.
    """
    from scipy.optimize import linear_sum_assignment

    parts = gold_parts(gold)
    if not said or not parts:
        return 0.0
    if isinstance(gold, Decimal) or len(said) == 1 == len(parts):
        return tatqa_scores(said, scale, gold, gold_scale)[1]
    offered, wanted = [canonical(one, scale) for one in said], [canonical(one, gold_scale) for one in parts]
    scores = [[_overlap(one, other) for one in offered] for other in wanted]
    rows, columns = linear_sum_assignment(scores, maximize=True)
    paired = sum(scores[row][column] for row, column in zip(rows.tolist(), columns.tolist(), strict=True))
    return float(paired) / max(len(said), len(parts))


def gold_parts(gold: Decimal | Sequence[str] | None) -> tuple[Answer, ...]:
    """A gold answer as its parts: one number, or the texts that are not empty."""
    if gold is None:
        return ()
    return (gold,) if isinstance(gold, Decimal) else tuple(one for one in gold if one.strip())


def canonical(answer: Answer, scale: str) -> str:
    """An answer in its scale as TAT-QA compares it: a number with four digits, or words."""
    if isinstance(answer, bool):
        answer = "yes" if answer else "no"
    if isinstance(answer, Decimal):
        return _scaled(float(answer), scale)
    number = number_of(answer)
    if number is None:
        return " ".join([*_words(answer), *([scale] if scale else [])])
    value, percent = number
    return _written(value) if percent else _scaled(value, scale)


def same_as_known(said: Answered, known: Sequence[Solution], evidence: Evidence) -> bool:
    """FinQA's program accuracy of one row: whether a program computes the same as one of the `known` ones.

    The points of `known` are indices into `candidates_of(evidence)`.
    """
    candidates, solution = candidates_of(evidence), said.solution
    if said.candidates != candidates:  # the model was shown a part of the evidence
        solution = _moved(solution, len(candidates))
        candidates = (*candidates, *said.candidates)
    return any(one.kind is Kind.PROGRAM and _same(solution, one, candidates) for one in known)


def _same(solution: Solution, known: Solution, candidates: Sequence[Candidate]) -> bool:
    return solution.kind is known.kind and same_program(solution, known, candidates)


def _moved(solution: Solution, by: int) -> Solution:
    """A solution whose candidates stand `by` places further behind."""
    steps = tuple(
        Step(step.operation, tuple(Point(one.index + by) if isinstance(one, Point) else one for one in step.operands))
        for step in solution.steps
    )
    picked = tuple(Point(one.index + by) if isinstance(one, Point) else one for one in solution.picked)
    return replace(solution, steps=steps, picked=picked)


def _scaled(value: float, scale: str) -> str:
    return _written(round(value, _SAID_DIGITS) * _POWERS.get(scale, 1.0) if math.isfinite(value) else value)


def _written(value: float) -> str:
    return f"{round(value, _WHOLE_DIGITS) + 0.0:.{_WHOLE_DIGITS}f}"  # + 0.0: there is no minus zero


def _rounded(value: Decimal, digits: int) -> float:
    number = float(value)
    return round(number, digits) + 0.0 if math.isfinite(number) else number


def _lone_number(said: Sequence[Answer], scale: str) -> str | None:
    """The only number of an answer without scale and % sign, with four digits: the fraction that 23.42 % may be."""
    if len(said) != 1 or scale or isinstance(said[0], bool):
        return None
    if isinstance(said[0], Decimal):
        return _written(float(said[0]))
    number = number_of(said[0])
    return None if number is None or number[1] else _written(number[0])


def _words(text: str) -> list[str]:
    """The words of a text as they are compared; a word that is a number is written as one."""
    words = []
    for word in text.lower().split():
        number = number_of(word)
        plain = word.translate(_NO_PUNCTUATION) if number is None else _written(number[0])
        if plain and plain not in _ARTICLES:
            words.append(plain)
    return words


def _joined(parts: Sequence[str]) -> str:
    return " ".join(sorted(parts))


def _overlap(said: str, gold: str) -> float:
    """F1 of the words of two texts as sets."""
    ours, theirs = set(said.split()), set(gold.split())
    common = len(ours & theirs)
    precision = common / len(ours) if ours else 1.0
    recall = common / len(theirs) if theirs else 1.0
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
