"""Which part of a company leads: segments, products or regions by a measure, by their share of it, or by its growth.

A breakdown is trusted where its parts add up to the whole. Growth is computed from two such columns, or read from a
column of changes that the filing prints.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from chains.answer import Citation, grouped, quote_of, rounded
from chains.compare import Outcome, Solve, failed_outcome, possessive, unit_remark
from chains.expression import FiscalPeriod
from chains.phrasing import content_words, tables
from chains.plan import Parts
from chains.program import FigureRef, Operation, Program, Result, Step, StepRef, execute
from chains.question import Question
from chains.resolve.bound import concept_words
from chains.resolve.scope import Scope
from chains.shelf import Sheet
from chains.solve import Failed, Solved, quantity
from ingest.schema import Figure, Statement

_NO_PART = re.compile(
    r"\b(?:eliminat|reconcil|intersegment|inter-segment|unallocated|adjustment|total|consolidated)", re.I
)
"""Rows of a breakdown that are no part of the company."""
_PROFITS = frozenset({"income", "loss", "earning", "profit", "net"})
_CHANGE = re.compile(r"\b(?:change|growth|increase|comparable|organic)", re.I)
_ORGANIC = re.compile(r"\borganic|exclud\w*.{0,30}(?:m&a|acquisition|divestiture|merger)", re.I)


def parts(plan: Parts, sheets: Sequence[Sheet], scope: Scope, solve: Solve, question: Question, who: str) -> Outcome:
    """Which parts of a breakdown lead, or make up more than a share. The breakdown must add up to the whole."""
    if plan.growth and plan.share is None:
        return _growing(plan, sheets, solve, question, who)
    whole = solve(plan.of, plan.period)
    if isinstance(whole, Failed):
        return failed_outcome(whole)
    total = whole.value.value
    figure = next(iter(whole.bound.values())).figure
    if len(whole.bound) != 1:
        return Outcome(reason=f"no breakdown by {plan.noun} was found that adds up")
    for sheet in sheets:
        found = _breakdown(sheet, figure, total, plan.noun)
        if found:
            break
    else:
        return Outcome(
            reason=f"no breakdown of {plan.of.name} by {plan.noun} adds up to the total {figure.printed}",
            nearest=(figure,),
        )
    if plan.share is None:
        found = [f for f in found if not _NO_PART.search(_part_name(f, figure))]
        if len(found) < 2:
            return Outcome(
                reason=f"the breakdown of {plan.of.name} by {plan.noun} has only one part", nearest=(figure,)
            )
    if total <= 0:
        return _by_amount(plan, found, figure, whole, who)
    ran = {f.id: _share(f, figure) for f in found}
    shares = sorted(((f, ran[f.id][1].value.value * 100) for f in found), key=lambda p: -p[1])
    scale = figure.scale

    def amount(value: Decimal) -> str:
        return grouped(rounded(value.scaleb(-scale), None, 3))

    def line(part: Figure, share: Decimal) -> str:
        return f"{_part_name(part, figure)} {amount(part.value)} or {grouped(rounded(share, None, 1))}%"

    of = f"of {possessive(who)} {plan.of.name}"
    ordered = shares[::-1] if plan.smallest and plan.share is None else shares
    if plan.share is None:
        others = ", ".join(line(f, s) for f, s in ordered[1:])
        text = f"{_part_name(ordered[0][0], figure)}: in {plan.period} {line(*ordered[0])} {of}; the others: {others}."
    else:
        said = "; ".join(line(f, s) for f, s in shares if (s > plan.share) != plan.smallest)
        text = f"Yes. In {plan.period} {said} {of} of {amount(total)}."
        if not said:
            text = f"No. In {plan.period} the largest was {line(*shares[0])} {of} of {amount(total)}."
    text = text.rstrip(".") + unit_remark([figure], scale) + "."
    citations = tuple(Citation(f.document, f.page, quote_of(f), f.id) for f, _ in ordered)
    constants = () if plan.share is None else (plan.share,)
    return Outcome(
        text,
        None,
        (whole,),
        min(whole.certainty, 0.85),
        citations=citations,
        ran=tuple(ran.values()),
        constants=constants,
        used=(ordered[0][0],) if plan.share is None else (),
    )


def _by_amount(plan: Parts, found: Sequence[Figure], whole: Figure, solved: Solved, who: str) -> Outcome:
    """Parts of a whole that is a loss: ranked by what they are, without shares."""
    ordered = sorted(found, key=lambda f: f.value, reverse=not plan.smallest)
    said = [f"{_part_name(f, whole)} {f.printed}" for f in ordered]
    others = f"; the others: {', '.join(said[1:])}" if said[1:] else ""
    first = _part_name(ordered[0], whole)
    text = f"{first}: in {plan.period} {said[0]} of {possessive(who)} {plan.of.name}{others}."
    cited = tuple(Citation(f.document, f.page, quote_of(f), f.id) for f in ordered)
    return Outcome(text, None, (solved,), min(solved.certainty, 0.8), citations=cited, used=(ordered[0],))


def _growing(plan: Parts, sheets: Sequence[Sheet], solve: Solve, question: Question, who: str) -> Outcome:
    """Which part grew most or least: by amounts of two years, or by changes that the filing prints."""
    core = question.core.lower()
    printed = bool(_ORGANIC.search(core) or re.search(r"\bcomparable\b", core))
    narrowed = group_of(plan.noun) != "geography" and any(
        re.search(rf"\b{re.escape(w)}\b", core) for w in tables()["parts"]["places"]
    )
    if not printed and not narrowed:
        outcome = _computed(plan, sheets, solve, who)
        if outcome is not None:
            return outcome
    for sheet in sheets:
        column = _printed_changes(sheet, plan, core)
        if column:
            return _by_printed(plan, column, who)
    return Outcome(reason=f"no breakdown of {plan.of.name} by {plan.noun} for two years was found that adds up")


def _computed(plan: Parts, sheets: Sequence[Sheet], solve: Solve, who: str) -> Outcome | None:
    whole = solve(plan.of, plan.period)
    if isinstance(whole, Failed) or len(whole.bound) != 1:
        return None
    total = next(iter(whole.bound.values())).figure
    for sheet in sheets:
        found = [
            f for f in _breakdown(sheet, total, total.value, plan.noun) if not _NO_PART.search(_part_name(f, total))
        ]
        pairs = [(f, p) for f in found if (p := _year_before(sheet, f, total)) is not None and p.value > 0]
        if len(pairs) >= 2 and len(pairs) == len(found):
            break
    else:
        return None
    ran = {f.id: _growth_of(f, p) for f, p in pairs}
    rates = {f.id: result.value.value * 100 for f, (_, result) in ((f, ran[f.id]) for f, _ in pairs)}
    pairs.sort(key=lambda pair: rates[pair[0].id], reverse=not plan.smallest)

    def line(pair: tuple[Figure, Figure]) -> str:
        now, before = pair
        return (
            f"{_part_name(now, total)} {grouped(rounded(rates[now.id], None, 1))}% ({before.printed} to {now.printed})"
        )

    others = "; ".join(map(line, pairs[1:]))
    name = _part_name(pairs[0][0], total)
    text = (
        f"{name}: {possessive(who)} {plan.of.name} changed in {plan.period} by {line(pairs[0])}; the others: {others}"
    )
    text += f"{unit_remark([total], total.scale)}."
    cited = tuple(Citation(f.document, f.page, quote_of(f), f.id) for pair in pairs for f in pair)
    return Outcome(text, None, (whole,), min(whole.certainty, 0.82), citations=cited, ran=tuple(ran.values()))


def _year_before(sheet: Sheet, part: Figure, whole: Figure) -> Figure | None:
    """The same part a year before: in the same table, else in another one of the document."""
    if part.period is None:
        return None
    name, months, end = _part_name(part, whole).lower(), part.period.months, part.period.end
    fitting = [
        f
        for f in sheet.figures
        if f.unit == part.unit
        and f.period is not None
        and f.period.months == months
        and abs((end - f.period.end).days - 365) <= 20
        and f.concept == part.concept
        and _part_name(f, whole).lower() == name
        and not f.restated
    ]
    same = [f for f in fitting if f.table == part.table]
    values = {f.value for f in same or fitting}
    return (same or fitting)[0] if len(values) == 1 else None


def _growth_of(now: Figure, before: Figure) -> tuple[Program, Result]:
    steps = (
        Step(Operation.SUBTRACT, (FigureRef(now.id), FigureRef(before.id))),
        Step(Operation.DIVIDE, (StepRef(0), FigureRef(before.id))),
    )
    program = Program(steps)
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
        rows = [f for f in column if not _NO_PART.search(f.label) and f.label]
        heads = " ".join(column[0].headers)
        if len(rows) < 3 or len({f.label for f in rows}) < len(rows) or not _CHANGE.search(heads):
            continue
        if not any("%" in f.printed for f in column) or not all(_of_period(f, plan.period) for f in rows):
            continue
        if organic and not re.search(r"\borganic", heads, re.I):
            continue
        suits = _suits(plan.noun, rows)
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


def _share(part: Figure, whole: Figure) -> tuple[Program, Result]:
    program = Program((Step(Operation.DIVIDE, (FigureRef(part.id), FigureRef(whole.id))),))
    held = {part.id: part, whole.id: whole}
    return program, execute(program, lambda name: quantity(held[name]))


def _breakdown(sheet: Sheet, whole: Figure, total: Decimal, noun: str) -> list[Figure]:
    """The parts of a whole in one table: the same line under several headings, or a run of rows above its total.

    They are two to twelve and add up to the whole within rounding, negative ones and eliminations included.
    """
    slack = Decimal(1).scaleb(whole.scale) * 2
    grouped: dict[str, list[Figure]] = defaultdict(list)
    for figure in sheet.figures:
        if figure.unit == whole.unit and figure.period == whole.period and not figure.restated:
            grouped[figure.table].append(figure)
    found: list[tuple[bool, list[Figure]]] = []
    for figures in grouped.values():
        same = [
            f
            for f in figures
            if f.concept == whole.concept and f.concept and (f.path or f.segment) and f.value != total
        ]
        if (
            2 <= len(same) <= 12
            and len({_part_name(f, whole) for f in same}) == len(same)
            and _adds_up(same, total, slack)
        ):
            found.append((True, same))
        columns: dict[tuple[str, str], list[Figure]] = defaultdict(list)
        for figure in figures:
            columns[(figure.id.rsplit(".c", 1)[-1], "")].append(figure)
        for column in columns.values():
            ends = [i for i, f in enumerate(column) if f.value == total][:1]
            ends += [i for i, f in enumerate(column) if _segment_total(f, whole)][:1]
            for end in ends:
                run = _run_above(column, end, whole, slack)
                if run:
                    named = any(
                        w in whole_text(run[0]) for w in ("segment", "categor", "geograph", "product", "region", "unit")
                    )
                    found.append((named, run))
    # "Sales of products, sales of services" of the income statement is coarser than the breakdown in a note.
    suited = [((run[0].statement is Statement.NOTE, rank), run) for _, run in found if (rank := _suits(noun, run)) > 0]
    return max(suited, key=lambda f: f[0])[1] if suited else []


def _run_above(column: Sequence[Figure], end: int, whole: Figure, slack: Decimal) -> list[Figure]:
    """The rows right above a total that add up to it, none of them a total of segments itself."""
    for size in range(2, min(12, end) + 1):
        run = list(column[end - size : end])
        if any(_segment_total(f, whole) for f in run):
            return []
        if len({_part_name(f, whole) for f in run}) == size and _adds_up(run, column[end].value, slack):
            return run
    return []


def _segment_total(figure: Figure, whole: Figure) -> bool:
    """Is it the total of the segments alone, "Segment operating income", before what no segment bears?"""
    words = frozenset(content_words(figure.label))
    measure = frozenset(content_words(concept_words(whole.concept) if whole.concept else whole.label)) - _PROFITS
    return "segment" in words and bool(measure) and measure <= words


def _suits(noun: str, run: Sequence[Figure]) -> int:
    """Does a breakdown fit what its parts are called: 2 for the kind itself, 1 for segments, 0 for another kind."""
    groups: dict[str, list[str]] = tables()["parts"]["groups"]
    wanted = group_of(noun)
    text = whole_text(run[0])
    names = " ".join(f"{f.label} {' '.join(f.path)}".lower() for f in run)
    kinds = {g for g, words in groups.items() if any(re.search(rf"\b{w}", text) for w in words)} - {"geography"}
    if any(re.search(rf"\b{re.escape(w)}", names) for w in tables()["parts"]["places"]):
        kinds = {"geography", *({"segment"} if "segment" in text else ())}
    if wanted in kinds:
        return 2
    return int(wanted != "geography" and "geography" not in kinds)


def group_of(noun: str) -> str:
    """What kind of parts a noun means: "geography", "product" or "segment"."""
    groups: dict[str, list[str]] = tables()["parts"]["groups"]
    return next((g for g, words in groups.items() if any(w in noun for w in words)), "segment")


def _adds_up(parts: Sequence[Figure], total: Decimal, slack: Decimal) -> bool:
    return abs(sum((f.value for f in parts), Decimal(0)) - total) <= slack


def whole_text(figure: Figure) -> str:
    """Everything printed around a figure, in lower case."""
    return " ".join((figure.caption, *figure.path, figure.label, figure.segment, *figure.headers)).lower()


def _part_name(figure: Figure, whole: Figure) -> str:
    """What a part is called: its label, or the heading over it where the label is the measure itself."""
    if figure.concept is not None and figure.concept == whole.concept and (figure.path or figure.segment):
        return figure.path[-1] if figure.path else figure.segment
    return figure.label or figure.segment
