"""Questions about what falls due when, as plans over the schedules of the report that is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chains.formulas.expression import Binary, Expression, FiscalPeriod, Item, Operator
from chains.planning.due_words import LATER, Due, Form, read_due
from chains.planning.plan import Compute, Kind, Largest, Measure, Origin, Plan
from chains.planning.yes_no import is_yes_no
from chains.questions.company_names import possessive
from chains.questions.fiscal_calendar import is_periodic
from chains.questions.request import Planned, Reading
from chains.resolve.schedules import Schedule, schedules_of, words_of
from chains.resolve.shelf import Sheet, Shelf
from ingest.schema import Document, Figure, Statement

NAME = "schedule"
BEHIND = "due thereafter"
"""The scope of what is due behind the last year of a schedule; that of a year is "due" and the year."""
SURE = 0.98
"""How sure a figure of a schedule is."""


def plan_due(reading: Reading, shelf: Shelf) -> Planned | None:
    """The plan of a question about what falls due when, or the refusal to choose; None where it is another question."""
    context, scope = reading.context, reading.scope
    if context is None or scope is None or reading.anywhere or len(context.companies) > 1:
        return None
    if is_yes_no(reading.question.core.lower()):
        return None
    due = read_due(reading.question, context)
    if due is None:
        return None
    for document in _reports(due, scope.documents):
        base = document.fiscal_year or 0
        sheet = shelf.sheet(document)
        fitting = [s for s in schedules_of(sheet, base) if s.is_of(due.kind) and _reaches(due, s, base)]
        if due.form is Form.ALL and _beside(sheet):
            return None
        if document.fiscal_quarter is not None and (due.ahead or due.until or due.form is not Form.SUM):
            return None  # the rest of the year under way is a row of its own
        if fitting:
            chosen = _one(due, fitting, base)
            if chosen is None:
                heads = "; ".join(dict.fromkeys(" ".join(next(iter(s.years.values())).headers) for s in fitting))
                several = f"{document.name} prints several schedules of {due.kind.name} ({heads}); name one"
                return Planned(replace(reading, refusal=several))
            return _planned(due, chosen, document, reading)
    return None


def _reports(due: Due, documents: Sequence[Document]) -> list[Document]:
    """The reports that may hold the schedule, best first: that of the named date, else the newest before the years."""
    held = [d for d in documents if is_periodic(d) and d.fiscal_year is not None and d.period_end is not None]
    if due.base is not None:
        return [d for d in held if (d.fiscal_year, d.fiscal_quarter) == (due.base.year, due.base.quarter)]
    held.sort(key=lambda d: (d.period_end is not None, d.period_end), reverse=True)
    reported = max((d.fiscal_year or 0 for d in held if d.fiscal_quarter is None), default=0)
    years = (*due.years, *([due.after + 1] if due.after else []), *([due.until] if due.until else []))
    if any(y <= reported for y in years):
        return []  # what has been reported since is no longer due
    return [d for d in held if not years or (d.fiscal_year or 0) < min(years)]


def _wanted(due: Due, schedule: Schedule, base: int) -> tuple[Figure, ...] | None:
    """The figures of the years that are asked for; None where one is not printed."""
    if due.form is Form.ALL:
        return (schedule.total,) if schedule.total is not None else None
    years: Sequence[int] = due.years or tuple(range(base + 1, (due.until or base + due.ahead) + 1))
    if due.after:
        if schedule.after is None or due.after < min(schedule.years) - 1 or (LATER > due.after > max(schedule.years)):
            return None
        return (*(f for y, f in schedule.years.items() if y > due.after), schedule.after)
    if due.form in (Form.MOST, Form.LEAST) and not years:
        return tuple(schedule.years.values())
    return tuple(schedule.years[y] for y in years) if years and all(y in schedule.years for y in years) else None


def _beside(sheet: Sheet) -> bool:
    """Whether there is debt beside what is scheduled: short-term borrowings, or a total that a note prints itself."""
    end = sheet.document.period_end

    def now(figure: Figure) -> bool:
        return figure.period is not None and figure.period.end == end and figure.value != 0

    short = any(f.statement is not Statement.NOTE and now(f) for f in sheet.by_concept.get("ShortTermBorrowings", ()))
    face = {"principal", "face", "par"}
    return short or any(
        now(f) and {"total", "debt"} <= (w := set(words_of(f.label))) and face & w for f in sheet.figures
    )


def _reaches(due: Due, schedule: Schedule, base: int) -> bool:
    return _wanted(due, schedule, base) is not None


def _one(due: Due, fitting: Sequence[Schedule], base: int) -> Schedule | None:
    """The schedule that is meant, those that print the same being one; None where several differ."""
    most = max(len(s.near & due.words) for s in fitting)
    close = [s for s in fitting if len(s.near & due.words) == most]
    values = {tuple(f.value for f in _wanted(due, s, base) or ()) for s in close}
    return max(close, key=lambda s: s.total is not None) if len(values) == 1 else None


def _planned(due: Due, schedule: Schedule, document: Document, reading: Reading) -> Planned | None:
    assert reading.context is not None and reading.scope is not None
    base = document.fiscal_year or 0
    wanted = _wanted(due, schedule, base) or ()
    of_year = {f.id: y for y, f in schedule.years.items()}
    scopes = {f.id: f"due {of_year[f.id]}" if f.id in of_year else BEHIND for f in wanted}
    found = [(f, scopes[f.id]) for f in wanted]
    own = FiscalPeriod(base, document.fiscal_quarter)

    def item(figure: Figure, scope: str) -> Item:
        year = of_year.get(figure.id)
        return Item(due.kind.name, None, FiscalPeriod(year) if year else own, scope=scope)

    terms: list[Expression] = [item(f, s) for f, s in found]
    said = _said(due, [of_year.get(f.id) for f in wanted])
    who = possessive(reading.context.company.short)
    report = f"as {document.name} schedules it"
    plan: Plan
    if due.form in (Form.MOST, Form.LEAST):
        choices = tuple(
            Measure(f"FY{of_year[f.id]}", item(f, s), Kind.CURRENCY, Origin.METRIC) for f, s in found if f.id in of_year
        )
        plan = Largest(choices, None, due.form is Form.LEAST, due.kind.name)
    else:
        whole = _sum(terms)
        name = f"{due.kind.name} {due.kind.tie} {said}" if said else due.kind.whole
        verb = "were" if said and due.kind.name.endswith("s") else "was"
        measure = Measure(name, whole, Kind.CURRENCY, Origin.METRIC, said=f"{who} {name} {verb} {{value}}, {report}.")
        if due.form is Form.SHARE:
            total = _total(schedule)
            if not total:
                return None
            found += [(f, f"all {n}") for n, f in enumerate(total)]
            divisor = _sum([Item(f"all {due.kind.name}", None, own, scope=f"all {n}") for n, _ in enumerate(total)])
            measure = Measure(
                f"{name} as a share of all {due.kind.name}",
                Binary(Operator.DIVIDE, whole, divisor),
                Kind.PERCENT,
                Origin.METRIC,
                said=f"{who} {name} {verb} {{value}} of all that is scheduled, {report}.",
            )
        plan = Compute(measure, (own,))
    others = tuple((name, replace(reading.scope, told=figure, sure=SURE)) for figure, name in found)
    return Planned(replace(reading, others=(*reading.others, *others)), plan, NAME)


def _total(schedule: Schedule) -> tuple[Figure, ...]:
    """What the whole schedule adds up to: its total, or all its rows where one is for all that comes later."""
    if schedule.total is not None:
        return (schedule.total,)
    return (*schedule.years.values(), schedule.after) if schedule.after is not None else ()


def _sum(terms: Sequence[Expression]) -> Expression:
    made = terms[0]
    for term in terms[1:]:
        made = Binary(Operator.ADD, made, term)
    return made


def _said(due: Due, years: Sequence[int | None]) -> str:
    named = [y for y in years if y is not None]
    if due.form is Form.ALL:
        return ""
    if due.after:
        return "later years" if due.after == LATER else f"the years after FY{due.after}"
    if len(named) > 1 and list(range(named[0], named[-1] + 1)) == named:
        return f"FY{named[0]} to FY{named[-1]}"
    return ", ".join(f"FY{y}" for y in named)
