import pytest

from chains.told_numbers.number_topic import asked_stems, changed_count, head_of, rephrased, speaks_of, without_left_out


@pytest.mark.parametrize(
    ("text", "head"),
    [
        ("how many full-size stores are in Texas", "stores"),
        ("what was the number of employees outside Canada", "employees"),
        ("how many of its warehouses did it close", "warehouses"),
    ],
)
def test_what_is_counted_is_the_last_word_before_a_place(text: str, head: str) -> None:
    assert head_of(text) == head


def test_a_verb_that_changes_a_count_is_found() -> None:
    assert changed_count("how many stores did it close") == ("close",)
    assert changed_count("how many stores does it operate") == ()


def test_what_is_left_out_is_no_part_of_what_is_asked() -> None:
    assert without_left_out("how many stores, franchised ones excluded") == ("how many stores ", "franchised")
    assert without_left_out("how many stores") == ("how many stores", "")


def test_everyday_turns_are_put_as_filings_put_them() -> None:
    assert rephrased("shares bought back") == "shares repurchased"


def test_a_sentence_speaks_of_what_it_names_in_other_words() -> None:
    asked = asked_stems("how many depots did it close", ())
    assert speaks_of("14 depots were closed.", asked)
    assert not speaks_of("We opened 3 shops.", asked)
