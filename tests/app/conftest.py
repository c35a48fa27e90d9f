"""The tiny base and adapters of the tests of `adapters`, for commands that serve them, and a stand-in for the model."""

from __future__ import annotations

import pytest

from tests.adapters.conftest import make_adapter, make_qa_adapter, qa_peft, tiny_base, trained_peft
from tests.app.tag_stub import StubModel

__all__ = ["make_adapter", "make_qa_adapter", "qa_peft", "tiny_base", "trained_peft"]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> StubModel:
    """The stand-in that calls of `finagent tag` in this test use."""
    stub = StubModel()
    monkeypatch.setattr("app.wiring.open_tagger", lambda settings: (stub, "0" * 64))
    return stub
