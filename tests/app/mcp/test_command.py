"""`finagent mcp`: calls that are wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "8000"], "go with --http"),
        (["--token", "x"], "go with --http"),
        (["--http", "--host", "0.0.0.0"], "a token is needed"),
        (["--http", "--port", "99999"], "65535"),
        (["--library", "nothing"], "there is no library 'nothing'"),
        (["--http", "--library", "nothing"], "there is no library 'nothing'"),
    ],
)
def test_a_wrong_call_is_refused_in_one_line(finagent: Callable[..., Any], arguments: list[str], said: str) -> None:
    result = finagent("mcp", *arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert len(result.err.splitlines()) == 1
