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


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("By how many $ million did Larkmoor's goodwill climb between fiscal 2024 and fiscal 2025?", None),
        ("What rate did Larkmoor's total net sales grow at in fiscal 2025?", "6.87"),
        ("How fast did Larkmoor's total net sales rise in FY2025?", "6.87"),
        ("By what percent have Larkmoor's total net sales gone up in FY2025?", "6.87"),
        ("How much did Larkmoor spend on buying property, plant and equipment in FY2025?", "58.7"),
        ("How much long-term debt did Larkmoor repay in FY2025?", "75.0"),
        ("What did Larkmoor earn in FY2025?", None),
        ("gross profit at northmere, nine months to Aug 2025", "379153"),
        ("Process Valves net sales in FY25", None),
    ],
)
def test_other_words_for_the_same(sample_asker: Asker, question: str, value: str | None) -> None:
    answer = sample_asker.ask(question)
    assert answer.value is not None, answer.answer
    if value is not None:
        assert round(abs(answer.value), 2) == Decimal(value), answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "How much did the Flow Measurement segment pay in dividends in FY2025?",
        "How many shares did Larkmoor buy back in FY2025?",
        "Zenith's Flow Measurement net sales in FY2025",
        "Net debt: long-term debt, notes payable and leases of Larkmoor in FY2025",
    ],
)
def test_what_is_not_said_is_not_answered(sample_asker: Asker, question: str) -> None:
    answer = sample_asker.ask(question)
    assert answer.value is None, answer.answer


def test_sales_have_no_margin_of_their_own(sample_asker: Asker) -> None:
    assert sample_asker.ask("Larkmoor's Flow Measurement net sales, as a margin, in FY2025").value is None
