"""Every setting of finagent, and where its value comes from.

A flag wins over an environment variable (`FINAGENT_<NAME>`), that over `finagent.toml` in the current directory,
that over `finagent.toml` in the data directory, that over the default. Only this module reads the environment.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from app.errors import CallError

FILE = "finagent.toml"
PREFIX = "FINAGENT_"


class Settings(BaseModel):
    """The settings of one call. Each field is also `FINAGENT_<FIELD>` and a key of `finagent.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(description="The data directory; it holds the libraries.")
    library: str = Field(default="default", description="The library to use: its name.")
    ledger: str | None = Field(
        default=None, description="A database URL for the ledger; it may hold `{library}` (default: SQLite in `home`)."
    )
    base: str = Field(
        default="bundled", description="The base that embeds: `bundled`, `path:FOLDER` or `hub:OWNER/NAME`."
    )
    download: bool = Field(default=False, description="Whether a `hub:` base may be downloaded.")
    threads: int | None = Field(default=None, ge=1, description="Cores that embedding may use (default: all).")
    document: str | None = Field(default=None, description="Ask this document only: its name in the library.")
    as_of: str | None = Field(
        default=None, description="Prefer figures as restated up to a date, or `latest` (default: as first reported)."
    )
    workers: int = Field(default=2, ge=1, le=64, description="Processes that read documents side by side.")
    longest_question: int = Field(default=4000, ge=1, description="Questions over this many characters are refused.")
    json_output: bool = Field(default=False, alias="json", description="Machine-readable output.")
    explain: bool = Field(default=False, description="Show the plan, the figures and the program of an answer.")
    debug: bool = Field(default=False, description="Show the traceback of an error.")

    @field_validator("home")
    @classmethod
    def _expand(cls, home: Path) -> Path:
        return home.expanduser().absolute()

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of all settings, as files and variables spell them."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


def load_settings(flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Merge flags, environment, files and defaults; a flag of None was not given.

    Raises CallError naming every unknown key with the known ones, or every value that is wrong.
    """
    given = {key: value for key, value in flags.items() if value is not None}
    variables = _environment(os.environ if environ is None else environ)
    local = _file(Path(FILE))
    nearer = {**local, **variables, **given}
    home = Path(nearer.get("home") or platformdirs.user_data_path("finagent", appauthor=False)).expanduser()
    shared = _file(home / FILE) if home.absolute() != Path.cwd() else {}
    if "home" in shared:
        raise CallError(
            f"{home / FILE}: `home` cannot be set inside the data directory; set {PREFIX}HOME or use ./{FILE}"
        )
    try:
        return Settings.model_validate({**shared, **nearer, "home": home})
    except ValidationError as error:
        raise CallError(_problems(error)) from error


def _environment(environ: Mapping[str, str]) -> dict[str, Any]:
    values = {name.removeprefix(PREFIX).lower(): value for name, value in environ.items() if name.startswith(PREFIX)}
    _known(values, "the environment", lambda key: PREFIX + key.upper())
    return {key: value for key, value in values.items() if value != ""}


def _file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CallError(f'{path}: not a TOML file: {error}; expected lines such as `library = "default"`') from error
    _known(values, str(path), str)
    return values


def _known(values: Mapping[str, Any], where: str, spell: Any) -> None:
    unknown = sorted(values.keys() - set(Settings.names()))
    if unknown:
        names = ", ".join(spell(key) for key in unknown)
        known = ", ".join(spell(key) for key in Settings.names())
        raise CallError(f"unknown setting {names} in {where}; known settings: {known}")


def _problems(error: ValidationError) -> str:
    """All problems of all settings on one line."""
    return "; ".join(
        f"setting `{problem['loc'][0]}`: {problem['msg'][0].lower()}{problem['msg'][1:]}, not {problem['input']!r}"
        for problem in error.errors()
    )
