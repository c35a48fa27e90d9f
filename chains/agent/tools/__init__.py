"""The tools of the agent, one file a tool; `toolbox` gives all that the parts at hand allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

    from chains.agent.tools.read_news import NewsSource
    from chains.agent.tools.remember import Notes
    from chains.messages import Answering
    from chains.tag import Model
    from ingest.library import Library


def toolbox(
    asker: Answering,
    library: Library,
    *,
    sentiment: Model | Callable[[], Model] | None = None,
    news: NewsSource | None = None,
    notes: Notes | None = None,
    min_confidence: float = 0.0,
) -> list[BaseTool]:
    """The tools over a library and what answers questions about it.

    `sentiment` (or a function that opens it) adds `news_sentiment`, `news` adds `read_news`, and `notes` adds
    `recall`, and `remember` and `forget`, which write and so are to be asked about first (`metadata["writes"]`).
    """
    from chains.agent.follow_up import Conversing
    from chains.agent.tools.compare import compare_tool
    from chains.agent.tools.compute_metric import metric_tool
    from chains.agent.tools.compute_program import program_tool
    from chains.agent.tools.holdings import Holdings
    from chains.agent.tools.list_documents import documents_tool
    from chains.agent.tools.look_up_figures import figures_tool
    from chains.agent.tools.search_passages import passages_tool
    from chains.ask import Asker
    from chains.ask_tool import ask_tool

    holdings = Holdings(library)
    tools = [
        ask_tool(Conversing(asker) if isinstance(asker, Asker) else asker),
        figures_tool(holdings),
        program_tool(library.ledger),
        metric_tool(asker, holdings),
        passages_tool(holdings),
        documents_tool(holdings),
        compare_tool(asker, holdings),
    ]
    if sentiment is not None:
        from chains.tools import sentiment_tool

        tools.append(sentiment_tool(sentiment, min_confidence=min_confidence))
    if news is not None:
        from chains.agent.tools.read_news import news_tool

        tools.append(news_tool(news, holdings))
    if notes is not None:
        from chains.agent.tools.remember import forget_tool, recall_tool, remember_tool

        tools += [remember_tool(notes), forget_tool(notes), recall_tool(notes)]
    return tools
