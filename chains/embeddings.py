"""The base's embedder as LangChain embeddings, for anybody's vector store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from langchain_core.embeddings import Embeddings

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Encoder(Protocol):
    """What turns texts into vectors of unit length, such as `adapters.embedder.OpenVinoEmbedder`."""

    def encode(self, texts: Sequence[str]) -> NDArray[Any]: ...


class FinagentEmbeddings(Embeddings):
    """Vectors of unit length: their dot product is their cosine. Texts and questions are embedded alike."""

    def __init__(self, embedder: Encoder) -> None:
        self.embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """A vector a text, in their order."""
        made: list[list[float]] = self.embedder.encode(texts).tolist() if texts else []
        return made

    def embed_query(self, text: str) -> list[float]:
        """The vector of one text."""
        return self.embed_documents([text])[0]
