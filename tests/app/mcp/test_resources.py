"""Documents as resources."""

from __future__ import annotations

import json

import pytest
from mcp.shared.exceptions import MCPError

from app.mcp import resources
from ingest.library import Library

NAMES = ["harrowgate_2025", "larkmoor_10k_2025", "northmere_10q_2025q3"]


def test_the_library_and_each_document_are_listed(sample_library: Library) -> None:
    listed = resources.listed(sample_library)
    assert [one.uri for one in listed.resources] == [resources.ALL, *(f"{resources.ALL}/{name}" for name in NAMES)]
    assert listed.resources[2].title.startswith("LARKMOOR CONTROLS CORPORATION, 10-K, FY2025")
    assert listed.next_cursor is None


def test_a_long_list_comes_in_parts(sample_library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "AT_ONCE", 2)
    first = resources.listed(sample_library)
    second = resources.listed(sample_library, first.next_cursor)
    assert [one.name for one in (*first.resources, *second.resources)] == ["documents", *NAMES]
    assert second.next_cursor is None
    for wrong in ("x", "-1", "²", "9" * 30):
        with pytest.raises(MCPError, match="cursor"):
            resources.listed(sample_library, wrong)


def test_documents_and_pages_are_read(sample_library: Library) -> None:
    everything = json.loads(resources.read(sample_library, resources.ALL).contents[0].text)
    assert [one["document"] for one in everything] == NAMES
    one = json.loads(resources.read(sample_library, everything[1]["uri"]).contents[0].text)
    assert one["document"] == NAMES[1]
    assert one["checks"]
    page = resources.read(sample_library, f"{everything[1]['uri']}/pages/6").contents[0]
    assert page.mime_type == "text/plain"
    assert "Total net sales" in page.text


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("finagent://documents/gone", "there is no document 'gone'"),
        ("finagent://documents/..%2F..%2Fetc/pages/1", "there is no document '../../etc'"),
        ("finagent://documents/larkmoor_10k_2025/pages/999", "there is no page 999"),
        ("finagent://documents/larkmoor_10k_2025/pages/0", "there is no resource"),
        ("finagent://figures", "there is no resource"),
        ("file:///etc/passwd", "there is no resource"),
        ("", "there is no resource"),
    ],
)
def test_what_is_not_there_is_said(sample_library: Library, uri: str, said: str) -> None:
    with pytest.raises(MCPError, match=said.replace("(", r"\(")):
        resources.read(sample_library, uri)


def test_names_are_completed(sample_library: Library) -> None:
    completed = resources.names_like(sample_library, "LARK").completion
    assert (completed.values, completed.total, completed.has_more) == ([NAMES[1]], 1, False)
