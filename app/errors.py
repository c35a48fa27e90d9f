"""The errors of the application, and the one place that renders any error for the user.

Every message is one line: what was wrong, what was expected, what to do.
"""

from __future__ import annotations

import errno
import re
import sys
import traceback
from pathlib import Path
from types import TracebackType

DONE, FAILED, WRONG_CALL = 0, 1, 2


class AppError(Exception):
    """A failure that the user can act on; some of the work may be done and is kept."""

    exit_code = FAILED


class CallError(AppError):
    """The call itself is wrong: nothing was done."""

    exit_code = WRONG_CALL


def one_line(error: BaseException) -> str:
    """The message of an error on one line, with the file and the remedy where the system gave only a cause."""
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        remedy = _REMEDIES.get(error.errno or 0, "")
        return f"{where}{error.strerror}{remedy}"
    return " ".join(str(error).split()) or type(error).__name__


def without_paths(said: str) -> str:
    """A message for another machine, or a model: of a path on this one its last part stays."""
    return _PATH.sub(lambda match: match[1], said.replace(str(Path.home()), "~"))[:_LONGEST]


_LONGEST = 400
_PATH = re.compile(r"(?<![\w:/.])/(?:[^\s/'\"()<>|,;]+/)+([^\s/'\"()<>|,;]+)")
_REMEDIES = {
    errno.ENOSPC: "; what was finished is kept: free some space and run the same command again",
    errno.EDQUOT: "; what was finished is kept: free some space and run the same command again",
    errno.EACCES: "; check the permissions of the file or choose another place",
    errno.EROFS: "; choose a place that can be written to (FINAGENT_HOME, --output)",
}


def show_error(message: str) -> None:
    """Write one error line to standard error."""
    print(f"finagent: {message}", file=sys.stderr)  # noqa: T201


def show_unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """An excepthook: an error that nobody foresaw, in one line that says how to see more of it."""
    where = traceback.extract_tb(trace)[-1] if trace else None
    place = f" ({where.filename}:{where.lineno})" if where else ""
    show_error(
        f"internal error, {kind.__name__}: {one_line(error)}{place}; run it again with --debug for the traceback"
    )
