"""Which files there are to ingest, which of them the library knows already, and what each is called."""

from __future__ import annotations

import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import IngestError, UnreadableFileError
from ingest.ledger import Stored
from ingest.readers import SUFFIXES

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_.~-]")


@dataclass(slots=True)
class Found:
    """What paths name: files, each once; what cannot be used, with one line each; how many files were passed over."""

    files: dict[Path, None] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    passed_over: int = 0


def find_files(paths: Iterable[Path | str]) -> Found:
    """The files that paths, folders and globs name.

    Folders are searched with all their folders, also behind links, each once. Of a folder the hidden files and
    folders are left alone, and files of a suffix that no reader knows are passed over; what is named itself is
    always taken. Files come in the order of the paths, those of a folder sorted.
    """
    found = Found()
    for path in paths:
        try:
            given = Path(path).expanduser()
            matches = [given] if given.exists() or given.is_symlink() else _matches(given)
        except (OSError, ValueError, RuntimeError) as error:  # too long a name, a loop of links, no such home
            said = (error.strerror if isinstance(error, OSError) else None) or error
            found.problems.append((str(path), f"{str(path)[:200]} cannot be looked at ({said}); check the path"))
            continue
        if not matches:
            found.problems.append((str(path), f"there is no file {str(path)[:200]}; check the path"))
        for match in matches:
            if match.is_dir():
                _search(match, found)
            else:
                found.files[match.absolute()] = None
    return found


def _matches(pattern: Path) -> list[Path]:
    return [Path(p) for p in sorted(glob.glob(str(pattern), recursive=True))]  # noqa: PTH207 - absolute too


def _search(folder: Path, found: Found) -> None:
    def unreadable(error: OSError) -> None:
        at = str(error.filename)
        found.problems.append((at, f"the folder {at} cannot be read ({error.strerror}); check its permissions"))

    files: list[Path] = []
    seen: set[tuple[int, int]] = set()
    for at, folders, names in os.walk(folder.absolute(), onerror=unreadable, followlinks=True):
        state = os.stat(at)  # noqa: PTH116
        if (state.st_dev, state.st_ino) in seen:
            folders.clear()
            continue
        seen.add((state.st_dev, state.st_ino))
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            path = Path(at, name)
            if name.startswith("."):
                continue
            if path.suffix.lower() in SUFFIXES:
                files.append(path)
            else:
                found.passed_over += 1
    found.files.update(dict.fromkeys(sorted(files)))


@dataclass(slots=True)
class Known:
    """A document that the library holds, or that is on its way (`in_flight`); `error` says why it did not arrive."""

    name: str
    sha256: str
    path: str
    key: int | None = None
    pages: int = 0
    passages: int = 0
    figures: int = 0
    in_flight: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A file and what it is for the library: new, a change of a document (`updates`), or `same_as` a known one.

    `moved` says that the known one's file is not where it was, or was touched without a change.
    """

    path: Path
    name: str
    sha256: str
    size: int
    mtime_ns: int
    updates: bool = False
    same_as: Known | None = None
    moved: bool = False


class Registry:
    """The documents of a library by path, content and name."""

    def __init__(self, stored: Sequence[Stored]) -> None:
        self._by_path: dict[str, tuple[Known, int, int]] = {}
        self._by_sha256: dict[str, Known] = {}
        self._by_name: dict[str, Known] = {}
        for s in stored:
            d = s.document
            known = Known(d.name, d.sha256, d.path, s.key, d.pages, s.passages, s.figures)
            self._by_path[d.path] = known, s.size, s.mtime_ns
            self._by_sha256[d.sha256] = self._by_name[d.name] = known

    def look_at(self, path: Path) -> Job | IngestError:
        """What a file is for the library. It is hashed only where its size or time differs from what is recorded."""
        try:
            state = path.stat()
            if not stat.S_ISREG(state.st_mode):  # a pipe would be waited for, a device read without end
                return UnreadableFileError(f"{path} is no file; expected a document, a folder or a glob")
            recorded = self._by_path.get(str(path))
            if recorded is not None and recorded[1:] == (state.st_size, state.st_mtime_ns):
                known = recorded[0]
                return Job(path, known.name, known.sha256, state.st_size, state.st_mtime_ns, same_as=known)
            with path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            return UnreadableFileError(
                f"{path} cannot be read ({error.strerror}); check that it exists and may be read"
            )
        size, mtime_ns = state.st_size, state.st_mtime_ns
        same = self._by_sha256.get(sha256)
        if same is not None:
            moved = same.path == str(path) or not Path(same.path).exists()
            return Job(path, same.name, sha256, size, mtime_ns, same_as=same, moved=moved)
        updates = recorded is not None
        name = recorded[0].name if recorded is not None else self._free_name(path.stem)
        known = Known(name, sha256, str(path), in_flight=True)
        self._by_sha256[sha256] = self._by_name[name] = known
        return Job(path, name, sha256, size, mtime_ns, updates=updates)

    def ready(self, job: Job, passages: int, figures: int, pages: int) -> None:
        """A job's document is in the library now."""
        known = self._by_sha256[job.sha256]
        known.in_flight, known.passages, known.figures, known.pages = False, passages, figures, pages

    def failed(self, job: Job, error: str) -> None:
        """A job's document did not arrive."""
        known = self._by_sha256[job.sha256]
        known.in_flight, known.error = False, error
        if not job.updates:
            del self._by_name[job.name]

    def _free_name(self, stem: str) -> str:
        base = _NOT_IN_A_NAME.sub("_", stem) or "document"
        name, number = base, 1
        while name in self._by_name:
            number += 1
            name = f"{base}~{number}"
        return name
