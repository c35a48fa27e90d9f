"""The options of every command that asks a library: which one, of which document, and what helps with what is left."""

from __future__ import annotations

from typing import Annotated

import typer

LibraryAsked = Annotated[str | None, typer.Option("--library", help="The library to ask.")]
DocumentAsked = Annotated[str | None, typer.Option("--document", help="Ask this document only.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Prefer restated figures: `latest` or a date, 2023-06-30.")]
ReportQa = Annotated[
    str | None,
    typer.Option("--report-qa", help="A report-QA adapter for what is left open, or none.", metavar="NAME|DIR"),
]
Llm = Annotated[
    str | None,
    typer.Option("--llm", help="A larger model for what is left open: path:, hub:, or a server's address."),
]
