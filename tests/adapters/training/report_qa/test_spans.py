"""Printed answers found where they stand."""

from __future__ import annotations

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.forms import Evidence, Kind, Point, Span
from adapters.report_qa.programs import texts_of
from adapters.training.report_qa.spans import locate

EVIDENCE = Evidence(
    "What was the gain on land in 2020?",
    (
        ("", "2021", "2020"),
        ("Gain on land", "$ 12", "$ (7)"),
        ("Gain on ships", "7", "12"),
        ("5.25% notes", "7", "\u2014"),
    ),
    (
        "The ships were sold; the gain was small.",
        "The company\u2019s  land was sold at a gain to the city. It had been bought in 2011.",
    ),
)


def texts(*answers: str, answer_from: str = "") -> list[tuple[str, ...]]:
    found = locate(answers, EVIDENCE, answer_from=answer_from)
    return [texts_of(solution, EVIDENCE, candidates_of(EVIDENCE)) for solution in found]


def test_a_cell_is_the_one_asked_for() -> None:
    (first, *_) = locate(["7"], EVIDENCE)
    (pick,) = first.picked
    assert isinstance(pick, Point)
    assert candidates_of(EVIDENCE)[pick.index].printed == "$ (7)"


def test_words_of_the_text_whatever_case_quotes_and_spaces() -> None:
    (first,) = locate(["the company's land was sold"], EVIDENCE)
    assert first.picked == (Span(1, 0, 28),)
    assert texts("sold")[0] == ("sold",)
    longer = Evidence("Where?", (), ("At \u0130stanbul, by the sea.",))
    assert locate(["\u0130stanbul, by THE sea"], longer)[0].picked == (Span(0, 3, 23),)


def test_a_number_within_words_and_one_within_a_sentence_are_points() -> None:
    for answer in ("5.25%", "2011"):
        (first, *_) = locate([answer], EVIDENCE)
        assert isinstance(first.picked[0], Point)


def test_lists_keep_their_order_and_use_each_place_once() -> None:
    assert texts("2020", "2021")[0] == ("2020", "2021")
    (first, *_) = locate(["7", "7"], EVIDENCE, kind=Kind.COUNT)
    assert len(set(first.picked)) == 2
    assert first.kind is Kind.COUNT


def test_what_is_not_printed_is_not_found() -> None:
    assert locate(["Berlin"], EVIDENCE) == ()
    assert locate(["2021", "Berlin"], EVIDENCE) == ()
    assert locate([], EVIDENCE) == locate(["  "], EVIDENCE) == ()
