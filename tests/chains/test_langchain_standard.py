"""LangChain's standard conformance suite (langchain-tests) over our components, offline, over the sample reports.

What of it is skipped does not apply. Pictures, sound and PDF files are no input of ours (a report is ingested). There is no
JSON mode, which takes the form of the answer from the message; structured output takes it from the schema. Nothing is read
from the environment (only app/settings.py reads it), an asker over a library cannot be serialized, and there is no HTTP API
whose recording (VCR) could be timed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool
from langchain_tests.integration_tests import (
    ChatModelIntegrationTests,
    EmbeddingsIntegrationTests,
    RetrieversIntegrationTests,
    ToolsIntegrationTests,
)
from langchain_tests.unit_tests import ChatModelUnitTests, EmbeddingsUnitTests, ToolsUnitTests

from chains.ask import Asker
from chains.ask_tool import ask_tool
from chains.chat import FinagentChat
from chains.embeddings import FinagentEmbeddings
from chains.retriever import FilingRetriever
from chains.sentences.retrieval import PageRetriever
from chains.tools import sentiment_tool
from ingest.library import Library

OTHER = "another-adapter"


class OverSamples:
    """Gives each test the sample library, since the suite asks for parameters outside of fixtures."""

    asker: Asker
    library: Library

    @pytest.fixture(autouse=True)
    def _samples(self, sample_asker: Asker, sample_library: Library) -> None:
        self.asker, self.library = sample_asker, sample_library


class ChatParams(OverSamples):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return FinagentChat

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"asker": self.asker, "others": {OTHER: self.asker}.__getitem__}

    @property
    def model_override_value(self) -> str:
        return OTHER

    @property
    def supports_anthropic_inputs(self) -> bool:
        return True


class TestChatModelUnit(ChatParams, ChatModelUnitTests):
    pass


class TestChatModel(ChatParams, ChatModelIntegrationTests):
    pass


class Words:
    """A real embedder of tiny size: a text is the normalised sum of a fixed random vector for each of its words."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        rows = [np.random.default_rng([*text.encode(), 1]).normal(size=8) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)


class TestEmbeddingsUnit(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[FinagentEmbeddings]:
        return FinagentEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"embedder": Words()}


class TestEmbeddings(OverSamples, EmbeddingsIntegrationTests):
    """With the bundled base."""

    @property
    def embeddings_class(self) -> type[FinagentEmbeddings]:
        return FinagentEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"embedder": self.library.embedder}


class TestRetriever(OverSamples, RetrieversIntegrationTests):
    @property
    def retriever_constructor(self) -> type[FilingRetriever]:
        return FilingRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"pages": PageRetriever(self.library.index, self.library.ledger)}

    @property
    def retriever_query_example(self) -> str:
        return "What drove the growth of revenue?"


class Sure:
    name = "sure"

    def probabilities(self, texts: Sequence[str], entities: Sequence[str | None] | None = None) -> np.ndarray:
        return np.tile(np.float32([0.1, 0.2, 0.7]), (len(texts), 1))


class SentimentParams:
    @property
    def tool_constructor(self) -> BaseTool:
        return sentiment_tool(Sure())

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return {"texts": ["Profit rose."], "entity": "Acme"}


class TestSentimentToolUnit(SentimentParams, ToolsUnitTests):
    pass


class TestSentimentTool(SentimentParams, ToolsIntegrationTests):
    pass


class AskParams(OverSamples):
    @property
    def tool_constructor(self) -> BaseTool:
        return ask_tool(self.asker)

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return {"question": "What was Larkmoor's revenue in FY2025?"}


class TestAskToolUnit(AskParams, ToolsUnitTests):
    pass


class TestAskTool(AskParams, ToolsIntegrationTests):
    pass
