"""The server of the Model Context Protocol over the sample reports, without the sentiment model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.server import Server

from app.mcp.server import build_server
from app.settings import load_settings
from app.wiring import open_asker, open_library
from chains.agent.tools import toolbox
from ingest.library import Library


@pytest.fixture(scope="session")
def sample_library(sample_home: Path) -> Iterator[Library]:
    with open_library(load_settings({"home": sample_home}, environ={})) as library:
        yield library


@pytest.fixture(scope="session")
def server(sample_home: Path, sample_library: Library) -> Server[Any]:
    asker = open_asker(sample_library, load_settings({"home": sample_home, "report_qa": "none"}, environ={}))
    return build_server(toolbox(asker, sample_library), sample_library, version="1.2.3")
