"""The page in a real browser: headless Chromium, driven by Playwright over pipes, and a live server on the loopback.

The server is a thread of this process, and the browser one for all these tests. Without Chromium they are skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.app.server.conftest import Live, services

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
TOKEN = "a-token-of-these-tests"
_running: dict[str, Any] = {}  # the browser, and its free tabs by their options
_stack = ExitStack()
PATIENCE = 20_000  # ms until something must have happened, on a machine that does other work too


@dataclass(slots=True)
class Seen:
    """What a browser tab asked for and complained about."""

    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, page: Any) -> None:
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def taken(self) -> tuple[list[str], list[str], list[str]]:
        """All until now, for one test; the next begins anew."""
        taken = self.requests, self.console, self.errors
        self.requests, self.console, self.errors = [], [], []
        return taken


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a browser; where there is none, or nothing that drives it, the tests are skipped."""
    pytest.importorskip("playwright.sync_api", reason="the browser tests need `pip install playwright`")
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        pytest.skip(f"no browser on PATH ({', '.join(BROWSERS)}); on Debian: apt-get install chromium")
    return path


@pytest.fixture(scope="session")
def server(chromium: str, sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over its own copy of the sample reports; requests must show TOKEN."""
    live = Live(services(shutil.copytree(sample_home, tmp_path_factory.mktemp("web") / "home"), token=TOKEN))
    yield live.address
    live.close()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Any:
    """The browser, started by the first test that wants it."""
    from playwright.sync_api import sync_playwright

    if "browser" not in _running:
        driver = _stack.enter_context(sync_playwright())
        _running["browser"] = driver.chromium.launch(executable_path=chromium, args=list(FLAGS))
        _stack.callback(_running["browser"].close)
    return _running["browser"]


# While Playwright runs, no other event loop can in this thread, and the tests of other folders need one.
@pytest.hookimpl(trylast=True)  # after the fixtures
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    if nextitem is None or nextitem.path.parent != Path(__file__).parent:
        _running.clear()
        _stack.close()


@pytest.fixture
def open_page(browser: Any, server: str) -> Iterator[Callable[..., Any]]:
    """Opens a tab at a place of the page, as a user with the token. In the end: no other host, no breach of the policy."""
    tabs: list[tuple[Any, Seen, list[Any]]] = []

    def opened(place: str = "", **options: Any) -> Any:
        # Sessions and tabs cost much: tests with the same options are the same user, one after the other in one tab.
        free = _running.setdefault(repr(sorted(options.items())), [])
        if not free:
            session = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
            session.set_default_timeout(PATIENCE)
            free.append((session.new_page(), Seen()))
            free[0][1].watch(free[0][0])
        page, seen = free.pop()
        tabs.append((page, seen, free))
        page.goto(f"{server}/?token={TOKEN}")
        if place:
            page.goto(f"{server}/{place}")
        return page

    yield opened
    for page, seen, free in tabs:
        page.context.set_offline(False)
        page.unroute_all(behavior="ignoreErrors")
        page.evaluate("localStorage.clear()")
        page.goto("about:blank")
        free.append((page, seen))
        requests, console, errors = seen.taken()
        hosts = {urlsplit(url).netloc for url in requests if not url.startswith(("data:", "blob:", "about:"))}
        assert hosts == {urlsplit(server).netloc}
        assert errors == []
        assert [said for said in console if "Content Security Policy" in said or "Uncaught" in said] == []


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """A tab with an empty conversation, as wide as a laptop."""
    return open_page()


def ask(page: Any, text: str) -> Any:
    """Ask in the conversation that is open; the turn when it is whole."""
    before = page.locator(".turn").count()
    page.fill("#question", text)
    page.press("#question", "Enter")
    turn = page.locator(".turn").nth(before)
    turn.and_(page.locator(":not([data-status=running]):not([data-status=writing])")).wait_for()
    return turn


def call(page: Any, path: str) -> Any:
    """What the server's API says, as the page hears it."""
    return page.evaluate("path => fetch(path).then(answer => answer.json())", path)
