from __future__ import annotations

import random

import pytest

from adapters.report_qa.actions import MAX_ACTIONS
from adapters.report_qa.forms import Constant, Earlier, Evidence, Kind, Operation, Point, Solution, Span, Step
from adapters.report_qa.language import Walk, parse_target, plain, words_of, write_target, written
from adapters.report_qa.layout import Layout
from adapters.report_qa.programs import texts_of
from adapters.report_qa.prompts import Tokens, Writer

EVIDENCE = Evidence(
    "How much did fares grow from 2018, given 5% inflation?",
    (("(in thousands)", "2019", "2018"), ("Fares", "1,452", "1,300"), ("Fuel", "210", "n/a")),
    ('The "Alma" was sold for $12.3 million [c1] in 2019.', "Fares rose, fares  rose again. \u6536\u5165\u4e0a\u5347"),
)
SUM = Solution(
    Kind.PROGRAM,
    (
        Step(Operation.SUBTRACT, (Point(6), Point(7))),
        Step(Operation.DIVIDE, (Earlier(0), Constant("const_100"))),
        Step(Operation.SUM, (Point(6), Point(7), Earlier(1))),
    ),
    scale="percent",
)


class Letters:
    """A tokenizer of transformers whose tokens are single characters."""

    eos_token_id, pad_token_id = 0, 0

    def __call__(self, text, add_special_tokens=True):
        return {"input_ids": [[*map(ord, one)] for one in text] if isinstance(text, list) else [*map(ord, text)]}


class Pairs(Letters):
    """One whose tokens are two characters, and which knows only the first 70 of ASCII: all else is one token."""

    def __call__(self, text, add_special_tokens=True):
        def ids(one):
            return [hash_of(one[place : place + 2]) for place in range(0, len(one), 2)]

        return {"input_ids": [ids(one) for one in text] if isinstance(text, list) else ids(text)}


def hash_of(pair):
    return 1 if any(ord(one) > 110 for one in pair) else 2 + 128 * ord(pair[0]) + ord(pair[-1])


@pytest.fixture(scope="module")
def layout() -> Layout:
    return Writer(Tokens(Letters(), "causal"), window=4000).write(EVIDENCE).layout


def test_a_program_is_written_as_text_and_read_again(layout):
    said = "program: subtract(c6, c7), divide(#0, const_100), sum(c6, c7, #1) | scale: percent"
    assert [layout.candidates[n].printed for n in (6, 7)] == ["1,452", "1,300"]
    assert write_target(SUM, layout) == said
    assert parse_target(said, layout) == parse_target(f" {said}\n", layout) == SUM


@pytest.mark.parametrize(
    ("solution", "said"),
    [
        (Solution(Kind.REFUSAL), "refusal"),
        (Solution(Kind.SPANS, picked=(Point(6), Point(11)), scale="thousand"), "spans: c6; c11 | scale: thousand"),
        (Solution(Kind.COUNT, picked=(Point(9), Span(0, 4, 10))), "count: c9; \"'Alma'\" | scale: none"),
        (Solution(Kind.SPANS, picked=(Span(0, 20, 37),)), 'spans: "for $12.3 million" | scale: none'),
        (Solution(Kind.SPANS, picked=(Span(0, 38, 50),)), 'spans: "(c1) in 2019" | scale: none'),
        (Solution(Kind.SPANS, picked=(Span(1, 12, 23),)), 'spans: "fares rose" | scale: none'),
        (Solution(Kind.SPANS, picked=(Span(1, 31, 33),)), 'spans: "\u6536\u5165" | scale: none'),
    ],
)
def test_picked_things_are_written_as_marks_and_quotations(solution, said, layout):
    assert write_target(solution, layout) == said
    assert parse_target(said, layout) == solution


@pytest.mark.parametrize(
    "said",
    [
        "", "42", "refusal, for", "program: | scale: none", "program: add(c7) | scale: none",
        "program: add(c6, c99) | scale: none", "program: add(c5, c7) | scale: none",  # c5 is a word
        "program: add(c6, c7)", "program: add(c6, c7) | scale: dozen", "program: add(c6, #0) | scale: none",
        "program: add(c6, c7), add(c6, c7) | scale: none",  # the first is used by nothing
        "program: add(1,452, 1,300) | scale: none", 'spans: "profit rose" | scale: none', "spans: | scale: none",
        'spans: "Fares rose | scale: none', 'spans: "rose again. The" | scale: none', "program: sum(const_1, c7) | scale: none",
        "count: c7; c7 | scale: none",
    ],
)  # fmt: skip
def test_what_is_not_in_the_evidence_or_no_solution_is_not_read(said, layout):
    assert parse_target(said, layout) is None


@pytest.mark.parametrize("tokenizer", [Letters(), Pairs()], ids=["letters", "pairs"])
@pytest.mark.parametrize("seed", range(12))
def test_whatever_a_walk_allows_is_read_again_and_stands_in_the_evidence(tokenizer, seed):
    tokens = Tokens(tokenizer, "causal")
    layout = Writer(tokens, window=4000).write(EVIDENCE).layout
    for begun in ((), (" spans:",), (" count:",), (" program:", " add(")):
        draw, walk = random.Random(f"{seed} {begun}"), Walk(layout, tokens.spell, tokens.end)
        for token in [one for piece in begun for one in tokens.spell(piece)]:
            walk.push(token)
        for _ in range(3000):
            if walk.done:
                break
            walk.push(draw.choice(walk.allowed()))
        assert walk.done and walk.allowed() == []
        solution = walk.solution
        said = write_target(solution, layout)
        if said is None:  # the encoder's decoder would give up on a program this long
            assert sum(1 + len(step.operands) for step in solution.steps) >= MAX_ACTIONS
            continue
        assert write_target(parse_target(said, layout), layout) == said
        printed = plain(str(EVIDENCE.table) + "\n".join(EVIDENCE.text) + EVIDENCE.question)
        for text in texts_of(solution, EVIDENCE, layout.candidates):
            assert plain(text) in printed


def test_a_token_that_is_not_allowed_is_refused_and_the_scale_is_known_from_its_place(layout):
    tokens = Tokens(Letters(), "causal")
    walk = Walk(layout, tokens.spell, tokens.end)
    with pytest.raises(ValueError, match="not allowed"):
        walk.push(ord("p"))
    pieces = written(SUM, layout)
    walk = Walk(layout, tokens.spell, tokens.end)
    for token in [one for piece in pieces for one in tokens.spell(piece)]:
        assert token in walk.allowed() and walk.solution is None
        walk.push(token)
    assert walk.allowed() == [tokens.end]
    walk.push(tokens.end)
    assert walk.solution == SUM and walk.scale_from == len("".join(pieces[:-1]))


def test_without_evidence_nothing_but_a_refusal_may_be_written():
    tokens = Tokens(Letters(), "causal")
    walk = Walk(Writer(tokens, window=400).write(Evidence("Why?")).layout, tokens.spell, tokens.end)
    text = ""
    while not walk.done:
        (only,) = walk.allowed()
        walk.push(only)
        text += chr(only)
    assert text == " refusal\0" and walk.solution == Solution(Kind.REFUSAL)


def test_a_program_that_could_not_be_ended_is_not_begun():
    tokens = Tokens(Letters(), "causal")
    layout = Writer(tokens, window=400).write(Evidence("Why?", (), ("It rained.",))).layout
    assert parse_target("program: sum(", layout) is None
    walk = Walk(layout, tokens.spell, tokens.end)
    for token in [one for piece in (" program:", " ") for one in tokens.spell(piece)]:
        walk.push(token)
    assert {chr(one) for one in walk.allowed()} == set("asmdeg")
    walk.push(ord("s"))
    assert {chr(one) for one in walk.allowed()} == {"u"}
    walk.push(ord("u"))
    assert {chr(one) for one in walk.allowed()} == {"b"}  # subtract, for a sum takes no constants


def test_plain_keeps_every_place_and_words_are_split_where_they_may_end():
    odd = 'a\u2028"b"\n[c1] <s>\ud800'
    assert len(plain(odd)) == len(odd) and plain(odd) == "a 'b' (c1) (s)?"
    assert [odd[a:b] for a, b in words_of('in "2019" $1,5')] and words_of("1,5") == [(0, 1), (1, 2), (2, 3)]
    assert words_of("\u6536\u5165up") == [(0, 1), (1, 2), (2, 4)]
