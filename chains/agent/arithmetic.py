"""Calculations that a request writes out: a program of the FinQA language, or plain arithmetic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from chains.answers.program import Operation, Program, parse_program
from chains.errors import ChainError
from chains.formulas.lexer import Lexicon
from chains.formulas.parser import parse_formula
from chains.formulas.trees import items, to_program

WRITTEN = "\ue003"
"""What stands for a written calculation in the text of a request."""
_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|\.\d+)%?"
_ARITHMETIC = re.compile(rf"(?<![\w.,$€£])[(\s]*{_NUMBER}\)*(?:\s*[-+*/×÷−^x]\s*[(\s]*{_NUMBER}\)*)+(?![\w])")
_SHARE_OF = re.compile(
    r"(?<![\w.,])(?P<rate>\d[\d,]*(?:\.\d+)?)\s?(?:%|per ?cent) of (?P<whole>\d[\d,]*(?:\.\d+)?)(?![\w%]|[.,]\d)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"(?:\A|\b(?:comput\w+|calculat\w+|is|are|what['’]s|out|evaluate|run|then|and|result|equals?|please|me|add|sum|solve|for)|[:=;,.?!])\s*\Z",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\b(?:as a percentage|as a percent|in percent|in %|as %|percentage of)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """A calculation as it stands in a text, and its program."""

    text: str
    program: str


def program_in(text: str) -> Written | None:
    """The first calculation that a text writes out; None where there is none that can be run."""
    return _program(text) or _arithmetic(text)


@cache
def _calls() -> re.Pattern[str]:
    names = "|".join(Operation)
    return re.compile(rf"(?<![\w.])(?:{names})\s*\(", re.IGNORECASE)


def _program(text: str) -> Written | None:
    match = _calls().search(text)
    if match is None:
        return None
    depth, end = 0, None
    for place in range(match.start(), len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0 and text[place] == ")":
            end = place + 1
            follows = re.match(r"\s*,\s*", text[end:])
            if follows is None or not _calls().match(text[end + follows.end() :]):
                break
    said = text[match.start() : end]
    try:
        return Written(said, str(parse_program(said)))
    except ChainError:
        return Written(said, said) if end else None  # the tool says what is wrong with it


def _arithmetic(text: str) -> Written | None:
    if (share := _SHARE_OF.search(text)) is not None:
        rate, whole = share["rate"].replace(",", ""), share["whole"].replace(",", "")
        return Written(share[0], f"divide({rate}, const_100), multiply(#0, {whole})")
    for match in _ARITHMETIC.finditer(text):
        said = match[0].strip()
        if not _ASKED.search(text[: match.start()]):
            continue  # "in 1-3 years", "as of 12/18"
        while said.count(")") > said.count("(") and said.endswith(")"):
            said = said[:-1]
        if said.count("(") != said.count(")") or re.fullmatch(r"(?:19|20)\d\d\s*[-/−]\s*(?:\d\d|(?:19|20)\d\d)", said):
            continue  # "2021-2022" is a span of years
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}(?:/\d{2,4})?", said):
            continue
        try:
            expression = parse_formula(
                said.replace("×", "*").replace("÷", "/").replace("−", "-"), Lexicon(), lambda _: None
            )
            if items(expression):
                continue
            program = to_program(expression, lambda item: item.phrase)
        except ChainError:
            continue
        return Written(said, _as_percent(program) if _PERCENT.search(text) else str(program))
    return None


def _as_percent(program: Program) -> str:
    return f"{program}, multiply(#{len(program.steps) - 1}, const_100)"
