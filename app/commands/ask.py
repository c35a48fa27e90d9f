"""`finagent ask`: questions to a library, one or a file of them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.commands.asking import AsOf, DocumentAsked, LibraryAsked, Llm, ReportQa
from app.errors import DONE, FAILED, AppError, CallError, one_line, show_error

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from app.files import Question
    from app.settings import Settings
    from chains.answers.answer import Answer


def ask(
    question: Annotated[
        str | None, typer.Argument(metavar="QUESTION", help="The question, in quotation marks.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Questions as JSONL: id, question, perhaps document.")] = None,
    output: Annotated[Path | None, typer.Option(help="Where the answers to --file go, as JSONL.")] = None,
    library: LibraryAsked = None,
    document: DocumentAsked = None,
    as_of: AsOf = None,
    report_qa: ReportQa = None,
    llm: Llm = None,
    json_output: Annotated[bool | None, typer.Option("--json", help="Print the answer as JSON.")] = None,
    explain: Annotated[bool | None, typer.Option("--explain", help="Show plan, figures and program.")] = None,
) -> int:
    """Answer a question with exact, cited numbers, or refuse with the reason."""
    from app.files import check_question
    from app.settings import load_settings

    if (question is None) == (file is None):
        raise CallError('expected either a question, `finagent ask "..."`, or --file with many')
    if output is not None and file is None:
        raise CallError("--output goes with --file; leave it out, or redirect what --json prints")
    settings = load_settings(
        {
            "library": library,
            "document": document,
            "as_of": as_of,
            "report_qa": report_qa,
            "llm": llm,
            "json": json_output,
            "explain": explain,
        }
    )
    if file is not None:
        return _ask_many(file, output, settings)
    assert question is not None
    problem = check_question(question, settings.longest_question)
    if problem:
        raise CallError(problem)
    return _ask_one(question, settings)


def _ask_one(question: str, settings: Settings) -> int:
    from app.render import show_answer
    from app.wiring import no_document, open_asker, open_library

    with open_library(settings) as library:
        if settings.document is not None and library.ledger.document(settings.document) is None:
            raise no_document(settings.document, library)
        answer = open_asker(library, settings).ask({"question": question, "document": settings.document})
    if settings.json_output:
        typer.echo(json.dumps(answer.record(explain=settings.explain), ensure_ascii=False))
    else:
        show_answer(answer, explain=settings.explain)
    return DONE


def _ask_many(file: Path, output: Path | None, settings: Settings) -> int:
    """Answer every question of a file; a line that holds none is named and the others are answered."""
    from contextlib import ExitStack

    from app.files import read_questions, whole_file
    from app.progress import count_progress
    from app.wiring import no_document, open_ask, open_library

    questions, problems = read_questions(file, settings.longest_question)
    if not questions and not problems:
        raise CallError(f'--file {file}: holds no question; expected one JSON object a line, {{"question": "..."}}')
    for problem in problems:
        show_error(problem)
    if not questions:
        raise CallError(f"--file {file}: no line holds a question; nothing was written")
    failed = len(problems)
    with ExitStack() as stack:
        library = stack.enter_context(open_library(settings))
        known = {document.name for document in library.documents()}
        if settings.document is not None and settings.document not in known:
            raise no_document(settings.document, library)
        target = stack.enter_context(whole_file(output)) if output else sys.stdout
        chain = open_ask(library, settings)
        show = stack.enter_context(count_progress(len(questions), "questions", quiet=settings.json_output))
        for number, asked in enumerate(questions, start=1):
            wrong = asked.document is not None and asked.document not in known
            answer = no_document(asked.document or "", library) if wrong else _answer(chain, asked, settings)
            if isinstance(answer, BaseException):
                failed += 1
                said = _said(answer)
                show_error(f"question {asked.id}: {said}")
                answer = _unanswered(asked, said)
            target.write(json.dumps(answer.record(explain=settings.explain), ensure_ascii=False) + "\n")
            show(number)
    return FAILED if failed else DONE


def _answer(chain: Runnable[Any, Answer], asked: Question, settings: Settings) -> Answer | BaseException:
    """The answer, or the error that it ended in: one question must not cost the others theirs."""
    from langsmith import tracing_context

    given = {"question": asked.question, "document": asked.document or settings.document, "id": asked.id}
    # A batch of one, for its `return_exceptions`. In a larger one every step waits for all questions, and `seconds`
    # would count the wait. Nothing is traced, whatever LANGSMITH_TRACING says: questions stay on the machine.
    with tracing_context(enabled=False):
        made: list[Any] = chain.batch([given], return_exceptions=True)
    answer: Answer | BaseException = made[0]
    return answer


def _said(error: BaseException) -> str:
    """An error on one line; one that nobody foresaw with its type."""
    from chains.errors import ChainError
    from ingest.errors import IngestError

    foreseen = isinstance(error, AppError | ChainError | IngestError | OSError)
    return one_line(error) if foreseen else f"internal error, {type(error).__name__}: {one_line(error)}"


def _unanswered(asked: Question, reason: str) -> Answer:
    """An answer record for a question that ended in an error, so that no line is missing."""
    from chains.answers.answer import Answer

    return Answer(asked.id or "", asked.question, "refused", f"No answer: {reason}.", reason=reason)
