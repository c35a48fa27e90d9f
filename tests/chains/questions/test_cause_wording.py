"""Questions for a cause in other words are read as questions why; those for anything else stay as they are."""

import pytest

from chains.questions.cause_wording import as_why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("what does mgmt put that down to", "why that"),
        ("What was the fall in Acme's sales in 2022 put down to?", "why the fall in Acme's sales in 2022"),
        ("What did Acme attribute the higher rent to?", "why Acme's higher rent"),
        ("Acme's lower margin in 2022: blamed on what?", "why Acme's lower margin in 2022"),
        ("What did they blame for the decline in volumes?", "why the decline in volumes"),
        ("and what's to blame?", "why"),
        ("main reason?", "why"),
        ("What was the biggest drag on Acme's margin?", "why did Acme's margin decrease"),
    ],
)
def test_another_wording_of_why(text: str, why: str) -> None:
    assert as_why(text).replace(":", "").split() == why.split()


@pytest.mark.parametrize(
    "text",
    [
        "How much did they put down to goodwill?",
        "What was the net income attributed to noncontrolling interests?",
        "What does Acme owe to its suppliers?",
        "What was the main driver of Acme's sales?",
        "What amounts were credited to retained earnings?",
        "What were the largest cost drivers?",
        "What was put in place?",
    ],
)
def test_what_asks_for_something_else(text: str) -> None:
    assert as_why(text) == text
