"""Documents on the page: adding with progress, failures, checks, removing; news and adapters beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.app.web.conftest import ask

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

Open = Callable[..., Any]
REPORT = """<html><head><title>Brackwater Tools Inc 10-K</title></head><body><p>FORM 10-K</p>
<p>Brackwater Tools Inc. Annual report for the fiscal year ended December 31, 2025 {extra}</p>
<p>Consolidated Statements of Income (in millions)</p>
<table><tr><td></td><td>2025</td><td>2024</td></tr>
<tr><td>Net sales</td><td>210.5</td><td>190.1</td></tr><tr><td>Cost of sales</td><td>120.5</td><td>110.0</td></tr>
<tr><td>Gross profit</td><td>90.0</td><td>80.1</td></tr></table></body></html>"""
HOSTILE = "<script>window.hit=1</script><img src=x onerror=window.hit=1><a href='javascript:window.hit=1'>a</a>"
NEWS = """date,source,company,text,sentiment,confidence,p_negative,p_neutral,p_positive
2025-10-01,Wire,Larkmoor,Orders rise,positive,0.9,0.05,0.05,0.9
2025-10-02,Wire,<b>Northmere</b>,Profit falls,negative,0.9,0.9,0.05,0.05
2025-10-02,Gazette,Larkmoor,A new plant,neutral,0.8,0.1,0.8,0.1
"""


def add(page: Any, path: Path) -> Any:
    """Choose a file; its line in the list of uploads."""
    page.set_input_files("#files", str(path))
    return page.locator(".uploads li").last


def test_a_file_is_added_with_its_progress_asked_and_removed(open_page: Open, tmp_path: Path):
    page = open_page("#/documents")
    page.wait_for_selector(".documents tbody tr")
    page.evaluate("""() => {
      window.said = [];
      new MutationObserver(() => window.said.push(...[...document.querySelectorAll(".uploads li")].map((one) => one.textContent)))
        .observe(document.querySelector(".uploads"), { childList: true, subtree: true, characterData: true });
    }""")
    path = tmp_path / "brackwater_10k_2025.html"
    path.write_text(REPORT.format(extra=""))
    line = add(page, path)
    line.and_(page.locator("[data-status=done]")).wait_for()
    assert "added as brackwater_10k_2025" in line.inner_text()
    said = " ".join(page.evaluate("window.said"))
    assert "sending" in said and ("reading" in said or "waiting to be read" in said)
    row = page.locator("tr[data-document=brackwater_10k_2025]")
    row.wait_for()
    page.click("#nav a[data-view=chat]")
    turn = ask(page, "What was Brackwater's gross profit in fiscal 2025?")
    assert "90" in turn.locator(".answer").inner_text()
    page.click("#nav a[data-view=documents]")
    row.get_by_role("button", name="Remove brackwater_10k_2025").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    row.wait_for(state="detached")


def test_what_cannot_be_read_says_why(open_page: Open, tmp_path: Path):
    page = open_page("#/documents")
    for name, content, part in (("odd.exe", b"MZ", "supported are"), ("broken.pdf", b"%PDF-1.7 nothing", "broken")):
        (tmp_path / name).write_bytes(content)
        line = add(page, tmp_path / name)
        line.and_(page.locator("[data-status=failed]")).wait_for()
        assert part in line.inner_text()


def test_scripts_in_a_document_and_in_its_name_are_only_text(open_page: Open, tmp_path: Path):
    page = open_page("#/documents")
    path = tmp_path / "<img src=x onerror=window.hit=1>.html"
    path.write_text(REPORT.format(extra=HOSTILE + "&lt;script&gt;window.hit=1&lt;/script&gt;"))
    line = add(page, path)
    line.and_(page.locator("[data-status=done]")).wait_for()
    assert line.locator(".upload-name").inner_text() == path.name
    row = page.locator("tr[data-document]").filter(has_text="Brackwater")
    row.get_by_role("button").first.click()
    page.wait_for_selector(".sheet table")
    assert "<script>window.hit=1</script>" in page.inner_text(".sheet")
    assert page.locator("main img, .sheet img, .sheet script, .sheet a").count() == 0
    assert page.evaluate("window.hit") is None


def test_dropped_files_are_added(open_page: Open):
    page = open_page("#/documents")
    page.wait_for_selector(".documents tbody tr")
    page.evaluate("""() => {
      const files = new DataTransfer();
      files.items.add(new File(["Quarterly letter. Revenue was $ 12 million."], "letter.txt", { type: "text/plain" }));
      const view = document.getElementById("view-documents");
      for (const type of ["dragenter", "dragover", "drop"]) view.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: files }));
    }""")
    page.wait_for_selector(".uploads li[data-status=done]")
    assert page.locator("tr[data-document=letter]").count() == 1


def test_checks_are_told_on_demand_and_lead_to_their_page(open_page: Open):
    page = open_page("#/documents")
    row = page.locator("tr[data-document=larkmoor_10k_2025]")
    toggle = row.get_by_role("button", name="Checks of larkmoor_10k_2025")
    assert "103 tie" in toggle.inner_text()
    toggle.click()
    details = page.locator("tr.checks:not([hidden])")
    details.get_by_text("Ties (103)").click()
    details.get_by_role("button", name="page").first.click()
    page.wait_for_selector("#viewer .picture img")


def test_a_file_that_is_too_large_is_refused_in_one_line(open_page: Open, tmp_path: Path):
    page = open_page("#/documents")
    page.route(
        "**/v1/documents",
        lambda route: (
            route.fulfill(status=413, json={"error": {"message": "expected at most 100 MB"}})
            if route.request.method == "POST"
            else route.continue_()
        ),
    )
    (tmp_path / "large.pdf").write_bytes(b"%PDF")
    line = add(page, tmp_path / "large.pdf")
    line.and_(page.locator("[data-status=failed]")).wait_for()
    assert "larger than the server takes: expected at most 100 MB" in line.inner_text()


def test_a_tagged_file_becomes_charts_with_their_tables(open_page: Open, tmp_path: Path):
    page = open_page("#/news")
    (tmp_path / "tagged.csv").write_text(NEWS)
    page.set_input_files("#news-file", str(tmp_path / "tagged.csv"))
    page.wait_for_selector("#view-news .panel svg rect.bar.negative")
    assert page.locator("#view-news figcaption strong").all_inner_texts() == ["By day", "By entity", "By source"]
    panel = page.locator("#view-news .panel").nth(1)
    panel.get_by_text("Table").click()
    assert panel.locator("tbody th").all_inner_texts() == ["Larkmoor", "<b>Northmere</b>"]
    page.reload()
    page.wait_for_selector("#view-news .panel svg")
    assert page.locator("#view-news select").input_value() == "tagged.csv"


def test_adapters_show_their_card_and_their_curves(open_page: Open):
    page = open_page("#/adapters/sentiment-minilm")
    page.wait_for_selector("#view-adapters .curves svg polyline")
    card = page.inner_text("#view-adapters .card")
    for part in ("sentiment-minilm", "in use", "macro-F1", "MIT", "bundled (bert)", "Loss"):
        assert part in card
    assert page.locator("#view-adapters .curves .panel").count() == 3
