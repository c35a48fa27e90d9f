"""What keeps others out of a conversation: other processes by a file, other machines by the database's own locks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from filelock import FileLock


class Held(Protocol):
    """A thread that is held."""

    def kept(self) -> bool:
        """Whether it was held all the time. False where it was lost, and is held again now; then others may have been.

        Raises TimeoutError where it was lost and somebody else has it.
        """
        ...

    def release(self) -> None:
        """Let others in; once."""
        ...


class Locks(Protocol):
    """Holds threads, each for one at a time."""

    def hold(self, thread: str, wait: float) -> Held:
        """Hold a thread. Raises TimeoutError where somebody else has it for `wait` seconds more."""
        ...


@dataclass(frozen=True, slots=True)
class FileLocks:
    """Locks between the processes of one machine, each a file in `folder`."""

    folder: Path

    def hold(self, thread: str, wait: float) -> Held:
        """Hold a thread. Raises TimeoutError (of filelock) where somebody else has it for `wait` seconds more."""
        from filelock import FileLock

        self.folder.mkdir(mode=0o700, exist_ok=True)
        lock = FileLock(self.folder / f"{_file_name(thread)}.lock", thread_local=False, mode=0o600)
        lock.acquire(timeout=wait)
        return _HeldFile(lock)


@dataclass(frozen=True, slots=True)
class _HeldFile:
    lock: FileLock

    def kept(self) -> bool:
        return True

    def release(self) -> None:
        self.lock.release()


def _file_name(thread: str) -> str:
    """A file name that no other thread's is, on disks without upper and lower case too."""
    upper = "".join("1" if letter.isupper() else "0" for letter in thread)
    return f"{thread.lower()}~{int(upper, 2):x}"
