"""Files that the command line reads and writes: questions in, answers out."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from app.errors import CallError


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a call or of a question file."""

    question: str
    id: str | None = None
    document: str | None = None


@contextmanager
def whole_file(path: Path, option: str = "--output") -> Iterator[TextIO]:
    """Open `path` for writing so that it appears complete or stays as it was, whatever happens in between.

    What is no file (a device, a pipe) is written to as it is, and behind a link the file that it leads to. `option` is
    what an error calls the flag that named it.
    """
    if path.is_dir():
        raise CallError(f"{option} {path}: is a folder; expected the name of a file to write")
    path = path.resolve()
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8") as file:
            yield file
        return
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except FileNotFoundError as error:
        raise CallError(f"{option} {path}: the folder {path.parent} does not exist; create it first") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(new_file_mode(path))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def new_file_mode(path: Path) -> int:
    """The mode of a file that takes the place of `path`: as the old one's, else as the user's other new files."""
    return path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()


def _umask() -> int:
    """What the user takes away from the mode of new files. Python can only read it by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def read_jsonl(path: Path, option: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Each line's number with its object, or with a sentence on what is wrong with it. Empty lines are skipped.

    Raises CallError if the file itself cannot be read as text.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise CallError(f"{option} {path}: {cause}; expected a JSONL file, one JSON object a line") from error
    # Not splitlines(): JSON strings may hold U+2028 and its like unescaped.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, parse_object(line)


def parse_object(line: str) -> dict[str, Any] | str:
    """The JSON object of a line, or what is wrong with it."""
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        return f"not JSON ({error.msg} at column {error.colno})"
    except RecursionError:
        return "not JSON that can be read (nested too deeply)"
    except ValueError:
        return "not JSON that can be read (a number with too many digits)"
    return value if isinstance(value, dict) else f"expected a JSON object, found {type(value).__name__}"


def read_questions(path: Path, longest: int) -> tuple[list[Question], list[str]]:
    """The questions of a JSONL file, and one remark for each line that holds none, naming its line number."""
    questions: list[Question] = []
    problems: list[str] = []
    for number, value in read_jsonl(path, "--file"):
        made = value if isinstance(value, str) else _question(value, number, longest)
        if isinstance(made, str):
            problems.append(f"{path}, line {number}: {made}")
        else:
            questions.append(made)
    return questions, problems


def check_question(question: str, longest: int) -> str | None:
    """What is wrong with a question's text, or None."""
    if not question.strip():
        return "the question is empty; ask for a figure, a ratio or what a report says"
    if len(question) > longest:
        return f"the question has {len(question):,} characters, more than the {longest:,} that are read; shorten it"
    return None


def _question(value: dict[str, Any], number: int, longest: int) -> Question | str:
    question, document = value.get("question"), value.get("document")
    if not isinstance(question, str):
        return 'no "question"; expected {"id": ..., "question": "...", "document": "... (if wanted)"}'
    if document is not None and not isinstance(document, str):
        return '"document" is not a string; expected the name of a document, or nothing'
    problem = check_question(question, longest)
    return problem or Question(question, str(value.get("id", number)), document or None)
