"""The planner by rules over the shipped tables of concepts and metrics."""

from __future__ import annotations

from functools import cache

from chains.measures.metrics import Metrics
from chains.measures.own_measures import OwnMeasures
from chains.measures.vocabulary import default_names
from chains.planning.planner import RulePlanner
from ingest.concepts import load_concepts


@cache
def default_planner() -> RulePlanner:
    """The planner by rules, with what a question defines or tells itself."""
    own = OwnMeasures(load_concepts(), Metrics.load())
    return RulePlanner(default_names(), own.defined, own.written, own.told)
