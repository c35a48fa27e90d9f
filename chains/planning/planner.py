"""The rule-based planner: shapes of questions and measures, read from planner.toml, to a plan.

It knows no company and no document. What it cannot read as a calculation it leaves to `Words`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from chains.formulas.days import measured_in, wanted_days, without_days
from chains.formulas.trees import timed
from chains.measures.asking import Asking, Vocabulary
from chains.measures.averages import asked_mean
from chains.measures.balances import Wanted, wanted_balances, with_balances
from chains.measures.compose import compose, is_growth_of_amount
from chains.measures.deeds import known_deed, read_deed
from chains.measures.hypothetical import hypothetical
from chains.measures.measure import MeasureReader
from chains.measures.net_of_cash import net_of_cash
from chains.measures.part_ratios import part_ratio
from chains.measures.phrases import holds
from chains.measures.phrasing import flatten, tables, tidy, trims
from chains.measures.portions import with_portion
from chains.measures.share_measure import share_measure
from chains.measures.shares import shares_of
from chains.measures.totals import asked_total
from chains.measures.whole_balance import as_whole, leads
from chains.planning.beside import asks_when, best_measure, best_time, several
from chains.planning.judgements import Formula, judgement
from chains.planning.part_judgement import of_part
from chains.planning.plan import Between, Context, Judge, Measure, Origin, Plan, Trend, TrendTest, Words
from chains.planning.quarters import best_quarter
from chains.planning.ranking import ranking
from chains.planning.yes_no import compared, is_yes_no, tested, untested
from chains.questions.asking_sentence import sentences
from chains.questions.period_words import without_relative
from chains.questions.plain_asking import of_a_part, plainer
from chains.questions.question import Question
from chains.sentences.expectations import asks_expectation

_COMPARATIVES = re.compile(r"\b(?:higher|lower|larger|greater|bigger|smaller|better|more|less|or|than)\b", re.I)
_SHARES = re.compile(
    r"\b(?:how many|number of)\b(?!.*\b(?:preferred|class|diluted|basic|weighted|average|treasury|issued|authorized)\b)"
    r"[^?.]*\bshares\b[^?.]*\boutstanding\b"
)
_IT = re.compile(r"(?:what|how (?:much|high|large))\s+(?:is|was|were|are)\s+(?:it|this|that)\b(?!\s+\w+ing\b)")
_COMPARED = re.compile(
    r"(?<![\w-])(?:versus|vs\.?|compared\s+(?:to|with)|compare\s+(?:to|with)|relative\s+to|against)(?![\w-])"
)

_PRINTED = 0.97
"""How well a phrase is printed that is a line item as it stands."""

Definitions = Callable[[str], Mapping[str, Measure]]
Tells = Callable[[str, str, Callable[[str], float]], tuple[str, Mapping[str, Measure]] | None]
"""From the text, the sentences before it and how well a phrase is printed: the text without its sums, and these."""


class RulePlanner:
    """Plans by rules. `definitions` finds formulas that the question itself gives, `told` sums told in its asking

    sentence; `formula` parses one.
    """

    name = "rules"

    def __init__(
        self, vocabulary: Vocabulary, definitions: Definitions, formula: Formula, told: Tells | None = None
    ) -> None:
        self._vocabulary = vocabulary
        self._definitions = definitions
        self._formula = formula
        self._told = told

    def plan(self, question: Question, context: Context) -> Plan:
        """A plan for the question; `Words` where it asks for no figure."""
        core = flatten(question.core).lower()
        yes_no = is_yes_no(core)
        words = Words(question.core, yes_no)
        context = replace(context, text=plainer(context.text))
        context, days = self._with_days(question, context)
        context, balances = self._with_balances(context)
        context = self._with_portion(self._with_whole(context))
        definitions = self._definitions(question.text)
        context, definitions = self._with_told(context, definitions)
        if not definitions and _only_told(core, context):
            return words
        reader = MeasureReader(
            self._vocabulary,
            definitions,
            context.labels,
            spans=len(context.periods) > 1,
            statements=question.statements,
        )
        best = (
            best_time(core, question, context, reader)
            or best_quarter(core, context, reader)
            or best_measure(core, context, reader)
        )
        if best is not None:
            return best
        periods = tuple(r.period for r in context.periods)
        shared = None if yes_no else self._share(question, context, reader)
        if not yes_no and len(context.companies) == 1 and len(periods) <= 1:
            if shared is not None and not shared.operations:
                return compose(shared, periods, context, question)
            altered = hypothetical(context.text, reader.read, context.labels)
            if altered is not None:
                return compose(altered, periods, context, question)
        decided = (
            judgement(core, context, reader, self._formula)
            or ranking(core, context, self._vocabulary, reader)
            or (compared(flatten(context.text), context, reader) if yes_no else None)
        )
        if isinstance(decided, Judge):
            # Of the part that is named, so that the turns that go on from it are of that part too.
            return of_part(decided, question, context) or decided
        if decided is not None:
            return decided
        text = _COMPARATIVES.sub(" ", context.text) if len(context.companies) > 1 else context.text
        if shared is None and not yes_no:
            shared = (
                asked_mean(text, periods, reader)
                or asked_total(text, periods, self._vocabulary, reader)
                or known_deed(text, self._vocabulary)
            )
        asking = self._asked(shared, text, question, context, reader, definitions)
        if not yes_no and (parts := several(text, asking, question, context, reader)) is not None:
            return parts
        if _SHARES.search(core) and (asking is None or asking.measure.origin is Origin.LABEL):
            # "How many shares of common stock are outstanding": a count, not the stock's value.
            asking = reader.read("shares outstanding")
        if asking is None and not yes_no:
            asking = reader.moved(text)
        if asking is None:
            return words
        if days is not None:
            asking = replace(asking, measure=measured_in(asking.measure, days))
        if balances is not None:
            settled = with_balances(asking.measure, balances, self._concept_of)
            if settled is None:
                return words  # what it is to be measured on is not what it is made of
            asking = replace(asking, measure=settled)
        weak = asking.certainty < 0.75 or (asking.measure.origin is Origin.LABEL and asking.certainty < 0.8)
        if weak and not definitions and holds(core, tables()["words"]["cues"], hyphens=True):
            return words
        if yes_no and weak:
            return words
        if len(context.companies) > 1:
            return Between(
                compose(asking, periods, context, question).measure,
                tuple(c.name for c in context.companies),
                (context.last,),
            )
        if yes_no:
            return tested(core, asking, context) or words
        if asking.certainty < 0.5:
            return words
        several_times = not asking.operations and len(periods) > 1 and not timed(asking.measure.expression)
        if several_times and is_growth_of_amount(core, question, context.text):
            asking = replace(asking, operations=("growth",))
        elif several_times:
            return Trend(asking.measure, periods, TrendTest.COMPARE)
        if (
            not asking.operations
            and context.asked.change
            and len(periods) <= 1
            and holds(core, tables()["tests"]["compare"] + tables()["tests"]["changes"], hyphens=True)
        ):
            return Trend(asking.measure, (context.last.shift(-1), context.last), TrendTest.COMPARE)
        return compose(asking, periods, context, question)

    def _asked(
        self,
        surely: Asking | None,
        text: str,
        question: Question,
        context: Context,
        reader: MeasureReader,
        definitions: Mapping[str, Measure],
    ) -> Asking | None:
        """The measure that the text asks for, by what names it best; `surely` what was understood before."""
        core = flatten(question.core).lower()
        asked = untested(text) if is_yes_no(core) else text
        asking = surely or part_ratio(asked, context.before, reader.read)
        if asking is None and not is_yes_no(core):
            asking = of_a_part(text, context.before, reader.read)
        asking = asking or reader.read(asked)
        if context.asked.change and (asking is None or asking.certainty < 0.75):
            # "Versus the same quarter last year" says with what to compare, not what.
            asking = reader.read(_COMPARED.sub(" ", without_relative(flatten(text)))) or asking
        if asking is None and len(set(map(id, definitions.values()))) == 1 and _IT.match(core):
            # "X is defined as A / B. What is it for Acme?": the one thing that was spoken of.
            asking = Asking(next(iter(definitions.values())))
        if asking is None or asking.measure.origin is Origin.LABEL:
            asking = self._elsewhere(question, reader) or asking
        if asking is None or (asking.measure.origin is Origin.LABEL and asking.certainty < 0.75):
            asking = read_deed(text, context, reader) or self._respelt(text, reader) or asking
        return asking

    @staticmethod
    def _with_days(question: Question, context: Context) -> tuple[Context, int | None]:
        """The days that the question wants used, and what it asks without saying so."""
        days = wanted_days(question.text)
        return (context, None) if days is None else (replace(context, text=without_days(context.text)), days)

    def _with_balances(self, context: Context) -> tuple[Context, Wanted | None]:
        """Which balances the question wants a named metric to be measured on, and what it asks without saying so."""
        said = wanted_balances(context.text)
        hit = self._vocabulary.within(flatten(said[0])) if said is not None else None
        if said is None or hit is None or not hit[0].metric:
            return context, None
        return replace(context, text=said[0]), said[1]

    def _concept_of(self, phrase: str) -> str:
        """The concept that a phrase names surely; "" for none."""
        for option in trims(flatten(phrase), 8):
            known = self._vocabulary.concept(option)
            if known is not None and known[1] >= 1.0:
                return known[0]
        return ""

    def _with_whole(self, context: Context) -> Context:
        """ "Total debt, short and long term" as what gives both lines, unless one is printed as it is asked for."""
        said = net_of_cash(context.text) or as_whole(context.text, self._place)
        if said is None or (leads(context.text) and context.labels(tidy(context.text)) >= _PRINTED):
            return context
        return replace(context, text=said)

    def _with_portion(self, context: Context) -> Context:
        """ "Long-term debt (excl. the current portion)" as the balance that is meant."""
        said = with_portion(context.text, self._place)
        return context if said is None else replace(context, text=said)

    def _place(self, text: str) -> tuple[int, int] | None:
        hit = self._vocabulary.within(text)
        return hit[1] if hit is not None else None

    def _with_told(self, context: Context, definitions: Mapping[str, Measure]) -> tuple[Context, Mapping[str, Measure]]:
        """What is asked without the sum that it tells, and the sum as a definition.

        Definitions whose items have periods of their own are read with these; they are not to be told without them.
        """
        if self._told is None or any(timed(m.expression) for m in definitions.values()):
            return context, definitions
        told = self._told(context.text, context.before, context.labels)
        return (context, definitions) if told is None else (replace(context, text=told[0]), {**definitions, **told[1]})

    def _share(self, question: Question, context: Context, reader: MeasureReader) -> Asking | None:
        """ "What slice of revenue came from services?": the one over the other."""
        for share in shares_of(context.text, percent=question.unit.kind == "percent"):
            asking = share_measure(share, reader.read, self._vocabulary)
            if asking is not None:
                return asking
        return None

    def _respelt(self, text: str, reader: MeasureReader) -> Asking | None:
        """The measure of a text with slips of the pen ("restructurng charges"), where it is then a known one."""
        respelt = self._vocabulary.respelt(flatten(text))
        asking = reader.read(respelt) if respelt else None
        return asking if asking is not None and asking.measure.origin is not Origin.LABEL else None

    def _elsewhere(self, question: Question, reader: MeasureReader) -> Asking | None:
        """The one metric that another sentence orders: "How often ...? Calculate the inventory turnover ratio."."""
        for sentence in sentences(question.text):
            if question.core in sentence or not re.match(
                r"(?:please )?(?:calculate|compute|use|determine)\b", sentence.lower()
            ):
                continue
            hit = self._vocabulary.within(flatten(sentence))
            if hit is not None and hit[0].metric:
                return Asking(hit[0], certainty=0.9)
        return None


def _only_told(core: str, context: Context) -> bool:
    """Whether sentences alone answer: a question why, or for what was expected of a time that has been reported."""
    several = len(context.periods) > 1 and asks_when(core)
    if holds(core, tables()["words"]["strong"], hyphens=True) and not several:
        return True
    # What was expected for a year is told in words; the figure of that year is what came of it.
    return asks_expectation(context.text) and _reported(context)


def _reported(context: Context) -> bool:
    """Whether all the asked years are over: the library has a report of them or of a later one."""
    latest = context.calendar.latest
    asked = [r.period for r in context.periods]
    return (
        bool(asked)
        and latest is not None
        and all((p.year, p.quarter or 5) <= (latest.year, latest.quarter or 5) for p in asked)
    )
