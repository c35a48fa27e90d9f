"""What fills the slots of sentence forms: names, amounts and times, drawn so that they fit each other."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any

_FIRST_YEAR, _LAST_YEAR = 2004, 2026
_LEGAL_FORM, _TRADE = 0.4, 0.5  # the shares of companies that have one


@cache
def _tables() -> dict[str, Any]:
    path = resources.files("adapters.training.news").joinpath("slots.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def slot_kinds() -> frozenset[str]:
    """The names of all slots, without the digits that tell several of a kind apart."""
    lists = {name for name in _tables()["lists"] if not name.endswith("_name")}
    return frozenset(lists | _MAKERS.keys())


class Draw:
    """The slots of one sentence. A slot that is asked for twice is the same; `more` and `less` of a number fit."""

    def __init__(self, draw: random.Random) -> None:
        self._draw = draw
        self.drawn: dict[str, str] = {}
        tables = _tables()
        self._money = draw.choice(tables["money"])
        self._places = draw.choice(self._money["places"])
        self._least = 0.4 if self._places else 4.0  # amounts printed without decimals must not round to nothing
        self._share = draw.choice(tables["share"])["text"]
        self._percent = draw.choice(tables["percent"]["forms"])
        self._period = draw.choice(tables["periods"]["forms"])
        self._year = draw.randint(_FIRST_YEAR, _LAST_YEAR)

    def __getitem__(self, slot: str) -> str:
        if slot not in self.drawn:
            kind = slot.rstrip("0123456789")
            made = self._made(kind, slot[len(kind) :])
            for _ in range(9):  # company2 is another company
                if made not in self.drawn.values():
                    break
                made = self._made(kind, slot[len(kind) :])
            self.drawn[slot] = made
        return self.drawn[slot]

    def _made(self, kind: str, number: str) -> str:
        if kind in _MAKERS:
            return _MAKERS[kind](self, number)
        return str(self._draw.choice(_tables()["lists"][kind]))

    def company(self, number: str) -> str:
        parts = _tables()["company"]
        draw = self._draw
        name = draw.choice(parts["start"]) + draw.choice(parts["end"])
        if draw.random() < _TRADE:
            name += " " + draw.choice(parts["trade"])
        if draw.random() < _LEGAL_FORM:
            name += " " + draw.choice(parts["form"])
        return str(name)

    def ticker(self, number: str) -> str:
        """The ticker symbol of the company with the same number."""
        letters = [c for c in self[f"company{number}"].upper() if c.isalpha()]
        symbol = letters[0] + "".join([c for c in letters[1:] if c not in "AEIOU"][: self._draw.randint(2, 3)])
        return f"${symbol}"

    def person(self, number: str) -> str:
        lists = _tables()["lists"]
        return f"{self._draw.choice(lists['first_name'])} {self._draw.choice(lists['last_name'])}"

    def pair(self, number: str, kind: str, low: float, high: float, written: Callable[[float], str]) -> None:
        """Draw a greater and a smaller number of a kind; as printed they differ."""
        low = low if kind else self._least
        while True:
            less = low * (high / low) ** self._draw.random()
            more = less * self._draw.choice((1.03, 1.08, 1.15, 1.3, 1.6, 2.2, 4.0)) * self._draw.uniform(1, 1.12)
            if written(more) != written(less):
                break
        self.drawn[f"more{kind}{number}"], self.drawn[f"less{kind}{number}"] = written(more), written(less)

    def one(self, low: float, high: float, written: Callable[[float], str]) -> str:
        return written(low * (high / low) ** self._draw.random())

    def money(self, value: float) -> str:
        return str(self._money["text"]).replace("{n}", f"{value:,.{self._places}f}")

    def share(self, value: float) -> str:
        return str(self._share).replace("{n}", f"{value:.2f}")

    def percent(self, value: float) -> str:
        return str(self._percent).replace("{n}", f"{value:.1f}" if value < 20 else f"{value:.0f}")

    def period(self, years_ago: int) -> str:
        return str(self._period).replace("{year}", str(self._year - years_ago))

    def date(self, number: str) -> str:
        day, month = self._draw.randint(1, 28), self._draw.choice(_tables()["lists"]["month"])
        forms = (f"{day} {month} {self._year}", f"{month} {day}, {self._year}", f"{day} {month}", f"{month} {day}")
        return self._draw.choice(forms)


def _count(value: float) -> str:
    return f"{max(2, round(value)):,}"


def _paired(
    side: str, kind: str, low: float, high: float, written: Callable[[Draw], Callable[[float], str]]
) -> Callable[[Draw, str], str]:
    def make(slots: Draw, number: str) -> str:
        if f"more{kind}{number}" not in slots.drawn:
            slots.pair(number, kind, low, high, written(slots))
        return slots.drawn[f"{side}{kind}{number}"]

    return make


_MAKERS: dict[str, Callable[[Draw, str], str]] = {
    "company": Draw.company,
    "ticker": Draw.ticker,
    "person": Draw.person,
    "date": Draw.date,
    "amount": lambda slots, number: slots.one(slots._least, 900, slots.money),
    "percent": lambda slots, number: slots.one(0.6, 70, slots.percent),
    "count": lambda slots, number: slots.one(12, 60_000, _count),
    "pershare": lambda slots, number: slots.one(0.05, 150, slots.share),
    "points": lambda slots, number: slots.one(5, 400, _count),
    "year": lambda slots, number: str(slots._year),
    "lastyear": lambda slots, number: str(slots._year - 1),
    "nextyear": lambda slots, number: str(slots._year + 1),
    "period": lambda slots, number: slots.period(0),
    "lastperiod": lambda slots, number: slots.period(1),
    **{
        f"{side}{kind}": _paired(side, kind, low, high, written)
        for side in ("more", "less")
        for kind, low, high, written in (
            ("", 0.4, 900, lambda slots: slots.money),
            ("percent", 0.8, 45, lambda slots: slots.percent),
            ("count", 12, 40_000, lambda slots: _count),
            ("pershare", 0.05, 150, lambda slots: slots.share),
        )
    },
}
