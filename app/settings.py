"""Every setting of finagent, and where its value comes from.

A flag wins over an environment variable (`FINAGENT_<NAME>`), that over `finagent.toml` in the current directory,
that over `finagent.toml` in the data directory, that over the default. Only this module reads the environment.
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from app.errors import CallError

FILE = "finagent.toml"
PREFIX = "FINAGENT_"
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def _setting(
    default: Any, about: str, *, least: int = 1, most: int | None = None, name: str = "", secret: bool = False
) -> Any:
    """A field with its sentence, the limits of a number, and its name where files and variables spell it otherwise.

    The value of a `secret` one is never shown.
    """
    told = {"about": about, "least": least, "most": most, "name": name, "secret": secret}
    return field(default=default, repr=not secret, metadata=told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one call. Each field is also `FINAGENT_<FIELD>` and a key of `finagent.toml`."""

    home: Path = field(metadata={"about": "The data directory; it holds the libraries."})
    library: str = _setting("default", "The library to use: its name.")
    ledger: str | None = _setting(
        None, "A database URL for the ledger; it may hold `{library}` (default: SQLite in `home`)."
    )
    base: str = _setting("bundled", "The base that embeds: `bundled`, `path:FOLDER` or `hub:OWNER/NAME`.")
    download: bool = _setting(False, "Whether a `hub:` base may be downloaded.")
    threads: int | None = _setting(None, "Cores that a model may use (default: all).")
    column: str | None = _setting(None, "The column that is tagged (default: `text`, else a usual name).")
    entity_column: str | None = _setting(None, "The column with the entity toward which the sentiment is told.")
    min_confidence: float = _setting(0.0, "Rows with less confidence are marked `abstain`.", least=0, most=1)
    batch_rows: int = _setting(4096, "Rows that are tagged at a time.", most=1 << 20)
    document: str | None = _setting(None, "Ask this document only: its name in the library.")
    as_of: str | None = _setting(
        None, "Prefer figures as restated up to a date, or `latest` (default: as first reported)."
    )
    adapter: str | None = _setting(
        None, "The sentiment adapter: a name or a folder (default: the promoted one, else the shipped)."
    )
    engine: str = _setting("auto", "What runs the adapter: `auto`, `openvino`, `onnx` or `torch`.")
    device: str | None = _setting(None, "Where torch runs: `cpu` or `cuda` (default: the CPU).")
    report_qa: str | None = _setting(
        None,
        "The report-QA adapter for what the rules leave open: a name, a folder, or `none` (default: the promoted one, "
        "else the shipped).",
    )
    llm: str | None = _setting(
        None,
        "A larger model for what the rules leave open: `path:FOLDER`, `hub:OWNER/NAME`, the address of a server "
        "(`http://localhost:8000/v1#MODEL`), or `none`.",
    )
    llm_adapter: str | None = _setting(None, "An adapter for a local `llm`: a name or a folder.")
    llm_timeout: float = _setting(60.0, "Seconds that `llm` may take for one reply.", most=3600)
    llm_key: str | None = _setting(None, "The key that the server of `llm` wants.", secret=True)
    memory: str | None = _setting(
        None,
        "Where conversations are kept: a `postgresql://` URL, or `none` (default: files in `home`).",
        secret=True,
    )
    thread: str | None = _setting(None, "The conversation that `finagent chat` goes on with (default: a new one).")
    trace: str | None = _setting(None, "A folder in which every run of the agent is written as a JSON file.")
    news: str | None = _setting(
        None, "The folder, or the file, of tagged news that the agent reads (default: `news` in `home`)."
    )
    workers: int = _setting(2, "Processes that read documents side by side.", most=64)
    longest_question: int = _setting(4000, "Questions over this many characters are refused.")
    host: str = _setting(
        "127.0.0.1", "The address that `serve` and `mcp --http` listen on; any but the loopback needs a `token`."
    )
    port: int = _setting(8321, "The port that `serve` listens on; 0 for any that is free.", least=0, most=65535)
    mcp_port: int = _setting(
        8322, "The port that `mcp --http` listens on; 0 for any that is free.", least=0, most=65535
    )
    token: str | None = _setting(None, "What requests to `serve` and to `mcp --http` must show.", secret=True)
    capacity: int = _setting(2, "Requests to `serve` that are worked on at a time.", most=256)
    queue: int = _setting(64, "Requests to `serve` that wait for their turn; further ones are refused.", least=0)
    time_limit: float = _setting(120.0, "Seconds that a request to `serve` may wait and work.", most=3600)
    upload_limit: int = _setting(100, "Megabytes that a request with files may have.", most=1 << 16)
    verbose: bool = _setting(False, "Whether `serve` writes a line for each request.")
    json_output: bool = _setting(False, "Machine-readable output.", name="json")
    explain: bool = _setting(False, "Show the plan, the figures and the program of an answer.")
    debug: bool = _setting(False, "Show the traceback of an error.")

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """The names of all settings, as files and variables spell them."""
        return tuple(one.metadata.get("name") or one.name for one in fields(cls))


def load_settings(flags: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
    """Merge flags, environment, files and defaults; a flag of None was not given.

    Raises CallError naming every unknown key with the known ones, or every value that is wrong.
    """
    given = {key: value for key, value in flags.items() if value is not None}
    variables = _environment(os.environ if environ is None else environ)
    local = _file(Path(FILE))
    nearer = {**local, **variables, **given}
    named = nearer.get("home") or platformdirs.user_data_path("finagent", appauthor=False)
    if not isinstance(named, str | Path):
        raise CallError(f"setting `home`: expected a folder in quotation marks, not {named!r}")
    home = Path(named).expanduser()
    shared = _file(home / FILE) if home.absolute() != Path.cwd() else {}
    if "home" in shared:
        raise CallError(
            f"{home / FILE}: `home` cannot be set inside the data directory; set {PREFIX}HOME or use ./{FILE}"
        )
    return _checked({**shared, **nearer, "home": home})


def _checked(values: Mapping[str, Any]) -> Settings:
    """The settings, each of its type. Raises CallError that names all that are not."""
    made: dict[str, Any] = {}
    problems = []
    for one in fields(Settings):
        name = one.metadata.get("name") or one.name
        if name not in values:
            continue
        value, wanted = values[name], str(one.type)
        try:
            made[one.name] = _converted(value, wanted, one.metadata.get("least", 1), one.metadata.get("most"))
        except ValueError as error:
            given = "what is set" if one.metadata.get("secret") else repr(value)
            problems.append(f"setting `{name}`: expected {error}, not {given}")
    if problems:
        raise CallError("; ".join(problems))
    return Settings(**made)


def _converted(value: Any, wanted: str, least: int, most: int | None) -> Any:
    """A value as the type that is wanted. Raises ValueError that says what was expected."""
    if wanted == "Path":
        return Path(value).expanduser().absolute()
    if wanted == "bool":
        text = str(value).strip().lower()
        if text not in _TRUE + _FALSE:
            raise ValueError("true or false")
        return text in _TRUE
    if wanted == "float":
        try:
            share = float(str(value))
        except ValueError:
            share = math.nan
        if not least <= share <= (math.inf if most is None else most):
            raise ValueError(f"a number from {least} to {most}" if most else f"a number, {least} or more")
        return share
    if wanted.startswith("int"):
        limits = f"a whole number from {least} to {most}" if most else f"a whole number, {least} or more"
        try:
            number = int(str(value))  # the text of 2.5 is not one, as int(2.5) would be
        except ValueError:
            raise ValueError(limits) from None
        if number < least or (most is not None and number > most):
            raise ValueError(limits)
        return number
    if not isinstance(value, str):
        raise ValueError("a text")
    return value


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
