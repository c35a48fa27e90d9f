"""BLEU-4 and ROUGE-L: how near words are to the words that were wanted, as fractions of 1."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|\w+|[^\w\s]")
_LONGEST_GRAM = 4
_MOST_TOKENS = 2000


def tokens(text: str) -> list[str]:
    """Words, numbers and signs of a text, case kept; of a longer text the first 2,000."""
    return _TOKEN.findall(text)[:_MOST_TOKENS]


def bleu(said: Sequence[str], gold: Sequence[str]) -> float | None:
    """BLEU-4 of n texts against one reference each, over all of them together; None without any.

    The geometric mean of the clipped 1- to 4-gram precisions, times the brevity penalty (Papineni et al., ACL 2002).
    An order without a match counts as half of one, the next such as a quarter, and so on ("exp" smoothing, sacreBLEU's
    default; Chen and Cherry, WMT 2014). Texts that have no 4-gram at all are measured up to the longest that they have.
    """
    if not gold:
        return None
    matches, totals, ours, theirs = [0] * _LONGEST_GRAM, [0] * _LONGEST_GRAM, 0, 0
    for one, other in zip(said, gold, strict=True):
        first, second = tokens(one), tokens(other)
        ours, theirs = ours + len(first), theirs + len(second)
        for order in range(_LONGEST_GRAM):
            have, want = _grams(first, order + 1), _grams(second, order + 1)
            matches[order] += (have & want).total()
            totals[order] += have.total()
    if not matches[0]:
        return 0.0
    logs, smooth = [], 1.0
    for match, total in zip(matches, totals, strict=True):
        if not total:
            break
        if not match:
            smooth *= 2
        logs.append(math.log((match or 1 / smooth) / total))
    return math.exp(min(0.0, 1 - theirs / ours) + sum(logs) / len(logs))


def rouge_l(said: str, gold: str) -> float:
    """F1 of the longest common subsequence of the words, whatever their case (Lin, "ROUGE", 2004; beta is 1)."""
    first, second = tokens(said.lower()), tokens(gold.lower())
    common = _common_subsequence(first, second)
    return 2 * common / (len(first) + len(second)) if common else 0.0


def _grams(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[start : start + order]) for start in range(len(words) - order + 1))


def _common_subsequence(first: Sequence[str], second: Sequence[str]) -> int:
    row = [0] * (len(second) + 1)
    for word in first:
        before = 0  # the cell above and to the left
        for place, other in enumerate(second, start=1):
            above = row[place]
            row[place] = before + 1 if word == other else max(above, row[place - 1])
            before = above
    return row[-1]
