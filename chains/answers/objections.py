"""Objections: what a question says that its plan, or what came out, does not honour. Then there is no figure.

A word of the question that a plan leaves unused may name another period, another unit or another sign.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from chains.formulas.expression import Binary, Item, Operator
from chains.formulas.trees import items, walk
from chains.measures.compose import growth_base
from chains.measures.hypothetical import WITHOUT
from chains.measures.phrasing import flatten, tables
from chains.measures.vocabulary import default_names
from chains.planning.plan import Compute, Context, Largest, Plan, Words
from chains.questions.asked_kind import another_kind
from chains.questions.question import Question
from chains.sentences.stems import stems
from chains.told_numbers.number_topic import changed_count, rephrased, speaks_of
from ingest.schema import Statement

if TYPE_CHECKING:
    from chains.answers.outcome import Outcome

_UNREAD_YEAR = re.compile(
    r"\b(?:in|for|during|fiscal|fy|year)\s*(?P<n>\d{3,})(?![\w%]|[.,]\d|[- ](?:days?|months?)\b)", re.I
)
_QUARTER = re.compile(r"\b(?:quarters?|quarterly)\b", re.I)
_CHANGES = re.compile(
    r"\b(?:excluding|exclusive of|except|without|minus|before|divided by)\s+[\w-]+(?:\s+[\w-]+)?", re.I
)
_AMOUNT = re.compile(r"(?:what (?:is|was|were|are) (?!the (?:reason|purpose|effect|impact))|how much )", re.I)
_COUNT = re.compile(r"\b(?:how many|number of)\b[^?.]*\bshares\b", re.I)
_MANY = re.compile(
    r"\bhow many\b(?! (?:%|pct|percentage|per cent"
    r"|dollars|\$|usd|euros|pounds|million|billion|thousand|times|days|percent|points|basis|years"
    r"|months))",
    re.I,
)
_OTHER_DOLLARS = frozenset({"AUD", "CAD", "NZD", "SGD", "HKD"})


def unused_time(question: Question, context: Context, plan: Plan) -> str:
    """Why a plan for figures misses a time that the question names; empty where it misses none."""
    if isinstance(plan, Words):
        return _changed(question, context)
    core = question.core
    spans = [(m.start, m.end) for m in context.asked.mentions]
    for match in _UNREAD_YEAR.finditer(core):
        start, end = match.span("n")
        if not any(s < end and start < e for s, e in spans):
            return f"{match['n'][:24]} is no year that a report can cover; name a fiscal year"
    periods = [r.period for r in context.periods]
    latest = context.calendar.latest
    by_quarter = any(p.quarter for p in periods) or (not periods and latest is not None and latest.quarter is not None)
    short = any(r.months for r in context.periods)
    ranked = isinstance(plan, Largest) and all(
        i.period is not None and i.period.quarter for choice in plan.choices for i in items(choice.expression)
    )
    if _QUARTER.search(core) and not by_quarter and not short and not ranked:
        return "the question speaks of quarters but names none that the reports give; name a quarter and its year"
    if context.asked.since and len(periods) == 1:
        return f"no report after {periods[0]} is in the library, so nothing since then can be told"
    if any(m.year is None and m.date is None and not m.relative for m in context.asked.mentions) and not periods:
        return "the question names a part of a year without its year; name the year"
    return ""


def _changed(question: Question, context: Context) -> str:
    """Why a measure that an operator word changes ("cash excluding marketable securities") has no figure.

    Sentences that only speak of the same things are no answer to it either.
    """
    match = _CHANGES.search(context.text)
    if match is None or not _AMOUNT.match(question.core) or default_names().within(flatten(context.text)) is None:
        return ""
    return f"what {' '.join(match[0].split())!r} leaves of the measure is not printed and cannot be computed"


def contradicted(plan: Plan, question: Question, outcome: Outcome, text: str = "") -> Outcome:
    """The outcome, refused where its unit is not the one asked for, and put right where a loss is a profit.

    `text` is what the question asks without the company and the periods.
    """
    if not outcome.text or outcome.shown is None:
        return outcome
    units = {b.figure.unit for s in outcome.solved for b in s.bound.values()}
    money = {u for u in units if len(u) == 3 and u.isalpha() and u.isupper()}
    asked = question.unit.currency
    loose = asked == "USD" and not re.search(r"\busd\b|us\s?\$", question.text, re.I)
    if asked and money and asked not in money and not (loose and money <= _OTHER_DOLLARS):
        reason = (
            f"the figures are printed in {', '.join(sorted(money))}, not in {asked}; no exchange rates are kept here"
        )
        return replace(outcome, text="", shown=None, reason=reason)
    if _COUNT.search(question.core) and money and units == money:
        reason = f"a number of shares is asked for, but the figure found is in {', '.join(sorted(money))}"
        return replace(outcome, text="", shown=None, reason=reason)
    if (
        reason := _growth_of_a_rate(outcome)
        or _doubtful_sign(outcome)
        or _miscounted(question, outcome)
        or _of_another_whole(outcome)
        or another_kind(question, text, outcome.shown.unit)
    ):
        return replace(outcome, text="", shown=None, reason=reason)
    return _signed(plan, outcome)


def _miscounted(question: Question, outcome: Outcome) -> str:
    """Why a figure does not say how many: it is an amount of money, or it counts what is there and not what changed."""
    assert outcome.shown is not None
    if _MANY.search(question.core) and not question.unit.kind and re.match(r"[A-Z]{3}\b(?! per)", outcome.shown.unit):
        return f"a number of things is asked for, but the figure found is in {outcome.shown.unit}"
    figures = [b.figure for s in outcome.solved for b in s.bound.values()]
    if len(figures) != 1:
        return ""
    figure = figures[0]
    printed = " ".join((figure.label, *figure.path, *figure.headers, figure.caption, figure.concept or ""))
    unsaid = [w for w in changed_count(rephrased(question.core)) if not speaks_of(printed, stems(w))]
    return f"the figure found ({figure.label}) is not of what was {unsaid[0]}" if unsaid else ""


def _growth_of_a_rate(outcome: Outcome) -> str:
    """Why a growth is none: what is printed is a percentage, and may be the growth itself ("comparable sales 4.8%")."""
    for solved in outcome.solved:
        figures = [b.figure for b in solved.bound.values()]
        if growth_base(solved.expression) is not None and figures and all(f.unit == "percent" for f in figures):
            return f"{figures[0].label} is printed as a percentage ({figures[0].printed}), of which there is no growth"
    return ""


def _doubtful_sign(outcome: Outcome) -> str:
    """Why a result without one of its parts is not sure: the part is printed as a negative number.

    A charge may be in brackets because it is a charge or because it is a gain; among the costs of the income statement
    it can only be a gain.
    """
    for solved in outcome.solved:
        whole = solved.expression
        if WITHOUT not in solved.measure.name or not isinstance(whole, Binary):
            continue
        for item in items(whole.right):
            figure = solved.bound[item].figure
            if figure.value <= 0 and not (whole.operator is Operator.ADD and figure.statement is Statement.INCOME):
                return f"{figure.label} is printed as {figure.printed}: whether that is a cost or a gain is not sure"
    return ""


def _of_another_whole(outcome: Outcome) -> str:
    """Why a part over a whole that is a part itself is no share: another table may print the company's own part.

    "What share of Pet sales came from Canada": the sales in Canada are those of all segments.
    """
    for solved in outcome.solved:
        for node in walk(solved.expression):
            if not isinstance(node, Binary) or node.operator is not Operator.DIVIDE:
                continue
            part, whole = node.left, node.right
            if not isinstance(part, Item) or not isinstance(whole, Item) or not part.member or not whole.member:
                continue
            if part.concept != whole.concept or part.period != whole.period or part.member.startswith(whole.member):
                continue
            a, b = solved.bound[part].figure, solved.bound[whole].figure
            if a.table != b.table or a.document != b.document or a.value > b.value:
                return f"{a.label} ({a.printed}) is not printed as a part of {b.label} ({b.printed})"
    return ""


def _signed(plan: Plan, outcome: Outcome) -> Outcome:
    """ "Net loss" where the report shows a profit, or the other way round: the answer says so, or there is none."""
    for rule in tables()["polarity"]:
        word, unless = re.compile(rf"\b{rule['word']}\b"), re.compile(rule["unless"])
        for solved in outcome.solved:
            name = solved.measure.name
            asked = bool(word.search(name)) and not unless.search(name)
            for item, bound in solved.bound.items():
                label = bound.figure.label.lower()
                if item.concept not in rule["concepts"] or bound.figure.value <= 0:
                    continue
                # A report of losses may print "Net loss 50" without a sign.
                printed = bool(word.search(label)) and not unless.search(re.sub(r"income tax\w*", " ", label))
                if printed and not asked and rule["word"].startswith("loss"):
                    reason = f"the report prints a loss: {bound.figure.label} {bound.figure.printed}"
                    return replace(outcome, text="", shown=None, reason=reason)
                if printed or not asked:
                    continue
                opposite = word.sub(rule["instead"], name)
                if isinstance(plan, Compute) and isinstance(plan.measure.expression, Item):
                    text = f"There was no {name}. " + outcome.text.replace(name, opposite, 1)
                    return replace(outcome, text=text)
                reason = f"there was no {item.phrase} in all of the periods: ask for {opposite}"
                return replace(outcome, text="", shown=None, reason=reason)
    return outcome


__all__ = ["contradicted", "unused_time"]
