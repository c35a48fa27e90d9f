"""Questions as they are typed in a chat: short, with signs for words, and yet one figure or one ratio each."""

from decimal import Decimal

import pytest

from chains.ask import Asker


@pytest.mark.parametrize(
    ("question", "value", "unit"),
    [
        ("hi, what is the allowance for credit losses at Harrowgate, dec 31 2025", "-44217", "USD thousands"),
        ("Total deposits at Harrowgate end of 2025, in $m", "4070.889", "USD millions"),
        ("larkmoor sales in asia pacific, last year", "213.3", "USD millions"),
        ("how much is still outstanding under the term loan at Larkmoor?", "125", "USD millions"),
        ("At Larkmoor, what did Flow Measurement make at the operating level in FY25?", "142.3", "USD millions"),
        ("Northmere's net sales in the year-ago quarter?", "396218", "USD thousands"),
        ("Northmere net sales in the same quarter a year earlier", "396218", "USD thousands"),
    ],
)
def test_figures(sample_asker: Asker, question: str, value: str, unit: str) -> None:
    answer = sample_asker.ask(question)
    assert answer.value is not None, answer.answer
    assert (abs(answer.value), answer.unit) == (abs(Decimal(value)), unit)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Larkmoor total debt / equity ratio 2025", "0.6337"),
        ("Larkmoor total debt/equity 2025", "0.6337"),
        ("Larkmoor total debt over equity ratio 2025", "0.6337"),
        ("Harrowgate total loans : deposits 2025", "0.9051"),
        ("Larkmoor payout ratio on diluted EPS 2025", "0.3318"),
    ],
)
def test_a_sign_between_two_measures_is_their_ratio(sample_asker: Asker, question: str, value: str) -> None:
    answer = sample_asker.ask(question)
    assert answer.value is not None, answer.answer
    assert round(answer.value, 4) == Decimal(value)


@pytest.mark.parametrize("sign", [" / ", "/", " : ", " to ", " over ", " divided by "])
@pytest.mark.parametrize("pair", [("quokkas", "deposits"), ("total loans", "quokkas")])
def test_of_two_measures_one_alone_is_never_the_answer(sample_asker: Asker, sign: str, pair: tuple[str, str]) -> None:
    for ratio in ("", " ratio"):
        answer = sample_asker.ask(f"Harrowgate {sign.join(pair)}{ratio} 2025")
        assert answer.value is None, answer.answer


def test_a_company_without_quarters_has_no_quarter_a_year_ago(sample_asker: Asker) -> None:
    assert not sample_asker.ask("Larkmoor net sales in the year-ago quarter").answered


def test_a_ratio_is_one_whatever_stands_behind_it(sample_asker: Asker) -> None:
    before = sample_asker.ask("total debt / equity ratio of Larkmoor FY2025")
    after = sample_asker.ask("What was Larkmoor's total debt / equity ratio in FY2025?")
    assert before.value == after.value and before.unit == after.unit
