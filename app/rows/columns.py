"""Which column of a file is which: by the name that the user gives, or by the names that columns usually have."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from importlib import resources

from app.errors import CallError

_MOST = 30  # columns that an error lists


def usual_names() -> dict[str, list[str]]:
    """The usual names of each kind of column (columns.toml)."""
    names: dict[str, list[str]] = tomllib.loads(resources.files("app.rows").joinpath("columns.toml").read_text("utf-8"))
    return names


def text_column(columns: Sequence[str], given: str | None, where: str) -> str:
    """The column to tag: the one given, else `text`, else the only one with a usual name.

    Raises CallError that lists the columns where there is none, or more than one.
    """
    if given is not None:
        return named_column(columns, given, "--column", where)
    usual = usual_names()["text"]
    found = [column for column in columns if column.strip().lower() in usual]
    exact = [column for column in found if column.strip().lower() == usual[0]]
    if len(exact) == 1:
        return exact[0]
    if len(found) == 1:
        return found[0]
    said = f"several columns may be the text ({', '.join(found)})" if found else "no column is known to be the text"
    raise CallError(f"{where}: {said}; name one with --column. {_listed(columns)}")


def named_column(columns: Sequence[str], given: str, option: str, where: str) -> str:
    """The column that an option names. Raises CallError where there is none, or more than one, of that name."""
    count = columns.count(given)
    if count == 1:
        return given
    if count:
        raise CallError(f"{where}: {count} columns are named {given!r}; {option} needs a name that only one has")
    raise CallError(f"{where}: there is no column {given[:80]!r} ({option}). {_listed(columns)}")


def usual_column(columns: Sequence[str], kind: str) -> str | None:
    """The column with a usual name of that kind (`date`, `source`, `entity`, `ticker`); None where there is none."""
    by_name = {column.strip().lower(): column for column in reversed(columns) if columns.count(column) == 1}
    return next((by_name[name] for name in usual_names()[kind] if name in by_name), None)


def check_added(columns: Sequence[str], added: Sequence[str], where: str) -> None:
    """Raise CallError where a column that would be added is there already."""
    there = [name for name in added if name in columns]
    if there:
        raise CallError(
            f"{where}: already has {', '.join(there)}; give the added columns other names with --prefix, "
            "such as --prefix finagent_"
        )


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(repr(column[:60]) for column in columns[:_MOST])
    more = f" and {len(columns) - _MOST:,} more" if len(columns) > _MOST else ""
    return f"Its columns: {shown}{more}"
