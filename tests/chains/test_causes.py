"""Which sentences tell the cause that is asked for: what stands before the cue is what is explained."""

import pytest

from chains.causes import AskedCause, abbreviations, asked_cause, cause_query, explained
from chains.quotes import content_of, covered, kinds_of, weak_stems
from chains.stems import stems


def asked(question: str, topic: str, **short: str) -> AskedCause:
    names = {name: frozenset(stems(words)) for name, words in short.items()}
    found = asked_cause(question, topic, weak_stems(), names)
    assert found is not None
    return found


NOTHING: frozenset[str] = frozenset()
VALVES = asked("Why did valve revenue rise in 2022?", "valve revenue rise")


@pytest.mark.parametrize(
    "sentence",
    [
        "Valve revenue increased 4% in 2022, primarily due to two new contracts.",
        "The growth in valve sales was driven by shipyards.",
        "Revenue from valves grew as a result of higher prices.",
    ],
)
def test_what_rose_and_why_is_told(sentence: str) -> None:
    assert VALVES.told_by(sentence, NOTHING, NOTHING) == 1.0


@pytest.mark.parametrize(
    "sentence",
    [
        "Operating income increased primarily due to higher valve revenue.",  # the cause of something else
        "Valve revenue decreased in 2022, due to lower volumes.",  # the other way
        "The increase was partially offset by lower valve revenue, due to fewer shipments.",
        "Valve revenue was $4 million in 2022.",  # no cause
    ],
)
def test_the_cause_of_something_else_is_not(sentence: str) -> None:
    assert VALVES.told_by(sentence, NOTHING, NOTHING) < 0.5


def test_a_sentence_takes_up_the_one_before_it() -> None:
    before = frozenset(stems("Valve revenue was $4 million, up 3%."))
    assert VALVES.told_by("increase primarily reflected the launch of a new pump", NOTHING, before) == 1.0
    assert VALVES.told_by("The decrease was due to prices.", NOTHING, before) == 0.0


def test_the_kind_of_cause_wanted_is_not_the_thing_explained() -> None:
    question = "Which product launch explains the surge in pump sales?"
    assert asked(question, "product launch explains surge pump sales").thing == set(stems("pump sales"))


def test_a_name_in_capitals_is_what_it_stands_for() -> None:
    short = abbreviations(["Our segments are Commercial Valves (CVA) and Services (SV)."])
    assert short["CVA"] == set(stems("Commercial Valves"))
    wanted = asked_cause("What drove commercial revenue up?", "commercial revenue up", weak_stems(), short)
    assert wanted is not None
    assert wanted.told_by("CVA revenues increased due to deliveries.", NOTHING, NOTHING) == 1.0


def test_years_behind_the_cue_are_the_causes() -> None:
    assert "2021" not in explained("Sales fell because they had been strong in 2021.")


def test_a_cause_is_searched_for_in_the_words_of_filings() -> None:
    assert "pump sales decreased" in cause_query("Why did pump sales go down?", "pump sales go down")
    assert cause_query("What were pump sales?", "pump sales") == ""


def test_words_of_one_family_stand_for_each_other() -> None:
    assert covered(content_of("biggest client"), set(stems("our customers"))) > 0.5
    assert kinds_of("What was it mostly for?") == ("purpose",)
