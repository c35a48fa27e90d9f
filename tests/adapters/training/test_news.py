"""Sentences made from forms: right for every draw, different from each other, the same for a seed."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from adapters.labels import LABELS
from adapters.training import news
from adapters.training.news import Form, generate_news, read_forms, render


def test_every_form_can_be_drawn_and_leaves_no_slot_open() -> None:
    draw = random.Random(0)
    for form in read_forms():
        for _ in range(5):
            text, names = render(form.text, draw)
            assert not re.search(r"[{}|]|<[a-z]+\d*>", text), f"{form.source}: {form.text}"
            assert text[0] == text[0].upper() and "  " not in text
            assert all(not slot.startswith("company") or name for slot, name in names.items())


def test_a_comparison_has_its_numbers_in_the_order_that_the_label_needs() -> None:
    draw = random.Random(1)
    for _ in range(300):
        text, drawn = render("Profit was {less} ({more}), {lesspercent} after {morepercent}.", draw)
        numbers = [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\.?\d*", text)]
        assert numbers[0] < numbers[1] and numbers[2] < numbers[3], text
        assert drawn["less"] != drawn["more"]


def test_the_same_seed_gives_the_same_news_and_another_seed_other_news() -> None:
    assert generate_news(500, seed=3) == generate_news(500, seed=3)
    assert generate_news(500, seed=3) != generate_news(500, seed=4)


def test_the_news_has_every_label_no_text_twice_at_sentence_level_and_entities_that_are_in_it() -> None:
    made = generate_news(3000, seed=0)
    assert len(made) == 3000
    counts = Counter(example.label for example in made)
    assert set(counts) == set(LABELS) and min(counts.values()) > 500
    keys = [(example.text, example.entity) for example in made]
    assert len(set(keys)) == len(keys)
    assert all(example.entity.lower() in example.text.lower() for example in made if example.entity)
    assert any(example.entity for example in made)


def test_names_that_stand_for_different_things_differ() -> None:
    draw = random.Random(2)
    for _ in range(200):
        _, drawn = render("{company} sued {company2} in {city} and {city2}; {ticker} fell", draw)
        assert drawn["company"] != drawn["company2"] and drawn["city"] != drawn["city2"]
        assert drawn["ticker"][1] == drawn["company"][0].upper()


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"text": "{colour} sky", "label": "neutral"}, "slot colour"),
        ({"text": "{company} rose", "label": "good"}, "label good"),
        ({"text": "{company} rose", "toward": {"company2": "positive"}}, "company2, not in the text"),
        ({"text": "{company} rose"}, "label or toward"),
    ],
)
def test_a_form_that_cannot_be_used_is_named_with_what_is_wrong(row: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=re.escape(named)):
        news._form(row, "mine.toml")


def test_articles_fit_what_is_drawn() -> None:
    for seed in range(60):
        text, _ = render("A {industry} maker and a {industry2} firm", random.Random(seed))
        assert not re.search(r"\b[Aa] [aeio]\w", text), text


def test_a_form_has_a_label_or_labels_toward_names() -> None:
    for form in read_forms():
        assert isinstance(form, Form) and (form.label is None) == bool(form.toward)
