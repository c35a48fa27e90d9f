"""The frame: narrow screens, the keyboard alone, colours, a busy server, a token, a server that is gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.app.web.conftest import TOKEN, ask

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

Open = Callable[..., Any]
PHONE = {"viewport": {"width": 360, "height": 700}, "is_mobile": True, "has_touch": True}
CAPEX = "What was Larkmoor's capital expenditure in fiscal 2025, in USD millions?"

# The least contrast of any visible text with what is behind it (WCAG 2.2, 1.4.3), and whose it is.
_CONTRAST = """() => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const read = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const rgb = (colour) => known.get(colour) ?? known.set(colour, read(colour)).get(colour);
  const light = (c) => c.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => { for (; node; node = node.parentElement) { const c = rgb(getComputedStyle(node).backgroundColor); if (c[3] > 250) return c; } return [255, 255, 255, 255]; };
  let worst = [99, ""];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest("option, noscript, .picture, :disabled, .unseen, .skip")) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(rgb(node.closest("svg") ? style.fill : style.color)), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < worst[0]) worst = [ratio, walker.currentNode.data.trim().slice(0, 40)];
  }
  return worst;
}"""


def wait_for_view(page: Any, name: str) -> None:
    ready = {
        "chat": ".welcome",
        "documents": "#view-documents tbody tr",
        "news": "#view-news h1",
        "adapters": "#view-adapters .curves svg",
    }
    page.wait_for_selector(ready[name])


def test_nothing_is_wider_than_a_phone(open_page: Open):
    page = open_page(**PHONE)
    for view in ("chat", "documents", "news", "adapters"):
        page.click(f"#nav a[data-view={view}]")
        wait_for_view(page, view)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert page.evaluate(f"document.getElementById('view-{view}').scrollWidth") <= 360


def test_on_a_phone_the_document_is_a_sheet_over_everything(open_page: Open):
    page = open_page(**PHONE)
    turn = ask(page, CAPEX)
    turn.locator(".how > summary").click()
    assert page.evaluate("document.querySelector('.log-holder').scrollWidth") <= 360
    turn.get_by_role("link", name="58.7").first.click()
    page.wait_for_selector(".mark.current")
    box = page.locator("#viewer").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 360, 700)
    assert page.get_attribute("#viewer", "aria-modal") == "true"
    assert page.evaluate("document.getElementById('main').inert")
    page.get_by_role("button", name="Close the document").click()
    assert not page.evaluate("document.getElementById('main').inert")


def test_everything_can_be_done_with_the_keyboard(page: Any):
    keys = page.keyboard

    def tab_to(wanted: str, most: int = 100) -> None:
        for _ in range(most):
            if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
                return
            keys.press("Tab")
        raise AssertionError(f"no way to {wanted} by the Tab key")

    assert page.evaluate("document.activeElement.id") == "question"
    keys.type(CAPEX)
    keys.press("Enter")
    page.wait_for_selector(".turn[data-status=answered]")
    page.evaluate("document.body.focus(), document.activeElement.blur()")
    tab_to(".turn .figure")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    keys.press("Enter")
    page.wait_for_selector(".mark.current")
    tab_to("[aria-label='Next page']")
    keys.press("Enter")
    page.get_by_alt_text("Page 9 of larkmoor_10k_2025").wait_for()
    keys.press("Escape")
    assert page.is_hidden("#viewer")
    assert page.evaluate("document.activeElement.matches('.turn .figure')")
    keys.press("/")
    assert page.evaluate("document.activeElement.id") == "question"
    page.evaluate("document.activeElement.blur()")
    tab_to("#nav a[data-view=documents]")
    keys.press("Enter")
    page.wait_for_selector("#view-documents tbody tr")
    tab_to("tr[data-document=larkmoor_10k_2025] [aria-expanded]")
    keys.press("Enter")
    page.wait_for_selector("tr.checks summary")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read_in_light_and_in_dark(open_page: Open, scheme: str):
    page = open_page(color_scheme=scheme)
    turn = ask(page, CAPEX)
    ask(page, "What was the capital expenditure of Larkmoor in fiscal 1997?")
    turn.locator(".how > summary").click()
    turn.get_by_role("link", name="58.7").first.click()
    page.wait_for_selector(".mark.current")
    found = [page.evaluate(_CONTRAST)]
    for view in ("documents", "adapters"):
        page.click(f"#nav a[data-view={view}]")
        wait_for_view(page, view)
        found.append(page.evaluate(_CONTRAST))
    assert min(found)[0] >= 4.5, found
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(245, 246, 247)"
    assert dark == (scheme == "dark")


def test_the_chosen_colours_stay(open_page: Open):
    page = open_page(color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(ground)
    page.select_option("#theme", "dark")
    chosen = page.evaluate(ground)
    page.reload()
    assert page.evaluate(ground) == chosen != before
    assert page.input_value("#theme") == "dark"


def test_nothing_moves_for_who_wants_less_motion(open_page: Open):
    page = open_page(reduced_motion="reduce")
    page.route("**/v1/chat", lambda route: None)
    page.fill("#question", CAPEX)
    page.press("#question", "Enter")
    page.wait_for_selector(".working")
    assert page.evaluate("getComputedStyle(document.querySelector('.working')).animationName") == "none"


def test_a_busy_server_is_asked_again_when_it_says(page: Any):
    answers = []

    def busy_once(route: Any) -> None:
        answers.append(route.request.url)
        if len(answers) == 1:
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"error": {"message": "busy"}})
        else:
            route.continue_()

    page.route("**/v1/chat", busy_once)
    page.fill("#question", CAPEX)
    page.press("#question", "Enter")
    page.locator("#notice").get_by_text("busy: trying again in 1 s").wait_for()
    page.wait_for_selector(".turn[data-status=answered]")
    assert len(answers) == 2
    assert page.is_hidden("#notice")


def test_who_has_lost_the_token_is_asked_for_it(page: Any):
    page.wait_for_selector(".welcome li")
    page.context.clear_cookies()
    page.fill("#question", CAPEX)
    page.press("#question", "Enter")
    page.fill("#token", "a-wrong-token-of-theirs")
    page.press("#token", "Enter")
    page.wait_for_selector("dialog .error:not([hidden])")
    page.fill("#token", TOKEN)
    page.press("#token", "Enter")
    page.wait_for_selector(".turn[data-status=answered]")
    assert TOKEN not in page.evaluate("location.href + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)")


def test_without_the_token_the_page_asks_for_it_and_shows_nothing_else(browser: Any, server: str):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{server}/")
        page.wait_for_selector("dialog[open] #token")
        assert page.locator("#threads li, .welcome li, #scope option[value]:not([value=''])").count() == 0
        page.fill("#token", TOKEN)
        page.press("#token", "Enter")
        page.wait_for_selector(".welcome li")
        assert page.locator("dialog").count() == 0


def test_a_server_that_is_gone_is_told_and_found_again(page: Any):
    page.wait_for_selector(".welcome li")
    page.context.set_offline(True)
    page.fill("#question", CAPEX)
    page.press("#question", "Enter")
    page.wait_for_selector("#notice[data-kind=offline]:not([hidden])")
    page.wait_for_selector(".turn[data-status=failed]")
    assert "does not answer" in page.inner_text(".turn .answer")
    page.context.set_offline(False)
    page.wait_for_selector("#notice", state="hidden")
    ask(page, CAPEX).get_by_role("link", name="58.7").first.wait_for()


def test_an_unknown_thread_and_a_broken_address_are_no_dead_end(open_page: Open):
    page = open_page("#/chat/nobody-spoke-here")
    page.wait_for_selector(".log .error, .welcome")
    page.evaluate("location.hash = '#/nothing/%E0%A4%A'")
    page.wait_for_selector(".welcome")
    page.evaluate("location.hash = '#/documents/no_such_document/3'")
    page.wait_for_selector("#viewer .error")
