"""A conversation in the terminal: what is shown of a turn, what the /commands do, and a conversation as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.text import Text

from app.errors import CallError
from app.files import whole_file
from app.plain import plain, plain_line
from chains.agent.events import Approval, Event, Piece, Step, Turn
from chains.agent.habits import DefaultCompany, DefaultUnit, FiscalYear, Habit, Preferred, habit_of
from chains.errors import ChainError

if TYPE_CHECKING:
    from rich.status import Status

    from chains.agent.assistant import Assistant
    from ingest.library import Library

HELP = """\
Type a question; a follow-up may leave out what was said before ("and in 2017?", "as a percentage of revenue").
/explain     how the last answer came about: plan, figures, program
/documents   the documents of the library
/threads     the conversations that are kept
/notes       what you asked to be remembered, and how it is read
/save FILE   write this conversation as Markdown
/help        this
/quit        end; Ctrl-D too. Ctrl-C stops an answer."""

_STEP = 60  # characters of a step's arguments that are shown while it runs


class Conversation:
    """One thread of an assistant, shown on a terminal or written to a pipe."""

    def __init__(
        self,
        assistant: Assistant,
        library: Library,
        thread: str,
        *,
        document: str | None = None,
        console: Console | None = None,
        confirm: Callable[[str], bool] | None = None,
    ) -> None:
        """`confirm` asks the user yes or no; without it everything that would be asked is declined."""
        self.thread = thread
        self._assistant = assistant
        self._library = library
        self._document = document
        self._console = console or Console(highlight=False)
        self._confirm = confirm or (lambda _: False)
        self._last: Turn | None = None

    def ask(self, text: str) -> Turn:
        """Show a turn as it is made. Raises ChainError where there is none; KeyboardInterrupt stops it."""
        return self._through(self._assistant.stream(text, thread=self.thread, document=self._document))

    def go_on(self) -> None:
        """Ask again what a turn of this conversation waits for, if one does."""
        waiting = self._assistant.waiting(self.thread)
        if waiting is not None:
            self._line(f"Still to be decided: {plain_line(waiting.asked)}")
            self._through(self._assistant.decide(self.thread, self._confirm(plain_line(waiting.question))))

    def _through(self, events: Iterator[Event]) -> Turn:
        while True:
            last = self._shown(events)
            if isinstance(last, Turn):
                self._last = last
                return last
            events = self._assistant.decide(self.thread, self._confirm(plain_line(last.question)))

    def turn(self, text: str) -> Turn:
        """A turn, not shown."""
        self._last = self._assistant.say(text, thread=self.thread, document=self._document)
        return self._last

    def _shown(self, events: Iterator[Event]) -> Approval | Turn:
        """Show events; the last one."""
        begun = False
        with self._console.status("…") as status:
            try:
                for event in events:
                    match event:
                        case Step():
                            _tell(status, event)
                        case Piece():
                            if not begun:
                                status.stop()
                            begun = True
                            self._console.out(plain(event.text), end="", highlight=False)
                        case _:
                            status.stop()
                            if begun:
                                self._console.out()
                            if isinstance(event, Turn):
                                self._show_end(event)
                            return event
            finally:
                # Whether it came to its end or not, the thread is free again for the next question.
                with suppress(AttributeError):
                    events.close()  # type: ignore[attr-defined]
        raise ChainError("the answer ended without a turn")  # pragma: no cover

    def _show_end(self, turn: Turn) -> None:
        if not turn.text:
            self._line(f"({turn.reason or turn.status})", "yellow")
        for number, cited in enumerate(turn.citations, start=1):
            self._line(f"  [{number}] {footnote(cited)}", "dim")
        if turn.understood:
            self._line(f"  understood as: {turn.understood}", "dim")
        self._line("")

    # The /commands

    def command(self, line: str) -> bool:
        """Carry out a /command; False where it ends the conversation. Raises CallError where there is none such."""
        name, _, rest = line[1:].strip().partition(" ")
        known: dict[str, Callable[[], None]] = {
            "help": lambda: self._line(HELP),
            "explain": self._explain,
            "documents": self._documents,
            "threads": self._threads,
            "notes": self._notes,
            "save": lambda: self._save(rest.strip()),
        }
        if name in ("quit", "exit", "q"):
            return False
        if name not in known:
            raise CallError(f"there is no command /{plain_line(name)[:40]}; known: /{', /'.join(known)}, /quit")
        known[name]()
        return True

    def _explain(self) -> None:
        from app.render import show_explanation

        if self._last is None:
            turns = self._turns()
            self._last = turns[-1] if turns else None
        if self._last is None:
            self._line("Nothing was answered yet.")
            return
        for step in self._last.steps:
            self._line(f"{step.tool}({_arguments(step)}): {step.status}, {step.seconds:.2f} s", "dim")
        for answer in self._last.answers:
            self._line(f"\n{plain_line(str(answer.get('question', '')))}", "bold")
            show_explanation(self._console, answer.get("explain") or {})
            if answer.get("program"):
                self._line(f"  program: {answer['program']}", "dim")

    def _documents(self) -> None:
        for one in self._library.documents():
            when = f"FY{one.fiscal_year}" if one.fiscal_year else ""
            when = f"Q{one.fiscal_quarter} {when}" if one.fiscal_quarter else when
            said = ", ".join(filter(None, (one.company, one.form, when, f"{one.pages} pages")))
            self._line(plain_line(f"{one.name}: {said}"))

    def _threads(self) -> None:
        for one in self._assistant.threads():
            here = " (this one)" if one.name == self.thread else ""
            self._line(f"{one.name}{here}: {one.turns} turns, {local(one.last)}, {plain_line(one.title)}")

    def _notes(self) -> None:
        notes = self._assistant.notes.all()
        for note in notes:
            self._line(plain_line(note.text))
            self._line(f"  {reading_of(habit_of(note))}", "dim")
        if not notes:
            self._line('Nothing is remembered. Say, for example: "remember that our fiscal year starts in July".')

    def _save(self, name: str) -> None:
        if not name:
            raise CallError("/save needs the name of a file: /save answers.md")
        path = Path(name).expanduser()
        turns = self._turns()
        if not turns:
            self._line("There is nothing to save yet.")
            return
        if path.exists() and not self._confirm(f"{path} is there already. Overwrite it?"):
            raise CallError(f"{path} is there already and stays as it is; name another file")
        with whole_file(path, "/save") as file:
            write_markdown(file, self.thread, turns)
        self._line(f"Saved {len(turns)} turns as {path}.")

    def _turns(self) -> Sequence[Turn]:
        from chains.agent.transcript import UnknownThreadError

        try:
            return self._assistant.turns(self.thread)
        except UnknownThreadError:
            return ()

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(Text(plain(text), style=style), soft_wrap=True)


def footnote(cited: Any) -> str:
    """A citation on one line; news stands in rows, which its file counts from 1."""
    place = "row" if cited.get("news") else "page"
    return plain_line(f"{cited.get('document')}, {place} {cited.get('page')}: {cited.get('quote', '')}")


def reading_of(habit: Habit | None) -> str:
    """How a note is read, in words."""
    match habit:
        case Preferred():
            return f"{habit.name} is computed as {habit.formula}"
        case FiscalYear():
            from chains.agent.habits import MONTHS

            later = {0: "", 1: " of the year after", -1: " of the year before"}[habit.later]
            return f"a year is the fiscal year that ended in {MONTHS[habit.month - 1]}{later}, where a company has such"
        case DefaultCompany():
            return f"a question that names no company is about {habit.name}"
        case DefaultUnit():
            return f"money and shares are given in {habit.unit}"
        case None:
            return "kept as it is; no rule reads it, a larger model is told of it"


def local(at: str) -> str:
    """A time in UTC, ISO 8601, as a day and a time here."""
    try:
        return f"{datetime.fromisoformat(at).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return at


def write_markdown(file: TextIO, thread: str, turns: Sequence[Turn]) -> None:
    """A conversation as Markdown, with its citations as footnotes."""
    file.write(f"# {thread}\n")
    for turn in turns:
        file.write(f"\n## {_escaped(plain_line(turn.asked))}\n\n")
        if turn.understood:
            file.write(f"*Understood as: {_escaped(plain_line(turn.understood))}*\n\n")
        file.write(f"{_escaped(plain(turn.text or turn.reason))}\n")
        if turn.citations:
            file.write("\n")
        for number, cited in enumerate(turn.citations, start=1):
            file.write(f"- [{number}] {_escaped(footnote(cited))}\n")
        file.write(f"\n<sub>{local(turn.at)}, {turn.status}</sub>\n")


def _escaped(text: str) -> str:
    """Words as Markdown shows them: a document's text must make no link, no picture and no HTML of it."""
    for sign in ("\\", "<", ">", "`", "*", "_", "|", "!["):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("](", "]\\(").replace("\n#", "\n\\#")


def _tell(status: Status, step: Step) -> None:
    if step.status == "running":
        status.update(Text(f"{step.tool}({_arguments(step)})", style="dim"))


def _arguments(step: Step) -> str:
    said = plain_line(", ".join(f"{name}={value}" for name, value in step.arguments.items()))
    return said if len(said) <= _STEP else f"{said[: _STEP - 1]}…"
