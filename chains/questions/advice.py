"""Questions for advice on shares, which are not answered: the table [advice] of question.toml."""

from __future__ import annotations

import re
from functools import cache

from chains.measures.phrases import any_of, holds
from chains.measures.phrasing import normalise
from chains.tables import read_table


def asks_advice(text: str) -> bool:
    """Does a text ask what to do with shares, or what they will be worth? Reports do not say, and finagent does not."""
    flat = normalise(text)
    return holds(flat, read_table("question.toml")["advice"]["phrases"]) or bool(_advice().search(flat))


@cache
def _advice() -> re.Pattern[str]:
    table = read_table("question.toml")["advice"]
    lists = {k: any_of(table[k], space=" ") for k in ("deeds", "goods", "papers")}
    patterns = (p for p in table["patterns"])
    return re.compile("|".join(re.sub(r"\{(deeds|goods|papers)\}", lambda m: lists[m[1]], p) for p in patterns))
