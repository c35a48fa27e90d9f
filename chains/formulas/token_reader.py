"""The tokens of a formula, read one after the other: what comes next, whether a period does, and the periods there."""

from __future__ import annotations

from chains.errors import FormulaError
from chains.formulas.expression import FiscalPeriod
from chains.formulas.lexer import Kind, Token

PERIOD_LEADS = frozenset(
    {"in", "for", "of", "at", "during", "as", "from", "on", "over", "through", "between", "across", "the", "end"}
)
"""Small words before a period."""
_PERIODS = (Kind.PERIOD, Kind.YEAR, Kind.RELATIVE)


class TokenReader:
    """Reads the tokens of `text`, the last of which is an END. What cannot be read raises FormulaError."""

    def __init__(self, tokens: list[Token], text: str) -> None:
        self.tokens, self.text = tokens, text
        self.index = 0

    def peek(self, ahead: int = 0) -> Token:
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def next(self) -> Token:
        token = self.peek()
        self.index += 1
        return token

    def error(self, problem: str) -> FormulaError:
        shown = " ".join(self.text.split())
        shown = shown if len(shown) <= 80 else shown[:77] + "..."
        return FormulaError(f"cannot read the formula {shown!r}: {problem}; write it like (A - B) / C")

    def skip_trailing(self) -> None:
        while self.peek().kind is Kind.COMMA or self.peek().text in ("%", "."):
            self.index += 1

    def close(self) -> None:
        if self.peek().kind is not Kind.CLOSE:
            raise self.error(
                f"a bracket is not closed before {self.peek().text[:40]!r}"
                if self.peek().text
                else "a bracket is not closed"
            )
        self.next()

    def leads_to_period(self) -> bool:
        """Whether only small words stand between here and a period."""
        for ahead in range(1, 7):
            token = self.peek(ahead)
            if token.kind in _PERIODS:
                return True
            if not token.is_word(*PERIOD_LEADS, "fiscal", "years", "year", "quarter", "quarters", "both"):
                return False
        return False

    def starts_range(self) -> bool:
        return self.peek(1).is_operator("-") and self.peek(2).kind in (Kind.PERIOD, Kind.YEAR)

    def periods(self) -> tuple[tuple[FiscalPeriod | int, ...], bool]:
        """ "FY2016", "FY2015 - FY2017", "FY2016 and FY2017", "beginning and ending"; whether they are a range."""
        found: list[FiscalPeriod | int] = [self.next().value]
        spans = False
        while True:
            joint, following = self.peek(), self.peek(1)
            skip = 2 if following.is_word("the", "fiscal", "end", "year") else 1
            if self.peek(skip).kind not in _PERIODS:
                return tuple(found), spans
            if joint.is_word("to", "through", "thru", "until") or joint.is_operator("-"):
                spans = True
            elif not (joint.is_word("and", "&", "vs", "versus") or joint.kind is Kind.COMMA):
                return tuple(found), spans
            self.index += skip
            found.append(self.next().value)
