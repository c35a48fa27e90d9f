"""`finagent verify`: replay the programs of answers against the ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from app.errors import DONE, FAILED, CallError, show_error


def verify(
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS", help="Answers that `ask --file` or --json wrote.")],
    library: Annotated[str | None, typer.Option(help="The library that was asked.")] = None,
    json_output: Annotated[bool | None, typer.Option("--json", help="Print one JSON object an answer.")] = None,
) -> int:
    """Run the program of every answer again and compare the values. Exit code 1 where one differs."""
    from app.files import read_jsonl
    from app.settings import load_settings
    from app.wiring import open_library
    from chains.answers.verify import verify as replay

    settings = load_settings({"library": library, "json": json_output})
    records, problems = [], []
    for number, value in read_jsonl(answers, "ANSWERS"):
        if isinstance(value, str):
            problems.append(f"{answers}, line {number}: {value}")
        elif not all(isinstance(value.get(field), str) for field in ("status", "answer")):
            problems.append(f'{answers}, line {number}: no answer; expected an object with "status" and "answer"')
        else:
            records.append(value)
    if not records:
        raise CallError(f"{answers}: holds no answer; expected what `finagent ask --file ... --output` writes")
    for problem in problems:
        show_error(problem)
    with open_library(settings) as opened:
        results = list(replay(records, opened.ledger))
    if settings.json_output:
        for result in results:
            verdict = {"id": result.id, "verdict": result.verdict.value, "message": result.message}
            typer.echo(json.dumps(verdict, ensure_ascii=False))
    else:
        from app.tables import show_verified

        show_verified(results)
    return DONE if not problems and all(result.ok for result in results) else FAILED
