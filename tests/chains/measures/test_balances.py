"""Which balance a question wants a ratio measured on, and definitions told behind any mark with short names."""

import pytest

from chains.ask import Asker
from chains.measures.balances import Wanted, wanted_balances


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("inventory turnover on closing inventory", Wanted("closing", ("inventory",))),
        ("return on assets, using year-end assets", Wanted("closing", ("assets",))),
        ("return on assets based on opening total assets", Wanted("opening", ("total assets",))),
        ("inventory days (closing balances)", Wanted("closing", ())),
        ("inventory turnover, not averaged", Wanted("closing", ())),
        ("asset turnover using average total assets", Wanted("average", ("total assets",))),
        ("cash at closing", None),
        ("revenue with the highest growth", None),
    ],
)
def test_the_balance_that_is_wanted_is_read(text: str, wanted: Wanted | None) -> None:
    said = wanted_balances(text)
    assert (said[1] if said else None) == wanted


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("Larkmoor inventory turnover 2025", "4.0785"),
        ("Larkmoor inventory turnover 2025 on closing inventory", "3.8724"),
        ("Larkmoor inventory days FY2025, using closing inventory and cost of sales over a 365 day year", "94.2556"),
        ("Larkmoor return on assets 2025 on year-end assets", "9.4225"),
        ("Larkmoor return on assets 2025 on opening assets", "9.4074"),
        ("Larkmoor return on average equity 2025", "21.0929"),
        ("Larkmoor FCF in 2025, simple version - cfo minus PP&E additions", "126"),
        ("Free cash flow of Larkmoor FY2025 please (operating cash less capex)", "126"),
        ("Larkmoor cash conversion 2025; cfo over net income", "1.37"),
        ("Larkmoor closing stock over cost of sales x 365 for 2025", "94.2556"),
        ("Larkmoor working capital 2025, current assets less current liabilities", "263"),
        ("Larkmoor EBITDA 2025 as operating income plus D&A", "231.2"),
    ],
)
def test_a_definition_is_followed_wherever_it_stands(sample_asker: Asker, question: str, value: str) -> None:
    answer = sample_asker.ask(question)
    assert float(answer.value or 0) == pytest.approx(float(value), rel=1e-3), answer.answer


@pytest.mark.parametrize(
    "question", ["Larkmoor ROE 2025 using closing revenue", "Larkmoor ROE 2025 on closing quokkas"]
)
def test_a_balance_that_the_measure_does_not_hold_is_no_setting(sample_asker: Asker, question: str) -> None:
    assert sample_asker.ask(question).value is None
