"""Passages as a LangChain retriever: a LangChain document a passage, with its document, page, section and score."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import Field, SkipValidation

from chains.errors import ChainError
from chains.sentences.retrieval import PageRetriever
from ingest.schema import Document

if TYPE_CHECKING:
    from ingest.library import Library


class FilingRetriever(BaseRetriever):
    """The best passage of each of the `k` pages that answer a question, best first. Made by `build_retriever`."""

    pages: SkipValidation[PageRetriever] = Field(exclude=True, repr=False)
    documents: SkipValidation[Sequence[Document] | None] = Field(default=None, exclude=True, repr=False)
    """The documents to search; None: the whole library."""
    k: int = Field(default=5, ge=1)

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[LangChainDocument]:
        wanted = self.k if k is None else k
        if wanted < 1:
            raise ChainError(f"k is {wanted}; expected the number of passages to find, 1 or more")
        return [
            LangChainDocument(
                id=passage.id,
                page_content=passage.text,
                metadata={
                    "document": page.document,
                    "page": page.page,
                    "section": passage.section,
                    "score": page.score,
                },
            )
            for page in self.pages.pages(query, self.documents, wanted)
            for passage in page.passages[:1]
        ]


def build_retriever(library: Library, *, documents: Collection[str] | None = None, k: int = 5) -> FilingRetriever:
    """The retriever over a library, or over the documents of it that are named.

    Raises ChainError where the library holds no document of a name.
    """
    held = {document.name: document for document in library.ledger.documents()}
    if documents is not None and (missing := [name for name in documents if name not in held]):
        raise ChainError(
            f"there is no document {missing[0][:80]!r} in the library; expected names of {', '.join(list(held)[:8])}"
        )
    chosen = None if documents is None else [held[name] for name in documents]
    return FilingRetriever(pages=PageRetriever(library.index, library.ledger), documents=chosen, k=k)
