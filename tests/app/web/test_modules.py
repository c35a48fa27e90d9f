"""The page's modules that know no page: events out of a stream, numbers of a text that stand for cells."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.app.web.conftest import TOKEN

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

Rows = Sequence[dict[str, Any]]
CELL = {
    "figure": "d.p1.t1.r1.c1",
    "document": "d",
    "page": 1,
    "label": "Net sales",
    "printed": "$ 1,250.4",
    "value": "1250400000",
}
OTHER = {
    "figure": "d.p1.t1.r1.c2",
    "document": "d",
    "page": 1,
    "label": "Net sales",
    "printed": "(1,000.0)",
    "value": "-1000000000",
}


@pytest.fixture(scope="module")
def page(browser: Any, server: str) -> Iterator[Any]:
    """One tab for all: these tests change nothing in it."""
    with browser.new_context() as context:
        tab = context.new_page()
        tab.goto(f"{server}/?token={TOKEN}")
        yield tab


def parts(page: Any, text: str, figures: Rows = (), results: Rows = (), citations: Rows = ()) -> list[tuple[str, str]]:
    """The parts of a text that are links, with what they lead to."""
    answers = [{"explain": {"figures": list(figures), "results": list(results)}}]
    script = "async ([text, answers, citations]) => (await import('/numbers.js')).linker(answers, citations)(text)"
    found = page.evaluate(script, [text, answers, list(citations)])
    assert "".join(part["text"] for part in found) == text
    kinds = (
        (part["text"], next((kind for kind in ("note", "cell", "result", "quoted") if kind in part), ""))
        for part in found
    )
    return [(text, kind) for text, kind in kinds if kind]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_events_are_read_however_the_stream_is_cut(page: Any, newline: str):
    lines = [
        "event: step",
        'data: {"a": "é"}',
        "",
        ": a comment",
        'data: {"b":',
        "data: 1}",
        "",
        "event: turn",
        "data: {}",
        "",
        "",
    ]
    script = """async ([text, size]) => {
      const { EventParser } = await import("/events.js");
      const parser = new EventParser();
      const found = [];
      for (let at = 0; at < text.length; at += size) found.push(...parser.push(text.slice(at, at + size)));
      return found;
    }"""
    for size in (1, 2, 3, 7, 1000):
        found = page.evaluate(script, [newline.join(lines), size])
        assert [(one["type"], json.loads(one["data"])) for one in found] == [
            ("step", {"a": "é"}),
            ("message", {"b": 1}),
            ("turn", {}),
        ]


def test_numbers_stand_for_cells_in_any_scale(page: Any):
    text = "Sales were USD 1.2504 billion, $1,250.4 million or 1,250,400 thousand; before, 1,000 million (FY2024)."
    assert parts(page, text, [CELL, OTHER]) == [
        ("1.2504", "cell"),
        ("$1,250.4", "cell"),
        ("1,250,400", "cell"),
        ("1,000", "cell"),
    ]


def test_a_number_that_several_cells_show_stands_for_each_of_them_in_turn(page: Any):
    script = """async ([figures, texts]) => {
      const { linker } = await import("/numbers.js");
      const parts = linker([{ explain: { figures } }], []);
      return texts.flatMap(parts).filter((part) => part.cell).map((part) => part.cell.figure);
    }"""
    same = [OTHER, OTHER | {"figure": "d.p9.t1.r1.c1", "page": 9}]
    found = page.evaluate(script, [same, ["It was 1,000 in 2024.", "It was 1,000.0 in 2025.", "So 1,000."]])
    assert found == ["d.p1.t1.r1.c2", "d.p9.t1.r1.c1", "d.p1.t1.r1.c2"]


def test_computed_numbers_are_found_as_they_are_rounded(page: Any):
    results = [{"value": "0.2504000000001 pure", "program": "divide(d.p1.t1.r1.c1, d.p1.t1.r1.c2)"}]
    assert parts(page, "It grew by 25.04%, not by 26.04%, in 2025.", [CELL, OTHER], results) == [("25.04%", "result")]


def test_footnotes_and_quoted_numbers_are_links_and_others_are_not(page: Any):
    citations = [{"document": "d", "page": 2, "quote": "Flow grew by $49.3 million in 2025.", "figure": None}]
    text = "It grew by $49.3 million [1] in 2025 [2], FY2025, 10-K, 7.5 and v49.3."
    assert parts(page, text, [], [], citations) == [("$49.3", "quoted"), ("[1]", "note")]


def test_the_steps_of_an_axis_are_round(page: Any):
    ticks = page.evaluate(
        "async () => { const { ticks } = await import('/charts.js'); return [ticks(0, 1), ticks(0.21, 1.13), ticks(3, 3)]; }"
    )
    assert ticks[0] == [0, 0.25, 0.5, 0.75, 1] and ticks[1] == [0.25, 0.5, 0.75, 1] and ticks[2]
