"""The figures of Larkmoor Controls Corporation, an invented company: three fiscal years that tie.

Only what a company decides is written down (sales, costs, flows, one opening balance sheet). Totals, the closing
balance sheet, equity and cash follow from them, so the report adds up by construction. In millions of dollars.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

YEARS = (2025, 2024, 2023)
ENDS = {2025: "September 27, 2025", 2024: "September 28, 2024", 2023: "September 30, 2023"}
Amounts = dict[int, Decimal]


def amounts(*values: str) -> Amounts:
    """One amount a year, latest first."""
    return {year: Decimal(value) for year, value in zip(YEARS, values, strict=False)}


def total(*items: Amounts) -> Amounts:
    return {year: sum((item[year] for item in items), Decimal(0)) for year in items[0]}


def less(first: Amounts, *rest: Amounts) -> Amounts:
    return {year: value - sum((item[year] for item in rest), Decimal(0)) for year, value in first.items()}


def ratio(first: Amounts, second: Amounts, places: str) -> Amounts:
    return {year: (first[year] / second[year]).quantize(Decimal(places)) for year in first}


def build() -> dict[str, Any]:
    """Every line of the report by a short name."""
    f: dict[str, Any] = {}
    f |= _income()
    f |= _cash_flow(f)
    f |= _balance(f)
    f |= _equity(f)
    f |= _notes(f)
    return f


def _income() -> dict[str, Amounts]:
    i: dict[str, Amounts] = {
        "product_sales": amounts("1012.4", "958.1", "931.7"),
        "service_sales": amounts("271.9", "243.6", "218.2"),
        "product_cost": amounts("617.6", "598.8", "591.6"),
        "service_cost": amounts("141.4", "129.1", "117.8"),
        "research": amounts("96.8", "90.2", "84.9"),
        "selling": amounts("232.1", "221.5", "214.3"),
        "restructuring": amounts("6.4", "18.7", "0"),
        "interest_expense": amounts("-22.6", "-24.9", "-21.3"),
        "other_income": amounts("5.3", "3.8", "2.2"),
        "taxes": amounts("37.6", "27.5", "28.3"),
        "basic_shares": amounts("61.8", "62.5", "63.1"),
        "diluted_shares": amounts("62.4", "63.0", "63.7"),
        "dividend": amounts("0.72", "0.66", "0.60"),
    }
    i["sales"] = total(i["product_sales"], i["service_sales"])
    i["cost"] = total(i["product_cost"], i["service_cost"])
    i["gross"] = less(i["sales"], i["cost"])
    i["operating_expenses"] = total(i["research"], i["selling"], i["restructuring"])
    i["operating_income"] = less(i["gross"], i["operating_expenses"])
    i["pretax"] = total(i["operating_income"], i["interest_expense"], i["other_income"])
    i["net_income"] = less(i["pretax"], i["taxes"])
    i["basic_eps"] = ratio(i["net_income"], i["basic_shares"], "0.01")
    i["diluted_eps"] = ratio(i["net_income"], i["diluted_shares"], "0.01")
    i["translation"] = amounts("-1.4", "0.9", "-1.1")
    i["comprehensive"] = total(i["net_income"], i["translation"])
    return i


def _cash_flow(f: dict[str, Any]) -> dict[str, Amounts]:
    c: dict[str, Amounts] = {
        "depreciation": amounts("41.2", "39.8", "38.1"),
        "amortization": amounts("14.6", "15.3", "15.9"),
        "stock_compensation": amounts("17.9", "16.2", "14.8"),
        "deferred_taxes": amounts("-4.3", "-6.1", "2.4"),
        "d_receivables": amounts("-13.5", "-8.9", "-11.2"),
        "d_inventories": amounts("-19.8", "12.4", "-21.6"),
        "d_other_assets": amounts("-3.1", "-2.2", "1.7"),
        "d_payables": amounts("9.4", "-5.3", "6.8"),
        "d_accrued": amounts("7.2", "11.6", "-2.9"),
        "capex": amounts("-58.7", "-49.6", "-52.3"),
        "acquisition": amounts("0", "-36.4", "0"),
        "disposals": amounts("1.9", "0.8", "1.1"),
        "borrowed": amounts("0", "100.0", "0"),
        "repaid": amounts("-75.0", "-60.0", "-25.0"),
        "dividends_paid": amounts("-44.5", "-41.3", "-37.9"),
        "repurchases": amounts("-55.0", "-40.0", "-30.0"),
        "options": amounts("8.3", "6.4", "5.2"),
        "fx": f["translation"],
    }
    c["operating"] = total(
        f["net_income"],
        *(c[name] for name in ("depreciation", "amortization", "stock_compensation", "deferred_taxes")),
        *(c[name] for name in ("d_receivables", "d_inventories", "d_other_assets", "d_payables", "d_accrued")),
    )
    c["investing"] = total(c["capex"], c["acquisition"], c["disposals"])
    c["financing"] = total(*(c[name] for name in ("borrowed", "repaid", "dividends_paid", "repurchases", "options")))
    c["net_change"] = total(c["operating"], c["investing"], c["financing"], c["fx"])
    opening, c["cash_start"], c["cash"] = Decimal("118.6"), {}, {}
    for year in reversed(YEARS):
        c["cash_start"][year] = opening
        opening = c["cash"][year] = opening + c["net_change"][year]
    return c


def _balance(f: dict[str, Any]) -> dict[str, Amounts]:
    """Two balance sheets: the earlier is written down, the later is the earlier plus the year's flows."""

    def rolled(earlier: str, *flows: Decimal) -> Amounts:
        return {2025: Decimal(earlier) + sum(flows, Decimal(0)), 2024: Decimal(earlier)}

    flow = {name: values[2025] for name, values in f.items()}
    b: dict[str, Amounts] = {
        "receivables": rolled("198.4", -flow["d_receivables"]),
        "inventories": rolled("176.2", -flow["d_inventories"]),
        "prepaid": rolled("31.5"),
        "property": rolled("287.3", -flow["capex"], -flow["depreciation"], -flow["disposals"]),
        "goodwill": rolled("412.6"),
        "intangibles": rolled("118.9", -flow["amortization"]),
        "other_assets": rolled("46.3", -flow["d_other_assets"]),
        "current_debt": {2025: Decimal("50.0"), 2024: Decimal("75.0")},
        "long_debt": {2025: Decimal("375.0"), 2024: Decimal("425.0")},
        "payables": rolled("104.8", flow["d_payables"]),
        "accrued_pay": rolled("58.3", Decimal("3.7")),
        "accrued_other": rolled("71.9", flow["d_accrued"] - Decimal("3.7")),
        "deferred_tax_liability": rolled("38.7", flow["deferred_taxes"]),
        "other_liabilities": rolled("52.1"),
    }
    b["cash_balance"] = {year: f["cash"][year] for year in (2025, 2024)}
    b["current_assets"] = total(*(b[name] for name in ("cash_balance", "receivables", "inventories", "prepaid")))
    rest = ("property", "goodwill", "intangibles", "other_assets")
    b["assets"] = total(b["current_assets"], *(b[name] for name in rest))
    current = ("current_debt", "payables", "accrued_pay", "accrued_other")
    b["current_liabilities"] = total(*(b[name] for name in current))
    b["liabilities"] = total(
        b["current_liabilities"], b["long_debt"], b["deferred_tax_liability"], b["other_liabilities"]
    )
    return b


def _equity(f: dict[str, Any]) -> dict[str, Any]:
    """Equity at four year ends. Retained earnings of 2024 close the balance sheet of 2024; the rest are rolled."""
    par = Decimal("0.6")
    capital, treasury, oci = {2024: Decimal("268.4")}, {2024: Decimal("-214.0")}, {2024: Decimal("-31.2")}
    known = par + capital[2024] + treasury[2024] + oci[2024]
    retained = {2024: f["assets"][2024] - f["liabilities"][2024] - known}
    flows = (
        (capital, total(f["stock_compensation"], f["options"])),
        (treasury, f["repurchases"]),
        (oci, f["translation"]),
        (retained, total(f["net_income"], f["dividends_paid"])),
    )
    for balances, change in flows:
        balances[2025] = balances[2024] + change[2025]
        balances[2023] = balances[2024] - change[2024]
        balances[2022] = balances[2023] - change[2023]
    years = (2025, 2024, 2023, 2022)
    stock = dict.fromkeys(years, par)
    equity = total(*({y: item[y] for y in years} for item in (stock, capital, retained, treasury, oci)))
    return {
        "stock": stock,
        "capital": capital,
        "retained": retained,
        "treasury": treasury,
        "oci": oci,
        "equity": equity,
        "both": {year: f["liabilities"][year] + equity[year] for year in (2025, 2024)},
    }


def _notes(f: dict[str, Any]) -> dict[str, Amounts]:
    n: dict[str, Amounts] = {
        "flow_sales": amounts("689.5", "640.2", "604.8"),
        "valve_sales": amounts("414.6", "412.9", "416.3"),
        "flow_profit": amounts("142.3", "118.6", "105.7"),
        "valve_profit": amounts("43.9", "48.2", "52.4"),
        "service_profit": amounts("38.5", "29.1", "21.6"),
        "americas": amounts("741.6", "688.3", "655.1"),
        "europe": amounts("329.4", "318.8", "307.6"),
        "raw": amounts("71.3", "63.8"),
        "in_process": amounts("38.6", "35.9"),
        "land": amounts("24.1", "24.1"),
        "buildings": amounts("183.7", "176.4"),
        "machinery": amounts("412.9", "385.2"),
        "construction": amounts("27.5", "18.6"),
        "federal_current": amounts("28.7", "23.4", "17.2"),
        "state_current": amounts("5.1", "3.9", "3.4"),
    }
    n["digital_sales"] = less(f["sales"], n["flow_sales"], n["valve_sales"])
    n["segment_profit"] = total(n["flow_profit"], n["valve_profit"], n["service_profit"])
    n["corporate"] = less(total(f["operating_income"], f["restructuring"]), n["segment_profit"])
    n["asia"] = less(f["sales"], n["americas"], n["europe"])
    n["finished"] = less(f["inventories"], n["raw"], n["in_process"])
    n["gross_property"] = total(n["land"], n["buildings"], n["machinery"], n["construction"])
    n["accumulated"] = less(f["property"], n["gross_property"])
    n["foreign_current"] = less(f["taxes"], n["federal_current"], n["state_current"], f["deferred_taxes"])
    n["current_taxes"] = total(n["federal_current"], n["state_current"], n["foreign_current"])
    n["effective_rate"] = {y: (f["taxes"][y] / f["pretax"][y] * 100).quantize(Decimal("0.1")) for y in YEARS}
    n["statutory"] = amounts("21.0", "21.0", "21.0")
    n["state_rate"] = amounts("2.4", "2.5", "2.2")
    n["credit_rate"] = amounts("-2.6", "-2.9", "-2.4")
    n["other_rate"] = less(n["effective_rate"], n["statutory"], n["state_rate"], n["credit_rate"])
    return n
