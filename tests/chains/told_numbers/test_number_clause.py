from decimal import Decimal

from chains.told_numbers.number_clause import Clause
from chains.told_numbers.number_sentences import Line
from chains.told_numbers.sentence_numbers import Role, ToldNumber
from ingest.schema import Passage

SENTENCE = "We had 1,200 stores in Canada and 400 in Mexico, while 30 were closed."


def clause_of(printed: str) -> str:
    numbers = [number(n) for n in ("1,200", "400", "30")]
    line = Line(Passage("a.p1.s1", "a", 1, "", SENTENCE), SENTENCE, "", frozenset(), frozenset(), frozenset())
    return Clause.of(number(printed), numbers, line).text


def number(printed: str) -> ToldNumber:
    start = SENTENCE.index(printed)
    value = Decimal(printed.replace(",", ""))
    return ToldNumber(start, start + len(printed), printed, value, 0, "", Role.VALUE)


def test_the_first_joint_parts_two_numbers_of_one_clause() -> None:
    assert clause_of("1,200") == "We had 1,200 stores in Canada"
    assert clause_of("400") == "400 in Mexico"


def test_a_clause_of_its_own_begins_behind_a_comma() -> None:
    assert clause_of("30") == "while 30 were closed."
