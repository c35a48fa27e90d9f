"""What a phrase measures: "net income as a % of revenue", "3 year average net profit margin", "growth in net sales".

A phrase is matched against shapes (planner.toml) and what is left in their places is a definition of the
question, a named metric, a concept, or a label as some filing prints it. Operations over time (growth, average,
CAGR, ...) are kept apart from the measure itself, since they need the periods.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from chains.formulas.expression import FirstOf, Item
from chains.formulas.short_names import in_full
from chains.formulas.sums import termed
from chains.measures.asking import Asking, Vocabulary, untimed
from chains.measures.combining import combine
from chains.measures.contained_measure import ContainedMeasures
from chains.measures.measure_signs import JOINED, MEMBER, OPERATORS, RATIO, WHOLE_LABEL, is_single, key_of
from chains.measures.part_measure import measure_of_part
from chains.measures.phrasing import MAX_PHRASE, content_words, flatten, rephrased, shapes, tidy, trims, word_list
from chains.planning.plan import Measure, Origin
from ingest.schema import Statement

_YEAR_ON_YEAR = re.compile(r"\b(?:year[- ]over[- ]year|year[- ]on[- ]year|yoy|y-o-y)\b", re.I)
_BARE = ("(?P<x>.+)/(?P<y>.+)", r"(?P<x>.+)\ to\ (?P<y>.+)")
"""Shapes of a ratio by so little that only known measures are set against each other by it."""
_DEPTH = 5
_LONGEST_UNKNOWN = 5
"""Words of a line item that no table of names knows."""


class MeasureReader:
    """Reads phrases to measures, with the definitions of one question at hand."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        definitions: Mapping[str, Measure] | None = None,
        labels: Callable[[str], float] = lambda phrase: 0.0,
        *,
        spans: bool = False,
        statements: Sequence[Statement] = (),
    ) -> None:
        self._vocabulary = vocabulary
        self._statements = tuple(statements)
        self._spans = spans
        self._definitions = {key_of(name): measure for name, measure in (definitions or {}).items()}
        self._labels = labels
        self._contained = ContainedMeasures(vocabulary, self._definitions, labels)
        self._seen: dict[tuple[str, bool], Asking | None] = {}

    def read(self, text: str) -> Asking | None:
        """The measure that a phrase asks for; None where nothing in it is known or printed."""
        flat = flatten(text)[:MAX_PHRASE]
        flat = self._unslashed(" ".join(re.sub(r"\(\s*\)", " ", flat).split()))
        closed = re.sub(r"(?:\s+(?:at|of|for|in|by))+$", "", flat)
        for pattern, other in rephrased():
            if (match := pattern.fullmatch(closed)) is not None:
                places = {name: trims(said, 8)[-1] for name, said in match.groupdict().items()}
                if (found := self.read(other.format(**places))) is not None:
                    return found
        if RATIO.search(closed):
            flat = closed  # "debt / equity ratio of": what stands behind the ratio would hide that it is one
        options = trims(flat)
        for option in options:
            found = self._base(option)
            if found is not None:
                return found
        for option in options:
            found = self._read(option, 0, True)
            if found is not None:
                return found
        printed = self._contained.label(options)
        if printed is None or printed.certainty < 0.85 * WHOLE_LABEL:
            for option in options:
                if (part := self._of_part(option)) is not None:
                    return part
        if printed is not None and printed.certainty >= 0.78:
            return printed
        for option in options:
            found = self._read(option, 0, False)
            if found is not None:
                return found
        bare = re.sub(r"\b(?:using|based on|calculated with)\b.*$", "", flat).strip()
        if bare and bare != flat and (found := self.read(bare)) is not None and found.certainty >= 0.9:
            return found
        timed = _YEAR_ON_YEAR.sub(" ", flat)
        if timed != flat and (found := self.read(timed)) is not None:
            return found
        for option in options:
            bare = " ".join(re.sub(r"\([^()]*\)", " ", option).split())
            if any(map(OPERATORS.search, re.findall(r"\([^()]*\)", option))):
                continue
            if bare and bare != option and (found := self._read(bare, 0, True)) is not None:
                return found
        return self._contained.within(tidy(flat)) or self._contained.within(flat) or self._contained.label(options)

    def moved(self, text: str) -> Asking | None:
        """The change of a line item that has no known name, where a question asks for nothing else: "how much did
        shipping costs rise". Only filings can tell whether there is such an item."""
        flat = flatten(text)[:MAX_PHRASE]
        if not re.match(r"(?:by )?(?:how (?!many\b)|what (?:percent|%|pct))", flat) and " many" not in flat[:12]:
            return None
        for option in trims(flat):
            for operation, pattern, _ in shapes():
                if operation not in ("growth", "difference") or (match := pattern.fullmatch(option)) is None:
                    continue
                name = tidy(match["x"])
                words = content_words(name)
                if not 1 <= len(words) <= _LONGEST_UNKNOWN or OPERATORS.search(name) or JOINED.search(name):
                    return None
                return Asking(Measure(name, Item(name), origin=Origin.LABEL), (operation,), 0.8)
        return None

    def _unslashed(self, flat: str) -> str:
        """A phrase without the slash of a printed name ("Retail/LTC"), which is no ratio of two measures."""

        def joined(match: re.Match[str]) -> str:
            measures = any(self._vocabulary.concept(p) or self._vocabulary.metric(p) for p in match.groups())
            return match[0] if measures or self._labels(match[0]) < MEMBER else f"{match[1]} {match[2]}"

        return re.sub(r"(?<![\w/])([\w&-]+)/([\w&-]+)(?![\w/])", joined, flat)

    def _read(self, phrase: str, depth: int, exact: bool) -> Asking | None:
        if (whole := re.fullmatch(r"\(([^()]*)\)", phrase)) is not None:
            phrase = whole[1].strip()
        key = (phrase, exact)
        if key not in self._seen:
            self._seen[key] = None
            self._seen[key] = self._base(phrase) or (self._shape(phrase, depth, exact) if depth < _DEPTH else None)
        return self._seen[key]

    def _of_part(self, phrase: str) -> Asking | None:
        return measure_of_part(phrase, self._vocabulary, self._labels, lambda rest: self._read(rest, 0, True))

    def _base(self, phrase: str) -> Asking | None:
        inner = re.fullmatch(r"(.+?)\s*\(([A-Za-z&/]{2,8})\)", phrase)
        for option in (phrase, *(inner.groups() if inner else ())):
            defined = self._definitions.get(key_of(option))
            if defined is not None:
                return Asking(defined)
        words = phrase.split()
        if words and words[0].lower() in ("less", "more", "fewer"):
            return None  # "how much less cash"
        if words and (words[0].lower() in word_list("function") or words[-1].lower() in word_list("function")):
            return None
        if self._spans and re.match(
            r"(?:net )?(?:change|increase|decrease)s? in |.* (?:change|increase|decrease)s?$", phrase
        ):
            # Between two periods of the question it is a difference of balances, not a line of one period.
            return None
        if re.search(r"\([^()]*\b(?:excluding|excl|without|except)\b", phrase) and self._labels(phrase) < 0.97:
            return None
        unadjusted = re.sub(r"\b(?:unadjusted|reported|as[- ]reported|gaap)\b", " ", phrase)
        for option in dict.fromkeys((phrase, *(inner.groups()[:1] if inner else ()), " ".join(unadjusted.split()))):
            measure = self._vocabulary.metric(option)
            if measure is not None and measure.metric:
                same = next((d for d in self._definitions.values() if d.metric == measure.metric), None)
                if same is not None:
                    return Asking(same)
            concept = self._vocabulary.concept(option, self._statements)
            # A single line item that the filings print beats a formula of the same name.
            if concept is not None and (measure is None or (concept[1] >= 1.0 and is_single(measure.expression))):
                item = Item(option, concept[0])
                return Asking(Measure(option, item, origin=Origin.CONCEPT), certainty=concept[1])
            if measure is not None and concept is not None and not is_single(measure.expression):
                # Of a formula and a line item of the same name the one is taken that the filings can give.
                item = Item(option, concept[0])
                return untimed(replace(measure, name=option, expression=FirstOf((measure.expression, item))))
            if measure is not None:
                return untimed(measure)
        return None

    def _shape(self, phrase: str, depth: int, exact: bool) -> Asking | None:
        for operation, pattern, _ in shapes():
            match = pattern.fullmatch(phrase)
            if match is None or (pattern.pattern in _BARE and not exact):
                # "Property/casualty premiums" is no quotient of two labels that are somewhere printed.
                continue
            if operation in ("subtract", "add", "exclude") and self._labels(phrase) >= 0.97:
                # "Cash, excluding cash held for sale" is a line that the filings print, not a sum to be done.
                return Asking(Measure(phrase, Item(phrase), origin=Origin.LABEL), certainty=0.9)
            groups = {name: text.strip() for name, text in match.groupdict().items()}
            if any(text.count("(") != text.count(")") for text in groups.values()):
                continue  # a formula in brackets is no end of a name
            if operation == "subtract" and _goes_on(phrase, match):
                continue  # "A minus B plus C" is read from left to right
            if operation == "add":
                if not (pieces := termed(list(groups.values()))):
                    continue
                groups = dict(zip(groups, pieces, strict=True))
            if operation == "difference" and phrase.startswith("difference between") and JOINED.search(groups["x"]):
                continue  # of two things that are joined it is not a change over time
            sums = operation in ("subtract", "add", "exclude", "total", "average")
            read = {name: self._part(text, depth, exact, named=sums) for name, text in groups.items()}
            parts = {name: part for name, part in read.items() if part is not None}
            if len(parts) < len(read):
                continue
            if operation == "subtract" and parts["x"].measure.expression == parts["y"].measure.expression:
                # "Headcount in 2017 minus headcount in 2015": the difference between its periods, or nothing.
                return Asking(parts["x"].measure, ("difference",), parts["x"].certainty) if self._spans else None
            made = combine(self._vocabulary, operation, parts, tidy(phrase))
            if made is not None:
                return made
        return None

    def _part(self, text: str, depth: int, exact: bool, *, named: bool = False) -> Asking | None:
        for option in dict.fromkeys((in_full(trims(text, 8)[-1]), *trims(text, 8))):
            found = self._read(option, depth + 1, exact)
            if found is not None:
                return found
        if exact:
            return None
        option = trims(text, 8)[-1]
        score = self._labels(option)
        if score >= 0.75:
            return Asking(
                Measure(option, self._contained.printed(option, score), origin=Origin.LABEL), certainty=score * 0.8
            )
        # "Revenue less AWS revenue": a part's line item, which has to be printed under the part's name.
        return self._contained.within(option) if named else None


def _goes_on(phrase: str, match: re.Match[str]) -> bool:
    """Whether a sum follows what a minus takes off."""
    between = phrase[match.end("x") : match.start("y")].strip()
    return between in ("minus", "-") and re.search(r"\bplus\b|\+", match["y"]) is not None and "(" not in match["y"]
