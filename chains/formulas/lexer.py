"""The tokens of a formula: symbols, numbers, periods, connectives ("divided by"), and line-item words.

Finance writing hides operators in words ("less", "over") and words in operators ("D&A", "property, plant and
equipment", "long-term"). The lexer settles which is which: the longest known phrase wins, a hyphen or an ampersand
inside a word is part of it, and `formula.toml` lists the words that mean an operator or a function.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from functools import cache, cached_property
from typing import Any

from chains.errors import FormulaError
from chains.formulas.expression import FiscalPeriod
from chains.measures.phrases import any_of
from chains.tables import read_table
from ingest.schema import Statement

MAX_CHARACTERS = 4000
MAX_TOKENS = 800

_ATOM = re.compile(r"\d[\d,]*(?:\.\d+)?%?(?![\w])|\.\d+%?(?!\w)|\w+|[^\w\s]")
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?")
_YEAR = r"(?P<year>(?:19|20)\d\d|(?<!\d)\d\d)"
_PERIOD = re.compile(
    rf"""(?:(?:Q(?P<q1>[1-4])|(?P<qword>first|second|third|fourth)[ ]quarter|(?P<q2>[1-4])Q)[ ,-]*(?:of[ ])?(?:the[ ])?
         (?:fiscal[ ]year[ ]|fiscal[ ]|FY[ ]?'?)?|(?:fiscal[ ]year[ ]|fiscal[ ]|FY[ ]?'?))
        {_YEAR}(?:['’]s)?(?![\w%]|[.,]\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_BARE_YEAR = re.compile(r"(?P<year>(?:19|20)\d\d)(?:['’]s)?(?![\w%]|[.,]\d)")
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_SYMBOLS = {
    "×": "*",
    "·": "*",
    "∗": "*",
    "⋅": "*",
    "÷": "/",
    "∕": "/",
    "⁄": "/",
    "−": "-",
    "–": "-",
    "—": "-",
    "‒": "-",
}
_BRACKETS = {"[": "(", "{": "(", "]": ")", "}": ")"}
_JOINERS = frozenset("-'’.&/‑")
_STATEMENT_LEAD = (
    r"(?:(?:taken |obtained |reported |shown |found |as shown |as reported |as presented )?"
    r"(?:from|per|in|on|within|using|see|according to|of) )?(?:the |its |their )?(?:consolidated )?"
)


class Kind(Enum):
    NUMBER = auto()
    WORD = auto()
    OPERATOR = auto()
    FUNCTION = auto()
    PERIOD = auto()
    YEAR = auto()
    """A bare four-digit year: a period next to a line item, otherwise a number."""
    RELATIVE = auto()
    STATEMENT = auto()
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is as written; `value` is what it means. `known` marks a line item of the lexicon."""

    kind: Kind
    text: str
    start: int
    end: int
    value: Any = None
    known: bool = False

    def is_word(self, *words: str) -> bool:
        return self.kind is Kind.WORD and not self.known and self.text.lower() in words

    def is_operator(self, *symbols: str) -> bool:
        return self.kind is Kind.OPERATOR and self.value in symbols


class Lexicon:
    """Known line-item phrases, for the longest match. Building takes about 2 microseconds a phrase."""

    def __init__(self, phrases: Iterable[str] = ()) -> None:
        self._entries: dict[str, list[tuple[str, ...]]] = {}
        for phrase in (*grammar_table()["phrases"]["words"], *phrases):
            atoms = _atoms_of(phrase)
            if atoms and atoms[0] not in _words_of_operators():
                self._entries.setdefault(atoms[0], []).append(atoms)
        for entries in self._entries.values():
            entries.sort(key=len, reverse=True)

    def match(self, atoms: list[str], index: int) -> int:
        """How many of `atoms` from `index` on make the longest known phrase; 0 for none."""
        for entry in self._entries.get(atoms[index], ()):
            if tuple(atoms[index : index + len(entry)]) == entry:
                return len(entry)
        return 0

    def knows(self, phrase: str) -> bool:
        """Whether the whole of `phrase` is a known line item."""
        atoms = _atoms_of(phrase)
        return bool(atoms) and atoms in self._entries.get(atoms[0], ())


def grammar_table() -> Mapping[str, Any]:
    """The words of `formula.toml`."""
    return read_table("formula.toml")


@cache
def default_lexicon() -> Lexicon:
    return Lexicon()


def tokenize(text: str, lexicon: Lexicon) -> list[Token]:
    """The tokens of `text`, with an END. Raises FormulaError for a text that is too long."""
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(f"the formula has {len(text)} characters; at most {MAX_CHARACTERS} can be read")
    return _Lexer(text, lexicon).tokens()


class _Lexer:
    def __init__(self, text: str, lexicon: Lexicon) -> None:
        self.text = text
        self.lexicon = lexicon
        self.matches = list(_ATOM.finditer(text))
        self.starts = {m.start(): i for i, m in enumerate(self.matches)}
        self.atoms = [m[0].lower() for m in self.matches]
        self.found: list[Token] = []

    def tokens(self) -> list[Token]:
        index = 0
        while index < len(self.matches):
            if len(self.found) >= MAX_TOKENS:
                raise FormulaError(f"the formula has more than {MAX_TOKENS} words and symbols; write a shorter one")
            index = self._step(index)
        self.found.append(Token(Kind.END, "", len(self.text), len(self.text)))
        return [self._ratio_word(i, token) for i, token in enumerate(self.found)]

    def _ratio_word(self, index: int, token: Token) -> Token:
        """ "to" between two known line items divides: "total debt to total equity"."""
        if index and token.is_word("to") and self.found[index - 1].known:
            following = next((t for t in self.found[index + 1 :] if not t.is_word("total", "average", "the")), token)
            if following.known:
                return replace(token, kind=Kind.OPERATOR, value="word/")
        return token

    def _step(self, index: int) -> int:
        """Read one token at atom `index`; the index after it."""
        start = self.matches[index].start()
        if start == 0 or not self.text[start - 1].isalnum():
            for pattern, kind in ((_PERIOD, Kind.PERIOD), (_BARE_YEAR, Kind.YEAR)):
                if match := pattern.match(self.text, start):
                    return self._add(kind, start, match.end(), _fiscal_period(match))
            if match := _tables().statement.match(self.text, start):
                return self._add(Kind.STATEMENT, start, match.end(), _tables().statement_of(match["name"]))
        known = self.lexicon.match(self.atoms, index)
        connective, (kind, value) = self._connective(index)
        if connective and (known <= connective or (value in ("change", "decrease") and self._range_follows(index))):
            return self._add(kind, start, self.matches[index + connective - 1].end(), value)
        if known:
            return self._add(Kind.WORD, start, self.matches[index + known - 1].end(), known=True)
        return self._plain(index, start)

    def _plain(self, index: int, start: int) -> int:
        atom = self.atoms[index]
        if atom[0].isdigit() or (atom[0] == "." and len(atom) > 1):
            if (number := atom.rstrip("%").rstrip(",")) and _NUMBER.fullmatch(number) and len(number) < 40:
                end = start + len(number)
                percent = atom.endswith("%")
                value = Decimal(number.replace(",", "")) / (100 if percent else 1)
                self._add(Kind.NUMBER, start, end + percent, value)
                if atom.endswith(","):
                    self.found.append(Token(Kind.COMMA, ",", end, end + 1))
                return index + 1
            if not atom.isalnum():
                raise FormulaError(f"{atom[:40]!r} is no number; write it with digits and one decimal point")
        symbol = _SYMBOLS.get(atom, atom)
        if symbol in ("+", "-", "*", "/", "^"):
            if atom == "*" and index + 1 < len(self.atoms) and self.text[start : start + 2] == "**":
                return self._add(Kind.OPERATOR, start, start + 2, "^")
            return self._add(Kind.OPERATOR, start, start + 1, symbol)
        bracket = _BRACKETS.get(atom, atom)
        if bracket in ("(", ")", ","):
            kind = {"(": Kind.OPEN, ")": Kind.CLOSE, ",": Kind.COMMA}[bracket]
            return self._add(kind, start, start + 1)
        if atom in ("x",) and self.found and self.found[-1].kind in (Kind.NUMBER, Kind.CLOSE, Kind.WORD):
            return self._add(Kind.OPERATOR, start, start + 1, "*")
        if not (atom[0].isalnum() or atom[0] in "_&$%'’"):
            raise FormulaError(f"the formula has {atom!r} where an item or an operator is expected")
        if atom in "$'’":
            return index + 1
        return self._word(index, start)

    def _word(self, index: int, start: int) -> int:
        """A word with its inner hyphens, dots, ampersands and possessive."""
        last = index
        while last + 2 < len(self.matches):
            joiner, following = self.matches[last + 1], self.matches[last + 2]
            glued = joiner.start() == self.matches[last].end() and following.start() == joiner.end()
            if not (glued and joiner[0] in _JOINERS and following[0][0].isalnum()) or self._splits(last, joiner[0]):
                break
            last += 2
        end = self.matches[last].end()
        if end < len(self.text) and self.text[end] == "." and last > index:  # "U.S."
            end += 1
        return self._add(Kind.WORD, start, end)

    def _splits(self, left: int, joiner: str) -> bool:
        """Whether what joins two words is an operator after all: "DIO-DPO", "revenue/assets"."""
        a, b = self.matches[left][0], self.matches[left + 2][0]
        if joiner == "/":
            return not (len(a) == len(b) == 1 or (a.lower(), b.lower()) == ("and", "or"))
        return joiner == "-" and a.isupper() and b.isupper() and len(a) > 1 and len(b) > 1 and not b.isdigit()

    def _connective(self, index: int) -> tuple[int, tuple[Kind, Any]]:
        """The longest connective at `index`: how many atoms, and what it means."""
        tables = _tables()
        for entry, meaning in tables.connectives.get(self.atoms[index], ()):
            end = index + len(entry)
            if tuple(self.atoms[index:end]) != entry or self._inside_word(index, end):
                continue
            if " ".join(entry) in tables.call_only and (end >= len(self.atoms) or self.atoms[end] != "("):
                continue
            return len(entry), meaning
        return 0, (Kind.WORD, None)

    def _inside_word(self, index: int, end: int) -> bool:
        """Whether the atoms are glued to a neighbour: "over" in "year-over-year", "less" in "less-than"."""
        before = index > 0 and self.matches[index].start() == self.matches[index - 1].end()
        after = end < len(self.matches) and self.matches[end].start() == self.matches[end - 1].end()
        return (before and self.atoms[index - 1] in _JOINERS) or (after and self.atoms[end] in _JOINERS - {"."})

    def _range_follows(self, index: int) -> bool:
        """Whether the item at `index` is followed by "between" or "from" two periods."""
        rest = re.split(r"[)+*/]", self.text[self.matches[index].start() :], maxsplit=1)[0]
        return bool(re.search(r"\b(?:between|from)\b.{0,20}\d{2}", rest))

    def _add(self, kind: Kind, start: int, end: int, value: Any = None, known: bool = False) -> int:
        self.found.append(Token(kind, self.text[start:end], start, end, value, known))
        index = self.starts[start]
        while index < len(self.matches) and self.matches[index].start() < end:
            index += 1
        return index


@dataclass(frozen=True)
class _Tables:
    """The connectives by first atom, longest first, and the statement names."""

    connectives: Mapping[str, list[tuple[tuple[str, ...], tuple[Kind, Any]]]]
    call_only: frozenset[str]

    @cached_property
    def statement(self) -> re.Pattern[str]:
        return re.compile(rf"{_STATEMENT_LEAD}(?P<name>{any_of(self._statements, space=' ')})\b", re.IGNORECASE)

    @cached_property
    def _statements(self) -> dict[str, Statement]:
        table = grammar_table()["statements"]
        return {name: Statement(statement) for statement, names in table.items() for name in names}

    def statement_of(self, name: str) -> Statement:
        return self._statements[" ".join(name.lower().split())]


@cache
def _tables() -> _Tables:
    table = grammar_table()
    meanings: dict[tuple[str, ...], tuple[Kind, Any]] = {}
    for kind, section in ((Kind.OPERATOR, "operators"), (Kind.FUNCTION, "functions"), (Kind.RELATIVE, "relative")):
        for value, phrases in table[section].items():
            for phrase in phrases:
                meanings[_atoms_of(phrase)] = (kind, int(value) if kind is Kind.RELATIVE else value)
    connectives: dict[str, list[tuple[tuple[str, ...], tuple[Kind, Any]]]] = {}
    for entry, meaning in sorted(meanings.items(), key=lambda pair: -len(pair[0])):
        connectives.setdefault(entry[0], []).append((entry, meaning))
    return _Tables(connectives, frozenset(table["call_only"]["words"]))


@cache
def _words_of_operators() -> frozenset[str]:
    return frozenset(_atoms_of(phrase)[0] for phrases in grammar_table()["operators"].values() for phrase in phrases)


def _atoms_of(phrase: str) -> tuple[str, ...]:
    return tuple(_ATOM.findall(phrase.lower()))


def _fiscal_period(match: re.Match[str]) -> FiscalPeriod:
    groups = match.groupdict()
    year = int(groups["year"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    word = (groups.get("qword") or "").lower()
    quarter = groups.get("q1") or groups.get("q2") or _QUARTERS.get(word)
    return FiscalPeriod(year, int(quarter) if quarter else None)
