"""Asking, following up, and going from a number to its cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.app.web.conftest import ask, call

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

Open = Callable[..., Any]
CAPEX = "What was Larkmoor's capital expenditure in fiscal 2025, in USD millions?"
RATIO = "What was the current ratio of Larkmoor at the end of FY2025?"
GROWTH = "How much did Northmere's net sales grow in Q3 of fiscal 2025, year over year?"

# How far the mark reaches beyond the figure's own box on the picture, in pixels: left, top, right, bottom.
_BEYOND = """([id, width, height, box]) => {
  const mark = document.querySelector(`.mark.current[data-figure="${id}"]`).getBoundingClientRect();
  const image = document.querySelector(".picture img").getBoundingClientRect();
  const [sx, sy] = [image.width / width, image.height / height];
  return [image.x + box[0] * sx - mark.left, image.y + box[1] * sy - mark.top,
          mark.right - image.x - box[2] * sx, mark.bottom - image.y - box[3] * sy];
}"""
_IN_SIGHT = """() => {
  const mark = document.querySelector(".mark.current").getBoundingClientRect();
  const sheet = document.querySelector(".sheet").getBoundingClientRect();
  return mark.width > 0 && mark.top >= sheet.top && mark.bottom <= sheet.bottom && mark.left >= sheet.left && mark.right <= sheet.right;
}"""


def shown(page: Any) -> tuple[str, int]:
    """The document and the page that stand beside the answer."""
    page.wait_for_selector(".sheet:not([aria-busy]) .mark.current")
    return page.inner_text("#viewer-name"), int(page.input_value("#viewer input"))


def check_mark(page: Any, figure_id: str) -> None:
    """The mark lies around the figure's box, close to it, and in sight."""
    figure = call(page, f"/v1/figures/{figure_id}")
    size = call(page, f"/v1/documents/{figure['document']}/pages/{figure['page']}")
    page.locator(".picture img").evaluate("image => image.decode()")
    beyond = page.evaluate(_BEYOND, [figure_id, size["width"], size["height"], figure["box"]])
    assert all(0 <= side < 6 for side in beyond), beyond
    assert page.evaluate(_IN_SIGHT)


def test_a_number_opens_its_page_with_the_cell_marked(page: Any):
    turn = ask(page, CAPEX)
    turn.get_by_role("link", name="58.7").first.click()
    assert shown(page) == ("larkmoor_10k_2025", 8)
    assert page.inner_text(".cell[aria-pressed=true] b") == "(58.7)"
    check_mark(page, page.get_attribute(".mark.current", "data-figure"))
    page.get_by_role("button", name="Larger").click()
    page.get_by_role("button", name="Larger").click()
    check_mark(page, page.get_attribute(".mark.current", "data-figure"))


def test_a_computed_number_opens_the_cells_that_it_is_computed_from(page: Any):
    ask(page, RATIO).get_by_role("link", name="1.87").click()
    assert shown(page) == ("larkmoor_10k_2025", 7)
    assert page.locator(".cell b").all_inner_texts() == ["564.6", "301.6"]
    first = page.get_attribute(".mark.current", "data-figure")
    check_mark(page, first)
    page.locator(".cell").nth(1).click()
    page.wait_for_selector(f".mark[data-figure='{first}']:not(.current)")
    check_mark(page, page.get_attribute(".mark.current", "data-figure"))


def test_the_link_of_a_number_can_be_opened_in_another_tab(page: Any, server: str):
    link = ask(page, RATIO).get_by_role("link", name="564.6").get_attribute("href")
    page.goto(f"{server}/")
    page.goto(f"{server}/{link}")
    assert shown(page) == ("larkmoor_10k_2025", 7)
    check_mark(page, link.rpartition("/")[2])


def test_in_a_document_without_pictures_the_cell_of_the_table_is_marked(page: Any):
    ask(page, GROWTH).get_by_role("link", name="396,218").first.click()
    assert shown(page) == ("northmere_10q_2025q3", 2)
    assert "396,218" in page.inner_text("td.mark.current")
    assert page.evaluate(_IN_SIGHT)


def test_a_footnote_opens_the_sentence_that_is_quoted(page: Any):
    turn = ask(page, "What drove the growth of Flow Measurement at Larkmoor in fiscal 2025?")
    turn.locator(".footnotes a").first.click()
    page.wait_for_selector(".quoted:not([hidden])")
    assert "water utilities replaced older meters" in page.inner_text(".quoted")
    page.get_by_role("button", name="Text", exact=True).click()
    page.wait_for_selector(".sheet .mark.current")
    assert "water utilities" in page.inner_text(".sheet .mark.current")


def test_how_an_answer_was_made_is_told(page: Any):
    turn = ask(page, RATIO)
    assert not turn.locator(".work").evaluate("node => node.open")  # the steps are folded away
    turn.locator(".how > summary").click()
    told = turn.locator(".how-record").inner_text()
    for part in (
        "rules",
        "98%",
        "current assets / current liabilities",
        "divide(",
        "564,600,000 USD",
        "1.872015915",
        "ties",
    ):
        assert part in told


def test_a_follow_up_says_how_it_was_understood_and_stays_in_its_thread(page: Any, server: str):
    ask(page, "What was Larkmoor's net income in fiscal 2025?")
    turn = ask(page, "And in 2024?")
    assert "2024" in turn.locator(".understood").inner_text()
    assert turn.get_by_role("link", name="94.8").count() >= 1
    address = page.evaluate("location.hash")
    assert address.startswith("#/chat/")
    page.goto(f"{server}/")
    page.goto(f"{server}/{address}")
    page.locator(".turn").nth(1).wait_for()
    assert page.locator(".asked").all_inner_texts()[1] == "And in 2024?"
    page.locator(".turn").nth(1).get_by_role("link", name="94.8").first.click()
    assert shown(page)[0] == "larkmoor_10k_2025"


def test_a_conversation_is_removed_when_that_is_confirmed(page: Any):
    ask(page, CAPEX)
    name = page.evaluate("decodeURIComponent(location.hash.split('/')[2])")
    entry = page.locator(f"#threads li[data-thread='{name}']")
    entry.get_by_role("button").click()
    page.get_by_role("button", name="Cancel").click()
    assert entry.count() == 1
    entry.get_by_role("button").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    entry.wait_for(state="detached")
    page.wait_for_selector(".welcome")
    assert name not in [one["name"] for one in call(page, "/v1/threads")]


def test_a_refusal_looks_different_and_says_why(page: Any):
    turn = ask(page, "What was the capital expenditure of Larkmoor in fiscal 1997?")
    assert turn.get_attribute("data-status") == "refused"
    assert turn.locator(".status").inner_text() == "Not answered"
    assert "1997" in turn.locator(".answer").inner_text()
    assert turn.locator(".answer .figure").count() == 0


def test_what_writes_asks_first(page: Any):
    turn = ask(page, "Remember that Larkmoor's fiscal year ends in September.")
    turn.get_by_role("button", name="Decline").wait_for()
    assert turn.get_by_role("button", name="Allow").evaluate("node => node === document.activeElement")
    turn.get_by_role("button", name="Decline").click()
    turn.locator(".approval").wait_for(state="detached")
    turn.and_(page.locator("[data-status=answered], [data-status=refused], [data-status=stopped]")).wait_for()
    assert turn.locator(".answer").inner_text()


def test_a_conversation_that_waits_asks_again_when_it_is_opened_again(page: Any):
    ask(page, "Remember that Larkmoor's fiscal year ends in September.").get_by_role("button", name="Allow").wait_for()
    page.reload()
    turn = page.locator(".turn")
    turn.get_by_role("button", name="Decline").wait_for()
    assert turn.locator(".asked").inner_text().startswith("Remember that Larkmoor's")
    turn.get_by_role("button", name="Decline").click()
    turn.and_(page.locator("[data-status=refused]")).wait_for()


def test_a_first_turn_that_fails_leaves_no_conversation_behind(page: Any):
    told = (
        'event: thread\ndata: {"thread": "lost"}\n\nevent: error\ndata: {"error": {"message": "the disk is full"}}\n\n'
    )
    page.route("**/v1/chat", lambda route: route.fulfill(body=told, content_type="text/event-stream"))
    page.fill("#question", CAPEX)
    page.press("#question", "Enter")
    page.wait_for_selector(".turn[data-status=failed]")
    assert "the disk is full" in page.inner_text(".turn")
    assert page.evaluate("location.hash") == "#/chat"


def test_an_answer_can_be_stopped(page: Any):
    page.route("**/v1/chat", lambda route: None)  # an answer that never comes
    page.fill("#question", CAPEX)
    page.press("#question", "Enter")
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector(".turn[data-status=stopped]")
    assert page.is_enabled("#ask")


def test_a_script_in_a_question_is_shown_and_not_run(page: Any):
    asked = (
        "<img src=x onerror='window.hit=1'><script>window.hit=1</script> What was Larkmoor's net income in fiscal 2025?"
    )
    turn = ask(page, asked)
    assert turn.locator(".asked").inner_text() == asked
    page.wait_for_selector("#threads li[data-thread]")
    assert page.locator("main img, main script, #side script").count() == 0
    assert page.evaluate("window.hit") is None
