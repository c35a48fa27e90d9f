"""Conversations in PostgreSQL: LangGraph's checkpointer and store over a pool, and locks that hold across machines.

The tables are made by whoever comes first and may make them; after that a user who may only read and write rows does,
and one who may only read can list. The only SQL here is what LangGraph has no call for: locks and versions.
"""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from chains.agent.postgres_locks import POLL, SessionLocks, lock_key, taken
from chains.errors import ChainError

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.store.base import BaseStore

SCHEMES = ("postgresql://", "postgres://")
_CONNECTING = 10  # seconds until a server that does not answer is given up
_SETTING_UP = 60.0  # seconds to wait for another process that makes the tables
_MOST = 4  # connections: LangGraph takes one call at a time of each of the two, and one holds the locks
_KEEP_ALIVE = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}


class PostgresError(ChainError):
    """The server cannot be used: it does not answer, or refuses the user, or the database is no place for this."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """An open database. `failures` are the classes of its errors; `where` names it without user and password."""

    checkpointer: BaseCheckpointSaver[Any]
    store: BaseStore
    locks: SessionLocks
    where: str
    failures: tuple[type[BaseException], ...]


def open_postgres(url: str, stack: ExitStack) -> Postgres:
    """Connect, and make the tables where they are missing; `stack` closes it.

    Raises ChainError for a URL that cannot be read or a missing driver, PostgresError where the server cannot be used.
    """
    try:
        from langgraph.checkpoint.postgres import PostgresSaver  # type: ignore[import-not-found,unused-ignore]
        from langgraph.store.postgres import PostgresStore  # type: ignore[import-not-found,unused-ignore]
        from psycopg import Connection, Error  # type: ignore[import-not-found,unused-ignore]
        from psycopg.rows import dict_row  # type: ignore[import-not-found,unused-ignore]
        from psycopg_pool import ConnectionPool  # type: ignore[import-not-found,unused-ignore]
    except ImportError as error:
        raise ChainError(
            "conversations in PostgreSQL need its driver, which is not installed; `pip install 'finagent[postgres]'` "
            "brings it"
        ) from error
    parameters = _parameters(url)
    # What LangGraph's savers and stores want of a connection.
    options: dict[str, Any] = {**parameters, "autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
    try:
        with Connection.connect(**options) as connection:
            where = f"PostgreSQL, {connection.info.host} {connection.info.dbname}"
            _check_encoding(connection)
            _set_up(connection, [PostgresStore(connection), PostgresSaver(connection)])
    except Error as error:
        raise PostgresError(
            f"the PostgreSQL of the setting memory cannot be used: {_said(error, parameters)}; check the address, the "
            "database, the user and the password, and that the server runs"
        ) from error

    def check(connection: Connection[Any]) -> None:
        """A connection that broke meanwhile is replaced, not handed out, and with it all that broke at the same time.

        By itself the pool would come upon them one by one, with a longer pause each time.
        """
        try:
            ConnectionPool.check_connection(connection)
        except Error:
            pool.check()
            raise

    # What a pool has to say of a server that went away is said by the call that needs it.
    logging.getLogger("psycopg.pool").addHandler(logging.NullHandler())
    pool: ConnectionPool[Any] = stack.enter_context(
        ConnectionPool(
            kwargs=options,
            min_size=1,
            max_size=_MOST,
            open=True,
            configure=_configured,
            check=check,
            timeout=_CONNECTING,
            reconnect_timeout=_CONNECTING / 2,  # then the next call tries anew, and waits for no growing pause
        )
    )
    saver = cast("BaseCheckpointSaver[Any]", PostgresSaver(pool))
    return Postgres(saver, PostgresStore(pool), SessionLocks(pool), where, (Error,))


def _parameters(url: str) -> dict[str, Any]:
    """The parts of the URL, and ours where it says nothing. What is wrong with it is told without quoting it."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        given = conninfo_to_dict(url)
    except ProgrammingError:
        given = {"host": "@"}
    # A sign of the password that was not encoded moves the rest of it into the parts behind.
    misread = any("@" in str(given.get(part) or "") for part in ("host", "dbname"))
    if misread or not all(port.isdecimal() for port in str(given.get("port") or "0").split(",") if port):
        raise ChainError(
            "the setting memory is no URL that PostgreSQL reads; expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE,"
            " with %40 for @, %3A for :, %2F for / and %25 for % in the password"
        )
    ours = {"connect_timeout": str(_CONNECTING), "application_name": "finagent", **_KEEP_ALIVE}
    return {**ours, **{name: value for name, value in given.items() if value is not None}, "client_encoding": "UTF8"}


def _said(error: BaseException, parameters: dict[str, Any]) -> str:
    said = " ".join(str(error).split())
    password = str(parameters.get("password") or "")
    return said.replace(password, "***") if len(password) > 2 else said


def _check_encoding(connection: Any) -> None:
    found = connection.info.parameter_status("server_encoding")
    if found != "UTF8":
        raise PostgresError(
            f"the database of the setting memory has the encoding {found}, in which not every text can be kept; "
            "expected UTF8: `createdb --encoding=UTF8 --template=template0 NAME` makes one"
        )


def _configured(connection: Any) -> None:
    from psycopg.types.json import set_json_dumps

    set_json_dumps(_dumps, connection)
    # The server's side of keepalives: what a machine held that went away is free after a minute, not after hours.
    connection.execute("SELECT " + ", ".join(f"set_config('tcp_{k}', '{v}', false)" for k, v in _KEEP_ALIVE.items()))


def _dumps(value: Any) -> bytes:
    """JSON as the store in files writes it, but for the character 0, which PostgreSQL's has not."""
    import orjson

    written = orjson.dumps(value)
    return orjson.dumps(_without_nul(orjson.loads(written))) if b"\\u0000" in written else written


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "�")
    if isinstance(value, list):
        return [_without_nul(one) for one in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(one) for key, one in value.items()}
    return value


# Tables


def _set_up(connection: Any, made: list[Any]) -> None:
    """Make the tables where they are missing or old, one process at a time.

    LangGraph's setup does not stand two at a time, and wants the right to make tables though all are there. Whoever
    waits looks again and again: a session that stood in a lock would itself be waited for by the indexes' making.
    """
    if _current(connection, made):
        return
    started = time.monotonic()
    key = lock_key("set up")
    while not taken(connection, key):
        if time.monotonic() - started > _SETTING_UP:
            raise PostgresError("another process makes the tables of the setting memory, and does not end; try again")
        time.sleep(POLL[1])
    try:
        if not _current(connection, made):
            for one in made:
                one.setup()
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(%s)", (key,))


def _current(connection: Any, made: list[Any]) -> bool:
    from psycopg.errors import UndefinedTable

    for one in made:
        table = "store_migrations" if hasattr(one, "search") else "checkpoint_migrations"
        try:
            row = connection.execute(f"SELECT max(v) AS v FROM {table}").fetchone()
        except UndefinedTable:
            return False
        if row["v"] is None or row["v"] < len(one.MIGRATIONS) - 1:
            return False
    return True
