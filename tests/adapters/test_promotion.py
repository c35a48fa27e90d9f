from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adapters.card import Card, CardBase, CardData, CardSplit, text_id
from adapters.comparison import compare
from adapters.errors import PromotionError
from adapters.labels import LABELS
from adapters.promotion import held_out, judge, try_adapters
from adapters.training.data import Example, Labelled, Source

OLD = Card("old", CardBase("bundled", "a" * 64, "bert"), data=(CardData("x", "0" * 64, 1, "CC0"),))
NEW = replace(OLD, name="new")


def _data(count: int, sha256: str = "b" * 64) -> Labelled:
    rows = [Example(f"text {n}", None, LABELS[n % 3], "rows.csv", n + 2) for n in range(count)]
    return Labelled(rows, [Source(Path("/data/rows.csv"), sha256, count)], [], [], [], [])


class _Reader:
    """Reads the label off the text's number, and errs on every `every`-th."""

    def __init__(self, every: int) -> None:
        self.every = every

    def probabilities(self, texts: Sequence[str], entities: Sequence[str | None] | None = None) -> Any:
        numbers = [int(text.split()[1]) for text in texts]
        return np.eye(3, dtype=np.float32)[[(n + (n % self.every == 0)) % 3 for n in numbers]]


def _trial(data: Labelled, old: int, new: int, old_card: Card = OLD, new_card: Card = NEW) -> Any:
    return try_adapters(data, old_card, new_card, lambda card: _Reader(old if card.name == "old" else new))


def test_a_better_adapter_may_pass() -> None:
    trial = _trial(_data(300), 4, 10)
    judge("new", "old", trial.comparison)
    assert trial.comparison.significantly_better
    assert trial.remarks == ()


def test_a_worse_one_and_an_equal_one_may_not() -> None:
    with pytest.raises(PromotionError, match="new is significantly worse than old, which stays in use: macro-F1"):
        judge("new", "old", _trial(_data(300), 10, 4).comparison)
    with pytest.raises(PromotionError, match="new is not better than old.*--force promotes it all the same"):
        judge("new", "old", _trial(_data(300), 10, 10).comparison)


def test_a_gain_that_may_be_chance_is_said() -> None:
    trial = _trial(_data(60), 29, 31)
    assert trial.comparison.difference > 0
    judge("new", "old", trial.comparison)
    assert any("may be chance" in remark for remark in trial.remarks)


def test_a_small_gain_that_may_be_chance_is_refused() -> None:
    small = replace(_trial(_data(60), 29, 31).comparison, difference=0.004, low=-0.01, high=0.018)
    with pytest.raises(PromotionError, match="difference between new and old, which stays in use, may be chance"):
        judge("new", "old", small)
    judge("new", "old", replace(small, difference=0.005))
    judge("new", "old", replace(small, low=0.001))


def test_more_rows_lost_than_won_beyond_chance_is_worse_whatever_macro_f1_says() -> None:
    truth = ["neutral"] * 500 + ["negative"] * 5 + ["positive"] * 5
    current = ["neutral"] * 510
    new = ["negative"] * 20 + ["neutral"] * 480 + ["negative"] * 5 + ["positive"] * 5
    found = compare(truth, current, new)
    assert found.better
    assert found.wins == 10
    assert found.losses == 20
    assert found.significantly_worse == (found.p_value < 0.05)
    worse = compare(truth, current, ["negative"] * 40 + new[40:])
    assert worse.significantly_worse
    with pytest.raises(PromotionError, match="significantly worse"):
        judge("new", "old", worse)


@pytest.mark.parametrize("who", ["old", "new"])
def test_rows_that_either_was_trained_on_are_left_out(who: str) -> None:
    data = _data(300)
    apart = tuple(text_id(row.text) for row in data.examples[:100])
    taught = {"data": (CardData("rows.csv", "b" * 64, 300, "CC0"),), "split": CardSplit(0, 0.3, "", apart)}
    cards = {"old": OLD, "new": NEW}
    cards[who] = replace(cards[who], **taught)
    trial = _trial(data, 4, 10, cards["old"], cards["new"])
    assert trial.comparison.n == 100
    assert trial.remarks == (
        f"200 rows are left out: {who} was trained on them, or its card does not say which rows of the file were held out",
    )


def test_what_is_left_must_be_enough() -> None:
    with pytest.raises(PromotionError, match="49 rows are too few to compare with: expected 50 rows"):
        _trial(_data(49), 4, 10)
    taught = replace(NEW, data=(CardData("rows.csv", "b" * 64, 300, "CC0"),))
    with pytest.raises(PromotionError, match="300 rows are left out: .*; 0 rows are too few"):
        _trial(_data(300), 4, 10, new_card=taught)
    one_label = _data(300)
    one_label = replace(one_label, examples=[replace(row, label="neutral") for row in one_label.examples])
    with pytest.raises(PromotionError, match="rows of more than one label"):
        _trial(one_label, 4, 10)


def test_a_card_that_says_nothing_is_remarked_upon() -> None:
    kept, remarks = held_out(_data(60), [replace(OLD, data=())])
    assert len(kept) == 60
    assert "does not say what it was trained on" in remarks[0]
