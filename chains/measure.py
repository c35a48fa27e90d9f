"""What a phrase measures: "net income as a % of revenue", "3 year average net profit margin", "growth in net sales".

A phrase is matched against shapes (planner.toml) and what is left in their places is a definition of the
question, a named metric, a concept, or a label as some filing prints it. Operations over time (growth, average,
CAGR, ...) are kept apart from the measure itself, since they need the periods.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from chains.asking import Asking, Vocabulary, untimed
from chains.combining import combine
from chains.expression import Expression, FirstOf, Item
from chains.phrasing import MAX_PHRASE, content_words, flatten, rephrased, shapes, tidy, trims, word_list
from chains.plan import Kind, Measure, Origin
from chains.resolve.members import by_function, part_name, words_of
from chains.short_names import in_full
from chains.sums import termed
from chains.trees import items, substitute
from ingest.schema import Statement

_YEAR_ON_YEAR = re.compile(r"\b(?:year[- ]over[- ]year|year[- ]on[- ]year|yoy|y-o-y)\b", re.I)
_OPERATORS = re.compile(
    r"\b(?:less|minus|plus|excluding|excl|exclusive of|except|without|net of|before|after|per|divided|times)\b"
    r"|\s[-+*/×÷−]\s"
)
"""Words that change what is measured: a reading that leaves one of them out measures something else."""
_RATIO = re.compile(r"(?<=[\w)])\s*/\s*(?=[\w(])|\s÷\s|\b(?!(?:for|of|at|in|on|by|from)\b)\w+ : (?=\w)")
"""Signs that one thing is set against another: neither of the two alone is the answer."""
_SHARE_OF = re.compile(
    r"(?:%|\b(?:percent|percentage|proportion|fraction|slice|portion))\s+of\b|\bas an?\s+share of\b", re.I
)
"""Words that make a share of what follows: a reading that leaves them out gives an amount."""
_JOINED = re.compile(r"[,:+]|\b(?:and|plus|or)\b")
"""Signs and words that name several things together."""
_BARE = ("(?P<x>.+)/(?P<y>.+)", r"(?P<x>.+)\ to\ (?P<y>.+)")
"""Shapes of a ratio by so little that only known measures are set against each other by it."""
_DEPTH = 5
_LEADS = ("within", "in", "inside", "for", "under", "from", "by", "to", "of", "at")
"""Small words before the name of a part."""
_LONGEST_UNKNOWN = 5
"""Words of a line item that no table of names knows."""
_WHOLE_LABEL = 0.99
"""Likeness of a phrase to a printed label that says all of it."""
_MEMBER = 0.84
"""Likeness of a phrase to a line, or to its headings, that is printed for a part of the company."""


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
        self._definitions = {_key(name): measure for name, measure in (definitions or {}).items()}
        self._labels = labels
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
        if _RATIO.search(closed):
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
        printed = self._label(options)
        if printed is None or printed.certainty < 0.85 * _WHOLE_LABEL:
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
            if any(map(_OPERATORS.search, re.findall(r"\([^()]*\)", option))):
                continue
            if bare and bare != option and (found := self._read(bare, 0, True)) is not None:
                return found
        return self._contained(tidy(flat)) or self._contained(flat) or self._label(options)

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
                if not 1 <= len(words) <= _LONGEST_UNKNOWN or _OPERATORS.search(name) or _JOINED.search(name):
                    return None
                return Asking(Measure(name, Item(name), origin=Origin.LABEL), (operation,), 0.8)
        return None

    def _unslashed(self, flat: str) -> str:
        """A phrase without the slash of a printed name ("Retail/LTC"), which is no ratio of two measures."""

        def joined(match: re.Match[str]) -> str:
            measures = any(self._vocabulary.concept(p) or self._vocabulary.metric(p) for p in match.groups())
            return match[0] if measures or self._labels(match[0]) < _MEMBER else f"{match[1]} {match[2]}"

        return re.sub(r"(?<![\w/])([\w&-]+)/([\w&-]+)(?![\w/])", joined, flat)

    def _read(self, phrase: str, depth: int, exact: bool) -> Asking | None:
        if (whole := re.fullmatch(r"\(([^()]*)\)", phrase)) is not None:
            phrase = whole[1].strip()
        key = (phrase, exact)
        if key not in self._seen:
            self._seen[key] = None
            self._seen[key] = self._base(phrase) or (self._shape(phrase, depth, exact) if depth < _DEPTH else None)
        return self._seen[key]

    def _base(self, phrase: str) -> Asking | None:
        inner = re.fullmatch(r"(.+?)\s*\(([A-Za-z&/]{2,8})\)", phrase)
        for option in (phrase, *(inner.groups() if inner else ())):
            defined = self._definitions.get(_key(option))
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
            if concept is not None and (measure is None or (concept[1] >= 1.0 and _single(measure.expression))):
                item = Item(option, concept[0])
                return Asking(Measure(option, item, origin=Origin.CONCEPT), certainty=concept[1])
            if measure is not None and concept is not None and not _single(measure.expression):
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
            if operation == "add":
                if not (pieces := termed(list(groups.values()))):
                    continue
                groups = dict(zip(groups, pieces, strict=True))
            if operation == "difference" and phrase.startswith("difference between") and _JOINED.search(groups["x"]):
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
            return Asking(Measure(option, self._printed(option, score), origin=Origin.LABEL), certainty=score * 0.8)
        # "Revenue less AWS revenue": a part's line item, which has to be printed under the part's name.
        return self._contained(option) if named else None

    def _contained(self, flat: str) -> Asking | None:
        """The longest known measure inside a longer phrase, if it is most of what the phrase says."""
        for name, measure in sorted(self._definitions.items(), key=lambda d: -len(d[0])):
            if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", _key(flat)):
                return self._around(flat, name, Asking(measure, certainty=0.95))
        hit = self._vocabulary.within(flat)
        if hit is None:
            return None
        measure, (start, end) = hit
        same = next((d for d in self._definitions.values() if d.metric and d.metric == measure.metric), None)
        if same is not None:
            return self._around(flat, flat[start:end], Asking(same, certainty=0.9))
        if _OPERATORS.search(flat[:start] + " " + flat[end:]) or (
            _single(measure.expression) and (self._is_ratio(flat) or re.search(r"\bratio\b", flat[:start] + flat[end:]))
        ):
            return None
        around = f"{flat[:start]} | {flat[end:]}"
        if _SHARE_OF.search(flat) and not _SHARE_OF.search(flat[start:end]):
            return None
        if _JOINED.search(around) and self._vocabulary.within(around) is not None:
            # "Net debt: debt, notes payable and leases": one of several things that are named together.
            return None
        rest = content_words(around)
        said = content_words(flat[start:end])
        bare = untimed(measure)
        rest = [w for w in rest if w not in word_list("time")]
        if not rest:
            return self._around(flat, flat[start:end], replace(bare, certainty=0.9))
        # "Domestic segment revenue": the words around a line item say which one. They have to be printed with it.
        if isinstance(measure.expression, Item):
            phrase = " ".join((*rest, flat[start:end]))
            member = part_name(flat[:start] + " " + flat[end:])
            readings = self._readings(replace(measure.expression, phrase=phrase, member=member))
            item = readings[0] if len(readings) == 1 else FirstOf(readings)
            return self._around(
                flat,
                flat[start:end],
                Asking(
                    Measure(phrase, item, origin=Origin.LABEL), certainty=0.9 if self._printed_part(member) else 0.7
                ),
            )
        member = part_name(flat[:start] + " " + flat[end:])
        if self._printed_part(member) and (parted := of_part(bare, member, tidy(flat))) is not None:
            return self._around(flat, flat[start:end], parted)
        certainty = 0.95 - 0.6 * len(rest) / max(1, len(said))
        if certainty < 0.75:
            return None
        return self._around(flat, flat[start:end], replace(bare, certainty=certainty))

    def _is_ratio(self, flat: str) -> bool:
        """Whether a sign sets one thing against another. "Retail/LTC" is the name of a part, where it is printed so."""
        for match in _RATIO.finditer(flat):
            compound = re.search(r"[\w&-]+/[\w&-]+", flat[max(0, flat.rfind(" ", 0, match.start()) + 1) :])
            if match[0] != "/" or compound is None:
                return True
            sides = compound[0].split("/")
            if any(self._vocabulary.concept(side) or self._vocabulary.metric(side) for side in sides):
                return True
            if self._labels(compound[0].replace("/", " ")) < 0.8:
                return True
        return False

    def _named(self, phrase: str) -> bool:
        """Whether a phrase is a name of a line item, which is no part of the company."""
        known = self._vocabulary.concept(phrase)
        return known is not None and known[1] >= 1.0

    def _printed_part(self, member: str) -> bool:
        return bool(member) and self._labels(member) >= _MEMBER

    def _around(self, flat: str, name: str, inner: Asking) -> Asking:
        """Time operations that stand elsewhere in the phrase still count: "growth did the company see in revenue"."""
        rest = flat.replace(name, " ", 1)
        words = set(re.findall(r"[a-z%-]+", rest))
        if "cagr" in words or "compound" in words or "compounded" in words:
            return replace(inner, operations=("cagr",))
        if words & {"growth", "yoy", "year-over-year", "grow", "grew", "grown"} and "margin" not in rest:
            return replace(inner, operations=("growth",))
        if words & {"average", "mean", "avg"}:
            return replace(inner, operations=("average",))
        return inner

    def _of_part(self, phrase: str) -> Asking | None:
        """A known measure of a part of the company that the filings print: "segment margin of Pet", "Pet net sales".

        The part may stand before the measure or behind it; of several splits the one whose part is printed best wins.
        """
        best: tuple[float, int, str, Asking] | None = None
        if _SHARE_OF.search(phrase):
            return None
        words = phrase.split()
        for k in range(1, len(words)):
            for part, rest in ((words[:k], words[k:]), (words[k:], words[:k])):
                while len(part) > 1 and part[0].lower() in _LEADS:
                    part = part[1:]
                member = part_name(" ".join(part))
                joined = {part[0], part[-1], rest[0], rest[-1]} & {"and", "or", "to", "/"}
                named_line = self._named(member) or self._named(" ".join(part))
                if not member or joined or self._vocabulary.metric(member):
                    continue
                score = self._labels(member)
                if score < _MEMBER or (best is not None and (score, len(member)) <= best[:2]):
                    continue
                measure = tidy(" ".join(rest))
                ways = dict.fromkeys((measure, tidy(" ".join(map(part_name, measure.split())))))
                asking = next((a for way in ways if way and (a := self._read(way, 0, True))), None)
                if asking is None or asking.measure.origin is Origin.LABEL:
                    continue
                if named_line and not _by_function(asking.measure.expression):
                    continue
                named = of_part(asking, member, tidy(phrase))
                if named is not None:
                    named = self._or_longer_part(named, member)
                    best = (score, len(member), member, named)
        return best[3] if best is not None else None

    def _or_longer_part(self, asking: Asking, member: str) -> Asking:
        """ "International streaming revenues": the streaming revenues of International, or revenues of "International

        Streaming", where that is printed.
        """
        item = asking.measure.expression
        if not isinstance(item, Item) or " " not in item.phrase:
            return asking
        before, _, last = item.phrase.rpartition(" ")
        revenue, known = self._vocabulary.concept("revenue"), self._vocabulary.concept(last)
        if known is None or revenue is None or known[0] != revenue[0] or known[0] == item.concept:
            return asking
        if set(content_words(before)) & (words_of("kinds") | words_of("whole")):
            # "APAC product revenue" is no revenue of all that is sold there.
            return asking
        other = replace(item, phrase=last, concept=known[0], member=f"{member} {before}")
        return replace(asking, measure=replace(asking.measure, expression=FirstOf((other, item))))

    def _label(self, options: list[str]) -> Asking | None:
        best: tuple[float, str] = (0.0, "")
        for option in options:
            score = self._labels(option)
            if score >= best[0] - 1e-6 and content_words(option):
                best = (max(score, best[0]), option)
        score, phrase = best
        if score < (_WHOLE_LABEL if self._is_ratio(phrase) else 0.9 if _OPERATORS.search(phrase) else 0.6):
            return None
        return Asking(Measure(phrase, self._printed(phrase, score), origin=Origin.LABEL), certainty=score * 0.85)

    def _printed(self, phrase: str, score: float) -> Expression:
        """The printed line that a phrase names; where its words stand apart, else the known line item of a part.

        "Digital sales" may be the row "Digital" below "Net sales": the row's label says only half of it.
        """
        if score >= _WHOLE_LABEL or (part := self._contained(phrase)) is None or part.operations:
            return Item(phrase)
        known = part.measure.expression
        known = known.alternatives[0] if isinstance(known, FirstOf) else known
        if not isinstance(known, Item) or known.concept is None or part.measure.origin is not Origin.LABEL:
            return Item(phrase)
        return FirstOf((*self._readings(known), Item(phrase)))

    def _readings(self, item: Item) -> tuple[Item, ...]:
        """The line items that a part's name can mean: "digital services sales" holds "services sales" and is yet the
        sales of "Digital Services"."""
        last = self._vocabulary.concept(item.phrase.rpartition(" ")[2])
        if last is None or last[1] < 1.0 or last[0] == item.concept:
            return (item,)
        return item, replace(item, concept=last[0])


def of_part(asking: Asking, member: str, name: str) -> Asking | None:
    """The measure of a part of the company: every line item of its formula is that of the part.

    None where the formula holds an item that is no known line item, or is one of a share or of a time of its own.
    """
    measure = asking.measure
    held = items(measure.expression)
    if not held or any(i.concept is None or i.member or i.scope for i in held) or measure.kind is Kind.PER_SHARE:
        return None
    expression = substitute(measure.expression, lambda item: replace(item, member=member))
    return replace(asking, measure=replace(measure, name=name, expression=expression), certainty=0.9)


def _by_function(expression: Expression) -> bool:
    """Whether it is a cost that notes break down by the line of the income statement that it is within."""
    return isinstance(expression, Item) and expression.concept in by_function()


def _key(phrase: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9&/%+ -]+", " ", phrase.lower()).replace("-", " ").split())


def _single(expression: Expression) -> bool:
    return len(items(expression)) <= 1
