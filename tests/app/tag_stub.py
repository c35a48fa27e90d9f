"""A stand-in for the sentiment model: fast, the same on every run, and countable. Also the command line with it."""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Sequence

import numpy as np


class StubModel:
    """Three kinds of text by a checksum; `bad` in it is negative, `good` positive. Counts what it is asked."""

    name = "stub"
    engine = "none"
    precision = "float32"

    def __init__(self, delay: float = 0.0, stop_after: int | None = None) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self._delay, self._left = delay, stop_after

    def probabilities(self, texts: Sequence[str], entities: Sequence[str | None] | None = None) -> np.ndarray:
        if self._left is not None:
            self._left -= 1
            if self._left < 0:
                raise KeyboardInterrupt
        time.sleep(self._delay)
        self.asked += zip(texts, entities or [None] * len(texts), strict=True)
        made = np.empty((len(texts), 3), dtype=np.float32)
        for row, text in zip(made, texts, strict=True):
            share = zlib.crc32(text.encode("utf-8", "replace")) % 1000 / 10_000
            if "bad" in text:
                row[:] = 0.85 + share, 0.1 - share, 0.05
            elif "good" in text:
                row[:] = 0.05, 0.1 - share, 0.85 + share
            else:
                row[:] = 0.2, 0.5 + share, 0.3 - share
        return made


class FastModel(StubModel):
    """One answer for all."""

    def probabilities(self, texts: Sequence[str], entities: Sequence[str | None] | None = None) -> np.ndarray:
        return np.tile(np.array([0.125, 0.25, 0.625], dtype=np.float32), (len(texts), 1))


if __name__ == "__main__":
    import app.wiring
    from app.cli import run

    model = FastModel() if os.environ.get("STUB_FAST") else StubModel(float(os.environ.get("STUB_DELAY", "0")))
    app.wiring.open_tagger = lambda settings: (model, "0" * 64)  # type: ignore[assignment, return-value]
    code = run(sys.argv[1:])
    if os.environ.get("STUB_FAST"):
        import resource

        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, file=sys.stderr)
    sys.exit(code)
