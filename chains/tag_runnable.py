"""The tagger as a LangChain runnable. Imported where one is built: LangChain takes longer to load than to tag."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig, run_in_executor

from chains.errors import TagError
from chains.tag import Given, Sentiment, Tagger, read_item


class TagRunnable(Runnable[Given, Sentiment]):
    """From a text, an Item or a mapping to its Sentiment."""

    def __init__(self, tagger: Tagger) -> None:
        self.tagger = tagger
        self.name = "sentiment"

    @property
    def InputType(self) -> Any:  # noqa: N802 - LangChain's name
        return Given

    @property
    def OutputType(self) -> Any:  # noqa: N802 - LangChain's name
        return Sentiment

    def invoke(self, input: Given, config: RunnableConfig | None = None, **kwargs: Any) -> Sentiment:  # noqa: A002
        """The sentiment of one text. Raises TagError where there is none."""
        return self._call_with_config(self._one, input, config)

    async def ainvoke(self, input: Given, config: RunnableConfig | None = None, **kwargs: Any) -> Sentiment:  # noqa: A002
        """As `invoke`, off the event loop."""
        return await self._acall_with_config(self._aone, input, config)

    def stream(self, input: Given, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[Sentiment]:  # noqa: A002
        """The one sentiment. A stream of many texts: `Tagger.tag_each`."""
        yield self.invoke(input, config, **kwargs)

    async def astream(
        self,
        input: Given,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[Sentiment]:
        """As `stream`."""
        yield await self.ainvoke(input, config, **kwargs)

    def batch(
        self,
        inputs: list[Given],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any | None,
    ) -> list[Sentiment]:
        """The sentiment of each text, all through the engine at once."""
        return self._batch_with_config(self._many, inputs, config, return_exceptions=return_exceptions)

    async def abatch(
        self,
        inputs: list[Given],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any | None,
    ) -> list[Sentiment]:
        """As `batch`, off the event loop."""
        return await self._abatch_with_config(self._amany, inputs, config, return_exceptions=return_exceptions)

    def _one(self, given: Given) -> Sentiment:
        return self.tagger.tag([given])[0]

    async def _aone(self, given: Given) -> Sentiment:
        return await run_in_executor(None, self._one, given)

    def _many(self, inputs: list[Given]) -> list[Exception | Sentiment]:
        """The sentiments, with an error in the place of an item that holds no text."""
        made: list[Exception | Sentiment | None] = []
        good: list[Given] = []
        for given in inputs:
            try:
                good.append(read_item(given))
                made.append(None)
            except TagError as error:
                made.append(error)
        tagged = iter(self.tagger.tag(good))
        return [next(tagged) if each is None else each for each in made]

    async def _amany(self, inputs: list[Given]) -> list[Exception | Sentiment]:
        return await run_in_executor(None, self._many, inputs)
