"""Which part of a company grew most or least: by amounts of two years, or by a column of changes that is printed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from chains.answers.answer import Citation, grouped, quote_of, rounded
from chains.answers.outcome import Outcome, Solve, unit_remark
from chains.answers.program import FigureRef, Operation, Program, Result, Step, StepRef, execute
from chains.answers.solve import Failed, quantity
from chains.formulas.expression import Binary, FiscalPeriod, Operator
from chains.formulas.trees import shifted
from chains.measures.compose import growth
from chains.measures.phrasing import content_words, tables
from chains.planning.breakdowns import breakdown, group_of, is_part, part_name, suits_noun
from chains.planning.plan import Kind, Measure, Origin, Parts
from chains.planning.siblings import ranked_by_member, whole_of
from chains.questions.company_names import possessive
from chains.questions.question import Question
from chains.resolve.shelf import Sheet
from ingest.schema import Figure, Statement

_CHANGE = re.compile(r"\b(?:change|growth|increase|comparable|organic)", re.I)
_NARROWED = re.compile(
    r"\b(?:organic|local|constant|acquisition|divestiture|translation|price|volume|mix|currency|adjusted)\w*", re.I
)
"""Words of a column of changes that are no change of the whole."""
_ORGANIC = re.compile(r"\borganic|exclud\w*.{0,30}(?:m&a|acquisition|divestiture|merger)", re.I)


def growing_parts(plan: Parts, sheets: Sequence[Sheet], solve: Solve, question: Question, who: str) -> Outcome:
    """Which part grew most or least: by amounts of two years, or by changes that the filing prints."""
    core = question.core.lower()
    printed = bool(_ORGANIC.search(core) or re.search(r"\bcomparable\b", core))
    narrowed = group_of(plan.noun) != "geography" and any(
        re.search(rf"\b{re.escape(w)}\b", core) for w in tables()["parts"]["places"]
    )
    if not printed and not narrowed:
        outcome = _computed(plan, sheets, solve, who)
        if outcome is None:
            grown = _growth_in(plan)
            outcome = ranked_by_member(replace(plan, of=grown), sheets, solve, question, who)
        if outcome.text or plan.amount:
            return outcome
    for sheet in sheets:
        column = _printed_changes(sheet, plan, core)
        if column:
            return _by_printed(plan, column, who)
    return Outcome(reason=f"no breakdown of {plan.of.name} by {plan.noun} for two years was found that adds up")


def _computed(plan: Parts, sheets: Sequence[Sheet], solve: Solve, who: str) -> Outcome | None:
    whole = whole_of(plan, solve)
    if isinstance(whole, Failed) or len(whole.bound) != 1:
        return None
    total = next(iter(whole.bound.values())).figure
    for sheet in sheets:
        found = [f for f in breakdown(sheet, total, total.value, plan.noun) if is_part(part_name(f, total))]
        before = [(f, _year_before(sheet, f, total)) for f in found]
        pairs = [(f, p) for f, p in before if p is not None and (p.value > 0 or plan.amount)]
        if len(pairs) >= 2 and len(pairs) == len(found):
            break
    else:
        return None
    ran = {f.id: _growth_of(f, p, amount=plan.amount) for f, p in pairs}
    rates = {f.id: ran[f.id][1].value.value * (1 if plan.amount else 100) for f, _ in pairs}
    pairs.sort(key=lambda pair: rates[pair[0].id], reverse=not plan.smallest)
    if plan.fell and rates[pairs[0][0].id] >= 0:
        return Outcome(reason=f"no {plan.noun} fell in {plan.of.name} in {plan.period}", nearest=(total,))

    def line(pair: tuple[Figure, Figure]) -> str:
        now, before = pair
        if plan.amount:
            change = grouped(rounded(rates[now.id].scaleb(-now.scale), None, 3))
            return f"{part_name(now, total)} {change} ({before.printed} to {now.printed})"
        return (
            f"{part_name(now, total)} {grouped(rounded(rates[now.id], None, 1))}% ({before.printed} to {now.printed})"
        )

    others = "; ".join(map(line, pairs[1:]))
    name = part_name(pairs[0][0], total)
    when = _spoken(plan.period, pairs[0][0])
    text = f"{name}: {possessive(who)} {whole.measure.name} changed in {when} by {line(pairs[0])}"
    text += f"; the others: {others}{unit_remark([pairs[0][0]], pairs[0][0].scale)}."
    cited = tuple(Citation(f.document, f.page, quote_of(f), f.id) for pair in pairs for f in pair)
    return Outcome(text, None, (whole,), min(whole.certainty, 0.82), citations=cited, ran=tuple(ran.values()))


def _spoken(period: FiscalPeriod, figure: Figure) -> str:
    """The time of a figure in words: a part of the year that is longer than its last quarter."""
    months = figure.period.months if figure.period is not None else None
    lengths = {6: "the first half of", 9: "the first nine months of"}
    return f"{lengths[months]} FY{period.year}" if period.quarter and months in lengths else str(period)


def _year_before(sheet: Sheet, part: Figure, whole: Figure) -> Figure | None:
    """The same part a year before: in the same table, else in another one of the document."""
    if part.period is None:
        return None
    name, months, end = part_name(part, whole).lower(), part.period.months, part.period.end
    fitting = [
        f
        for f in sheet.figures
        if f.unit == part.unit
        and f.period is not None
        and f.period.months == months
        and abs((end - f.period.end).days - 365) <= 20
        and f.concept == part.concept
        and part_name(f, whole).lower() == name
        and not f.restated
    ]
    same = [f for f in fitting if f.table == part.table]
    values = {f.value for f in same or fitting}
    return (same or fitting)[0] if len(values) == 1 else None


def _growth_in(plan: Parts) -> Measure:
    """The growth of what is ranked by, or its change where amounts are asked for."""
    if not plan.amount:
        return Measure(f"growth in {plan.of.name}", growth(plan.of.expression), Kind.PERCENT, Origin.METRIC)
    changed = Binary(Operator.SUBTRACT, plan.of.expression, shifted(plan.of.expression, -1))
    return Measure(f"change in {plan.of.name}", changed, plan.of.kind, Origin.METRIC)


def _growth_of(now: Figure, before: Figure, *, amount: bool) -> tuple[Program, Result]:
    change = Step(Operation.SUBTRACT, (FigureRef(now.id), FigureRef(before.id)))
    rate = Step(Operation.DIVIDE, (StepRef(0), FigureRef(before.id)))
    program = Program((change,) if amount else (change, rate))
    held = {now.id: now, before.id: before}
    return program, execute(program, lambda name: quantity(held[name]))


def _printed_changes(sheet: Sheet, plan: Parts, core: str) -> list[Figure]:
    """A printed column of changes of the period, one row a part, in the table that suits the question best."""
    columns: dict[tuple[str, str], list[Figure]] = defaultdict(list)
    for figure in sheet.figures:
        if figure.statement is Statement.NOTE:
            columns[(figure.table, figure.id.rsplit(".c", 1)[-1])].append(figure)
    wanted = frozenset(content_words(core)) - {"segment", "category"}
    organic = bool(_ORGANIC.search(core))
    best: tuple[float, list[Figure]] = (0.0, [])
    for column in columns.values():
        rows = [f for f in column if is_part(f.label)]
        heads = " ".join(column[0].headers)
        if len(rows) < 3 or len({f.label for f in rows}) < len(rows) or not _CHANGE.search(heads):
            continue
        if not any("%" in f.printed for f in column) or not all(_of_period(f, plan.period) for f in rows):
            continue
        if organic and not re.search(r"\borganic", heads, re.I):
            continue
        if any(word.lower() not in core for word in _NARROWED.findall(heads) if not organic):
            continue
        suits = suits_noun(plan.noun, rows)
        if not suits:
            continue
        near = frozenset(content_words(f"{rows[0].caption} {heads}"))
        score = suits + 0.5 * len(near & wanted) + (0.25 if "%" in rows[0].printed else 0.0)
        if score > best[0] + 1e-9:
            best = (score, rows)
    return best[1]


def _of_period(figure: Figure, period: FiscalPeriod) -> bool:
    if figure.period is None or (figure.fiscal_year, figure.fiscal_quarter) != (period.year, period.quarter):
        return False
    return figure.period.months in ((0, 3) if period.quarter else (0, 11, 12, 13))


def _by_printed(plan: Parts, column: Sequence[Figure], who: str) -> Outcome:
    ordered = sorted(column, key=lambda f: f.value, reverse=not plan.smallest)
    head = next((h for h in reversed(ordered[0].headers) if _CHANGE.search(h)), "change").lower()

    def line(figure: Figure) -> str:
        return f"{figure.label} {figure.printed}"

    remark = "" if all("%" in f.printed for f in ordered) else " (in percent)"
    others = ", ".join(map(line, ordered[1:]))
    word = "lowest" if plan.smallest else "highest"
    first = line(ordered[0])
    text = f"{ordered[0].label}: {possessive(who)} {head} in {plan.period} was {word} there, {first}; "
    text += f"the others: {others}{remark}."
    cited = tuple(Citation(f.document, f.page, quote_of(f), f.id) for f in ordered)
    return Outcome(text, None, (), 0.75, citations=cited)
