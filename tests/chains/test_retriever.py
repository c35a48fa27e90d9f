"""Passages for anybody's chain."""

from __future__ import annotations

import pytest

from chains.embeddings import FinagentEmbeddings
from chains.errors import ChainError
from chains.retriever import build_retriever
from ingest.library import Library

QUESTION = "What drove the growth of Flow Measurement?"


def test_passages_come_with_their_place(sample_library: Library) -> None:
    found = build_retriever(sample_library, documents=["larkmoor_10k_2025"], k=2).invoke(QUESTION)
    assert [doc.metadata["document"] for doc in found] == ["larkmoor_10k_2025"] * 2
    assert all(doc.metadata["page"] >= 1 and doc.page_content and doc.id for doc in found)
    assert found[0].metadata["score"] >= found[1].metadata["score"]


def test_an_unknown_document_or_no_passages_are_refused(sample_library: Library) -> None:
    with pytest.raises(ChainError, match=r"no document 'gone' in the library; expected names of .*larkmoor_10k_2025"):
        build_retriever(sample_library, documents=["gone"])
    with pytest.raises(ChainError, match="k is 0; expected"):
        build_retriever(sample_library).invoke(QUESTION, k=0)
    assert build_retriever(sample_library).invoke("") == []


def test_embeddings_of_nothing_are_none(sample_library: Library) -> None:
    embeddings = FinagentEmbeddings(sample_library.embedder)
    assert embeddings.embed_documents([]) == []
    near, far = embeddings.embed_documents(["Net sales rose.", "The court set no date."])
    asked = embeddings.embed_query("How did revenue grow?")
    assert sum(a * b for a, b in zip(asked, near, strict=True)) > sum(a * b for a, b in zip(asked, far, strict=True))
