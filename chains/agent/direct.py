"""A run without an agent: the question goes to the reports as it is, in one step. No LangGraph is loaded."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from typing import NoReturn

from chains.agent.assistant import Asked, Ended, Waiting
from chains.agent.citing import cited
from chains.agent.events import Step
from chains.ask import Request
from chains.errors import ChainError
from chains.messages import Answering
from ingest.errors import IngestError

TOOL = "ask_reports"


class Direct:
    """A `Runner` over what answers one question, such as an asker that knows the conversation."""

    def __init__(self, asker: Answering) -> None:
        self._asker = asker

    def run(self, asked: Asked) -> Iterator[Step | Waiting | Ended]:
        """One step, one answer."""
        identity = f"call-{secrets.token_hex(6)}"
        arguments = {"question": asked.text} | ({"document": asked.document} if asked.document else {})
        yield Step(identity, TOOL, arguments)
        started = time.perf_counter()
        try:
            answer = self._asker.ask(Request(asked.text, asked.document, history=asked.questions))
        except (ChainError, IngestError) as error:
            said = " ".join(str(error).split())
            yield Step(identity, TOOL, arguments, "failed", said, seconds=round(time.perf_counter() - started, 6))
            yield Ended(f"No answer: {said}.", "stopped", reason=said)
            return
        record = answer.record(explain=True)
        artifact = {"kind": TOOL, "records": [record], "citations": record["citations"]}
        seconds = round(time.perf_counter() - started, 6)
        yield Step(identity, TOOL, arguments, "done", answer.answer, artifact, seconds)
        text, citations = cited(answer.answer, [record])
        understood = str(answer.explain.get("understood") or "")
        yield Ended(
            text,
            answer.status,
            understood=understood if understood != asked.text else "",
            answers=(record,),
            citations=tuple(citations),
            notes=tuple(answer.explain.get("notes") or ()),
            reason=answer.reason,
        )

    def go_on(self, asked: Asked, decisions: Sequence[bool]) -> NoReturn:
        """Nothing here ever waits. Raises ChainError."""
        raise ChainError("nothing waits for a decision; ask again")

    def forget(self, thread: str) -> None:
        """Nothing is kept."""
