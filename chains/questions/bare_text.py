"""What is left of a question without its company and its times: the text that says what is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from chains.measures.balances import says_balance
from chains.questions.directory import Named
from chains.questions.period_words import relative_words
from chains.questions.periods import Asked
from chains.questions.statement_names import statement_remark

_CONNECT = (
    r"(?:(?:\b(?:in|for|of|at|as\s+of|as\s+at|during|from|to|between|and|through|until|since|on|by|over|the|ended|ending|fiscal|financial|years?|quarters?|"
    r"versus|vs|compared\s+(?:to|with)|relative\s+to|than|end|close|beginning|start|its|both|full|months?|within|was\s+in)\b\.?|[-–—,&/(])\s*)*"
)


def bare_text(core: str, named: Sequence[Named], asked: Asked) -> str:
    """The core without the company's name and the periods, and without what ties them in."""
    spans = [span for n in named for span in ((n.start, n.end), *n.also)] + [(m.start, m.end) for m in asked.mentions]
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if start < position:
            continue
        before = core[position:start]
        if any(m.start == start for m in asked.mentions):
            before = re.sub(rf"(?:(?<=\s)|^|(?<=\()){_CONNECT}$", " ", before, flags=re.I) if before.strip() else " "
        pieces.append(before)
        position = end
    pieces.append(core[position:])
    text = " ".join(pieces)
    text = re.sub(r"(^|\s)['’]s?(?=\s|[,.?)]|$)", " ", text)
    text = re.sub(r"\b[A-Z][\w.&]*(?:['’]s)?\s*(?=\(\s*(?:formerly|previously|fka|f/k/a)\b)", " ", text)
    text = re.sub(r"\(\s*(?:formerly|previously|fka|f/k/a|now|also)\b[^)]*\)", " ", text, flags=re.I)
    if asked.mentions:
        # "As of the FY2019 year end": a balance, not "cash at the year's end" of the cash flow statement.
        text = re.sub(
            r"(?:\b(?:as\s+of|at|by|on|for)\s+)?(?:\bthe\s+)?\b(?:fiscal\s+)?year[\s-]?ends?(?!\w)",
            lambda m: m[0] if says_balance(text, m.start(), m.end()) else " ",
            text,
            flags=re.I,
        )
    text = statement_remark().sub(" ", re.sub(r"\(\s*\)", " ", text))
    if asked.latest:
        text = _newest().sub(" ", text)
    if asked.years:
        text = re.sub(
            r"\b(?:over\s+)?(?:the\s+)?(?:last|past|previous|prior|latest|trailing|preceding)?\s*(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)[\s-]+(?:fiscal[\s-]+)?years?\b",
            " ",
            text,
            flags=re.I,
        )
    return " ".join(text.split())


@cache
def _newest() -> re.Pattern[str]:
    """Words for the newest time: "at its latest fiscal year end", "in the most recent quarter", "currently"."""
    lead = (
        r"(?:\b(?:as\s+of|in|for|during|at|of|by)\s+)?(?:\b(?:the|its|their)\s+)?(?:\bend\s+of\s+(?:the|its|their)\s+)?"
    )
    kinds = r"(?:(?:fiscal|financial|reported|balance|available)\s+)*(?:year|quarter|period|date|sheet)"
    unit = rf"(?:\s+{kinds}(?:[\s-]+(?:end|date))?)?"
    return re.compile(rf"{lead}(?<!\w)(?:{relative_words('latest')})(?!\w){unit}(?!\w)", re.I)
