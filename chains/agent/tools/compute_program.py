"""The tool that runs a FinQA program over figures of the ledger: in Decimal, with units, every figure cited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chains.answers.answer import Answer, Citation, quote_of
from chains.answers.gate import allow, check_answer
from chains.answers.program import MAX_CHARACTERS, parse_program
from chains.ask_tool import told
from chains.errors import ProgramError, UnknownFigureError
from chains.planning.plan import Kind
from chains.questions.question import read_question
from chains.tool_making import Called, artifact_of, make_tool
from chains.tuned.programmed import outcome_of_program

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from ingest.ledger import Ledger

NAME = "compute_program"


def program_tool(ledger: Ledger) -> BaseTool:
    """`compute_program`: runs a program. `steps` of its artifact has each step with its values."""
    from pydantic import BaseModel, Field

    class ComputeProgram(BaseModel):
        """The arguments."""

        program: str = Field(
            min_length=1,
            max_length=MAX_CHARACTERS,
            description="Steps such as `subtract(A, B), divide(#0, B)`. An operand is a figure's id as look_up_figures "
            "gives it, a number, a constant such as const_100, or an earlier step as #0. Operations: add, subtract, "
            "multiply, divide, exp, greater, sum, average, max, min.",
        )

    def call(program: str) -> Called:
        parsed = parse_program(program)
        figures = []
        for identity in parsed.figures:
            figure = ledger.figure(identity)
            if figure is None:
                raise UnknownFigureError(f"there is no figure {identity[:80]!r}; look_up_figures gives the ids")
            figures.append(figure)
        outcome = outcome_of_program(parsed, figures, read_question(""), "The program", certainty=1.0, kind=Kind.NUMBER)
        (ran, result), *_ = outcome.ran
        if not check_answer(outcome.text, allow("", figures, ran, result)).ok:
            raise ProgramError("the result cannot be said without another number; write the program in fewer steps")
        cited = tuple(Citation(f.document, f.page, quote_of(f), f.id) for f in figures)
        shown = outcome.shown
        answer = Answer(
            "",
            program,
            "answered",
            outcome.text,
            shown.value if shown else None,
            shown.unit if shown else "",
            str(parsed),
            cited,
            1.0,
        )
        steps = [
            {"step": str(s.step), "operands": [str(o) for o in s.operands], "value": str(s.result)}
            for s in result.steps
        ]
        return told(answer), artifact_of(NAME, [answer.record(explain=True)], steps=steps, value=str(result.value))

    return make_tool(
        call,
        name=NAME,
        description="Runs a calculation over figures of the reports, exactly, with their units: a program of steps "
        "over figure ids, numbers and earlier steps. Use look_up_figures first to get the ids.",
        arguments=ComputeProgram,
        expected="program, such as subtract(FIGURE, FIGURE), divide(#0, FIGURE)",
    )
