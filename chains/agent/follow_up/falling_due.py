"""Follow-ups about what falls due: "what portion of it is due within a year", "and all five added up", "and in 2027?".

They are of the debt, or of the schedule, that was spoken of, and of the report that it was read from.
"""

from __future__ import annotations

from collections.abc import Callable

from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.turns import Turn
from chains.formulas.expression import FiscalPeriod
from chains.formulas.trees import items
from chains.planning.due import BEHIND, NAME
from chains.planning.due_words import asks_later, asks_share, kind_of, speaks_of_due, words_asked
from chains.planning.plan import Compute, measures_of
from chains.questions.company_names import possessive

Ask = Callable[[str, str], Turn]


def falling_due(last: Turn, said: Said, ask: Ask) -> Turn | None:
    """A turn that goes on to what falls due of the line item before, or from one schedule to its other years."""
    if said.named or said.unknown or last.company is None:
        return None
    scheduled = last.planned.planner == NAME
    noun, base = _scheduled(last) if scheduled else (last.measured, _time(last))
    if not noun or base is None:
        return None
    core = said.core.strip(" ?.!,")
    years = _years(last) if scheduled else []
    if years and asks_later(core) and not said.dated:
        core = f"what is due after {years[-1]}"  # behind the years that were spoken of
    words = words_asked(core)
    same = kind_of(words | words_asked(noun)) is not None
    if not same and not (scheduled and kind_of(words) is not None):
        return None
    if not speaks_of_due(core, named=scheduled and said.dated):
        if not years or (same and not asks_share(core)):
            return None
        core = f"{core} in {' and '.join(map(str, years))}"
    # Another kind of the same report names itself: "and the finance leases?".
    of = f"of {possessive(last.company.short)} {noun} due" if same else f"that are due, for {last.company.short}"
    turn = ask(f"{core}, {of}, at the end of {base}?", said.unit)
    return turn if turn.planned.planner == NAME and not turn.planned.reading.refusal else None


def _scheduled(last: Turn) -> tuple[str, FiscalPeriod | None]:
    """What a schedule is of, and the period of its report."""
    found = [scope.told for _, scope in last.planned.reading.others if scope.told is not None]
    documents = last.company.documents if last.company is not None else ()
    report = next((d for d in documents if found and d.name == found[0].document), None)
    measures = measures_of(last.planned.plan) if last.planned.plan is not None else ()
    if report is None or report.fiscal_year is None or not measures:
        return "", None
    return items(measures[0].expression)[0].phrase, FiscalPeriod(report.fiscal_year, report.fiscal_quarter)


def _time(last: Turn) -> FiscalPeriod | None:
    return last.periods[-1].period if last.periods else None


def _years(last: Turn) -> list[int]:
    """The years of the schedule that were asked for; none where what comes behind them was."""
    plan = last.planned.plan
    if not isinstance(plan, Compute):
        return []
    found = [i for i in items(plan.measure.expression) if i.scope.startswith("due ")]
    return [i.period.year for i in found if i.period] if all(i.scope != BEHIND for i in found) else []
