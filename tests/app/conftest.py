"""The tiny base and adapters of the tests of `adapters`, for commands that serve them."""

from __future__ import annotations

from tests.adapters.conftest import make_adapter, make_qa_adapter, qa_peft, tiny_base, trained_peft

__all__ = ["make_adapter", "make_qa_adapter", "qa_peft", "tiny_base", "trained_peft"]
