"""By how much what was spoken of moved, and what that is put down to, in few words."""

import pytest

from chains.ask import Asker
from tests.chains.agent.follow_up.test_general import said


@pytest.mark.parametrize(
    ("turns", "understood"),
    [
        (
            ("What was Larkmoor's gross margin in 2025?", "down by how many bps"),
            "What is the change in Larkmoor Controls' gross margin from FY2024 to FY2025? Answer in basis points.",
        ),
        (
            ("Larkmoor revenue 2025", "so it widened by how many points? in percent", "and up how much in dollars?"),
            "What is the change in Larkmoor Controls' revenue from FY2024 to FY2025?",
        ),
        (
            ("How much did Larkmoor's net income change in 2025?", "up by how many percent?"),
            "What is the growth of Larkmoor Controls' net income from FY2024 to FY2025, in percent?",
        ),
        (("Larkmoor revenue 2025", "blamed on what?"), "Why did Larkmoor Controls' revenue change in FY2025?"),
        (
            ("Larkmoor operating margin 2025", "what does mgmt put that down to"),
            "Why did Larkmoor Controls' operating margin change in FY2025?",
        ),
        (("Larkmoor revenue 2025", "biggest single drag?"), "Why did Larkmoor Controls' revenue change in FY2025?"),
        (("Larkmoor revenue 2025", "what made it widen"), "Why did Larkmoor Controls' revenue change in FY2025?"),
    ],
)
def test_what_a_turn_of_few_words_asks(sample_asker: Asker, turns: tuple[str, ...], understood: str) -> None:
    assert said(sample_asker, *turns).explain["understood"].startswith(understood)


def test_a_turn_with_a_measure_of_its_own_asks_of_that(sample_asker: Asker) -> None:
    understood = said(sample_asker, "Larkmoor revenue 2025", "by how much did net income widen").explain["understood"]
    assert "net income" in understood
    assert "revenue" not in understood
