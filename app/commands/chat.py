"""`finagent chat`: a conversation in the terminal, or a question a line from a pipe."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.asking import AsOf, DocumentAsked, LibraryAsked, Llm, ReportQa
from app.errors import DONE, FAILED, AppError, one_line, show_error

if TYPE_CHECKING:
    from app.conversation import Conversation
    from app.settings import Settings

_HISTORY = "chat_history"  # a file of the data directory
_LINES = 1000  # of it that are kept


def chat(
    thread: Annotated[str | None, typer.Option(metavar="NAME", help="Go on with a conversation, or name it.")] = None,
    library: LibraryAsked = None,
    document: DocumentAsked = None,
    as_of: AsOf = None,
    report_qa: ReportQa = None,
    llm: Llm = None,
    trace: Annotated[str | None, typer.Option(metavar="DIR", help="Write every run as a JSON file there.")] = None,
    json_output: Annotated[bool | None, typer.Option("--json", help="Print each turn as a line of JSON.")] = None,
) -> int:
    """Talk with your reports: follow-ups, several steps, notes; /help shows more."""
    from app.commands.threads import wrong_calls
    from app.settings import load_settings
    from app.wiring import no_document, open_assistant, open_library
    from chains.agent.thread_names import check_name, new_name

    settings = load_settings(
        {
            "thread": thread,
            "library": library,
            "document": document,
            "as_of": as_of,
            "report_qa": report_qa,
            "llm": llm,
            "trace": trace,
            "json": json_output,
        }
    )
    with wrong_calls():
        name = check_name(settings.thread) if settings.thread else new_name()
    with open_library(settings) as opened:
        if settings.document is not None and opened.ledger.document(settings.document) is None:
            raise no_document(settings.document, opened)
        with open_assistant(opened, settings) as assistant:
            from app.conversation import Conversation

            asking = sys.stdin.isatty() and not settings.json_output
            conversation = Conversation(
                assistant, opened, name, document=settings.document, confirm=_confirmed if asking else None
            )
            return _talk(conversation, settings) if asking else _read_lines(conversation, settings)


def _talk(conversation: Conversation, settings: Settings) -> int:
    """A person types."""
    typer.echo(f"Thread {conversation.thread}; /help shows the commands, Ctrl-D ends.")
    with _line_history(settings.home / _HISTORY):
        _told_of(conversation.go_on, settings)
        while True:
            try:
                line = input("> ").strip()
            except EOFError:
                typer.echo()
                return DONE
            except KeyboardInterrupt:
                typer.echo("\n(Ctrl-D or /quit ends the conversation)")
                continue
            try:
                if line:
                    _told_of(partial(_one, conversation, line, settings), settings)
            except _QuitError:
                return DONE


def _told_of(work: Callable[[], object], settings: Settings) -> None:
    """Do some work of a conversation. An error or a stop by the user is told, and the conversation goes on."""
    try:
        work()
    except KeyboardInterrupt:
        typer.echo("\n(stopped)")
    except _failures() as error:
        if settings.debug:
            raise
        show_error(one_line(error))


def _read_lines(conversation: Conversation, settings: Settings) -> int:
    """A question a line, for scripts. What would be asked is declined; a line that fails costs the others nothing."""
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="replace")
    code = DONE
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            worked = _one(conversation, line.strip(), settings)
        except _QuitError:
            break
        except _failures() as error:
            if settings.debug:
                raise
            show_error(one_line(error))
            worked = False
        code = code if worked else FAILED
    return code


class _QuitError(Exception):
    """The user is done."""


def _one(conversation: Conversation, line: str, settings: Settings) -> bool:
    """One question or one /command; False where the turn was stopped."""
    from app.errors import CallError
    from app.files import check_question

    if line.startswith("/") and not settings.json_output:
        if not conversation.command(line):
            raise _QuitError
        return True
    problem = check_question(line, settings.longest_question)
    if problem:
        raise CallError(problem)
    if not settings.json_output:
        return conversation.ask(line).status != "stopped"
    turn = conversation.turn(line)
    typer.echo(json.dumps(turn.record(), ensure_ascii=False, default=str))
    return turn.status != "stopped"


def _failures() -> tuple[type[Exception], ...]:
    """What ends a question and not the conversation."""
    from adapters.errors import AdapterError
    from chains.errors import ChainError
    from ingest.errors import IngestError

    return (AppError, AdapterError, ChainError, IngestError, OSError)


def _confirmed(question: str) -> bool:
    """Ask yes or no; anything but a yes, and the end of the input, is a no."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        typer.echo()
        return False


@contextmanager
def _line_history(path: Path) -> Iterator[None]:
    """Lines typed before can be called up again, where the system's Python has readline; the file is the user's own."""
    from importlib.util import find_spec

    if find_spec("readline") is None:
        yield
        return
    import readline

    path.touch(mode=0o600)
    try:
        readline.read_history_file(path)
    except OSError as error:
        show_error(f"note: the lines typed before cannot be read ({one_line(error)})")
    readline.set_history_length(_LINES)
    try:
        yield
    finally:
        readline.write_history_file(path)
