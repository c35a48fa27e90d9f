"""The engines that the cache keeps of an adapter, and those that nobody will ask for again.

An engine's name is NAME-HASH-KIND (see `adapters.serving.encoders`): the hash is that of all it was made of, so an
adapter that was trained again leaves its old engines behind.
"""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

_FOLDERS = ("engines", "onnx")
_STALE = 24 * 3600.0  # seconds: nobody builds an engine for a day


def prune(cache: Path, adapter: str, keep: str | None = None) -> None:
    """Delete the engines of the adapter of that name, and what killed processes left unfinished.

    With `keep`, the name of one that is used, only the others of its kind ("int8", "float32") are deleted. What cannot
    be deleted stays.
    """
    kind = keep.rpartition("-")[2] if keep else "(?:int8|float32)"
    theirs = re.compile(rf"{re.escape(adapter)}-[0-9a-f]{{16}}-{kind}")
    for folder in (cache / name for name in _FOLDERS):
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name != keep and (theirs.fullmatch(path.name) or _is_stale(path)):
                shutil.rmtree(path, ignore_errors=True)


def _is_stale(path: Path) -> bool:
    try:
        return path.suffix == ".part" and time.time() - path.stat().st_mtime > _STALE
    except OSError:
        return False  # another process was faster
