"""The forms that rows come in, and what every form gives and takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, cast, get_args

from app.errors import CallError

Form = Literal["csv", "tsv", "jsonl", "parquet", "text"]
STANDARD = "-"  # standard input, standard output

SUFFIXES: dict[str, Form] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".txt": "text",
    ".text": "text",
}


@dataclass(slots=True)
class Batch:
    """Some rows that follow one another.

    cells: the values of the columns that were asked for, a list of `count` a column.
    kept: what the form's own writer needs to write the rows as they were.
    position: how far the input was read, in the unit of `Rows.total`.
    remarks: (line, what is odd about it); the row is in the batch.
    rejected: (line, what is wrong with it, the line itself); the row is not in the batch.
    """

    count: int
    cells: dict[str, list[Any]]
    kept: Any
    position: int
    remarks: list[tuple[int, str]] = field(default_factory=list)
    rejected: list[tuple[int, str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tags:
    """What is added to the rows of a batch: (n) labels, (n) confidences and (n, 3) probabilities.

    A row without a text has None for all of them.
    """

    labels: Sequence[str | None]
    numbers: Sequence[tuple[float, float, float, float] | None]  # confidence, p_negative, p_neutral, p_positive


class Writer(Protocol):
    """Writes the rows of batches, each with its tags, to a file that was opened for it."""

    def write(self, batch: Batch, tags: Tags) -> None: ...

    def close(self) -> None: ...

    def abandon(self) -> None:
        """Let go of the file, which is not going to be complete."""
        ...


class Rows(Protocol):
    """The rows of one input."""

    @property
    def form(self) -> Form: ...

    @property
    def columns(self) -> tuple[str, ...]: ...

    @property
    def total(self) -> int | None:
        """Bytes of the input, or its rows where they are known; None for a pipe."""
        ...

    @property
    def fallbacks(self) -> int:
        """Lines read so far that are not in the encoding of the file."""
        ...

    @property
    def encoding(self) -> str: ...

    def batches(self, wanted: Sequence[str], size: int) -> Iterator[Batch]: ...

    def values(self, batch: Batch) -> Iterable[Sequence[Any]]:
        """Every row of a batch with the values of all columns, for a writer of another form."""
        ...

    def writer(self, file: Any, added: Sequence[str]) -> Writer:
        """A writer in the form of the input, which keeps its rows as they are."""
        ...

    def close(self) -> None: ...


def form_of(path: str, option: str, given: str | None = None) -> Form:
    """The form of a file by its suffix, or the one that `--format` gives. Raises CallError for others."""
    known = get_args(Form)
    if given is not None:
        if given not in known:
            raise CallError(f"--format {given}: no form; expected one of {', '.join(known)}")
        return cast(Form, given)
    if path == STANDARD:
        return "text"
    found = suffix_form(path)
    if found is None:
        raise CallError(
            f"{option} {path}: its form is not known by its suffix; expected one of {', '.join(SUFFIXES)} "
            f"(all but Parquet also with .gz), or --format with one of {', '.join(known)}"
        )
    return found


def suffix_form(path: str) -> Form | None:
    """The form that a suffix stands for, `.gz` set aside; None for a suffix that is not known."""
    name = Path(path).name.lower()
    return SUFFIXES.get(Path(name.removesuffix(".gz")).suffix)


def is_packed(path: str) -> bool:
    """Whether a file is compressed by its name."""
    return path.lower().endswith(".gz")
