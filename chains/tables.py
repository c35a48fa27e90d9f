"""The words and facts that lie beside the code: the TOML files of this package and of those in it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def read_table(name: str, package: str = "chains") -> dict[str, Any]:
    """The TOML file `name` of a package, read once. Everyone gets the same tables: they are not to be changed."""
    return tomllib.loads(files(package).joinpath(name).read_text(encoding="utf-8"))
