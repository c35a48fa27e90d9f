"""What stands for several of the earlier answers ("the two", "them"), and the answers that belong beside the last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from chains.agent.follow_up.combining import combined
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.part_names import known_as, part_name, part_of_name
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.unclear import apart
from chains.agent.follow_up.values import Values, references
from chains.measures.phrases import any_of
from chains.measures.phrasing import KIND_WORDS, content_words, trims
from chains.planning.plan import Kind

_SPLIT = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+|\s*&\s*")


@cache
def _together() -> re.Pattern[str]:
    table = tables()["together"]
    ends, starts = f"(?:{any_of(table['words'])})", f"(?:{any_of(table['before'])})"
    return re.compile(rf"(?:{starts}\s+(?P<a>.+)|(?P<b>.+?)\s+{ends}|combined\s+(?P<c>.+))")


class Several(Values):
    """Several of the earlier values, and the ones that stand beside the last."""

    def one(self, phrase: str, near: Term | None = None) -> tuple[Term | Decimal, bool] | None:
        """What a phrase stands for; "those two together" is one value, their sum."""
        match = _together().fullmatch(phrase.strip(" ,?.").lower())
        several = self.several(next(g for g in match.groups() if g)) if match is not None else None
        if several is not None and len(several) > 1:
            made = combined("sum", self.amounts(several))
            if made is not None:
                return made.terms[-1], True
        return super().one(phrase, near)

    def several(self, phrase: str, *, summed: bool = False) -> list[Term] | None:
        """What "the two", "them", "all three" or "the dividends and the repurchases" stand for."""
        refs, phrase = references(), phrase.strip(" ,?.")
        for option in dict.fromkeys((phrase, *trims(phrase, 6))):
            if refs["counted"].fullmatch(option) and (match := refs["count"].search(option)) is not None:
                return self._one_kind(option, self.newest(tables()["references"]["counts"][match[0]]))
            if refs["several"].fullmatch(option):
                return self._one_kind(option, self.together() if summed else self.run())
        parts = _SPLIT.split(phrase)
        if len(parts) < 2:
            return None
        found = [self.one(part) for part in parts]
        terms = [f[0] for f in found if f is not None and isinstance(f[0], Term)]
        referred = any(f is not None and f[1] for f in found)
        return terms if len(terms) == len(parts) and referred else None

    @staticmethod
    def counts(phrase: str) -> bool:
        """Whether a phrase counts several answers: "the two"."""
        return references()["count"].search(phrase) is not None

    def counted(self, text: str) -> list[Term] | None:
        """The values that a text counts ("of the three"), else those that belong together."""
        match = references()["count"].search(text)
        if match is None:
            return self._one_kind("they", self.together())
        return self._one_kind(f"the {match[0]}", self.newest(tables()["references"]["counts"][match[0]]))

    def _one_kind(self, phrase: str, terms: list[Term] | None) -> list[Term] | None:
        """The values where they have a measure or a time in common, or are all that there are.

        Raises UnclearError for others: which of the answers are meant is not known then.
        """
        if terms and len(terms) > 1 and len(self._since) > len(terms) and not belong(terms):
            raise apart(phrase, terms)
        return terms

    def run(self) -> list[Term]:
        """The newest values that measure the same, of several times or companies; else the last two."""
        plain = tuple(t for t in self._since if not t.name.startswith("the "))
        for terms in (self._since, plain):
            made: list[Term] = []
            for term in reversed(terms):
                if _kin(term) != _kin(terms[-1]):
                    break
                made.append(term)
            if len(set(made)) > 1:
                return list(dict.fromkeys(made[::-1]))
        return list(self._since[-2:])

    def together(self) -> list[Term]:
        """The values that a sum of "them" is of: those that belong together, else all of one time since a question
        that stood alone."""
        terms = self.run()
        if len({_kin(t) for t in terms}) == 1:
            return terms
        made: list[Term] = []
        last = self.last
        for turn in reversed(self._turns):
            plain = [t for t in turn.terms if not t.name.startswith("the ") and t in self._since]
            alike = [
                t for t in plain if (t.company, t.time, t.measure.kind) == (last.company, last.time, last.measure.kind)
            ]
            if turn.operation or not alike or len(alike) < len(turn.terms):
                break
            made = alike + made
            if turn.alone:
                break
        return list(dict.fromkeys(made)) if len(set(made)) > len(terms) else terms

    def of_years(self) -> list[Term] | None:
        """The newest values that measure the same at several times: what was computed last is of them."""
        turn = self._turns[-1]
        if turn.operands and self._of_one(turn):
            return list(turn.operands)
        terms = self.run()
        alike = len({(t.signature, t.company) for t in terms}) == 1 and len({t.periods for t in terms}) == len(terms)
        return terms if alike and len(terms) > 1 else None

    def amounts(self, terms: Sequence[Term]) -> list[Term]:
        """The values to be added up: beside amounts a share that was computed of one stands for that one."""
        shares = [t.measure.kind is Kind.PERCENT for t in terms]
        if all(shares) or not any(shares):
            return list(terms)
        made = []
        for term, share in zip(terms, shares, strict=True):
            turn = next((t for t in reversed(self._turns) if term in t.terms and t.operands), None) if share else None
            made.append(turn.operands[0] if turn is not None else term)
        return list(dict.fromkeys(made))

    # Beside the last value

    def level(self) -> Term:
        """The last value; what grew where the last one is a growth or a change: a share is one of a level."""
        turn = self._turns[-1]
        base = self.last.base_name
        if not turn.operation and base and base != self.last.name:
            return self._plan(base, self.last) or self.last  # "growth in operating income" in a question of its own
        moved = turn.operation in ("growth", "change", "trend") and turn.operands and turn.terms[-1:] == (self.last,)
        plain = moved and self.last.measure.kind is not Kind.POINTS
        return turn.operands[0] if plain and turn.operands[0].measure.kind is not Kind.PERCENT else self.last

    def revenue(self) -> Term | None:
        """The revenue beside the last value: one that was asked for of the same company and time, else a new one.

        That of a part ("Services operating income") is the part's own.
        """
        last = self.level()
        part, kind = part_of_name(last.name) if last.of_part else ("", "")
        words = set(content_words(part))
        for term in reversed(self.terms[:-1]):
            own = set(content_words(part_name(term)))
            said_so = (
                known_as(term.name, "revenue") and words <= set(content_words(term.name)) and bool(own) == bool(words)
            )
            amount = term.measure.kind in (Kind.NUMBER, Kind.CURRENCY)  # the growth of revenue is none
            at = (term.company, term.periods[-1:], term.months) == (last.company, last.periods[-1:], last.months)
            if said_so and amount and at:
                return term
        if part and not kind:
            return None
        part = " ".join(re.sub(r"\s[-,:]+\s", " ", f"{part} ").split())
        made = self._plan(f"{part} revenue".strip(), last)
        told = set(content_words(part)) - KIND_WORDS
        return made if made is not None and told <= set(content_words(made.name)) else None

    def result_beside_revenue(self) -> Term | None:
        """The value before the last one, which is the revenue beside it: "operating income?", "sales?", "margin"."""
        last, before = self.last, self._since[-2] if len(self._since) > 1 else None
        if before is None or not known_as(last.name, "revenue") or known_as(before.name, "revenue"):
            return None
        beside = (before.company, before.periods, before.months) == (last.company, last.periods, last.months)
        if set(content_words(part_name(before))) != set(content_words(part_name(last))):
            return None
        return before if beside and before.measure.kind is last.measure.kind else None

    def held_in(self) -> Term | None:
        """What the last value is a share of where that is not said: the answer before it, else its whole."""
        last, before = self.last, self._since[-2] if len(self._since) > 1 else None
        amounts = (Kind.NUMBER, Kind.CURRENCY)
        if last.measure.kind not in amounts:
            return None
        if before is not None and before.measure.kind in amounts and before.signature != last.signature:
            both_parts = last.of_part and before.of_part
            same = before.company == last.company and before.time == last.time and not both_parts
            if same:
                return before
        return self.whole(last)


def belong(terms: Sequence[Term]) -> bool:
    """Whether values have a measure in common, or the company and the time."""
    return len({_kin(t) for t in terms}) == 1 or len({(t.company, t.time) for t in terms}) == 1


def _kin(term: Term) -> object:
    """What values have in common that belong together: one measure, or parts of one line item."""
    kind = part_of_name(term.name)[1] if term.of_part else ""
    return kind.lower() or term.signature
