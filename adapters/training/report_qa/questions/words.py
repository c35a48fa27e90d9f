"""The words of a question's slots: what its items and times are called, the same throughout one question."""

from __future__ import annotations

import random
from functools import lru_cache

from adapters.training.report_qa.questions.binding import Bound, Unfit
from adapters.training.report_qa.questions.labels import clean, is_plural, sayings, spoken
from adapters.training.report_qa.questions.sheets import Sheet
from adapters.training.report_qa.questions.times import When, bare, fashion, within

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven")
_LARGER = {"thousand": "million", "million": "billion"}
_SMALLER = {"million": "thousand", "thousand": "", "billion": "million"}
_TAILED, _CONVERTED = 0.3, 0.4  # remarks on the unit; those of them that ask for another than the table's
_ALONE = 0.12  # "in 2019" for from 2018 to 2019


class Words:
    """The slots of one question, worded when they are asked for."""

    def __init__(self, bound: Bound, sheet: Sheet, draw: random.Random, *, terse: bool, number: str = "") -> None:
        self._bound, self._sheet, self._draw, self._terse = bound, sheet, draw, terse
        self._fashion = fashion(bound.whens.values(), draw)
        self._known: dict[str, str] = {"q": number}
        self.asked_scale: str | None = None
        """The scale that the question names, None where it names none."""

    def __getitem__(self, slot: str) -> str:
        head = slot.partition("_")[0]
        if head in ("in", "the", "was", "is", "fy", "article"):
            return self._made(slot)
        if slot not in self._known:
            self._known[slot] = self._made(slot)
        return self._known[slot]

    def _made(self, slot: str) -> str:
        draw, bound = self._draw, self._bound
        if slot in bound.whens:
            return self._bare(bound.whens[slot])
        if slot in bound.items:
            return self._name(slot)
        if slot in ("span", "change_span"):
            return self._span(alone=slot == "change_span")
        if slot == "years":
            return self._years()
        if slot == "list":
            return _listed([self[one] for one in "xyzw" if one in bound.items], draw)
        if slot == "n":
            return _COUNTS[
                max(len([one for one in bound.whens if len(one) == 1]), len([o for o in bound.items if o != "t"]))
            ]
        if slot == "tail":
            return self._tail()
        if slot == "usd":
            scaled = bound.scale in ("thousand", "million", "billion")
            return draw.choice(sayings("usd")).replace("{s}", bound.scale) if scaled else ""
        head, _, letter = slot.partition("_")
        match head:
            case "in":
                return self._within(bound.whens[letter])
            case "fy":
                if not bound.whens[letter].plain:
                    raise Unfit
                year = str(bound.whens[letter].year)
                return draw.choice((f"FY{year}", f"FY{year}", f"fiscal {year}", f"FY{year[2:]}", f"FY {year}"))
            case "the":
                return self._with_article(letter)
            case "was":
                return "were" if is_plural(self[letter]) else "was"
            case "is":
                return "are" if is_plural(self[letter]) else "is"
        return self._joined(head, letter)  # x_a

    def _name(self, letter: str) -> str:
        return spoken(self._bound.items[letter], self._draw, lower=self._terse, taken=_labels(self._sheet))

    def _with_article(self, letter: str) -> str:
        name = self[letter]
        if not name[:1].isalpha() or name.lower().startswith(("the ", "other", "our ", "its ", "less than", "due ")):
            return name
        chance = self._draw.random()
        if not self._terse and chance < 0.08:
            return f"the company's {name}"
        return f"the {name}" if chance < 0.6 else name

    def _joined(self, letter: str, time: str) -> str:
        """An item of a time: "2019 net sales", "net sales in 2019"."""
        when = self._bound.whens[time]
        name = self[letter]
        if when.plain and not when.after and self._draw.random() < 0.4:
            return f"{'the ' if self._draw.random() < 0.4 else ''}{self._bare(when)} {name.removeprefix('the ')}"
        return f"{self._with_article(letter)} {self._within(when)}".strip()

    def _span(self, *, alone: bool) -> str:
        """From the first time to the last; the last `alone` where the one before it is meant."""
        whens = [when for _, when in sorted(self._bound.whens.items())]
        first, last = whens[0], whens[-1]
        if alone and _follows(first, last) and self._draw.random() < _ALONE:
            return self._within(last)
        return self._draw.choice(sayings("span")).replace("{a}", self._bare(first)).replace("{b}", self._bare(last))

    def _years(self) -> str:
        """All times, one by one or as a span."""
        draw = self._draw
        whens = [when for _, when in sorted(self._bound.whens.items())]
        plain = all(when.plain and not when.after for when in whens)
        if plain and self._bound.unbroken and draw.random() < 0.45:
            form = draw.choice(sayings("span_of_two" if len(whens) == 2 else "span_of_years"))
            first, last = (str(when.year) for when in (whens[0], whens[-1]))
            return form.replace("{n}", _COUNTS[len(whens)]).replace("{a}", first).replace("{b}", last)
        names = [self._bare(when) if len(whens) < 3 or not plain else str(when.year) for when in whens]
        if draw.random() < 0.3:
            names.reverse()
        prefix = draw.choice(("", "", "", "the years ", "fiscal years ")) if plain and names[0].isdigit() else ""
        if len(names) == 2 and plain and not prefix and draw.random() < 0.2:
            return f"both {names[0]} and {names[1]}"
        return prefix + _listed(names, draw)

    def _bare(self, when: When) -> str:
        if not when.name:
            raise Unfit  # a lone column without a name has no time to speak of
        return bare(when, self._fashion, self._draw)

    def _within(self, when: When) -> str:
        return within(when, self._fashion, self._draw) if when.name else ""

    def _tail(self) -> str:
        """Perhaps a remark on the unit: ", in millions". It may ask for another scale than the table's."""
        draw, scale = self._draw, self._bound.scale
        if scale not in ("thousand", "million", "billion") or self._bound.kind != "amount" or draw.random() > _TAILED:
            return ""
        others = [table[scale] for table in (_LARGER, _SMALLER) if scale in table]
        self.asked_scale = draw.choice(others) if draw.random() < _CONVERTED else scale
        if not self.asked_scale:
            return draw.choice((", in dollars", " in dollars", " (in dollars)", ", in whole dollars"))
        return draw.choice(sayings("unit")).replace("{s}", self.asked_scale)


def _follows(first: When, last: When) -> bool:
    return first.year is not None and last.year is not None and last.year - first.year == 1


def _listed(names: list[str], draw: random.Random) -> str:
    if len(names) < 2:
        return "".join(names)
    joint = draw.choice(
        (" and ", " and ", " and ", ", and " if len(names) > 2 else " and ", " & " if len(names) == 2 else " and ")
    )
    return ", ".join(names[:-1]) + joint + names[-1]


@lru_cache(maxsize=4096)
def _labels(sheet: Sheet) -> frozenset[str]:
    return frozenset(clean(series.item.label).lower() for block in sheet.blocks for series in block.series)
