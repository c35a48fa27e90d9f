"""The printed confidence: it rises with what speaks for a figure, and stays below certainty."""

from chains.resolve.calibration import CEILING, FEATURES, probability

BEST = dict.fromkeys(FEATURES, 1.0) | {"rivals": 0.0, "bare": 0.0, "bare_match": 0.0}


def test_a_figure_with_everything_for_it_is_nearly_sure_and_never_certain() -> None:
    assert 0.95 < probability(BEST) <= CEILING < 1


def test_what_speaks_against_a_figure_lowers_its_probability() -> None:
    for worse in (
        {"match": 0.8},
        {"statement": 0.5},
        {"whole": 0.5},
        {"rivals": 1.0},
        {"bare": 1.0, "bare_match": 0.9, "match": 0.9},
    ):
        assert probability(BEST | worse) < min(probability(BEST), 0.995) or probability(BEST) == CEILING
    assert probability(BEST | {"match": 0.7, "bare": 1.0, "own": 0.6}) < 0.65


def test_extreme_features_do_not_overflow() -> None:
    assert 0 <= probability({"match": -1e9}) <= probability({"match": 1e9}) <= CEILING


def test_nothing_that_speaks_for_a_figure_lowers_its_probability() -> None:
    against = {"rivals", "bare", "bare_match"}
    middling = dict.fromkeys(FEATURES, 0.7) | dict.fromkeys(against, 0.0)
    for feature in set(FEATURES) - against:
        assert probability(middling | {feature: 1.0}) >= probability(middling), feature
        assert probability(middling | {feature: 0.3}) <= probability(middling), feature
