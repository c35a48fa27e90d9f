import math

import numpy as np
import pytest

from adapters.comparison import compare, mcnemar
from adapters.labels import LABELS


def _noisy(truth: list[str], share: float, seed: int) -> list[str]:
    draw = np.random.default_rng(seed)
    return [label if draw.random() < share else LABELS[(LABELS.index(label) + 1) % 3] for label in truth]


TRUTH = [LABELS[n % 3] for n in range(600)]


@pytest.mark.parametrize(
    ("wins", "losses", "p"),
    # R: mcnemar.exact, binom.test(min, n, 0.5)$p.value
    [(0, 0, 1.0), (5, 5, 1.0), (10, 0, 0.001953125), (9, 1, 0.021484375), (1, 9, 0.021484375), (3, 2, 1.0)],
)
def test_mcnemars_p_value_is_the_binomial_tests(wins: int, losses: int, p: float) -> None:
    assert mcnemar(wins, losses) == pytest.approx(p)


def test_many_discordant_rows_overflow_nothing() -> None:
    assert mcnemar(60_000, 59_000) == pytest.approx(math.erfc(999 / math.sqrt(119_000) / math.sqrt(2)), rel=0.01)
    assert mcnemar(100_000, 0) == 0.0


def test_a_better_one_is_significantly_better_and_the_other_way_round_worse() -> None:
    good, bad = _noisy(TRUTH, 0.95, 1), _noisy(TRUTH, 0.8, 2)
    found = compare(TRUTH, bad, good)
    assert found.significantly_better
    assert found.better
    assert not found.significantly_worse
    assert found.low > 0.05
    assert found.p_value < 1e-6
    assert found.difference == pytest.approx(found.new_macro_f1 - found.current_macro_f1)
    turned = compare(TRUTH, good, bad)
    assert turned.significantly_worse
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=0.01)  # other draws
    assert (turned.wins, turned.losses) == (found.losses, found.wins)


def test_the_same_predictions_are_no_better() -> None:
    found = compare(TRUTH, TRUTH, TRUTH)
    assert (found.difference, found.low, found.high, found.p_value) == (0, 0, 0, 1)
    assert not found.better
    assert not found.significantly_worse


def test_rows_of_one_text_are_drawn_together() -> None:
    good, bad = _noisy(TRUTH, 0.85, 1), _noisy(TRUTH, 0.8, 2)
    apart = compare(TRUTH, bad, good)
    tied = compare(TRUTH * 5, bad * 5, good * 5, [str(n) for n in range(600)] * 5)
    assert (tied.n, tied.texts) == (3000, 600)
    assert tied.high - tied.low == pytest.approx(apart.high - apart.low, rel=0.1)


def test_what_is_no_label_is_wrong() -> None:
    found = compare(TRUTH, [None, *TRUTH[1:]], TRUTH)
    assert (found.wins, found.losses) == (1, 0)
    assert found.current_accuracy == pytest.approx(599 / 600)


def test_the_same_seed_gives_the_same_interval() -> None:
    good, bad = _noisy(TRUTH, 0.9, 1), _noisy(TRUTH, 0.85, 2)
    assert compare(TRUTH, bad, good) == compare(TRUTH, bad, good)
    assert compare(TRUTH, bad, good) != compare(TRUTH, bad, good, seed=1)


def test_rows_that_do_not_pair_are_an_error() -> None:
    for columns in ((TRUTH, TRUTH, TRUTH[:-1]), ([], [], [])):
        with pytest.raises(ValueError, match="expected as many of each"):
            compare(*columns)
