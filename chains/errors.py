"""The errors that chains raises. Each message is one line: what was wrong, what was expected, what to do."""

from __future__ import annotations


class ChainError(Exception):
    """Any failure of chains that the user can act on."""


class ProgramError(ChainError):
    """A program that cannot be read or run."""


class UnitError(ProgramError):
    """Quantities that cannot be combined: dollars and shares, USD and EUR."""


class ZeroDivisorError(ProgramError):
    """A division by a figure or a step that is zero."""


class UnknownFigureError(ProgramError):
    """An operand that names a figure which the library does not hold."""


class FormulaError(ChainError):
    """A formula or a definition that the grammar cannot read."""


class UnresolvedError(ChainError):
    """An expression with alternatives or missing items that were not settled before it was compiled."""


class MetricsError(ChainError):
    """A table of metrics that cannot be used; the message holds every problem found."""


class TagError(ChainError):
    """Something that cannot be tagged: there is no text in it."""
