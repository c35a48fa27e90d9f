"""What a turn says of the unit and the places of its answer: "in millions", "as a percentage", "to one decimal"."""

from __future__ import annotations

import re

from chains.agent.follow_up.cues import fillers, plain
from chains.questions.answer_form import OutputUnit, find_decimals, find_unit
from chains.questions.asking_sentence import core_of
from chains.tables import read_table

_KINDS = {
    "percent": "percent",
    "points": "percentage points",
    "basis_points": "basis points",
    "days": "days",
    "times": "times",
    "shares": "shares",
}


def asked_in_unit(text: str) -> tuple[str, str]:
    """The asking part of a turn and its remark about the unit; a turn of nothing but a unit has no asking part."""
    core, unit = plain(core_of(text)) if text else "", unit_remark(text)
    if not unit and find_unit(f"in {core.rstrip('?. ')}") != OutputUnit() and not says_more(core):
        return "", f"Answer in {core.rstrip('?. ')}."
    return ("" if unit and core and not says_more(core) else core), unit


def unit_remark(text: str) -> str:
    """What a text says about the unit and the places of the answer, as a sentence; "" where it says nothing."""
    unit, decimals = find_unit(text), find_decimals(text)
    words: list[str] = []
    # "What percentage of revenue" is what is asked, not how to answer.
    within = unit.kind == "percent" and re.search(r"percent(?:age)? of|% of|what percent|what %", text.lower())
    if unit.kind in _KINDS and not within:
        words.append(_KINDS[unit.kind])
    scale = {3: "thousands", 6: "millions", 9: "billions", 12: "trillions"}.get(unit.scale or 0, "")
    if scale:
        words = [f"{unit.currency} {scale}".strip()]
    elif unit.currency and not words:
        words = ["dollars" if unit.currency == "USD" else unit.currency]
    remark = f"Answer in {words[0]}." if words else ""
    places = f"Round to {decimals} decimal places." if decimals is not None else ""
    return f"{remark} {places}".strip()


def says_more(core: str) -> bool:
    """Whether a fragment says more than a unit ("millions?", "percent")."""
    t = read_table("question.toml")
    known = {*t["scales"], *t["currencies"], *t["unit_filler"]["words"], *(w for ws in t["units"].values() for w in ws)}
    words = core.lower().rstrip("?. ").split()
    if re.search(r"(?:%|percent\w*|share|proportion)\s+of\b", core, re.I):
        return True  # "as % of the company" is what is asked
    return not words or not all(w in known or w in fillers() for w in words)
