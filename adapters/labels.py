"""The three sentiment labels, and how files spell them: names in several habits, and numbers under a scheme."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

LABELS = ("negative", "neutral", "positive")

Scheme = Mapping[str, str]
"""What numbers mean: {"0": "negative", ...}."""

SCHEMES: Mapping[str, Scheme] = {
    "0/1/2": dict(zip(("0", "1", "2"), LABELS, strict=True)),
    "-1/0/1": dict(zip(("-1", "0", "1"), LABELS, strict=True)),
}
"""The two usual ways to number three sentiments. There are others, so numbers are read only under a scheme."""

_NAMES = {
    "negative": ("negative", "neg", "bearish", "bear"),
    "neutral": ("neutral", "neu", "neut"),
    "positive": ("positive", "pos", "bullish", "bull"),
}
_BY_NAME = {name: label for label, names in _NAMES.items() for name in names}


def parse_label(value: object, scheme: Scheme | None = None) -> str | None:
    """The label that a cell or a model's words spell: one of LABELS, or None where it is none of them.

    Names are read in any case and with their usual short forms; numbers only under `scheme`, which goes first.
    """
    text = _spelled(value)
    if scheme is not None and text in scheme:
        return scheme[text]
    return _BY_NAME.get(text)


def number_scheme(values: Iterable[object]) -> Scheme | None:
    """The scheme by which a column's numbers are labels; None where there is none or more than one.

    All three numbers of a scheme must occur: 0 and 1 alone, or 0 and 2, can mean several things, and their owner must
    say which. A number outside the scheme may occur once, or in one row of twenty: such rows are mistakes.
    """
    numbers = Counter(text for text in map(_spelled, values) if text.removeprefix("-").isdigit())
    fitting = []
    for scheme in SCHEMES.values():
        outside = sum(count for number, count in numbers.items() if number not in scheme)
        if scheme.keys() <= numbers.keys() and (outside <= 1 or 20 * outside <= numbers.total()):
            fitting.append(scheme)
    return fitting[0] if len(fitting) == 1 else None


def is_number(value: object) -> bool:
    """Whether a cell holds a label as a number."""
    return _spelled(value).removeprefix("-").isdigit()


def parse_scheme(text: str) -> Scheme:
    """A scheme as a call spells it: `0=negative,1=positive,2=neutral`.

    Raises ValueError that says what was expected.
    """
    scheme: dict[str, str] = {}
    for part in text.split(","):
        number, _, name = part.partition("=")
        label = _BY_NAME.get(name.strip().lower())
        if not number.strip() or label is None:
            raise ValueError(
                f"{part.strip()!r} is no VALUE=LABEL; expected for example 0=negative,1=neutral,2=positive"
            )
        scheme[_spelled(number)] = label
    return scheme


def _spelled(value: object) -> str:
    """A cell in one spelling: without case and quotation marks, 1.0 and LABEL_1 as 1."""
    if isinstance(value, bool) or value is None:
        return ""
    text = str(value).strip().strip("\"'.").lower().removeprefix("label_")
    head, _, tail = text.partition(".")
    return head if tail and not tail.strip("0") else text
