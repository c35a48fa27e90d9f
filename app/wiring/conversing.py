"""The assistant and its conversations."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import CallError, show_error
from app.settings import Settings
from app.wiring.asking import open_second
from app.wiring.models import find_adapter, open_llm, open_sentiment

if TYPE_CHECKING:
    from adapters.generating.generator import Generator
    from chains.agent.assistant import Assistant
    from chains.agent.memory import Memory
    from chains.agent.model import AgentModel
    from chains.agent.trace import Tracer
    from chains.agent.transcript import Transcript
    from chains.messages import Answering
    from ingest.library import Library


def open_assistant(library: Library, settings: Settings) -> Assistant:
    """The assistant over `library`, with the conversations that the settings name; close it when done.

    Raises CallError where a setting is wrong.
    """
    from app.news import open_news
    from chains.agent.assistant import Assistant
    from chains.agent.follow_up import Conversing
    from chains.agent.graph import build_agent
    from chains.agent.noted import NotedAsker
    from chains.agent.notes import Notes, context_of
    from chains.agent.run import AgentRunner
    from chains.agent.summary import summarizing
    from chains.agent.tools import toolbox
    from chains.errors import ChainError

    memory = _open_memory(settings)
    try:
        notes = Notes(memory)
        generator = open_llm(settings)
        second = open_second(library, settings, generator)
        asker = NotedAsker(library, second=second, as_of=settings.as_of, notes=notes)
        conversing = Conversing(asker)
        tools = toolbox(
            conversing,
            library,
            sentiment=lambda: open_sentiment(settings, find_adapter(settings)),  # at the first text: it takes a while
            news=open_news(settings),
            notes=notes,
            min_confidence=settings.min_confidence,
        )
        model = open_agent_model(conversing, library, generator)
        larger = generator is not None
        shorter = [summarizing(model, generator)] if generator is not None else []
        kept = build_agent(tools, model, checkpointer=memory.checkpointer, store=memory.store, middleware=shorter)
        context = (lambda: context_of(notes.all())) if larger else str
        runner = AgentRunner(kept, build_agent(tools, model), memory, summarises=larger, context=context)
    except ChainError as error:
        memory.close()
        raise CallError(str(error)) from error
    except BaseException:
        memory.close()
        raise
    tracer = open_tracer(library, settings) if settings.trace else None
    return Assistant(runner, memory, notes=notes, tracer=tracer)


def open_agent_model(asker: Answering, library: Library, generator: Generator | None = None) -> AgentModel:
    """The agent's chat model: over the larger model (`open_llm`) where there is one, else the rules."""
    from chains.agent.model import build_agent_model

    if generator is None:
        return build_agent_model(asker, library)
    from chains.agent.llm_model import build_llm_model

    return build_llm_model(generator, asker, library, on_failure=lambda why: show_error(f"note: {why}"))


@contextmanager
def open_transcript(settings: Settings) -> Iterator[Transcript]:
    """The conversations that the settings name, without a library. Raises CallError where a setting is wrong."""
    from chains.agent.transcript import Transcript

    with _open_memory(settings) as memory:
        yield Transcript(memory)


def _open_memory(settings: Settings) -> Memory:
    from chains.agent.memory import open_memory
    from chains.errors import ChainError

    try:
        return open_memory(settings.home, settings.memory, on_remark=lambda said: show_error(f"note: {said}"))
    except ChainError as error:
        raise CallError(str(error)) from error


def open_tracer(library: Library, settings: Settings) -> Tracer:
    """What writes a trace of each run into the folder that the settings name."""
    from chains.agent.trace import Tracer

    named = ("as_of", "report_qa", "llm", "llm_adapter", "adapter", "engine", "min_confidence")
    return Tracer(
        Path(settings.trace or "").expanduser(),
        library.name,
        lambda: {document.name: document.sha256 for document in library.documents()},
        {name: getattr(settings, name) for name in named},
        lambda said: show_error(f"note: {said}"),
    )
