"""What polite people put around a question: greetings, "could you tell me", "please"; tables of question.toml."""

from __future__ import annotations

import re
from functools import cache

from chains.measures.phrases import any_of
from chains.tables import read_table


def ungreeted(text: str) -> str:
    """A text without the greeting before it ("hi, ...", "quick one: ..."); a greeting alone is left as it is."""
    for _ in range(3):
        shorter = _greeting().sub("", text, count=1)
        if not shorter.strip(" ?!.") or shorter == text:
            break
        text = shorter
    return text


def unframed(core: str) -> str:
    """A question without the courtesy around it: "could you give me X, please?" is "X?".

    "Could you tell whether X rose" stays: it is answered by yes or no.
    """
    lead, tail = _frames()
    core = tail.sub("", core)
    for _ in range(2):
        match = lead.match(core)
        if match is None or re.match(r"(?:whether|if|about|more about)\b", core[match.end() :], re.I):
            break
        core = core[match.end() :]
    return core


@cache
def _greeting() -> re.Pattern[str]:
    table = read_table("question.toml")["greetings"]
    alone, apart = (any_of(table[k], space=" ") for k in ("alone", "apart"))
    return re.compile(
        rf"^\s*(?:(?:{alone})(?![\w&.'’-])(?:\s+(?:there|all|team)\b)?[\s,.:;!–-]*|(?:{apart})\s*[,:;!–-]\s*)", re.I
    )


@cache
def _frames() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What polite people put before and behind what they ask: the table [frames] of question.toml."""

    def one_of(name: str) -> str:
        return any_of(read_table("question.toml")["frames"][name])

    soft = rf"(?:(?:{one_of('softeners')})[\s,]+)*"
    # "Could you give me", "please tell me", "do you know"; a bare order ("calculate") is left to what reads it.
    lead = (
        rf"^\W*{soft}(?:(?:(?:{one_of('requests')})[\s,]+{soft}(?:(?:{one_of('orders')})\b(?:\s+(?:me|us))?"
        rf"|(?=(?:{one_of('kept')})\b))|(?:{one_of('orders')})\s+(?:me|us)\b|(?:{one_of('openings')})\b)"
        rf"(?!\s*[?.!]*$)[\s,:]*{soft})"
    )
    tail = rf"(?:[\s,]+(?:{one_of('tails')}))+(?=[\s?.!]*$)|\s+(?:please|pls|plz)(?=\s*[,:;])"
    return re.compile(lead, re.I), re.compile(tail, re.I)
