"""Which sentences tell the cause that is asked for: what stands before the cue is what is explained."""

import pytest

from chains.sentences.asked_words import content_of, covered, kinds_of, weak_stems
from chains.sentences.causes import AskedCause, abbreviations, asked_cause, cause_query, explained
from chains.sentences.families import direction_of
from chains.sentences.stems import stems


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


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("the tax rate went from under 3% to nearly 18%", 1),
        ("margin moved from 12.5 percent to 9.1 percent", -1),
        ("the shift from 10-K to 20-F filings", 0),
        ("the time from May 2018 to May 2019", 0),
    ],
)
def test_two_numbers_tell_the_way_that_words_do_not(text: str, way: int) -> None:
    assert direction_of(text) == way


def test_either_of_two_changes_may_be_explained() -> None:
    both = asked("Revenue grew but gross margin fell. What explains it?", "Revenue grew gross margin fell explains")
    assert both.told_by("Gross margin decreased to 31% due to steel costs.", NOTHING, NOTHING) == 1.0
    assert both.told_by("Revenue increased 4%, driven by prices.", NOTHING, NOTHING) == 1.0
    assert both.told_by("Gross margin increased due to lower steel costs.", NOTHING, NOTHING) < 0.5


def test_the_cause_of_a_part_counts_less_where_the_whole_is_asked_for() -> None:
    whole = asked("Why did net sales increase?", "net sales increase")
    assert whole.told_by("Our total net sales increased due to volume.", NOTHING, NOTHING) == 1.0
    assert whole.told_by("Americas net sales increased due to volume.", NOTHING, NOTHING) < 1.0


def test_a_rise_of_so_many_points_takes_up_the_sentence_before_it() -> None:
    rate = asked("Why did the effective tax rate rise?", "effective tax rate rise")
    before = frozenset(stems("Our effective tax rate was 17.7 percent compared to 2.7 percent."))
    assert rate.told_by("The 15.0 percentage point increase reflects a one-time benefit.", NOTHING, before) == 1.0
