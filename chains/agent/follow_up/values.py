"""What one phrase stands for among the earlier answers: "that", "the first", "the 2016 value", "the total"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from chains.agent.follow_up.answered import Answered
from chains.agent.follow_up.combining import operations
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.part_names import part_of_name, revenue_of_part
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.unclear import UnclearError, unclear
from chains.formulas.expression import Item
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words, trims
from chains.measures.vocabulary import default_names
from chains.planning.plan import Measure, Origin

_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_TWO = re.compile(
    r"\b(?:comes?|came|stems?|stemmed)\s+from\b|\b(?:is|are|was|were|did|does|divided by)\b"
    r"|\bas\s+(?:an?\s+)?(?:%|percent|share)|(?:%|percentage|percent) of",
    re.I,
)
_OF_TWO = re.compile(r"the (latter|former)(?: one)?$")
_WHOLE = re.compile(r"\b(?:total|overall|whole|entire|consolidated|group|company)\b", re.I)
_RELATIVE = re.compile(r"(?:the\s+)?(?:prior|previous|last|preceding|earlier|next|following|first|full)", re.I)
NO_CHANGE = "which change '{x}' is was not said; name what changed, and since when"
_MOVES = {"change", "growth", "difference"}
_HALF = 0.5
_DIGITS = 18
"""Digits of a number that an earlier answer is multiplied or divided by."""


@cache
def references() -> dict[str, re.Pattern[str]]:
    """The patterns of what stands for an earlier answer, by its kind in follow_up.toml."""
    table = tables()["references"]
    counts, ordinals = any_of(table["counts"]), any_of(table["ordinals"])
    counted = any_of(table["counted"]).replace(r"\{n\}", rf"(?:{counts})")
    return {
        "last": re.compile(any_of(table["last"])),
        "previous": re.compile(any_of(table["previous"])),
        "several": re.compile(rf"{any_of(table['several'])}"),
        "counted": re.compile(counted),
        "count": re.compile(rf"\b(?:{counts})\b"),
        "ordinal": re.compile(rf"(?:the\s+)?(?P<n>{ordinals})(?:\s+(?:{any_of(table['after_ordinal'])}))?"),
    }


class Values(Answered):
    """The values of the turns before, by the phrases for one of them."""

    def one(self, phrase: str, near: Term | None = None) -> tuple[Term | Decimal, bool] | None:
        """What a phrase stands for, and whether it refers to what was said before; None where that cannot be told."""
        phrase = phrase.strip(" ,'?.")
        if _TWO.search(min(trims(phrase, 8), key=len)):
            return None  # "inventories are raw materials", "R&D as % of sales": two things, not one
        if phrase in tables()["whole"]["phrases"]:
            whole = self.whole(near or self.last)
            return (whole, True) if whole is not None else None
        referred = self._referred(phrase)
        if referred is not None:
            return referred, True
        if _NUMBER.fullmatch(phrase) and len(phrase) <= _DIGITS and not _YEAR.fullmatch(phrase):
            return Decimal(phrase.replace(",", "")), False
        if _only_relative(phrase):
            return None
        said = self._read(phrase)
        near = near or self.last
        if not said.content:
            # "The revenue as a multiple of Boeing's": Boeing's revenue, whatever was asked for last.
            found = self._placed(said, near if said.named and near != self.last else None)
            return (found, True) if found is not None else None
        if (named := self._named(phrase, said)) is not None:
            return named, True
        made = self._plan(phrase, near)
        if (made is None or made.measure.origin is Origin.LABEL) and (named := self._named(phrase, said, _HALF)):
            return named, True
        if made is None:
            return None
        # What was asked for already is spoken of again, though without "the".
        return made, any(
            (t.name.lower(), t.periods, t.company) == (made.name.lower(), made.periods, made.company)
            for t in self.terms
        )

    def _referred(self, phrase: str) -> Term | None:
        refs = references()
        plain = [t for t in self._since if not t.name.startswith("the ")]
        for option in dict.fromkeys((phrase, *trims(phrase, 6))):
            if (pair := _OF_TWO.match(option)) is not None and len(plain) > 1:
                return plain[-1] if pair[1] == "latter" else plain[-2]  # of the two, whatever was computed of them
            if refs["last"].fullmatch(option):
                return self.newest_value(option)
            if refs["previous"].fullmatch(option):
                return self._since[-2] if len(self._since) > 1 else None
            if (match := refs["ordinal"].fullmatch(option)) is not None:
                return self._nth(tables()["references"]["ordinals"][match["n"]])
            if (term := self._result(option)) is not None:
                return term
        return None

    def newest_value(self, phrase: str) -> Term:
        """The last value. Raises UnclearError where the last turn has several that measure different things."""
        turn = self._turns[-1]
        if not turn.operation and len({(t.signature, t.company) for t in turn.terms}) > 1:
            raise unclear(phrase, turn.terms)
        return self.last

    def _nth(self, number: int) -> Term | None:
        """The n-th value since the last question that stood alone, or one before it where there are too few."""
        start = len(self._since)
        for turn in reversed(self._turns):
            start = max(0, start - len(turn.terms))
            if turn.alone and len(self._since) - start >= max(2, number):
                break
        return self._since[start + number - 1] if start + number <= len(self._since) else None

    def _result(self, phrase: str) -> Term | None:
        """ "The change", "that difference": the newest result of such an operation."""
        bare = re.sub(r"^(?:the|that|this|your)\s+", "", phrase)
        names = [o.name for o in operations().values() if bare in o.nouns]
        if not names or bare == phrase:
            return None
        found = next((t.terms[-1] for t in reversed(self._turns) if t.operation in names and t.terms), None)
        if found is not None or not phrase.startswith(("that", "this")):
            return found
        if set(names) & _MOVES and not self.last.name.startswith(("growth", "change", "the ")):
            raise UnclearError(NO_CHANGE.format(x=phrase))  # nothing was said to change
        return self.last

    def _named(self, phrase: str, said: Said, share: float = 1.0) -> Term | None:
        """ "The capex", "the 2025 debt": a value that was asked for by these words, or by a share of them."""
        if not re.match(r"(?:the|that|this|those|these)\s", phrase):
            return None
        words = set(said.content)
        years = {m.year for m in said.asked.mentions}
        fits: list[tuple[tuple[int, int], Term]] = []
        bare = re.sub(r"^(?:the|that|this|those|these)\s+", "", said.measured)
        for term in reversed(self.terms):
            if term.name.startswith("the ") or (years and {p.year for p in term.periods} != years):
                continue
            if _means_other(bare, term) and not (term == self.last and _heads(bare, term.base_name)):
                continue  # "the cash" is not the free cash flow
            if term.of_part and _WHOLE.search(phrase):
                continue  # "the total revenue" after "data center revenue"
            held = set(content_words(term.name))
            # Of several the one whose name says the least else, the newest of these.
            more = len(held - words), len(term.name.split())
            if words and len(words & held) >= share * len(words):
                fits.append((more, term))
        found = self._best(phrase, [t for more, t in fits if more == min(fits, key=lambda f: f[0])[0]])
        if found is None or years or not self.last.periods or found.periods == self.last.periods:
            return found
        # Of one measure at several times the one of the time that is spoken of.
        alike = [t for t in self.terms if (t.signature, t.company) == (found.signature, found.company)]
        beside = next((t for t in reversed(alike) if t.periods == self.last.periods), None)
        if beside is None and (said.shift is not None or len({t.periods for t in alike}) > 1):
            beside = self._place(found, self.last.periods[-1])
        return beside or found

    def _best(self, phrase: str, fits: Sequence[Term]) -> Term | None:
        """The one of several values that a phrase fits equally well, newest first: of the company that is spoken of.

        Raises UnclearError where they measure different things, and none of them is the last value.
        """
        own = [t for t in fits if t.company == self.last.company] or list(fits)
        if own and own[0] != self.last and len({t.signature for t in own}) > 1:
            raise unclear(phrase, own[::-1])
        return own[0] if own else None

    def is_named(self, phrase: str) -> bool:
        """Whether a phrase names something, and does not only refer to it."""
        return bool(phrase) and bool(self._read(phrase).content)

    def newest(self, count: int) -> list[Term] | None:
        """The last `count` values; None where there are fewer. After their sum "the two" are still those two."""
        for turn in reversed(self._turns):
            if turn.operation in ("sum", "average"):
                if len(turn.operands) == count:
                    return list(turn.operands)
                break
            if not all(t.name.startswith("the ") for t in turn.terms):
                break
        return list(self._since[-count:]) if count <= len(self._since) else None

    def whole(self, part: Term) -> Term | None:
        """What a value is a part of; None where that cannot be told.

        "Retail net sales" are part of the net sales; a part that has no more than its name ("Europe") is part of the
        line item that was asked for before it, or that another part was of. The sum of parts is one of their whole.
        """
        turn = self.turn_of(part)
        if part.name.startswith("the ") and turn is not None and turn.operation == "sum":
            wholes = [self.whole(t) for t in turn.operands]
            found = [w for w in wholes if w is not None]
            alike = len({(w.signature, w.periods, w.company) for w in found}) == 1
            return found[0] if len(found) == len(wholes) and alike else None
        if not part.of_part and (kind := revenue_of_part(part.name)):
            return self._plan(kind, part)
        if part.name.startswith("the ") or not part.of_part:
            return None
        for term in (part, *reversed(self.terms)):
            if term.name.startswith("the ") or term.company != part.company:
                continue
            if kind := part_of_name(term.name)[1]:
                # "Services sales" are a line item and still a part of the sales.
                return self._plan(revenue_of_part(kind) or kind, part)
        return None


def _means_other(phrase: str, term: Term) -> bool:
    """Whether a phrase is the name of a line item or a metric, and a value is of another one."""
    names = default_names()
    own, held = names.within(phrase), names.within(term.base_name)
    if own is None or own[1] != (0, len(phrase)) or held is None:
        return False
    return _meaning(own[0]) != _meaning(held[0])


def _meaning(measure: Measure) -> str:
    match measure.expression:
        case Item(_, concept) if concept:
            return concept
        case _:
            return measure.name


def _heads(phrase: str, name: str) -> bool:
    """Whether a phrase is what a name ends with: "debt" of "long-term debt", and not "sales" of "cost of sales"."""
    return name.lower().endswith(f" {phrase.lower()}") and " of " not in name


def _only_relative(phrase: str) -> bool:
    """Whether a phrase is what is left of a relative time: "the prior" of "the prior year"."""
    return _RELATIVE.fullmatch(phrase.strip()) is not None
