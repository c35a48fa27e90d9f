"""Concepts: the table is whole, and rows and phrases find their line items."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ingest.concepts import Concepts, ConceptTableError, load_concepts
from ingest.schema import Statement

CAPEX = "PaymentsToAcquirePropertyPlantAndEquipment"
PRETAX = "IncomeLossFromContinuingOperationsBeforeIncomeTaxesExtraordinaryItemsNoncontrollingInterest"


@pytest.fixture(scope="module")
def concepts() -> Concepts:
    return load_concepts()


def test_every_concept_is_found_by_its_own_names_and_tags(concepts: Concepts) -> None:
    for concept in concepts.values():
        assert concept.names, concept.key
        assert concepts.by_tag(f"us-gaap:{concept.key}") is concept
        for name in concept.names:
            assert concept.key in [match.concept for match in concepts.lookup_phrase(name)], (concept.key, name)


@pytest.mark.parametrize(
    ("label", "path", "statement", "expected"),
    [
        ("Purchases of property, plant and equipment (PP&E)", ["Investing activities"], "cash_flow", CAPEX),
        ("Additions to property and equipment", [], "cash_flow", CAPEX),
        ("Expenditures for property, plant, and equipment (Note 7)", [], "cash_flow", CAPEX),
        ("Accounts receivable, net of allowances of $163 and $142", [], "balance", "AccountsReceivableNetCurrent"),
        ("Trade receivables, less allowance of $12", [], "balance", "AccountsReceivableNetCurrent"),
        ("Total", ["Inventories:"], "balance", "InventoryNet"),
        ("Net (loss) income", [], "income", "NetIncomeLoss"),
        ("Net earnings attributable to Acme Rockets, Inc.", [], "income", "NetIncomeLoss"),
        ("Loss before income taxes", [], "income", PRETAX),
        ("Total Acme stockholders’ equity", [], "balance", "StockholdersEquity"),
        ("Basic", ["Net income per share:"], "income", "EarningsPerShareBasic"),
        (
            "Diluted",
            ["Weighted-average shares outstanding:"],
            "income",
            "WeightedAverageNumberOfDilutedSharesOutstanding",
        ),
        ("Cash and cash equivalents at beginning of year", [], "cash_flow", "CashBeginningOfPeriod"),
        ("Inventories", ["Changes in operating assets and liabilities:"], "cash_flow", "IncreaseDecreaseInInventories"),
        ("Common stock, $0.01 par value; 900 authorized, 500 issued", [], "balance", "CommonStockValue"),
    ],
)
def test_printed_rows_find_their_concept(
    concepts: Concepts, label: str, path: list[str], statement: str, expected: str
) -> None:
    kind = Statement(statement)
    match = concepts.match_label(label, path, kind, section=concepts.section_of(path, kind))
    assert match is not None
    assert match.concept == expected


@pytest.mark.parametrize(
    ("label", "statement"),
    [
        ("Accrued property, plant and equipment", "balance"),
        ("Deferred compensation of former directors", "income"),
        ("Amortization of deferred rocket fuel", "income"),
        ("See accompanying notes", "balance"),
        ("", "income"),
    ],
)
def test_near_misses_stay_without_a_concept(concepts: Concepts, label: str, statement: str) -> None:
    assert concepts.match_label(label, (), Statement(statement)) is None


def test_kind_and_statement_constrain_the_match(concepts: Concepts) -> None:
    assert concepts.match_label("Inventories", (), Statement.NOTE, kind="instant") is not None
    balance = concepts.match_label("Deferred income taxes", (), Statement.BALANCE, section="noncurrent_liabilities")
    flow = concepts.match_label("Deferred income taxes", (), Statement.CASH_FLOW)
    assert balance and balance.concept == "DeferredIncomeTaxLiabilitiesNet"
    assert flow and flow.concept == "DeferredIncomeTaxExpenseBenefit"


def test_a_balance_sheet_is_placed_by_its_totals(concepts: Concepts) -> None:
    labels = ["Deferred revenue", "Total current liabilities", "Deferred revenue", "Total liabilities", "Total equity"]
    rows = [("Cash", ()), ("Total current assets", ()), ("Total assets", ()), *((label, ()) for label in labels)]
    assigned = {rows[i][0] + str(i): m.concept for i, m in concepts.assign(rows, Statement.BALANCE).items()}
    assert assigned["Deferred revenue3"] == "ContractWithCustomerLiabilityCurrent"
    assert assigned["Deferred revenue5"] == "ContractWithCustomerLiabilityNoncurrent"


def test_plain_net_income_is_the_groups_where_the_companys_part_follows(concepts: Concepts) -> None:
    rows = [
        ("Net income", ()),
        ("Less: net income attributable to noncontrolling interests", ()),
        ("Net income attributable to Acme", ()),
    ]
    assigned = concepts.assign(rows, Statement.INCOME)
    assert [assigned[i].concept for i in range(3)] == [
        "ProfitLoss",
        "NetIncomeLossAttributableToNoncontrollingInterest",
        "NetIncomeLoss",
    ]
    assert concepts.assign([("Net income", ())], Statement.INCOME)[0].concept == "NetIncomeLoss"


def test_a_total_beats_a_component_and_no_concept_is_given_twice(concepts: Concepts) -> None:
    rows = [("Net sales", ("Products",)), ("Net sales", ("Services",)), ("Total net sales", ())]
    assigned = concepts.assign(rows, Statement.INCOME)
    assert assigned[2].concept == "Revenues"
    assert max(Counter(match.concept for match in assigned.values()).values()) == 1


def test_question_phrases_are_found_longest_first_with_their_place(concepts: Concepts) -> None:
    question = "What share of cost of goods sold and net PP&E is capex, and what was Acme's AR in FY2018?"
    found = [(question[start:end], concept) for (start, end), concept, _ in concepts.find_phrase(question)]
    assert found == [
        ("cost of goods sold", "CostOfRevenue"),
        ("net PP&E", "PropertyPlantAndEquipmentNet"),
        ("capex", CAPEX),
        ("AR", "AccountsReceivableNetCurrent"),
    ]
    assert not concepts.find_phrase("how far are the stars?")


def test_an_embedder_serves_rows_that_the_table_does_not_know(concepts: Concepts) -> None:
    def same_direction(texts: list[str]) -> np.ndarray:
        return np.ones((len(texts), 1), dtype=np.float32)

    def opposite(texts: list[str]) -> np.ndarray:
        return np.full((len(texts), 1), -1.0 if len(texts) == 1 else 1.0, dtype=np.float32)

    row = "Zorblax quux"
    assert concepts.match_label(row, (), Statement.INCOME) is None
    assert concepts.match_label(row, (), Statement.INCOME, embed=opposite) is None
    near = concepts.match_label(row, (), Statement.INCOME, embed=same_direction)
    assert near is None or near.how == "embedding"


def test_a_users_table_adds_concepts_and_labels(tmp_path: Path) -> None:
    extra = tmp_path / "mine.toml"
    extra.write_text(
        '[concept.Revenues]\nlabels = "moon dust takings"\n'
        '[concept.MoonBases]\nstatement = "note"\nkind = "instant"\nunit = "pure"\nnames = "moon bases"\nlabels = "moon bases"\n'
    )
    table = load_concepts(extra)
    assert table.match_label("Moon dust takings", (), Statement.INCOME).concept == "Revenues"  # type: ignore[union-attr]
    assert table.match_label("Net sales", (), Statement.INCOME).concept == "Revenues"  # type: ignore[union-attr]
    assert table.lookup_phrase("moon bases")[0].concept == "MoonBases"


def test_all_problems_of_a_table_are_reported_at_once(tmp_path: Path) -> None:
    extra = tmp_path / "bad.toml"
    extra.write_text(
        '[concept.A]\nstatement = "incom"\ncolour = "red"\n[concept.B]\nstatement = "note"\nparent = "Nowhere"\n'
    )
    with pytest.raises(ConceptTableError) as error:
        load_concepts(extra)
    for part in ("incom", "colour", "Nowhere"):
        assert part in str(error.value)
    assert "\n" not in str(error.value)
