"""`finagent threads`: the conversations that are kept, and traces run again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.errors import DONE, FAILED, CallError

if TYPE_CHECKING:
    from chains.agent.trace import Difference

app = typer.Typer(help="List, show and remove conversations; run a trace again.", rich_markup_mode=None)
Json = Annotated[bool | None, typer.Option("--json", help="Print JSON.")]
_SHOWN = 200  # characters of a value that differs


@contextmanager
def wrong_calls() -> Iterator[None]:
    """Raise CallError where a thread or a trace that the call names is none."""
    from chains.agent.thread_names import ThreadNameError
    from chains.agent.trace import TraceError
    from chains.agent.transcript import UnknownThreadError

    try:
        yield
    except (ThreadNameError, UnknownThreadError, TraceError) as error:
        raise CallError(str(error)) from error


@app.command("list")
def list_threads(json_output: Json = None) -> int:
    """List the conversations, the one last spoken in first."""
    from app.conversation import local
    from app.plain import plain_line
    from app.settings import load_settings
    from app.wiring import open_transcript

    settings = load_settings({"json": json_output})
    with open_transcript(settings) as transcript:
        threads = transcript.threads()
    for one in threads:
        if settings.json_output:
            typer.echo(_json(one.record()))
        else:
            typer.echo(f"{one.name}  {one.turns} turns  {local(one.last)}  {plain_line(one.title)}")
    if not threads and not settings.json_output:
        typer.echo("There is no conversation yet; `finagent chat` begins one.")
    return DONE


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The thread's name.")], json_output: Json = None
) -> int:
    """Show a conversation as Markdown, or with --json one turn a line."""
    import sys

    from app.conversation import write_markdown
    from app.settings import load_settings
    from app.wiring import open_transcript

    settings = load_settings({"json": json_output})
    with open_transcript(settings) as transcript, wrong_calls():
        turns = transcript.turns(name)
    if settings.json_output:
        for turn in turns:
            typer.echo(_json(turn.record()))
    else:
        write_markdown(sys.stdout, name, turns)
    return DONE


@app.command("remove")
def remove(names: Annotated[list[str], typer.Argument(metavar="NAME...", help="The threads' names.")]) -> int:
    """Remove conversations with all their turns; what was remembered stays."""
    from app.settings import load_settings
    from app.wiring import open_transcript

    with open_transcript(load_settings({})) as transcript, wrong_calls():
        for name in names:
            transcript.turns(name, last=1)  # a name that is wrong is told before anything is removed
        for name in names:
            with transcript.held(name):
                turns = transcript.remove(name)
            typer.echo(f"Removed the thread {name} with its {turns} turns.")
    return DONE


@app.command("replay")
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A trace that --trace made.")],
    library: Annotated[str | None, typer.Option(help="The library [the trace's].")] = None,
    json_output: Json = None,
) -> int:
    """Run a trace again and say what differs; the exit code is 1 where something does."""
    from app.settings import load_settings
    from app.wiring import open_assistant, open_library, open_tracer
    from chains.agent.trace import read_trace
    from chains.agent.trace import replay as run_again

    if not file.is_file():
        raise CallError(f"{file}: there is no such file; expected a trace that `finagent chat --trace FOLDER` made")
    with wrong_calls():
        trace = read_trace(file)
    named = library or trace.get("rests_on", {}).get("library", {}).get("name")
    settings = load_settings({"library": named, "json": json_output})
    with open_library(settings) as opened, open_assistant(opened, settings) as assistant:
        turn, differences = run_again(trace, assistant, open_tracer(opened, settings))
    if settings.json_output:
        typer.echo(
            _json({"same": not differences, "differences": [d.record() for d in differences], "turn": turn.record()})
        )
    else:
        _show_differences(differences)
    return FAILED if differences else DONE


def _show_differences(differences: list[Difference]) -> None:
    from app.plain import plain_line

    for one in differences:
        then, now = (plain_line(_text(value))[:_SHOWN] for value in (one.then, one.now))
        typer.echo(f"{plain_line(one.what)}:\n  then: {then}\n  now:  {now}")
    typer.echo(f"{len(differences)} differences." if differences else "The same answer, by the same steps.")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
