"""What tools show of long texts."""

from __future__ import annotations

import pytest

from chains.tool_making import on_one_line


@pytest.mark.parametrize(
    ("most", "shown"),
    [
        (99, "It was USD 1,284.3 million to November 30, 2024 (10%)"),
        (25, "It was USD …"),  # "1,284.3" alone is another number
        (27, "It was USD 1,284.3 million …"),
        (40, "It was USD 1,284.3 million to November …"),
        (51, "It was USD 1,284.3 million to November 30, 2024 …"),
    ],
)
def test_a_text_is_cut_between_words_and_within_no_number(most: int, shown: str) -> None:
    assert on_one_line("It was\nUSD 1,284.3 million to November 30, 2024 (10%)", most) == shown
