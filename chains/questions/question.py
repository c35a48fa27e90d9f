"""Read a question: what it asks, and what it says about how to answer (statement, unit, scale, rounding).

Analysts wrap a question in a role ("You are an investment banker ..."), a source ("... by relying on the cash
flow statement") and a format ("Answer in USD millions"). The wrapping is taken off, and what it means is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from chains.questions.abbreviations import in_long
from chains.questions.answer_form import OutputUnit, find_decimals, find_unit, spelt_units
from chains.questions.asking_sentence import core_of
from chains.questions.cause_wording import as_why
from chains.questions.courtesies import ungreeted
from chains.questions.statement_names import find_statements
from ingest.schema import Statement

MAX_LENGTH = 20_000


@dataclass(frozen=True, slots=True)
class Question:
    """A question as read. `text` is the whole of it, `core` the asking sentence without its wrapping.

    `statements` are the statements it wants to be answered from; `decimals` the places to round to, if said.
    """

    text: str
    core: str
    statements: tuple[Statement, ...] = ()
    unit: OutputUnit = field(default_factory=OutputUnit)
    decimals: int | None = None


def read_question(text: str) -> Question:
    """Read a question of any length; of more than 20,000 characters the first are read."""
    text = " ".join(text[:MAX_LENGTH].replace("\u00a0", " ").split(" ")).strip()
    text = in_long(spelt_units(ungreeted(text)))
    return Question(
        text=text,
        core=as_why(core_of(text)),
        statements=find_statements(text),
        unit=find_unit(text),
        decimals=find_decimals(text),
    )
