"""The tool that finds what reports say: passages, with their pages."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from chains.agent.tools.holdings import Holdings
from chains.sentences.asked_words import weak_stems
from chains.sentences.retrieval import PageRetriever
from chains.sentences.stems import stems
from chains.tool_making import Called, artifact_of, make_tool, on_one_line
from ingest.schema import Passage
from ingest.sentences import sentences

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

NAME = "search_passages"
MOST = 20
"""Passages of one call."""
_SHOWN = 500  # characters of a passage that the calling model reads


def passages_tool(holdings: Holdings) -> BaseTool:
    """`search_passages`: the passages that speak of something, best first. Its artifact has them whole."""
    from pydantic import BaseModel, Field

    retriever = PageRetriever(holdings.library.index, holdings.library.ledger)

    class SearchPassages(BaseModel):
        """The arguments."""

        query: str = Field(min_length=1, max_length=1000, description="What the passages are to be about.")
        company: str | None = Field(
            default=None, description="The company whose reports are searched; leave it out for all."
        )
        document: str | None = Field(default=None, description="The one document that is searched, by its name.")
        limit: int = Field(default=5, ge=1, le=MOST, description=f"How many passages are wanted, 1 to {MOST}.")

    def call(query: str, company: str | None = None, document: str | None = None, limit: int = 5) -> Called:
        documents = holdings.documents(company, document) if company or document else None
        pages = retriever.pages(query, documents, limit)
        wanted = frozenset(stems(query)) - weak_stems()
        found = [(p.document, p.page, _nearest(p.passages, wanted)) for p in pages if p.passages]
        rows = [
            {"document": name, "page": page, "section": passage.section, "text": passage.text, "passage": passage.id}
            for name, page, passage in found
        ]
        cited = [
            {"document": name, "page": page, "quote": excerpt(passage.text, wanted), "figure": None}
            for name, page, passage in found
        ]
        lines = [f"[{c['document']}, page {c['page']}] {c['quote']}" for c in cited]
        return "\n".join(lines) or "No passage speaks of it.", artifact_of(NAME, citations=cited, passages=rows)

    return make_tool(
        call,
        name=NAME,
        description="Finds the passages of the reports that speak of something, as printed, with document and page; of "
        "one company or one document where it is named. For what a text says, not for exact numbers.",
        arguments=SearchPassages,
        expected=f"query, a text, and perhaps a company, a document and a limit of 1 to {MOST}",
    )


def _nearest(passages: Sequence[Passage], wanted: Collection[str]) -> Passage:
    """The passage of a page that holds most of the words that are looked for; the best found one where none does."""
    return max(passages, key=lambda passage: len(set(stems(passage.text)) & set(wanted)))


def excerpt(text: str, wanted: Collection[str]) -> str:
    """The sentences of a passage from the one that holds most of the words that are looked for, on one line."""
    told = sentences(text) or [text]
    best = max(range(len(told)), key=lambda place: (len(set(stems(told[place])) & set(wanted)), -place))
    return on_one_line(" ".join(told[best:]), _SHOWN)
