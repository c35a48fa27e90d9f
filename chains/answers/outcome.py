"""What carrying out a plan gave: the sentence, the value where there is one, what was solved, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chains.answers.answer import Citation, Shown, period_text
from chains.answers.program import Program, Result
from chains.answers.solve import Failed, Solved
from chains.formulas.expression import FiscalPeriod
from chains.planning.plan import Measure
from ingest.schema import Figure

Solve = Callable[[Measure, FiscalPeriod | None], Solved | Failed]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What carrying out a plan gave. `text` is empty and `reason` says why where it could not be done.

    `used` are figures that the text or a program of `ran` rests on beside those of `solved`. `planner` names who
    planned it, where several could have.
    """

    text: str = ""
    shown: Shown | None = None
    solved: tuple[Solved, ...] = ()
    certainty: float = 0.0
    reason: str = ""
    nearest: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    ran: tuple[tuple[Program, Result], ...] = ()
    constants: tuple[Decimal, ...] = ()
    used: tuple[Figure, ...] = ()
    planner: str = ""

    @property
    def programs(self) -> tuple[str, ...]:
        """All programs that were run, each once."""
        return tuple(dict.fromkeys((*(str(s.program) for s in self.solved), *(str(p) for p, _ in self.ran))))


def failed_outcome(failed: Failed) -> Outcome:
    """What says why a measure could not be solved."""
    return Outcome(reason=failed.reason, nearest=failed.nearest)


def unit_remark(figures: Sequence[Figure], scale: int) -> str:
    """ " (in USD millions)", where all figures are of one currency and the scale has a word."""
    words = {3: "thousands", 6: "millions", 9: "billions"}
    money = {f.unit for f in figures if len(f.unit) == 3 and f.unit.isupper()}
    return f" (in {money.pop()} {words[scale]})" if len(money) == 1 and scale in words else ""


def time_of(solved: Solved) -> str:
    """The time that a solved measure is of, in words."""
    return period_text((solved.period,) if solved.period is not None else (), solved.bound)


def notes_of(solved: Iterable[Solved]) -> tuple[str, ...]:
    """The notes of all that was solved, each once."""
    return tuple(dict.fromkeys(n for s in solved for n in s.notes))
