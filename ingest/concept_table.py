"""The concept table as types, and its reader: `concepts.toml` and a user's own file of the same form."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from ingest.errors import IngestError
from ingest.labels import clean, words
from ingest.schema import Statement

_COMBINED = {Statement.INCOME, Statement.COMPREHENSIVE_INCOME}
_UNITS = frozenset({"currency", "per_share", "shares", "percent", "pure"})
_SIGNS = frozenset({"", "outflow", "cost"})


class ConceptTableError(IngestError):
    """A concept table that cannot be used; the message lists all its problems."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A canonical line item; the fields are those of `concepts.toml`."""

    key: str
    statement: Statement
    kind: str = "duration"
    also: tuple[Statement, ...] = ()
    section: str = ""
    unit: str = "currency"
    sign: str = ""
    names: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    parent: str = ""
    fallback: tuple[str, ...] = ()
    exclude: frozenset[str] = frozenset()

    @property
    def instant(self) -> bool:
        return self.kind == "instant"

    def printed_in(self, statement: Statement) -> bool:
        """Whether it is a line item of this statement; a note may repeat any of them."""
        if {statement, self.statement} == _COMBINED:
            # One statement of operations and comprehensive income.
            return True
        return statement in (self.statement, Statement.NOTE) or statement in self.also


@dataclass(frozen=True, slots=True)
class Identity:
    """`total` = sum of `plus` - sum of `minus`, plus any of `optional`."""

    name: str
    total: str
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    strict: bool = False
    """Holds in every statement; the others may lack a line that a company prints."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a statement: the headings that open it, the total that closes it, the part that follows."""

    name: str
    headings: tuple[frozenset[str], ...]
    total: str
    then: str


@dataclass(frozen=True, slots=True)
class ConceptTable:
    """All that the files say. `unmeant`: words of a question that hold a name and name nothing."""

    concepts: dict[str, Concept]
    sections: tuple[Section, ...]
    identities: tuple[Identity, ...]
    unmeant: tuple[str, ...]


def read_table(path: Path, extra: Path | None = None) -> ConceptTable:
    """Both files as one table. Raises ConceptTableError, with every problem in one message."""
    problems: list[str] = []
    raw = _read(path, problems)
    known = {field.name for field in fields(Concept)} - {"key"}
    entries: dict[str, dict[str, Any]] = dict(raw.get("concept", {}))
    if extra is not None:
        for name, entry in _read(extra, problems).get("concept", {}).items():
            entries[name] = _merge(entries[name], entry) if name in entries else entry
    concepts: dict[str, Concept] = {}
    for name, entry in entries.items():
        for unknown in sorted(set(entry) - known):
            problems.append(f"{name}: unknown field {unknown!r} (known: {', '.join(sorted(known))})")
        concept = _concept(name, entry, raw.get("sections", {}), problems)
        if concept is not None:
            concepts[name] = concept
    identities = [_identity(entry, problems) for entry in raw.get("identity", ())]
    for name, used in (
        *((c.key, (*c.fallback, *((c.parent,) if c.parent else ()))) for c in concepts.values()),
        *((i.name, (i.total, *i.plus, *i.minus, *i.optional)) for i in identities),
    ):
        problems.extend(f"{name}: there is no concept {other!r}" for other in used if other not in entries)
    if problems:
        raise ConceptTableError(f"concept table {extra or path}: {'; '.join(problems)}")
    sections = tuple(
        Section(name, tuple(frozenset(words(clean(h))) for h in _items(s["headings"])), s["total"], s["then"])
        for name, s in raw["sections"].items()
    )
    return ConceptTable(concepts, sections, tuple(identities), _items(raw["phrases"]["none"]))


def _read(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path.name} cannot be read ({error})")
        return {}


def _merge(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    merged = {**old, **new}
    for name in ("names", "labels", "tags"):
        if name in old and name in new:
            merged[name] = f"{old[name]};{new[name]}"
    return merged


def _concept(name: str, entry: dict[str, Any], sections: Mapping[str, Any], problems: list[str]) -> Concept | None:
    before = len(problems)
    problems.extend(
        f"{name}: {k} should be text, items separated by ';'" for k, v in entry.items() if not isinstance(v, str)
    )
    if len(problems) > before:
        return None
    statements = [entry.get("statement", ""), *entry.get("also", "").split()]
    choices = [statement.value for statement in Statement]
    problems.extend(f"{name}: statement {s!r} is none of {', '.join(choices)}" for s in statements if s not in choices)
    kind = entry.get("kind", "instant" if statements[0] == Statement.BALANCE else "duration")
    for given, allowed, what in (
        (kind, {"instant", "duration"}, "kind"),
        (entry.get("unit", "currency"), _UNITS, "unit"),
        (entry.get("sign", ""), _SIGNS, "sign"),
        (entry.get("section", ""), {"", *sections}, "section"),
    ):
        if given not in allowed:
            problems.append(f"{name}: {what} {given!r} is none of {', '.join(sorted(filter(None, allowed)))}")
    if len(problems) > before:
        return None
    return Concept(
        key=name,
        statement=Statement(statements[0]),
        kind=kind,
        also=tuple(Statement(s) for s in statements[1:]),
        section=entry.get("section", ""),
        unit=entry.get("unit", "currency"),
        sign=entry.get("sign", ""),
        names=_items(entry.get("names", "")),
        labels=_items(entry.get("labels", "")),
        tags=_items(entry.get("tags", "")),
        parent=entry.get("parent", ""),
        fallback=tuple(f for f in entry.get("fallback", "").split() if f != name),
        exclude=frozenset(words(entry.get("exclude", ""))),
    )


def _identity(entry: dict[str, str], problems: list[str]) -> Identity:
    missing = [name for name in ("name", "total", "plus") if name not in entry]
    if missing:
        problems.append(f"identity {entry.get('name', '?')}: {', '.join(missing)} missing")
    parts = {name: tuple(entry.get(name, "").split()) for name in ("plus", "minus", "optional")}
    return Identity(entry.get("name", ""), entry.get("total", ""), strict=entry.get("strict") == "yes", **parts)


def _items(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split(";"))))
