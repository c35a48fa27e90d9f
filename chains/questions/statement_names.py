"""The financial statements as questions name them: the table [statements] of question.toml."""

from __future__ import annotations

import re
from functools import cache

from chains.measures.phrases import any_of, holds
from chains.measures.phrasing import normalise
from chains.tables import read_table
from ingest.schema import Statement


def find_statements(text: str) -> tuple[Statement, ...]:
    """The statements that a text names, in the order of `Statement`."""
    flat = re.sub(r"[\s\-]+", " ", normalise(text).replace("shareholders ", "shareholders ")).replace(
        "statements", "statement"
    )
    flat = re.sub(r"\bcash flows\b", "cash flow", flat)
    flat = re.sub(r"\bconsolidated ", "", flat)
    names = read_table("question.toml")["statements"]
    return tuple(Statement(key) for key in names if holds(flat, names[key], ending="s?"))


@cache
def statement_remark() -> re.Pattern[str]:
    """A remark about where something is printed: "outlined in the income statement", "on its balance sheet"."""
    names = any_of((n for ns in read_table("question.toml")["statements"].values() for n in ns), space=" ")
    body = names.replace("statement", "statements?").replace("sheet", "sheets?")
    verbs = (
        "outlined|shown|listed|reported|stated|presented|found|disclosed|recorded|displayed|worked\\s+out|computed|calculated|derived"
        "|taken|drawn|obtained|read|measured|determined|based|going|straight|directly|as"
    )
    return re.compile(
        rf"(?:,\s*)?(?:\b(?:directly|explicitly|clearly)\s+)?(?:\b(?:{verbs})\s+)?(?:\b(?:in|on|from|within|per|using|by|out\s+of|with)\s+)?"
        rf"(?:\b(?:the|its|their)\s+)?(?:consolidated\s+)?\b(?<!\boff[\s-])(?:{body})(?![\w-])(?:\s+only)?",
        re.I,
    )
