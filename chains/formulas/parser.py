"""The one grammar of formulas: for `metrics.toml`, for definitions in a question, for both kinds of writing.

A precedence-climbing (Pratt) parser over the tokens of `lexer`. From loose to tight:

    A as a percentage of B          everything before, over everything after
    A divided by B, A times B       words read left to right: "A plus B divided by C" is (A + B) / C
    A + B, A - B, A less B, A net of B
    A * B, A / B
    A ^ B

Functions take a bracket (`average(X)`) or read on ("average inventory", "sum of A, B and C"). average, change and
growth of one item use this period and the prior one, or the periods that the text names ("between FY2016 and FY2017").
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from chains.formulas.expression import Binary, Constant, Expression, FiscalPeriod, Item, Operator, Optional
from chains.formulas.functions import Operand, Span, apply_function, plain_operand
from chains.formulas.lexer import Kind, Lexicon, Token, default_lexicon, tokenize
from chains.formulas.token_reader import PERIOD_LEADS, TokenReader
from chains.formulas.trees import at, check_size, shifted

MAX_NESTING = 40
_NAMES_A_CONCEPT = re.compile(r"[A-Z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+")  # "Revenue" may be a word of a question
_ARTICLES = frozenset(
    {"the", "a", "an", "its", "their", "company's", "of", "total's", "both", "that", "this", "all", "your", "our"}
)
_UNIT_WORDS = ("days", "day", "months", "year", "years", "x", "percent")
_QUALIFIER = re.compile(r"^(?:or |i\.?e\.?,? |a\.?k\.?a\.? |also )|^[A-Z&/]{2,8}s?$")
_CURRENCY = re.compile(r"^(?:in|as|expressed in)\b|^(?:%|\$)", re.IGNORECASE)
_POWERS = {
    "+": (10, 11),
    "-": (10, 11),
    "*": (20, 21),
    "/": (20, 21),
    "^": (31, 30),
    "word/": (6, 7),
    "word*": (6, 7),
    "percent/": (4, 5),
}
_OPERATORS = {
    "+": Operator.ADD,
    "-": Operator.SUBTRACT,
    "*": Operator.MULTIPLY,
    "/": Operator.DIVIDE,
    "^": Operator.EXP,
    "word/": Operator.DIVIDE,
    "word*": Operator.MULTIPLY,
    "percent/": Operator.DIVIDE,
}
_STARTS = frozenset({Kind.WORD, Kind.FUNCTION, Kind.PERIOD, Kind.YEAR, Kind.RELATIVE, Kind.OPEN, Kind.STATEMENT})
_ONE = Constant(Decimal(1))


def parse_formula(
    text: str, lexicon: Lexicon | None = None, resolve: Callable[[str], Expression | None] | None = None
) -> Expression:
    """Read a formula, symbolic or in words.

    `lexicon` holds the line items whose names contain connectives. `resolve` gives the expression of a name that is
    itself defined elsewhere (another metric, another definition), or None. CamelCase words are concepts.
    Raises FormulaError.
    """
    parser = _Parser(tokenize(text, lexicon or default_lexicon()), text, resolve)
    expression = parser.expression(0)
    parser.skip_trailing()
    if parser.peek().kind is not Kind.END:
        raise parser.error(f"{parser.peek().text[:40]!r} was not expected")
    return check_size(plain_operand(expression))


class _Parser(TokenReader):
    def __init__(self, tokens: list[Token], text: str, resolve: Callable[[str], Expression | None] | None) -> None:
        super().__init__(tokens, text)
        self.resolve = resolve
        self.depth = 0
        self.lists = 0  # inside "sum of A, B and C": commas and "and" separate
        self.ratios = 0  # inside "ratio of A to B": "to" separates

    # -- expressions ----------------------------------------------------------------------------------------------

    def expression(self, minimum: int) -> Operand:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error(f"it is nested more than {MAX_NESTING} deep")
        left = self.operand()
        while (token := self.peek()).kind is Kind.OPERATOR and _POWERS[token.value][0] >= minimum:
            self.next()
            left = self.combined(token.value, left, self.expression(_POWERS[token.value][1]))
        self.depth -= 1
        return left

    def combined(self, symbol: str, left: Operand, right: Operand) -> Expression:
        a, b = plain_operand(left), plain_operand(right)
        closed = self.tokens[self.index - 1].kind is Kind.CLOSE
        if symbol == "word/" and not closed:
            match b:
                case Binary(Operator.MULTIPLY, divisor, Constant() as factor):
                    # "A divided by B * 100" is (A / B) * 100
                    return Binary(Operator.MULTIPLY, Binary(Operator.DIVIDE, a, divisor), factor)
        return Binary(_OPERATORS[symbol], a, b)

    def operand(self) -> Operand:
        while self.peek().is_word(*_ARTICLES) and self.peek().text != "A" and self.peek(1).kind in _STARTS:
            self.next()
        token = self.peek()
        match token.kind:
            case Kind.NUMBER:
                return self.number()
            case Kind.YEAR if self.peek(1).kind not in (Kind.WORD, Kind.FUNCTION) and not self.starts_range():
                return self.number()
            case Kind.PERIOD | Kind.YEAR | Kind.RELATIVE:
                return self.period_then_operand()
            case Kind.STATEMENT:
                statement = self.next().value
                inner = plain_operand(self.operand())
                return replace(inner, statement=statement) if isinstance(inner, Item) else inner
            case Kind.FUNCTION:
                return self.suffixed(self.function())
            case Kind.OPEN:
                return self.suffixed(self.bracket())
            case Kind.WORD:
                return self.item()
            case Kind.OPERATOR if token.value in "+-" and not token.text.isalpha() and " " not in token.text:
                return self.signed()
            case Kind.END:
                raise self.error("it breaks off where an item is expected")
            case _:
                raise self.error(f"{token.text[:40]!r} stands where an item is expected")

    def number(self) -> Expression:
        token = self.next()
        value = token.value if token.kind is Kind.NUMBER else Decimal(token.value.year)
        constant = Constant(value)
        while self.peek().is_word(*_UNIT_WORDS):
            self.next()
        if self.peek().is_word("of"):  # "25% of revenue"
            self.next()
            return Binary(Operator.MULTIPLY, constant, plain_operand(self.operand()))
        if self.peek().kind is Kind.OPEN:  # "365 (A / B)"
            return Binary(Operator.MULTIPLY, constant, plain_operand(self.suffixed(self.bracket())))
        return constant

    def signed(self) -> Expression:
        sign = self.next().value
        inner = plain_operand(self.expression(25))
        if sign == "+":
            return inner
        return (
            Constant(-inner.value)
            if isinstance(inner, Constant)
            else Binary(Operator.MULTIPLY, Constant(-_ONE.value), inner)
        )

    def bracket(self) -> Operand:
        self.next()
        lists, ratios, self.lists, self.ratios = self.lists, self.ratios, 0, 0
        inner = self.expression(0)
        self.lists, self.ratios = lists, ratios
        self.skip_trailing()
        self.close()
        return inner

    # -- items and periods ----------------------------------------------------------------------------------------

    def item(self) -> Operand:
        """A run of words, with the remarks and periods that belong to it."""
        first = self.next()
        last = first
        while self.continues():
            last = self.next()
        phrase = " ".join(self.text[first.start : last.end].split()).strip(" ,'’")
        phrase = re.sub(r"['’]s$", "", phrase)
        if not re.search(r"[^\W_]", phrase):
            raise self.error(f"{phrase!r} is no line item")
        return self.suffixed(self.named(phrase))

    def continues(self) -> bool:
        """Whether the next token still belongs to the item's name."""
        token, following = self.peek(), self.peek(1)
        if token.kind is Kind.WORD:
            if token.is_word("and", "or") and self.lists:
                return False
            if token.is_word("to") and self.ratios:
                return False
            return not (token.is_word(*PERIOD_LEADS) and self.leads_to_period())
        if token.kind is Kind.COMMA:
            return not self.lists and following.kind is Kind.WORD
        return (
            token.kind is Kind.FUNCTION
            and token.text.lower() in ("growth", "change", "total of", "average")
            and following.kind is not Kind.OPEN
        )

    def named(self, phrase: str) -> Expression:
        if self.resolve is not None and (known := self.resolve(phrase)) is not None:
            return known
        concept = phrase if _NAMES_A_CONCEPT.fullmatch(phrase) else None
        if concept is None and (match := re.fullmatch(r"(.+?) growth(?: rate)?", phrase, re.IGNORECASE)):
            return apply_function("growth", [self.named(match[1])])
        return Item(phrase, concept)

    def suffixed(self, operand: Operand) -> Operand:
        """What follows an operand and belongs to it: "(from the balance sheet)", "in FY2017", "(COGS)"."""
        while True:
            token = self.peek()
            if token.kind is Kind.STATEMENT:
                statement = self.next().value
                operand = replace(operand, statement=statement) if isinstance(operand, Item) else operand
            elif token.kind is Kind.OPEN and isinstance(operand, Item):
                remark = self.remark(operand)
                if remark is None:
                    return operand
                operand = remark
            elif isinstance(operand, Span):
                return operand
            elif token.kind in (Kind.PERIOD, Kind.RELATIVE) or (token.kind is Kind.YEAR and isinstance(operand, Item)):
                operand = self.placed(operand)
            elif token.is_word(*PERIOD_LEADS) and self.leads_to_period():
                while self.peek().kind is Kind.WORD:
                    self.next()
                operand = self.placed(operand)
            else:
                return operand

    def remark(self, item: Item) -> Operand | None:
        """Read the bracket after an item: a period, a statement, an abbreviation, a part of the name, a formula."""
        depth, end = 0, self.index
        while self.tokens[end].kind is not Kind.END:
            depth += {Kind.OPEN: 1, Kind.CLOSE: -1}.get(self.tokens[end].kind, 0)
            if depth == 0:
                break
            end += 1
        if depth:
            raise self.error("a bracket is not closed")
        inside = self.tokens[self.index + 1 : end]
        text = self.text[self.tokens[self.index].end : self.tokens[end].start].strip()
        if re.fullmatch(r"if (?:any|applicable|reported)|where applicable|when applicable", text, re.IGNORECASE):
            self.index = end + 1
            return Optional(item)
        if not inside or _CURRENCY.match(text) or (_QUALIFIER.match(text) and len(inside) <= 6):
            self.index = end + 1
            return item
        if inside[0].kind in (Kind.PERIOD, Kind.YEAR, Kind.RELATIVE, Kind.STATEMENT) or inside[0].is_operator("+", "-"):
            self.next()
            operand: Operand = item
            if inside[0].kind is Kind.OPERATOR:  # "current assets (excluding inventory)"
                symbol = self.next().value
                operand = self.combined(symbol, item, self.expression(11))
            operand = self.suffixed(operand)
            self.close()
            return operand
        if any(t.kind in (Kind.OPERATOR, Kind.FUNCTION) for t in inside):  # "EBITDA (operating income + D&A)"
            return self.bracket()
        self.index = end + 1
        if len(text) > 30:
            return item
        return replace(item, phrase=f"{item.phrase} ({text})")

    def placed(self, operand: Expression) -> Operand:
        periods, spans = self.periods()
        if len(periods) > 1:
            return Span(operand, periods, spans)
        only = periods[0]
        return at(operand, only) if isinstance(only, FiscalPeriod) else shifted(operand, only)

    def period_then_operand(self) -> Operand:
        periods, spans = self.periods()
        if len(periods) > 1 and self.peek().kind is Kind.FUNCTION:  # "FY2015 - FY2017 average inventory"
            return self.function(lambda argument: Span(argument, periods, spans))
        operand = self.operand()
        if isinstance(operand, Span):
            return operand
        if len(periods) > 1:
            return Span(operand, periods, spans)
        return at(operand, periods[0]) if isinstance(periods[0], FiscalPeriod) else shifted(operand, periods[0])

    # -- functions ------------------------------------------------------------------------------------------------

    def function(self, spread: Callable[[Expression], Operand] | None = None) -> Expression:
        token = self.next()
        name = str(token.value)
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise self.error(f"it is nested more than {MAX_NESTING} deep")
        if self.peek().kind is Kind.OPEN:
            arguments = self.arguments()
        elif name in ("average", "change", "decrease", "growth") and not token.text.lower().endswith(
            (" of", "between")
        ):
            arguments = [self.operand()]
        else:
            arguments = self.listed(name)
        self.depth -= 1
        if spread is not None and len(arguments) == 1 and not isinstance(arguments[0], Span):
            arguments = [spread(arguments[0])]
        return apply_function(name, arguments)

    def arguments(self) -> list[Operand]:
        """What a call's brackets hold. "average (A + B) / 2" reads the same: a bracket with one argument."""
        self.next()
        lists, ratios, self.lists, self.ratios = self.lists, self.ratios, 1, 0
        found = [self.expression(0)]
        while self.peek().kind is Kind.COMMA or self.peek().is_word("and"):
            self.next()
            found.append(self.expression(0))
        self.lists, self.ratios = lists, ratios
        self.close()
        if len(found) == 1 and not isinstance(found[0], Span):
            suffixed = self.suffixed(found[0])
            return [suffixed]
        return found

    def listed(self, name: str) -> list[Operand]:
        """ "A, B and C" after "sum of", "A to B" after "ratio of"."""
        if self.peek().is_word("of", "between"):
            self.next()
        self.lists, self.ratios = self.lists + (name != "ratio"), self.ratios + (name == "ratio")
        found = [self.expression(8)]
        while True:
            token, following = self.peek(), self.peek(1)
            if token.kind is Kind.COMMA and following.kind not in (Kind.END, Kind.CLOSE):
                self.next()
                if self.peek().is_word("and", "or"):
                    self.next()
            elif token.is_word("and", "to", "from") or (token.is_operator("word/") and token.text.lower() == "to"):
                self.next()
            else:
                break
            found.append(self.expression(8))
        self.lists, self.ratios = self.lists - (name != "ratio"), self.ratios - (name == "ratio")
        return found
