"""All adapters that there are: shipped with finagent, installed in the data directory, brought by other packages.

HOME/adapters/NAME is an installed one; HOME/adapters/in_use.json says which is in use (see `adapters.in_use`). A name
means the shipped adapter first, then the installed, then a package's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.card import Card, read_card, valid_name
from adapters.errors import AdapterError, AdapterFilesError, UnknownAdapterError
from adapters.files import check_adapter
from adapters.in_use import TaskUse, read_in_use
from adapters.packages import directory_of, packaged

SHIPPED = Path(__file__).with_name("weights")
DEFAULTS = {"sentiment": "sentiment-minilm", "report-qa": "report-qa-minilm"}
"""The shipped adapter that is in use for a task until another is promoted."""


@dataclass(frozen=True, slots=True)
class Installed:
    """An adapter that was checked. `origin` is "shipped", "installed", "package" or "directory" (not in the store)."""

    name: str
    directory: Path
    card: Card
    origin: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list: an adapter, or, with `error`, one that cannot be used."""

    name: str
    origin: str
    directory: Path | None
    card: Card | None
    in_use: bool
    error: str | None = None


class Catalogue:
    """The adapters of one data directory, `home`, which need not exist. Nothing is changed: see `adapters.store`."""

    def __init__(self, home: Path, *, shipped: Path | None = None) -> None:
        self.home, self.folder, self.shipped = home, home / "adapters", shipped or SHIPPED

    def list(self) -> Sequence[Listed]:
        """Every adapter, the shipped first; a broken one with its error. Its files' hashes are checked."""
        record = read_in_use(self.folder)
        used = {self.used_name(record.of(task), task) for task in (*DEFAULTS, *record.tasks)}
        places = [(name, "shipped") for name in _folders(self.shipped)]
        places += [(name, "installed") for name in _folders(self.folder)]
        places += [(name, "package") for name in sorted(packaged())]
        listed = []
        first: dict[str, str] = {}
        for name, origin in places:
            one = self._listed(name, origin)
            if name in first:
                one = replace(one, error=f"hidden by the {first[name]} adapter of the same name")
            else:
                one = replace(one, in_use=name in used)
            first.setdefault(name, origin)
            listed.append(one)
        return tuple(listed)

    def find(self, name: str | Path) -> Installed:
        """An adapter by its name, or by the path of its directory; all its files are checked.

        Raises:
            UnknownAdapterError: there is none; those that there are are named.
            AdapterFilesError: it is broken.
        """
        place = self.place(str(name))
        if place is not None:
            directory, origin = place
            return Installed(str(name), directory, check_adapter(directory), origin)
        directory = Path(name).expanduser()
        if directory.is_dir():
            card = check_adapter(directory)
            return Installed(card.name, directory.resolve(), card, "directory")
        raise UnknownAdapterError(
            f"there is no adapter {str(name)[:80]!r} and no directory of that name; expected one of {self.known()}, "
            "or a directory with an adapter"
        )

    def in_use(self, task: str = "sentiment") -> Installed:
        """The adapter in use for a task: the one that was promoted last, else the shipped one.

        Raises:
            UnknownAdapterError: it is not there any more, or none was ever shipped or promoted for the task.
            AdapterFilesError: it is broken.
        """
        name = self.used_name(read_in_use(self.folder).of(task), task)
        if name is None:
            raise UnknownAdapterError(f"there is no adapter for {task} yet; train one and promote it")
        place = self.place(name)
        if place is None:
            raise UnknownAdapterError(
                f"the adapter in use for {task}, {name}, is not there any more; install it again, or run "
                "`finagent adapters rollback` to use the one before"
            )
        return Installed(name, place[0], check_adapter(place[0]), place[1])

    def history(self, task: str = "sentiment") -> TaskUse:
        """What was in use before, and what was done."""
        return read_in_use(self.folder).of(task)

    def place(self, name: str) -> tuple[Path, str] | None:
        """The directory and the origin of an adapter by its name; packages are asked only if no folder has it."""
        if not valid_name(name):
            return None
        for folder, origin in ((self.shipped, "shipped"), (self.folder, "installed")):
            directory = folder / name
            if directory.is_dir():
                return directory, origin
        point = packaged().get(name)
        return None if point is None else (directory_of(point), "package")

    def origin(self, name: str) -> str:
        """Where an adapter of this name comes from, whole or broken. Raises UnknownAdapterError where there is none."""
        place = self.place(name)
        if place is None:
            raise UnknownAdapterError(f"there is no adapter {name[:80]!r}; expected one of {self.known()}")
        return place[1]

    def task(self, name: str) -> str | None:
        """The task that an adapter's card names; None where there is no adapter of this name, or no card to read."""
        try:
            place = self.place(name)
            return read_card(place[0]).task if place else None
        except AdapterError:
            return None

    def usable(self, name: str) -> bool:
        """Whether there is a whole adapter of this name."""
        try:
            self.find(name)
        except AdapterError:
            return False
        return True

    def used_name(self, state: TaskUse, task: str) -> str | None:
        """The name of the adapter that a record puts to use for a task; it may not be there any more."""
        if state.stack:
            return state.stack[-1].name
        default = DEFAULTS.get(task)
        return default if default and (self.shipped / default).is_dir() else None

    def known(self) -> str:
        """The names of all adapters, for an error message."""
        names = [*_folders(self.shipped), *_folders(self.folder), *sorted(packaged())]
        return ", ".join(dict.fromkeys(names)) or "none (nothing is installed)"

    def _listed(self, name: str, origin: str) -> Listed:
        directory: Path | None = None
        try:
            if origin == "package":
                _check_name(name)
                directory = directory_of(packaged()[name])
            else:
                directory = (self.shipped if origin == "shipped" else self.folder) / name
            return Listed(name, origin, directory, check_adapter(directory), False)
        except AdapterError as error:
            return Listed(name, origin, directory, None, False, str(error))


def _folders(directory: Path) -> list[str]:
    if not directory.is_dir():
        return []
    return sorted(path.name for path in directory.iterdir() if path.is_dir() and valid_name(path.name))


def _check_name(name: str) -> None:
    if not valid_name(name):
        raise AdapterFilesError(f"{name[:80]!r} is no name for an adapter; expected letters, digits, dots and dashes")
