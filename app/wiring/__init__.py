"""Put the parts together as the settings say. Everything heavy is imported here, when a command runs."""

from __future__ import annotations

from app.wiring.asking import open_ask, open_asker, open_second
from app.wiring.conversing import open_agent_model, open_assistant, open_tracer, open_transcript
from app.wiring.libraries import no_document, open_embedder, open_library
from app.wiring.models import find_adapter, open_llm, open_report_qa, open_sentiment, open_tagger

__all__ = [
    "find_adapter",
    "no_document",
    "open_agent_model",
    "open_ask",
    "open_asker",
    "open_assistant",
    "open_embedder",
    "open_library",
    "open_llm",
    "open_report_qa",
    "open_second",
    "open_sentiment",
    "open_tagger",
    "open_tracer",
    "open_transcript",
]
