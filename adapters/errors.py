"""The errors that adapters raise. Each message is one line: what was wrong, what was expected, what to do."""

from __future__ import annotations


class AdapterError(Exception):
    """Any failure of a base, an adapter or a training run that the user can act on."""


class BaseModelError(AdapterError):
    """A base model that is not there, is not complete, or is not what it should be."""
