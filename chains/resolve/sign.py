"""Whether the printed sign of a figure is turned, so that a cost or a payment is a positive number."""

from __future__ import annotations

import re
from decimal import Decimal

from chains.formulas.expression import Item
from chains.resolve.facts import ConceptFacts
from chains.resolve.shelf import Sheet
from ingest.schema import Figure

_TAX = "IncomeTaxExpenseBenefit"
_PRETAX = (
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest",
    "IncomeLossFromContinuingOperationsBeforeIncomeTaxes",
)
_AFTER_TAX = ("IncomeLossFromContinuingOperations", "ProfitLoss", "NetIncomeLoss")
_THIRD_ITEM = Decimal("0.04")
"""Share of income before tax by which income after tax may differ otherwise: equity-method income and the like."""


def turns_sign(facts: ConceptFacts, item: Item, figure: Figure, sheet: Sheet) -> bool:
    """Turn the sign where the filing prints a payment or a cost as a negative number.

    A label such as "(recoveries) costs" says that a negative number is the opposite of a cost; a table that
    prints its other costs without brackets says so too.
    """
    concept = item.concept if item.concept is not None else figure.concept
    sign = facts.sign(concept) if concept is not None else ""
    if concept is None or sign not in ("outflow", "cost") or (figure.value >= 0 and not _mixed(concept)):
        return False
    if concept == _TAX and (expense := _tax_is_expense(figure, sheet)) is not None:
        return expense == (figure.value < 0)
    label = figure.label.lower()
    if re.search(r"\((?:expense|provision|charge|cost|payment)s?\)|benefit \(", label):
        return True
    if re.search(r"\((?:benefit|credit|income|recover\w*|reversal|gain|proceed)\w*\)", label):
        return False
    if sign == "outflow":
        return figure.value < 0
    if figure.value < 0 and not _mixed(concept):
        # Among "other income (expense)" a cost stands in brackets, whatever the lines above it do.
        above = " ".join(figure.path).lower()
        if concept.startswith("InterestExpense") or re.search(r"\((?:expenses?|loss(?:es)?|charges?|costs?)\)", above):
            return True
    costs = [
        f.value < 0
        for f in sheet.in_table(figure.table)
        if f.concept is not None and f.concept != concept and f.value != 0
        if facts.sign(f.concept) == "cost" and not _mixed(f.concept)
    ]
    if len(costs) < 2:
        return figure.value < 0 and not _mixed(concept)
    return sum(costs) > len(costs) / 2


def _mixed(concept: str) -> bool:
    """Concepts that are properly of either sign: a tax expense may be a benefit."""
    return bool(re.search(r"Benefit|Net$|GainLoss|IncomeExpense|IncreaseDecrease", concept))


def _tax_is_expense(tax: Figure, sheet: Sheet) -> bool | None:
    """Whether a statement deducts its tax, by its own sum: income before tax less |tax| is income after tax.

    True for an expense, False for a benefit, None where the column does not tell. Brackets alone decide nothing.
    """
    beside = [
        f
        for f in sheet.in_table(tax.table)
        if (f.period, f.headers, f.unit, f.segment) == (tax.period, tax.headers, tax.unit, tax.segment)
    ]
    size = abs(tax.value)
    if size == 0:
        return None
    near: set[bool] = set()
    for before in (_profit(f) for f in beside if f.concept in _PRETAX):
        for after in (_profit(f) for name in _AFTER_TAX for f in beside if f.concept == name):
            deducted, added = abs(before - size - after), abs(before + size - after)
            rounding = 2 * Decimal(1).scaleb(tax.scale)
            if min(deducted, added) <= min(rounding, size / 4):
                return deducted < added
            # A third item between the two must be small beside the tax too, or it would decide the sign.
            if min(deducted, added) <= min(_THIRD_ITEM * abs(before), size / 4):
                near.add(deducted < added)
    return near.pop() if len(near) == 1 else None


def _profit(figure: Figure) -> Decimal:
    """A profit, positive: a line that is called a loss alone, such as "Loss before income taxes 310", is negative."""
    label = re.sub(r"income tax\w*", " ", figure.label.lower())
    loss = re.search(r"\bloss", label) and not re.search(r"\b(?:income|earnings|profit)\b", label)
    return -abs(figure.value) if loss else figure.value
