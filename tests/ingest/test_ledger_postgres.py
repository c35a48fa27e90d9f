"""The ledger in a PostgreSQL server: the same rows, made once, found again after a restart."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ingest.errors import LibraryError
from ingest.ledger import Ledger, Status
from tests.ingest.test_ledger import _document, _figure
from tests.postgres_server import PASSWORD, Server


def test_documents_and_figures_come_back_from_a_server(postgres: Server):
    url = postgres.url(postgres.database())
    ledger = Ledger(url)
    document = _document()
    figures = [_figure(document.name, row) for row in (1, 2)]
    key = ledger.begin_document(document, size=1, mtime_ns=2)
    assert ledger.documents() == []
    ledger.finish_document(key, document, figures)
    postgres.stop()
    postgres.start()
    assert ledger.documents() == [document] and ledger.figures() == figures
    assert ledger.owner("a") == "a" and ledger.owner("b") == "a"
    ledger.close()
    again = Ledger(url.replace("postgresql://", "postgresql+psycopg://"))
    assert again.status(document.name) is Status.READY
    again.close()


def test_many_that_come_first_at_once_make_a_servers_tables_once(postgres: Server):
    url = postgres.url(postgres.database())
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: Ledger(url).close(), range(6)))


def test_a_server_that_refuses_is_told_in_one_line_without_the_password(postgres: Server):
    for url in (postgres.url("nowhere"), postgres.url("postgres", password=f"no-{PASSWORD}")):
        with pytest.raises(LibraryError, match="the ledger cannot be used") as failed:
            Ledger(url)
        assert PASSWORD not in str(failed.value) and "\n" not in str(failed.value)


def test_a_port_that_is_no_number_is_told_without_quoting_it():
    pytest.importorskip("psycopg")
    with pytest.raises(LibraryError, match="%40 for @") as failed:
        Ledger("postgresql+psycopg://me:12@34:hush/x")
    assert "hush" not in str(failed.value)
