"""An asker that reads each question in the light of those before it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chains.agent.follow_up.resolving import carried, resolve
from chains.agent.follow_up.sources import CITED, NOTHING, placed
from chains.answers.answer import Answer
from chains.ask import Asker
from chains.questions.question import read_question
from chains.questions.request import Planned, Reading, Request, read_request

_NOTHING = "nothing was asked; ask for a figure, a ratio or a statement of a report"


class Conversing:
    """Answers requests with their history. Safe to use from several threads, as the asker is; keeps no conversation.

    The answer's question is what was typed; `explain["understood"]` the question that was read, "" where it was asked
    so.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    @property
    def asker(self) -> Asker:
        """The asker of single questions."""
        return self._asker

    def ask(self, given: str | Mapping[str, Any] | Request) -> Answer:
        """Answer or refuse; never raises for an ordinary question."""
        request = read_request(given)
        started = time.perf_counter()
        follow = resolve(self._asker, request.history, request.question, document=request.document)
        if not follow.asks or follow.lacks:
            refusal = follow.lacks or _NOTHING
            reading = Reading(request, read_question(request.question), refusal=refusal, started=started)
            answer = self._asker.carry_out(Planned(reading))
        elif not follow.changed or follow.planned is None:
            answer = self._asker.ask(request)
        else:
            answer = self._asker.carry_out(carried(follow, request, started))
            if follow.operation == CITED:
                answer = self._placed(answer, request, started)
        return replace(answer, explain={**answer.explain, "understood": follow.understood})

    def _placed(self, answer: Answer, request: Request, started: float) -> Answer:
        """Where an answer is printed, or that there was none."""
        if answer.answered and answer.citations:
            return placed(answer)
        reading = Reading(request, read_question(request.question), refusal=NOTHING, started=started)
        return self._asker.carry_out(Planned(reading))
