"""The right page comes first: by the filings' words for a thing, by the statement that holds it, in the right filing."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from chains.sentences.retrieval import (
    PageRetriever,
    Weights,
    implied_statements,
    langchain_retriever,
    synonyms_of,
    topic_of,
)
from ingest.index import Index
from ingest.schema import Document, Passage, Statement


class HashEmbedder:
    """A real embedder of tiny size: a text is the normalised sum of a fixed random vector for each of its words."""

    name = "hash-64"
    dimension = 64

    def encode(self, texts: Sequence[str]) -> Any:
        rows = [sum((self._vector(w) for w in t.lower().split()), np.zeros(64)) + 1e-6 for t in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)

    def _vector(self, word: str) -> Any:
        return np.random.default_rng(zlib.crc32(word.strip(".,?").encode())).normal(size=64)


ACME = Document("acme_2022", "1" * 64, "a.pdf", company="Acme Valves Inc.", aliases=("Acme",), fiscal_year=2022)
ZETA = Document("zeta_2022", "2" * 64, "z.pdf", company="Zeta Foods plc", aliases=("Zeta",), fiscal_year=2022)
TEXTS = {
    ACME: {
        1: "We make industrial valves. Our customers are refineries and shipyards.",
        2: "Litigation and claims: lawsuits were filed against the company over leaking valves. The court has not set a date.",
        3: "Consolidated Statements of Cash Flows\nPurchases of property, plant and equipment (120) (98)",
        4: "Consolidated Balance Sheets\nTotal assets 900 850",
        5: "Gross margin fell because steel became dearer.",
        6: "Gross margin fell because steel became dearer.",
    },
    ZETA: {
        1: "We bake bread. Our customers are supermarkets.",
        2: "The board declared a cash dividend of $0.40 per share.",
    },
}


@dataclass(frozen=True)
class Entry:
    page: int


class Statements:
    """The statement tables of the two filings, as the ledger tells them."""

    pages: ClassVar = {("acme_2022", Statement.CASH_FLOW): 3, ("acme_2022", Statement.BALANCE): 4}

    def tables(self, document: str, *, statement: Statement | None = None) -> list[Entry]:
        found = self.pages.get((document, statement)) if statement else None
        return [Entry(found)] if found else []


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    keys = {document: key for key, document in enumerate(TEXTS, start=1)}
    index = Index(
        tmp_path_factory.mktemp("index"), HashEmbedder(), lambda: [(k, d, len(TEXTS[d])) for d, k in keys.items()]
    )
    for document, key in keys.items():
        passages = [Passage(f"{document.name}.p{n}.s{n}", document.name, n, "", t) for n, t in TEXTS[document].items()]
        index.add(key, passages, HashEmbedder().encode([p.text for p in passages]))
    yield index
    index.close()


@pytest.fixture(scope="module")
def retriever(index: Index, tmp_path_factory: pytest.TempPathFactory) -> PageRetriever:
    return PageRetriever(index, Statements())


def first(retriever: PageRetriever, question: str, documents: Sequence[Document] | None) -> tuple[str, int]:
    page = retriever.pages(question, documents, 3)[0]
    return page.document, page.page


def test_the_words_of_filings_find_what_a_question_calls_otherwise(index: Index) -> None:
    # None of the question's words is on the page; so small an embedder knows no synonyms, hence the weight.
    retriever = PageRetriever(index, weights=Weights(synonyms=2.0))
    assert first(retriever, "Was Acme sued?", [ACME]) == ("acme_2022", 2)


def test_a_named_statement_brings_its_page_first(retriever: PageRetriever) -> None:
    question = "Using the balance sheet, what are the gross margin and customers of Acme?"
    assert first(retriever, question, [ACME]) == ("acme_2022", 4)


def test_a_line_item_implies_its_statement(retriever: PageRetriever) -> None:
    page = retriever.pages("What was Acme's free cash flow?", [ACME], 1)[0]
    assert (page.page, page.statement) == (3, Statement.CASH_FLOW)
    assert page.passages, "a page that only its statement brought has its passages all the same"


def test_only_the_given_documents_are_searched(retriever: PageRetriever) -> None:
    assert {p.document for p in retriever.pages("Who are the customers?", [ZETA], 5)} == {"zeta_2022"}


def test_without_documents_the_whole_library_is_searched(retriever: PageRetriever) -> None:
    assert first(retriever, "Which cash dividend did the board declare?", None) == ("zeta_2022", 2)


def test_pages_of_later_documents_count_less(retriever: PageRetriever) -> None:
    pages = retriever.pages("Who are the customers?", [ZETA, ACME], 5, later=0.01)
    assert pages[0].document == "zeta_2022"


def test_a_page_that_repeats_another_is_left_out(retriever: PageRetriever) -> None:
    pages = [p.page for p in retriever.pages("Why did the gross margin of Acme fall?", [ACME], 6)]
    assert len({5, 6} & set(pages)) == 1


def test_topic_holds_neither_company_nor_period_nor_function_words() -> None:
    assert topic_of("What drove Acme's gross margin in FY2022?", [ACME]) == "drove gross margin"


def test_topic_of_a_question_of_function_words_alone_is_the_question() -> None:
    assert topic_of("What is it?", []) == "What is it?"


def test_synonyms_match_whole_words_and_open_endings() -> None:
    assert "purchases of property" in synonyms_of("capex guidance")
    assert synonyms_of("capexes of oranges") == ""


def test_a_measure_over_two_statements_implies_both() -> None:
    implied = implied_statements("days payable outstanding")
    assert set(implied) == {Statement.INCOME, Statement.BALANCE}


def test_langchain_documents_carry_page_section_and_score(retriever: PageRetriever) -> None:
    found = langchain_retriever(retriever, [ACME], 2).invoke("Has a court set a date for the lawsuits?")
    assert found[0].metadata["page"] == 2
    assert found[0].page_content == TEXTS[ACME][2]
    assert found[0].metadata["score"] >= found[-1].metadata["score"]
