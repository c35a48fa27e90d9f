"""Find what a turn wants computed of earlier answers: by the templates and phrases of follow_up.toml."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches

from chains.agent.follow_up.combining import again, combined, is_sum, operation_words, operations, refused
from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.filling import by_template
from chains.agent.follow_up.fitting import REFERS, in_order
from chains.agent.follow_up.moving import by_words, how_far
from chains.agent.follow_up.part_names import known_as
from chains.agent.follow_up.rates import for_each
from chains.agent.follow_up.reading import Said, known_measure, read
from chains.agent.follow_up.shares_of import ratio_of_two, share_of_two
from chains.agent.follow_up.templates import pointed
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.thresholds import by_sign, part_of, set_against
from chains.agent.follow_up.turns import Turn
from chains.measures.phrases import any_of
from chains.measures.phrasing import content_words, flatten, trims
from chains.planning.plan import Kind
from chains.questions.directory import Directory
from chains.questions.fiscal_calendar import resolve_all
from chains.questions.periods import Asked

NO_PROFIT = "'{x}' is no profit, so that it has no margin; name the profit, such as operating income"
_TYPED, _LONG, _ALIKE = 2, 6, 0.86
"""A slip of the pen is looked for in so few words, of so many letters, and so like the phrase."""
_SHORT = 60
"""Characters of a turn that may only go on from another."""
_YES_NO = re.compile(r"(?:is|are|was|were|does|do|did|has|have|had)\b")


def over_earlier(said: Said, earlier: Earlier) -> Turn | None:
    """The turn that a person's words make of earlier answers; None where they speak of something else."""
    if not earlier.terms:
        return None
    flat = flatten(said.core)
    if not flat:
        return None
    if (turn := part_of(said, earlier) or for_each(said, earlier)) is not None:
        return turn
    if (turn := how_far(said, earlier)) is not None:
        return turn
    if (turn := by_template(flat, said, earlier)) is not None:
        return turn
    if (turn := _moved_sum(said, earlier)) is not None:
        return turn
    if (turn := by_sign(flat, said, earlier)) is not None:
        return turn
    if (turn := set_against(flat, said, earlier)) is not None:
        return turn
    if _YES_NO.match(flat):
        # "Did it decline?" asks which way it went, "the decline?" by how much.
        return by_words(flat, said, earlier)
    turn = _by_phrase(said, earlier)
    if turn is not None:
        return replace(turn, verbal=True) if flat.lower().startswith("by how") else turn
    return by_words(flat, said, earlier)


def _moved_sum(said: Said, earlier: Earlier) -> Turn | None:
    """ "The two together in the prior year": a sum or an average of answers, all at another time."""
    context = earlier.last.planned.reading.context
    asked = resolve_all(said.asked, context.calendar) if context is not None and said.asked.mentions else ()
    if said.named or len(asked) > 1 or not (asked or (said.shift is not None and said.shift.years)):
        return None
    made = by_template(flatten(said.left), replace(said, shift=None, asked=Asked()), earlier)
    if made is None or made.operation not in ("sum", "average") or not all(len(t.periods) == 1 for t in made.operands):
        return None
    if len({t.periods for t in made.operands}) != 1:
        return None
    last = made.operands[-1].periods[-1]
    step = asked[-1].period.year - last.year if asked else said.shift.years if said.shift is not None else 0
    terms = [earlier.moved(t, step) for t in made.operands]
    return again(made, [t for t in terms if t is not None], unit=said.unit) if all(terms) else None


def follows(text: str, directory: Directory) -> bool:
    """Whether a turn makes no sense by itself: it says a time, a unit or an operation, and not of what."""
    said = read(text, directory)
    if said.named or said.ambiguous or said.unknown or len(text) > _SHORT or not (said.core or said.unit):
        return False
    words = set(re.findall(r"[a-z%]+", " ".join(said.content)))
    if not words:
        return said.ellipsis or said.dated or said.shift is not None or bool(said.unit)
    return (
        words <= operation_words() and not known_measure(said.left) and bool(REFERS.search(said.core) or said.ellipsis)
    )


def _by_phrase(said: Said, earlier: Earlier) -> Turn | None:
    """A bare "the change?", "their average", "yoy %"."""
    left = flatten(pointed(said.left)).lower()
    left = re.sub(
        rf"\b(?:{any_of(('their', 'its', 'the', 'that', 'this', 'of them', 'of those', 'of these'))})\b", " ", left
    )
    options = {" ".join(left.split()), *trims(" ".join(left.split()), 24)}
    phrases = {b for o in operations().values() for b in o.bare}
    if len(said.content) <= _TYPED and not options & phrases and not known_measure(said.left):
        # Of what is left of "buybacks: how many shares" nothing but "shares" would be like a phrase; "shares" is none.
        full = {t for t in options if set(said.content) <= set(content_words(t))}
        options = {n for t in full if len(t) >= _LONG and not _inflected(t, phrases) for n in _meant(t, phrases)}
    for operation in operations().values():
        if not options & operation.bare:
            continue
        if is_sum(operation.name):
            return in_order(operation.name, _timed(said, earlier) or earlier.counted(flatten(said.core)), said, earlier)
        if operation.name == "percent_of":
            whole = earlier.held_in()
            if whole is not None and whole in earlier.terms:
                return share_of_two(earlier.last, whole, said.core, said.unit)
            return combined("percent_of", [earlier.last, whole], unit=said.unit) if whole else None
        if operation.name == "margin":
            whole = earlier.revenue()
            result = earlier.result_beside_revenue() or earlier.level()
            if known_as(result.name, "revenue") or result.measure.kind not in (Kind.NUMBER, Kind.CURRENCY):
                return refused(result, said.core, NO_PROFIT.format(x=result.name))
            return combined("margin", [result, whole], unit=said.unit) if whole else None
        if operation.name == "ratio":
            two = earlier.newest(2)
            return ratio_of_two(two[0], two[1], said.core, said.unit) if two else None
        two = earlier.pair(said, operation.name)
        return combined(operation.name, two, unit=said.unit) if two else None
    return None


def _inflected(typed: str, phrases: set[str]) -> bool:
    """Whether the words differ from a phrase by a plural alone, which is another word and no slip of the pen."""
    return typed.endswith("s") and typed[:-1] in phrases


def _meant(typed: str, phrases: set[str]) -> list[str]:
    """The phrase that was meant by one with a slip of the pen in it: letters exchanged, left out or doubled."""
    alike = [p for p in phrases if p.count(" ") == typed.count(" ") and typed != f"{p}s"]
    swapped = [p for p in alike if p[0] == typed[0] and sorted(p) == sorted(typed)]
    return swapped[:1] or get_close_matches(typed, alike, 1, _ALIKE)


def _timed(said: Said, earlier: Earlier) -> list[Term] | None:
    """The last value in each of the times that the turn names ("the average from 2015 to 2017")."""

    context = earlier.last.planned.reading.context
    resolved = resolve_all(said.asked, context.calendar) if context is not None and said.asked.mentions else ()
    terms = [t for r in resolved if (t := earlier.placed(earlier.last, r.period)) is not None]
    return terms if len(terms) > 1 else None
