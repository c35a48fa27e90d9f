"""Footnotes: each place once, its number behind the words that rest on it."""

from __future__ import annotations

from typing import Any

from chains.agent.citing import cited, merged


def _record(answer: str, *figures: str, status: str = "answered") -> dict[str, Any]:
    citations = [{"document": "d", "page": 1, "quote": "q", "figure": figure} for figure in figures]
    return {"status": status, "answer": answer, "citations": citations}


def test_marks_stand_behind_the_words_that_rest_on_them():
    records = [_record("A was 1.", "f1", "f2"), _record("B was 2.", "f2", "f3")]
    text, citations = cited("A was 1.\nB was 2.", records)
    assert text == "A was 1. [1][2]\nB was 2. [2][3]"
    assert [one["figure"] for one in citations] == ["f1", "f2", "f3"]


def test_words_of_ones_own_are_marked_at_the_end():
    text, _ = cited("Both rose.", [_record("A was 1.", "f1"), _record("B was 2.", "f2")])
    assert text == "Both rose. [1][2]"


def test_a_refusal_and_a_text_with_marks_stay_as_they_are():
    assert cited("No answer.", [_record("No answer.", "f1", status="refused")]) == ("No answer.", [])
    assert cited("A [1].", [_record("A", "f1")])[0] == "A [1]."


def test_the_same_place_is_cited_once():
    place = {"document": "d", "page": 1, "quote": "q", "figure": None}
    assert merged([place, dict(place), {**place, "page": 2}]) == [place, {**place, "page": 2}]
