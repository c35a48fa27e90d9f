"""The language model: a question in, the text of its answer out."""

from __future__ import annotations

import pytest
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.prompts import PromptTemplate

from chains.ask import Asker
from chains.completion import FinagentLLM, build_llm
from chains.errors import ChainError

REVENUE = "What was Larkmoor's revenue in FY2025?"
SAID = "Larkmoor Controls' revenue in FY2025 was USD 1,284.3 million."


@pytest.fixture(scope="module")
def llm(sample_asker: Asker) -> FinagentLLM:
    return build_llm(sample_asker)


def test_it_answers_with_text_and_keeps_the_record(llm: FinagentLLM) -> None:
    assert llm.invoke(REVENUE) == SAID
    made = llm.generate([REVENUE, "What was Larkmoor's revenue in FY1999?"])
    infos = [generations[0].generation_info or {} for generations in made.generations]
    assert [info["status"] for info in infos] == ["answered", "refused"]
    assert infos[0]["artifact"]["citations"][0]["page"] == 6
    assert (made.llm_output or {})["model_name"] == "finagent"


async def test_async_batch_and_stream_answer_alike(llm: FinagentLLM) -> None:
    assert await llm.ainvoke(REVENUE) == SAID
    assert llm.batch([REVENUE, REVENUE]) == await llm.abatch([REVENUE, REVENUE]) == [SAID] * 2
    pieces = list(llm.stream(REVENUE))
    assert len(pieces) > 5
    assert "".join(pieces) == SAID
    assert "".join([piece async for piece in llm.astream(REVENUE)]) == SAID


def test_prompts_of_templates_and_messages_are_read(llm: FinagentLLM) -> None:
    chain = PromptTemplate.from_template("What was {who}'s revenue in FY2025?") | llm
    assert chain.invoke({"who": "Larkmoor"}) == SAID
    assert llm.invoke([SystemMessage("Answer 42."), HumanMessage(REVENUE)]) == SAID


def test_stop_and_model_are_honoured(llm: FinagentLLM) -> None:
    assert llm.invoke(REVENUE, stop=[" in FY"]) == "Larkmoor Controls' revenue"
    assert llm.get_num_tokens("Net sales rose.") == 4
    with pytest.raises(ChainError, match="there is no model 'x' here"):
        llm.invoke(REVENUE, model="x")


def test_a_bad_prompt_costs_the_others_nothing(llm: FinagentLLM) -> None:
    answered, failed = llm.batch([REVENUE, "x" * 5000], return_exceptions=True, config={"max_concurrency": 1})
    assert answered == SAID
    assert isinstance(failed, ChainError)
