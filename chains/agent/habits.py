"""Habits: what a note means, read by the forms of habits.toml.

    "when I say leverage I mean total debt over EBITDA"   -> Preferred("leverage", "total debt over EBITDA")
    "our fiscal year starts in July"                      -> FiscalYear(month=6)
    "my default company is Larkmoor"                      -> DefaultCompany("Larkmoor")
    "always answer in millions"                           -> DefaultUnit("millions")

A form alone is not believed: a definition must have a formula that can be read, a month must be one, a unit must be
one. What a company is, only the library knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from chains.agent.notes import Note
from chains.formulas.definitions import find_definitions
from chains.questions.answer_form import OutputUnit, find_unit
from chains.tables import read_table

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Preferred:
    """What a name stands for: a formula in words, as a question may define it."""

    note: str
    name: str
    formula: str


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A year means the fiscal year that ended in `month` (1 to 12), `later` years after it."""

    note: str
    month: int
    later: int = 0


@dataclass(frozen=True, slots=True)
class DefaultCompany:
    """The company of a question that names none."""

    note: str
    name: str


@dataclass(frozen=True, slots=True)
class DefaultUnit:
    """What money and shares are shown in where the question does not say."""

    note: str
    unit: str


Habit = Preferred | FiscalYear | DefaultCompany | DefaultUnit

_SLOTS = {
    "name": r"(?P<name>[^=:;?]{2,60}?)",
    "formula": r"(?P<formula>.{3,300}?)",
    "said": r"(?:the year |fiscal |fy ?)?(?P<said>(?:19|20)\d\d)",
    "ended": r"(?P<ended>(?:19|20)\d\d)",
    "month": r"(?P<month>[a-z]{3,9})\.?(?: \d{1,2}(?:st|nd|rd|th)?,?)?",
    "starts": r"(?P<starts>[a-z]{3,9})\.?(?: \d{1,2}(?:st|nd|rd|th)?)?",
    "company": r"(?P<company>.{2,80}?)",
    "unit": r"(?P<unit>.{3,40}?)",
}
_TOKEN = re.compile(r"\{(?P<slot>\w+)\}|\[(?P<perhaps>[^\]]*)\]|\((?P<either>[^)]*)\)|(?P<space>\s+)|(?P<other>.)")


def habit_of(note: Note) -> Habit | None:
    """What a note means; None where it is none of the habits that are known."""
    return _read(note.text)


def habits_of(notes: Sequence[Note]) -> list[Habit]:
    """The habits among notes. Of several about the same thing the newest holds."""
    kept: dict[tuple[Any, ...], Habit] = {}
    for note in notes:
        habit = _read(note.text)
        if habit is not None:
            key = (type(habit), habit.name.lower()) if isinstance(habit, Preferred) else (type(habit),)
            kept.pop(key, None)
            kept[key] = habit
    return list(kept.values())


@lru_cache(maxsize=1024)
def _read(text: str) -> Habit | None:
    said = _bare(text)
    for kind, pattern in _forms():
        match = pattern.fullmatch(said)
        habit = _habit(kind, match.groupdict(), text) if match is not None else None
        if habit is not None:
            return habit
    return None


def _habit(kind: str, slots: dict[str, str | None], note: str) -> Habit | None:
    found = {key: value.strip(" ,.'\"“”‘’") for key, value in slots.items() if value is not None}
    match kind:
        case "definition":
            return _preferred(found["name"], found["formula"], note)
        case "fiscal_year":
            month = _month(found["month"]) if "month" in found else (_month(found["starts"]) - 2) % 12 + 1
            if not month or ("starts" in found and not _month(found["starts"])):
                return None
            later = int(found["ended"]) - int(found["said"]) if "said" in found else 0
            return FiscalYear(note, month, later) if abs(later) <= 1 else None
        case "company":
            return DefaultCompany(note, found["company"])
        case _:
            unit = find_unit(f"Answer in {found['unit']}.")
            known = unit != OutputUnit() and (unit.scale is not None or unit.currency)
            return DefaultUnit(note, found["unit"]) if known else None


def _preferred(name: str, formula: str, note: str) -> Preferred | None:
    """A definition, where a question that held it would be understood."""
    read = [d for d in find_definitions(f"What was it? {_sentence(name, formula)}") if d.expression is not None]
    if not any(d.name.lower() == name.lower() or d.abbreviation.lower() == name.lower() for d in read):
        return None
    return Preferred(note, name, formula)


def defining(habit: Preferred) -> str:
    """The sentence that makes a question define what the habit defines."""
    return _sentence(habit.name, habit.formula)


def _sentence(name: str, formula: str) -> str:
    return f"{name[:1].upper()}{name[1:]} is defined as {formula}."


def _month(text: str) -> int:
    """The number of a month, of three letters or more; 0 where it is none."""
    return next((n for n, month in enumerate(MONTHS, 1) if month.lower().startswith(text.lower().rstrip("."))), 0)


def _bare(text: str) -> str:
    """A note without the words around what it says; its own upper and lower case is kept."""
    said = " ".join(text.replace("’", "'").split()).strip(" .!")
    openings, closings = (sorted(_table()[key]["words"], key=len, reverse=True) for key in ("opening", "closing"))
    changed = True
    while changed:
        changed = False
        for word in openings:
            if said.lower().startswith(f"{word} "):
                said, changed = said[len(word) :].lstrip(" ,:"), True
                break
        for word in closings:
            if said.lower().endswith(f" {word}"):
                said, changed = said[: -len(word)].rstrip(" ,"), True
                break
    return said


def _table() -> dict[str, Any]:
    return read_table("habits.toml", "chains.agent")


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The forms as patterns. Habits with narrow slots come before definitions, whose formula may be any words."""
    order = ("fiscal_year", "company", "unit", "definition")
    return tuple((kind, _pattern(form)) for kind in order for form in _table()[kind]["forms"])


def _pattern(form: str) -> re.Pattern[str]:
    return re.compile("".join(_parts(form)), re.IGNORECASE)


def _parts(form: str) -> Iterator[str]:
    for match in _TOKEN.finditer(form):
        if match["slot"] is not None:
            yield _SLOTS[match["slot"]]
        elif match["perhaps"] is not None:
            yield f"(?:{'|'.join(_escaped(one) for one in match['perhaps'].split('|'))})?"
        elif match["either"] is not None:
            yield f"(?:{'|'.join(_escaped(one) for one in match['either'].split('|'))})"
        else:
            yield r"\s+" if match["space"] is not None else re.escape(match["other"])


def _escaped(words: str) -> str:
    return r"\s+".join(re.escape(word) for word in re.split(r"\s+", words))
