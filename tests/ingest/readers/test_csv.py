"""CSV files: dialects, wide statements, lists of facts."""

from datetime import date
from decimal import Decimal

import pytest

from ingest.errors import UnreadableFileError
from ingest.readers.csv import fact_columns, parse, read_csv
from ingest.schema import Period


def write(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "acme_income.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_wide_statement_is_a_table(tmp_path):
    path = write(tmp_path, 'Category,"Jun. 30, 2024","Jun. 30, 2023"\n"Sales, net",1250,1100\nLoss,-40,(30)\n')
    (table,) = read_csv(path).tables
    assert [c.headers for c in table.columns] == [("Jun. 30, 2024",), ("Jun. 30, 2023",)]
    assert table.stub == "Category"
    assert table.caption == ("acme income",)
    assert [[c.value for c in r.cells] for r in table.rows] == [[1250, 1100], [-40, -30]]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter):
    text = "\n".join(delimiter.join(row) for row in (["Item", "2024"], ["Sales", "10"], ["Costs", "4"]))
    assert parse(text, "a.csv")[1] == ["Sales", "10"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(tmp_path, encoding):
    path = write(tmp_path, "Posten;2024\nErlöse;1000\n", encoding)
    assert read_csv(path).tables[0].rows[0].label == "Erlöse"


def test_quoted_fields_may_hold_line_ends_and_quotes():
    assert parse('a,b\n"x\n""y""",2\n', "a.csv")[1] == ['x\n"y"', "2"]


def test_blank_line_parts_two_tables(tmp_path):
    path = write(tmp_path, "North,2024\nA,10.5\n\nSouth,2024\nB,20.5\n")
    assert [t.rows[0].label for t in read_csv(path).tables] == ["A", "B"]


def test_list_of_facts(tmp_path):
    path = write(
        tmp_path,
        "fact,value,units,start_date,end_date,period\n"
        "NetIncomeLoss,96995000000,USD,2023-07-01,2024-06-30,x\n"
        "Assets,352583000000,USD,2024-06-30,2024-06-30,x\n"
        "EarningsPerShareBasic,6.16,USD per shares,2023-07-01,2024-06-30,x\n"
        "EntityRegistrantName,Acme Corp.,,2023-07-01,2024-06-30,x\n"
        "DebtTextBlock,some words,,2023-07-01,2024-06-30,x\n",
    )
    reading = read_csv(path)
    income, assets, earnings, name, note = reading.facts
    assert income.value == 96995000000
    assert income.period == Period(date(2024, 6, 30), date(2023, 7, 1))
    assert assets.period == Period(date(2024, 6, 30))
    assert (earnings.unit, earnings.value) == ("USD/share", Decimal("6.16"))
    assert name.concept == "dei:EntityRegistrantName"
    assert reading.properties == {"dei:EntityRegistrantName": "Acme Corp."}
    assert note.value is None
    assert reading.tables == ()


def test_period_column_alone_is_enough(tmp_path):
    path = write(tmp_path, "concept,value,unit,period\nA,1,USD,2023-07-01/2024-06-30\nB,2,USD,2024-06-30\n")
    first, second = read_csv(path).facts
    assert first.period == Period(date(2024, 6, 30), date(2023, 7, 1))
    assert second.period == Period(date(2024, 6, 30))


def test_wide_table_is_not_taken_for_facts():
    assert fact_columns(["Category", "Fact Name", "2024", "2023"]) == {}


def test_ragged_and_numberless_files_still_read(tmp_path):
    assert read_csv(write(tmp_path, "a,b,c\nonly\nx,y,z,w\n")).tables == ()


def test_no_values_is_unreadable(tmp_path):
    with pytest.raises(UnreadableFileError, match="no values"):
        read_csv(write(tmp_path, ",,,\n,,\n"))
