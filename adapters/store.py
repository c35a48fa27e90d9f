"""What changes the adapters of a data directory: add, remove, promote, roll back.

Each change is made under a lock, and whole or not at all. What a killed process left is cleared away by the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adapters import card as cards
from adapters.card import valid_name
from adapters.catalogue import Catalogue
from adapters.catalogue import Installed as Installed
from adapters.catalogue import Listed as Listed
from adapters.disk import clear_drafts, draft_folder, make_home, remove_folder
from adapters.engine.kept import prune
from adapters.errors import AdapterFilesError, NothingToChangeError, PromotionError, UnknownAdapterError
from adapters.files import WEIGHTS, check_adapter, check_base, check_numbers, check_weights
from adapters.fitting import check_fit
from adapters.foreign import Foreign, copy_carded, copy_foreign
from adapters.in_use import Event, read_in_use, write_in_use
from adapters.packages import directory_of, packaged

_PATIENCE = 60.0  # seconds that a call waits for another that changes the adapters


class Store(Catalogue):
    """The adapters of one data directory, `home`, with all that changes them."""

    def add(
        self,
        source: str | Path,
        *,
        name: str | None = None,
        foreign: Foreign | None = None,
        base: str | None = None,
        download: bool = False,
    ) -> Installed:
        """Check an adapter's directory, or a package's entry, and copy it into the data directory.

        `foreign` says what the card would of one that has none. `base` names where the base of one with a card is on
        this machine, if not where the card says; its hash must still be the card's.

        Raises:
            UnknownAdapterError: there is no such directory or entry.
            AdapterFilesError: it is broken, made for another base, or its name is taken.
            BaseModelError: its base is not on this machine.
        """
        directory, suggested = self._source(source)
        files = check_weights(directory)
        carded = cards.FILE in files
        if carded and foreign is not None:
            raise AdapterFilesError(f"{directory} has a card; leave out --labels and what else describes it")
        card = check_adapter(directory) if carded else None
        wanted = name or (card.name if card else suggested)
        if not valid_name(wanted):
            raise AdapterFilesError(
                f"{wanted[:80]!r} is no name for an adapter; expected up to 64 letters, digits, dots and dashes: --name"
            )
        target = self.folder / wanted
        with self._locked():
            self._check_free(wanted, source)
            with draft_folder(target) as draft:
                if card is None:
                    copy_foreign(directory, draft, wanted, foreign, home=self.home, download=download)
                else:
                    copy_carded(directory, draft, card, wanted, base)
                stated = check_adapter(draft)
                check_numbers(draft / WEIGHTS)
                check_fit(draft, stated, check_base(stated, home=self.home, download=download))
                draft.replace(target)
        return Installed(wanted, target, check_adapter(target), "installed")

    def remove(self, name: str, *, force: bool = False) -> str | None:
        """Delete an installed adapter. Returns the name of the one that is in use now if it was in use, else None.

        Raises:
            UnknownAdapterError: there is none of this name.
            PromotionError: it is shipped, a package's, or in use and `force` was not given.
        """
        with self._locked():
            origin = self.origin(name)
            if origin != "installed":
                way = (
                    "comes with finagent and stays" if origin == "shipped" else "belongs to a package: pip uninstall it"
                )
                raise NothingToChangeError(f"the adapter {name} {way}; only installed ones can be removed")
            record = read_in_use(self.folder)
            tasks = [task for task in record.tasks if self.used_name(record.of(task), task) == name]
            if tasks and not force:
                raise PromotionError(
                    f"the adapter {name} is in use for {', '.join(tasks)}; promote another first, or remove it with "
                    "--force to go back to the one before"
                )
            for task, state in record.tasks.items():
                if any(use.name == name for use in state.stack):
                    record = record.having(task, state.without(name, self._event("removed", name)))
            write_in_use(record, self.folder)
            remove_folder(self.folder / name)
            prune(self.home / "cache", name)
            return self.used_name(record.of(tasks[0]), tasks[0]) if tasks else None

    def promote(
        self,
        name: str,
        *,
        comparison: dict[str, Any] | None = None,
        forced: bool = False,
        instead_of: str | None = None,
    ) -> Installed:
        """Put an adapter to use. Whether it may be is decided before: see `adapters.promotion`.

        `instead_of` names the one that it was compared with, which must still be in use.

        Raises:
            UnknownAdapterError: there is none of this name.
            AdapterFilesError: it is broken, or its base is not the one on this machine.
            PromotionError: it is not in the store, but a directory elsewhere; another was put to use meanwhile.
        """
        found = self.find(name)
        if found.origin == "directory":
            raise PromotionError(f"{found.directory} is not installed; add it first: finagent adapters add PATH")
        check_base(found.card, home=self.home)
        with self._locked():
            record = read_in_use(self.folder)
            state = record.of(found.card.task)
            used = self.used_name(state, found.card.task)
            if instead_of is not None and used != instead_of:
                raise PromotionError(
                    f"{name} was compared with {instead_of}, but {used} was put to use meanwhile; promote it again, "
                    "compared with that one"
                )
            event = self._event("forced" if forced else "promoted", found.name, comparison)
            write_in_use(record.having(found.card.task, state.put(found.name, event)), self.folder)
        return found

    def rollback(self, task: str = "sentiment") -> str:
        """Use the adapter again that was in use before; those that are not there any more are passed over.

        Returns its name. Raises PromotionError where there is none before it.
        """
        with self._locked():
            record = read_in_use(self.folder)
            state = record.of(task)
            if not state.stack:
                raise NothingToChangeError(
                    f"nothing was promoted for {task}, so there is nothing to go back to; `finagent adapters list` "
                    "shows what is in use"
                )
            event = self._event("rolled back", state.stack[-1].name)
            state = state.back(event)
            while state.stack and not self.usable(state.stack[-1].name):
                state = replace(state, stack=state.stack[:-1])
            name = self.used_name(state, task)
            if name is None:
                raise PromotionError(f"there is no adapter for {task} before {event.name}; promote another instead")
            write_in_use(record.having(task, state), self.folder)
            return name

    def _source(self, source: str | Path) -> tuple[Path, str]:
        """The directory that `add` was given, and the name that it suggests."""
        directory = Path(source).expanduser()
        if directory.is_dir():
            return directory, directory.resolve().name
        point = packaged().get(str(source))
        if point is None:
            entries = ", ".join(sorted(packaged())) or "none"
            raise UnknownAdapterError(
                f"there is no directory {str(source)[:200]!r}, and no package brings an adapter of that name (they "
                f"bring: {entries}); expected the directory of an adapter"
            )
        return directory_of(point), point.name

    def _check_free(self, name: str, source: str | Path) -> None:
        taken = "shipped" if (self.shipped / name).exists() else "installed" if (self.folder / name).exists() else ""
        if not taken and name in packaged() and name != str(source):
            taken = "package"
        if taken:
            advice = f", or remove it first: finagent adapters remove {name}" if taken == "installed" else ""
            raise AdapterFilesError(f"there is a {taken} adapter {name} already; choose another --name{advice}")

    @staticmethod
    def _event(did: str, name: str, comparison: dict[str, Any] | None = None) -> Event:
        return Event(did, name, datetime.now(UTC).date().isoformat(), comparison)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone among all processes that change the adapters. What a killed one left behind is cleared away."""
        from filelock import FileLock, Timeout

        make_home(self.folder)
        lock = FileLock(self.folder / ".lock", timeout=_PATIENCE)
        try:
            lock.acquire()
        except Timeout as error:
            raise PromotionError(
                f"another finagent is changing the adapters in {self.folder}; try again when it is done"
            ) from error
        try:
            clear_drafts(self.folder)
            yield
        finally:
            lock.release()
