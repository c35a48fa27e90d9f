"""Adapters that other Python packages bring: entry points of the group `finagent.adapters`.

The entry point's name is the adapter's; its value names a directory: a path, a function that returns one, or a module
attribute of either kind. In the package's pyproject.toml:

    [project.entry-points."finagent.adapters"]
    news-de = "my_package:adapter_directory"
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.errors import AdapterFilesError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "finagent.adapters"


def packaged() -> dict[str, EntryPoint]:
    """The entry points by name; of two with one name the first that is found. Nothing of theirs is imported."""
    from importlib.metadata import entry_points  # 20 ms, which most calls need not spend

    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=GROUP):
        found.setdefault(point.name, point)
    return found


def directory_of(point: EntryPoint) -> Path:
    """The directory that an entry point gives.

    Raises:
        AdapterFilesError: its package cannot be imported, its function fails, or what it gives is no directory.
    """
    whose = f"the package {point.dist.name if point.dist else point.value} (entry point {point.name})"
    try:
        given: Any = point.load()
        if callable(given):
            given = given()
    except (Exception, SystemExit) as error:  # a stranger's package may fail in any way
        said = " ".join(str(error).split())[:200]
        raise AdapterFilesError(f"{whose} failed: {type(error).__name__}: {said}; update or uninstall it") from error
    if not isinstance(given, str | os.PathLike) or not Path(given).is_dir():
        raise AdapterFilesError(f"{whose} gave {str(given)[:200]!r}; expected the path of an adapter's directory")
    return Path(given)
