"""Does the printed confidence mean what it says? Fit and measure the model of chains/calibration.toml.

    python -m benchmarks.bench_calibration --home FOLDER LIBRARY... [--held-out WORD...] [--fit]

Questions are made from the figures of a library, so that the truth is known: for every line of the primary statements
its concept's names, once as the concept and once as bare words; and the names of concepts that a filing does not
print, where every binding is wrong. Documents whose name contains a word of `--held-out` are measured, the others
fitted on. It prints the expected calibration error (10 bins), the Brier score, and the share of questions answered
at the lowest confidence above which 95 % are right.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chains.formulas.expression import FiscalPeriod, Item
from chains.questions.directory import Directory
from chains.questions.fiscal_calendar import Calendar, is_periodic
from chains.resolve.bound import Bound
from chains.resolve.calibration import FEATURES, probability
from chains.resolve.candidates import ACCEPT
from chains.resolve.concept_facts import default_facts
from chains.resolve.resolver import LIKELY, Resolver
from chains.resolve.scope import PRIMARY, Scope
from chains.resolve.shelf import Shelf
from ingest.concepts import load_concepts
from ingest.ledger import Ledger
from ingest.schema import Document, Figure

TABLE = Path(__file__).parents[1] / "chains" / "calibration.toml"
NAMES = 3
"""Names of a concept that are asked for."""
LEAST = 0.40
"""Bindings below the accepted score are looked at too: the model has to know what wrong ones look like."""
RIDGE = 1.0
ABSENT_EVERY = 4
Example = tuple[dict[str, float], bool]
"""The features of a binding, and whether it is right."""


def examples(ledger: Ledger, held_out: Sequence[str]) -> Iterator[tuple[bool, Example]]:
    """(is its document held out, example) for every question made from a library's figures."""
    concepts, shelf = load_concepts(), Shelf(ledger)
    resolver = Resolver(shelf, default_facts())
    for company in Directory(ledger.documents()).companies:
        calendar = Calendar.of(company.documents)
        for document in filter(is_periodic, company.documents):
            if document.fiscal_year is None:
                continue
            period = FiscalPeriod(document.fiscal_year, document.fiscal_quarter)
            scope = Scope(company.documents, calendar)
            truth = printed(shelf.sheet(document).figures, document, period)
            out = any(word.lower() in document.name.lower() for word in held_out)
            for number, concept in enumerate(concepts.values()):
                if concept.key not in truth and number % ABSENT_EVERY:
                    continue
                for name in concept.names[:NAMES]:
                    # A name may be that of several lines ("net income"): any of them is right.
                    meant = {concept.key, *concept.fallback, *(m.concept for m in concepts.lookup_phrase(name))}
                    values = set().union(*(truth.get(key, set()) for key in meant))
                    for key in (concept.key, None):
                        item = Item(name, key, period)
                        found = resolver.bind(item, scope, accept=LEAST)
                        if isinstance(found, Bound):
                            yield out, (dict(found.features), abs(found.figure.value) in values)


def printed(figures: Sequence[Figure], document: Document, period: FiscalPeriod) -> dict[str, set[Decimal]]:
    """The values printed for a document's own period, by concept: of the statements, else of the notes."""
    found: dict[str, set[Decimal]] = defaultdict(set)
    stated: set[str] = set()
    for figure in sorted(figures, key=lambda f: f.statement not in PRIMARY):
        if figure.segment or figure.period is None or not figure.concept:
            continue
        if figure.statement not in PRIMARY and figure.concept in stated:
            continue
        own = (figure.fiscal_year, figure.fiscal_quarter) == (period.year, period.quarter)
        at_end = figure.period.instant and abs((figure.period.end - (document.period_end or date.min)).days) <= 12
        if own or at_end:
            found[figure.concept].add(abs(figure.value))
            if figure.statement in PRIMARY:
                stated.add(figure.concept)
    return found


# Features that may count either way. Every other one speaks for a figure, and its weight may not be negative.
EITHER_WAY = frozenset({"rivals", "bare", "bare_match"})


def fit(data: Sequence[Example]) -> tuple[float, dict[str, float]]:
    """Weights by Newton's method on the ridge-penalised likelihood; rights and wrongs as they come.

    A feature that speaks for a figure but is fitted a negative weight, as strong companions can bring about, is left
    out and the rest fitted again.
    """
    names = list(FEATURES)
    while True:
        weights = _newton(data, names)
        turned = {n for n, w in zip(names, weights[1:], strict=True) if w < 0 and n not in EITHER_WAY}
        if not turned:
            fitted = dict(zip(names, map(float, weights[1:]), strict=True))
            return float(weights[0]), {name: fitted.get(name, 0.0) for name in FEATURES}
        names = [name for name in names if name not in turned]


def _newton(data: Sequence[Example], names: Sequence[str]) -> npt.NDArray[np.float64]:
    """The bias and the weights of the named features."""
    x = np.array([[1.0, *(f.get(n, 0.0) for n in names)] for f, _ in data])
    y = np.array([float(right) for _, right in data])
    weights = np.zeros(x.shape[1])
    penalty = RIDGE * np.eye(x.shape[1])
    penalty[0, 0] = 0.0
    for _ in range(50):
        p = 1 / (1 + np.exp(-x @ weights))
        step = np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + penalty, x.T @ (y - p) - penalty @ weights)
        weights += step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights


def given(example: Example) -> bool:
    """Would the resolver give this binding as an answer?"""
    features, _ = example
    return features["score"] >= ACCEPT and probability(features) >= LIKELY


def measures(data: Sequence[Example]) -> dict[str, Any]:
    """ECE, Brier score, accuracy and coverage of the model of calibration.toml."""
    p: npt.NDArray[np.float64] = np.array([probability(f) for f, _ in data])
    y = np.array([float(right) for _, right in data])
    accepted = np.array([given(example) for example in data])
    bins = np.minimum((p * 10).astype(int), 9)
    gaps = [abs(p[bins == b].mean() - y[bins == b].mean()) * (bins == b).mean() for b in range(10) if (bins == b).any()]
    order = np.argsort(-p, kind="stable")
    precision = np.cumsum(y[order]) / np.arange(1, len(y) + 1)
    enough = np.nonzero(precision >= 0.95)[0]
    return {
        "bindings": len(data),
        "right": round(float(y.mean()), 4),
        "mean_confidence": round(float(p.mean()), 4),
        "ece": round(float(sum(gaps)), 4),
        "brier": round(float(((p - y) ** 2).mean()), 4),
        "coverage_at_95": round(float((enough[-1] + 1) / len(y)), 4) if len(enough) else 0.0,
        "accepted": int(accepted.sum()),
        "accepted_right": round(float(y[accepted].mean()), 4) if accepted.any() else 0.0,
        "accepted_confidence": round(float(p[accepted].mean()), 4) if accepted.any() else 0.0,
    }


def write(bias: float, weights: dict[str, float], note: str) -> None:
    lines = [f"# {line}" for line in note.splitlines()]
    lines += ["", f"bias = {bias:.3f}", "", "[weights]", *(f"{name} = {w:.3f}" for name, w in weights.items())]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("libraries", nargs="+")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--held-out", nargs="*", default=[])
    parser.add_argument("--fit", action="store_true", help="write the fitted weights to chains/calibration.toml")
    options = parser.parse_args(arguments)
    parts: dict[bool, list[Example]] = {True: [], False: []}
    for name in options.libraries:
        for out, example in examples(
            Ledger(f"sqlite:///{options.home / 'libraries' / name / 'ledger.db'}"), options.held_out
        ):
            parts[out].append(example)
    if options.fit:
        bias, weights = fit(parts[False])
        note = (
            f"A logistic model of P(the figure is the one meant), fitted by benchmarks/bench_calibration.py on\n"
            f"{len(parts[False])} bindings of line items with known figures ({sum(r for _, r in parts[False])} right), "
            f"given as answers and not.\n"
        )
        write(bias, weights, note)
        from chains.resolve.calibration import _model

        _model.cache_clear()
    for out, data in parts.items():
        if data:
            print(json.dumps({"documents": "held out" if out else "fitted on", **measures(data)}))
    if options.fit and parts[True]:
        measured = json.dumps(measures([e for e in parts[True] if given(e)]))
        TABLE.write_text(
            f"{TABLE.read_text(encoding='utf-8')}\n# On accepted bindings of filings not fitted on: {measured}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
