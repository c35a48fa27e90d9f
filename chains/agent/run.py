"""A turn carried out by the agent: LangGraph's stream, told as steps and an end.

LangGraph stores one checkpoint a turn, when the turn is over or waits for a yes; the one before is dropped at the
beginning of the next, so that a thread's checkpoints take no more room however long it is. What the model is to see of
earlier turns is put together from the transcript, which is the truth of what was acknowledged; with a larger model,
whose own summary would be lost so, the messages of the checkpoint are taken where they end with the transcript.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chains.agent.citing import cited, merged
from chains.agent.events import Step
from chains.agent.noted import KEY
from chains.agent.runner import Asked, Ended, Waiting
from chains.agent.summary import message_id, view
from chains.errors import ChainError
from chains.tool_making import NOT_APPROVED
from ingest.errors import IngestError

if TYPE_CHECKING:
    from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
    from langgraph.graph.state import CompiledStateGraph

    from chains.agent.memory import Memory

    Graph = CompiledStateGraph[Any, Any, Any, Any]

_QUESTIONS = {"remember": "Remember “{text}”?", "forget": "Forget “{text}”?"}
_MOST_STEPS = 100  # of LangGraph's own, a bound behind the limits of the agent
_SAID = 2000  # characters of an argument in a question


class AgentRunner:
    """A `Runner` over an agent. Safe to use from several threads."""

    def __init__(
        self,
        kept: Graph,
        unkept: Graph,
        memory: Memory,
        *,
        summarises: bool = False,
        context: Callable[[], str] = lambda: "",
    ) -> None:
        """`kept` has the memory's checkpointer; `unkept` has none, for turns that are not kept.

        `summarises` says that the agent shortens its messages itself; `context` gives what a larger model is to know
        of the user.
        """
        self._kept = kept
        self._unkept = unkept
        self._memory = memory
        self._summarises = summarises
        self._context = context

    def run(self, asked: Asked) -> Iterator[Step | Waiting | Ended]:
        """From the beginning; a failure ends it with its reason."""
        from langchain_core.messages import HumanMessage

        identity = message_id(asked.thread, asked.number) if asked.thread else None
        told = {"document": asked.document} if asked.document else {}
        message = HumanMessage(asked.text, id=identity, additional_kwargs=told)
        with self._memory.reading():
            messages = [*self._earlier(asked), message]
            if asked.thread:
                self._memory.checkpointer.delete_thread(asked.thread)
        yield from self._told(asked, {"messages": messages})

    def go_on(self, asked: Asked, decisions: Sequence[bool]) -> Iterator[Step | Waiting | Ended]:
        """After the user's decisions."""
        from langgraph.types import Command

        given = [{"type": "approve"} if yes else {"type": "reject", "message": NOT_APPROVED} for yes in decisions]
        yield from self._told(asked, Command(resume={"decisions": given}))

    def forget(self, thread: str) -> None:
        """Drop a run that will not go on."""
        with self._memory.reading():
            self._memory.checkpointer.delete_thread(thread)

    def _earlier(self, asked: Asked) -> list[BaseMessage]:
        """The conversation before this turn, as the model is to see it."""
        from langchain_core.messages import SystemMessage

        messages: list[BaseMessage] = []
        if self._summarises and asked.thread and asked.number > 1:
            messages = self._checkpointed(asked.thread, asked.number - 1)
        messages = messages or view(asked.questions, asked.digest, asked.last)
        context = self._context()
        kept = [m for m in messages if m.id != _CONTEXT]
        return [SystemMessage(context, id=_CONTEXT), *kept] if context else kept

    def _checkpointed(self, thread: str, last: int) -> list[BaseMessage]:
        """The messages of the checkpoint, if the last thing that was said in it is the last turn's question."""
        state = self._kept.get_state({"configurable": {"thread_id": thread}})
        messages: list[BaseMessage] = list(state.values.get("messages") or ())
        said = [message.id for message in messages if message.type == "human"]
        whole = bool(messages) and messages[-1].type == "ai" and not getattr(messages[-1], "tool_calls", None)
        return messages if whole and said and said[-1] == message_id(thread, last) else []

    def _told(self, asked: Asked, given: Any) -> Iterator[Step | Waiting | Ended]:
        """The steps of a run, and what it came to."""
        steps: dict[str, Step] = {}
        started: dict[str, float] = {}
        began = time.perf_counter()
        last: AIMessage | None = None
        try:
            for change in self._changes(asked, given):
                if (waiting := _waiting(change)) is not None:
                    yield waiting
                    return
                for message in _messages(change):
                    if message.type == "ai":
                        last = message
                    for step in _steps(message, steps):
                        started.setdefault(step.id, time.perf_counter())
                        taken = (
                            time.perf_counter() - started[step.id] if step.id in steps else time.perf_counter() - began
                        )
                        done = step if step.status == "running" else replace(step, seconds=round(taken, 6))
                        steps[step.id] = done
                        yield done
        except (ChainError, IngestError) as error:
            yield _stopped(" ".join(str(error).split()), steps)
            return
        except RecursionError:
            yield _stopped("it took too many steps", steps)
            return
        except Exception as error:  # noqa: BLE001 - the boundary of a turn: it ends with a reason, never a traceback
            yield _stopped(f"internal error, {type(error).__name__}: {' '.join(str(error).split())}", steps)
            return
        yield _ended(last, list(steps.values())) if last is not None else _stopped("nothing was said", steps)

    def _changes(self, asked: Asked, given: Any) -> Iterator[Mapping[str, Any]]:
        """LangGraph's updates. Nothing of them is sent to a tracing service, whatever the environment says."""
        from langsmith import tracing_context

        graph = self._kept if asked.thread else self._unkept
        options: dict[str, Any] = {"durability": "exit"} if asked.thread else {}
        config: Any = {"configurable": {"thread_id": asked.thread or ""}, "recursion_limit": _MOST_STEPS}
        stream: Any = graph.stream(given, config, stream_mode="updates", **options)
        try:
            while True:
                # Around each step, and not around all: a server takes each from another thread of execution, where
                # what was entered in the first could not be left.
                with tracing_context(enabled=False), self._memory.reading():
                    change = next(stream, None)
                if change is None:
                    return
                yield change
        finally:
            stream.close()


_CONTEXT = "finagent-context"


def _waiting(change: Mapping[str, Any]) -> Waiting | None:
    """The calls that an interrupt asks about."""
    interrupts = change.get("__interrupt__")
    if not interrupts:
        return None
    calls = [request for one in interrupts for request in one.value["action_requests"]]
    return Waiting(
        tuple(
            {"tool": c["name"], "arguments": c["args"], "question": question_for(c["name"], c["args"])} for c in calls
        )
    )


def question_for(tool: str, arguments: Mapping[str, Any]) -> str:
    """What the user is asked before a tool writes."""
    form = _QUESTIONS.get(tool)
    if form is not None and isinstance(arguments.get("text"), str):
        return form.format(text=arguments["text"][:_SAID])
    listed = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return f"Allow {tool}({listed[:_SAID]})?"


def _messages(change: Mapping[str, Any]) -> Iterator[Any]:
    """The messages in an update, of whatever node."""
    for part in change.values():
        for one in part if isinstance(part, list) else [part]:
            if isinstance(one, Mapping):
                for message in one.get("messages") or ():
                    if hasattr(message, "type"):
                        yield message


def _steps(message: AIMessage | ToolMessage, known: Mapping[str, Step]) -> Iterator[Step]:
    """The steps that a message begins or ends."""
    if message.type == "ai":
        for call in message.tool_calls:
            if call["id"] not in known:
                yield Step(str(call["id"]), call["name"], dict(call["args"]))
    elif message.type == "tool":
        before = known.get(message.tool_call_id)
        if before is not None and before.status != "running":
            return
        from chains.agent.support import artifact_in, said_in

        yield Step(
            message.tool_call_id,
            message.name or (before.tool if before else ""),
            before.arguments if before else {},
            "failed" if message.status == "error" else "done",
            said_in(message),
            artifact_in(message),
        )


def _ended(message: AIMessage, steps: Sequence[Step]) -> Ended:
    """What the last message and the steps make of a turn."""
    told: Mapping[str, Any] = message.additional_kwargs.get("artifact") or {}
    records = [record for step in steps for record in step.artifact.get("records") or ()]
    answers = [dict(one) for one in told.get("answers") or records]
    citations = merged(told.get("citations") or ())
    text = str(message.text)
    if not citations:
        text, citations = cited(text, answers)
    if not citations and not answers:
        citations = merged(one for step in steps for one in step.artifact.get("citations") or ())
    status = str(told.get("status") or "")
    if status not in ("answered", "refused", "stopped"):
        refused = bool(answers) and not any(one.get("status") == "answered" for one in answers)
        status = "refused" if refused or not text else "answered"
    reasons = [str(one["reason"]) for one in answers if one.get("reason")]
    reason = str(told.get("reason") or (reasons[0] if reasons and status != "answered" else ""))
    notes = [note for one in answers for note in (one.get("explain") or {}).get(KEY) or ()]
    return Ended(
        text,
        status,
        str(told.get("understood") or ""),
        tuple(answers),
        tuple(citations),
        tuple(dict.fromkeys(notes)),
        reason,
    )


def _stopped(reason: str, steps: Mapping[str, Step]) -> Ended:
    """The end of a run that failed, with what its steps had found."""
    records = [dict(record) for step in steps.values() for record in step.artifact.get("records") or ()]
    said = [step.said for step in steps.values() if step.status == "done"]
    return Ended(
        "\n\n".join([f"The turn was stopped: {reason}.", *said]), "stopped", answers=tuple(records), reason=reason
    )
