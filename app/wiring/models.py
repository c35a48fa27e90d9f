"""Models: the adapters on their engines, and the larger one that the user names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from app.errors import CallError, show_error
from app.settings import Settings

if TYPE_CHECKING:
    from adapters.generating.generator import Generator
    from adapters.report_qa.answering import ReportQaModel
    from adapters.report_qa.generated import GeneratedQaModel
    from adapters.sentiment import SentimentModel
    from adapters.store import Installed
    from app.tagging import Model


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


def open_tagger(settings: Settings) -> tuple[Model, str]:
    """The model that tags, and a hash of the adapter's card, which tells it from others of its name.

    Raises CallError where there is no such adapter, or it cannot be served.
    """
    from adapters.card import FILE
    from adapters.disk import file_sha256

    adapter = find_adapter(settings)
    return open_sentiment(settings, adapter), file_sha256(adapter.directory / FILE)


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
