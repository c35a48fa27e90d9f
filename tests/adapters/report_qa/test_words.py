"""Words are compared by what they mean: small ones, plurals and years do not count."""

from adapters.report_qa.words import stems, years


def test_small_words_plurals_and_years_are_left_out() -> None:
    assert stems("Were the net sales of 2019 a net sale of three subsidiaries?") == (
        "net",
        "sale",
        "three",
        "subsidiary",
    )
    assert stems("") == () and stems("\u05d4\u05db\u05e0\u05e1\u05d5\u05ea \ud800") == ()
    assert stems("R&D on 5.25 notes") == ("r&d", "5.25", "note")


def test_years_are_found_in_the_ways_they_are_printed() -> None:
    assert years("2019 and 2018 ; FY17 or FY 2016 or fiscal 2015") == (2019, 2018, 2016, 2015, 2017)
    assert years("At December 31, 2019, 2018 and 2017, it was 2,018") == (2019, 2018, 2017)
    assert years("$2019, 2,018 and 20185, 2018% or 2018.5") == ()
    assert years("December 31 2049 and 1899") == (2049,)
