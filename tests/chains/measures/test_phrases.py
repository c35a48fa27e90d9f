import re

from chains.measures.phrases import any_of, holds, whole_words


def test_the_longest_phrase_is_taken() -> None:
    match = re.match(any_of(["net", "net sales"]), "net  sales")
    assert match is not None and match[0] == "net  sales"
    assert re.fullmatch(any_of(["net sales"], space=" "), "net  sales") is None


def test_a_phrase_is_found_as_whole_words() -> None:
    pattern = whole_words(["cost", "expect*"])
    assert pattern.search("The Cost of it") and pattern.search("expected")
    assert not pattern.search("costs") and not pattern.search("unexpected")


def test_a_word_may_go_on_over_a_hyphen() -> None:
    assert holds("short-term debt", ["term"]) and not holds("short-term debt", ["term"], hyphens=True)
    assert holds("two years", ["year"], ending="s?") and not holds("two years", ["year"])
    assert not holds("anything", [])
