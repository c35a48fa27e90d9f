"""Changes, differences, sums over years, amounts a day and results without one of their parts, in natural words."""

import pytest

from chains.ask import Asker
from chains.measures.hypothetical import parts_of
from chains.measures.totals import without_total
from chains.questions.question import read_question


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("how badly did Larkmoor's inventories rise in 2025 (%)", "11.2372"),
        ("By how much did Larkmoor bring down its long-term debt in 2025?", "-50"),
        ("Larkmoor's gross margin 2025: up or down how many bps vs 2024?", "147"),
        ("How far did Larkmoor's current assets exceed its current liabilities at the end of 2025?", "263"),
        ("What was the shortfall of Larkmoor's R&D against its SG&A in 2025?", "135.3"),
        ("How much more cash did Larkmoor have at the end of 2025 than at the end of 2024?", "-39.7"),
        ("add up Larkmoor's net income for 2023, 2024 and 2025", "323.8"),
        ("What did Larkmoor earn in total over 2023-2025?", "323.8"),
        ("Larkmoor net sales per day in 2025", "3.5186"),
        ("What would Larkmoor's 2025 operating income have been without the restructuring charges?", "196.4"),
        ("Larkmoor 2025 operating income if you put the restructuring charges and R&D expense back", "293.2"),
        ("Larkmoor 2025 operating income if you add back the restructuring charges and the interest expense", None),
        ("If it weren't for Digital Services, what would Larkmoor's 2025 net sales have been?", None),
        ("What would Larkmoor's 2025 net income have been without the restructuring charges?", None),
        ("What would Larkmoor's 2025 operating income have been without the interest expense?", None),
        ("Larkmoor effective tax rate 2025, worked out from the income statement, pct, one decimal", "21.8"),
    ],
)
def test_computed_questions_are_read_in_natural_words(sample_asker: Asker, question: str, value: str | None) -> None:
    answer = sample_asker.ask(question)
    if value is None:
        assert answer.value is None, answer.answer
    else:
        assert float(answer.value or 0) == pytest.approx(float(value), rel=1e-3), answer.answer


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("what would operating income have been had there been no litigation charges?", ("operating income", "litigation charges")),
        ("but for the impairment, what would operating profit have been", ("operating profit", "impairment")),
        ("what would revenue have been", None),
        ("what was operating income", None),
    ],
)  # fmt: skip
def test_a_result_is_told_from_the_part_it_is_asked_without(text: str, parts: tuple[str, str] | None) -> None:
    assert parts_of(text) == parts


def test_words_for_a_sum_are_taken_off() -> None:
    assert without_total("add up net income") == "net income"
    assert without_total("capital expenditures all told") == "capital expenditures"
    assert without_total("total assets") is None


def test_remarks_on_the_form_of_an_answer_are_no_part_of_what_is_asked() -> None:
    question = read_question("Acme net margin 2022, pct, two dp")
    assert (question.core, question.unit.kind, question.decimals) == ("Acme net margin 2022", "percent", 2)


@pytest.mark.parametrize(
    "question", ["How much did Larkmoor's quokka costs rise in 2025?", "Larkmoor revenue per quokka in 2025"]
)
def test_a_line_item_that_nothing_tells_is_not_computed_with(sample_asker: Asker, question: str) -> None:
    assert sample_asker.ask(question).value is None
