"""What the parts of a request before one have spoken of and found out, and what its own words refer to."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from chains.agent.steps import Pick, Ref
from chains.questions.companies import Company
from chains.questions.periods import find_periods

MARK = "\ue002"
_PLACE = re.compile(f"{MARK}(\\d+){MARK}")


@dataclass(frozen=True, slots=True)
class Value:
    """A value that a step finds: of which company, measure and period; `role` where it was computed ("subtract").

    `part` is the number of the part of the request that asked for it.
    """

    ref: Ref
    company: Any
    measure: str
    period: str
    role: str = ""
    part: int = 0


def same_period(first: str, second: str) -> bool:
    """Whether two texts name the same period: "the 2015 one" and "FY2015"."""
    if first == second:
        return True
    a, b = ([(m.year, m.quarter, m.date) for m in find_periods(text).mentions] for text in (first, second))
    return bool(a and a == b)


@dataclass(slots=True)
class Known:
    """What the parts before have spoken of and found out.

    `values` are those that steps find, `labels` the periods that were listed, `texts` the step that tells the sentiment
    of texts and the company of each, `document` the one that was picked, `passages` the last search.
    `when_side` is the side of the period that was asked for, `develops` whether a development was.
    `portion` is the step that tells which segment, region or the like is at a side.
    `compared` is the number of the last comparison with `side`, which value of it was asked for; `listed` that of the
    last list of documents; `figures` the look-ups whose figures a calculation may take.
    """

    companies: tuple[Company, ...] = ()
    who: Ref | Pick | None = None
    periods: tuple[str, ...] = ()
    measure: str = ""
    compared: int | None = None
    side: str = ""
    when_side: str = ""
    develops: bool = False
    listed: int | None = None
    figures: list[int] = field(default_factory=list)
    asked: str = ""
    labels: tuple[str, ...] = ()
    values: list[Value] = field(default_factory=list)
    texts: tuple[int, tuple[str, ...]] | None = None
    document: Ref | None = None
    passages: int | None = None
    portion: int | None = None

    @property
    def one(self) -> Ref | Pick | Company | None:
        """The one company that "it" means now."""
        if self.who is not None:
            return self.who
        if len(self.companies) == 1:
            return self.companies[0]
        if self.compared is not None and len(self.companies) > 1 and self.side:
            return Ref(self.compared, self.side)
        return None


@dataclass(frozen=True, slots=True)
class Referred:
    """A text with what its words refer to: names put in, marks for what is still to be found out."""

    text: str
    refs: tuple[Ref | Pick, ...] = ()
    document: Ref | None = None
    every: bool = False

    @property
    def when(self) -> Ref | Pick | None:
        """The period that is still to be found out."""
        return next((one for one in self.refs if kind_of(one) == "period"), None)

    @property
    def who(self) -> tuple[Ref | Pick, ...]:
        """The companies that are still to be found out."""
        return tuple(one for one in self.refs if kind_of(one) == "company")

    def pieces(self, text: str) -> str | tuple[str | Ref | Pick, ...]:
        """A piece of the text as an argument: itself, or its texts and Refs in turn."""
        parts: list[str | Ref | Pick] = []
        position = 0
        for match in _PLACE.finditer(text):
            parts += [text[position : match.start()], self.refs[int(match[1])]]
            position = match.end()
        return tuple(part for part in (*parts, text[position:]) if part != "") if parts else text


def kind_of(ref: Ref | Pick) -> str:
    """What a reference will be a name of: "company", "period" or "item"."""
    if isinstance(ref, Pick):
        return ref.kind
    if ref.what == "portion":
        return "item"
    return "period" if ref.what == "year" or ref.what.startswith("period ") else "company"


def unmarked(text: str) -> str:
    """The text without marks."""
    return " ".join(_PLACE.sub(" ", text).split())
