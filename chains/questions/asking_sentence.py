"""The sentence of a text that asks: not the role it begins with, the sources it names, the definition or the format.

What sentences are made of is told by tables of question.toml.
"""

from __future__ import annotations

import re

from chains.measures.phrases import holds
from chains.measures.phrasing import flatten, normalise
from chains.questions.answer_form import without_form
from chains.questions.courtesies import unframed
from chains.tables import read_table
from ingest.concepts import load_concepts

_SENTENCE = re.compile(r"(?<=[.?!])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])|(?<=\?)\s+|\s*\n+\s*")
_ABBREVIATION = re.compile(
    r"\b(?:vs|inc|corp|co|ltd|u\.s|e\.g|i\.e|approx|no|st|mr|ms|dr|jr|sr|dec|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov)\.$",
    re.I,
)
_WHAT_WAS = re.compile(r"\s*(?:what|how (?:much|many|high|large))\s+(?:was|were|is|are)\b", re.IGNORECASE)
_SHORT_TAIL = 5
"""Words behind a colon that ask for something of what stands before it."""
_HEADING = 4
"""Words of a sentence that may only say what the next one is about."""


def core_of(text: str) -> str:
    """The asking sentence: no role, no instructions, no leading clause about sources, no unit in brackets."""
    candidates = [p for s in sentences(text) for p in _after_colon(s)]
    asking = [c for c in candidates if _asks(c)]
    # Without a question, the sentence that names a year asks ("Give the FY2018 tax expense of ...").
    dated = [c for c in candidates if re.search(r"\b(?:FY\s?'?\d\d|(?:19|20)\d\d)", c) and not is_definition(c)]
    if not asking and len(candidates) > 1:
        # "Capital returns now. Buybacks plus dividends": what names a measure asks, and no heading before it.
        measured = [c for c in candidates if not is_instruction(c) and not is_definition(c) and _measures(c)]
        dated = [c for c in dated if c in measured or len(c.split()) > _HEADING] or measured or dated
    chosen = (asking or dated or [c for c in candidates if not is_instruction(c)] or [text])[0]
    if _refers(chosen) and (before := [c for c in candidates[: candidates.index(chosen)] if not is_instruction(c)]):
        # "The tax rate jumped to 18%. What explains it?" asks for the cause of what stands before it.
        chosen = f"{before[-1]} {chosen}"
    chosen = unframed(_drop_leading_clause(chosen))
    return re.sub(r"\s+", " ", without_form(chosen)).strip(" ,:;")


def sentences(text: str) -> list[str]:
    """Split into sentences; abbreviations ("U.S.", "vs.", "Inc.") do not end one."""
    parts: list[str] = []
    for part in _SENTENCE.split(text):
        if not part or not part.strip():
            continue
        if parts and _ABBREVIATION.search(parts[-1]):
            parts[-1] += " " + part.strip()
        else:
            parts.append(part.strip())
    return parts


def is_definition(sentence: str) -> bool:
    """Does this sentence define a measure ("DPO is defined as: ...", "Define X as ...")?"""
    return bool(re.search(r"\b(?:is|are|be|here)?\s*defined as\b|^\W*define\b|\bdefinition of\b", sentence, re.I))


def is_instruction(sentence: str) -> bool:
    """Does this sentence or clause only say how to answer?"""
    flat = re.sub(r"[^a-z0-9&%$ ]+", " ", normalise(sentence))
    flat = " ".join(flat.split())
    table = read_table("question.toml")["instructions"]
    opens = any(flat == o or flat.startswith(o + " ") for o in table["openers"])
    return opens and holds(flat, table["objects"])


def starts_interrogative(text: str) -> bool:
    """Does a text begin as a question or as an order to compute something?"""
    flat = normalise(text)
    return any(flat.startswith(w + " ") for w in read_table("question.toml")["instructions"]["interrogatives"])


def _asks(part: str) -> bool:
    flat = normalise(part)
    if is_definition(part):
        # "What is X? X is defined as ..." puts the definition apart; a definition alone asks nothing.
        return part.rstrip().endswith("?") and starts_interrogative(flat)
    if part.rstrip(" )\"'").endswith("?"):
        return not re.match(r"(?:if|when) .*(?:state|explain)", flat)
    if is_instruction(part) and not re.search(r"\b(?:what|how much|how many|which)\b", flat):
        return False
    return starts_interrogative(flat) or bool(
        re.search(r"[,:] (?:what|how|which|calculate|compute|find|did|does|is|was|has)\b", flat)
    )


def _measures(sentence: str) -> bool:
    """Whether a sentence names a known line item."""
    return bool(load_concepts().find_phrase(flatten(sentence)))


def _refers(sentence: str) -> bool:
    """Whether a sentence asks for a cause and names nothing: its words are all of the table [referring]."""
    table = read_table("question.toml")["referring"]
    words = re.findall(r"[a-z]+", normalise(sentence))
    return bool(words) and set(words) <= set(table["words"]) and not set(words).isdisjoint(table["must"])


def _after_colon(sentence: str) -> list[str]:
    """Split "Here's the question: what is ...?" at its colon; a definition keeps its own."""
    head, colon, tail = sentence.partition(": ")
    if colon and starts_interrogative(normalise(head)) and starts_interrogative(normalise(tail)):
        return _after_colon(tail)  # "What I want to know: what was net income?"
    if colon and _WHAT_WAS.match(head) and not starts_interrogative(normalise(tail)):
        return [f"{head} {tail}"]  # "What was Acme's Pumps: segment profit in 2020?" asks for both of one
    introduced = tail.rstrip(" )\"'").endswith("?") and len(head.split()) <= 8
    dated = re.compile(r"\b(?:FY\s?'?\d\d|(?:19|20)\d\d)", re.I)
    whole = len(tail.split()) <= _SHORT_TAIL or dated.search(tail) or not starts_interrogative(normalise(tail))
    if colon and dated.search(head) and whole:
        # "Net income of Acme, 2024 vs 2025: which was higher?": the head is what is asked about.
        return [sentence]
    if (
        colon
        and not is_definition(head + ":")
        and (introduced or starts_interrogative(normalise(tail)) or is_instruction(head))
    ):
        return [head, *_after_colon(tail)]
    return [sentence]


def _drop_leading_clause(sentence: str) -> str:
    """Drop clauses about sources before the question word; keep those that carry meaning ("In 2020, ...")."""
    parts = re.split(r"(?<=[,;])\s+", sentence)
    for i, part in enumerate(parts):
        if i and starts_interrogative(normalise(part)):
            lead = " ".join(parts[:i])
            if is_instruction(lead):
                return " ".join(parts[i:])
            return sentence
    return sentence
