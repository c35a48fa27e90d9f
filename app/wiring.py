"""Put the parts together as the settings say. Everything heavy is imported here, when a command runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.errors import CallError, show_error
from app.settings import Settings

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from adapters.generating.generator import Generator
    from adapters.report_qa.answering import ReportQaModel
    from adapters.report_qa.generated import GeneratedQaModel
    from adapters.sentiment import SentimentModel
    from adapters.store import Installed
    from app.tagging import Model
    from chains.adapter_planner import Answerer
    from chains.agent.assistant import Assistant
    from chains.agent.memory import Memory
    from chains.agent.model import AgentModel
    from chains.agent.trace import Tracer
    from chains.agent.transcript import Transcript
    from chains.answer import Answer
    from chains.ask import Asker
    from chains.messages import Answering
    from chains.request import SecondPlanner
    from ingest.embeddings import Embedder
    from ingest.library import Library


def open_embedder(settings: Settings) -> Embedder:
    """The embedder of the base that the settings name.

    Raises CallError where there is no such base, EngineError where its engine cannot be built.
    """
    from adapters import embedder
    from adapters.bases import resolve_base
    from adapters.errors import BaseModelError

    try:
        base = resolve_base(settings.base, home=settings.home, download=settings.download)
    except BaseModelError as error:
        raise CallError(str(error)) from error
    return embedder.open_embedder(
        base.directory, sha256=base.sha256, cache=settings.home / "cache", threads=settings.threads
    )


def open_library(settings: Settings, *, create: bool = False) -> Library:
    """Open the library that the settings name; its embedder is opened when something is embedded.

    Raises CallError where there is no such library or it cannot be used.
    """
    from adapters.disk import make_home
    from adapters.errors import EngineError
    from ingest.embeddings import LateEmbedder
    from ingest.errors import LibraryError
    from ingest.library import Library, list_libraries

    if not create and settings.library not in list_libraries(settings.home):
        raise CallError(_no_library(settings, list_libraries(settings.home)))
    embedder = LateEmbedder(lambda: open_embedder(settings), failures=(EngineError,))
    if create:
        make_home(settings.home)
    try:
        if create:  # to write into it: better to know now that the base is not there than after the first file
            embedder.opened()
        return Library.open(
            settings.home, settings.library, embedder=embedder, ledger_url=settings.ledger, create=create
        )
    except LibraryError as error:
        raise CallError(str(error)) from error


def find_adapter(settings: Settings, task: str = "sentiment") -> Installed:
    """The adapter that the settings name, else the promoted one of `task`, else the shipped one.

    Raises CallError where there is none of that name, or its files are not whole.
    """
    from adapters.errors import AdapterError
    from adapters.store import Store

    store = Store(settings.home)
    named = settings.adapter if task == "sentiment" else settings.report_qa
    try:
        return store.in_use(task) if named is None else store.find(named)
    except AdapterError as error:
        raise CallError(str(error)) from error


def open_sentiment(settings: Settings, adapter: Installed) -> SentimentModel:
    """The model that an adapter makes, on the engine that the settings name.

    Raises CallError where it cannot be served: for another task, without its base, or not on that engine.
    """
    from adapters import sentiment

    with _calling():
        return sentiment.open_sentiment(adapter, **_served_on(settings))


def open_report_qa(settings: Settings, adapter: Installed) -> ReportQaModel | GeneratedQaModel:
    """The model that answers report questions, made by an adapter, on the engine that the settings name.

    Raises CallError where it cannot be served: for another task, without its base, or not on that engine.
    """
    from adapters.report_qa import answering

    with _calling():
        return answering.open_report_qa(adapter, **_served_on(settings))


def _served_on(settings: Settings) -> dict[str, Any]:
    """What the settings say of how an adapter is served."""
    names = ("home", "engine", "threads", "device", "download")
    return {name: getattr(settings, name) for name in names}


@contextmanager
def _calling() -> Iterator[None]:
    """Raise CallError where an adapter cannot be served as the settings say."""
    from adapters.errors import AdapterError, CacheError

    try:
        yield
    except CacheError:
        raise  # the call is right, the disk is full
    except AdapterError as error:
        raise CallError(str(error)) from error


def open_asker(library: Library, settings: Settings) -> Asker:
    """What answers one question over `library`, without LangChain, whose import would take longer than the answer.

    Raises CallError where a setting is wrong.
    """
    from chains.ask import Asker
    from chains.errors import ChainError

    try:
        return Asker(library, second=open_second(library, settings), as_of=settings.as_of)
    except ChainError as error:
        raise CallError(str(error)) from error


def open_ask(library: Library, settings: Settings) -> Runnable[Any, Answer]:
    """The runnable that answers questions over `library`. Raises CallError where a setting is wrong."""
    from chains.ask import build_ask
    from chains.errors import ChainError

    try:
        return build_ask(library, second=open_second(library, settings), as_of=settings.as_of)
    except ChainError as error:
        raise CallError(str(error)) from error


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


def open_second(library: Library, settings: Settings, generator: Generator | None = None) -> SecondPlanner | None:
    """What is asked where the rules leave a question open: the report-QA adapter, then the larger model.

    `generator` is that model where it is open already. None where there is neither. Raises CallError where one that is
    named is not there.
    """
    planners: list[SecondPlanner] = []
    adapter = _adapter_planner(library, settings)
    if adapter is not None:
        planners.append(adapter)
    model = _llm_planner(library, settings, generator)
    if model is not None:
        planners.append(model)
    if len(planners) < 2:
        return planners[0] if planners else None
    from chains.in_turn import InTurn

    return InTurn(planners)


def _adapter_planner(library: Library, settings: Settings) -> SecondPlanner | None:
    """The report-QA adapter in use as a planner, opened when it is first asked; None where there is none."""
    named = settings.report_qa
    if named is not None and named.strip().lower() in ("", "none"):
        return None
    from adapters.report_qa.answering import TASK, open_report_qa
    from adapters.store import Store
    from chains.adapter_planner import AdapterPlanner

    store = Store(settings.home)
    if named is not None:  # better to know now that it is not there than at the question that needs it
        found = find_adapter(settings, TASK)
        if found.card.task != TASK:
            raise CallError(f"the adapter {found.name} is for the task {found.card.task}; expected one for {TASK}")
    name = named or store.used_name(store.history(TASK), TASK)
    if name is None:
        return None

    def opened() -> Answerer:
        adapter = store.in_use(TASK) if named is None else store.find(named)
        return open_report_qa(adapter, home=settings.home, threads=settings.threads, download=settings.download)

    return AdapterPlanner(name, opened, library.passages, on_failure=lambda why: show_error(f"note: {why}"))


def _llm_planner(library: Library, settings: Settings, opened: Generator | None) -> SecondPlanner | None:
    """The larger model that the settings name, for what the rules leave open; None where they name none.

    Says on standard error, once, if the model gives nothing. Raises CallError where there is no such model or adapter.
    """
    generator = opened or open_llm(settings)
    if generator is None:
        return None
    from chains.llm_planner import LlmPlanner, passages_of

    return LlmPlanner(generator, passages_of(library), lambda why: show_error(f"note: {why}"))


def open_llm(settings: Settings) -> Generator | None:
    """The larger model that the settings name; None where they name none.

    Says on standard error where text goes to another machine. Raises CallError where there is no such model or adapter.
    """
    if settings.llm is None or settings.llm.strip().lower() in ("", "none"):
        return None
    from adapters.errors import AdapterError
    from adapters.generating.generator import open_generator

    try:
        generator = open_generator(
            settings.llm,
            home=settings.home,
            device=settings.device,
            threads=settings.threads,
            download=settings.download,
            adapter=settings.llm_adapter,
            timeout=settings.llm_timeout,
            key=settings.llm_key,
        )
    except AdapterError as error:
        raise CallError(str(error)) from error
    if generator.host:
        plainly = "" if generator.encrypted else ", unencrypted: anybody on the way can read them"
        show_error(f"note: questions and parts of the documents are sent to {generator.host} (setting llm){plainly}")
    return generator


def open_agent_model(asker: Answering, library: Library, generator: Generator | None = None) -> AgentModel:
    """The agent's chat model: over the larger model (`open_llm`) where there is one, else the rules."""
    from chains.agent.model import build_agent_model

    if generator is None:
        return build_agent_model(asker, library)
    from chains.agent.llm_model import build_llm_model

    return build_llm_model(generator, asker, library, on_failure=lambda why: show_error(f"note: {why}"))


def open_tagger(settings: Settings) -> tuple[Model, str]:
    """The model that tags, and a hash of the adapter's card, which tells it from others of its name.

    Raises CallError where there is no such adapter, or it cannot be served.
    """
    from adapters.card import FILE
    from adapters.disk import file_sha256

    adapter = find_adapter(settings)
    return open_sentiment(settings, adapter), file_sha256(adapter.directory / FILE)


def no_document(name: str, library: Library) -> CallError:
    """The error that `library` holds no document of that name, with the names that are nearest to it."""
    from difflib import get_close_matches

    known = [document.name for document in library.documents()]
    near = get_close_matches(name, known, n=5, cutoff=0.3) or known[:5]
    return CallError(
        f"there is no document {name[:80]!r} in the library {library.name} (nearest: {', '.join(near) or 'none'}); "
        "`finagent documents list` shows all"
    )


def _no_library(settings: Settings, known: list[str]) -> str:
    have = f"there is {', '.join(known)}" if known else "there is none yet"
    return (
        f"there is no library {settings.library[:80]!r} in {settings.home} ({have}); "
        "`finagent ingest PATH` makes one, --library names another"
    )
