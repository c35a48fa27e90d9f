"""Texts to vectors: what ingest asks of an embedder. Whoever opens a library gives it one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from ingest.errors import LibraryError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors. A library remembers `name` and is searched only with the embedder it was built with."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Vectors of unit length, (n, dimension) float32, in the order of the texts."""
        ...


class LateEmbedder:
    """An embedder that is opened when something of it is first asked for, with the errors that opening raises.

    `failures` are the embedder's own errors: they become a LibraryError of the same message, so that a failure to
    embed is one that ingest foresees.
    """

    def __init__(self, opened: Callable[[], Embedder], *, failures: tuple[type[Exception], ...] = ()) -> None:
        self._open = opened
        self._failures = failures
        self._embedder: Embedder | None = None
        self._opening = threading.Lock()

    def opened(self) -> Embedder:
        """The embedder itself."""
        with self._opening:
            if self._embedder is None:
                try:
                    self._embedder = self._open()
                except self._failures as error:
                    raise LibraryError(str(error)) from error
            return self._embedder

    @property
    def name(self) -> str:
        return self.opened().name

    @property
    def dimension(self) -> int:
        return self.opened().dimension

    def encode(self, texts: Sequence[str]) -> Matrix:
        """See `Embedder`. Raises LibraryError where the embedder fails."""
        embedder = self.opened()
        try:
            return embedder.encode(texts)
        except self._failures as error:
            raise LibraryError(str(error)) from error
