"""What the tests of chains share: the sample library and what answers over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chains.ask import Asker
from ingest.library import Library


@pytest.fixture(scope="session")
def sample_library(sample_home: Path) -> Iterator[Library]:
    """The library of the sample reports. Read it only."""
    from app.settings import load_settings
    from app.wiring import open_library

    with open_library(load_settings({"home": sample_home, "threads": 1}, environ={})) as library:
        yield library


@pytest.fixture(scope="session")
def sample_asker(sample_library: Library) -> Asker:
    return Asker(sample_library)
