"""Follow-ups that take debt net of cash, or count a further line as debt: "less the cash", "and with leases as debt".

"The cash" behind a debt is the cash of the balance sheet, whatever cash flow was spoken of before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from chains.agent.follow_up.leading import not_known
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.turns import Turn
from chains.answers.answer import period_text
from chains.measures.net_of_cash import cash_taken
from chains.measures.phrases import any_of
from chains.measures.phrasing import flatten
from chains.measures.whole_balance import debt_words, names_debt
from chains.planning.plan import measures_of
from chains.questions.company_names import possessive

Ask = Callable[[str, str], Turn]
NO_DEBT = "which debt it is to be counted as is not known; ask for the total debt, the net debt or the net cash first"
_AT_MONTH = re.compile(r"\s+at\s+(?:the\s+)?end\s+of\s+[a-z]+$", re.I)


def net_of(last: Turn, said: Said, ask: Ask) -> Turn | None:
    """A turn that takes the debt before net of cash, or counts a line as debt beside it."""
    if said.named or said.unknown or last.company is None or said.dated or not last.terms or last.operation:
        return None
    name = _AT_MONTH.sub("", last.measured)
    metrics = {m.metric for m in measures_of(last.planned.plan)} if last.planned.plan is not None else set()
    of_debt = "total_debt" in metrics or names_debt(name.split(" minus ")[0])
    core = flatten(said.core).strip(" ?.!,")
    made = ""
    if of_debt and (taken := _taken(core)):
        made = f"{name} minus {' minus '.join(taken)}"
    elif line := _line(core):
        if not (of_debt or metrics & {"net_debt", "net_cash"}):
            return not_known(last, said, NO_DEBT)
        debt, *taken = name.split(" minus ")
        made = f"{name} minus {line}" if "net_cash" in metrics else " minus ".join([f"{debt} plus {line}", *taken])
    if not made:
        return None
    when = period_text([r.period for r in last.periods[-1:]])
    return ask(f"What is {possessive(last.company.short)} {made} in {when}?", said.unit)


def _taken(core: str) -> list[str]:
    lead = any_of(debt_words()["net_of"]["lead"])
    match = re.fullmatch(rf"(?:(?:and|so|now|ok|then|what about|how about|that)\s+)*(?:{lead})\s+(?P<list>.+)", core)
    return cash_taken(match["list"]) if match is not None else []


def _line(core: str) -> str:
    """The line that is to count as debt; "" where none is."""
    for pattern in _treating():
        if (match := pattern.search(core)) is not None:
            line = re.sub(r"^(?:the|its|their|all)\s+", "", match["x"].strip(" ,"))
            return line if 0 < len(line.split()) <= 6 else ""
    return ""


@cache
def _treating() -> tuple[re.Pattern[str], ...]:
    forms = (
        re.escape(t).replace(r"\{x\}", r"(?P<x>.+?)").replace(r"\ ", r"\s+") for t in debt_words()["net_of"]["treat"]
    )
    small = r"(?:(?:hmm|and|so|now|ok|what|if|i|we|you|one|about|how|also)\s+)*"
    return tuple(re.compile(rf"^{small}{form}(?:\s+(?:too|as\s+well|also|instead))*$") for form in forms)
