"""Figures of segments, regions and products: told from the texts around them, and never taken for the whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chains.formulas.expression import Item
from chains.resolve.concept_facts import default_facts
from chains.resolve.crossing import is_crossed
from chains.resolve.members import asked_member, member_figures, other_names, other_place, part_name
from chains.resolve.qualified import qualified_fit
from chains.resolve.shelf import Sheet
from ingest.schema import Document, Figure, Period, Statement

YEAR = Period(date(2024, 12, 31), date(2024, 1, 1))


def figure(
    table: str,
    row: int,
    label: str,
    value: int,
    *,
    path: tuple[str, ...] = (),
    heads: tuple[str, ...] = ("2024",),
    caption: str = "",
    segment: str = "",
    concept: str | None = None,
) -> Figure:
    column = sum(map(ord, "".join(heads))) % 90 + 1
    return Figure(
        f"d.{table}.r{row}.c{column}", "d", 1, label, path, f"{value}", Decimal(value), 6, "USD", "USD", YEAR, 2024, None,
        Statement.NOTE, table, caption, heads, concept, segment,
    )  # fmt: skip


FIGURES = (
    # Rows are segments, columns regions; the title says what is measured.
    figure("t1", 1, "Health", 11, heads=("2024", "Asia Pacific"), caption="Net Sales (Millions)"),
    figure("t1", 1, "Health", 12, heads=("2024", "Europe, Middle East and Africa"), caption="Net Sales (Millions)"),
    figure("t1", 1, "Health", 29, heads=("2024", "Worldwide"), caption="Net Sales (Millions)"),
    # Segments are columns and measures rows.
    figure("t2", 1, "Total revenues", 29, heads=("Health",), segment="Health", concept="Revenues"),
    figure("t2", 2, "Operating income", 5, heads=("Health",), segment="Health", concept="OperatingIncomeLoss"),
    figure("t2", 1, "Total revenues", 40, heads=("Home & Garden Care",), concept="Revenues"),
    # Headings are measures, rows segments.
    figure("t3", 1, "Pet", 14, path=("Net sales",)),
    figure("t3", 2, "Pet", 3, path=("Operating profit",)),
    figure("t3", 3, "Parcel Delivery Services", 8, path=("Net sales",)),
    figure("t3", 4, "Parcel Delivery Services", 2, path=("Operating profit",)),
    # The title names the segment.
    figure("t4", 1, "Revenues", 21, caption="Online Segment", concept="Revenues"),
    figure("t4", 2, "Operating loss", -2, caption="Online Segment", concept="OperatingIncomeLoss"),
    figure("t5", 1, "Goodwill", 9, heads=("Online",), segment="Online"),
)


@pytest.fixture(scope="module")
def sheet() -> Sheet:
    return Sheet(Document("d", "0", "d.pdf", company="Acme Corp."), FIGURES)


def values(sheet: Sheet, concept: str, member: str) -> set[int]:
    asked = asked_member(Item(concept, concept, member=member))
    assert asked is not None
    return {int(f.value) for f, _ in member_figures(asked, sheet, default_facts())}


@pytest.mark.parametrize(
    ("concept", "member", "value"),
    [
        ("Revenues", "health in asia-pacific", 11),
        ("Revenues", "APAC health", 11),
        ("Revenues", "EMEA health", 12),
        ("Revenues", "the health segment", 29),
        ("OperatingIncomeLoss", "health", 5),
        ("Revenues", "home and garden care", 40),
        ("Revenues", "pet business", 14),
        ("SegmentOperatingIncome", "pet", 3),
        ("Revenues", "PDS", 8),
        ("OperatingIncomeLoss", "parcel delivery", 2),
        ("Revenues", "online", 21),
    ],
)
def test_a_part_is_found_wherever_its_name_is_printed(sheet: Sheet, concept: str, member: str, value: int) -> None:
    assert values(sheet, concept, member) == {value}


@pytest.mark.parametrize(
    ("concept", "member"),
    [
        ("Revenues", "asia"),  # Asia Pacific is more than that
        ("Revenues", "europe"),
        ("Revenues", "asia pacific"),  # only one segment's sales there are printed
        ("Revenues", "garden care"),  # a part of a part
        ("Revenues", "pet food"),
        ("Revenues", "india"),
        ("GrossProfit", "pet"),
        ("OperatingIncomeLoss", "health in asia pacific"),
    ],
)
def test_another_part_or_measure_is_not_taken_for_the_one_asked_for(sheet: Sheet, concept: str, member: str) -> None:
    assert values(sheet, concept, member) == set()


def test_words_for_a_kind_of_part_are_no_part_of_its_name() -> None:
    assert part_name("yogurt, the product class") == "yogurt"
    assert part_name("cash app's in segment disclosure") == "cash app"
    assert part_name("products") == "products"
    assert asked_member(Item("Revenues", "Revenues")) is None


@pytest.mark.parametrize(
    ("member", "name", "other"),
    [
        ("Europe", "Europe & Australia", True),
        ("Europe", "Europe", False),
        ("Canada", "Latin America/ Canada", True),
        ("Asia Pacific", "Rest of Asia Pacific", True),
        ("pet", "Pet and Europe", False),
    ],
)
def test_one_of_several_places_is_another(member: str, name: str, other: bool) -> None:
    assert other_place(member, ("Net sales", name)) is other


def test_a_place_by_its_other_names() -> None:
    assert "EMEA" in " ".join(other_names("europe, middle east and africa")).upper().split()
    assert list(other_names("pet food")) == []


def test_a_measure_that_is_made_is_another_line() -> None:
    plain, made = figure("t", 1, "Operating income", 5), figure("t", 2, "Adjusted operating income", 6)
    asked, adjusted = Item("operating income", member="pet"), Item("adjusted operating income", member="pet")
    assert qualified_fit(asked, plain) > qualified_fit(asked, made) > qualified_fit(adjusted, plain)
    assert qualified_fit(adjusted, made) == 1.0


def test_two_things_that_are_joined_are_not_where_their_row_and_column_meet() -> None:
    cell = figure("t", 1, "Cash", 0, heads=("2024", "Marketable Securities"))
    assert is_crossed("cash and marketable securities", cell) and not is_crossed("cash", cell)
    assert not is_crossed("selling and marketing expense", figure("t", 2, "Selling and marketing expense", 3))
