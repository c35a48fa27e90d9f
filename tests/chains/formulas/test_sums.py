"""Terms in a list ("current and non-current") are those of the name that stands beside them."""

import pytest

from chains.formulas.sums import termed


@pytest.mark.parametrize(
    ("pieces", "read"),
    [
        (
            ["lease liabilities, current", "non-current"],
            ["lease liabilities, current", "lease liabilities, non-current"],
        ),
        (["current", "long-term lease liabilities"], ["current lease liabilities", "long-term lease liabilities"]),
        (["cash", "goodwill"], ["cash", "goodwill"]),
        (["current assets", "long-term debt"], ["current assets", "long-term debt"]),
        (["goodwill", "non-current"], []),
        (["current", "non-current"], []),
    ],
)
def test_a_bare_term_is_that_of_the_name_beside_it(pieces: list[str], read: list[str]) -> None:
    assert termed(pieces) == read
