"""The page in a real browser: headless Chromium, driven by Playwright over pipes, and a live server on the loopback.

The server is a process of its own, so that this one opens no connection. Without Chromium these tests are skipped.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
TOKEN = "a-token-of-these-tests"
START = 90  # seconds that the server has to start
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
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(sample_home, home)
    environment = {**os.environ, "FINAGENT_HOME": str(home), "FINAGENT_TOKEN": TOKEN}
    with (home.parent / "said").open("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", "from app.cli import main; main()", "serve", "--port", "0"],
            cwd=home, env=environment, stdout=subprocess.DEVNULL, stderr=said,
        )  # fmt: skip
        try:
            until = time.monotonic() + START
            while not (found := re.search(r"http://127\.0\.0\.1:\d+", Path(said.name).read_text())):
                assert process.poll() is None and time.monotonic() < until, Path(said.name).read_text()
                time.sleep(0.05)
            yield found[0]
        finally:
            process.kill()
            process.wait()


# One a module: while Playwright runs, no other event loop can in this thread, and the tests of other modules need one.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        started = running.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Any, server: str) -> Iterator[Callable[..., Any]]:
    """Opens a tab at a place of the page, as a user with the token. In the end: no other host, no breach of the policy."""
    tabs: list[tuple[Any, Seen]] = []

    def opened(place: str = "", **context: Any) -> Any:
        made = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **context})
        made.set_default_timeout(PATIENCE)
        page, seen = made.new_page(), Seen()
        seen.watch(page)
        page.goto(f"{server}/?token={TOKEN}")
        if place:
            page.goto(f"{server}/{place}")
        tabs.append((made, seen))
        return page

    yield opened
    for made, seen in tabs:
        made.close()
        hosts = {urlsplit(url).netloc for url in seen.requests if not url.startswith(("data:", "blob:"))}
        assert hosts == {urlsplit(server).netloc}
        assert seen.errors == []
        assert [said for said in seen.console if "Content Security Policy" in said or "Uncaught" in said] == []


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
