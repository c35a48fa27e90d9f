"""Recipes: read, changed by a call, and checked as a whole."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from adapters.errors import RecipeError
from adapters.training.config import SECTIONS, load_recipe, parse_recipe, recipe_names
from adapters.training.methods import known_methods


@pytest.mark.parametrize("name", recipe_names())
def test_a_shipped_recipe_is_whole_and_survives_a_card(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == name and recipe.about
    assert parse_recipe(recipe.record()) == recipe


def test_the_reference_on_phrasebank_is_as_published() -> None:
    recipe = load_recipe("mt0-large-phrasebank")
    assert (recipe.base, recipe.adapter.method) == ("hub:bigscience/mt0-large", "lora")
    assert (recipe.adapter.r, recipe.adapter.alpha, recipe.adapter.dropout) == (8, 32, 0.1)
    training, data = recipe.training, recipe.data
    assert (training.learning_rate, training.epochs, training.batch) == (1e-3, 3, 8)
    assert (training.schedule, training.warmup, data.max_length, data.validation) == ("linear", 0, 128, 0.1)


def test_a_call_changes_keys_with_or_without_their_section() -> None:
    recipe = load_recipe("minilm", ["training.epochs=7", "r=2", "seed=5", 'targets=["query"]', "start=scratch"])
    assert (recipe.training.epochs, recipe.adapter.r, recipe.seed) == (7, 2, 5)
    assert recipe.adapter.targets == ("query",) and recipe.start.start == "scratch"
    assert load_recipe("minilm", ["base_dropout=0.2", "base_dropout=none"]).adapter.base_dropout is None


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('epoch = 3\n[training]\nepochs = 2.5\nschedule = "wavy"\nema = 1\n[adapter]\nr = 0\nalpha = true\n')
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, ["nothing=1", "seed=-1", "epochs"])
    said = str(caught.value)
    for part in (
        "mine.toml", "unknown key 'epoch'; known: name, about, base, seed, [adapter]",
        "training.epochs: expected a whole number, 1 or more, not 2.5", "training.schedule: expected one of linear, cosine",
        "training.ema: expected a number, 0 or more and less than 1", "adapter.r: expected", "adapter.alpha: expected a number",
        "--set nothing: unknown key; known: base, seed, adapter.method", "seed: expected", "--set 'epochs': expected KEY=VALUE",
    ):  # fmt: skip
        assert part in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["entity=prompt"], "data.prompt: expected a text with {text}"),
        (["sentence_share=1.5"], "data.sentence_share: expected 0 to 1"),
        (['words={positive="up"}'], "data.words: expected a different word for each"),
        (['words={positive="up", neutral="up", negative="down"}'], "data.words"),
        (["alpha=inf"], "adapter.alpha"),
        (["targets=[1]"], "adapter.targets: expected a list of names"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes: list[str], said: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(said)):
        load_recipe("minilm", changes)


def test_a_recipe_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no recipe 'minilmm'; expected a TOML file or one of .*minilm-shipped"):
        load_recipe("minilmm")
    broken = tmp_path / "broken.toml"
    broken.write_text("[training\n")
    with pytest.raises(RecipeError, match="not a TOML file"):
        load_recipe(broken)


def test_every_key_is_explained_and_no_two_sections_share_one() -> None:
    keys = [one.name for kind in SECTIONS.values() for one in fields(kind)]
    assert len(keys) == len(set(keys))
    for kind in SECTIONS.values():
        for one in fields(kind):
            assert re.search(rf"\b{one.name}[:,]", kind.__doc__ or ""), one.name


def test_every_method_that_a_recipe_may_name_is_made() -> None:
    choices = next(one for one in fields(SECTIONS["adapter"]) if one.name == "method").metadata["choices"]
    assert set(choices) == set(known_methods())
