"""Passages are full, exact and free of furniture; what is embedded of a table is its words."""

import random
import re
from decimal import Decimal

import pytest

from ingest.passages import MAX_TOKENS, embedding_text, make_passages
from ingest.schema import Block, BlockKind, Cell, Column, Document, Page, Passage, Reading, Row, Table
from ingest.sentences import sentences, token_estimate

DOCUMENT = Document("acme_2022_10K", "0" * 64, "acme.pdf", company="Acme Corp.")
WORDS = ["demand", "for", "industrial", "valves", "rose", "in", "most", "regions", "while", "freight", "and", "costs"]


def prose(seed: int, count: int) -> str:
    random.seed(seed)
    return " ".join(f"{' '.join(random.choices(WORDS, k=14)).capitalize()}." for _ in range(count))


def made(*pages: Page, tables: tuple[Table, ...] = ()) -> list[Passage]:
    return make_passages(Reading(pages, tables), DOCUMENT)


def collapsed(text: str) -> str:
    return " ".join(text.split())


def cell(text: str) -> Cell:
    return Cell(text, Decimal(re.sub(r"[^\d.]", "", text)))


def test_passages_fit_the_base_are_nearly_full_and_never_cross_a_page() -> None:
    pages = [Page(number, prose(number, 60)) for number in (1, 2, 3)]
    passages = made(*pages)
    for page in pages:
        own = [p for p in passages if p.page == page.number]
        sizes = [token_estimate(p.text) for p in own]
        assert max(sizes) <= MAX_TOKENS
        assert len(own) <= -(-token_estimate(page.text) // MAX_TOKENS) + 1
        assert collapsed(" ".join(p.text for p in own)) == collapsed(page.text)


def test_a_sentence_that_fills_a_page_is_cut_and_nothing_of_it_is_lost() -> None:
    endless = " ".join(random.Random(1).choices(WORDS, k=900))
    passages = made(Page(1, endless))
    assert max(token_estimate(p.text) for p in passages) <= 1.05 * MAX_TOKENS
    assert collapsed(" ".join(p.text for p in passages)) == endless


def test_running_headers_footers_and_page_numbers_are_left_out() -> None:
    texts = [f"Table of Contents\nAcme Corp. Annual Report\n{prose(n, 8)}\n{n}" for n in range(1, 9)]
    for passage in made(*(Page(n, text) for n, text in enumerate(texts, start=1))):
        assert "Annual Report" not in passage.text
        assert "Table of Contents" not in passage.text
        assert not re.search(r"^\d+$", passage.text, re.MULTILINE)


def test_lines_that_the_page_width_broke_are_one_sentence_again() -> None:
    text = "Net sales of the valve business rose because customers in the energy\nindustry ordered replacement parts early.\n"
    (passage,) = made(Page(1, text))
    assert passage.text == collapsed(text)


def test_section_is_the_item_and_the_nearest_heading() -> None:
    first = "Item 7. Management’s Discussion\nResults of Operations\n" + prose(1, 5)
    passages = made(Page(1, first), Page(2, prose(2, 5)))
    assert [p.section for p in passages] == ["Item 7. Management’s Discussion › Results of Operations"] * 2


def test_a_table_of_contents_names_no_section() -> None:
    contents = "\n".join(f"Item {n}. Some Title" for n in range(1, 12))
    *_, last = made(Page(1, "Item 1. Business\n" + prose(3, 3)), Page(2, contents), Page(3, prose(4, 3)))
    assert last.section == "Item 1. Business"


def statement(rows: int, row_pages: tuple[int, ...] = ()) -> Table:
    lines = tuple(
        Row(f"Line item {chr(97 + n % 26)} of operations", (cell(f"{n + 1},234"), cell("5,678"))) for n in range(rows)
    )
    columns = (Column(("Year ended", "2022")), Column(("Year ended", "2021")))
    return Table(1, 1, columns, lines, ("Consolidated Statements of Income",), "(In millions)", row_pages=row_pages)


def test_a_table_keeps_its_figures_for_quotes_and_embeds_only_its_words() -> None:
    (passage,) = made(Page(1, "irrelevant", (Block(BlockKind.TABLE, "", None, 1),)), tables=(statement(5),))
    assert "Line item a of operations 1,234 5,678" in passage.text.splitlines()
    embedded = embedding_text(passage, DOCUMENT)
    assert "Consolidated Statements of Income" in embedded
    assert "Line item e of operations" in embedded
    assert "5,678" not in embedded
    assert passage.table == "acme_2022_10K.p1.t1"


def test_prose_is_embedded_with_its_numbers() -> None:
    text = "Net sales rose 12.4% to $1,577 million in fiscal 2022 because of higher prices."
    (passage,) = made(Page(1, text))
    assert "12.4%" in embedding_text(passage, DOCUMENT)


def test_rows_of_a_table_that_runs_on_are_found_on_their_own_page() -> None:
    table = statement(6, row_pages=(1, 1, 1, 2, 2, 2))
    blocks = (Block(BlockKind.TABLE, "", None, 1),)
    first, second = made(
        Page(1, "x", blocks), Page(2, "y", (Block(BlockKind.PARAGRAPH, "See the notes."),)), tables=(table,)
    )
    assert "4,234" not in first.text
    assert (second.page, "4,234" in second.text) == (2, True)


def test_ids_are_unique_and_name_document_and_page() -> None:
    passages = made(*(Page(n, prose(n, 30)) for n in range(1, 5)))
    assert len({p.id for p in passages}) == len(passages)
    assert all(p.id.startswith(f"acme_2022_10K.p{p.page}.s") for p in passages)


def test_an_empty_page_has_no_passage() -> None:
    assert made(Page(1, ""), Page(2, " \n \n")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Acme Inc. rose 4.5%. Demand fell.", ["Acme Inc. rose 4.5%.", "Demand fell."]),
        ("In the U.S. Sales grew. “We agree.” He left.", ["In the U.S. Sales grew.", "“We agree.”", "He left."]),
        ("First line\nSecond line", ["First line", "Second line"]),
        ("", []),
    ],
)
def test_sentences_end_where_they_end(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected
