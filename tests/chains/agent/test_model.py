"""The planning chat model in LangChain's standard conformance suite; what is skipped is told in test_langchain_standard."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests

from chains.agent.model import AgentModel, build_agent_model
from chains.ask import Asker
from ingest.library import Library
from tests.chains.test_langchain_standard import ChatParams


class AgentParams(ChatParams):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return AgentModel

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {**super().chat_model_params, "library": self.library}


class TestAgentModelUnit(AgentParams, ChatModelUnitTests):
    pass


class TestAgentModel(AgentParams, ChatModelIntegrationTests):
    pass


def test_without_our_tools_it_is_the_chat_model(sample_asker: Asker, sample_library: Library) -> None:
    model = build_agent_model(sample_asker, sample_library)
    assert model.invoke("What was Larkmoor's revenue in FY2025?").text.endswith("was USD 1,284.3 million.")
