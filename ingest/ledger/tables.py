"""The ledger's SQL tables, and how a database is opened. Portable between SQLite and PostgreSQL."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.errors import LibraryError

if TYPE_CHECKING:
    from sqlalchemy import Engine, Table

SCHEMA_VERSION = 1
BUSY_MS = 30_000  # how long a statement waits for another process's transaction


class Tables(NamedTuple):
    """The tables by name. Rows of all but `meta` and `documents` belong to the version in their column `document`."""

    meta: Table
    documents: Table
    tables: Table
    items: Table
    columns: Table
    figures: Table
    checks: Table


@cache
def tables() -> Tables:
    """The table definitions, built once. Numbered rows are clustered by document, so one reads as a range."""
    from sqlalchemy import BigInteger, Column, Float, Index, Integer, MetaData, Table, Text
    from sqlalchemy.schema import SchemaItem

    metadata = MetaData()

    def text(name: str, **options: Any) -> Column[str]:
        return Column(name, Text, nullable=options.pop("nullable", False), **options)

    def number(name: str, **options: Any) -> Column[int]:
        return Column(name, Integer, nullable=options.pop("nullable", False), **options)

    def numbered(name: str, *columns: SchemaItem) -> Table:
        keys = (
            Column("document", Integer, primary_key=True, autoincrement=False),
            Column("number", Integer, primary_key=True, autoincrement=False),
        )
        return Table(name, metadata, *keys, *columns, sqlite_with_rowid=False)

    return Tables(
        meta=Table("meta", metadata, text("name", primary_key=True), text("value")),
        documents=Table(
            "documents",
            metadata,
            Column("key", Integer, primary_key=True, autoincrement=True),
            text("name", index=True),
            text("status"),
            text("sha256", index=True),
            text("path"),
            Column("size", BigInteger, nullable=False),
            Column("mtime_ns", BigInteger, nullable=False),
            text("company"),
            text("aliases"),
            text("form"),
            number("fiscal_year", nullable=True),
            number("fiscal_quarter", nullable=True),
            text("period_end", nullable=True),
            text("fiscal_year_end", nullable=True),
            text("filed", nullable=True),
            text("currency"),
            text("language"),
            text("industry"),
            number("pages"),
            number("passages"),
            number("figures"),
            text("warnings"),
            sqlite_autoincrement=True,  # a key is never given twice, also after a removal
        ),
        tables=numbered("tables", text("name"), text("caption"), text("statement")),
        items=numbered(
            "items",
            text("label"),
            text("path"),
            text("concept", nullable=True),
            text("segment"),
            Index("items_by_concept", "concept", "document"),
        ),
        columns=numbered(
            "columns",
            text("headers"),
            text("period_start", nullable=True),
            text("period_end", nullable=True),
            number("fiscal_year", nullable=True),
            number("fiscal_quarter", nullable=True),
            number("restated"),
        ),
        figures=numbered(
            "figures",
            text("name"),
            number("page"),
            number("table"),
            number("item"),
            number("column"),
            text("printed"),
            text("value"),
            number("scale"),
            text("unit"),
            text("currency"),
            text("source"),
            Column("x0", Float),
            Column("top", Float),
            Column("x1", Float),
            Column("bottom", Float),
            text("decimals", nullable=True),
            Column("confidence", Float, nullable=False),
            text("check"),
            Index("figures_by_name", "document", "name", unique=True),
            Index("figures_by_item", "document", "item"),
        ),
        checks=numbered("checks", text("result")),
    )


def connect(url: str) -> Engine:
    """An engine for a SQLAlchemy URL, its tables created where they are missing.

    SQLite runs in WAL mode, so readers never wait for the writer, with full synchronisation: a document that
    was reported as added survives a power cut. It costs one flush a document.

    Raises:
        LibraryError: the URL is not understood, its driver is missing, or the database is newer than this version.
    """
    from sqlalchemy import create_engine, event, inspect, make_url, select
    from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

    t = tables()
    try:
        parsed = make_url(url)
        options: dict[str, Any] = {}
        if parsed.drivername in ("postgres", "postgresql"):
            parsed = parsed.set(drivername="postgresql+psycopg")  # the driver that the extra brings
        if parsed.get_backend_name() == "sqlite":
            options["connect_args"] = {"timeout": BUSY_MS / 1000, "check_same_thread": False}
        else:
            options["pool_pre_ping"] = True  # a server that was started again since costs nobody a failure
        engine = create_engine(parsed, **options)
    except (ArgumentError, NoSuchModuleError) as error:
        raise LibraryError(
            f"the ledger URL is not understood ({error}); "
            "expected sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE"
        ) from error
    except ValueError as error:  # a port that is no number; what is said of it may be a piece of the password
        raise LibraryError(
            "the ledger URL is not understood; expected postgresql+psycopg://USER:PASSWORD@HOST:PORT/DATABASE, with "
            "%40 for @, %3A for : and %2F for / in the password"
        ) from error
    except ModuleNotFoundError as error:
        raise LibraryError(
            f"the driver {error.name!r} for the ledger is not installed; install it with: "
            "pip install 'finagent[postgres]'"
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
    with engine.connect() as connection:
        if not inspect(connection).has_table("meta"):
            try:
                t.meta.metadata.create_all(connection)
                connection.execute(t.meta.insert().values(name="schema_version", value=str(SCHEMA_VERSION)))
                connection.commit()
            except DBAPIError:
                connection.rollback()
                if not inspect(connection).has_table("meta"):  # else another process made them in the same moment
                    raise
        found = connection.execute(select(t.meta.c.value).where(t.meta.c.name == "schema_version")).scalar()
    if found is None or int(found) != SCHEMA_VERSION:
        engine.dispose()
        raise LibraryError(_version_message(found))
    return engine


def _version_message(found: str | None) -> str:
    if found is not None and int(found) > SCHEMA_VERSION:
        return (
            f"the library was written by a newer finagent (ledger version {found}, this one reads "
            f"{SCHEMA_VERSION}); upgrade finagent, or ingest into another library"
        )
    return (
        f"the library's ledger has version {found or 'none'}, this finagent reads {SCHEMA_VERSION}; "
        "remove the library and ingest its files again"
    )


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA cache_size = -32000")
    cursor.close()
