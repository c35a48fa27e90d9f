"""An auditor of answers that shares no code with the number gate: which printed numbers does nothing support?

A number outside quotation marks must be, at its own printed precision and in some scale, a cited figure, a result of
the program or of one of its steps, a constant of the program, a year of a cited figure, or in the question. A
quotation must stand in the citations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from ingest.schema import Figure

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_CALL = re.compile(r"(\w+)\(([^()]*)\)")
_SCALES = (0, 2, 3, 6, 9, 12)
_MONTH_DAY = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\s+\d{1,2}\b"
)


def unsupported(record: Mapping[str, Any], figure: Callable[[str], Figure | None], names: Iterable[str]) -> list[str]:
    """The numbers and quotations of an answer that nothing supports; `names` are those of documents and companies."""
    text = str(record.get("answer") or "")
    citations = record.get("citations") or []
    quoted = " ".join(_plain(c["quote"]) for c in citations)
    text, quotes = _without_quotations(text)
    wrong = [quote for quote in quotes if _plain(quote) not in quoted]
    text = _MONTH_DAY.sub(" ", text)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    text = re.sub(r"\b(?:FY|Q|page |p\. ?)(?=\d)", " ", text)
    values = _values(record, figure)
    asked = {number.replace(",", "") for number in _NUMBER.findall(str(record.get("question", "")))}
    for number in _NUMBER.findall(text):
        plain = number.rstrip(",").replace(",", "")
        if plain not in asked and not any(_prints(value, Decimal(plain)) for value in values):
            wrong.append(number)
    return wrong


def _without_quotations(text: str) -> tuple[str, list[str]]:
    """The text outside of quotation marks, and what is inside; a quotation may hold others."""
    outside, quotes, depth = "", [], 0
    for char in text:
        if char == "“":
            depth += 1
            if depth == 1:
                quotes.append("")
                continue
        elif char == "”" and depth:
            depth -= 1
            if depth == 0:
                continue
        if depth:
            quotes[-1] += char
        else:
            outside += char
    return outside, quotes


def _plain(text: str) -> str:
    return " ".join(text.split())


def _prints(value: Decimal, printed: Decimal) -> bool:
    places = max(0, -int(printed.as_tuple().exponent))
    for scale in _SCALES:
        for moved in (abs(value).scaleb(-scale), abs(value).scaleb(scale) if scale == 2 else abs(value)):
            if abs(moved - printed) <= Decimal(1).scaleb(-places) / 2:
                return True
    return False


def _values(record: Mapping[str, Any], figure: Callable[[str], Figure | None]) -> list[Decimal]:
    """Cited figures, their years, and every step of every program, worked out anew."""
    values: list[Decimal] = []
    known: dict[str, Decimal] = {}
    for citation in record.get("citations") or []:
        found = figure(citation["figure"]) if citation.get("figure") else None
        if found is not None:
            known[found.id] = found.value
            values.append(found.value)
            if found.fiscal_year:
                values.append(Decimal(found.fiscal_year))
            if found.period:
                values += [Decimal(found.period.end.year), Decimal(found.fiscal_quarter or 4)]
    for program in str(record.get("program") or "").split("; "):
        values += _run(program, known)
    return values


def _run(program: str, known: Mapping[str, Decimal]) -> list[Decimal]:
    steps: list[Decimal] = []
    seen: list[Decimal] = []
    for name, arguments in _CALL.findall(program):
        operands = [_operand(part.strip(), known, steps) for part in arguments.split(",")]
        seen += operands
        a, b = operands[0], operands[-1]
        if name == "divide":
            steps.append(a / b)
        elif name == "exp":
            steps.append(a**b)
        elif name == "multiply":
            steps.append(a * b)
        elif name == "subtract":
            steps.append(a - b)
        elif name in ("add", "table_sum", "sum"):
            steps.append(sum(operands, Decimal(0)))
        elif name in ("average", "table_average"):
            steps.append(sum(operands, Decimal(0)) / len(operands))
        else:
            steps.append(max(operands))
    return steps + seen


def _operand(text: str, known: Mapping[str, Decimal], steps: list[Decimal]) -> Decimal:
    if text.startswith("#"):
        return steps[int(text[1:])]
    if text in known:
        return known[text]
    constant = text.removeprefix("const_")
    constant = "-" + constant[1:] if constant.startswith("m") else constant
    try:
        return Decimal(constant)
    except InvalidOperation:
        return Decimal("NaN")
