"""A reader for the pipeline's tests, called in worker processes: one passage a paragraph, one figure a number."""

import os
import signal
import time
from decimal import Decimal
from pathlib import Path

from ingest.errors import UnreadableFileError
from ingest.parsing import Parsed
from ingest.schema import Document, Figure, Passage, Statement


def read_text(path: str, sha256: str, name: str) -> Parsed:
    text = Path(path).read_text()
    if text.startswith("bad"):
        raise UnreadableFileError("it is bad; expected a good one")
    if text.startswith("bug"):
        raise KeyError("surprise")
    if text.startswith("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    if text.startswith("hang"):
        time.sleep(60)
    if text.startswith("huge"):
        bytearray(4 << 30)
    paragraphs = [p for p in text.split("\n\n") if p]
    passages = [Passage(f"{name}.p{n}.s1", name, n, "Section", p) for n, p in enumerate(paragraphs, 1)]
    figures = [
        Figure(
            id=f"{name}.p{n}.t1.r1.c1", document=name, page=n, label=p, path=(), printed="1", value=Decimal(n), scale=0,
            unit="USD", currency="USD", period=None, fiscal_year=2020, fiscal_quarter=None, statement=Statement.NOTE,
            table=f"p{n}.t1", caption="", headers=(), concept="Assets",
        )
        for n, p in enumerate(paragraphs, 1)
    ]  # fmt: skip
    document = Document(name, sha256, path, company="Acme", form="10-K", fiscal_year=2020, pages=len(paragraphs))
    return Parsed(document, tuple(figures), (), tuple(passages), tuple(paragraphs), {}, (), 0.0)
