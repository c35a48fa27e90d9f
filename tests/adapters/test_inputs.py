from pathlib import Path

import pytest

from adapters.card import CardInput
from adapters.engine.tokens import encode_segments, open_tokenizer
from adapters.inputs import MARKER, WHOLE, cleaned, encode, label_words, prompt, segments
from adapters.labels import LABELS


def test_white_space_is_single_and_megabytes_are_cut() -> None:
    assert cleaned("  profit\n\trises \u00a0again ", 8) == "profit rises again"
    assert len(cleaned("word " * 300_000, 32)) <= 16 * 32
    assert cleaned("😀 50 %", 8) == "😀 50 %"
    assert cleaned("half \ud83d of a pair", 8) == "half ? of a pair"


def test_an_entity_is_a_second_segment_or_masked_where_it_is_mentioned() -> None:
    pair, mask = CardInput("pair"), CardInput("mask")
    assert segments("Nokia wins.", "Nokia", pair) == ("Nokia wins.", "Nokia")
    assert segments("Nokia wins.", None, pair) == segments("Nokia wins.", "  ", mask) == ("Nokia wins.", None)
    assert segments("NOKIA beats Nokias rival, nokia says", "Nokia", mask) == (
        f"{MARKER} beats Nokias rival, {MARKER} says",
        None,
    )
    assert segments("It wins (A+B).", "A+B", mask) == (f"It wins ({MARKER}).", None)
    assert segments("It wins.", "Nokia", mask) == ("It wins.", "Nokia")


@pytest.mark.parametrize("entity", [None, "nokia", "nokia siemens " * 30])
def test_training_and_serving_see_the_same_tokens(tiny_base: "object", entity: str | None) -> None:
    from transformers import AutoTokenizer

    directory: Path = tiny_base.directory  # type: ignore[attr-defined]
    how = CardInput("pair", 24)
    trained, served = AutoTokenizer.from_pretrained(directory), open_tokenizer(directory / "tokenizer.json", 24)
    for text in ("profit rises", "profit falls as sales move " * 20, ""):
        features = encode(trained, text, entity, how)
        ids, firsts = encode_segments(served, [segments(text, entity, how)])
        assert ids[0] == features["input_ids"]
        assert len(ids[0]) <= 24
        assert features["token_type_ids"] == [0] * firsts[0] + [1] * (len(ids[0]) - firsts[0])


def test_a_prompt_keeps_everything_but_the_end_of_the_text(tiny_base: "object") -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_base.directory)  # type: ignore[attr-defined]
    how = CardInput("prompt", 30, "news {text} names {entity} sales")
    made = prompt(tokenizer, "profit rises as revenue moves " * 20, "siemens", how)
    assert made.startswith("news profit rises")
    assert made.endswith("names siemens sales")
    assert len(tokenizer(made)["input_ids"]) <= 30
    assert prompt(tokenizer, "profit rises", None, how) == f"news profit rises names {WHOLE} sales"
    assert prompt(tokenizer, "profit rises", None, CardInput()) == "profit rises"
    assert prompt(tokenizer, "profit rises", "nokia", CardInput()) == "profit rises\nEntity: nokia"
    masked = prompt(tokenizer, "nokia rises", "nokia", CardInput("mask"))
    assert masked == f"{MARKER} rises"


def test_a_label_is_written_as_the_card_says() -> None:
    assert label_words(LABELS, CardInput(words={"neutral": "mixed"})) == ("negative", "mixed", "positive")
