"""A PostgreSQL server of the tests' own: on a unix socket, its files in a folder that is removed."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

PASSWORD = "hush-2431"
_PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/pgsql-*/bin")


@dataclass(slots=True)
class Server:
    """A server that runs. The user `finagent` may do everything."""

    programs: Path
    folder: Path
    user: str | None
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def url(self, database: str, user: str = "finagent", password: str = PASSWORD) -> str:
        return f"postgresql://{user}:{password}@/{database}?host={self.folder}"

    def database(self, options: str = "") -> str:
        """The name of a new database."""
        name = f"test{next(self._numbers)}"
        self.sql(f"CREATE DATABASE {name} {options}")
        return name

    def sql(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def start(self) -> None:
        options = f"-c listen_addresses= -c fsync=off -c max_connections=60 -k {self.folder}"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-l", self.folder / "log", "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-m", "fast", "stop")

    def initialise(self) -> None:
        (self.folder / "password").write_text(PASSWORD)
        self._run(
            "initdb", "-D", self.folder / "data", "-U", "finagent", "-E", "UTF8", "--locale=C", "--no-sync",
            "-A", "scram-sha-256", "--pwfile", self.folder / "password",
        )  # fmt: skip

    def _run(self, program: str, *arguments: object) -> None:
        said = self.folder / "said"
        with said.open("w") as out:  # no pipe: the server would hold it open
            command = [str(self.programs / program), *map(str, arguments)]
            result = subprocess.run(command, stdout=out, stderr=out, cwd=self.folder, user=self.user, timeout=60)
        assert result.returncode == 0, said.read_text()


def programs() -> Path | None:
    """The folder of the server's programs, of the newest version; None where there is none."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    folders = [folder for place in _PLACES for folder in Path("/").glob(place.lstrip("/"))]
    folders = [folder for folder in folders if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file()]
    return max(folders, key=lambda folder: [int(part) for part in folder.parts if part.isdecimal()], default=None)


def why_not() -> str:
    """Why no server can be started here; "" where one can."""
    for driver in ("psycopg", "psycopg_pool", "langgraph.checkpoint.postgres"):
        if importlib.util.find_spec(driver.split(".")[0]) is None or importlib.util.find_spec(driver) is None:
            return "PostgreSQL's driver, the extra `postgres`, is not installed"
    if programs() is None:
        return "no PostgreSQL server is installed (initdb)"
    return "PostgreSQL does not run as root, and there is no user postgres" if _user() == "" else ""


def _user() -> str | None:
    """Whom the server runs as: None for who runs the tests; "" where that is root and nobody else is there."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return ""


@contextmanager
def running() -> Iterator[Server]:
    """A new server. Its folder is not pytest's: the path of a socket is short, and the user may be another."""
    found = programs()
    assert found is not None
    with tempfile.TemporaryDirectory(prefix="finagent-pg-") as name:
        folder, user = Path(name), _user()
        if user is not None:
            shutil.chown(folder, user)
        server = Server(found, folder, user)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()
