"""Replay the programs of answers against the ledger, offline, and compare with what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Protocol

from chains.answers.program import execute, parse_program
from chains.answers.solve import quantity
from chains.errors import ProgramError
from chains.formulas.units import Quantity
from ingest.schema import Figure

_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}


class Verdict(StrEnum):
    """What the replay found."""

    SAME = "same"
    RUNS = "run without a value to compare"
    DIFFERENT = "different"
    FAILED = "failed"
    NOTHING = "nothing to replay"


class Figures(Protocol):
    """The part of the ledger that is needed here."""

    def figure(self, figure_id: str, /) -> Figure | None: ...


@dataclass(frozen=True, slots=True)
class Verified:
    """One answer's replay: what was answered, what came out, and a line about it."""

    id: str
    verdict: Verdict
    answered: Decimal | None
    replayed: Decimal | None
    message: str

    @property
    def ok(self) -> bool:
        return self.verdict in (Verdict.SAME, Verdict.RUNS, Verdict.NOTHING)


def verify(answers: Iterable[Mapping[str, Any]], ledger: Figures) -> Iterator[Verified]:
    """Replay each answer record (`Answer.record()`, one line of answers.jsonl).

    An answer with programs ("; " between them) and no value is run for its figures' sake: every program must run, and
    the verdict says that nothing was compared. A value must come out again to the places that it was given in.
    Nothing here raises for a bad record.
    """
    for record in answers:
        yield _verify(record, ledger)


def _verify(record: Mapping[str, Any], ledger: Figures) -> Verified:
    name = str(record.get("id", ""))
    text = str(record.get("program") or "")
    try:
        answered = None if record.get("value") is None else Decimal(str(record["value"]))
    except InvalidOperation:
        return Verified(name, Verdict.FAILED, None, None, f"the value {record['value']!r} is no number")
    cited = [c.get("figure") for c in record.get("citations") or () if isinstance(c, Mapping)]
    lost = [f for f in cited if f and ledger.figure(f) is None]
    if lost:
        return Verified(
            name, Verdict.FAILED, answered, None, f"figure {lost[0]} is not in the library; ingest its document"
        )
    if not text:
        if answered is not None:
            return Verified(name, Verdict.FAILED, answered, None, "there is a value but no program that gives it")
        return Verified(name, Verdict.NOTHING, None, None, "no program")
    try:
        results = [execute(parse_program(part), lambda f: _quantity(ledger, f)).value for part in text.split("; ")]
    except ProgramError as error:
        return Verified(name, Verdict.FAILED, answered, None, str(error))
    if answered is None:
        return Verified(name, Verdict.RUNS, None, None, f"{len(results)} programs run, with no value to compare")
    unit = str(record.get("unit") or "")
    replays = [in_unit(r, unit) for r in results]
    places = max(0, -int(answered.as_tuple().exponent))
    # A value without trailing zeros was rounded to these places or more; half of the last one may be missing.
    slack = Decimal(1).scaleb(-places) / 2
    same = next((r for r in replays if abs(r - answered) <= slack), None)
    if same is not None:
        return Verified(name, Verdict.SAME, answered, same, "the program gives the value")
    return Verified(
        name,
        Verdict.DIFFERENT,
        answered,
        replays[0],
        f"answered {answered}, but the program gives {replays[0]:f} {unit}",
    )


def _quantity(ledger: Figures, name: str) -> Quantity | None:
    figure = ledger.figure(name)
    return None if figure is None else quantity(figure)


def in_unit(value: Quantity, unit: str) -> Decimal:
    """A quantity as a number of the answer's unit: "percent", "USD millions", "days", ..."""
    number = value.value
    if unit in ("percent", "percentage points", "basis points"):
        number = number if value.unit == "percent" else number * 100
        return number * 100 if unit == "basis points" else number
    for word, scale in _SCALES.items():
        if word in unit:
            return number.scaleb(-scale)
    return number


__all__ = ["Verdict", "Verified", "in_unit", "verify"]
