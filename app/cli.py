"""The command line. `finagent --help` answers at once: each command imports what it needs when it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Annotated, NoReturn

import typer

from app.commands import (
    adapters,
    ask,
    chat,
    documents,
    evaluate,
    ingest,
    mcp,
    serve,
    tag,
    threads,
    train,
    train_report_qa,
    verify,
)
from app.errors import DONE, FAILED, AppError, one_line, show_error, show_unexpected
from app.guard import check_adapters
from chains.errors import ChainError
from ingest.errors import IngestError

app = typer.Typer(
    name="finagent",
    help="Exact, cited answers from your own reports, on your own machine.",
    epilog="Exit codes: 0 done, 1 some of the work failed (the rest is done and kept), 2 the call is wrong.",
    rich_markup_mode=None,  # plain help takes half the time
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ingest")(ingest.ingest)
app.command("ask")(ask.ask)
app.command("chat")(chat.chat)
app.add_typer(threads.app, name="threads")
app.add_typer(documents.app, name="documents")
app.command("libraries")(documents.libraries)
app.command("verify")(verify.verify)
app.command("tag")(tag.tag)
app.command("mcp")(mcp.mcp)
app.command("serve")(serve.serve)
app.add_typer(evaluate.app, name="eval")
train.app.command("report-qa")(train_report_qa.report_qa)
app.add_typer(train.app, name="train")
app.add_typer(adapters.app, name="adapters")


_INTERRUPTED = 130  # what typer makes of Ctrl-C


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"finagent {version('finagent')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Options of every command; `run` reads --debug itself, so that it may also stand behind the command."""


def main() -> None:
    """The entry point of the `finagent` script."""
    code = run(sys.argv[1:])
    from chains.background import under_way

    if under_way():
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> NoReturn:
    """End the process without waiting for the threads that still work. What they would give, nobody reads."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        with suppress(OSError, ValueError):  # its reader has gone, or it is closed
            stream.flush()
    os._exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one call and return its exit code. An error is one line, or a traceback with `--debug`."""
    own = list(arguments)
    debug = "--debug" in own
    if debug:
        own.remove("--debug")
    else:
        sys.excepthook = show_unexpected
    try:
        check_adapters()
    except AppError as error:
        if debug:
            raise
        show_error(one_line(error))
        return error.exit_code
    from adapters.errors import AdapterError  # only now: another package of that name would have failed here

    try:
        code = app(own, prog_name="finagent", standalone_mode=False) or DONE
        if code == _INTERRUPTED:
            raise KeyboardInterrupt
        return code
    except (KeyboardInterrupt, typer.Abort):
        show_error(_stopped(own))
        return FAILED
    except BrokenPipeError:
        # The reader has gone (`finagent documents list | head`): nobody is left to tell. Python would try once more.
        sys.stdout = None
        return FAILED
    except (AppError, AdapterError, IngestError, ChainError, OSError, typer.TyperException) as error:
        if debug or _debug_is_set():
            raise
        if isinstance(error, typer.TyperException):
            said = " ".join(error.format_message().split()).rstrip(".")
            show_error(f"{said}; `finagent --help` shows the calls")
        else:
            show_error(one_line(error))
        return getattr(error, "exit_code", FAILED)


def _stopped(arguments: Sequence[str]) -> str:
    """What a call that was interrupted leaves behind."""
    command = next((argument for argument in arguments if not argument.startswith("-")), "")
    if command == "ingest":
        return "stopped; documents that were finished are kept, and the next ingest takes up the others"
    if command == "ask" and any(argument.split("=")[0] == "--output" for argument in arguments):
        return "stopped; no answer was written, and a file that --output names is as it was"
    if command == "chat":
        return "stopped; what was answered is kept, `finagent threads list` shows it"
    if command == "train":
        return "stopped; the output is as it was, and a checkpoint that was reached is kept"
    streamed = "--output=-" in arguments or ("--output", "-") in pairwise(arguments)
    if command == "tag" and not streamed:
        return "stopped; the output is as it was, and what was worked out is kept: call it again with --resume"
    if "remove" in arguments or any(argument.split("=")[0] == "--remove" for argument in arguments):
        return "stopped; what was not yet removed is still there"
    return "stopped; nothing was changed"


def _debug_is_set() -> bool:
    """Whether the environment or a file asks for tracebacks; False where they cannot be read."""
    from app.settings import load_settings

    try:
        return load_settings({}).debug
    except AppError:
        return False
