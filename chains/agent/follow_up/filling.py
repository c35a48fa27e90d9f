"""What a turn computes by a template: which earlier answers its places stand for, and of which times."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from chains.agent.follow_up.combining import combined, is_sum, refused
from chains.agent.follow_up.cues import tables
from chains.agent.follow_up.earlier import Earlier, set_beside
from chains.agent.follow_up.fitting import in_order, same
from chains.agent.follow_up.part_names import known_as
from chains.agent.follow_up.reading import Said, known_measure
from chains.agent.follow_up.templates import Template, matches
from chains.agent.follow_up.term import Term
from chains.agent.follow_up.turns import Turn

NO_WHOLE = "what '{x}' is a share of is not known; name the whole, such as revenue or total assets"
ITSELF = "'{y}' would be set against itself; name what it is to be set against"
WHICH = "what is to be set against what was not understood: '{x}' and '{y}' are of different times; name the two"
UNSURE = "whether '{y}' is to be added or taken off was not understood; say it as a sum or a difference"
_OF_NOTHING = frozenset({"average", "mean", "sum", "difference", "change", "growth", "ratio", "share"})
_OF_ONE_TIME = ("percent_of", "margin", "ratio", "difference")
_ORDERS = frozenset({"take", "strip", "deduct", "subtract", "subtracted", "remove"})
_MOVES = ("growth", "change")
_SHARES = ("margin", "percent_of")
Groups = Mapping[str, str | None]
"""What stands in the places of a template."""
Places = dict[str, tuple[Term | Decimal, bool]]
"""The value of each place, and whether it refers to what was said before."""


def by_template(flat: str, said: Said, earlier: Earlier) -> Turn | None:
    """The turn of the first template that fits and whose places are filled, one at least by an earlier answer."""
    made = (_filled(template, groups, said, earlier) for template, groups in matches(flat, earlier))
    return next((turn for turn in made if turn is not None), None)


def _filled(template: Template, groups: Groups, said: Said, earlier: Earlier) -> Turn | None:
    name = template.operation
    phrases = {(groups.get(p) or "").strip() for p in ("x", "y")}
    if phrases & _OF_NOTHING:
        return None  # "average over 2020 to 2022": no value of that name
    if phrases == {"one", "the other"}:
        two = earlier.newest(2)
        return in_order(name, two, said) if two and name == "difference" else None
    if groups.get("xs") is not None or set(groups) == {"x"}:
        return _of_several(name, groups, said, earlier)
    if name in ("ratio", "margin") and "over" in template.words and earlier.is_time(groups.get("y") or ""):
        return None  # "net earnings over the nine months"
    found = _places(template, groups, said, earlier)
    if not isinstance(found, dict):
        return found
    missing = [place for place in ("x", "y") if groups.get(place) is None]
    given = [found[place][0] for place in ("x", "y") if place not in missing]
    if missing and not any(same(g, t) for g in given for t in earlier.turn_of_last.terms):
        earlier.newest_value("it")
    if name in _MOVES and missing == ["x"] and earlier.is_time(groups.get("y") or ""):
        # "Up how many percent on the prior year" after a change: of what changed.
        found["x"] = earlier.changed() or found["x"][0], True
    if name in _MOVES and "y" in missing and isinstance(found["x"][0], Term):
        # "EPS is down by how many percent": against its own value of another time.
        two = earlier.pair(said, name, found["x"][0] if earlier.is_named(groups.get("x") or "") else None)
        return combined(name, two, unit=said.unit) if two else None
    missing += [p for p in ("x", "y") if not missing and groups[p] in tables()["references"]["last"]]
    if len(missing) == 1 and same(found["x"][0], found["y"][0]):
        other = _other(name, groups, said, earlier)
        if not isinstance(other, Term):
            return other
        found[missing[0]] = other, True
    return _of_two(template, groups, found, missing, said, earlier)


def _of_several(name: str, groups: Groups, said: Said, earlier: Earlier) -> Turn | None:
    """A template with one place: of several answers, or of one and what it is set against."""
    alone = name in ("growth", "change", "difference") and groups.get("x") is not None
    several = earlier.several(groups.get("xs") or groups["x"] or "", summed=is_sum(name))
    if alone and not earlier.counts(groups.get("x") or ""):
        # "They" of one answer are its figures: what is counted ("the two") is several answers.
        several = None
    if several is None and alone:
        one = earlier.one(groups["x"] or "")
        if one is None or not one[1] or not isinstance(one[0], Term):
            return None
        if name == "difference":
            return combined(name, set_beside(one[0], earlier.last), unit=said.unit)
        several = earlier.pair(said, name, one[0] if earlier.is_named(groups.get("x") or "") else None)
    return in_order(name, several, said, earlier) if several else None


def _places(template: Template, groups: Groups, said: Said, earlier: Earlier) -> Places | Turn | None:
    """What the places stand for; None where one of them is not known, a refusal where its whole is not."""
    name, shares = template.operation, template.operation in _SHARES
    near = earlier.level() if shares else earlier.last
    places: Places = {}
    # "What share of gross profit comes from services": the part is one of the whole that is named.
    whole_first = shares and bool(groups.get("x") and groups.get("y")) and not known_measure(groups["x"] or "")
    for place in ("y", "x") if whole_first and known_measure(groups["y"] or "") else ("x", "y"):
        phrase = groups.get(place)
        if phrase is None:
            places[place] = (earlier.level(), True) if shares and template.own else (earlier.last, template.own)
            continue
        found = earlier.one(phrase, near)
        if shares and found is not None and found[0] == earlier.last:
            found = earlier.level(), True  # a growth is no share of anything: what grew is
        if name == "margin" and known_as(phrase.strip(), "revenue") and (revenue := earlier.revenue()) is not None:
            found = revenue, True
        if found is None and name == "percent_of" and phrase.strip() in tables()["whole"]["phrases"]:
            return refused(near, said.core, NO_WHOLE.format(x=near.name))
        if found is None:
            return None
        places[place] = found
        near = found[0] if isinstance(found[0], Term) else near
    return places


def _other(name: str, groups: Groups, said: Said, earlier: Earlier) -> Term | Turn | None:
    """ "By how much were product sales higher?" after service sales and product sales: than the other one."""
    pair = earlier.newest(2) or []
    other = next((t for t in pair[::-1] if not same(t, earlier.last)), None)
    shares = name in _SHARES
    if other is None and (shares or name == "ratio") and earlier.is_named(groups.get("y") or ""):
        return refused(earlier.last, said.core, ITSELF.format(y=(groups["y"] or "").strip()))
    if other is not None and shares and (other.periods, other.company) != (earlier.last.periods, earlier.last.company):
        return refused(earlier.last, said.core, WHICH.format(x=other.name, y=earlier.last.name))
    return other


def _of_two(
    template: Template, groups: Groups, places: Places, missing: Sequence[str], said: Said, earlier: Earlier
) -> Turn | None:
    """The operation of a template over its two places, at the times that these are to be of."""
    name = template.operation
    (x, x_said), (y, y_said) = places["x"], places["y"]
    if name in _OF_ONE_TIME and isinstance(x, Term) and isinstance(y, Term) and x.time != y.time:
        # "What share of the total revenue is the former": the revenue of its own time.
        dated = [_dated(groups.get(place), earlier) for place in ("x", "y")]
        if not y_said and not dated[1]:
            y = _beside(y, x, earlier)
        elif not x_said and not dated[0]:
            x = _beside(x, y, earlier)
        apart = x.periods != y.periods and x.signature != y.signature and not any(dated)
        if apart and not {x.name[:4], y.name[:4]} & {"the "}:
            return refused(earlier.last, said.core, WHICH.format(x=x.spoken, y=y.spoken))
    if name in _MOVES and isinstance(x, Term) and isinstance(y, Term) and x.periods and y.periods:
        timed = groups.get("y") is not None and earlier.is_time(groups["y"] or "")
        if timed and (x.signature, x.company) != (y.signature, y.company):
            # "The change from the year before" of what was computed is that of the same.
            moved = earlier.moved(x, y.periods[-1].year - x.periods[-1].year)
            if moved is None:
                return None
            y = moved
    ordered = bool(template.words & _ORDERS) and isinstance(y, Term) and _named_apart(x, y)
    if not (x_said or y_said or ordered) or not isinstance(x, Term) or same(x, y):
        return None
    if name == "difference" and isinstance(y, Term) and template.words & set(tables()["taken_out"]["words"]):
        name = _without(x, y)
        if not name:
            return refused(y, said.core, UNSURE.format(y=y.name))
    unsure = isinstance(y, Term) and set(re.findall(r"[a-z-]+", y.name.lower())) & set(tables()["taken_out"]["unsure"])
    if name == "sum" and "back" in template.words and isinstance(y, Term) and unsure:
        return refused(y, said.core, UNSURE.format(y=y.name))
    if name in ("percent_of", "ratio") and "x" in missing and isinstance(y, Term):
        # "And as a % of net income?" after a share: of what that was a share.
        x = earlier.amounts([x, y])[0]
    if name in ("change", "difference", "growth") and not groups.get("pre") and "between" in template.words:
        return in_order(name, [x, y] if isinstance(y, Term) else [x], said)
    if name == "percent_of" and isinstance(y, Term) and x.signature == y.signature and x.company == y.company:
        # "Relative to 2016": what a value is of its own earlier one is told as a growth.
        name = "growth" if template.words == {"relative", "to"} else name
    if name == "largest" and isinstance(y, Term) and x.signature == y.signature and x.company == y.company:
        two = _ordered([x, y])
        return combined("trend", two, unit=said.unit) if two else None
    if template.words == {"relative", "to"} and y_said and (again := earlier.rebased(said)) is not None:
        # After a change, "relative to 2015" is the change from another year.
        return combined(again[0], again[1], unit=said.unit)
    return combined(name, [x, y], unit=said.unit)


def _dated(phrase: str | None, earlier: Earlier) -> bool:
    """Whether a phrase says itself of which time it is."""
    return bool(phrase) and earlier.tells_time(phrase or "")


def _beside(term: Term, other: Term, earlier: Earlier) -> Term:
    """A value at the time of another one; the same where it is known at no other."""
    if not other.periods:
        return term
    if term.months != other.months and (made := earlier.planned_beside(term, other)) is not None:
        return made  # "nine months of earnings" are no share of a quarter's sales
    return earlier.placed(term, other.periods[-1]) or term


def _named_apart(x: Term | Decimal, y: Term) -> bool:
    """Whether an order ("take bitcoin out of Cash App revenue") names two values of one company and time."""
    return isinstance(x, Term) and (x.company, x.periods) == (y.company, y.periods)


def _without(x: Term, y: Term) -> str:
    """What leaves y out of x: a cost was taken off a result and is added back; "" where the sign is not known."""
    table = tables()["taken_out"]
    names = [set(re.findall(r"[a-z-]+", t.name.lower())) for t in (x, y)]
    if not names[0] & set(table["results"]):
        return "difference"
    if names[1] & set(table["unsure"]):
        return ""
    if names[1] & set(table["costs"]):
        return "sum"
    return "difference" if names[1] & {*table["results"], "revenue", "revenues", "sales"} else ""


def _ordered(terms: list[Term]) -> list[Term] | None:
    """Two values of different times, the newer first."""
    if not all(t.periods for t in terms) or terms[0].periods == terms[1].periods:
        return None
    return sorted(terms, key=lambda t: (t.periods[-1].year, t.periods[-1].quarter or 5), reverse=True)
