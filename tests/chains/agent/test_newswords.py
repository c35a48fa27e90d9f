"""What a request asks of the news, by days that it names and days that are counted from today."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chains.agent.newswords import news_arguments

SUNDAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("news from last week", {"since": "2026-02-16", "until": "2026-02-22"}),
        ("news of the past week", {"since": "2026-02-22", "until": "2026-03-01"}),
        ("news of this week", {"since": "2026-02-23", "until": "2026-03-01"}),
        ("What was in the news last month?", {"since": "2026-02-01", "until": "2026-02-28"}),
        ("news since last year", {"since": "2025-01-01"}),
        ("yesterday's headlines", {"since": "2026-02-28", "until": "2026-02-28"}),
        ("the news of the last 7 days", {"since": "2026-02-22", "until": "2026-03-01"}),
        ("the last 7 news items", {"limit": 7}),
        ("bad news of the last two weeks", {"since": "2026-02-15", "until": "2026-03-01", "sentiment": "negative"}),
        ("the last two headlines of October 2025", {"since": "2025-10-01", "until": "2025-10-31", "limit": 2}),
        ("the news of the last 14 days", {"since": "2026-02-15", "until": "2026-03-01"}),
        ("the latest news", {}),
    ],
)
def test_days_are_counted_from_today(text: str, arguments: dict[str, Any]) -> None:
    assert news_arguments(text, SUNDAY) == arguments
