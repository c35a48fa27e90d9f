"""Sums that a question tells: "free cash flow: A less B", "taking X as A less B, ...", "add A to B. What is left?".

A sum that is told has a name in the question, or is asked for by a word for it ("what is left", "that sum"). `tell`
finds it, takes its words out of what is asked, and leaves the name. It works on a text without the company's name and
without its periods; a sum whose items have periods of their own is `chains.formulas.definitions`' to read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from chains.formulas.definitions import Definition, parsed
from chains.formulas.expression import Binary, Constant, Expression, Operator
from chains.formulas.lexer import Lexicon, grammar_table
from chains.formulas.orders import formulas
from chains.formulas.sums import Known, with_lists
from chains.formulas.told_cues import ASKING, cleaned, cues_in, name_of, told_words
from chains.formulas.trees import as_percent, items, walk
from chains.measures.phrasing import flatten, tidy

MAX_TOLD = 600  # characters; what is longer tells no sum
_SIGNS = re.compile(
    r"[+×÷*/=]|\s[-–−x]\s|\b(?:plus|minus|less|divided|times|multiplied|over|net of|added)\b"
    r"|\b(?:deducting|subtracting|excluding|excl)\b"
    r"|\b(?:sum|total|difference|ratio|quotient|product)\s+(?:of|between)\b",
    re.I,
)
_SCALED = re.compile(r"(?:[x×*]|\btimes|\bmultiplied by)\s*\d{2,3}\b|\b\d{2,3}\s*(?:[x×*/]|\btimes\b)", re.I)
"""A number of days that a formula is scaled by: "stock over cost of sales x 365"."""
_TIMED = re.compile(
    r"\b(?:over|divided by|by|to|/)\s+(?:the\s+|its\s+)?(?:average|mean|avg|opening|beginning|prior)\b", re.I
)
"""A balance that is averaged or is that of the year's beginning, below the line: "net income over average assets"."""
_TAKEN = (
    r"(?:(?:deduct|subtract|pay|take\s+(?:off|away|out)|knock\s+off)(?:ing|ed)?|paying|taking\s+(?:off|away|out))\s+"
)
_LEFT_OF = re.compile(
    r"(?:what|how\s+much)\s+(?:(?:is|was|were|remains|remained)\s+)?(?:left\s+(?:over\s+)?)?of\s+(?P<x>.+?)\s+"
    r"(?:(?:is|was|were|remains|remained)\s+)?(?:left\s+)?(?:over\s+)?(?:after|once|if|when)\s+"
    rf"(?:(?:you|one|we)\s+)?(?:{_TAKEN})?(?P<y>.+)"
)
_EXCEEDS = re.compile(
    r"(?:by\s+)?how\s+much\s+(?:did|does|do)\s+(?P<x>.+?)\s+(?:exceed|surpass|outweigh|top|beat)\s+(?P<y>.+)"
)
_WHAT_COMES = re.compile(
    r"^(?:(?:what|how much)\s+(?:do|does|would|is|are|was|were|comes?|remains?|will)?\s*"
    r"(?:you|one|we|it|that|they|there|left|out)?\s*"
    r"(?:get|have|be|left|come\s+to|out)?\s*(?:over\s+)?(?:if|when|once|after)\s+(?:you|one|we)?\s*)|^(?:what\s+(?:is|was|are|were))\s+",
    re.I,
)
_TOGETHER = re.compile(
    r"[\s,]+(?:added|summed|taken|put|counted)?\s*(?:up|together|combined|in total|in sum)$"
    r"|^(?:both|all of)\s+|\s+(?:added|summed)$",
    re.I,
)
_ANY, _PRINTED, _KNOWN = range(3)
_LONGEST = 90


@dataclass(frozen=True, slots=True)
class Told:
    """`text` is what is asked, with names for the sums that were told; `definitions` the sums by those names."""

    text: str
    definitions: tuple[Definition, ...] = field(default=())


def tell(
    text: str,
    before: str,
    lexicon: Lexicon,
    known: Known,
    measured: Callable[[str], str],
) -> Told | None:
    """The sum that `text` tells, or that `before` (the sentences before it) tells and `text` asks for; None for none.

    `measured` gives the known measure in a phrase that may ask for its growth or average ("" for none).
    """
    if len(text) > MAX_TOLD:
        return None
    for cue in cues_in(text):
        cue = cleaned(cue, measured)
        name = name_of(cue.name, measured)
        if not name or (cue.weak and not known.formed(cue.name)):
            continue
        least = _PRINTED if cue.loose and not cue.weak and measured(cue.name) else _KNOWN if cue.loose else _ANY
        expression = _sum_of(cue.words, lexicon, known, least)
        if expression is not None:
            return Told(cue.text, (_defined(name, cue.words, expression),))
    if (itself := _itself(text, lexicon, known)) is not None:
        return Told(itself.name, (itself,))
    asked = asked_by(text)
    if asked and before:
        for words in _sentences(before):
            expression = _sum_of(words, lexicon, known, _KNOWN)
            if expression is not None:
                return Told(text, (_defined(asked, words, expression),))
    return None


def _defined(name: str, words: str, expression: Expression) -> Definition:
    plain, percent = as_percent(expression)
    unit = "percent" if percent else "days" if _in_days(plain) else ""
    return Definition(name, "", words.strip(" ?.,;"), plain, unit)


def _in_days(expression: Expression) -> bool:
    """Whether a quotient is scaled by the days of a year or of a part of one."""
    held = [n for n in walk(expression) if isinstance(n, Binary)]
    days = {
        n.value for b in held if b.operator is Operator.MULTIPLY for n in (b.left, b.right) if isinstance(n, Constant)
    }
    return any(b.operator is Operator.DIVIDE for b in held) and bool(days & set(map(Decimal, (365, 360, 364, 366))))


def _itself(text: str, lexicon: Lexicon, known: Known) -> Definition | None:
    """A text that is a sum itself, in brackets or orders: "(A + B) / C", "what do you get if you divide A by B"."""
    words = flatten(text)
    if (left := _LEFT_OF.fullmatch(words) or _EXCEEDS.fullmatch(words)) is not None:
        words = f"{left['x']} - ({left['y']})"
    words = re.sub(r"^(?:(?:for|at|in|of|by)\b)?[\s,:;]+", "", _WHAT_COMES.sub("", words))
    listed = re.search(r",.*\b(?:and|&)\s", words) and _SIGNS.search(words)
    scaled = _SCALED.search(words) and len(_SIGNS.findall(words)) > 1
    timed = _TIMED.search(words) and _SIGNS.search(words)
    bracketed = re.search(r"\(.*[-+*/×÷].*\)|[-+*/×÷]\s*\(", words)
    if not listed and not scaled and not timed and not bracketed and not any(formulas(words)):
        return None
    expression = _sum_of(words, lexicon, known, _KNOWN)
    return _defined(tidy(words), words, expression) if expression is not None else None


def asked_by(text: str) -> str:
    """The words by which a question asks for a sum told before; "" where it does not."""
    flat = re.sub(r"\bwhat's\b", "what is", flatten(text)).strip(" .,")
    flat = re.sub(r"^(?:and|so|then)\s+", "", flat)
    if re.sub(r"\s+(?:then|now|in total|overall|for|in|at|of)$", "", flat) in grammar_table()["told"]["asks"]:
        return flatten(text)
    match = re.search(rf"\b(?:that|this)\s+(?:{told_words('nouns')})(?!\s+of\b)(?![\w-])", flat, re.I)
    return match[0] if match else ""


def _sentences(text: str) -> Iterator[str]:
    """The parts of a text that may be a sum: behind a colon, or whole."""
    for sentence in re.split(r"(?<=[.?!;])\s+|\n", text):
        whole = re.sub(r"^(?:for|at|in|of)?[\s,]*(?=\w)", "", sentence.strip(" .?!;,:"), flags=re.I)
        if ":" in whole:
            yield whole.rpartition(":")[2].strip()
        yield whole


def _sum_of(words: str, lexicon: Lexicon, known: Known, least: int) -> Expression | None:
    """The sum that words tell; None where they tell none. `least` says how well its items have to be known."""
    words = words.strip(" ,.;:?")
    if not 3 <= len(words) <= MAX_TOLD or ASKING.match(words):
        return None
    options = list(formulas(words))
    if (listed := _TOGETHER.sub("", words)) != words or "," in words:
        options.append(listed)
    elif not options and _SIGNS.search(words):
        options.append(words)
    read = [e for o in options if (e := _parsed(o, lexicon, known)) is not None]
    surely = [e for e in read if all(known.item(i.phrase) for i in items(e))]
    if surely or least == _KNOWN:
        return surely[0] if surely else None
    if least == _PRINTED:
        read = [e for e in read if _half_known(e, known)]
    return read[0] if len(read) == 1 else None


def _half_known(expression: Expression, known: Known) -> bool:
    """Whether one item at least is a known one, and the others are lines of the filings."""
    phrases = [i.phrase for i in items(expression)]
    return any(map(known.item, phrases)) and all(known.item(p) or known.printed(p) for p in phrases)


def _parsed(formula: str, lexicon: Lexicon, known: Known) -> Expression | None:
    expression = parsed(formula, lexicon, whole=True)
    if expression is None:
        return None
    expression = with_lists(expression, lexicon, known)
    sums = [n for n in walk(expression) if isinstance(n, Binary)]
    # "Revenue less revenue" comes of two times that were taken out of it.
    same = any(n.left == n.right and not isinstance(n.left, Constant) for n in sums)
    long = any(len(i.phrase) > _LONGEST for i in items(expression))
    return None if not sums or len(items(expression)) < 2 or same or long else expression
