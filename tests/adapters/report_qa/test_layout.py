"""Evidence as chunks of tokens: what is pointed to is where it is printed, and nothing is lost unseen."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.features import NAMES
from adapters.report_qa.forms import Evidence, Source
from adapters.report_qa.layout import LEAST_WINDOW, Layout, Reader
from tests.adapters.report_qa.conftest import HISTORY, TEXT, evidence, tokenise

Make = Callable[..., Reader]


def tokens(layout: Layout, span: tuple[int, int, int]) -> list[int]:
    chunk, start, end = span
    return layout.chunks[chunk][start:end]


def check(layout: Layout, window: int) -> None:
    """What holds for every layout."""
    assert all(0 < len(chunk) <= window for chunk in layout.chunks) and len(layout.firsts) == len(layout.chunks)
    asked = layout.chunks[0][: layout.firsts[0]]
    assert asked[0] == 1 and asked[-1] == 2
    assert all(chunk[: len(asked)] == asked for chunk in layout.chunks), "each chunk begins with the question"
    n, m = len(layout.index), len(layout.place)
    assert layout.features.shape == (n, len(NAMES)) and np.isfinite(layout.features).all()
    assert layout.characters.shape == (m, 3) and sorted(set(layout.index)) == list(layout.index)
    for spans in (layout.span, layout.label):
        assert spans.shape == (n, 3)
        for chunk, start, end in spans:
            assert 0 <= start <= end <= len(layout.chunks[chunk])
    for chunk, place in layout.place:
        assert layout.firsts[chunk] <= place < len(layout.chunks[chunk])
    for line, start, end in layout.characters:
        assert 0 <= start < end <= len(layout.evidence.text[line])


def test_tokens_map_back_to_what_is_printed(reader: Make) -> None:
    asked = evidence(history=HISTORY)
    layout = reader().read(asked)
    check(layout, 256)
    assert len(layout.chunks) == 1 and layout.left_out == 0
    assert list(layout.index) == list(range(len(candidates_of(asked))))
    numbers = {one.start for one in candidates_of(asked) if one.source is Source.TEXT and one.line == 1}
    for (chunk, place), (line, start, end) in zip(layout.place, layout.characters, strict=True):
        if start not in numbers and line == 1:
            assert [layout.chunks[chunk][place]] == tokenise(TEXT[line][start:end])[0]
    read = " ".join(TEXT[1][start:end] for line, start, end in layout.characters if line == 1)
    assert read == TEXT[1]


def test_a_cell_is_the_name_of_its_column_and_its_label_that_of_its_row(reader: Make) -> None:
    asked = evidence()
    layout = reader().read(asked)
    found = {layout.candidates[index].printed: row for row, index in enumerate(layout.index)}
    material = found["(640.2)"]
    assert tokens(layout, layout.span[material]) == tokenise("2019")[0]
    assert tokens(layout, layout.label[material]) == tokenise("Material")[0]
    assert tokens(layout, layout.span[found["12.5 %"]]) == tokenise("2019 %")[0]
    assert tokens(layout, layout.span[found["$ 1.3 billion"]]) == tokenise("1.3 billion")[0]
    assert layout.year[material] == 2019 and layout.column[material] == 1
    assert layout.line[material] == layout.line[found["(600.0)"]] != layout.line[found["$ 1,300.0"]]
    assert layout.number[material] and not layout.number[found["Material"]]


def test_the_history_stands_before_the_question(reader: Make) -> None:
    layout = reader().read(evidence("Why?", history=HISTORY))
    expected = [
        1,
        *tokenise(HISTORY[0])[0],
        2,
        *tokenise(HISTORY[1].replace("twelve", "12"))[0],
        2,
        *tokenise("Why?")[0],
        2,
    ]
    assert layout.chunks[0][: layout.firsts[0]] == expected
    sources = [layout.candidates[index].source for index in layout.index]
    assert sources.count(Source.HISTORY) == 2
    assert not np.any(layout.line[[one is Source.HISTORY for one in sources]] >= 0)


def test_long_evidence_becomes_chunks_and_nothing_is_left_out(reader: Make) -> None:
    text = tuple(f"In {2000 + n} sales of the shop number {n + 300} were {n + 1000} crowns ." for n in range(60))
    layout = reader(window=96, budget=5000).read(evidence(text=text))
    check(layout, 96)
    assert len(layout.chunks) > 5 and layout.left_out == 0
    assert {line for line, _, _ in layout.characters} == set(range(60))
    assert len(layout.index) == len(candidates_of(layout.evidence))
    assert layout.tokens == sum(map(len, layout.chunks))


def test_beyond_the_budget_what_has_least_to_do_with_the_question_is_left_out_and_counted(reader: Make) -> None:
    text = (*(f"The weather of week {n} was fair in the north ." for n in range(40)), *TEXT)
    asked = evidence("Who leads the fleet in Bergen?", text=text)
    layout = reader(budget=130).read(asked)
    check(layout, 256)
    shown = {line for line, _, _ in layout.characters}
    assert 41 in shown and layout.left_out > 20
    assert Source.TABLE in {layout.candidates[index].source for index in layout.index}
    kept = reader(budget=130).read(asked, frozenset({(Source.TEXT, 7)}))
    assert 7 in {line for line, _, _ in kept.characters} and 7 not in shown


def test_a_long_sentence_becomes_several_lines(reader: Make) -> None:
    text = (" ".join(f"w{n}" for n in range(300)) + " costs 5 crowns",)
    layout = reader(budget=5000).read(Evidence("What are costs?", text=text))
    check(layout, 256)
    assert "".join(text[0][start:end] for _, start, end in layout.characters) == text[0].replace(" ", "")
    assert layout.candidates[layout.index[-1]].printed == "5"


def test_a_row_of_two_hundred_columns_loses_none_of_them(reader: Make) -> None:
    asked = HOSTILE["two hundred columns"]
    layout = reader(budget=5000).read(asked)
    check(layout, 256)
    assert list(layout.index) == list(range(len(candidates_of(asked))))
    for row, index in enumerate(layout.index):
        if layout.candidates[index].line == 1:
            assert tokens(layout, layout.label[row]) == tokenise("Sales")[0]
    assert len(set(layout.line[layout.column >= 0])) > 2


HOSTILE = {
    "nothing": Evidence(""),
    "blank": Evidence(" \n", ((" ", ""), ()), ("", " "), ("",)),
    "endless question": Evidence("how much is 5 plus " * 400, (("", "2019"), ("Sales", "5"))),
    "endless history": Evidence("Why?", (("", "2019"), ("Sales", "5")), history=("what is 7 of it " * 60,) * 9),
    "two hundred columns": Evidence("What?", (("", *map(str, range(200))), ("Sales", *map(str, range(1000, 1200))))),
    "halves of pairs": Evidence("\ud800?", (("\udc00", "2019"), ("a\ud800b", "5")), ("x \udfff 7",)),
    "from the right": Evidence("\u05de\u05d4 \u05d4\u05d4\u05db\u05e0\u05e1\u05d4?", (("\u202e9102", "2019"),), ("\u05d4\u05db\u05e0\u05e1\u05d4 1,200 \u202e",)),
    "controls": Evidence("\x00\u200b?", (("\x00", "\u200b"), ("\x07", "5")), ("\x00 7 \ufeff",)),
    "one word": Evidence("?", text=("x" * 20_000,)),
    "digits": Evidence("?", text=("7" * 5000, "1 " * 900)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("window", [LEAST_WINDOW, 256])
def test_odd_evidence_still_has_a_layout(name: str, window: int, reader: Make) -> None:
    check(reader(window=window).read(HOSTILE[name]), window)


def test_one_endless_paragraph_full_of_numbers_is_read_in_seconds(reader: Make) -> None:
    text = " ".join(f"in {2000 + n % 20} sales of item{n} were $ {n * 37 % 9999} million" for n in range(800))
    began = time.process_time()
    layout = reader().read(Evidence("What were sales in 2009?", text=(text,)))
    assert time.process_time() - began < 10, "it took minutes where each number looked at every year"
    assert layout.left_out > 20
