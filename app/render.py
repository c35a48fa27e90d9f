"""Answers for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from app.plain import plain

if TYPE_CHECKING:
    from chains.answers.answer import Answer


def show_answer(answer: Answer, *, explain: bool = False) -> None:
    """The answer, what it cites, the program, and with `explain` everything that led to it."""
    console = Console(highlight=False)
    _line(console, answer.answer, "bold" if answer.answered else "yellow")
    # A refusal names the nearest evidence in its text.
    cited = answer.citations if answer.answered else ()
    if cited:
        _line(console, "")
    for citation in cited:
        _line(console, f"  {citation.document}, page {citation.page}: {' '.join(citation.quote.split())}")
    if answer.program:
        _line(console, f"\n  program: {answer.program}", "dim")
    if answer.answered:
        _line(console, f"  confidence {answer.confidence:.2f}", "dim")
    if explain:
        show_explanation(console, answer.explain)


def show_explanation(console: Console, explain: Mapping[str, Any]) -> None:
    """Everything that led to an answer: plan, figures, program."""
    _line(console, f"\nPlan ({explain.get('planner') or 'no planner'})", "bold")
    _tree(console, explain.get("plan"), 1)
    figures = explain.get("figures") or []
    if figures:
        _line(console, "\nFigures", "bold")
    for figure in figures:
        _line(
            console,
            f"  {figure['item']}, {figure['asked_period']}: {figure['printed']} = {figure['value']} {figure['unit']}",
        )
        cell = f"“{figure['label']}” [{' '.join(h for h in figure['headers'] if h)}]"
        _line(
            console,
            f"    {figure['figure']}: {figure['document']}, page {figure['page']}, {figure['statement']}, {cell}",
            "dim",
        )
    if explain.get("steps"):
        _line(console, "\nProgram", "bold")
    for number, step in enumerate(explain.get("steps") or []):
        _line(console, f"  #{number} {step['step']} = {step['value']}   ({', '.join(step['operands'])})")
    for title in ("restatements", "nearest"):
        if explain.get(title):
            _line(console, f"\n{title.capitalize()}", "bold")
        for figure in explain.get(title) or []:
            place = f"{figure['document']}, page {figure['page']}"
            _line(console, f"  {figure['figure']}: “{figure['label']}” {figure['printed']} ({place})")


def _tree(console: Console, value: Any, depth: int, name: str = "") -> None:
    """Nested plain data, one line a value; what is empty is left out."""
    indent, head = "  " * depth, f"{name}: " if name else ""
    if isinstance(value, Mapping):
        _line(console, f"{indent}{head}{value.get('kind', '')}")
        for key, inner in value.items():
            if key != "kind" and inner not in (None, "", [], {}):
                _tree(console, inner, depth + 1, key)
    elif isinstance(value, list) and any(isinstance(inner, Mapping | list) for inner in value):
        for inner in value:
            _tree(console, inner, depth, name)
    elif isinstance(value, list):
        _line(console, f"{indent}{head}{', '.join(map(str, value))}")
    elif value is not None:
        _line(console, f"{indent}{head}{value}")


def _line(console: Console, text: str, style: str = "") -> None:
    console.print(Text(plain(text), style=style), soft_wrap=True)
