"""What is said of candidates without a model."""

from __future__ import annotations

import numpy as np

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.features import NAMES, Overlap, measure
from adapters.report_qa.forms import Evidence, Source
from adapters.report_qa.scales import COUNT, scale_features
from tests.adapters.report_qa.conftest import HISTORY, evidence, point


def test_features_are_by_row_column_and_year() -> None:
    asked = evidence("What were net sales in 2018?", history=HISTORY)
    places = measure(asked, candidates_of(asked))
    now, then, costs = (point(asked, one).index for one in ("$ 1,452.4", "$ 1,300.0", "(640.2)"))

    def of(index: int, name: str) -> float:
        return float(places.features[index, NAMES.index(name)])

    assert places.year[now] == 2019 and places.year[then] == 2018
    assert of(then, "year_first") == 1 and of(now, "year_other") == 1 and of(then, "earliest") == 1
    assert of(now, "label_in_question") == of(now, "label_exact") == 1 and of(costs, "label_in_question") == 0
    assert of(costs, "negative") == 1 and of(now, "best_line") == 1 and of(costs, "best_line") == 0
    assert places.label[now] == places.label[then] != places.label[costs]


def test_a_number_of_a_sentence_is_of_the_year_that_is_nearest() -> None:
    asked = Evidence("?", text=("It was $ 5 in 2019 and $ 4 in 2018 .", "In 2017 it was $ 3 .", "It was 8 ."))
    places = measure(asked, candidates_of(asked))
    years = {
        one.printed: int(year) for one, year in zip(candidates_of(asked), places.year, strict=True) if not one.is_year
    }
    assert years == {"$ 5": 2019, "$ 4": 2018, "$ 3": 2017, "8": 0}


def test_nothing_has_no_features() -> None:
    assert measure(Evidence(""), ()).features.shape == (0, len(NAMES))


def test_rare_words_weigh_more() -> None:
    overlap = Overlap(["net sales", "net costs", "net income"])
    asked = frozenset({"net"})
    assert overlap.share(("net", "sale"), asked) < 0.5 < overlap.share(("net", "sale"), frozenset({"sale"}))
    assert overlap.share((), asked) == 0 and overlap.share(("net",), frozenset()) == 0


def test_sources_are_told_apart() -> None:
    asked = evidence(history=HISTORY)
    features = measure(asked, candidates_of(asked)).features[:, :4]
    assert (features.sum(1) == 1).all()
    for one, row in zip(candidates_of(asked), features, strict=True):
        assert (
            row[list(Source).index(Source.TABLE)]
            or NAMES[int(row.argmax())] == one.source
            or one.source is Source.TABLE
        )


def test_scale_words_of_question_heads_cells_and_text() -> None:
    words = COUNT // 4
    found = scale_features(evidence("How many years did it take?")).reshape(4, words)
    assert found.shape == (4, 6) and set(np.unique(found)) <= {0.0, 1.0}
    assert found[0, 5] == 1 and found[1, 1] == 1, "the question counts; the head says millions"
    assert found[2, 3] == 1 and found[3, 2] == 1, "cells in percent; billions in the text"
    assert scale_features(Evidence("")).sum() == 0
    assert scale_features(Evidence("which year \n was it")).reshape(4, words)[0, 5] == 1
    assert scale_features(Evidence("year \n was it")).reshape(4, words)[0, 5] == 0


def test_listed_years_days_and_what_is_the_greatest() -> None:
    asked = Evidence(
        "In which year were costs more than 55 million?",
        (("", "2019", "2018"), ("Costs", "50", "60"), ("Sales", "9", "8")),
        ("It was $ 5 and $ 4 at December 31, 2019 and 2018 .",),
    )
    found = candidates_of(asked)
    places = measure(asked, found)

    def names(printed: str, source: Source = Source.TABLE) -> set[str]:
        index = point(asked, printed, source).index
        return {name for name, value in zip(NAMES, places.features[index], strict=True) if value}

    assert [int(places.year[point(asked, one, Source.TEXT).index]) for one in ("$ 5", "$ 4")] == [2019, 2018]
    assert "listed" in names("$ 4", Source.TEXT) and "day" in names("31", Source.TEXT) and "day" not in names("60")
    assert "greatest" in names("60") and "least" in names("50") and "greatest" in names("9")
    assert {"head_of_greatest", "head_over"} <= names("2018") and {"head_of_least", "head_under"} <= names("2019")
    assert "mention" in names("50") and "mention" not in names("9")
