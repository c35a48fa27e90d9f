"""`/v1/chat`: a conversation, turn by turn, as server-sent events.

`thread` comes first and names the conversation, then `step`, `approval` and `piece` as they are made, and last the
whole `turn`, which was written to disk before. A failure on the way is `error`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from app.server.ask import check_asked, check_document
from app.server.errors import ApiError, body_of
from app.server.models import ChatGiven, DecisionGiven
from app.server.site import Here, Site
from app.server.sse import EventStream, event
from app.server.work import Stop

if TYPE_CHECKING:
    from chains.agent.events import Event

router = APIRouter(tags=["chat"])
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}, "description": "The turn as it is made."}
}


@router.post("/v1/chat", response_model=None, responses=_EVENTS)
async def chat(given: ChatGiven, here: Here, request: Request) -> EventStream:
    """Ask in a conversation; without `thread` a new one begins, and the first event names it."""
    from chains.agent.thread_names import check_name, new_name

    check_asked(given.text, here.services)
    thread = check_name(given.thread) if given.thread else new_name()

    def made(stop: Stop) -> Iterator[Event]:
        check_document(here.services, given.document)
        stop.check()
        yield from here.services.assistant().stream(given.text, thread=thread, document=given.document)

    return await told(here, request, thread, made)


@router.post("/v1/chat/decision", response_model=None, responses=_EVENTS)
async def decide(given: DecisionGiven, here: Here, request: Request) -> EventStream:
    """Say yes or no to what an `approval` asked; the turn goes on."""
    from chains.agent.thread_names import check_name

    thread = check_name(given.thread)
    return await told(
        here, request, thread, lambda stop: here.services.assistant().decide(thread, approve=given.approve)
    )


@router.get("/v1/threads")
async def list_threads(here: Here, request: Request) -> list[dict[str, Any]]:
    """All conversations, the one last spoken in first."""

    def listed() -> list[dict[str, Any]]:
        return [one.record() for one in here.services.assistant().threads()]

    return await here.reading.run(request, lambda stop: listed())


@router.get("/v1/threads/{name}")
async def show_thread(name: str, here: Here, request: Request) -> dict[str, Any]:
    """The turns of a conversation, oldest first, and the `approval` that it waits for, or null."""

    def shown() -> dict[str, Any]:
        assistant = here.services.assistant()
        waiting = assistant.waiting(name)
        turns = [turn.record() for turn in assistant.turns(name)]
        return {"thread": name, "turns": turns, "approval": waiting.record() if waiting else None}

    return await here.reading.run(request, lambda stop: shown())


@router.delete("/v1/threads/{name}")
async def remove_thread(name: str, here: Here, request: Request) -> dict[str, Any]:
    """Delete a conversation with all its turns."""
    release = await here.turns.enter(request, name)
    try:
        turns = await here.work.run(request, lambda stop: here.services.assistant().remove(name))
    finally:
        release()
    return {"thread": name, "removed": True, "turns": turns}


async def told(here: Site, request: Request, thread: str, made: Callable[[Stop], Iterator[Event]]) -> EventStream:
    """The events of a turn in a conversation, once nobody else speaks in it."""
    release = await here.turns.enter(request, thread)
    try:
        stream = here.work.stream(made)
    except BaseException:
        release()
        raise
    assert stream.future is not None
    stream.future.add_done_callback(lambda _: release())
    await stream.begun(request)

    def failed(error: ApiError) -> bytes:
        return event("error", body_of(error, request.scope.get("request_id", ""), request.url.path))

    return EventStream(
        stream, lambda one: event(one.kind, one.record()), failed, first=event("thread", {"thread": thread})
    )
