"""From a question to an answer over hand-made figures."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from chains.answers.verify import Verdict, verify
from chains.ask import Asker, build_ask
from ingest.schema import Check, Document, Figure, Period, Statement

S = Statement


class Ledger:
    """A ledger in memory, of real documents and figures."""

    def __init__(self, held: dict[Document, list[Figure]]) -> None:
        self.held = held

    def documents(self) -> list[Document]:
        return list(self.held)

    def document(self, name: str) -> Document | None:
        return next((d for d in self.held if d.name == name), None)

    def figures(self, document: str, *, concept: tuple[str, ...] | None = None) -> list[Figure]:
        figures = next(f for d, f in self.held.items() if d.name == document)
        return [f for f in figures if concept is None or f.concept in concept]

    def figure(self, figure_id: str) -> Figure | None:
        return next((f for figures in self.held.values() for f in figures if f.id == figure_id), None)


def report(
    company: str, year: int, rows: Iterable[tuple[str, str | None, Statement, dict[int, int]]], **more: object
) -> tuple[Document, list[Figure]]:
    """An annual report in millions of dollars; each row is (label, concept, statement, {year: value})."""
    name = f"{company.split()[0].lower()}_{year}"
    document = replace(
        Document(
            name,
            name,
            "",
            company,
            form="10-K",
            fiscal_year=year,
            period_end=date(year, 12, 31),
            fiscal_year_end=(12, 31),
        ),
        **more,
    )
    figures = []
    for r, (label, concept, statement, values) in enumerate(rows, 1):
        for c, (y, value) in enumerate(values.items(), 1):
            start = None if statement is S.BALANCE else date(y, 1, 1)
            table = f"t{list(S).index(statement) + 1}"
            printed = f"({-value:,})" if value < 0 else f"{value:,}"
            figures.append(
                Figure(
                    f"{name}.p{10 + list(S).index(statement)}.{table}.r{r}.c{c}", name, 10 + list(S).index(statement), label, (), printed,
                    Decimal(value) * 10**6, 6, "USD", "USD", Period(date(y, 12, 31), start), y, None, statement, table, "", (str(y),), concept,
                )
            )  # fmt: skip
    return document, figures


ROWS = [
    ("Net sales", "Revenues", S.INCOME, {2021: 1200, 2020: 1000}),
    ("Cost of sales", "CostOfRevenue", S.INCOME, {2021: 700, 2020: 600}),
    ("Operating income", "OperatingIncomeLoss", S.INCOME, {2021: 240, 2020: 180}),
    ("Net income", "NetIncomeLoss", S.INCOME, {2021: 150, 2020: -20}),
    ("Research and development", "ResearchAndDevelopmentExpense", S.INCOME, {2021: 60, 2020: 50}),
    ("Cash and cash equivalents", "CashAndCashEquivalentsAtCarryingValue", S.BALANCE, {2021: 90, 2020: 110}),
    ("Accounts payable", "AccountsPayableCurrent", S.BALANCE, {2021: 80, 2020: 60}),
    ("Total current assets", "AssetsCurrent", S.BALANCE, {2021: 400, 2020: 380}),
    ("Total current liabilities", "LiabilitiesCurrent", S.BALANCE, {2021: 250, 2020: 200}),
    ("Purchases of property and equipment", "PaymentsToAcquirePropertyPlantAndEquipment", S.CASH_FLOW, {2021: -77, 2020: -66}),
    ("Net cash provided by operating activities", "NetCashProvidedByUsedInOperatingActivities", S.CASH_FLOW, {2021: 300, 2020: 210}),
    ("Widget rentals to hospitals", None, S.NOTE, {2021: 33, 2020: 31}),
]  # fmt: skip


@pytest.fixture
def asker() -> Asker:
    return asker_of(report("Acme Tools, Inc.", 2021, ROWS))


class NoText:
    """An index of no text."""

    def search(self, query: str, k: int = 10, documents: Any = None) -> list[Any]:
        return []


def asker_of(*reports: tuple[Document, list[Figure]]) -> Asker:
    return Asker(SimpleNamespace(passages=lambda *_: [], ledger=Ledger(dict(reports)), index=NoText()))


@pytest.mark.parametrize(
    ("question", "value", "unit"),
    [
        ("What is Acme's FY2021 revenue (in USD millions)?", 1200, "USD millions"),
        ("What is Acme's FY2021 revenue? Answer in USD billions.", "1.2", "USD billions"),
        ("What is the FY2021 capital expenditure for Acme?", 77, "USD millions"),
        ("What was Acme's FY2020 net income?", -20, "USD millions"),
        ("What is Acme's year-over-year change in revenue from FY2020 to FY2021 (in units of percents and round to one decimal place)?", 20, "percent"),
        ("What is Acme's FY2021 operating margin?", 20, "percent"),
        ("What is Acme's gross margin for FY2021? Round to one decimal place.", "41.7", "percent"),
        ("FY2021 working capital ratio of Acme? Define working capital ratio as total current assets divided by total current liabilities. Round to two decimal places.", "1.60", "times"),
        ("What is Acme's FY2021 free cash flow? FCF is defined as: cash from operations - capex. Answer in USD millions.", 223, "USD millions"),
        ("What is Acme's FY2021 DPO? DPO is defined as: 365 * (average accounts payable between FY2020 and FY2021) / (FY2021 COGS). Round to two decimal places.", "36.50", "days"),
        ("What is R&D as a percentage of revenue for Acme in 2021?", 5, "percent"),
        ("How much were widget rentals to hospitals at Acme in FY2021?", 33, "USD millions"),
        ("What is the FY2020 - FY2021 average operating margin for Acme?", 19, "percent"),
        ("What is the change in Acme's operating margin from FY2020 to FY2021 in basis points?", 200, "basis points"),
    ],
)  # fmt: skip
def test_numbers(asker: Asker, question: str, value: object, unit: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered", answer.reason
    assert answer.value == Decimal(str(value))
    assert answer.unit == unit
    assert answer.citations
    assert all(c.page >= 1 and c.figure for c in answer.citations)


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("Does Acme have an improving operating margin as of FY2021?", "Yes"),
        ("Was there any drop in cash and cash equivalents at Acme between FY2020 and FY2021?", "Yes"),
        ("Did Acme's revenue exceed $2 billion in FY2021?", "No"),
        ("Is Acme profitable in FY2020?", "No"),
        ("Did Acme's current liabilities decline in 2021?", "No"),
    ],
)
def test_yes_or_no(asker: Asker, question: str, word: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "answered", answer.reason
    assert answer.answer.startswith(word)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What is Acme's FY2021 goodwill?", "goodwill"),
        ("What is Acme's revenue in FY2035?", "FY2035"),
        ("What is Zenith's revenue in FY2021?", "Zenith"),
        ("", "empty"),
    ],
)
def test_refusals_say_why(asker: Asker, question: str, says: str) -> None:
    answer = asker.ask(question)
    assert answer.status == "refused"
    assert says in answer.reason
    assert answer.value is None


def test_several_companies_need_a_name() -> None:
    asker = asker_of(report("Acme Tools, Inc.", 2021, ROWS), report("Zenith Corp", 2021, ROWS))
    assert "names no company" in asker.ask("What is revenue in FY2021?").reason
    assert asker.ask("What is Zenith's revenue in FY2021?").value == 1200
    both = asker.ask("Compare Acme's and Zenith's operating margin in FY2021")
    assert "equal" in both.answer


def test_the_periods_own_filing_wins_and_a_restatement_is_told() -> None:
    later = [
        (label, c, s, {2022: 1300, 2021: 1250} if c == "Revenues" else {2022: 1, 2021: 1}) for label, c, s, _ in ROWS
    ]
    first, second = report("Acme Tools, Inc.", 2021, ROWS), report("Acme Tools, Inc.", 2022, later)
    answer = asker_of(first, second).ask("What is Acme's FY2021 revenue?")
    assert answer.value == 1200
    assert "1,250" in answer.answer
    latest = Asker(SimpleNamespace(passages=lambda *_: [], ledger=Ledger(dict([first, second]))), as_of="latest").ask(
        "What is Acme's FY2021 revenue?"
    )
    assert latest.value == 1250


def test_a_comparative_column_serves_where_the_own_filing_is_absent(asker: Asker) -> None:
    answer = asker.ask("What is Acme's FY2020 revenue?")
    assert answer.value == 1000
    assert "comparative" in answer.answer


def test_a_segment_is_not_the_company() -> None:
    document, figures = report("Acme Tools, Inc.", 2021, [("Net sales", "Revenues", S.NOTE, {2021: 400})])
    asker = asker_of((document, [replace(f, segment="Rentals") for f in figures]))
    assert asker.ask("What is Acme's FY2021 revenue?").status == "refused"
    assert asker.ask("What is Acme's Rentals segment revenue in FY2021?").value == 400


def test_signs_mean_what_the_item_says() -> None:
    def row(label: str, concept: str, value: int) -> tuple[str, str | None, Statement, dict[int, int]]:
        return (label, concept, S.INCOME, {2021: value})

    bracketed = [
        row("Cost of sales", "CostOfRevenue", -700),
        row("Research and development", "ResearchAndDevelopmentExpense", -60),
        row("Income tax (expense)/benefit", "IncomeTaxExpenseBenefit", 25),
    ]
    plain = [
        row("Cost of sales", "CostOfRevenue", 700),
        row("Research and development", "ResearchAndDevelopmentExpense", 60),
        row("Restructuring (recoveries) costs", "RestructuringCharges", -9),
        row("Provision for (benefit from) income taxes", "IncomeTaxExpenseBenefit", -25),
    ]
    one, other = (asker_of(report("Acme Tools, Inc.", 2021, rows)) for rows in (bracketed, plain))
    assert one.ask("What is Acme's FY2021 cost of sales?").value == 700
    assert one.ask("What is Acme's FY2021 income tax expense?").value == -25
    assert other.ask("What is Acme's FY2021 income tax expense?").value == -25
    assert other.ask("What are Acme's FY2021 restructuring charges?").value == -9


@pytest.mark.parametrize(
    ("before", "tax", "label", "after", "means"),
    [
        (14000, -2400, "Provision for income taxes", 11600, 2400),
        (14000, -2400, "Provision for income taxes", 11750, 2400),  # 150 of equity-method income between them
        (-5000, -31, "Income tax expense", -5031, 31),
        (-5000, -31, "Income tax (expense)/benefit", -5031, 31),
        (-5000, 740, "Income tax benefit", -4260, -740),
        (-5000, 31, "Provision for income taxes", -5031, 31),
        (900, -60, "Income taxes", 960, -60),
    ],
)
def test_the_sum_of_a_statement_says_whether_tax_is_an_expense(
    before: int, tax: int, label: str, after: int, means: int
) -> None:
    pretax = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"
    rows = [
        ("Cost of sales", "CostOfRevenue", S.INCOME, {2021: 700}),
        ("Research and development", "ResearchAndDevelopmentExpense", S.INCOME, {2021: 60}),
        ("Income (loss) before income taxes", pretax, S.INCOME, {2021: before}),
        (label, "IncomeTaxExpenseBenefit", S.INCOME, {2021: tax}),
        ("Net income (loss)", "NetIncomeLoss", S.INCOME, {2021: after}),
    ]
    asker = asker_of(report("Acme Tools, Inc.", 2021, rows))
    assert asker.ask("What is Acme's FY2021 income tax expense?").value == means
    rate = asker.ask("What was Acme's effective tax rate in FY2021? Round to two decimal places.").value
    assert rate == round(Decimal(100 * means) / before, 2)


def test_a_bank_has_no_gross_margin() -> None:
    rows = [
        ("Total net revenue", "Revenues", S.INCOME, {2021: 120}),
        ("Net interest income", "InterestIncomeExpenseNet", S.INCOME, {2021: 70}),
        ("Deposits", "Deposits", S.BALANCE, {2021: 900}),
    ]
    # By its industry as the filing gives it, and by its own statements where the filing does not.
    for industry in ("bank", ""):
        answer = asker_of(report("Acme Bank", 2021, rows, industry=industry)).ask(
            "What is Acme Bank's gross margin in FY2021?"
        )
        assert answer.status == "refused"
        assert "does not apply" in answer.reason


def test_an_industry_gives_way_to_what_the_statements_print() -> None:
    asker = asker_of(report("Acme Tools, Inc.", 2021, ROWS, industry="bank"))
    assert asker.ask("What was Acme's current ratio in FY2021?").value == Decimal("1.6")


def test_a_line_printed_under_the_asked_name_wins_over_the_concept_of_that_name() -> None:
    rows = [
        ("Operating expenses", "OperatingExpenses", S.INCOME, {2021: 38}),
        ("Total operating costs", "CostsAndExpenses", S.INCOME, {2021: 314}),
        ("Deferred income taxes", "DeferredIncomeTaxLiabilitiesNet", S.BALANCE, {2021: 203}),
        ("Deferred income taxes", "DeferredIncomeTaxExpenseBenefit", S.CASH_FLOW, {2021: 9}),
    ]
    asker = asker_of(report("Acme Tools, Inc.", 2021, rows))
    assert asker.ask("What were Acme's total operating costs in FY2021?").value == 314
    assert asker.ask("What were Acme's deferred income taxes in the cash flow statement in FY2021?").value == 9


def test_a_note_on_another_company_does_not_stand_for_the_statement() -> None:
    rows = [*ROWS, ("Gross margin", "GrossProfit", S.NOTE, {2021: 80})]
    assert asker_of(report("Acme Tools, Inc.", 2021, rows)).ask("What was Acme's gross profit in FY2021?").value == 500


def test_the_largest_line_of_a_part_of_a_statement() -> None:
    rows = [
        ("Total assets", "Assets", S.BALANCE, {2021: 900}),
        ("Accounts payable", "AccountsPayableCurrent", S.BALANCE, {2021: 80}),
        ("Accrued liabilities", "AccruedLiabilitiesCurrent", S.BALANCE, {2021: 120}),
        ("Total current liabilities", "LiabilitiesCurrent", S.BALANCE, {2021: 200}),
        ("Long-term debt", "LongTermDebtNoncurrent", S.BALANCE, {2021: 300}),
        ("Total liabilities", "Liabilities", S.BALANCE, {2021: 500}),
    ]
    asker = asker_of(report("Acme Tools, Inc.", 2021, rows))
    assert asker.ask("What is the largest liability in Acme's FY2021 balance sheet?").answer.startswith(
        "Long-term debt: 300"
    )
    assert asker.ask("Which current liability was the smallest for Acme in FY2021?").answer.startswith(
        "Accounts payable"
    )


def test_a_later_year_name_is_answered_and_told() -> None:
    document, figures = report("Acme Tools, Inc.", 2021, ROWS)
    moved = [
        replace(f, period=Period(f.period.end + timedelta(28), f.period.start and f.period.start + timedelta(28)))
        for f in figures
        if f.period
    ]
    asker = asker_of((replace(document, period_end=date(2022, 1, 28), fiscal_year_end=(1, 28)), moved))
    answer = asker.ask("What is Acme's FY2022 revenue?")
    assert answer.value == 1200
    assert "FY2021" in answer.answer


def test_doubtful_figures_lower_the_confidence(asker: Asker) -> None:
    document, figures = report("Acme Tools, Inc.", 2021, ROWS)
    sure = asker_of((document, [replace(f, check=Check.TIES) for f in figures])).ask("What is Acme's FY2021 revenue?")
    doubtful = asker_of((document, [replace(f, check=Check.BROKEN) for f in figures])).ask(
        "What is Acme's FY2021 revenue?"
    )
    assert doubtful.confidence < asker.ask("What is Acme's FY2021 revenue?").confidence < sure.confidence


def test_answers_verify_and_false_ones_do_not(asker: Asker) -> None:
    ledger = asker._library.ledger
    record = json.loads(json.dumps(asker.ask("What is Acme's FY2021 operating margin?").record()))
    (good,) = verify([record], ledger)
    (bad,) = verify([record | {"value": 21}], ledger)
    (lost,) = verify([record | {"program": "divide(acme_2021.p99.t1.r1.c1, 2)"}], ledger)
    assert (good.verdict, bad.verdict, lost.verdict) == (Verdict.SAME, Verdict.DIFFERENT, Verdict.FAILED)


def test_the_record_has_the_fields_of_the_contract(asker: Asker) -> None:
    record = asker.ask({"question": "What is Acme's FY2021 revenue?", "id": "q1"}).record()
    assert list(record) == [
        "id",
        "question",
        "status",
        "answer",
        "value",
        "unit",
        "program",
        "citations",
        "confidence",
        "reason",
        "seconds",
    ]
    assert record["id"] == "q1"
    json.dumps(record)


def test_it_is_a_langchain_runnable(asker: Asker) -> None:
    chain = build_ask(asker._library)
    seen: list[str] = []
    from langchain_core.callbacks import BaseCallbackHandler

    class Watch(BaseCallbackHandler):
        def on_chain_start(self, serialized: object, inputs: object, **kwargs: object) -> None:
            seen.append(str(kwargs.get("name")))

    one = chain.invoke("What is Acme's FY2021 revenue?", config={"callbacks": [Watch()]})
    many = chain.batch(["What is Acme's FY2021 revenue?", {"question": "What is Acme's FY2020 revenue?"}])
    streamed = list(chain.stream("What is Acme's FY2021 revenue?"))
    assert [one.value, many[0].value, many[1].value, streamed[-1].value] == [1200, 1200, 1000, 1200]
    assert {"read_question", "plan", "answer"} <= set(seen)


def quarter(*rows: tuple[str, str, Statement, int, int]) -> Asker:
    """The report of a second quarter that ended on June 30, 2021; each row is (label, concept, statement, months, value)."""
    document, _ = report("Acme Tools, Inc.", 2021, [])
    document = replace(document, form="10-Q", fiscal_quarter=2, period_end=date(2021, 6, 30))
    figures = []
    for label, concept, statement, months, value in rows:
        _, (figure,) = report("Acme Tools, Inc.", 2021, [(label, concept, statement, {2021: value})])
        start = date(2021, 7 - months, 1) if months else None
        length = f"{months} months" if months else "June 30"
        identity = f"{figure.id}{len(figures)}"
        figures.append(
            replace(figure, id=identity, headers=(length,), period=Period(date(2021, 6, 30), start), fiscal_quarter=2)
        )
    return asker_of((document, figures))


CASH = ("Net cash provided by operating activities", "NetCashProvidedByUsedInOperatingActivities", S.CASH_FLOW, 6, 180)


def test_figures_of_one_calculation_are_of_one_length() -> None:
    sales = [("Net sales", "Revenues", S.INCOME, 3, 500), ("Net sales", "Revenues", S.INCOME, 6, 900)]
    question = "What was Acme's operating cash flow margin in Q2 FY2021?"
    both = quarter(*sales, CASH).ask(question)
    assert both.value == 20, both.reason
    assert "six months ended June 30, 2021" in both.answer
    alone = quarter(sales[0], CASH).ask(question)
    assert alone.status == "refused"
    assert "different lengths" in alone.reason


def test_a_figure_for_the_year_to_date_is_not_called_a_quarters() -> None:
    answer = quarter(CASH).ask("What was Acme's net cash provided by operating activities in Q2 FY2021?")
    assert answer.value == 180, answer.reason
    assert "in the six months ended June 30, 2021 was" in answer.answer
    sales = quarter(("Net sales", "Revenues", S.INCOME, 3, 500)).ask("What was Acme's revenue in Q2 FY2021?")
    assert "in Q2 FY2021 was" in sales.answer


def test_days_and_returns_of_a_quarter_are_not_those_of_a_year() -> None:
    asker = quarter(
        ("Net sales", "Revenues", S.INCOME, 3, 500),
        ("Net income", "NetIncomeLoss", S.INCOME, 3, 40),
        ("Total costs and expenses", "CostsAndExpenses", S.INCOME, 3, 450),
        ("Cash and cash equivalents", "CashAndCashEquivalentsAtCarryingValue", S.BALANCE, 0, 125),
        ("Accounts receivable", "AccountsReceivableNetCurrent", S.BALANCE, 0, 100),
        ("Total assets", "Assets", S.BALANCE, 0, 2000),
    )
    days = asker.ask("What was Acme's defensive interval in Q2 FY2021?")
    assert days.value == Decimal("45.5"), days.reason  # of the 91 days from April to June, half
    assert "365" not in days.answer
    turnover = asker.ask("What was the ratio of Acme's revenue to total assets in Q2 FY2021?")
    assert turnover.value == Decimal("0.25"), turnover.reason
    assert "not annualised" in turnover.answer
    margin = asker.ask("What was Acme's net profit margin in Q2 FY2021?")
    assert margin.value == 8
    assert "annualised" not in margin.answer


SIGNED = [*ROWS, ("Net income", "NetIncomeLoss", S.INCOME, {2021: 90, 2020: -50})]
SHARES = ("Common stock, shares outstanding", "CommonStockValue", S.BALANCE, {2021: 8, 2020: 8})


@pytest.fixture
def signed_asker() -> Asker:
    return asker_of(report("Acme Tools, Inc.", 2021, [*(r for r in SIGNED if r[0] != "Shares"), SHARES]))


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What was Acme's quarterly net sales in 2021?", "quarter"),
        ("What was Acme's net sales in 99999999999999999999?", "no year"),
        ("What was Acme's net sales in fiscal 3025?", "no year"),
        ("What was Acme's net sales in the fourth quarter?", ""),
        ("What was Acme's cash excluding marketable securities in 2021?", "excluding marketable securities"),
        ("What was Acme's net sales in FY2021 in GBP millions?", "GBP"),
        ("How many shares of common stock did Acme have outstanding in 2021?", ""),
    ],
)
def test_what_a_plan_leaves_unused_is_refused(signed_asker: Asker, question: str, says: str) -> None:
    answer = signed_asker.ask(question)
    assert answer.status == "refused", answer.answer
    assert says in answer.reason


def test_a_loss_that_is_a_profit_is_said_to_be_none(signed_asker: Asker) -> None:
    answer = signed_asker.ask("What was Acme's net loss in 2021?")
    assert "There was no net loss. Acme Tools' net income in FY2021 was" in answer.answer
    assert "There was no" not in signed_asker.ask("What was Acme's net loss in 2020?").answer


def test_the_prior_year_is_the_one_before_the_latest(signed_asker: Asker) -> None:
    assert signed_asker.ask("What was Acme's net sales in the prior year?").value == 1000
    assert signed_asker.ask("What was Acme's net sales in the year before fiscal 2021?").value == 1000


def test_growth_from_a_loss_is_given_as_a_change(asker: Asker) -> None:
    answer = asker.ask("What was the growth in Acme's net income from FY2020 to FY2021?")
    assert (answer.value, answer.unit) == (170, "USD millions"), answer.reason
    assert "change in net income" in answer.answer
    assert "not positive" in answer.answer
    assert "%" not in answer.answer
    rate = asker.ask("What was the CAGR of Acme's net income from FY2020 to FY2021?")
    assert rate.status == "refused"
    assert "not positive" in rate.reason
    assert asker.ask("What was the growth in Acme's revenue from FY2020 to FY2021?").value == 20


def test_a_loss_printed_without_a_sign_stays_a_loss() -> None:
    rows = [*ROWS, ("Net loss", "NetIncomeLoss", S.INCOME, {2021: 50, 2020: 20})]
    asker = asker_of(report("Acme Tools, Inc.", 2021, [r for r in rows if r[0] != "Net income"]))
    assert "There was no" not in asker.ask("What was Acme's net loss in 2021?").answer
    income = asker.ask("What was Acme's net income in 2021?")
    assert income.status == "refused"
    assert "prints a loss" in income.reason


def test_nothing_is_told_of_the_time_since_the_last_report(signed_asker: Asker) -> None:
    assert signed_asker.ask("What was Acme's net sales growth since 2021?").status == "refused"
    assert signed_asker.ask("What was the growth in Acme's net loss in 2021?").status == "refused"
