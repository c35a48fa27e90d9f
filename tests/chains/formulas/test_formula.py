"""The grammar of formulas, the definitions in questions, and the compiler."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from chains.answers.program import execute
from chains.errors import FormulaError, UnresolvedError
from chains.formulas.definitions import find_definitions
from chains.formulas.expression import Average, Binary, Constant, Expression, FirstOf, FiscalPeriod, Item, Optional
from chains.formulas.lexer import Lexicon
from chains.formulas.parser import parse_formula
from chains.formulas.trees import at, items, settled, shifted, to_program
from chains.formulas.units import Quantity

SYMBOLS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "exp": "^"}


def show(expression: Expression) -> str:
    """A compact picture of a tree: `<phrase@FY2017[-1]!statement>`."""
    match expression:
        case Constant(value):
            return str(value)
        case Item(phrase, _, period, shift, statement):
            parts = (
                f"@{period}" if period else "",
                f"[{shift}]" if shift else "",
                f"!{statement}" if statement else "",
            )
            return f"<{phrase}{''.join(parts)}>"
        case Binary(operator, left, right):
            return f"({show(left)} {SYMBOLS[operator]} {show(right)})"
        case Average(terms):
            return f"avg({', '.join(map(show, terms))})"
        case Optional(term):
            return f"opt({show(term)})"
        case FirstOf(alternatives):
            return f"first({', '.join(map(show, alternatives))})"


DPO = (
    "365 * (average accounts payable between FY2016 and FY2017) / "
    "(FY2017 COGS + change in inventory between FY2016 and FY2017)"
)
DPO_TREE = (
    "((365 * avg(<accounts payable@FY2016>, <accounts payable@FY2017>)) / "
    "(<COGS@FY2017> + (<inventory@FY2017> - <inventory@FY2016>)))"
)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        # the symbols of metrics.toml
        ("A + B * C - D / E", "((<A> + (<B> * <C>)) - (<D> / <E>))"),
        ("A × B ÷ C − D", "(((<A> * <B>) / <C>) - <D>)"),
        ("[A + {B - C}] ^ 2", "((<A> + (<B> - <C>)) ^ 2)"),
        ("-A + 1", "((-1 * <A>) + 1)"),
        ("365 * average(AccountsPayableCurrent) / CostOfRevenue",
         "((365 * avg(<AccountsPayableCurrent>, <AccountsPayableCurrent[-1]>)) / <CostOfRevenue>)"),
        ("first(GrossProfit, Revenues - CostOfRevenue)", "first(<GrossProfit>, (<Revenues> - <CostOfRevenue>))"),
        ("Assets - optional(Goodwill)", "(<Assets> - opt(<Goodwill>))"),
        ("prior(Revenues, 2)", "<Revenues[-2]>"),
        ("growth(Revenues)", "((<Revenues> - <Revenues[-1]>) / <Revenues[-1]>)"),
        ("cagr(Revenues, 3)", "(((<Revenues> / <Revenues[-3]>) ^ (1 / 3)) - 1)"),
        # the same in words
        (DPO, DPO_TREE),
        ("total current assets divided by total current liabilities", "(<total current assets> / <total current liabilities>)"),
        ("operating income plus depreciation and amortization divided by revenue",
         "((<operating income> + <depreciation and amortization>) / <revenue>)"),
        ("X divided by Y multiplied by 365", "((<X> / <Y>) * 365)"),
        ("X divided by Y * 100", "((<X> / <Y>) * 100)"),
        ("net sales less cost of sales", "(<net sales> - <cost of sales>)"),
        ("X plus Y minus Z", "((<X> + <Y>) - <Z>)"),
        ("current assets net of inventory", "(<current assets> - <inventory>)"),
        ("net income over average total assets", "(<net income> / avg(<total assets>, <total assets[-1]>))"),
        ("capex as a percentage of revenue", "(<capex> / <revenue>)"),
        ("the ratio of total debt to total equity", "(<total debt> / <total equity>)"),
        ("sum of A, B and C", "((<A> + <B>) + <C>)"),
        ("sum of property, plant and equipment, goodwill, and R&D",
         "((<property, plant and equipment> + <goodwill>) + <R&D>)"),
        ("difference between A and B divided by B", "((<A> - <B>) / <B>)"),
        ("average of A for FY2015 through FY2017", "avg(<A@FY2015>, <A@FY2016>, <A@FY2017>)"),
        ("FY2015 - FY2017 average capex", "avg(<capex@FY2015>, <capex@FY2016>, <capex@FY2017>)"),
        ("average of FY2016 and FY2017 accounts payable", "avg(<accounts payable@FY2016>, <accounts payable@FY2017>)"),
        ("average of beginning and ending inventory", "avg(<inventory[-1]>, <inventory>)"),
        ("(current year revenue - prior year revenue) / prior year revenue",
         "((<revenue> - <revenue[-1]>) / <revenue[-1]>)"),
        ("percentage change in revenue from FY2015 to FY2016",
         "((<revenue@FY2016> - <revenue@FY2015>) / <revenue@FY2015>)"),
        ("revenue in 2018 - revenue in 2017", "(<revenue@FY2018> - <revenue@FY2017>)"),
        ("Q2 FY2023 revenue - Q1 of FY2023 revenue", "(<revenue@Q2 FY2023> - <revenue@Q1 FY2023>)"),
        ("365 x (receivables / revenue)", "(365 * (<receivables> / <revenue>))"),
        ("25% of revenue", "(0.25 * <revenue>)"),
        # names that hold operators and connectives
        ("operating income + D&A (from cash flow statement)", "(<operating income> + <D&A!cash_flow>)"),
        ("capex per the statement of cash flows / revenue", "(<capex!cash_flow> / <revenue>)"),
        ("other income (expense), net / revenue", "(<other income (expense), net> / <revenue>)"),
        ("long-term debt - cash and cash equivalents", "(<long-term debt> - <cash and cash equivalents>)"),
        ("year-over-year change in sell-through revenue", "(<sell-through revenue> - <sell-through revenue[-1]>)"),
        ("DIO+DSO-DPO", "((<DIO> + <DSO>) - <DPO>)"),
        ("A/R + capex/revenue", "(<A/R> + (<capex> / <revenue>))"),
        ("cost of goods sold (COGS) / average inventory", "(<cost of goods sold> / avg(<inventory>, <inventory[-1]>))"),
        ("current assets (excluding inventory) / B", "((<current assets> - <inventory>) / <B>)"),
        ("EBITDA (operating income + D&A) / revenue", "((<operating income> + <D&A>) / <revenue>)"),
        ("net income less preferred dividends (if any)", "(<net income> - opt(<preferred dividends>))"),
    ],
)  # fmt: skip
def test_symbols_and_words_read_to_the_same_trees(text: str, tree: str) -> None:
    assert show(parse_formula(text)) == tree


def test_a_lexicon_keeps_the_connectives_inside_its_phrases() -> None:
    text = "cash due to and from affiliates over total due to and from brokers"
    lexicon = Lexicon(["Cash due to and from affiliates", "due to and from brokers"])
    assert show(parse_formula(text, lexicon)) == "(<cash due to and from affiliates> / <total due to and from brokers>)"
    assert show(parse_formula("total debt to equity", Lexicon(["debt", "equity"]))) == "(<total debt> / <equity>)"


def test_a_camel_case_word_is_a_concept_and_others_are_not() -> None:
    concept, phrase, word = items(parse_formula("CostOfRevenue / accounts payable + Revenue"))
    assert concept.concept == "CostOfRevenue"
    assert phrase.concept is None
    assert word.concept is None


@pytest.mark.parametrize(
    "text",
    ["", "()", "A +", "A B )", "(A", "* 2", "1.2.3", "A / / B", "revenue from FY2015 to FY2017 / 2", "prior(A, 1.5)", "a; b",
     "ratio of A", "$$$"],
)  # fmt: skip
def test_what_cannot_be_read_is_one_clear_line(text: str) -> None:
    with pytest.raises(FormulaError) as error:
        parse_formula(text)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 300


@pytest.mark.parametrize(
    "text",
    ["(" * 10_000 + "a" + ")" * 10_000, "(" * 1900, "a" * 100_000, "-" * 3000 + "a", "average " * 450 + "a", "2^" * 390 + "2",
     "(x" * 300, "+".join("a" * 390), "average of FY1900 - FY2099 x", "[{(" * 500],
)  # fmt: skip
def test_hostile_formulas_end_quickly_in_an_error(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(FormulaError):
        parse_formula(text)
    assert time.perf_counter() - started < 1


# ---------------------------------------------------------------------------------------------------- definitions


@pytest.mark.parametrize(
    ("question", "name", "tree"),
    [
        (f"What is the FY2017 DPO of Acme? DPO is defined as: {DPO}. Round your answer to two decimal places.", "DPO", DPO_TREE),
        ("Define working capital ratio as total current assets divided by total current liabilities. Round it.",
         "working capital ratio", "(<total current assets> / <total current liabilities>)"),
        ("What is the FCF of Acme? FCF here is defined as: (cash from operations - capex). Answer in USD millions.",
         "FCF", "(<cash from operations> - <capex>)"),
        ("What is Acme's FY2020 quick ratio, defined as (cash + receivables) / current liabilities, for the year?",
         "quick ratio", "((<cash> + <receivables>) / <current liabilities>)"),
        ("What was the return on assets, i.e. net income divided by average total assets, of Acme in FY2021?",
         "return on assets", "(<net income> / avg(<total assets>, <total assets[-1]>))"),
        ("What is the gross margin (gross profit / revenue) of Acme in FY2021?", "gross margin", "(<gross profit> / <revenue>)"),
        ("ROA is calculated by dividing net income by average total assets. What is ROA?", "ROA",
         "(<net income> / avg(<total assets>, <total assets[-1]>))"),
        ("Find the net debt in FY2019, where net debt is total debt less cash and cash equivalents.", "net debt",
         "(<total debt> - <cash and cash equivalents>)"),
        ("What is the tax rate, computed as income tax expense / income before taxes, and how did it change from 2020?",
         "tax rate", "(<income tax expense> / <income before taxes>)"),
        ("Asset turnover is defined as:\nFY2020 revenue / (average total assets between FY2019 and FY2020).\nRound it.",
         "Asset turnover", "(<revenue@FY2020> / avg(<total assets@FY2019>, <total assets@FY2020>))"),
    ],
)  # fmt: skip
def test_a_definition_is_found_and_ends_where_its_sentence_goes_on(question: str, name: str, tree: str) -> None:
    (definition,) = find_definitions(question)
    assert definition.name == name
    assert definition.expression is not None
    assert show(definition.expression) == tree
    assert definition.text in question[definition.start : definition.end] + " "


def test_definitions_that_use_each_other_are_put_together() -> None:
    question = (
        "What is the FY2019 cash conversion cycle (CCC)? CCC is defined as: DIO + DSO - DPO. "
        "DIO is defined as: 365 * (FY2018 inventory) / COGS. DSO is defined as: 365 * receivables / revenue. "
        "DPO is defined as: 365 * payables / COGS. Round your answer."
    )
    found = {d.name: d for d in find_definitions(question)}
    assert list(found) == ["CCC", "DIO", "DSO", "DPO"]
    assert found["CCC"].expression is not None
    assert show(found["CCC"].expression) == (
        "((((365 * <inventory@FY2018>) / <COGS>) + ((365 * <receivables>) / <revenue>)) - ((365 * <payables>) / <COGS>))"
    )


def test_definitions_in_a_circle_end() -> None:
    found = find_definitions("A1 is defined as B1 + cash. B1 is defined as A1 + debt.")
    assert [d.name for d in found] == ["A1", "B1"]


def test_hundredfold_ratios_are_percentages() -> None:
    roe, roa = find_definitions("What is the ROE (net income / equity x 100) and ROA (net income / assets x 100)?")
    assert (roe.unit, roa.unit) == ("percent", "percent")
    assert roe.expression is not None
    assert show(roe.expression) == "(<net income> / <equity>)"


def test_using_is_a_sum_only_where_the_name_usually_is_one() -> None:
    usual = {"unadjusted ebitda": parse_formula("OperatingIncomeLoss + Depreciation")}
    text = "Calculate unadjusted EBITDA using unadjusted operating income and D&A (from cash flow statement)."
    (definition,) = find_definitions(text, known=lambda name: usual.get(name.lower()))
    assert definition.expression is not None
    assert show(definition.expression) == "(<unadjusted operating income> + <D&A!cash_flow>)"
    (ratio,) = find_definitions("What is the retention ratio (using total cash dividends paid and net income)?")
    assert ratio.expression is None
    assert [show(i) for i in ratio.inputs] == ["<total cash dividends paid>", "<net income>"]


@pytest.mark.parametrize(
    "question",
    [
        "How much is the change in revenue (FY2015 - FY2017) for Block (formerly known as Square)?",
        "What is the capex (in USD millions)? Calculate what was asked by utilizing the line items of the balance sheet.",
        "Answer by using the information in the income statement and the balance sheet: what is revenue?",
        "Is growth expected to be driven by new products?",
        "What drove the margin as of FY2022? If it is not useful, state that and explain why.",
        "",
    ],
)
def test_ordinary_questions_define_nothing(question: str) -> None:
    assert find_definitions(question) == []


def test_a_very_long_question_is_refused_quickly() -> None:
    started = time.perf_counter()
    with pytest.raises(FormulaError):
        find_definitions("X is defined as (" * 10_000)
    find_definitions("X is defined as (A / " * 900)
    find_definitions("where a is " * 1500)
    find_definitions("(" * 15_000)
    find_definitions(" " * 15_000 + "x")
    assert time.perf_counter() - started < 5


# ---------------------------------------------------------------------------------------------------- trees


def test_periods_move_and_absolute_ones_stay() -> None:
    tree = parse_formula("A - prior(B) + FY2012 C")
    assert show(at(tree, FiscalPeriod(2020))) == "((<A@FY2020> - <B@FY2019>) + <C@FY2012>)"
    assert show(shifted(tree, -1)) == "((<A[-1]> - <B[-2]>) + <C@FY2011>)"


def test_alternatives_settle_to_what_is_there() -> None:
    tree = parse_formula("first(GrossProfit, Revenues - CostOfRevenue) / Revenues - optional(Goodwill)")
    there = {"Revenues", "CostOfRevenue"}
    assert show(settled(tree, lambda item: item.phrase in there)) == "((<Revenues> - <CostOfRevenue>) / <Revenues>)"
    assert show(settled(tree, lambda item: False)) == "(<GrossProfit> / <Revenues>)"


def test_equal_parts_share_a_step_and_the_program_runs() -> None:
    tree = parse_formula("(A - B) / B + (A - B) / B + average(A, B) / B")
    program = to_program(tree, lambda item: f"doc.{item.phrase}")
    assert str(program) == (
        "subtract(doc.A, doc.B), divide(#0, doc.B), add(#1, #1), average(doc.A, doc.B), divide(#3, doc.B), add(#2, #4)"
    )
    values = {"doc.A": Quantity(Decimal(30), "USD"), "doc.B": Quantity(Decimal(20), "USD")}
    assert execute(program, values.get).value.value == Decimal("2.25")


def test_a_single_item_is_a_program_of_no_steps() -> None:
    assert str(to_program(parse_formula("revenue"), lambda item: "doc.p1.t1.r1.c1")) == "doc.p1.t1.r1.c1"


def test_open_alternatives_do_not_compile() -> None:
    for text in ("first(A, B)", "A + optional(B)"):
        with pytest.raises(UnresolvedError):
            to_program(parse_formula(text), lambda item: "x")
