"""XBRL instances, filing archives, viewer pages, company facts, 13F tables."""

import json
import zipfile
from datetime import date
from decimal import Decimal

import pytest

from ingest.errors import UnreadableFileError
from ingest.readers import read
from ingest.readers.viewer import period_of, unit_of
from ingest.schema import Period

INSTANCE = """<?xml version="1.0"?>
<xbrl xmlns="http://www.xbrl.org/2003/instance" xmlns:g="http://fasb.org/us-gaap/2023" xmlns:dei="http://xbrl.sec.gov/dei/2023"
 xmlns:acme="http://acme.com/2024" xmlns:iso4217="http://www.xbrl.org/2003/iso4217" xmlns:xbrldi="http://xbrl.org/2006/xbrldi"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<context id="D"><entity><identifier scheme="x">1</identifier></entity><period><startDate>2023-07-01</startDate><endDate>2024-06-30</endDate></period></context>
<context id="I"><entity><segment><xbrldi:explicitMember dimension="acme:Axis">acme:North</xbrldi:explicitMember></segment></entity>
 <period><instant>2024-07-01T00:00:00</instant></period></context>
<unit id="u"><measure>iso4217:USD</measure></unit>
<g:NetIncomeLoss contextRef="D" unitRef="u" decimals="-3">-1577000</g:NetIncomeLoss>
<g:Assets contextRef="I" unitRef="u" decimals="INF">12.50</g:Assets>
<g:Goodwill contextRef="D" unitRef="u" xsi:nil="true"/>
<dei:EntityRegistrantName contextRef="D">Acme Corp.</dei:EntityRegistrantName>
<g:DebtTextBlock contextRef="D">%s</g:DebtTextBlock>
</xbrl>"""
NOTE = (
    "&lt;div&gt;"
    + "The notes bear interest. " * 12
    + (
        "&lt;table&gt;&lt;tr&gt;&lt;td&gt;Notes due 2030&lt;/td&gt;&lt;td&gt;1,000&lt;/td&gt;&lt;/tr&gt;&lt;/table&gt;&lt;/div&gt;"
    )
)
LABELS = """<link:linkbase xmlns:link="http://www.xbrl.org/2003/linkbase" xmlns:xlink="http://www.w3.org/1999/xlink"><link:labelLink>
<link:loc xlink:href="x.xsd#us-gaap_NetIncomeLoss" xlink:label="a"/>
<link:label xlink:label="b" xlink:role="http://www.xbrl.org/2003/role/label">Net profit</link:label>
<link:label xlink:label="c" xlink:role="http://www.xbrl.org/2003/role/documentation">Long words</link:label>
<link:labelArc xlink:from="a" xlink:to="b"/><link:labelArc xlink:from="a" xlink:to="c"/></link:labelLink></link:linkbase>"""


def write(path, text):
    path.write_text(text)
    return path


def test_instance_facts_as_tagged(tmp_path):
    reading = read(write(tmp_path / "acme.xml", INSTANCE % NOTE))
    income, assets, goodwill, name, note = reading.facts
    assert (income.concept, income.value, income.decimals) == ("us-gaap:NetIncomeLoss", Decimal(-1577000), "-3")
    assert income.period == Period(date(2024, 6, 30), date(2023, 7, 1))
    assert assets.period == Period(date(2024, 6, 30)), "midnight is the end of the day before"
    assert assets.dimensions == (("acme:Axis", "acme:North"),)
    assert assets.value == Decimal("12.50")
    assert goodwill.value is None
    assert goodwill.unit == "USD"
    assert reading.properties == {"dei:EntityRegistrantName": "Acme Corp."}
    assert name.unit is None
    assert note.value is None


def test_text_blocks_become_pages_with_tables(tmp_path):
    reading = read(write(tmp_path / "acme.xml", INSTANCE % NOTE))
    assert "Debt Text Block" in reading.pages[1].text
    assert reading.tables[0].page == 2
    assert reading.tables[0].rows[0].cells[0].value == 1000


def test_archive_takes_labels_from_its_linkbase(tmp_path):
    path = tmp_path / "acme.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("acme_lab.xml", LABELS)
        archive.writestr("acme.xsd", "<schema/>")
        archive.writestr("acme.xml", INSTANCE % "none")
    assert {f.concept: f.label for f in read(path).facts}["us-gaap:NetIncomeLoss"] == "Net profit"


@pytest.mark.parametrize("text", ["<link:linkbase xmlns:link='x'/>", "<?xml version='1.0'?><rss><a/></rss>"])
def test_other_xml_is_named(tmp_path, text):
    with pytest.raises(UnreadableFileError, match="unknown kind"):
        read(write(tmp_path / "a.xml", text))


def test_instance_without_facts_and_archive_without_documents(tmp_path):
    with pytest.raises(UnreadableFileError, match="without a fact"):
        read(write(tmp_path / "a.xml", "<xbrl xmlns='http://www.xbrl.org/2003/instance'/>"))
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("logo.jpg", "x")
    with pytest.raises(UnreadableFileError, match="neither a report"):
        read(path)


VIEWER = """<html><head><script src="Show.js"></script></head><body><table class="report">
<tr><th class="tl" rowspan="2"><div><strong>STATEMENTS OF OPERATIONS - USD ($)<br> shares in Thousands, $ in Millions</strong></div></th>
<th class="th" colspan="2">12 Months Ended</th></tr><tr><th class="th">Jun. 30, 2024</th><th class="th">Jun. 30, 2023</th></tr>
<tr><td class="pl"><a onclick="Show.showAR( this, 'defref_us-gaap_Revenues', window );">Net sales</a></td><td class="nump">$ 1,250</td><td class="nump">$ 1,100</td></tr>
<tr><td class="pl"><a onclick="Show.showAR( this, 'defref_us-gaap_EarningsPerShareBasic', window );">Basic (in dollars per share)</a></td><td>$ 1.65</td><td>$ (0.53)</td></tr>
<tr><td class="pl"><a onclick="Show.showAR( this, 'defref_us-gaap_Shares', window );">Basic (in shares)</a></td><td>14,994</td><td>15,405</td></tr>
</table></body></html>"""


def test_viewer_page_gives_facts_with_labels(tmp_path):
    reading = read(write(tmp_path / "R4.htm", VIEWER))
    assert [(f.concept, f.value, f.unit) for f in reading.facts] == [
        ("us-gaap:Revenues", 1250000000, "USD"), ("us-gaap:Revenues", 1100000000, "USD"),
        ("us-gaap:EarningsPerShareBasic", Decimal("1.65"), "USD/share"), ("us-gaap:EarningsPerShareBasic", Decimal("-0.53"), "USD/share"),
        ("us-gaap:Shares", 14994000, "shares"), ("us-gaap:Shares", 15405000, "shares"),
    ]  # fmt: skip
    assert reading.facts[0].period == Period(date(2024, 6, 30), date(2023, 7, 1))
    assert reading.facts[0].label == "Net sales"
    (table,) = reading.tables
    assert [c.headers for c in table.columns] == [
        ("12 Months Ended", "Jun. 30, 2024"),
        ("12 Months Ended", "Jun. 30, 2023"),
    ]
    assert table.rows[0].cells[0].fact == reading.facts[0]


def test_viewer_units_and_periods():
    assert unit_of("Effective tax rate", "Taxes", "24.1%") == ("pure", -2)
    assert unit_of("Cash", "BALANCE - EUR (€) € in Thousands", "€ 5") == ("EUR", 3)
    assert period_of(["6 Months Ended", "Mar. 29, 2025"]).months == 6
    assert period_of(["3 Months Ended", "May 31, 2024"]) == Period(date(2024, 5, 31), date(2024, 3, 1))
    assert period_of(["Total"]) is None


def facts_json(entries):
    concept = {"label": "Net income", "units": {"USD": entries}}
    return json.dumps({"cik": 1, "entityName": "Acme Corp.", "facts": {"us-gaap": {"NetIncomeLoss": concept}}})


def test_company_facts_keep_restated_values_and_drop_repeats(tmp_path):
    entry = {
        "start": "2023-07-01",
        "end": "2024-06-30",
        "val": 100,
        "accn": "A-1",
        "filed": "2024-08-30",
        "form": "10-K",
    }
    later = entry | {"accn": "A-2", "filed": "2025-08-30"}
    restated = later | {"val": 90.5}
    reading = read(
        write(tmp_path / "acme.json", facts_json([later, entry, restated, {"end": "x", "val": 1}, {"val": True}]))
    )
    assert [(f.value, f.context) for f in reading.facts] == [(100, "A-1"), (Decimal("90.5"), "A-2")]
    assert reading.facts[0].label == "Net income"
    assert reading.properties["dei:EntityRegistrantName"] == "Acme Corp."


@pytest.mark.parametrize(("text", "message"), [("{", "not well-formed"), ("[1]", "unknown kind"), ('{"facts": {}}', "no fact"),
                                               ("[" * 100_000, "not well-formed")])  # fmt: skip
def test_json_that_is_no_company_facts(tmp_path, text, message):
    with pytest.raises(UnreadableFileError, match=message):
        read(write(tmp_path / "a.json", text))


def test_13f_table(tmp_path):
    holding = (
        "<infoTable><nameOfIssuer>ACME CORP</nameOfIssuer><titleOfClass>COM</titleOfClass><cusip>002824100</cusip><value>409469</value>"
        "<shrsOrPrnAmt><sshPrnamt>2334</sshPrnamt><sshPrnamtType>SH</sshPrnamtType></shrsOrPrnAmt>"
        "<votingAuthority><Sole>0</Sole><Shared>0</Shared><None>2334</None></votingAuthority></infoTable>"
    )
    text = f'\n<?xml version="1.0" ?><informationTable xmlns="http://www.sec.gov/t">{holding * 2}</informationTable>'
    reading = read(write(tmp_path / "a.xml", text))
    (table,) = reading.tables
    assert table.rows[0].label == "ACME CORP COM, 002824100"
    assert [c.value for c in table.rows[0].cells] == [409469, 2334, 0, 0, 2334]
    assert table.columns[0].headers == ("Value",)
