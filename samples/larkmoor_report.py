"""The annual report of Larkmoor Controls Corporation, an invented company, as pages of a Form 10-K."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from reportlab.platypus import Flowable, PageBreak, Paragraph, Spacer

from samples.larkmoor import ENDS, YEARS, build
from samples.larkmoor_prose import BUSINESS, COVER, CRITICAL, GOVERNANCE, LIQUIDITY, MARKET, OVERVIEW, POLICIES, RISKS
from samples.layout import BODY, CENTER, TITLE, Line, heading, item, prose, table, write_pdf

COMPANY = "Larkmoor Controls Corporation"
ENDED = ("Fiscal Year Ended", 3)
MILLIONS = "(In millions)"


class Report:
    """Builds tables over the named lines of `larkmoor.build`."""

    def __init__(self) -> None:
        self.f: dict[str, Any] = build()

    def line(self, label: str, name: str, years: tuple[int, ...] = YEARS, **how: Any) -> Line:
        return Line(label, [self.f[name][year] for year in years], **how)

    def statement(self, title: str, unit: str, lines: list[Line], notes: str = "") -> Flowable:
        heads = (f"{COMPANY.upper()} AND SUBSIDIARIES", title, unit)
        return table(heads, "", [ENDED], [ENDS[year] for year in YEARS], lines, notes or SEE_NOTES)

    def income(self) -> Flowable:
        line = self.line
        return self.statement(
            "Consolidated Statements of Operations", "(In millions, except per share amounts)",
            [
                Line("Net sales:", kind="heading"),
                line("Products", "product_sales", indent=1, symbol="$"),
                line("Services", "service_sales", indent=1),
                line("Total net sales", "sales", indent=2, kind="total"),
                Line("Cost of sales:", kind="heading"),
                line("Products", "product_cost", indent=1),
                line("Services", "service_cost", indent=1),
                line("Total cost of sales", "cost", indent=2, kind="total"),
                line("Gross profit", "gross", kind="total"),
                Line("Operating expenses:", kind="heading"),
                line("Research and development", "research", indent=1),
                line("Selling, general and administrative", "selling", indent=1),
                line("Restructuring charges", "restructuring", indent=1),
                line("Total operating expenses", "operating_expenses", indent=2, kind="total"),
                line("Operating income", "operating_income", kind="total"),
                line("Interest expense", "interest_expense"),
                line("Interest and other income, net", "other_income"),
                line("Income before income taxes", "pretax", kind="total"),
                line("Provision for income taxes", "taxes"),
                line("Net income", "net_income", kind="grand", symbol="$"),
                Line("Earnings per share:", kind="heading"),
                line("Basic", "basic_eps", indent=1, symbol="$"),
                line("Diluted", "diluted_eps", indent=1, symbol="$"),
                Line("Weighted average shares outstanding:", kind="heading"),
                line("Basic", "basic_shares", indent=1),
                line("Diluted", "diluted_shares", indent=1),
                line("Cash dividends declared per common share", "dividend", symbol="$"),
            ],
        )  # fmt: skip

    def comprehensive(self) -> Flowable:
        return self.statement(
            "Consolidated Statements of Comprehensive Income", MILLIONS,
            [
                self.line("Net income", "net_income", symbol="$"),
                self.line("Other comprehensive income (loss): foreign currency translation adjustments", "translation"),
                self.line("Comprehensive income", "comprehensive", kind="grand", symbol="$"),
            ],
        )  # fmt: skip

    def balance(self) -> Flowable:
        years = (2025, 2024)

        def line(label: str, name: str, **how: Any) -> Line:
            return self.line(label, name, years, **how)

        lines = [
            Line("ASSETS", kind="heading"),
            Line("Current assets:", kind="heading"),
            line("Cash and cash equivalents", "cash_balance", indent=1, symbol="$"),
            line("Accounts receivable, net of allowances of $4.1 and $3.8, respectively", "receivables", indent=1),
            line("Inventories", "inventories", indent=1),
            line("Prepaid expenses and other current assets", "prepaid", indent=1),
            line("Total current assets", "current_assets", indent=2, kind="total"),
            line("Property, plant and equipment, net", "property"),
            line("Goodwill", "goodwill"),
            line("Intangible assets, net", "intangibles"),
            line("Other assets", "other_assets"),
            line("Total assets", "assets", kind="grand", symbol="$"),
            Line("LIABILITIES AND SHAREHOLDERS’ EQUITY", kind="heading"),
            Line("Current liabilities:", kind="heading"),
            line("Current portion of long-term debt", "current_debt", indent=1, symbol="$"),
            line("Accounts payable", "payables", indent=1),
            line("Accrued compensation and benefits", "accrued_pay", indent=1),
            line("Other accrued liabilities", "accrued_other", indent=1),
            line("Total current liabilities", "current_liabilities", indent=2, kind="total"),
            line("Long-term debt, less current portion", "long_debt"),
            line("Deferred income taxes", "deferred_tax_liability"),
            line("Other liabilities", "other_liabilities"),
            line("Total liabilities", "liabilities", indent=2, kind="total"),
            Line("Commitments and contingencies (Note 10)", kind="heading"),
            Line("Shareholders’ equity:", kind="heading"),
            line(
                "Common stock, $0.01 par value; 150.0 shares authorized; 61.2 and 62.1 outstanding", "stock", indent=1
            ),
            line("Additional paid-in capital", "capital", indent=1),
            line("Retained earnings", "retained", indent=1),
            line("Treasury stock, at cost", "treasury", indent=1),
            line("Accumulated other comprehensive loss", "oci", indent=1),
            line("Total shareholders’ equity", "equity", indent=2, kind="total"),
            line("Total liabilities and shareholders’ equity", "both", kind="grand", symbol="$"),
        ]
        heads = (
            f"{COMPANY.upper()} AND SUBSIDIARIES",
            "Consolidated Balance Sheets",
            "(In millions, except par value)",
        )
        return table(heads, "", [], [ENDS[year] for year in years], lines, SEE_NOTES, label_width=4.4)

    def cash_flow(self) -> Flowable:
        line = self.line
        return self.statement(
            "Consolidated Statements of Cash Flows", MILLIONS,
            [
                Line("Cash flows from operating activities:", kind="heading"),
                line("Net income", "net_income", indent=1, symbol="$"),
                Line("Adjustments to reconcile net income to net cash provided by operating activities:", indent=1),
                line("Depreciation", "depreciation", indent=2),
                line("Amortization of intangible assets", "amortization", indent=2),
                line("Stock-based compensation", "stock_compensation", indent=2),
                line("Deferred income taxes", "deferred_taxes", indent=2),
                Line("Changes in operating assets and liabilities, net of acquisition:", indent=1),
                line("Accounts receivable", "d_receivables", indent=2),
                line("Inventories", "d_inventories", indent=2),
                line("Other assets", "d_other_assets", indent=2),
                line("Accounts payable", "d_payables", indent=2),
                line("Accrued and other liabilities", "d_accrued", indent=2),
                line("Net cash provided by operating activities", "operating", indent=3, kind="total"),
                Line("Cash flows from investing activities:", kind="heading"),
                line("Purchases of property, plant and equipment", "capex", indent=1),
                line("Acquisition of business, net of cash acquired", "acquisition", indent=1),
                line("Proceeds from sales of property", "disposals", indent=1),
                line("Net cash used in investing activities", "investing", indent=3, kind="total"),
                Line("Cash flows from financing activities:", kind="heading"),
                line("Proceeds from long-term debt", "borrowed", indent=1),
                line("Repayments of long-term debt", "repaid", indent=1),
                line("Cash dividends paid", "dividends_paid", indent=1),
                line("Repurchases of common stock", "repurchases", indent=1),
                line("Proceeds from exercise of stock options", "options", indent=1),
                line("Net cash used in financing activities", "financing", indent=3, kind="total"),
                line("Effect of exchange rate changes on cash", "fx"),
                line("Net (decrease) increase in cash and cash equivalents", "net_change", kind="total"),
                line("Cash and cash equivalents at beginning of year", "cash_start"),
                line("Cash and cash equivalents at end of year", "cash", kind="grand", symbol="$"),
            ],
        )  # fmt: skip

    def equity(self) -> Flowable:
        f = self.f
        names = ("stock", "capital", "retained", "treasury", "oci", "equity")
        lines: list[Line] = []

        def balance(year: int, when: str) -> None:
            lines.append(Line(f"Balance at {when}", [f[n][year] for n in names], kind="total", symbol="$"))

        def flow(label: str, name: str, year: int, column: int) -> None:
            values: list[Decimal | None] = [Decimal(0)] * 6
            values[column] = values[5] = f[name][year]
            lines.append(Line(label, values, indent=1))

        balance(2022, "October 1, 2022")
        for year in (2023, 2024, 2025):
            flow("Net income", "net_income", year, 2)
            flow("Foreign currency translation", "translation", year, 4)
            flow("Cash dividends", "dividends_paid", year, 2)
            flow("Stock-based compensation", "stock_compensation", year, 1)
            flow("Exercise of stock options", "options", year, 1)
            flow("Repurchases of common stock", "repurchases", year, 3)
            balance(year, ENDS[year])
        heads = (
            f"{COMPANY.upper()} AND SUBSIDIARIES", "Consolidated Statements of Shareholders’ Equity", MILLIONS,
        )  # fmt: skip
        columns = ["Stock", "Paid-In", "Earnings", "Stock", "AOCI (1)", "Total"]
        return table(
            heads, "", [("Common", 1), ("Additional", 1), ("Retained", 1), ("Treasury", 1), ("", 1), ("", 1)], columns, lines,
            "(1) Accumulated other comprehensive loss. " + SEE_NOTES, label_width=2.5,
        )  # fmt: skip

    def note(self, title: str, columns: tuple[str, ...], years: tuple[int, ...], rows: list[tuple[Any, ...]],
             spans: tuple[tuple[str, int], ...] = (), notes: str = "") -> Flowable:  # fmt: skip
        """A table of a note; a row is (label, name, line options)."""
        lines = [
            self.line(row[0], row[1], years, **(row[2] if len(row) > 2 else {})) if row[1] else Line(row[0])
            for row in rows
        ]
        return table((title,), MILLIONS, list(spans), list(columns), lines, notes, label_width=3.7)


SEE_NOTES = "The accompanying notes are an integral part of these consolidated financial statements."
FIRST, TOTAL, GRAND = {"symbol": "$"}, {"kind": "total"}, {"kind": "grand", "symbol": "$"}
FY = ("2025", "2024", "2023")
AT = ("September 27,\n2025", "September 28,\n2024")


def percent(numerator: Decimal, denominator: Decimal) -> str:
    return f"{(numerator / denominator * 100).quantize(Decimal('0.1'))}%"


def discussion(report: Report) -> list[Flowable]:
    """Item 7: the tables and the reasons behind the figures."""
    f = report.f

    def growth(label: str, name: str) -> Line:
        now, before = f[name][2025], f[name][2024]
        return Line(label, [now, before, now - before, percent(now - before, before)])

    sales = [growth("Flow Measurement", "flow_sales"), growth("Process Valves", "valve_sales")]
    sales += [growth("Digital Services", "digital_sales")]
    whole = growth("Total net sales", "sales")
    margins = [
        Line("Gross margin", [percent(f["gross"][y], f["sales"][y]) for y in YEARS]),
        Line("Operating margin", [percent(f["operating_income"][y], f["sales"][y]) for y in YEARS]),
        Line("Effective tax rate", [f"{f['effective_rate'][y]}%" for y in YEARS]),
    ]
    return [
        item("Item 7. Management’s Discussion and Analysis of Financial Condition and Results of Operations"),
        *prose(*OVERVIEW[:2]),
        table(("Net Sales by Segment",), MILLIONS, [("Fiscal Year", 2), ("Change", 2)], ["2025", "2024", "$", "%"],
              [*sales, Line(whole.label, whole.values, kind="total")], label_width=2.9),
        *prose(*OVERVIEW[2:]),
        table(("Margins and Tax Rate",), "", [("Fiscal Year", 3)], FY, margins),
        heading("Liquidity and Capital Resources"),
        *prose(*LIQUIDITY),
        heading("Critical Accounting Estimates"),
        *prose(*CRITICAL),
    ]  # fmt: skip


def notes(report: Report) -> list[Flowable]:
    """Item 8, notes to the statements."""
    f, note, years2 = report.f, report.note, (2025, 2024)
    maturities = [("2026", "50.0"), ("2027", "75.0"), ("2028", "0"), ("2029", "150.0"), ("2030", "0")]
    due = [Line(year, [Decimal(amount)], symbol="$" if year == "2026" else "") for year, amount in maturities]
    rates = [
        Line("Federal statutory rate", [f"{f['statutory'][y]}%" for y in YEARS]),
        Line("State income taxes, net of federal benefit", [f"{f['state_rate'][y]}" for y in YEARS]),
        Line("Research credits", [f["credit_rate"][y] for y in YEARS]),
        Line("Other, net", [f"{f['other_rate'][y]}" for y in YEARS]),
        Line("Effective tax rate", [f"{f['effective_rate'][y]}%" for y in YEARS], kind="total"),
    ]
    over, shares = (("Fiscal Year", 3),), {"indent": 0}
    return [
        Paragraph("NOTES TO CONSOLIDATED FINANCIAL STATEMENTS", TITLE),
        heading("Note 1. Summary of Significant Accounting Policies"),
        *prose(*POLICIES),
        heading("Note 2. Segment Information"),
        *prose("The Company has three reportable segments. Segment operating income excludes restructuring charges and "
               "corporate costs, which are managed centrally."),
        note("Segment Net Sales and Operating Income", FY, YEARS, [
            ("Net sales:", ""),
            ("Flow Measurement", "flow_sales", FIRST), ("Process Valves", "valve_sales"),
            ("Digital Services", "digital_sales"), ("Total net sales", "sales", GRAND),
            ("Segment operating income:", ""),
            ("Flow Measurement", "flow_profit", FIRST), ("Process Valves", "valve_profit"),
            ("Digital Services", "service_profit"), ("Total segment operating income", "segment_profit", TOTAL),
            ("Corporate costs (a)", "corporate"),
        ], over, "(a) Corporate costs are general costs that are not allocated to segments. After restructuring charges "
           "of $6.4 million and $18.7 million in fiscal 2025 and 2024, operating income agrees with the statements."),
        note("Net Sales by Region", FY, YEARS, [
            ("Americas", "americas", FIRST), ("Europe, Middle East and Africa", "europe"), ("Asia Pacific", "asia"),
            ("Total net sales", "sales", GRAND),
        ], over),
        heading("Note 3. Inventories"),
        note("Inventories", AT, years2, [
            ("Raw materials", "raw", FIRST), ("Work in process", "in_process"), ("Finished goods", "finished"),
            ("Total inventories", "inventories", GRAND),
        ]),
        heading("Note 4. Property, Plant and Equipment"),
        note("Property, Plant and Equipment", AT, years2, [
            ("Land", "land", FIRST), ("Buildings and improvements", "buildings"), ("Machinery and equipment", "machinery"),
            ("Construction in progress", "construction"), ("Property, plant and equipment, gross", "gross_property", TOTAL),
            ("Less: accumulated depreciation", "accumulated"), ("Property, plant and equipment, net", "property", GRAND),
        ]),
        heading("Note 5. Goodwill and Intangible Assets"),
        *prose("Goodwill did not change in fiscal 2025. No impairment was recorded in any year presented. Intangible "
               "assets are customer relationships and developed technology with a remaining life of 7.1 years on average. "
               "Amortization is expected to be $14.2 million in fiscal 2026 and $13.9 million in fiscal 2027."),
        heading("Note 6. Long-Term Debt"),
        note("Long-Term Debt", AT, years2, [
            ("Term loan, due 2027", "term_loan", FIRST), ("5.10% Senior notes, due 2029", "senior_2029"),
            ("5.65% Senior notes, due 2033", "senior_2033"), ("Total debt", "debt", TOTAL),
            ("Less: current portion", "less_current"), ("Long-term debt, less current portion", "long_debt", GRAND),
        ]),
        *prose("The term loan bears interest at a floating rate, 6.2% at year end. The credit agreement limits the ratio of "
               "debt to earnings before interest, taxes, depreciation and amortization to 3.5; the Company complied with it "
               "at all times. Scheduled maturities of long-term debt are as follows:"),
        table(("Maturities of Long-Term Debt",), "Fiscal year " + MILLIONS.lower(), [], ["Amount"],
              [*due, Line("Thereafter", [Decimal("150.0")]), Line("Total", [f["debt"][2025]], kind="grand", symbol="$")],
              label_width=5.4),
        heading("Note 7. Income Taxes"),
        note("Provision for Income Taxes", FY, YEARS, [
            ("Current:", ""), ("Federal", "federal_current", FIRST | {"indent": 1}),
            ("State", "state_current", {"indent": 1}), ("Foreign", "foreign_current", {"indent": 1}),
            ("Total current", "current_taxes", TOTAL), ("Deferred", "deferred_taxes"),
            ("Provision for income taxes", "taxes", GRAND),
        ], over),
        table(("Reconciliation of the Effective Tax Rate",), "", list(over), FY, rates),
        heading("Note 8. Earnings Per Share"),
        note("Earnings Per Share", FY, YEARS, [
            ("Net income", "net_income", FIRST), ("Weighted average shares, basic", "basic_shares", shares),
            ("Dilutive effect of stock awards", "dilution"), ("Weighted average shares, diluted", "diluted_shares", TOTAL),
        ], over),
        heading("Note 9. Shareholders’ Equity"),
        *prose("The Company pays a cash dividend each quarter: $0.18 per share in each quarter of fiscal 2025, $0.165 in "
               "fiscal 2024 and $0.15 in fiscal 2023. In fiscal 2025 it repurchased 1.6 million shares for $55.0 million "
               "under a program of $200.0 million that the Board of Directors approved in November 2023; $105.0 million "
               "remain available."),
        heading("Note 10. Commitments and Contingencies"),
        *prose("The Company is a party to claims that arise in the ordinary course of business, among them a suit by a former "
               "distributor in the District of Oregon. Management believes that none will have a material effect."),
        heading("Note 11. Restructuring"),
        *prose("In fiscal 2024 the Company closed its valve foundry in Dunmore and moved the work to Tarrow. Charges were "
               "$18.7 million in fiscal 2024, of which $13.2 million were severance, and $6.4 million in fiscal 2025. The plan is complete."),
    ]  # fmt: skip


def write(path: Path) -> None:
    """Write the report to `path`."""
    report = Report()
    report.f |= _debt(report.f)
    story: list[Flowable] = [Spacer(1, 6), *(Paragraph(text, TITLE if bold else CENTER) for text, bold in COVER)]
    story += [PageBreak(), Paragraph("PART I", TITLE), item("Item 1. Business"), *_sections(BUSINESS)]
    story += [item("Item 1A. Risk Factors"), *_sections(RISKS), PageBreak(), Paragraph("PART II", TITLE)]
    story += [*_sections(MARKET), *discussion(report), PageBreak()]
    story += [item("Item 8. Financial Statements and Supplementary Data")]
    statements = (report.income(), report.comprehensive(), report.balance(), report.cash_flow(), report.equity())
    for statement in statements:
        story += [statement] if statement is statements[1] else [statement, PageBreak()]
    story += [*notes(report), PageBreak(), Paragraph("PART III", TITLE), *_sections(GOVERNANCE)]
    write_pdf(path, "Annual Report on Form 10-K, fiscal 2025", COMPANY, story)


def _debt(f: dict[str, Any]) -> dict[str, Any]:
    debt = {year: f["current_debt"][year] + f["long_debt"][year] for year in (2025, 2024)}
    senior = {year: Decimal("150.0") for year in debt}
    return {
        "debt": debt,
        "senior_2029": senior,
        "senior_2033": senior,
        "term_loan": {year: amount - 300 for year, amount in debt.items()},
        "less_current": {year: -f["current_debt"][year] for year in debt},
        "dilution": {year: f["diluted_shares"][year] - f["basic_shares"][year] for year in YEARS},
    }


def _sections(sections: list[tuple[str, list[str]]]) -> list[Flowable]:
    story: list[Flowable] = []
    for title, paragraphs in sections:
        story += [heading(title), *(Paragraph(text, BODY) for text in paragraphs)]
    return story
