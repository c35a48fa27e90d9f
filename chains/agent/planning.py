"""From a request to its steps, by rules over words of a table: no model is needed to choose tools."""

from __future__ import annotations

from collections.abc import Collection

from chains.agent.steps import RequestPlan, Step
from chains.agent.tools.holdings import Holdings
from chains.ask import Request


class RequestPlanner:
    """Plans requests over a library."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings

    def plan(self, request: Request, tools: Collection[str]) -> RequestPlan:
        """The steps of a request with the tools that are there."""
        arguments = {"question": request.question}
        if request.document:
            arguments["document"] = request.document
        return RequestPlan((Step("ask_reports", arguments),))
