"""The quarterly report of Northmere Foods, Inc., an invented company, as inline XBRL.

A row names its tag; the tagged value, its sign, scale and context follow from the printed amounts. In thousands.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape
from pathlib import Path

NAMESPACES = {
    "ix": "http://www.xbrl.org/2013/inlineXBRL",
    "ixt": "http://www.xbrl.org/inlineXBRL/transformation/2020-02-12",
    "xbrli": "http://www.xbrl.org/2003/instance",
    "xbrldi": "http://xbrl.org/2006/xbrldi",
    "link": "http://www.xbrl.org/2003/linkbase",
    "xlink": "http://www.w3.org/1999/xlink",
    "iso4217": "http://www.xbrl.org/2003/iso4217",
    "us-gaap": "http://fasb.org/us-gaap/2025",
    "dei": "http://xbrl.sec.gov/dei/2025",
    "nmf": "http://northmerefoods.example/20250831",
}
QUARTER = {"q": ("2025-06-01", "2025-08-31"), "q_1": ("2024-06-01", "2024-08-31")}
YEAR_TO_DATE = {"y": ("2024-12-01", "2025-08-31"), "y_1": ("2023-12-01", "2024-08-31")}
INSTANTS = {"i": "2025-08-31", "i_1": "2024-11-30", "i_start": "2024-11-30", "i_start_1": "2023-11-30"}
SEGMENTS = {"retail": "nmf:RetailMember", "food_service": "nmf:FoodServiceMember"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a statement. `tag` is empty for a heading; `negated` where the tag counts outflows as positive."""

    label: str
    tag: str = ""
    values: tuple[str, ...] = ()
    negated: bool = False
    unit: str = "usd"
    total: bool = False


INCOME = [
    Row("Net sales", "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax", ("412,640", "396,218", "1,208,904", "1,171,530")),
    Row("Cost of goods sold", "us-gaap:CostOfGoodsAndServicesSold", ("281,907", "275,164", "829,751", "816,402")),
    Row("Gross profit", "us-gaap:GrossProfit", ("130,733", "121,054", "379,153", "355,128"), total=True),
    Row("Selling, general and administrative expenses", "us-gaap:SellingGeneralAndAdministrativeExpense", ("78,415", "75,902", "232,660", "226,347")),
    Row("Impairment of intangible assets", "us-gaap:ImpairmentOfIntangibleAssetsExcludingGoodwill", ("—", "4,200", "—", "4,200")),
    Row("Operating income", "us-gaap:OperatingIncomeLoss", ("52,318", "40,952", "146,493", "124,581"), total=True),
    Row("Interest expense", "us-gaap:InterestExpense", ("(6,084)", "(6,713)", "(18,530)", "(20,118)"), negated=True),
    Row("Other income, net", "us-gaap:OtherNonoperatingIncomeExpense", ("412", "388", "1,106", "967")),
    Row("Income before income taxes", "us-gaap:IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest", ("46,646", "34,627", "129,069", "105,430"), total=True),
    Row("Income tax expense", "us-gaap:IncomeTaxExpenseBenefit", ("11,020", "8,244", "30,331", "25,197")),
    Row("Net income", "us-gaap:NetIncomeLoss", ("35,626", "26,383", "98,738", "80,233"), total=True),
    Row("Earnings per share, basic", "us-gaap:EarningsPerShareBasic", ("0.84", "0.62", "2.34", "1.88"), unit="per_share"),
    Row("Earnings per share, diluted", "us-gaap:EarningsPerShareDiluted", ("0.83", "0.61", "2.31", "1.86"), unit="per_share"),
    Row("Weighted average shares, basic", "us-gaap:WeightedAverageNumberOfSharesOutstandingBasic", ("42,210", "42,640", "42,280", "42,710"), unit="shares"),
    Row("Weighted average shares, diluted", "us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding", ("42,750", "43,090", "42,800", "43,160"), unit="shares"),
]  # fmt: skip
BALANCE = [
    Row("Assets"),
    Row("Cash and cash equivalents", "us-gaap:CashAndCashEquivalentsAtCarryingValue", ("88,214", "71,340")),
    Row("Accounts receivable, net", "us-gaap:AccountsReceivableNetCurrent", ("139,805", "131,477")),
    Row("Inventories", "us-gaap:InventoryNet", ("201,336", "188,092")),
    Row("Other current assets", "us-gaap:OtherAssetsCurrent", ("17,640", "19,015")),
    Row("Total current assets", "us-gaap:AssetsCurrent", ("446,995", "409,924"), total=True),
    Row("Property, plant and equipment, net", "us-gaap:PropertyPlantAndEquipmentNet", ("318,472", "311,860")),
    Row("Goodwill", "us-gaap:Goodwill", ("264,100", "264,100")),
    Row("Intangible assets, net", "us-gaap:IntangibleAssetsNetExcludingGoodwill", ("92,318", "97,406")),
    Row("Total assets", "us-gaap:Assets", ("1,121,885", "1,083,290"), total=True),
    Row("Liabilities and equity"),
    Row("Accounts payable", "us-gaap:AccountsPayableCurrent", ("118,940", "112,655")),
    Row("Accrued liabilities", "us-gaap:AccruedLiabilitiesCurrent", ("64,208", "66,931")),
    Row("Current portion of long-term debt", "us-gaap:LongTermDebtCurrent", ("25,000", "25,000")),
    Row("Total current liabilities", "us-gaap:LiabilitiesCurrent", ("208,148", "204,586"), total=True),
    Row("Long-term debt", "us-gaap:LongTermDebtNoncurrent", ("331,250", "350,000")),
    Row("Deferred income taxes", "us-gaap:DeferredIncomeTaxLiabilitiesNet", ("41,775", "40,318")),
    Row("Total liabilities", "us-gaap:Liabilities", ("581,173", "594,904"), total=True),
    Row("Common stock, $0.10 par value", "us-gaap:CommonStockValue", ("4,221", "4,250")),
    Row("Additional paid-in capital", "us-gaap:AdditionalPaidInCapital", ("187,604", "196,230")),
    Row("Retained earnings", "us-gaap:RetainedEarningsAccumulatedDeficit", ("348,887", "287,906")),
    Row("Total stockholders’ equity", "us-gaap:StockholdersEquity", ("540,712", "488,386"), total=True),
    Row("Total liabilities and stockholders’ equity", "us-gaap:LiabilitiesAndStockholdersEquity", ("1,121,885", "1,083,290"), total=True),
]  # fmt: skip
CASH_FLOW = [
    Row("Operating activities"),
    Row("Net income", "us-gaap:NetIncomeLoss", ("98,738", "80,233")),
    Row("Depreciation and amortization", "us-gaap:DepreciationDepletionAndAmortization", ("38,204", "36,911")),
    Row("Impairment of intangible assets", "us-gaap:ImpairmentOfIntangibleAssetsExcludingGoodwill", ("—", "4,200")),
    Row("Deferred income taxes", "us-gaap:DeferredIncomeTaxExpenseBenefit", ("1,457", "(880)")),
    Row("Accounts receivable", "us-gaap:IncreaseDecreaseInAccountsReceivable", ("(8,328)", "(5,016)"), negated=True),
    Row("Inventories", "us-gaap:IncreaseDecreaseInInventories", ("(13,244)", "(9,730)"), negated=True),
    Row("Accounts payable and accrued liabilities", "us-gaap:IncreaseDecreaseInAccountsPayableAndAccruedLiabilities", ("3,562", "2,140")),
    Row("Other current assets", "us-gaap:IncreaseDecreaseInOtherCurrentAssets", ("1,375", "(612)"), negated=True),
    Row("Net cash provided by operating activities", "us-gaap:NetCashProvidedByUsedInOperatingActivities", ("121,764", "107,246"), total=True),
    Row("Investing activities"),
    Row("Capital expenditures", "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment", ("(39,728)", "(42,505)"), negated=True),
    Row("Net cash used in investing activities", "us-gaap:NetCashProvidedByUsedInInvestingActivities", ("(39,728)", "(42,505)"), total=True),
    Row("Financing activities"),
    Row("Repayments of long-term debt", "us-gaap:RepaymentsOfLongTermDebt", ("(18,750)", "(18,750)"), negated=True),
    Row("Dividends paid", "us-gaap:PaymentsOfDividendsCommonStock", ("(37,757)", "(35,449)"), negated=True),
    Row("Repurchases of common stock", "us-gaap:PaymentsForRepurchaseOfCommonStock", ("(8,655)", "(6,000)"), negated=True),
    Row("Net cash used in financing activities", "us-gaap:NetCashProvidedByUsedInFinancingActivities", ("(65,162)", "(60,199)"), total=True),
    Row("Net increase in cash", "us-gaap:CashCashEquivalentsRestrictedCashAndRestrictedCashEquivalentsPeriodIncreaseDecreaseIncludingExchangeRateEffect", ("16,874", "4,542"), total=True),
]  # fmt: skip
SEGMENT_ROWS = {
    "Retail": ("retail", ("268,216", "255,037", "786,402", "758,911")),
    "Food service": ("food_service", ("144,424", "141,181", "422,502", "412,619")),
}


def number(printed: str) -> Decimal:
    """A printed amount: brackets are negative, a dash is zero."""
    text = printed.replace(",", "")
    if text == "—":
        return Decimal(0)
    return -Decimal(text.strip("()")) if text.startswith("(") else Decimal(text)


def fact(row: Row, printed: str, context: str) -> str:
    """One cell as a tagged fact. Brackets stay outside of the tag, where they are printed."""
    scale, decimals = ("0", "2") if row.unit == "per_share" else ("3", "-3")
    if printed == "—":
        digits, form, sign = "—", "ixt:fixed-zero", ""
    else:
        digits, form = printed.strip("()"), "ixt:num-dot-decimal"
        negative = number(printed) < 0
        sign = ' sign="-"' if negative != row.negated and negative | row.negated else ""
    tagged = (
        f'<ix:nonFraction name="{row.tag}" contextRef="{context}" unitRef="{row.unit}" decimals="{decimals}" '
        f'scale="{scale}" format="{form}"{sign}>{digits}</ix:nonFraction>'
    )
    return f"({tagged})" if printed.startswith("(") else tagged


def statement(title: str, contexts: list[str], heads: list[list[tuple[str, int]]], rows: list[Row]) -> str:
    """A statement as a table, with "$" in a column of its own."""
    lines = [
        "<tr><td></td>"
        + "".join(f'<td colspan="{2 * width}" class="head">{text}</td>' for text, width in head)
        + "</tr>"
        for head in heads
    ]
    first = True
    for row in rows:
        cells = ""
        for printed, context in zip(row.values, contexts, strict=False):
            symbol = "$" if (first or row.total or row.unit == "per_share") and row.unit != "shares" else ""
            cells += f'<td>{symbol}</td><td class="number">{fact(row, printed, context)}</td>'
        first = first and not row.values
        lines.append(f'<tr class="{"total" if row.total else ""}"><td>{escape(row.label)}</td>{cells}</tr>')
    return (
        f'<p class="title">NORTHMERE FOODS, INC.<br/>{title}<br/>(In thousands, except per share amounts) (Unaudited)</p>'
        f"<table>{''.join(lines)}</table>"
    )


def context(name: str, period: str, segment: str = "") -> str:
    inside = (
        f'<xbrli:segment><xbrldi:explicitMember dimension="us-gaap:StatementBusinessSegmentsAxis">{segment}'
        "</xbrldi:explicitMember></xbrli:segment>"
        if segment
        else ""
    )
    entity = f'<xbrli:identifier scheme="http://www.sec.gov/CIK">0000000000</xbrli:identifier>{inside}'
    return f'<xbrli:context id="{name}"><xbrli:entity>{entity}</xbrli:entity><xbrli:period>{period}</xbrli:period></xbrli:context>'


def header() -> str:
    """Contexts, units and the facts that no page prints."""
    durations = QUARTER | YEAR_TO_DATE
    periods = {
        name: f"<xbrli:startDate>{start}</xbrli:startDate><xbrli:endDate>{end}</xbrli:endDate>"
        for name, (start, end) in durations.items()
    }
    contexts = [context(name, period) for name, period in periods.items()]
    contexts += [context(name, f"<xbrli:instant>{day}</xbrli:instant>") for name, day in INSTANTS.items()]
    contexts += [
        context(f"{name}_{key}", periods[name], member) for key, member in SEGMENTS.items() for name in periods
    ]
    units = (
        '<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>'
        '<xbrli:unit id="shares"><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unit>'
        '<xbrli:unit id="per_share"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure>'
        "</xbrli:unitNumerator><xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator>"
        "</xbrli:divide></xbrli:unit>"
    )
    hidden = {
        "AmendmentFlag": "false", "DocumentFiscalYearFocus": "2025", "DocumentFiscalPeriodFocus": "Q3",
        "CurrentFiscalYearEndDate": "--11-30", "EntityCentralIndexKey": "0000000000",
    }  # fmt: skip
    facts = "".join(f'<ix:nonNumeric name="dei:{k}" contextRef="y">{v}</ix:nonNumeric>' for k, v in hidden.items())
    schema = '<link:schemaRef xlink:type="simple" xlink:href="nmf-20250831.xsd"/>'
    return (
        f'<div style="display:none"><ix:header><ix:hidden>{facts}</ix:hidden><ix:references>{schema}</ix:references>'
        f"<ix:resources>{''.join(contexts)}{units}</ix:resources></ix:header></div>"
    )


def dei(name: str, text: str, form: str = "") -> str:
    return f'<ix:nonNumeric name="dei:{name}" contextRef="y"{form}>{text}</ix:nonNumeric>'


def body() -> str:
    """The report as pages."""
    four = [
        [("Three Months Ended", 2), ("Nine Months Ended", 2)],
        [(f"August 31,<br/>{y}", 1) for y in (2025, 2024) * 2],
    ]
    two = [[("Nine Months Ended", 2)], [(f"August 31,<br/>{y}", 1) for y in (2025, 2024)]]
    at = [[("August 31,<br/>2025", 1), ("November 30,<br/>2024", 1)]]
    revenue = INCOME[0]
    segment_lines = "".join(
        f"<tr><td>{label}</td>"
        + "".join(
            f'<td></td><td class="number">{fact(revenue, value, f"{name}_{key}")}</td>'
            for value, name in zip(values, ("q", "q_1", "y", "y_1"), strict=True)
        )
        + "</tr>"
        for label, (key, values) in SEGMENT_ROWS.items()
    )
    heads = "".join(
        "<tr><td></td>"
        + "".join(f'<td colspan="{2 * width}" class="head">{text}</td>' for text, width in head)
        + "</tr>"
        for head in four
    )
    ends = dei("DocumentPeriodEndDate", "August 31, 2025", ' format="ixt:date-monthname-day-year-en"')
    return f"""
<p class="title">UNITED STATES SECURITIES AND EXCHANGE COMMISSION</p>
<p class="title">FORM {dei("DocumentType", "10-Q")}</p>
<p class="title">QUARTERLY REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934</p>
<p class="title">For the quarterly period ended {ends}</p>
<p class="title">{dei("EntityRegistrantName", "NORTHMERE FOODS, INC.")}</p>
<p class="title">Minnesota &#160; 12 Quay Street, Elvring, Minnesota &#160; Trading symbol: {dei("TradingSymbol", "NMF")}</p>
<p><b>This is a sample report. Northmere Foods, Inc. does not exist: the company, its places and its figures are invented, and
nothing was filed with any authority.</b></p>
<hr style="page-break-after:always"/>
<p><b>Item 1. Financial Statements</b></p>
{statement("Condensed Consolidated Statements of Income", ["q", "q_1", "y", "y_1"], four, INCOME)}
<hr style="page-break-after:always"/>
{statement("Condensed Consolidated Balance Sheets", ["i", "i_1"], at, BALANCE)}
<hr style="page-break-after:always"/>
{statement("Condensed Consolidated Statements of Cash Flows", ["y", "y_1"], two, CASH_FLOW)}
<hr style="page-break-after:always"/>
<p><b>Notes to Condensed Consolidated Financial Statements</b></p>
<p><b>Note 1. Basis of presentation.</b> The fiscal year of Northmere Foods, Inc. ends on November 30. The statements do not include
all that a yearly report would; they should be read with the annual report for fiscal 2024.</p>
<p><b>Note 2. Segments.</b> The Company has two segments, Retail and Food service. Net sales by segment, in thousands:</p>
<table>{heads}{segment_lines}</table>
<hr style="page-break-after:always"/>
<p><b>Item 2. Management’s Discussion and Analysis of Financial Condition and Results of Operations</b></p>
<p>Net sales in the third quarter rose by 4.1 percent to $412.6 million. Retail grew by 5.2 percent, driven by the new range of frozen
vegetables and by price increases of about two percent made in March. Food service grew by 2.3 percent, as more orders from schools
made up for fewer from restaurants.</p>
<p>Gross margin improved to 31.7 percent from 30.6 percent because wheat and packaging cost less. Freight cost more than a year ago and
took back about half a percentage point.</p>
<p>The impairment of $4.2 million in the third quarter of fiscal 2024 concerned the Hollin brand, which was sold later that year.</p>
<p>The Board of Directors declared a quarterly dividend of $0.30 per share, payable on October 15, 2025.</p>
"""


def write(path: Path) -> None:
    """Write the report to `path`."""
    spaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    style = "td.number{text-align:right} .title{text-align:center;font-weight:bold} tr.total td{border-top:1px solid}"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" {spaces} xml:lang="en-US"><head>'
        '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/>'
        f"<title>Northmere Foods, Inc. 10-Q</title><style>{style}</style></head>"
        f"<body>{header()}{body()}</body></html>\n",
        encoding="utf-8",
    )
