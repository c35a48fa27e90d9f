"""What answers a question over a library, and what is asked where the rules leave it open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.errors import CallError, show_error
from app.settings import Settings
from app.wiring.models import find_adapter, open_llm

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

    from adapters.generating.generator import Generator
    from chains.answers.answer import Answer
    from chains.ask import Asker
    from chains.questions.request import SecondPlanner
    from chains.tuned.adapter_planner import Answerer
    from ingest.library import Library


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
    from chains.answers.in_turn import InTurn

    return InTurn(planners)


def _adapter_planner(library: Library, settings: Settings) -> SecondPlanner | None:
    """The report-QA adapter in use as a planner, opened when it is first asked; None where there is none."""
    named = settings.report_qa
    if named is not None and named.strip().lower() in ("", "none"):
        return None
    from adapters.report_qa.answering import TASK, open_report_qa
    from adapters.store import Store
    from chains.tuned.adapter_planner import AdapterPlanner

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
    from chains.tuned.llm_planner import LlmPlanner, passages_of

    return LlmPlanner(generator, passages_of(library), lambda why: show_error(f"note: {why}"))
