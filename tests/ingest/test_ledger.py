import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import event

from ingest.checks import CheckResult
from ingest.errors import LibraryError
from ingest.ledger import Ledger, Status
from ingest.schema import Box, Check, Document, Figure, Period, Source, Statement


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def _open(path: Path) -> Ledger:
    return Ledger(f"sqlite:///{path}")


def _document(name: str = "ACME_2022.10-K", sha256: str = "a" * 64) -> Document:
    return Document(
        name, sha256, "/in/acme.pdf", "Acme, Inc.", ("ACME", "Acme Holdings"), "10-K", 2022, None, date(2022, 12, 31),
        (12, 31), date(2023, 2, 3), "USD", "en", "manufacturing", 120,
    )  # fmt: skip


def _figure(document: str, row: int, **changes: object) -> Figure:
    values: dict[str, object] = {
        "id": f"{document}.p3.t1.r{row}.c1",
        "document": document,
        "page": 3,
        "label": f"Line {row}",
        "path": ("Assets:", "Current"),
        "printed": "(1,577)",
        "value": Decimal("-1577000000"),
        "scale": 6,
        "unit": "USD",
        "currency": "USD",
        "period": Period(date(2022, 12, 31), date(2022, 1, 1)),
        "fiscal_year": 2022,
        "fiscal_quarter": None,
        "statement": Statement.CASH_FLOW,
        "table": "p3.t1",
        "caption": "Statements of Cash Flows",
        "headers": ("Year ended", "2022"),
    }
    return Figure(**(values | changes))  # type: ignore[arg-type]


def test_figures_come_back_as_they_went_in(path: Path) -> None:
    document = _document()
    figures = [
        _figure(document.name, 1, concept="Assets", box=Box(1.5, 2, 3, 4), check=Check.TIES, confidence=0.9),
        _figure(document.name, 2, period=None, headers=(), path=(), value=Decimal("0.10"), printed="0.10", scale=0),
        _figure(document.name, 3, period=Period(date(2022, 12, 31)), restated=True, segment="Safety", decimals="-6"),
        _figure(document.name, 4, id=f"{document.name}.x1", source=Source.XBRL, table="", fiscal_quarter=4),
    ]
    with_checks = CheckResult("total", True, Decimal("1.5"), Decimal(2), Decimal("0.5"), (figures[0].id,), 3, "ties")
    ledger = _open(path)
    ledger.add_document(document, figures, [with_checks], passages=7)
    ledger.close()
    ledger = _open(path)
    assert ledger.figures(document.name) == figures
    assert ledger.document(document.name) == document
    assert ledger.checks(document.name) == [with_checks]
    assert ledger.stored()[0].passages == 7
    assert str(ledger.figures(document.name)[1].value) == "0.10"


def test_figures_are_found_by_id_also_where_names_hold_dots(path: Path) -> None:
    ledger = _open(path)
    for name in ("A", "A.p3", "A.p3.t1"):
        ledger.add_document(_document(name), [_figure(name, 1)])
    for name in ("A", "A.p3", "A.p3.t1"):
        found = ledger.figure(f"{name}.p3.t1.r1.c1")
        assert found is not None
        assert found.document == name
    assert ledger.figure("A.p9.t1.r1.c1") is None
    assert ledger.figure("nonsense") is None


def test_conditions_narrow_figures_down(path: Path) -> None:
    ledger = _open(path)
    ledger.add_document(
        _document("A"),
        [
            _figure("A", 1, concept="Assets"),
            _figure("A", 2, concept="Goodwill", label="100% owned_goodwill"),
            _figure("A", 3, statement=Statement.BALANCE, table="p3.t2", page=4, fiscal_year=2021),
        ],
    )
    ledger.add_document(_document("B"), [_figure("B", 1, concept="Assets")])

    def rows(**conditions: object) -> list[str]:
        return [f.id.split(".t1.")[0] + f.id.split(".")[-2] for f in ledger.figures(**conditions)]  # type: ignore[arg-type]

    assert rows(document="A", concept="Assets") == ["A.p3r1"]
    assert rows(concept="Assets") == ["A.p3r1", "B.p3r1"]
    assert rows(concept=["Assets", "Goodwill"], document=["A"]) == ["A.p3r1", "A.p3r2"]
    assert rows(document="A", label_contains="0% OWNED_g") == ["A.p3r2"]
    assert rows(document="A", label_contains="%line") == []
    assert {document for document, _ in ledger.lines_with(["owned_G"])} == {"A"}
    assert ledger.lines_with(["%line"]) == ledger.lines_with([]) == []
    assert (
        rows(statement=Statement.BALANCE) == rows(table="p3.t2") == rows(page=4) == rows(fiscal_year=2021) == ["A.p3r3"]
    )
    assert rows(document="unknown") == rows(document=[]) == []
    assert ledger.concepts_of("A") == {"Assets": 1, "Goodwill": 1}
    assert [(t.table, t.figures) for t in ledger.tables("A")] == [("p3.t1", 2), ("p3.t2", 1)]


def test_a_pending_version_is_not_seen_and_replaces_when_it_is_ready(path: Path) -> None:
    ledger = _open(path)
    ledger.add_document(_document("A", "old"), [_figure("A", 1)])
    key = ledger.begin_document(_document("A", "new"))
    assert [d.sha256 for d in ledger.documents()] == ["old"]
    replaced = ledger.finish_document(key, _document("A", "new"), [_figure("A", 2)])
    assert [d.sha256 for d in ledger.documents()] == ["new"]
    assert [f.label for f in ledger.figures("A")] == ["Line 2"]
    assert [s.key for s in ledger.stored(Status.REMOVING)] == replaced
    ledger.forget(replaced[0])
    assert ledger.status("A") is Status.READY
    assert ledger.remove("A")
    assert not ledger.remove("A")
    assert ledger.status("A") is None


def test_documents_are_read_again_only_when_something_was_written(path: Path) -> None:
    with closing(_open(path)) as ledger, closing(_open(path)) as other:
        first, second = _document("A"), _document("B", "b" * 64)
        ledger.add_document(first, [])
        statements: list[str] = []
        event.listen(ledger._engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
        assert [ledger.documents() for _ in range(3)] == [[first]] * 3
        assert sum("FROM documents" in one for one in statements) == 1
        other.add_document(second, [])  # as another process does
        assert ledger.documents() == [first, second]
        ledger.documents().clear()  # the list is the caller's own
        assert ledger.documents() == [first, second]
        ledger.remove("A")
        assert ledger.documents() == [second]


def test_a_failed_write_leaves_the_document_as_it_was(path: Path) -> None:
    ledger = _open(path)
    ledger.add_document(_document("A", "old"), [_figure("A", 1)])
    key = ledger.begin_document(_document("A", "new"))
    with pytest.raises(LibraryError, match="refused a row"):
        ledger.finish_document(key, _document("A", "new"), [_figure("A", 2), _figure("A", 3, page=None)])
    assert [f.label for f in ledger.figures("A")] == ["Line 1"]
    assert [d.sha256 for d in ledger.documents()] == ["old"]


def test_two_figures_of_one_id_are_both_kept(path: Path) -> None:
    ledger = _open(path)
    ledger.add_document(_document("A"), [_figure("A", 1), _figure("A", 1, label="Again")])
    assert [f.id for f in ledger.figures("A")] == ["A.p3.t1.r1.c1", "A.p3.t1.r1.c1~2"]


@pytest.mark.parametrize(("version", "says"), [("99", "newer finagent .* upgrade"), ("0", "ingest its files again")])
def test_a_ledger_of_another_version_is_refused(path: Path, version: str, says: str) -> None:
    _open(path).close()
    connection = sqlite3.connect(path)
    connection.execute("UPDATE meta SET value = ? WHERE name = 'schema_version'", (version,))
    connection.commit()
    connection.close()
    with pytest.raises(LibraryError, match=says):
        _open(path)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "URL is not understood"),
        ("foo://x/y", "URL is not understood"),
        ("sqlite:////no/such/x.db", "unable to open"),
    ],
)
def test_a_ledger_that_cannot_be_opened_says_what_to_do(url: str, says: str) -> None:
    with pytest.raises(LibraryError, match=says):
        Ledger(url)


def test_a_file_that_is_no_ledger_is_refused(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(LibraryError, match="file is damaged"):
        _open(path)


def test_a_full_disk_is_said_in_one_line(path: Path) -> None:
    ledger = _open(path)
    event.listen(ledger._engine, "connect", lambda c, _: c.execute("PRAGMA max_page_count = 60"))
    ledger._engine.dispose()
    with pytest.raises(LibraryError, match="free some disk space"):
        ledger.add_document(_document("A"), [_figure("A", n) for n in range(5000)])
    assert ledger.documents() == []
