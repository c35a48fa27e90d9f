"""Labelled data: read, checked row by row, without duplicates, and split so that no text is on both sides."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.card import text_id
from adapters.errors import DataError
from adapters.labels import LABELS, Scheme, is_number, number_scheme, parse_label
from adapters.training.formats import Table, open_table

TEXT_COLUMNS = ("text", "sentence", "headline", "title")
LABEL_COLUMNS = ("label", "sentiment")
ENTITY_COLUMNS = ("entity",)


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text: its entity where the label is about one, one of LABELS, the file and line it stands in."""

    text: str
    entity: str | None
    label: str
    source: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        return f"{self.source}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that is not used, or a remark on a file (line 0)."""

    source: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.source}, line {self.line}: {self.message}" if self.line else self.message


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its SHA-256 (of a folder, of its files' hashes), and its usable rows."""

    path: Path
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labelled data as it was read.

    examples: the usable rows, each (text, entity) once.
    problems: the rows that are not usable; remarks: what else is worth knowing of a file.
    duplicates: rows left out because an earlier one says the same.
    contradictions: rows of one (text, entity) with different labels; the most frequent label is kept, none at a tie.
    """

    examples: list[Example]
    sources: list[Source]
    problems: list[Problem]
    remarks: list[str]
    duplicates: list[Example]
    contradictions: list[Example]


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns to read; None for the usual names. `scheme` says what numbers mean as labels."""

    text: str | None = None
    label: str | None = None
    entity: str | None = None
    scheme: Scheme | None = None


def read_labelled(paths: Sequence[str | Path], columns: Columns = Columns()) -> Labelled:
    """Read labelled rows from files.

    Raises:
        DataError: a file cannot be read, lacks a column (those that it has are listed), numbers its labels in a way
            that `columns.scheme` must explain, or holds no usable row.
    """
    examples: list[Example] = []
    problems: list[Problem] = []
    sources: list[Source] = []
    remarks: list[str] = []
    for given in paths:
        path = Path(given).expanduser()
        table = open_table(path)
        found = _examples(path, table, columns, problems)
        remarks.extend(table.remarks)
        if not found:
            wrong = [problem for problem in problems if problem.source == path.name]
            said = f"its {len(wrong)} rows are unusable ({wrong[0]})" if wrong else "it is empty"
            raise DataError(f"{path}: no labelled row to use: {said}; expected rows of text and label")
        examples.extend(found)
        sources.append(Source(path, _sha256(path), len(found)))
    unique, duplicates, contradictions = _unique(examples)
    if not unique:
        raise DataError(
            f"all {len(examples)} rows contradict each other: each text has several labels; nothing to learn"
        )
    return Labelled(unique, sources, problems, remarks, duplicates, contradictions)


def _examples(path: Path, table: Table, columns: Columns, problems: list[Problem]) -> list[Example]:
    name = path.name
    rows: list[tuple[int, dict[str, Any]]] = []
    for line, row in table.rows:
        if isinstance(row, str):
            problems.append(Problem(name, line, row))
        else:
            rows.append((line, row))
    if not rows:
        return []
    text_column = _column(path, table.columns, columns.text, TEXT_COLUMNS, "text")
    label_column = _column(path, table.columns, columns.label, LABEL_COLUMNS, "label")
    entity_column = _column(path, table.columns, columns.entity, ENTITY_COLUMNS, None)
    scheme = _scheme(path, [row.get(label_column) for _, row in rows], columns, table.remarks)
    examples = []
    for line, row in rows:
        text, label = row.get(text_column), parse_label(row.get(label_column), scheme)
        entity = row.get(entity_column) if entity_column else None
        if not isinstance(text, str) or not text.strip():
            found = "empty" if isinstance(text, str) else "missing" if text is None else f"a {type(text).__name__}"
            problems.append(Problem(name, line, f"the {text_column} is {found}; expected a text"))
        elif label is None:
            found = repr(row.get(label_column))[:60]
            problems.append(Problem(name, line, f"unknown label {found}; expected {', '.join(LABELS)}"))
        elif entity is not None and not isinstance(entity, str):
            problems.append(Problem(name, line, f"the {entity_column} is a {type(entity).__name__}; expected a name"))
        else:
            examples.append(Example(text.strip(), (entity or "").strip() or None, label, name, line))
    return examples


def _column(path: Path, known: list[str], wanted: str | None, usual: tuple[str, ...], needed: str | None) -> str:
    """The name of the column to read; empty where it is not there and not needed."""
    for name in (wanted,) if wanted else usual:
        for column in known:
            if column == name or (not wanted and column.lower() == name):
                return column
    if wanted is None and needed is None:
        return ""
    asked = repr(wanted) if wanted else f"for the {needed} ({' or '.join(usual)})"
    cells = [one for one in known if parse_label(one) or (is_number(one) and abs(float(one)) <= 2)]
    if len(cells) == 1 and path.suffix.lower() in (".csv", ".tsv"):
        raise DataError(
            f"{path}: the file seems to have no header line, for its first line holds the label {cells[0][:20]!r}; put "
            "a line with the names of the columns in front, such as text,label"
        )
    shown = ", ".join(known)[:500] or "none"
    raise DataError(f"{path}: there is no column {asked}; it has {shown}; name one with --{needed or 'entity'}-column")


def _scheme(path: Path, values: list[Any], columns: Columns, remarks: list[str]) -> Scheme | None:
    """What numbers mean as labels; None where most labels are names, and a number is a mistake."""
    numbers = Counter(str(value).strip() for value in values if is_number(value))
    named = sum(parse_label(value) is not None for value in values)
    if columns.scheme is not None or not numbers or numbers.total() < named:
        return columns.scheme
    scheme = number_scheme(values)
    if scheme is None:
        raise DataError(
            f"{path}: the labels are numbers ({', '.join(sorted(numbers)[:8])}) that can mean several things; expected "
            "0, 1, 2 or -1, 0, 1, each of the three; say it with --labels, for example --labels "
            "0=negative,1=positive,2=neutral"
        )
    meant = ", ".join(f"{number} as {label}" for number, label in scheme.items())
    remarks.append(f"{path}: the labels are numbers; {meant} (--labels says it otherwise)")
    return scheme


def _unique(examples: list[Example]) -> tuple[list[Example], list[Example], list[Example]]:
    """Each (text, entity) once, the rows left out as duplicates, and all rows that contradict another."""
    groups: dict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in examples:
        groups[text_id(example.text), (example.entity or "").casefold()].append(example)
    unique: list[Example] = []
    duplicates: list[Example] = []
    contradictions: list[Example] = []
    for group in groups.values():
        counts = Counter(example.label for example in group).most_common()
        if len(counts) > 1:
            contradictions.extend(group)
            if counts[0][1] == counts[1][1]:
                continue
        first = next(example for example in group if example.label == counts[0][0])
        unique.append(first)
        duplicates.extend(one for one in group if one is not first and one.label == first.label)
    return unique, duplicates, contradictions


def split(examples: Sequence[Example], share: float, seed: int) -> tuple[list[Example], list[Example]]:
    """Training and validation part: `share` of the texts of each label, by texts, so that none is on both sides.

    The choice depends on the texts, the share and the seed alone, and not on the order of the rows.
    """
    groups: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        groups[text_id(example.text)].append(example)
    by_label: dict[str, list[str]] = defaultdict(list)
    for key, group in groups.items():
        by_label[min(example.label for example in group)].append(key)
    held: set[str] = set()
    for keys in by_label.values():
        keys.sort(key=lambda key: hashlib.sha256(f"{seed}:{key}".encode()).digest())
        held.update(keys[: min(len(keys) - 1, round(share * len(keys)) or (1 if share else 0))])
    training = [example for example in examples if text_id(example.text) not in held]
    return training, [example for example in examples if text_id(example.text) in held]


def without_leaks(training: Sequence[Example], validation: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """The training rows whose text is in no validation row, and those whose text is: leaks, to be left out."""
    held = {text_id(example.text) for example in validation}
    clean = [example for example in training if text_id(example.text) not in held]
    return clean, [example for example in training if text_id(example.text) in held]


def check_classes(examples: Sequence[Example], what: str) -> None:
    """Raise DataError where fewer than two labels are to be learned from."""
    counts = Counter(example.label for example in examples)
    if len(counts) < 2:
        only = next(iter(counts), "none")
        raise DataError(
            f"{what}: all {len(examples)} rows have the label {only}; a model would learn to answer {only} to "
            f"everything; expected rows of {', '.join(LABELS)}"
        )


def report(data: Labelled, leaks: Sequence[Example] = (), most: int = 20) -> list[str]:
    """What a reader of the data should know, a line each: bad rows, duplicates, contradictions, leaks."""
    lines = list(data.remarks)
    lines.extend(_listed(len(data.problems), "rows are left out", [str(one) for one in data.problems], most))
    for rows, what in (
        (data.duplicates, "rows say what an earlier one says and are left out"),
        (data.contradictions, "rows contradict another of the same text and entity (the most frequent label is kept)"),
        (leaks, "training rows have a text of the validation part (a leak) and are left out"),
    ):
        lines.extend(_listed(len(rows), what, [f"{one.place}: {one.text[:60]!r} {one.label}" for one in rows], 5))
    return lines


def _listed(count: int, what: str, shown: list[str], most: int) -> list[str]:
    if not count:
        return []
    more = [f"  ... and {count - most:,} more"] if count > most else []
    return [f"{count:,} {what}:", *(f"  {one}" for one in shown[:most]), *more]


def examples_sha256(examples: Sequence[Example]) -> str:
    """The SHA-256 of rows: their texts, entities and labels in their order."""
    rows = [[one.text, one.entity, one.label] for one in examples]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def _sha256(path: Path) -> str:
    if path.is_file():
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    inner = sorted(one for one in path.rglob("*") if one.is_file())
    return hashlib.sha256("\n".join(f"{one.relative_to(path)} {_sha256(one)}" for one in inner).encode()).hexdigest()
