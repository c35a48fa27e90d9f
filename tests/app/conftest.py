"""The tiny base and adapters of the tests of `adapters`, for commands that serve them."""

from __future__ import annotations

from tests.adapters.conftest import make_adapter, tiny_base, trained_peft

__all__ = ["make_adapter", "tiny_base", "trained_peft"]
