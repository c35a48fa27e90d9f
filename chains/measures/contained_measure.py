"""What is measured by a phrase that is no measure as a whole: a known one within it, or a label that filings print."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from chains.formulas.expression import Expression, FirstOf, Item
from chains.measures.asking import Asking, Vocabulary, untimed
from chains.measures.measure_signs import JOINED, MEMBER, OPERATORS, RATIO, SHARE_OF, WHOLE_LABEL, is_single, key_of
from chains.measures.part_measure import of_part
from chains.measures.phrasing import content_words, tidy, word_list
from chains.planning.plan import Measure, Origin
from chains.resolve.members import part_name


class ContainedMeasures:
    """Finds measures within phrases. `definitions` are those of the question, by their keys (`key_of`)."""

    def __init__(
        self, vocabulary: Vocabulary, definitions: Mapping[str, Measure], labels: Callable[[str], float]
    ) -> None:
        self._vocabulary = vocabulary
        self._definitions = definitions
        self._labels = labels

    def within(self, flat: str) -> Asking | None:
        """The longest known measure inside a longer phrase, if it is most of what the phrase says."""
        for name, measure in sorted(self._definitions.items(), key=lambda d: -len(d[0])):
            if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", key_of(flat)):
                return self._around(flat, name, Asking(measure, certainty=0.95))
        hit = self._vocabulary.within(flat)
        if hit is None:
            return None
        measure, (start, end) = hit
        same = next((d for d in self._definitions.values() if d.metric and d.metric == measure.metric), None)
        if same is not None:
            return self._around(flat, flat[start:end], Asking(same, certainty=0.9))
        if OPERATORS.search(flat[:start] + " " + flat[end:]) or (
            is_single(measure.expression)
            and (self._is_ratio(flat) or re.search(r"\bratio\b", flat[:start] + flat[end:]))
        ):
            return None
        around = f"{flat[:start]} | {flat[end:]}"
        if SHARE_OF.search(flat) and not SHARE_OF.search(flat[start:end]):
            return None
        if JOINED.search(around) and self._vocabulary.within(around) is not None:
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
        for match in RATIO.finditer(flat):
            compound = re.search(r"[\w&-]+/[\w&-]+", flat[max(0, flat.rfind(" ", 0, match.start()) + 1) :])
            if match[0] != "/" or compound is None:
                return True
            sides = compound[0].split("/")
            if any(self._vocabulary.concept(side) or self._vocabulary.metric(side) for side in sides):
                return True
            if self._labels(compound[0].replace("/", " ")) < 0.8:
                return True
        return False

    def _printed_part(self, member: str) -> bool:
        return bool(member) and self._labels(member) >= MEMBER

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

    def label(self, options: list[str]) -> Asking | None:
        """The printed label that one of these phrases is likest to; None where none is like enough."""
        best: tuple[float, str] = (0.0, "")
        for option in options:
            score = self._labels(option)
            if score >= best[0] - 1e-6 and content_words(option):
                best = (max(score, best[0]), option)
        score, phrase = best
        if score < (WHOLE_LABEL if self._is_ratio(phrase) else 0.9 if OPERATORS.search(phrase) else 0.6):
            return None
        return Asking(Measure(phrase, self.printed(phrase, score), origin=Origin.LABEL), certainty=score * 0.85)

    def printed(self, phrase: str, score: float) -> Expression:
        """The printed line that a phrase names; where its words stand apart, else the known line item of a part.

        "Digital sales" may be the row "Digital" below "Net sales": the row's label says only half of it.
        """
        if score >= WHOLE_LABEL or (part := self.within(phrase)) is None or part.operations:
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
