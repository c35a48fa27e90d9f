"""What all tests share. The network is off: pytest-socket refuses every connection (see pyproject.toml)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.postgres_server import Server

REPORTS = Path(__file__).parents[1] / "samples" / "reports"


@dataclass(frozen=True, slots=True)
class Result:
    """What a call of the command line gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def finagent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    """Calls the command line in this process, with a data directory and a current directory of the test's own."""
    from app.cli import run

    monkeypatch.setattr("sys.excepthook", lambda *error: None)
    monkeypatch.setenv("FINAGENT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Result:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        captured = capfd.readouterr()
        return Result(code, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory whose default library holds the sample reports. Read it only."""
    from app.settings import load_settings
    from app.wiring import open_library
    from ingest.pipeline import ingest_paths

    home = tmp_path_factory.mktemp("samples")
    with open_library(load_settings({"home": home}, environ={}), create=True) as library:
        results = list(ingest_paths([REPORTS], library, workers=1))
    assert [r.error for r in results] == [None] * len(results)
    return home


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server on a unix socket; its tests are skipped where none can be started."""
    from tests.postgres_server import running, why_not

    if reason := why_not():
        pytest.skip(reason)
    with running() as server:
        yield server
