"""The words of a question's slots: what its items and times are called, the same throughout one question."""

from __future__ import annotations

import random
from functools import lru_cache

from adapters.training.report_qa.questions.binding import Bound
from adapters.training.report_qa.questions.labels import clean, is_plural, spoken
from adapters.training.report_qa.questions.sheets import Sheet
from adapters.training.report_qa.questions.times import When, bare, within

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven")
_LARGER = {"thousand": "million", "million": "billion"}
_SMALLER = {"million": "thousand", "thousand": "", "billion": "million"}
_TAILED, _CONVERTED = 0.3, 0.4


class Words:
    """The slots of one question, worded when they are asked for."""

    def __init__(self, bound: Bound, sheet: Sheet, draw: random.Random, *, terse: bool, number: str = "") -> None:
        self._bound, self._sheet, self._draw, self._terse = bound, sheet, draw, terse
        self._known: dict[str, str] = {"q": number}
        self.asked_scale: str | None = None
        """The scale that the question names, None where it names none."""

    def __getitem__(self, slot: str) -> str:
        head, _, letter = slot.partition("_")
        if head in ("in", "the", "was", "is", "fy", "article"):
            return self._made(slot)
        if slot not in self._known:
            self._known[slot] = self._made(slot)
        return self._known[slot]

    def _made(self, slot: str) -> str:
        draw, bound = self._draw, self._bound
        if slot in bound.whens:
            return bare(bound.whens[slot], draw)
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
        head, _, letter = slot.partition("_")
        match head:
            case "in":
                return within(bound.whens[letter], draw) if bound.whens[letter].name else ""
            case "fy":
                year = str(bound.whens[letter].year or bound.whens[letter].name)
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
            return f"{'the ' if self._draw.random() < 0.4 else ''}{bare(when, self._draw)} {name.removeprefix('the ')}"
        return f"{self._with_article(letter)} {within(when, self._draw) if when.name else ''}".strip()

    def _span(self, *, alone: bool) -> str:
        draw = self._draw
        whens = [when for _, when in sorted(self._bound.whens.items())]
        first, last = whens[0], whens[-1]
        a, b = bare(first, draw), bare(last, draw)
        if alone and self._follows(first, last) and draw.random() < 0.12:
            return within(last, draw)
        forms = (
            "from {a} to {b}", "from {a} to {b}", "from {a} to {b}", "from {a} to {b}", "between {a} and {b}", "between {a} and {b}",
            "between {a} and {b}", "in {b} from {a}", "in {b} compared to {a}", "from {a} through {b}", "between {b} and {a}",
            "in {b} from {a}", "in {b} as compared with {a}", "in {b} versus {a}", "over {a}-{b}", "from {a}-{b}", "from {a} and {b}",
            "for {b} compared to {a}", "between the years {a} and {b}", "between the years of {a} and {b}", "during {a}-{b}",
            "between {a} to {b}", "from {a} into {b}", "during {a} and {b}", "from the end of {a} to {b}", "in {b} relative to {a}",
        )  # fmt: skip
        return draw.choice(forms).replace("{a}", a).replace("{b}", b)

    def _follows(self, first: When, last: When) -> bool:
        return first.year is not None and last.year is not None and last.year - first.year == 1

    def _years(self) -> str:
        draw = self._draw
        whens = [when for _, when in sorted(self._bound.whens.items())]
        names = [bare(when, draw) if len(whens) < 3 else str(when.year or when.name) for when in whens]
        count = _COUNTS[len(whens)]
        last = whens[-1]
        if draw.random() < 0.45 and last.plain and not last.after:
            forms = (
                f"{names[0]} to {names[-1]}", f"{names[0]}-{names[-1]}", f"{names[0]} through {names[-1]}", f"the years {names[0]} to {names[-1]}",
                f"the {count} years ended {names[-1]}", f"the {count} years {names[0]}-{names[-1]}",
                f"the {count} year period from {names[0]} to {names[-1]}", f"the years {names[0]} through {names[-1]}",
            )  # fmt: skip
            return draw.choice(forms[:4] if len(whens) == 2 else forms)
        if draw.random() < 0.3:
            names.reverse()
        if len(names) == 2 and draw.random() < 0.2 and last.plain:
            return f"both {names[0]} and {names[1]}"
        prefix = draw.choice(("", "", "", "the years ", "fiscal years ")) if last.plain and names[0].isdigit() else ""
        return prefix + _listed(names, draw)

    def _tail(self) -> str:
        """Perhaps a remark on the unit: ", in millions". It may ask for another scale than the table's."""
        draw, scale = self._draw, self._bound.scale
        if scale not in ("thousand", "million", "billion") or self._bound.kind != "amount" or draw.random() > _TAILED:
            return ""
        others = [table[scale] for table in (_LARGER, _SMALLER) if scale in table]
        self.asked_scale = draw.choice(others) if draw.random() < _CONVERTED else scale
        if not self.asked_scale:
            return draw.choice((", in dollars", " in dollars", " (in dollars)", ", in whole dollars"))
        word = self.asked_scale
        return draw.choice(
            (
                f" in {word}s",
                f" in {word}s",
                f", in {word}s",
                f" (in {word}s)",
                f" in {word}s of dollars",
                f", in ${word}s",
                f" in {word}",
            )
        )


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
