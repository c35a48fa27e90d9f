"""Tagging as a typed component, by itself and as a LangChain runnable."""

import asyncio
from collections.abc import Sequence
from itertools import count, islice
from typing import Any

import numpy as np
import pytest

from chains.errors import TagError
from chains.tag import Item, Sentiment, Tagger, build_tagger


class Counted:
    """A small model: the more an exclamation mark, the more positive; an entity turns it round."""

    name = "counted"

    def __init__(self) -> None:
        self.calls: list[int] = []

    def probabilities(self, texts: Sequence[str], entities: Sequence[str | None] | None = None) -> np.ndarray:
        self.calls.append(len(texts))
        scores = np.array([[0.0, 1.0, 2.0 * text.count("!")] for text in texts], dtype=np.float32)
        for row, entity in zip(scores, entities or [None] * len(texts), strict=True):
            row[:] = row[::-1] if entity else row
        return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)


def test_one_text_is_tagged_whole_or_toward_an_entity() -> None:
    tagger = build_tagger(Counted())
    found = tagger.invoke("Profit rose!")
    assert isinstance(found, Sentiment)
    assert (found.text, found.entity, found.sentiment) == ("Profit rose!", None, "positive")
    assert found.confidence == found.p_positive == max(found.p_negative, found.p_neutral, found.p_positive)
    assert found.p_negative + found.p_neutral + found.p_positive == pytest.approx(1)
    assert tagger.invoke(Item("Profit rose!", "Rival")).sentiment == "negative"
    assert tagger.invoke({"text": "Profit rose!", "entity": "Rival", "url": "x"}).entity == "Rival"
    assert tagger.invoke({"text": "Profit rose!", "entity": ""}).entity is None
    assert list(found.record()) == ["sentiment", "confidence", "p_negative", "p_neutral", "p_positive"]


def test_what_is_not_sure_enough_abstains() -> None:
    assert build_tagger(Counted(), min_confidence=0.9).invoke("Profit rose!").sentiment == "abstain"
    with pytest.raises(TagError, match="expected a fraction from 0 to 1"):
        build_tagger(Counted(), min_confidence=90)


def test_a_batch_goes_through_the_engine_at_once() -> None:
    model = Counted()
    tagger = build_tagger(model)
    assert [s.sentiment for s in tagger.batch(["a!", "b", "c!"])] == ["positive", "neutral", "positive"]
    assert [s.sentiment for s in asyncio.run(tagger.abatch(["a!", "b"]))] == ["positive", "neutral"]
    assert model.calls == [3, 2]
    assert tagger.batch([]) == []
    assert asyncio.run(tagger.ainvoke("a!")).sentiment == "positive"
    assert [s.sentiment for s in tagger.stream("a!")] == ["positive"]

    async def streamed() -> list[Sentiment]:
        return [s async for s in tagger.astream("a!")]

    assert [s.sentiment for s in asyncio.run(streamed())] == ["positive"]


@pytest.mark.parametrize("bad", ["", " \n", None, 7, {"title": "a"}, {"text": None}, Item("  ")])
def test_an_item_without_a_text_costs_only_itself(bad: Any) -> None:
    tagger = build_tagger(Counted())
    with pytest.raises(TagError, match="there is no text to tag"):
        tagger.invoke(bad)
    with pytest.raises(TagError):
        tagger.batch(["a!", bad])
    first, second, third = tagger.batch(["a!", bad, "b"], return_exceptions=True)
    assert (first.sentiment, third.sentiment) == ("positive", "neutral")
    assert isinstance(second, TagError)
    with pytest.raises(TagError, match="the entity is int"):
        tagger.invoke({"text": "a", "entity": 3})


def test_a_stream_of_any_length_is_tagged_in_parts() -> None:
    model = Counted()
    endless = (f"text {n}" + "!" * (n % 2) for n in count())
    found = list(islice(Tagger(model).tag_each(endless, size=10), 25))
    assert [s.sentiment for s in found[:2]] == ["neutral", "positive"]
    assert model.calls == [10, 10, 10]


def test_it_is_a_runnable_among_others() -> None:
    from langchain_core.callbacks import BaseCallbackHandler
    from langchain_core.runnables import RunnableLambda

    class Seen(BaseCallbackHandler):
        started, ended = 0, 0

        def on_chain_start(self, *args: Any, **kwargs: Any) -> None:
            self.started += 1

        def on_chain_end(self, *args: Any, **kwargs: Any) -> None:
            self.ended += 1

    seen = Seen()
    tagger = build_tagger(Counted())
    chain = RunnableLambda(lambda row: {"text": row["headline"]}) | tagger | (lambda s: s.sentiment)
    assert chain.batch([{"headline": "a!"}, {"headline": "b"}]) == ["positive", "neutral"]
    assert [*chain.stream({"headline": "a!"})] == ["positive"]
    tagger.batch(["a!", "b"], {"callbacks": [seen]})
    assert (seen.started, seen.ended) == (2, 2)
    assert tagger.OutputType is Sentiment
    assert tagger.with_retry().invoke("a!").sentiment == "positive"


def test_the_plain_tagger_does_not_load_langchain() -> None:
    import subprocess
    import sys

    code = "import sys, chains.tag, chains.tools; print('langchain_core' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
