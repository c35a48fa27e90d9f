"""Identify: company, form and fiscal period from the document's own words."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.identify import identify
from ingest.schema import Document, Page, Reading

COVER = """UNITED STATES
SECURITIES AND EXCHANGE COMMISSION
Washington, D.C. 20549
FORM {form}
(Mark One)
☒ {kind} REPORT PURSUANT TO SECTION 13 OR 15(d) OF THE SECURITIES EXCHANGE ACT OF 1934
For the {period} ended {end}
OR
☐ TRANSITION REPORT PURSUANT TO SECTION 13 OR 15(d)
For the transition period from ____ to ____
Commission file number 001-12345
{name}
(Exact name of registrant as specified in its charter)
Delaware 12-3456789
Title of each class Trading Symbol(s) Name of each exchange on which registered
Common Stock, par value $0.01 per share {symbol} New York Stock Exchange
"""


def document(*pages: str, **properties: str) -> Document:
    reading = Reading(
        tuple(Page(i, text) for i, text in enumerate(pages, 1)),
        properties={
            k.replace("__", ":").replace("_", " ") if "sgml" in k else k.replace("__", ":"): v
            for k, v in properties.items()
        },
    )
    return identify(reading, "/somewhere/OTHER_1999_10K.pdf", "0" * 64, "OTHER_1999_10K")


def cover(**given: str) -> str:
    base = {
        "form": "10-K",
        "kind": "ANNUAL",
        "period": "fiscal year",
        "end": "December 31, 2022",
        "name": "ACME ROCKETS, INC.",
        "symbol": "ACM",
    }
    return COVER.format(**{**base, **given})


def test_a_cover_page_tells_all() -> None:
    found = document(cover(), "SIGNATURES\nPursuant to the requirements of Section 13, signed.\nDate: February 9, 2023")
    assert (found.company, found.form, found.fiscal_year, found.fiscal_quarter) == (
        "ACME ROCKETS, INC.",
        "10-K",
        2022,
        None,
    )
    assert found.period_end == date(2022, 12, 31)
    assert found.fiscal_year_end == (12, 31)
    assert found.filed == date(2023, 2, 9)
    assert {"ACME ROCKETS", "ACM"} <= set(found.aliases)
    assert (found.currency, found.language, found.pages) == ("USD", "en", 2)


def test_the_file_name_is_never_used() -> None:
    found = document("Nothing to see here.")
    assert (found.company, found.form, found.fiscal_year, found.period_end) == ("", "", None, None)


def test_a_glossy_page_before_the_cover_and_words_one_a_line() -> None:
    found = document("2022 Annual Report\nTo the moon", "Dear shareholders", cover().replace(" ", "\n"))
    assert (found.company, found.form, found.fiscal_year) == ("ACME ROCKETS, INC.", "10-K", 2022)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("Fiscal 2022 ended January 28, 2023 and had 52 weeks.", 2022),
        ("References to fiscal 2023 are to the fiscal year: fiscal 2023 ended on January 28, 2023.", 2023),
        ("the fiscal year ended January 28, 2023 (“fiscal 2022”)", 2022),
        (
            "In fiscal 2023 sales rose. In fiscal 2023 and in fiscal 2022, as in fiscal 2021, margins held; fiscal 2023 was best.",
            2023,
        ),
        ("In fiscal 2022 sales rose. In fiscal 2022, as in fiscal 2021 costs fell, in fiscal 2021 margins held.", 2022),
    ],
)
def test_a_year_ending_in_january_is_named_as_the_company_names_it(text: str, year: int) -> None:
    assert document(cover(end="January 28, 2023"), text).fiscal_year == year


def test_a_quarterly_report_belongs_to_the_fiscal_year_under_way() -> None:
    first = cover(form="10-Q", kind="QUARTERLY", period="quarterly period", end="July 29, 2023")
    found = document(
        first, "See our Annual Report on Form 10-K for the fiscal year ended January 28, 2023 (“fiscal 2022”)."
    )
    assert (found.form, found.fiscal_year, found.fiscal_quarter) == ("10-Q", 2023, 2)
    assert found.fiscal_year_end == (1, 28)


def test_amendments_and_current_reports() -> None:
    assert document(cover(form="10-K/A")).form == "10-K/A"
    current = "SECURITIES AND EXCHANGE COMMISSION\nFORM 8-K\nDate of report (Date of earliest event reported): June 9, 2022 (June 7, 2022)\nAcme, Inc.\n(Exact name of registrant as specified in charter)"
    found = document(current)
    assert (found.form, found.company, found.period_end) == ("8-K", "Acme, Inc.", date(2022, 6, 7))


def test_tagged_facts_and_submission_headers_come_first() -> None:
    tagged = document(
        cover(), dei__EntityRegistrantName="Tagged plc", dei__DocumentType="20-F", dei__DocumentPeriodEndDate="2021-03-31",
        dei__DocumentFiscalYearFocus="2020", dei__CurrentFiscalYearEndDate="--03-31", dei__TradingSymbol="TAG",
    )  # fmt: skip
    assert (tagged.company, tagged.form, tagged.fiscal_year, tagged.period_end) == (
        "Tagged plc",
        "20-F",
        2020,
        date(2021, 3, 31),
    )
    assert "TAG" in tagged.aliases and "Tagged" in tagged.aliases
    header = document(
        "text", sgml__COMPANY_CONFORMED_NAME="FIRST BANK CORP", sgml__CONFORMED_SUBMISSION_TYPE="10-Q", sgml__CONFORMED_PERIOD_OF_REPORT="20240630",
        sgml__FISCAL_YEAR_END="1231", sgml__FILED_AS_OF_DATE="20240801", sgml__STANDARD_INDUSTRIAL_CLASSIFICATION="NATIONAL COMMERCIAL BANKS [6021]",
    )  # fmt: skip
    assert (header.company, header.form, header.fiscal_quarter, header.industry) == (
        "FIRST BANK CORP",
        "10-Q",
        2,
        "bank",
    )
    assert header.filed == date(2024, 8, 1)


def test_a_release_without_a_cover() -> None:
    text = "Acme Rockets, Inc. Reports Third Quarter Results\nSPRINGFIELD -- Acme Rockets, Inc. (NYSE: ACM) reported net income for the quarter ended November 2, 2024 of $44 million, or $0.89 per share."
    found = document(text)
    assert (found.company, found.form, found.fiscal_quarter) == ("Acme Rockets, Inc.", "earnings release", 3)
    assert found.fiscal_year_end == (2, 2)  # so that the columns of its tables are of the third quarter too
    assert "ACM" in found.aliases


def test_initials_former_names_and_legal_endings_are_aliases() -> None:
    found = document(
        cover(name="INTERNATIONAL ROCKET MACHINES CORPORATION").replace(
            "(Exact", "(formerly Moon Tools Company)\n(Exact"
        )
    )
    assert found.company == "INTERNATIONAL ROCKET MACHINES CORPORATION"
    assert {"IRM", "INTERNATIONAL ROCKET MACHINES", "Moon Tools Company"} <= set(found.aliases)


def test_euros_and_german() -> None:
    german = "Der Konzern hat das Geschäft und die Umsätze mit den Kunden für das Jahr nicht von der Lage " * 30
    found = document(german, "Beträge in millions of euros; in millions of euros; in millions of euros; € million")
    assert (found.language, found.currency) == ("de", "EUR")
