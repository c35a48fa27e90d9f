"""Named metrics: the table `metrics.toml` as types, and where a text names one.

The table is data that a finance person can extend; a second file of the same form adds metrics or replaces them.
Formulas are read by the one grammar (`formula`) when a metric is first used, and all at once by `check`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from chains.errors import FormulaError, MetricsError
from chains.formulas.expression import Expression, Item
from chains.formulas.lexer import Lexicon
from chains.formulas.parser import parse_formula
from chains.formulas.trees import items
from chains.tables import read_table
from ingest.schema import Statement

_SHORT = re.compile(r"[A-Z&/\-]{2,6}s?")
_WORD = re.compile(r"\w+|[^\w\s]")
_GOES_ON = re.compile(r"[\w&]|-\w")  # "quick ratio-like" names no metric
_CONCEPT = re.compile(r"[A-Z][A-Za-z]{3,}")


class MetricUnit(StrEnum):
    """How a metric's value is shown. PERCENT: the formula's plain ratio times 100."""

    PERCENT = "percent"
    TIMES = "times"
    DAYS = "days"
    CURRENCY = "currency"
    PER_SHARE = "per_share"
    PURE = "pure"


class Trend(StrEnum):
    """What a rise of the metric means."""

    BETTER = "better"
    WORSE = "worse"
    NEUTRAL = "neutral"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another usual definition of a metric."""

    name: str
    formula: str
    note: str
    expression: Expression
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `not_for` gives, for each industry where it means nothing, the reason."""

    key: str
    name: str
    aliases: tuple[str, ...]
    formula: str
    expression: Expression
    unit: MetricUnit
    needs: tuple[Statement, ...]
    higher_is: Trend
    source: str
    not_for: Mapping[str, str]
    alternatives: tuple[Alternative, ...] = ()

    def refusal(self, industry: str) -> str | None:
        """Why the metric does not apply to a company of `industry`; None where it does."""
        words = industry.lower()
        return next((reason for tag, reason in self.not_for.items() if tag in words), None)


@dataclass(frozen=True, slots=True)
class Found:
    """A metric named in a text, at `text[start:end]`; `alternative` where the words name one of its others."""

    metric: Metric
    start: int
    end: int
    alternative: Alternative | None = None

    @property
    def expression(self) -> Expression:
        return (self.alternative or self.metric).expression


class Metrics(Mapping[str, Metric]):
    """All metrics, by key. Iterates in the order of the file."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._rows: dict[str, dict[str, Any]] = raw.get("metrics", {})
        self._components: dict[str, str] = raw.get("components", {})
        self._read: dict[str, Metric] = {}
        self._expressions: dict[str, Expression] = {}
        self._open: list[str] = []

    @classmethod
    def load(cls, extra: Path | None = None) -> Metrics:
        """The shipped metrics, and those of `extra`, which are checked. Raises MetricsError with all problems."""
        shipped = _shipped()
        if extra is None:
            return shipped
        try:
            added = tomllib.loads(extra.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise MetricsError(f"cannot read the metrics of {extra}: {error}; expected a TOML file") from error
        sections = ("sources", "reasons", "components", "metrics")
        metrics = cls({name: {**shipped._raw.get(name, {}), **added.get(name, {})} for name in sections})
        metrics.check(str(extra), [f"unknown section [{name}]" for name in added if name not in sections])
        return metrics

    def __getitem__(self, key: str) -> Metric:
        if key not in self._read:
            self._read[key] = self._metric(key, self._rows[key])
        return self._read[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def named(self, name: str) -> Metric | None:
        """The metric whose key, name or alias is exactly `name`; None where there is none."""
        found = [f for f in self.find(name) if f.start == 0 and f.end == len(name) and f.alternative is None]
        return found[0].metric if found else self.get(name)

    def expression_of(self, name: str) -> Expression | None:
        """The usual expression of a metric by key, name or alias (for `find_definitions`)."""
        metric = self.named(name.strip())
        return metric.expression if metric else None

    def find(self, text: str) -> list[Found]:
        """The metrics that `text` names, in order; the longest name wins. Offsets are those of `text`.

        Case, runs of spaces and the plural are ignored, except in abbreviations such as ROE.
        """
        words = [m for m in _WORD.finditer(text) if m[0] != "-"]
        found: list[Found] = []
        index = 0
        while index < len(words):
            length, key, number = self._longest(text, words, index)
            if length:
                metric = self[key]
                other = metric.alternatives[number] if number >= 0 else None
                found.append(Found(metric, words[index].start(), words[index + length - 1].end(), other))
            index += length or 1
        return found

    def concepts(self) -> frozenset[str]:
        """Every concept that a formula uses."""
        expressions = [e for m in self.values() for e in (m.expression, *(a.expression for a in m.alternatives))]
        return frozenset(i.concept for e in expressions for i in items(e) if i.concept)

    def check(self, origin: str = "metrics.toml", problems: list[str] | None = None) -> None:
        """Raises MetricsError that lists every problem of the table."""
        problems = list(problems or [])
        for name, reason in self._raw.get("reasons", {}).items():
            if not isinstance(reason, dict) or not all(isinstance(reason.get(e), str) for e in ("industries", "text")):
                problems.append(f"[reasons.{name}] lacks industries or text")
        for key, row in self._rows.items():
            problems.extend(f"[metrics.{key}] {problem}" for problem in self._problems(key, row))
        for key in self._components:
            if _CONCEPT.match(key) or (key in self._rows):
                problems.append(f"[components] {key} is a concept or a metric too; choose another name")
        if problems:
            raise MetricsError(f"{origin} has {len(problems)} problems: {'; '.join(problems)}")

    # -- reading --------------------------------------------------------------------------------------------------

    def _problems(self, key: str, row: object) -> Iterator[str]:
        if not isinstance(row, dict):
            yield "is no table"
            return
        for name in ("name", "formula", "unit", "needs", "higher_is", "source"):
            if not isinstance(row.get(name), str):
                yield f"lacks {name}"
        known = {"name", "aliases", "formula", "unit", "needs", "higher_is", "source", "not_for", "alternatives"}
        yield from (f"has the unknown entry {name}" for name in row if name not in known)
        for name, kind in (("unit", MetricUnit), ("higher_is", Trend)):
            values = [member.value for member in kind]
            if isinstance(row.get(name), str) and row[name] not in values:
                yield f"{name} is {row[name]!r}; expected {', '.join(values)}"
        statements = [member.value for member in Statement]
        yield from (f"needs the unknown statement {n!r}" for n in _listed(row.get("needs")) if n not in statements)
        if isinstance(row.get("source"), str) and row["source"] not in self._raw.get("sources", {}):
            yield f"has the unknown source {row['source']!r}; add it to [sources]"
        reasons = self._raw.get("reasons", {})
        yield from (
            f"has the unknown reason {n!r}; add it to [reasons]"
            for n in _listed(row.get("not_for"))
            if n not in reasons
        )
        alternatives = [a if isinstance(a, dict) else {} for a in _rows_of(row.get("alternatives"))]
        if not all(isinstance(a.get(entry), str) for a in alternatives for entry in ("name", "formula", "note")):
            yield "has an alternative without name, formula or note"
        for formula in filter(None, (row.get("formula"), *(a.get("formula") for a in alternatives))):
            try:
                self._parse(formula)
            except (FormulaError, MetricsError) as error:
                yield str(error)

    def _metric(self, key: str, row: Mapping[str, Any]) -> Metric:
        reasons: Mapping[str, Any] = self._raw.get("reasons", {})
        not_for = {
            industry: str(reasons[name]["text"])
            for name in _listed(row.get("not_for"))
            for industry in _listed(reasons[name]["industries"])
        }
        return Metric(
            key=key,
            name=row["name"],
            aliases=_listed(row.get("aliases")),
            formula=row["formula"],
            expression=self._expression(key),
            unit=MetricUnit(row["unit"]),
            needs=tuple(map(Statement, _listed(row["needs"]))),
            higher_is=Trend(row["higher_is"]),
            source=self._raw["sources"][row["source"]],
            not_for=not_for,
            alternatives=tuple(
                Alternative(a["name"], a["formula"], a["note"], self._parse(a["formula"]), _listed(a.get("aliases")))
                for a in row.get("alternatives", [])
            ),
        )

    def _expression(self, key: str) -> Expression:
        """The expression of a component or metric, with what it uses put in. Raises MetricsError for a circle."""
        if key not in self._expressions:
            if key in self._open:
                raise MetricsError(
                    f"the formula of {key} uses itself ({' > '.join([*self._open, key])}); break the circle"
                )
            self._open.append(key)
            try:
                self._expressions[key] = self._parse(
                    str(self._components.get(key) or self._rows[key].get("formula", ""))
                )
            finally:
                self._open.pop()
        return self._expressions[key]

    def _parse(self, formula: str) -> Expression:
        expression = parse_formula(formula, _no_phrases(), self._resolve)
        for item in items(expression):
            if item.concept is None:
                raise FormulaError(f"{item.phrase!r} is neither a concept nor a component nor a metric")
        return expression

    def _resolve(self, name: str) -> Expression | None:
        if name in self._components or name in self._rows:
            return self._expression(name)
        return Item(name, name) if _CONCEPT.fullmatch(name) else None

    # -- finding --------------------------------------------------------------------------------------------------

    @cached_property
    def _names(self) -> dict[str, list[tuple[tuple[str, ...], str, int]]]:
        """By first word, longest first: the words of a name, its metric and the number of its alternative or -1."""
        names: dict[tuple[str, ...], tuple[str, int]] = {}
        for key, row in self._rows.items():
            own = (row["name"], *_listed(row.get("aliases")))
            others = [(n, _listed(a.get("aliases"))) for n, a in enumerate(row.get("alternatives", []))]
            for number, aliases in ((-1, own), *others):
                for alias in aliases:
                    names.setdefault(_words_of(alias), (key, number))
        by_first: dict[str, list[tuple[tuple[str, ...], str, int]]] = {}
        for words, (key, number) in sorted(names.items(), key=lambda pair: -len(pair[0])):
            by_first.setdefault(words[0], []).append((words, key, number))
        return by_first

    def _longest(self, text: str, words: list[re.Match[str]], index: int) -> tuple[int, str, int]:
        """How many words the longest name at `index` has (0: none), its metric, its alternative or -1."""
        start = words[index].start()
        if start and (text[start - 1].isalnum() or text[start - 1] in "&_"):
            return 0, "", -1
        first = words[index][0]
        best = (0, "", -1)
        for head in dict.fromkeys((first, first.lower(), first.lower().removesuffix("s"))):
            for name, key, number in self._names.get(head, ()):
                here = words[index : index + len(name)]
                fits = len(here) == len(name) > best[0] and _same(name, [m[0] for m in here])
                if fits and not _GOES_ON.match(text, here[-1].end()):
                    best = (len(name), key, number)
                    break
        return best


def _words_of(name: str) -> tuple[str, ...]:
    """The words of a name, hyphens left out; an abbreviation (ROE) keeps its capitals."""
    words = (w for w in _WORD.findall(name) if w != "-")
    return tuple(words) if _SHORT.fullmatch(name) else tuple(w.lower() for w in words)


def _same(name: tuple[str, ...], words: list[str]) -> bool:
    if name == tuple(words):
        return True
    if any(word.isupper() for word in name):
        return False
    lower = [word.lower() for word in words]
    return list(name) == lower or (list(name[:-1]) == lower[:-1] and name[-1] + "s" == lower[-1])


def _rows_of(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _listed(text: object) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip()) if isinstance(text, str) else ()


@cache
def _shipped() -> Metrics:
    return Metrics(read_table("metrics.toml"))


@cache
def _no_phrases() -> Lexicon:
    return Lexicon()
