"""Inline XBRL: values as tagged, contexts, units, continuations, the cover page."""

from datetime import date
from decimal import Decimal

import pytest

from ingest.readers.html import read_markup
from ingest.readers.inline import tagged_value, transform
from ingest.schema import Period

RESOURCES = """
<ix:header><ix:hidden><ix:nonNumeric name="dei:DocumentType" contextRef="D">10-K</ix:nonNumeric></ix:hidden><ix:resources>
<xbrli:context id="D"><xbrli:entity><xbrli:identifier scheme="x">1</xbrli:identifier></xbrli:entity>
 <xbrli:period><xbrli:startDate>2023-07-01</xbrli:startDate><xbrli:endDate>2024-06-30</xbrli:endDate></xbrli:period></xbrli:context>
<xbrli:context id="I"><xbrli:entity><xbrli:segment>
 <xbrldi:explicitMember dimension="us-gaap:StatementBusinessSegmentsAxis">acme:NorthMember</xbrldi:explicitMember>
 <xbrldi:typedMember dimension="acme:PlanAxis"><acme:Plan>P1</acme:Plan></xbrldi:typedMember></xbrli:segment></xbrli:entity>
 <xbrli:period><xbrli:instant>2024-06-30</xbrli:instant></xbrli:period></xbrli:context>
<xbrli:unit id="usd"><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unit>
<xbrli:unit id="eps"><xbrli:divide><xbrli:unitNumerator><xbrli:measure>iso4217:USD</xbrli:measure></xbrli:unitNumerator>
 <xbrli:unitDenominator><xbrli:measure>xbrli:shares</xbrli:measure></xbrli:unitDenominator></xbrli:divide></xbrli:unit>
</ix:resources></ix:header>"""


def report(body):
    return read_markup(f"<html><body><div style='display:none'>{RESOURCES}</div>{body}</body></html>", "acme.htm")


def fact(name, text, context="D", unit="usd", more=""):
    return f'<ix:nonFraction name="{name}" contextRef="{context}" unitRef="{unit}" {more}>{text}</ix:nonFraction>'


def test_fact_is_in_its_cell_with_value_period_and_unit():
    cell = fact("us-gaap:NetIncomeLoss", "1,577", more='scale="6" sign="-" decimals="-6"')
    reading = report(
        f"<table><tr><td></td><td>2024</td></tr><tr><td>Net loss</td><td>$</td><td>({cell}</td><td>)</td></tr></table>"
    )
    (cell,) = [c for c in reading.tables[0].rows[0].cells if c]
    assert cell.text == "$ (1,577)"
    assert cell.value == -1577
    assert cell.fact in reading.facts
    assert cell.fact.value == Decimal(-1577000000)
    assert str(cell.fact.value) == "-1577000000"
    assert (cell.fact.unit, cell.fact.decimals) == ("USD", "-6")
    assert cell.fact.period == Period(date(2024, 6, 30), date(2023, 7, 1))


def test_dimensions_explicit_and_typed():
    reading = report("<p>" + fact("us-gaap:Assets", "5", context="I") + "</p>")
    (found,) = [f for f in reading.facts if f.concept == "us-gaap:Assets"]
    assert found.dimensions == (
        ("acme:PlanAxis", "P1"), ("us-gaap:StatementBusinessSegmentsAxis", "acme:NorthMember"),
    )  # fmt: skip
    assert found.period == Period(date(2024, 6, 30))


def test_per_share_unit_and_page():
    reading = report(
        '<p>a</p><hr style="page-break-after:always"/><p>'
        + fact("us-gaap:EarningsPerShareBasic", "1.65", unit="eps")
        + "</p>"
    )
    (found,) = [f for f in reading.facts if f.unit]
    assert (found.unit, found.value, found.page) == ("USD/share", Decimal("1.65"), 2)


def test_nil_fact_has_no_value_and_closes_itself():
    reading = report(
        '<p><ix:nonFraction name="us-gaap:Commitments" contextRef="D" unitRef="usd" xsi:nil="true"/> rest</p>'
    )
    (found,) = [f for f in reading.facts if f.unit]
    assert found.value is None
    assert "rest" in reading.pages[0].text


def test_hidden_cover_facts_are_properties_but_not_text():
    reading = report('<p>For the year ended <ix:nonNumeric name="dei:DocumentPeriodEndDate" contextRef="D" '
                     'format="ixt:date-monthname-day-year-en">June 30, 2024</ix:nonNumeric></p>')  # fmt: skip
    assert reading.properties == {"dei:DocumentType": "10-K", "dei:DocumentPeriodEndDate": "2024-06-30"}
    assert "10-K" not in reading.pages[0].text


def test_continuation_is_followed_and_excluded_text_left_out():
    reading = report(
        '<div><ix:nonNumeric name="us-gaap:DebtTextBlock" contextRef="D" continuedAt="c1">First <ix:exclude>page 3</ix:exclude></ix:nonNumeric></div>'
        '<ix:continuation id="c1" continuedAt="c1">second</ix:continuation>'
    )
    (found,) = [f for f in reading.facts if f.concept == "us-gaap:DebtTextBlock"]
    assert found.text == "First second"


def test_fact_in_a_layout_table_is_kept():
    reading = report(
        f"<table><tr><td>As of today {fact('dei:EntityCommonStockSharesOutstanding', '15,115,823,000')}</td></tr></table>"
    )
    assert any(f.value == 15115823000 for f in reading.facts)


@pytest.mark.parametrize(
    ("text", "form", "scale", "sign", "expected"),
    [
        ("294,866", "num-dot-decimal", "6", None, "294866000000"),
        ("1.234,5", "num-comma-decimal", "0", None, "1234.5"),
        ("—", "fixed-zero", "6", None, "0"),
        ("5.1", "num-dot-decimal", "-2", "-", "-0.051"),
        ("two", "numwordsen", None, None, "2"),
        ("twenty-five", "numwordsen", None, None, "25"),
        ("1,250", "", "3", None, "1250000"),
    ],
)
def test_values_are_taken_as_tagged(text, form, scale, sign, expected):
    assert str(tagged_value(text, form, scale, sign)) == expected


@pytest.mark.parametrize(("text", "scale"), [("n/a", "0"), ("12", "1e9"), ("12", "400"), ("1.2.3", "0")])
def test_values_that_cannot_be_read_are_none(text, scale):
    assert tagged_value(text, "num-dot-decimal", scale, None) is None


def test_transformations_of_text():
    assert transform("☐", "boolballotbox") == "false"
    assert transform("☒", "boolballotbox") == "true"
    assert transform("December 31", "date-monthname-day-en") == "--12-31"
    assert transform("Nov. 2, 2024", "datemonthdayyearen") == "2024-11-02"
    assert transform("someday", "date-monthname-day-en") == "someday"
