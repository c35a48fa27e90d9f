"""Conversations in a PostgreSQL server: kept, one client at a time in a thread, and errors that tell no password."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from chains.agent.assistant import Assistant
from chains.agent.events import Approval, Turn
from chains.agent.holding import ThreadBusyError
from chains.agent.memory import MemoryFailedError, open_memory
from chains.errors import ChainError
from tests.chains.agent.scripted import scripted_assistant
from tests.postgres_server import PASSWORD, Server

Open = Callable[..., Assistant]


@pytest.fixture
def database(postgres: Server) -> str:
    return postgres.database()


@pytest.fixture
def assistant(postgres: Server, database: str, tmp_path: Path) -> Iterator[Open]:
    """Opens assistants on one database, each as another process or machine would."""
    with ExitStack() as stack:

        def opened(user: str = "finagent", **options: float) -> Assistant:
            url = postgres.url(database, user)
            return stack.enter_context(scripted_assistant(tmp_path, url, **options))  # type: ignore[arg-type]

        yield opened


def _end(server: Server, database: str) -> None:
    """Break all connections to a database, as a network that fails would."""
    server.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")


def test_a_conversation_is_kept_shown_and_removed(assistant: Open, tmp_path: Path):
    one, other = assistant(), assistant()
    said = [one.say(text, thread="a.b") for text in ("echo 1", "what\0 now", "broken x")]
    one.say("hello", thread="a")
    kept = other.turns("a.b")
    assert [turn.text for turn in kept] == [turn.text.replace("\0", "�") for turn in said]
    assert kept[0] == said[0]
    assert [(thread.name, thread.turns) for thread in other.threads()] == [("a", 1), ("a.b", 3)]
    assert other.remove("a.b") == 3
    assert [thread.name for thread in one.threads()] == ["a"]
    assert list(tmp_path.iterdir()) == []


def test_what_waits_for_a_yes_gets_it_from_another_process(assistant: Open):
    asked = list(assistant().stream("remember answers in millions", thread="n"))[-1]
    assert isinstance(asked, Approval) and asked.question == "Remember “answers in millions”?"
    other = assistant()
    assert isinstance(list(other.decide("n", True))[-1], Turn)
    assert [note.text for note in assistant().notes.all()] == ["answers in millions"]


def test_a_thread_keeps_one_checkpoint_however_long_it_is(postgres: Server, database: str, assistant: Open):
    one = assistant()
    for number in range(12):
        one.say(f"echo {number}", thread="long")
    assert postgres.sql("SELECT count(*) FROM checkpoints", database) == [(1,)]
    [(blobs,)] = postgres.sql("SELECT count(*) FROM checkpoint_blobs", database)
    assert isinstance(blobs, int) and blobs < 6


def test_many_that_come_first_at_once_make_the_tables_once(postgres: Server, database: str, tmp_path: Path):
    def opened(_: int) -> None:
        open_memory(tmp_path, postgres.url(database)).close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(opened, range(6)))
    [(index,)] = postgres.sql("SELECT count(*) FROM pg_index WHERE NOT indisvalid", database)
    assert index == 0


def test_thirty_two_clients_of_one_process(assistant: Open):
    one = assistant(wait=20)
    with ThreadPoolExecutor(32) as pool:
        texts = list(pool.map(lambda n: one.say(f"echo {n}", thread=f"t{n}").text, range(32)))
        numbers = sorted(pool.map(lambda n: one.say(f"echo {n}", thread="one").number, range(16)))
    assert [text.split()[0] for text in texts] == [str(n) for n in range(32)]
    assert numbers == list(range(1, 17))
    assert len(one.threads()) == 33


def test_one_client_at_a_time_is_in_a_thread_across_machines(assistant: Open):
    one, other = assistant(), assistant(wait=0.1)
    going = one.stream("echo a", thread="t")
    next(going)
    with pytest.raises(ThreadBusyError, match="wait until that answer is there"):
        other.say("mine", thread="t")
    assert other.say("mine", thread="u").number == 1
    list(going)
    assert other.say("mine", thread="t").number == 2


def test_the_second_waits_for_the_first(assistant: Open):
    one, other = assistant(), assistant(wait=10)
    going = one.stream("echo a", thread="t")
    next(going)
    turns: list[Turn] = []
    waiting = threading.Thread(target=lambda: turns.append(other.say("mine", thread="t")))
    waiting.start()
    list(going)
    waiting.join(10)
    assert [turn.number for turn in turns] == [2]


def test_a_server_that_was_away_is_found_again_also_in_the_middle_of_a_turn(postgres: Server, assistant: Open):
    one = assistant()
    one.say("echo a", thread="t")
    going = one.stream("echo b", thread="t")
    next(going)
    postgres.stop()
    try:
        with pytest.raises(MemoryFailedError, match="check the address") as failed:
            assistant()
        assert PASSWORD not in str(failed.value) and "\n" not in str(failed.value)
    finally:
        postgres.start()
    assert isinstance(list(going)[-1], Turn)
    assert one.say("echo c", thread="t").number == 3


def test_a_lock_that_was_lost_writes_nothing_over_what_another_wrote(postgres: Server, database: str, assistant: Open):
    one, other = assistant(), assistant()
    going = one.stream("echo a", thread="t")
    next(going)
    _end(postgres, database)
    other.say("mine", thread="t")
    with pytest.raises(ThreadBusyError, match="this turn is not kept"):
        list(going)
    assert [turn.asked for turn in one.turns("t")] == ["mine"]

    going = one.stream("echo a", thread="t")
    next(going)
    _end(postgres, database)
    held = other.stream("echo b", thread="t")
    next(held)
    with pytest.raises(ThreadBusyError, match="this turn is not kept"):
        list(going)
    assert list(held)[-1] == one.turns("t")[-1]


def test_rights_to_rows_are_enough_and_to_read_is_enough_to_list(postgres: Server, database: str, assistant: Open):
    assistant().say("echo a", thread="t")
    for user, rights in {"clerk": "SELECT, INSERT, UPDATE, DELETE", "reader": "SELECT"}.items():
        postgres.sql(f"CREATE ROLE {user} LOGIN PASSWORD '{PASSWORD}'")
        postgres.sql(f"GRANT {rights} ON ALL TABLES IN SCHEMA public TO {user}", database)
    assert assistant("clerk").say("echo b", thread="t").number == 2
    reader = assistant("reader")
    assert reader.threads()[0].turns == 2 and reader.notes.all() == []
    with pytest.raises(MemoryFailedError, match="permission denied.*the user may write there"):
        reader.say("echo c", thread="t")


def test_what_cannot_be_opened_is_an_error_of_one_line_without_the_password(
    postgres: Server, database: str, tmp_path: Path
):
    latin = postgres.database("ENCODING 'LATIN1' TEMPLATE template0")
    wrong = {
        postgres.url(database, password="not-hush"): "password authentication failed",
        postgres.url("nowhere"): '"nowhere" does not exist',
        postgres.url(latin): "encoding LATIN1.*expected UTF8",
    }
    for url, message in wrong.items():
        with pytest.raises(MemoryFailedError, match=message) as failed:
            open_memory(tmp_path, url)
        assert "hush" not in str(failed.value) and "\n" not in str(failed.value)


@pytest.mark.parametrize("signs", ["hu@sh", "hu/sh", "hu%sh", "12/hush", "h:u@s/h", "hu[sh/x"])
def test_a_password_that_is_not_encoded_is_told_without_quoting_it(postgres: Server, tmp_path: Path, signs: str):
    with pytest.raises(ChainError, match="%40 for @") as failed:
        open_memory(tmp_path, f"postgresql://me:{signs}@127.0.0.1/x")
    assert "hu" not in str(failed.value).replace("the setting", "") and "sh" not in str(failed.value)


def test_the_ledgers_way_to_write_a_url_is_read_too(postgres: Server, database: str, tmp_path: Path):
    url = postgres.url(database).replace("postgresql://", "postgresql+psycopg://")
    with open_memory(tmp_path, url) as memory:
        assert memory.store.search(("threads",)) == []
        assert PASSWORD not in memory.where
