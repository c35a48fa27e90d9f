"""What a turn is read against: the turns before it, and the values that were answered in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from chains.agent.follow_up.earlier import Earlier
from chains.agent.follow_up.reading import Said
from chains.agent.follow_up.turns import Turn


class Alone(Enum):
    """What a rule says of a turn that goes on from nothing: no rule behind it is asked."""

    ALONE = "alone"


@dataclass(frozen=True)
class Talk:
    """A turn beside those before it, the newest of which is `last`.

    `tell` gives a turn the value that a sentence told for it, `recall` finds what phrases stand for among the values.
    Both are used once a rule asks for a value: sentences are searched then.
    """

    turns: tuple[Turn, ...]
    said: Said
    tell: Callable[[Turn], Turn]
    recall: Callable[[Talk], Earlier]

    @property
    def last(self) -> Turn:
        """The turn before."""
        return self.turns[-1]

    @cached_property
    def told(self) -> tuple[Turn, ...]:
        """The turns with the values that sentences told for them, unless another company is named."""
        return self.turns if self.said.named else tuple(map(self.tell, self.turns))

    @cached_property
    def earlier(self) -> Earlier:
        """The values that were answered."""
        return self.recall(self)
