"""The rule-based planner: shapes of questions and measures, read from planner.toml, to a plan.

It knows no company and no document. What it cannot read as a calculation it leaves to `Words`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache

from chains.asking import Asking, Vocabulary, untimed
from chains.averages import without_mean
from chains.balances import Wanted, says_balance, wanted_balances, with_balances
from chains.beside import asks_when, best_measure, best_time, several
from chains.companies import Named
from chains.compose import compose
from chains.days import measured_in, wanted_days, without_days
from chains.deeds import named_as
from chains.expectations import asks_expectation
from chains.expression import Binary, Expression, FiscalPeriod, Item, Operator
from chains.hypothetical import hypothetical
from chains.measure import MeasureReader
from chains.period_words import relative_words, without_relative
from chains.periods import Asked
from chains.phrases import holds
from chains.phrasing import MAX_PHRASE, content_words, flatten, tables, trims
from chains.plan import (
    Between,
    Context,
    Criterion,
    Judge,
    Kind,
    Largest,
    Lines,
    Measure,
    Origin,
    Parts,
    Plan,
    Trend,
    TrendTest,
    Words,
)
from chains.portions import with_portion
from chains.quarters import best_quarter
from chains.question import Question, sentences, statement_remark
from chains.question import tables as question_tables
from chains.ranking import judged_of_part, judged_part, leading_part, part_noun
from chains.share_measure import share_measure
from chains.shares import shares_of
from chains.totals import without_total

_CONNECT = (
    r"(?:(?:\b(?:in|for|of|at|as\s+of|as\s+at|during|from|to|between|and|through|until|since|on|by|over|the|ended|ending|fiscal|financial|years?|quarters?|"
    r"versus|vs|compared\s+(?:to|with)|relative\s+to|than|end|close|beginning|start|its|both|full|months?|within|was\s+in)\b\.?|[-–—,&/(])\s*)*"
)
_YES_NO = re.compile(
    r"(?:(?!how\b|what\b|which\b|who\b|of\b|out of\b)[^,]{1,50},\s+)?"
    r"(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|should|am)\b"
)
_COMPARATIVES = re.compile(r"\b(?:higher|lower|larger|greater|bigger|smaller|better|more|less|or|than)\b", re.I)
_OVER = re.compile(r"(?P<x>.+?)\b(?:cover|exceed|surpass|greater than|higher than|larger than)s?\b(?P<y>.+)")
_MORE = re.compile(r"\bmore\b(?P<x>.+?)\bthan\b(?P<y>.+)")
_LEVEL = re.compile(
    r"(?P<how>exceeds?|exceeded|more than|above|greater than|higher than|over|at least|surpass(?:ed)?"
    r"|less than|below|under|lower than)\s+(?:roughly |about |approximately )?(?P<symbol>[$€£])?\s*"
    r"(?P<number>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>%|percent|x\b|times\b|thousand|million|billion|bn|mn|m\b|b\b)?"
)
_TOLERANCE = re.compile(
    r"(?:more than|within|over|exceeding|by)\s+(?:roughly |about |approximately |around )?"
    r"(\d+(?:\.\d+)?)\s*(?:%|percent|bps|basis)"
)
_WEAK_WORDS = re.compile(
    r"(?<![\w-])(?:any|profile|trend|trends|historically|reasonably|over time|significantly|materially"
    r"|substantially|each|every|been|its|their)(?![\w-])"
)
_SHARES = re.compile(
    r"\b(?:how many|number of)\b(?!.*\b(?:preferred|class|diluted|basic|weighted|average|treasury|issued|authorized)\b)"
    r"[^?.]*\bshares\b[^?.]*\boutstanding\b"
)
_IT = re.compile(r"(?:what|how (?:much|high|large))\s+(?:is|was|were|are)\s+(?:it|this|that)\b(?!\s+\w+ing\b)")
_COMPARED = re.compile(
    r"(?<![\w-])(?:versus|vs\.?|compared\s+(?:to|with)|compare\s+(?:to|with)|relative\s+to|against)(?![\w-])"
)
_ASKS, _DID = r"(?:.*?\b(?:how much|what)\s+)?", r"\b(?:did|does|do|has|have|had)\b"
_PRINTED_SO = 0.9
"""Least likeness of a printed label to what a company is asked to have done."""
_LESS = ("less", "below", "under", "lower")

_UP = r"(?:higher|up|better|more|larger|bigger|rise|rising|rose|grow|growing|grew|improv\w+|increas\w+)"
_DOWN = (
    r"(?:lower|down|worse|less|smaller|fall|falling|fell|shrink\w*|shrank|worsen\w*|deteriorat\w+|declin\w+|decreas\w+)"
)
_EITHER_WAY = re.compile(rf"\b(?:{_UP}\s+or\s+{_DOWN}|{_DOWN}\s+or\s+{_UP})\b")
"""Words that ask which way it went: neither yes nor no answers them."""

Definitions = Callable[[str], Mapping[str, Measure]]
Formula = Callable[[str], Expression]
Tells = Callable[[str, str, Callable[[str], float]], tuple[str, Mapping[str, Measure]] | None]
"""From the text, the sentences before it and how well a phrase is printed: the text without its sums, and these."""


@cache
def _newest() -> re.Pattern[str]:
    """Words for the newest time: "at its latest fiscal year end", "in the most recent quarter", "currently"."""
    lead = (
        r"(?:\b(?:as\s+of|in|for|during|at|of|by)\s+)?(?:\b(?:the|its|their)\s+)?(?:\bend\s+of\s+(?:the|its|their)\s+)?"
    )
    kinds = r"(?:(?:fiscal|financial|reported|balance|available)\s+)*(?:year|quarter|period|date|sheet)"
    unit = rf"(?:\s+{kinds}(?:[\s-]+(?:end|date))?)?"
    return re.compile(rf"{lead}(?<!\w)(?:{relative_words('latest')})(?!\w){unit}(?!\w)", re.I)


def bare_text(core: str, named: Sequence[Named], asked: Asked) -> str:
    """The core without the company's name and the periods, and without what ties them in."""
    spans = [span for n in named for span in ((n.start, n.end), *n.also)] + [(m.start, m.end) for m in asked.mentions]
    pieces: list[str] = []
    position = 0
    for start, end in sorted(spans):
        if start < position:
            continue
        before = core[position:start]
        if any(m.start == start for m in asked.mentions):
            before = re.sub(rf"(?:(?<=\s)|^|(?<=\()){_CONNECT}$", " ", before, flags=re.I) if before.strip() else " "
        pieces.append(before)
        position = end
    pieces.append(core[position:])
    text = " ".join(pieces)
    text = re.sub(r"(^|\s)['’]s?(?=\s|[,.?)]|$)", " ", text)
    text = re.sub(r"\b[A-Z][\w.&]*(?:['’]s)?\s*(?=\(\s*(?:formerly|previously|fka|f/k/a)\b)", " ", text)
    text = re.sub(r"\(\s*(?:formerly|previously|fka|f/k/a|now|also)\b[^)]*\)", " ", text, flags=re.I)
    if asked.mentions:
        # "As of the FY2019 year end": a balance, not "cash at the year's end" of the cash flow statement.
        text = re.sub(
            r"(?:\b(?:as\s+of|at|by|on|for)\s+)?(?:\bthe\s+)?\b(?:fiscal\s+)?year[\s-]?ends?(?!\w)",
            lambda m: m[0] if says_balance(text, m.start(), m.end()) else " ",
            text,
            flags=re.I,
        )
    text = statement_remark().sub(" ", re.sub(r"\(\s*\)", " ", text))
    if asked.latest:
        text = _newest().sub(" ", text)
    if asked.years:
        text = re.sub(
            r"\b(?:over\s+)?(?:the\s+)?(?:last|past|previous|prior|latest|trailing|preceding)?\s*(?:\d{1,2}|two|three|four|five|six|seven|eight|nine|ten)[\s-]+(?:fiscal[\s-]+)?years?\b",
            " ",
            text,
            flags=re.I,
        )
    return " ".join(text.split())


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
        yes_no = bool(_YES_NO.match(core))
        words = Words(question.core, yes_no)
        cues = tables()["words"]
        context, days = self._with_days(question, context)
        context, balances = self._with_balances(context)
        context = self._with_portion(context)
        definitions = self._definitions(question.text)
        context, definitions = self._with_told(context, definitions)
        if not definitions and _has(core, cues["strong"]) and not (len(context.periods) > 1 and asks_when(core)):
            return words
        if not definitions and asks_expectation(context.text) and _reported(context):
            # What was expected for a year is told in words; the figure of that year is what came of it.
            return words
        reader = MeasureReader(
            self._vocabulary,
            definitions,
            context.labels,
            spans=len(context.periods) > 1,
            statements=question.statements,
        )
        periods = tuple(r.period for r in context.periods)
        if (best := best_time(core, question, context, reader)) is not None:
            return best
        if (best := best_quarter(core, context, reader)) is not None:
            return best
        if (best := best_measure(core, context, reader)) is not None:
            return best
        shared = None if yes_no else self._share(question, context, reader)
        if shared is not None and not shared.operations and len(context.companies) == 1 and len(periods) <= 1:
            return compose(shared, periods, context, question)
        if not yes_no and len(context.companies) == 1 and len(periods) <= 1:
            altered = hypothetical(context.text, reader.read, context.labels)
            if altered is not None:
                return compose(altered, periods, context, question)
        judged = self._judgement(core, context, reader)
        if judged is not None:
            return judged
        ranked = self._ranking(core, context, reader)
        if ranked is not None:
            return ranked
        compared = self._comparison(flatten(context.text), context, reader) if yes_no else None
        if compared is not None:
            return compared
        text = _COMPARATIVES.sub(" ", context.text) if len(context.companies) > 1 else context.text
        asking = shared or (
            None
            if yes_no
            else self._mean(text, periods, reader)
            or self._total(text, periods, reader)
            or self._by_verb(text)
            or self._done(text)
        )
        asking = asking or reader.read(_untested(text) if yes_no else text)
        if context.asked.change and (asking is None or asking.certainty < 0.75):
            # "Versus the same quarter last year" says with what to compare, not what.
            asking = reader.read(_COMPARED.sub(" ", without_relative(flatten(text)))) or asking
        if asking is None and len(set(map(id, definitions.values()))) == 1 and _IT.match(core):
            # "X is defined as A / B. What is it for Acme?": the one thing that was spoken of.
            asking = Asking(next(iter(definitions.values())))
        if asking is None or asking.measure.origin is Origin.LABEL:
            asking = self._elsewhere(question, reader) or asking
        if asking is None or (asking.measure.origin is Origin.LABEL and asking.certainty < 0.75):
            asking = (
                self._by_verb(text, reader)
                or self._printed_deed(text, context)
                or self._respelt(text, reader)
                or asking
            )
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
        if _has(core, cues["cues"]) and weak and not definitions:
            return words
        if yes_no and weak:
            return words
        if len(context.companies) > 1:
            return Between(
                compose(asking, periods, context, question).measure,
                tuple(c.name for c in context.companies),
                _or_latest(periods, context)[-1:],
            )
        if yes_no:
            return self._yes_no(core, asking, periods, context) or words
        if asking.certainty < 0.5:
            return words
        if not asking.operations and len(periods) > 1 and not _over_time(asking.measure):
            if re.search(r"\b(?:change|changed|differ|trend|trended|evolve|evolved)\b", core):
                return Trend(asking.measure, periods, TrendTest.COMPARE)
            return Trend(asking.measure, periods, TrendTest.COMPARE)
        if (
            not asking.operations
            and context.asked.change
            and len(periods) <= 1
            and _has(core, tables()["tests"]["compare"] + tables()["tests"]["changes"])
        ):
            last = _or_latest(periods, context)[-1]
            return Trend(asking.measure, (last.shift(-1), last), TrendTest.COMPARE)
        return compose(asking, periods, context, question)

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

    def _with_portion(self, context: Context) -> Context:
        """ "Long-term debt (excl. the current portion)" as the balance that is meant."""

        def within(text: str) -> tuple[int, int] | None:
            hit = self._vocabulary.within(text)
            return hit[1] if hit is not None else None

        said = with_portion(context.text, within)
        return context if said is None else replace(context, text=said)

    def _with_told(self, context: Context, definitions: Mapping[str, Measure]) -> tuple[Context, Mapping[str, Measure]]:
        """What is asked without the sum that it tells, and the sum as a definition.

        Definitions whose items have periods of their own are read with these; they are not to be told without them.
        """
        if self._told is None or any(_over_time(m) for m in definitions.values()):
            return context, definitions
        told = self._told(context.text, context.before, context.labels)
        return (context, definitions) if told is None else (replace(context, text=told[0]), {**definitions, **told[1]})

    @staticmethod
    def _mean(text: str, periods: Sequence[FiscalPeriod], reader: MeasureReader) -> Asking | None:
        """ "... - what's the mean of 2013, 2014 and 2015?": the mean of a known measure over the periods."""
        plain = without_mean(text) if len(periods) > 1 else None
        asking = reader.read(plain) if plain else None
        if asking is None or asking.certainty < 0.75 or asking.operations not in ((), ("growth",)):
            return None
        return replace(asking, operations=("average", *asking.operations))

    def _share(self, question: Question, context: Context, reader: MeasureReader) -> Asking | None:
        """ "What slice of revenue came from services?": the one over the other."""
        for share in shares_of(context.text, percent=question.unit.kind == "percent"):
            asking = share_measure(share, reader.read, self._vocabulary)
            if asking is not None:
                return asking
        return None

    def _total(self, text: str, periods: Sequence[FiscalPeriod], reader: MeasureReader) -> Asking | None:
        """ "Add up net income for 2015, 2016 and 2017": the sum of a known measure over the periods."""
        plain = without_total(text) if len(periods) > 1 else None
        asking = self._by_verb(plain) or self._done(plain) or reader.read(plain) if plain else None
        if asking is None or asking.certainty < 0.75 or asking.operations not in ((), ("total",)):
            return None
        if asking.measure.kind not in (Kind.NUMBER, Kind.CURRENCY):
            return None
        return replace(asking, operations=("total",))

    def _by_verb(self, text: str, reader: MeasureReader | None = None) -> Asking | None:
        """ "How much cash did it generate from operations" as reports say it: "cash generated from operations".

        Without a reader only names of line items that are known are taken.
        """
        flat = flatten(text)[:MAX_PHRASE]
        for verb, names in tables()["verbs"].items():
            if verb not in flat:
                continue
            match = re.fullmatch(rf"{_ASKS}(?P<x>.*?){_DID}(?P<of>.*?)\b{verb}\b(?P<y>.*)", flat)
            if match is None:
                continue
            for name in names:
                phrase = " ".join(name.format(x=f"{match['x']} {match['of']}", y=match["y"]).split())
                if reader is not None:
                    return reader.read(phrase)
                known = self._vocabulary.concept(phrase)
                if known is not None and known[1] >= 0.85:
                    return Asking(Measure(phrase, Item(phrase, known[0]), origin=Origin.CONCEPT), certainty=known[1])
        return None

    def _done(self, text: str) -> Asking | None:
        """The known line item of what a company is asked to have done: "spend repurchasing its stock"."""
        for name in named_as(text):
            known = self._vocabulary.concept(name)
            if known is not None and known[1] >= 0.85:
                return Asking(Measure(name, Item(name, known[0]), origin=Origin.CONCEPT), certainty=known[1])
        return None

    @staticmethod
    def _printed_deed(text: str, context: Context) -> Asking | None:
        """The line of the company's own statements that tells of what it is asked to have done."""
        scored = [(context.labels(name), name) for name in named_as(text)]
        score, name = max(scored, key=lambda s: s[0], default=(0.0, ""))
        if score < _PRINTED_SO:
            return None
        return Asking(Measure(name, Item(name), origin=Origin.LABEL), certainty=score * 0.85)

    def _respelt(self, text: str, reader: MeasureReader) -> Asking | None:
        """The measure of a text with slips of the pen ("restructurng charges"), where it is then a known one."""
        respelt = self._vocabulary.respelt(flatten(text))
        asking = reader.read(respelt) if respelt else None
        return asking if asking is not None and asking.measure.origin is not Origin.LABEL else None

    def _comparison(self, text: str, context: Context, reader: MeasureReader) -> Plan | None:
        """ "Does it have more debt than equity?", "did cash from operations cover capital expenditures?"."""
        match = _MORE.search(text) or _OVER.search(text)
        if match is None:
            return None
        x, y = reader.read(match["x"]), reader.read(match["y"])
        if x is None or y is None or x.operations or y.operations:
            return None
        if min(x.certainty, y.certainty) < 0.85 or x.measure.expression == y.measure.expression:
            return None
        name = f"{x.measure.name} / {y.measure.name}"
        ratio = Binary(Operator.DIVIDE, x.measure.expression, y.measure.expression)
        measure = Measure(name, ratio, Kind.TIMES, Origin.METRIC, name)
        period = _or_latest(tuple(r.period for r in context.periods), context)[-1]
        return Judge(name, (Criterion(measure, Decimal(1)),), period, "yes", "no")

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

    def _yes_no(self, core: str, asking: Asking, periods: tuple[FiscalPeriod, ...], context: Context) -> Plan | None:
        measure = asking.measure
        level = _LEVEL.search(core)
        tests = tables()["tests"]
        if level is not None and not _has(core, tests["stable"]):
            last = _or_latest(periods, context)[-1]
            above = not level["how"].startswith(_LESS)
            number = _level_value(level)
            yes, no = ("yes", "no")
            return Judge(measure.name, (Criterion(_with_growth(asking, last), number, above),), last, yes, no)
        for name in ("stable", "improves", "declines", "rises", "changes", "compare", "positive"):
            if not _has(core, tests[name]):
                continue
            test = TrendTest.COMPARE if _EITHER_WAY.search(core) else TrendTest(name)
            if test is TrendTest.POSITIVE:
                last = _or_latest(periods, context)[-1]
                return Judge(
                    measure.name,
                    (Criterion(measure, Decimal(0), "negative" not in core and "loss" not in core.split()),),
                    last,
                )
            span = periods
            if len(span) < 2:
                last = _or_latest(periods, context)[-1]
                back = 2 if test is TrendTest.STABLE and last.quarter is None else 1
                span = tuple(last.shift(-k) for k in range(back, -1, -1))
            tolerance = _TOLERANCE.search(core)
            return Trend(measure, span, test, Decimal(tolerance[1]) if tolerance else None)
        return None

    def _judgement(self, core: str, context: Context, reader: MeasureReader) -> Plan | None:
        part = judged_part(context)
        for rule in tables()["judgement"]:
            if not _has(core, rule["cues"]) or (rule.get("needs") and not _has(core, rule["needs"])):
                continue
            if rule.get("words"):
                return None
            if not re.match(
                r"(?:is|are|was|were|does|do|did|has|have|had|can|could|would|how|what is|what are)\b", core
            ):
                return None
            if re.match(r"(?:what|how much|how many)\b", core) and not rule.get("open"):
                return None
            period = _or_latest(tuple(r.period for r in context.periods), context)[-1]
            criteria = []
            if part:
                # What is true of the company says nothing of one of its segments.
                return judged_of_part(part, rule, period, reader)
            for entry in rule["criteria"]:
                measure = self._criterion(entry, reader)
                if measure is not None:
                    level = entry.get("above", entry.get("below"))
                    criteria.append(
                        Criterion(
                            measure, Decimal(str(level)) if level is not None else Decimal("NaN"), "below" not in entry
                        )
                    )
            if criteria:
                return Judge(rule["name"], tuple(criteria), period, rule["yes"], rule["no"])
        return None

    def _criterion(self, entry: Mapping[str, str], reader: MeasureReader) -> Measure | None:
        if "metric" in entry:
            asking = reader.read(entry["metric"])
            return asking.measure if asking else None
        expression = self._formula(entry["formula"])
        return Measure(entry["name"], expression, Kind(entry.get("kind", "")), Origin.METRIC, entry["name"])

    def _ranking(self, core: str, context: Context, reader: MeasureReader) -> Plan | None:
        """Which of several is the largest: items named in the question, or the parts of a breakdown."""
        superlatives = tables()["superlatives"]
        up, down = _has(core, superlatives["largest"]), _has(core, superlatives["smallest"])
        period = _or_latest(tuple(r.period for r in context.periods), context)[-1]
        level = _LEVEL.search(core)
        noun = part_noun(core)
        if level is not None and level["unit"] in ("%", "percent") and noun is not None:
            of = self._part_measure(core, reader)
            return Parts(
                noun,
                of,
                period,
                share=Decimal(level["number"].replace(",", "")),
                smallest=level["how"].startswith(_LESS),
            )
        if not (up or down) or not re.match(
            r"(?:(?:if|excluding|in|during|for|at|within|inside|among|of|under) [^,]+,? )?"
            r"(?:which|what|among|of the|in which|from which|between|who)\b",
            core,
        ):
            return None
        among = re.search(
            r"(?:among|of|between|out of)(?: the)?(?: following)? (?P<list>[^?]+?)(?:,? which\b|,? what\b|$)", core
        )
        if core.startswith(("among", "of the", "between")) and among:
            choices = self._choices(among["list"], core, reader)
            if len(choices) >= 2:
                return Largest(choices, period, down and "lost the least" not in core, among["list"])
        if noun is None:
            return self._statement_line(core, period, down)
        return leading_part(core, noun, period, down, context, self._vocabulary, reader)

    @staticmethod
    def _statement_line(core: str, period: FiscalPeriod, down: bool) -> Plan | None:
        """ "What is the largest liability?": a line of a statement, where the superlative stands with its kind."""
        superlatives = tables()["superlatives"]
        words = "|".join(re.escape(w) for w in (*superlatives["largest"], *superlatives["smallest"]))
        between = "(?: single| line item| individual| type of| kind of)*"
        after = r"(?:$| [^a-z]| (?:in|on|of|for|at|item|line|by|did|was|is|that|as|reported|company)\b)"
        for kind, rule in tables()["lines"].items():
            for noun in sorted(rule["nouns"], key=len, reverse=True):
                shapes = (rf"\b(?:{words}){between} {noun}{after}", rf"^which {noun}\b.*\b(?:{words}){after}")
                if any(re.search(shape, core) for shape in shapes):
                    return Lines(kind, noun, period, down)
        return None

    def _part_measure(self, core: str, reader: MeasureReader) -> Measure:
        hit = self._vocabulary.within(core)
        if hit is not None:
            return untimed(hit[0]).measure
        asking = reader.read("revenue")
        assert asking is not None
        return asking.measure

    def _choices(self, text: str, core: str, reader: MeasureReader) -> tuple[Measure, ...]:
        """The items of "operations, investing, and financing activities", each read in its context."""
        parts = [p.strip() for p in re.split(r",\s*(?:and|or)?\s*|\s+(?:and|or)\s+", text) if p.strip()]
        tail = " ".join(content_words(parts[-1])[1:]) if parts else ""
        context_words = "cash flow from" if "cash" in core else ""
        found = []
        for part in parts:
            options = [
                f"{context_words} {part} {tail}",
                f"{context_words} {part}",
                f"net cash from {part} {tail}",
                part,
                f"{part} {tail}",
            ]
            if part == parts[-1]:
                options = [f"{context_words} {part}", f"net cash from {part}", part]
            if not context_words:
                options = [part, f"{part} {tail}"]
            asking = next(
                (a for o in options if (a := reader.read(o.strip())) is not None and a.certainty >= 0.9), None
            )
            if asking is None:
                return ()
            found.append(replace(asking.measure, name=part))
        return tuple(found)


def _reported(context: Context) -> bool:
    """Whether all the asked years are over: the library has a report of them or of a later one."""
    latest = context.calendar.latest
    asked = [r.period for r in context.periods]
    return (
        bool(asked)
        and latest is not None
        and all((p.year, p.quarter or 5) <= (latest.year, latest.quarter or 5) for p in asked)
    )


def _has(flat: str, phrases: Sequence[str]) -> bool:
    return holds(flat, phrases, hyphens=True)


def _or_latest(periods: tuple[FiscalPeriod, ...], context: Context) -> tuple[FiscalPeriod, ...]:
    if periods:
        return periods
    latest = context.calendar.latest
    return (latest,) if latest is not None else (FiscalPeriod(0),)


def _over_time(measure: Measure) -> bool:
    """Does the measure name its periods itself ("average accounts payable between FY2016 and FY2017")?"""
    from chains.trees import items

    return any(i.period is not None for i in items(measure.expression))


def _untested(text: str) -> str:
    """The text without the words that ask for a test ("improving", "profile", "any drop in")."""
    flat = flatten(text)
    flat = without_relative(flat)
    tests = tables()["tests"]
    words = sorted(
        {w for ws in tests.values() for w in ws if w not in ("profit", "loss", "growth", "margin")},
        key=len,
        reverse=True,
    )
    flat = _LEVEL.sub(" ", re.sub(r"\([^)]*\)", " ", flat))
    flat = re.sub(rf"(?<![\w-])(?:{'|'.join(re.escape(w) for w in words)})(?![\w-])", " ", flat)
    flat = _WEAK_WORDS.sub(" ", flat)
    return " ".join(flat.split())


def _level_value(match: re.Match[str]) -> Decimal:
    number = Decimal(match["number"].replace(",", ""))
    scale = question_tables()["scales"].get(match["unit"] or "", 0)
    return number.scaleb(scale)


def _with_growth(asking: Asking, period: FiscalPeriod) -> Measure:
    if asking.operations[:1] == ("growth",):
        from chains.compose import growth

        return replace(
            asking.measure,
            expression=growth(asking.measure.expression),
            kind=Kind.PERCENT,
            name=f"growth in {asking.measure.name}",
        )
    return asking.measure
