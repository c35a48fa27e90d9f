"""`ask` as a LangChain language model: a question in, the text of its answer out.

The record of the answer (citations, program, value, unit, confidence, reason, explain) is in the generation's
`generation_info["artifact"]`, which `generate` and callbacks show. A chain that needs the citations uses `chains.chat`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseLLM
from langchain_core.outputs import Generation, GenerationChunk, LLMResult
from pydantic import Field, PrivateAttr, SkipValidation

from chains.messages import NAME, Answering, Askers, cut, of_prompt, pieces, token_ids


class FinagentLLM(BaseLLM):
    """A language model over an asker. Made by `build_llm`.

    Of a prompt that LangChain wrote from messages ("Human: ...") the last human turn is the question.
    """

    asker: SkipValidation[Answering] = Field(exclude=True, repr=False)
    """What answers, such as `chains.ask.Asker`."""
    model: str = NAME
    """What answers are said to be made by: the adapter's name."""
    document: str | None = None
    """Ask this document only."""
    stop: list[str] | None = None
    """Texts before which an answer ends."""
    others: SkipValidation[Callable[[str], Answering] | None] = Field(default=None, exclude=True, repr=False)
    """Opens the asker of another adapter, for `invoke(..., model="NAME")`."""
    cache: Any = Field(default=False, exclude=True)
    """No cache unless one is given: an answer depends on the library, which a cache does not see."""

    _askers: Askers = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self._askers = Askers(self.asker, self.model, self.others)

    @property
    def _llm_type(self) -> str:
        return "finagent"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.model, "document": self.document}

    def get_token_ids(self, text: str) -> list[int]:
        """Words and marks: no tokenizer is loaded."""
        return token_ids(text)

    def _generate(
        self,
        prompts: list[str],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> LLMResult:
        made = [self._answer(prompt, stop, kwargs.get("model")) for prompt in prompts]
        generations = [[Generation(text=text, generation_info=info)] for text, info in made]
        return LLMResult(generations=generations, llm_output={"model_name": kwargs.get("model") or self.model})

    def _stream(
        self,
        prompt: str,
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[GenerationChunk]:
        """The words of the answer, the artifact with the last."""
        text, info = self._answer(prompt, stop, kwargs.get("model"))
        for piece in pieces(text):
            chunk = GenerationChunk(text=piece)
            if run_manager:
                run_manager.on_llm_new_token(piece, chunk=chunk)
            yield chunk
        yield GenerationChunk(text="", generation_info=info)

    def _answer(self, prompt: str, stop: list[str] | None, model: str | None) -> tuple[str, dict[str, Any]]:
        answer = self._askers.of(model or self.model).ask(of_prompt(prompt, self.document))
        text = cut(answer.answer, self.stop if stop is None else stop)
        return text, {"status": answer.status, "artifact": answer.record(explain=True), "finish_reason": "stop"}


def build_llm(
    asker: Answering,
    model: str = "",
    *,
    document: str | None = None,
    others: Callable[[str], Answering] | None = None,
) -> FinagentLLM:
    """The language model that answers by `asker`; see `chains.chat.build_chat`."""
    return FinagentLLM(asker=asker, model=model or NAME, document=document, others=others)
