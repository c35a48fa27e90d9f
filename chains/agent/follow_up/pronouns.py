"""Words for what was spoken of before ("it", "its", "they"), put in full: the company, or what is measured."""

from __future__ import annotations

import re

from chains.agent.follow_up.cues import pronoun, tables

_LEVEL = re.compile(
    r"\b(?:how\s+(?:much|high|big|large|low|many|small|great|strong|good|bad)|what|at\s+what\s+level)\s+(?:is|was|were|are)\s+(?:it|that|this|"
    r"they|those|these)\b(?!\s+\w+ing\b)",
    re.I,
)


def without_pronouns(text: str, company: str, measure: str = "") -> str:
    """A text whose words for the company, and for the measure where one is given, are put in full."""
    owner = f"{company}'" if company.endswith("s") else f"{company}'s"
    text = pronoun("possessive").sub(lambda _: owner, text)
    if measure:
        return pronoun("measure").sub(lambda _: measure, text, count=1)
    if _LEVEL.search(text) is not None:
        return text  # "how much was it" asks for a value: the company is none
    spot = next((m for m in pronoun("company").finditer(text) if _is_someone(text, m)), None)
    return f"{text[: spot.start()]}{company}{text[spot.end() :]}" if spot is not None else text


def _is_someone(text: str, it: re.Match[str]) -> bool:
    """Whether an "it" or a "them" may be the company: not "did they top it up", not "most of them"."""
    before = text[: it.start()].lower().split()
    if it[0].lower() == "them":
        return before[-2:-1] not in (["most"], ["all"], ["half"], ["some"], ["any"], ["each"], ["many"], ["one"])
    if it[0].lower() != "it":
        return True
    return not before or before[-1].strip(",") in tables()["before_it"]["words"].split()
