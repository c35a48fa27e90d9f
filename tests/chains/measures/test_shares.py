"""Shares of a whole: however they are asked for they are percentages, and an amount is no answer to them."""

import pytest

from chains.ask import Asker
from chains.measures.shares import Share, share_of


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("what share of APAC revenue came out of Japan", Share("japan", "APAC revenue")),
        ("how big a slice of net revenue was earned outside the US", Share("US", "net revenue", outside=True)),
        ("China as a % of group revenue", Share("china", "group revenue")),
        ("how large a chunk of operating income did the cloud unit deliver", Share("cloud unit", "operating income")),
        ("of total assets at the end of , what percentage was goodwill?", Share("goodwill", "total assets")),
        ("what pct of sales in did Consumer make up?", Share("consumer", "sales")),
        ("out of net sales, what % was from services", Share("services", "net sales")),
        ("how much of sales, percentage-wise, was made in Japan?", Share("japan", "sales")),
        ("phones out of total net sales , %", Share("phones", "total net sales")),
        ("north unit's weight in net sales", Share("north unit", "net sales")),
        ("domestic revenue as % of total", Share("domestic revenue", "total")),
        ("inventory at : what % of it was finished goods?", Share("finished goods", "inventory")),
        ("which segment had the largest share of revenue", None),
        ("what percentage did revenue grow", None),
        ("how much of the cash is held abroad", None),
        ("diluted earnings per share of common stock", None),
    ],
)
def test_the_part_and_the_whole_of_a_share_are_told_apart(text: str, share: Share | None) -> None:
    assert share_of(text) == share


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What slice of Larkmoor's 2025 net sales came out of Europe, the Middle East and Africa?", "25.6482"),
        ("Larkmoor 2025: out of total net sales, what % was Digital Services?", "14.0310"),
        ("Of Larkmoor's total assets at the end of 2025, what percentage was goodwill?", "28.7767"),
        ("How big a part of Larkmoor's 2025 net sales was earned outside Asia Pacific?", "83.3917"),
        ("Larkmoor's Digital Services net sales as % of the total, 2025", "14.0310"),
        ("How much of Larkmoor's 2025 net sales, in percent, was Asia Pacific?", "16.6083"),
        ("cost of sales out of group net sales, Larkmoor 2025, %", "59.0983"),
    ],
)
def test_a_share_is_one_line_item_over_another(sample_asker: Asker, question: str, value: str) -> None:
    answer = sample_asker.ask(question)
    assert answer.unit == "percent", answer.answer
    assert float(answer.value or 0) == pytest.approx(float(value), rel=1e-3), answer.answer


@pytest.mark.parametrize(
    "question",
    [
        "Larkmoor net sales 2025 in percent",
        "What share of shares outstanding did Larkmoor repurchase in 2025?",
        "Larkmoor current ratio 2025 in USD millions",
        "What share of Larkmoor's 2025 net income came from Asia Pacific?",
        "What share of Larkmoor's Digital Services net sales came from Asia Pacific in 2025?",
        "What part of Larkmoor's goodwill was quokkas in 2025?",
    ],
)
def test_a_number_of_another_kind_or_of_another_whole_is_no_answer(sample_asker: Asker, question: str) -> None:
    assert sample_asker.ask(question).value is None
