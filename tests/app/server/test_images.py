"""The images of pages: drawn in processes of their own, bounded in size, time and memory."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from app.server import images
from app.server.errors import ApiError
from app.server.images import Images
from ingest.page_images import MOST_PIXELS
from tests.conftest import REPORTS

PDF = REPORTS / "larkmoor_10k_2025.pdf"
WORK = "tests.app.server.drawing_work:draw"


@pytest.fixture
def hostile() -> Iterator[Images]:
    """Images of files that end or hold up who draws them."""
    made = Images(work=WORK, seconds=5.0)  # with the start of a process, on a busy machine
    yield made
    made.close()


def test_images_are_bounded_in_size_and_in_memory(tmp_path: Path) -> None:
    made = Images(kept=300_000)
    try:
        for page in range(1, 8):
            made.page(PDF, "sha", page, 2.0)
        assert made._bytes <= 300_000
        drawn = Image.open(io.BytesIO(made.page(PDF, "sha", 1, 500.0)))
        assert drawn.width * drawn.height <= MOST_PIXELS * 1.01
        document = pypdfium2.PdfDocument.new()
        document.new_page(3_000_000, 0.2)  # few pixels in all, and millions in a row
        document.save(tmp_path / "wide.pdf")
        assert Image.open(io.BytesIO(made.page(tmp_path / "wide.pdf", "wide", 1, 2.0))).width <= 16_384
    finally:
        made.close()


def test_what_cannot_be_drawn_says_so(tmp_path: Path) -> None:
    made = Images()
    try:
        (tmp_path / "no.pdf").write_text("no PDF")
        for path, number, status in ((tmp_path / "no.pdf", 1, 410), (PDF, 99, 409)):
            for ask in (lambda p, n: made.page(p, str(p), n, 1.0), lambda p, n: made.size(p, str(p), n)):
                with pytest.raises(ApiError) as wrong:
                    ask(path, number)
                assert wrong.value.status_code == status
    finally:
        made.close()


@pytest.mark.parametrize("name", ["die", "hang"])
def test_a_page_that_brings_down_who_draws_it_costs_that_page_alone(hostile: Images, name: str) -> None:
    with pytest.raises(ApiError) as wrong:
        hostile.page(Path(f"{name}.pdf"), name, 1, 1.0)
    assert wrong.value.status_code == 409
    assert hostile.page(Path("fine.pdf"), "fine", 1, 1.0).startswith(b"fine ")
    began = time.perf_counter()
    with pytest.raises(ApiError):  # remembered, and not tried again
        hostile.page(Path(f"{name}.pdf"), name, 1, 1.0)
    assert time.perf_counter() - began < 0.5


def test_who_drew_last_draws_next(hostile: Images) -> None:
    drawn = {hostile.page(Path("fine.pdf"), "fine", 1, float(scale)) for scale in range(1, 6)}
    assert len(drawn) == 1  # one process; another is only begun where two draw at once


def test_a_page_that_takes_for_ever_holds_up_no_other(hostile: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile.size(Path("fine.pdf"), "fine", 1)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(hostile.size, Path("hang.pdf"), "hang", 1)
        assert hostile.page(Path("other.pdf"), "other", 1, 1.0)
        assert not slow.done()
        assert isinstance(slow.exception(), ApiError)
    monkeypatch.setattr(images, "_PATIENCE", 0.01)
    with pytest.raises(ApiError) as late:
        hostile.size(Path("hang.pdf"), "hang too", 1)
    assert late.value.status_code == 503
