"""Uploaded documents: kept durably before they are acknowledged, then read into their library one at a time.

HOME/uploads/ID/NAME is the file, and the original that the pages of its document are drawn from; HOME/uploads/ID.json,
written when the file is safe on disk, is what makes it an upload. So a file without a record was never acknowledged and
is deleted at the next start, and a record that is not final is taken up again then. What fails for want of space or of
a free library is tried again; a file that cannot be read fails for good, and is deleted.
"""

from __future__ import annotations

import math
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import one_line, show_error, without_paths
from app.server.errors import ApiError, busy
from app.server.receiving import Received
from app.server.services import Services
from app.server.upload_records import FINAL, Records, Upload, new_identity, sync
from chains.background import counted
from ingest.errors import LibraryBusyError
from ingest.locks import exclusive

if TYPE_CHECKING:
    from ingest.library import Library
    from ingest.pipeline import IngestResult

MOST_WAITING = 1000
MOST_ARRIVING = 32
"""Requests with files that are received at a time."""
_AGAIN = 30.0  # seconds until what failed for want of space is tried again
_BYTES_PER_SECOND = 400_000.0  # the first guess of how fast a file is read


class Uploads:
    """The uploads of one data directory, and the thread that reads them. `start` it once, `stop` it in the end."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.folder = services.settings.home / "uploads"
        self._kept = Records(self.folder)
        self._records: dict[str, Upload] = {}
        self._lock = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopping = False
        self._elsewhere = False
        self._arriving = 0  # counted by the event loop alone
        self._alone = ExitStack()
        self._began = 0.0
        self._speed = _BYTES_PER_SECOND

    # Requests

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """A new folder for files that are arriving, deleted in the end.

        Raises ApiError where too many uploads wait already, or too many arrive.
        """
        from adapters.disk import make_home

        if self._elsewhere:
            raise ApiError(503, "another finagent serve of this data directory takes the files; send them there")
        if self.left() >= MOST_WAITING:
            raise ApiError(429, f"{MOST_WAITING} uploads are waiting; try again later", headers={"Retry-After": "60"})
        if self._arriving >= MOST_ARRIVING:
            raise busy(5)
        make_home(self.folder)
        folder = self.folder / f".{new_identity()}.part"
        folder.mkdir(mode=0o700)
        self._arriving += 1
        try:
            yield folder
        finally:
            self._arriving -= 1
            shutil.rmtree(folder, ignore_errors=True)

    def check_space(self, size: int) -> None:
        """Raise ApiError where files of so many bytes in all do not fit on the disk."""
        there = next(p for p in (self.folder, *self.folder.parents) if p.exists())
        if size > shutil.disk_usage(there).free:
            raise ApiError(507, "the disk has no space for these files; free some and send them again")

    def keep(self, files: Sequence[Received], library: str) -> list[Upload]:
        """Make uploads of files that have arrived: when it returns, they outlive a crash. OSError: none is kept."""
        made: list[Upload] = []
        try:
            for file in files:
                identity = new_identity()
                now = datetime.now(UTC).isoformat(timespec="milliseconds")
                one = Upload(identity, file.name, library, file.size, now)
                sync(file.path.parent)
                file.path.parent.rename(self.folder / identity)
                made.append(one)
            for one in made:
                self._kept.write(one)
            sync(self.folder)
        except BaseException:
            for one in made:
                self._kept.drop(one.upload)
            raise
        with self._lock:
            self._records.update({one.upload: one for one in made})
            self._lock.notify_all()
        return made

    def get(self, identity: str) -> Upload:
        """An upload as it stands. Raises ApiError where there is none of that id."""
        with self._lock:
            one = self._records.get(identity)
            if one is None:
                raise ApiError(404, f"there is no upload {identity[:40]!r}; GET /v1/uploads lists them")
            return self._shared(one)

    def list(self) -> list[Upload]:
        """All uploads that are known, the newest first."""
        with self._lock:
            return sorted((self._shared(one) for one in self._records.values()), key=lambda u: u.at, reverse=True)

    def left(self) -> int:
        """How many are not yet read."""
        with self._lock:
            return sum(one.status not in FINAL for one in self._records.values())

    def forget(self, path: str) -> None:
        """Delete the file of a document that was removed, if it was uploaded here."""
        folder = Path(path).parent
        if folder.parent == self.folder.absolute():
            with self._lock:
                self._records.pop(folder.name, None)
                self._kept.drop(folder.name)

    # The thread

    def start(self) -> None:
        """Take up what an earlier process left, and begin to read; nothing where another server does so already."""
        from adapters.disk import make_home

        make_home(self.folder)
        try:
            self._alone.enter_context(exclusive(self.folder / ".lock", timeout=0))
        except LibraryBusyError:
            self._elsewhere = True
            return
        self._recover()
        self._thread = threading.Thread(target=self._work, name="finagent-uploads", daemon=True)
        self._thread.start()

    def stop(self, seconds: float) -> bool:
        """Read no further upload; whether the one being read has ended within `seconds`."""
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        if self._thread is not None:
            self._thread.join(seconds)
            if self._thread.is_alive():
                return False
        self._alone.close()
        return True

    def _recover(self) -> None:
        found = self._kept.read()
        with self._lock:
            self._records = {one.upload: one for one in found}
        for path in self.folder.glob(".*.part"):  # they never were acknowledged
            shutil.rmtree(path, ignore_errors=True)

    def _work(self) -> None:
        while True:
            with self._lock:
                one = next((u for u in self._records.values() if u.status == "waiting" and not u.error), None)
                if self._stopping:
                    return
                if one is None:
                    late = [u for u in self._records.values() if u.status == "waiting"]
                    if not self._lock.wait(_AGAIN if late else None):
                        self._records.update({u.upload: replace(u, error="") for u in late})
                    continue
                self._records[one.upload] = replace(one, status="reading")
                self._began = time.monotonic()
            with counted():  # it may be cut off: the next start takes it up again
                done = self._read(one)
                self._note(done)

    def _note(self, done: Upload) -> None:
        """Take down how the reading of an upload went."""
        with self._lock:
            if done.upload not in self._records:  # its document was removed meanwhile
                return
            self._records[done.upload] = done
            with suppress(OSError):  # a full disk: at the next start it is read once more, which changes nothing
                if done.status in FINAL:
                    self._kept.write(done)

    def _read(self, one: Upload) -> Upload:
        """Ingest the file of an upload. What nobody foresaw fails this upload only."""
        path = (self.folder / one.upload / one.name).absolute()
        try:
            with self._services.writer(one.library) as library:
                result = self._ingest(path, library)
                kept = library.ledger.document(result.document) if result.status == "unchanged" else None
        except Exception as error:  # noqa: BLE001 - the thread must go on with the next upload
            said = without_paths(one_line(error))
            show_error(f"note: the upload {one.upload} is tried again later ({type(error).__name__}: {said})")
            return replace(one, error=said)
        if result.error and "free some" in result.error:
            return replace(one, error=without_paths(result.error))
        if result.status == "failed" or (kept is not None and kept.path != str(path)):
            shutil.rmtree(self.folder / one.upload, ignore_errors=True)
        seconds = max(time.monotonic() - self._began, 0.1)
        self._speed = 0.7 * self._speed + 0.3 * one.size / seconds
        return replace(
            one,
            status=result.status,
            share=1.0,
            error=without_paths(result.error or ""),
            document="" if result.status == "failed" else result.document,
            pages=result.pages,
            figures=result.figures,
        )

    @staticmethod
    def _ingest(path: Path, library: Library) -> IngestResult:
        from ingest.pipeline import IngestResult, ingest_paths

        if not path.is_file():
            return IngestResult(str(path), "", "failed", error="the uploaded file is gone; send it again")
        # What a run that was killed was at comes along; the others of it are nobody's upload.
        results = {result.path: result for result in ingest_paths([path], library, workers=1)}
        return results[str(path)]

    def _shared(self, one: Upload) -> Upload:
        """An upload with an estimate of how much of it is read."""
        if one.status != "reading":
            return one
        expected = 1.5 + one.size / self._speed
        return replace(one, share=round(0.97 * (1 - math.exp(-1.5 * (time.monotonic() - self._began) / expected)), 3))
