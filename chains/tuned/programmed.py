"""A program over figures that are chosen already, carried out and said: for planners that write programs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from chains.answers.answer import Citation, common_scale, grouped, number_of, period_text, quote_of, show
from chains.answers.gate import allow, check_answer
from chains.answers.outcome import Outcome, unit_remark
from chains.answers.program import FigureRef, Number, Operand, Operation, Program, Step, StepRef, execute
from chains.answers.solve import quantity
from chains.errors import ProgramError
from chains.formulas.expression import Constant, FiscalPeriod, Item
from chains.formulas.number_words import unsupported_words
from chains.planning.plan import Kind, Measure, Origin
from chains.questions.company_names import possessive
from chains.questions.question import Question
from chains.resolve.bound import Bound
from ingest.schema import Figure

FREE = frozenset(map(Decimal, (-1, 0, 1, 2, 3, 4, 12, 52, 100, 360, 365, 1000, 10**6, 10**9)))
"""Numbers that a program may use though neither question nor evidence prints them."""
_LARGEST = Decimal(10) ** 18
_LONGEST = 500  # characters of a formula; a longer one is given as its program
_MOST_WRITTEN = 12  # steps
_SIGNS = {
    Operation.ADD: ("+", 1, False),
    Operation.SUBTRACT: ("minus", 1, True),
    Operation.MULTIPLY: ("*", 2, False),
    Operation.DIVIDE: ("/", 2, True),
    Operation.EXP: ("^", 3, True),
    Operation.GREATER: (">", 0, True),
}


def outcome_of_program(
    program: Program,
    figures: Sequence[Figure],
    question: Question,
    who: str,
    *,
    certainty: float,
    kind: Kind = Kind.NUMBER,
    name: str = "",
    citations: Sequence[Citation] = (),
) -> Outcome:
    """The answer that a program over `figures` gives, every figure cited.

    `kind` is how a number without a dimension is to be read, `name` what the result is called; `citations` are the
    passages whose numbers the program uses. Whether its numbers are grounded is `ungrounded`'s to tell.

    Raises:
        ProgramError: it cannot be run: units that do not go together, a division by zero, a figure that is not given.
    """
    held = {f.id: f for f in figures}
    if kind is Kind.PERCENT or question.unit.kind == "percent":
        program = _without_hundred(program)
    result = execute(program, lambda one: quantity(held[one]) if one in held else None)
    if abs(result.value.value) >= _LARGEST:
        raise ProgramError(f"the result {result.value.value:.3g} is larger than any figure of a report")
    used = tuple(held[one] for one in program.figures)
    scale = common_scale(used)
    formula = written(program, held, scale)
    made = Outcome(certainty=certainty, used=used, citations=tuple(citations), ran=((program, result),))
    if result.truth is not None:
        return replace(made, text=f"{'Yes' if result.truth else 'No'}. It is {formula}{unit_remark(used, scale)}.")
    measure = Measure(name or "result", Constant(Decimal(0)), kind, Origin.LABEL)
    shown = show(result.value, measure, question, used)
    when = period_text(_periods(used))
    if not program.steps and used:
        text = f"{possessive(who)} {used[0].label}{' in ' + when if when else ''} was {shown.text}."
    else:
        said = name if name and _grounded_name(name, question, used) else "result"
        text = f"{possessive(who)} {said} is {shown.text}. It is {formula}{unit_remark(used, scale)}."
    return replace(made, text=text, shown=shown)


def ungrounded(program: Program, question: Question, quotes: Sequence[str] = ()) -> str:
    """The first number of a program that is neither a usual constant nor printed in the question or in `quotes`."""
    allowed = allow(question.text, quotes=quotes)
    for number in program.numbers:
        free = number.value in FREE and not number.percent
        if not free and not check_answer(f"{number.value:f}{'%' if number.percent else ''}", allowed).ok:
            return str(number)
    return ""


def written(program: Program, figures: Mapping[str, Figure], scale: int) -> str:
    """The program with its numbers, as people write it: "(33 minus 31) / 31"; as a program where that is too long."""
    if len(program.steps) > _MOST_WRITTEN:
        return str(program)
    done: list[tuple[str, int]] = []

    def said(operand: Operand) -> tuple[str, int]:
        match operand:
            case StepRef(index):
                return done[index]
            case Number():
                text = f"{grouped(operand.value)}{'%' if operand.percent else ''}"
            case FigureRef():
                figure = figures[operand.id]
                text = number_of(Bound(Item(figure.label), figure, 1.0, {}), scale)
        return (f"({text})" if text.startswith("-") else text), 9

    for step in program.steps:
        made = _step(step, said)
        if len(made[0]) > _LONGEST:
            return str(program)
        done.append(made)
    if done:
        return done[-1][0]
    assert program.only is not None
    return said(program.only)[0]


def _step(step: Step, said: Callable[[Operand], tuple[str, int]]) -> tuple[str, int]:
    if step.operation not in _SIGNS:
        name = step.operation.value.removeprefix("table_")
        return f"{name}({', '.join(said(o)[0] for o in step.operands)})", 9
    sign, tight, strict = _SIGNS[step.operation]
    (left, a), (right, b) = map(said, step.operands)
    left = f"({left})" if a < tight else left
    right = f"({right})" if b < tight + strict else right
    return f"{left} {sign} {right}", tight


def _without_hundred(program: Program) -> Program:
    """A share without the last "times 100": percent is how it is shown, not another number."""
    if len(program.steps) < 2:
        return program
    last, index = program.steps[-1], len(program.steps) - 2
    hundred = [o for o in last.operands if isinstance(o, Number) and o.value == 100 and not o.percent]
    before = [o for o in last.operands if o == StepRef(index)]
    if last.operation is Operation.MULTIPLY and hundred and before:
        return Program(program.steps[:-1])
    return program


def _periods(figures: Sequence[Figure]) -> list[FiscalPeriod]:
    found = {FiscalPeriod(f.fiscal_year, f.fiscal_quarter) for f in figures if f.fiscal_year is not None}
    return sorted(found, key=lambda p: (p.year, p.quarter or 5))


def _grounded_name(name: str, question: Question, figures: Sequence[Figure]) -> bool:
    """Whether a name that a model gave holds no number of its own, and is one."""
    allowed = allow(question.text, figures, quotes=[quote_of(f) for f in figures])
    plain = len(name) <= 100 and "\n" not in name
    return plain and check_answer(name, allowed).ok and not unsupported_words(name, allowed)
