"""What a word for an earlier answer may mean where it may mean several: said with the choices, and never guessed."""

from __future__ import annotations

from collections.abc import Sequence

from chains.agent.follow_up.term import Term
from chains.errors import ChainError

_MOST = 4
"""Choices that are listed."""


class UnclearError(ChainError):
    """Words that may mean several of the earlier answers; the message names these."""


def unclear(phrase: str, terms: Sequence[Term]) -> UnclearError:
    """The error for a phrase that may mean any of several values."""
    names = list(dict.fromkeys(t.spoken for t in terms))[-_MOST:]
    meant = " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return UnclearError(f"what '{phrase.strip()}' means is not clear: {meant}; name it")


def apart(phrase: str, terms: Sequence[Term]) -> UnclearError:
    """The error for values that a phrase takes together, which have nothing in common."""
    names = " and ".join(dict.fromkeys(t.spoken for t in terms[-_MOST:]))
    return UnclearError(f"'{phrase.strip()}' would join what is of other measures and times: {names}; name the two")
