"""From a request to its steps, by rules over words of a table: no model is needed to choose tools.

A request is divided into parts (`clauses`); each is given to a tool by what it asks (`planning.toml`), its arguments
are read by the tables that questions are read by (`measuring`), and what it leaves out or refers to is taken from the
parts before it (`references`). A single plain question stays as it is typed: one call of `ask_reports`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import replace
from threading import Lock
from typing import Any

from chains.agent.planning.request import Planning
from chains.agent.smalltalk import recalled, small_talk
from chains.agent.standing import standing
from chains.agent.steps import RequestPlan, Step
from chains.agent.tools.holdings import Holdings
from chains.questions.request import Request

_ASK = "ask_reports"
_KEPT = 256
"""Plans of turns that go on, which are not made again."""


class RequestPlanner:
    """Plans requests over a library. Safe to use from several threads."""

    def __init__(self, holdings: Holdings, asker: Any = None) -> None:
        """`asker` is what reads a request that goes on with the conversation; without it each stands alone."""
        self._holdings = holdings
        self._asker = asker
        self._plans: OrderedDict[tuple[Request, frozenset[str]], RequestPlan] = OrderedDict()
        self._lock = Lock()

    def plan(self, request: Request, tools: Collection[str], *, begun: bool = False) -> RequestPlan:
        """The steps of a request with the tools that are there, or what is said where none is needed.

        Where the turn has `begun`, its steps are what they were: results are known by their places in the plan, and a
        document or a note that came meanwhile must not move them.
        """
        key = (request, frozenset(tools))
        with self._lock:
            made = self._plans.get(key) if begun else None
        if made is None:
            made = self._planned(request, key[1])
        with self._lock:
            self._plans[key] = made
            self._plans.move_to_end(key)
            if len(self._plans) > _KEPT:
                self._plans.popitem(last=False)
        return made

    def _planned(self, request: Request, tools: frozenset[str]) -> RequestPlan:
        said = small_talk(request.question)
        if said is not None:
            return RequestPlan(said=said[0], status=said[1])
        about = recalled(request.question)
        if about is not None and "recall" in tools:
            return RequestPlan((Step("recall", {"about": about} if about else {}, request.question),))
        directory = self._holdings.directory()
        planning = Planning(request, tools, directory)
        first = planning.first() if request.history else ""
        if not first:
            return planning.plan()
        follow = standing(self._asker, replace(request, question=planning.whole(first)))
        if not follow.changed:
            return planning.plan()
        whole = first == planning.text
        if follow.history and whole:
            arguments = {"question": request.question, "history": list(follow.history)}
            if request.document:
                arguments["document"] = request.document
            return RequestPlan((Step(_ASK, arguments, request.question),), understood=follow.text)
        text = follow.text if whole else planning.whole(planning.text.replace(first, follow.text.rstrip(".?! "), 1))
        alone = Planning(replace(request, question=text, history=()), tools, directory)
        alone.hear(request.history)
        return replace(alone.plan(), understood=text)
