"""Follow-ups: what is said in a conversation, understood with what was said before.

    follow = resolve(asker, ["What was Acme's revenue in 2017?"], "and the year before?")
    follow.understood                                  # "What was Acme's revenue in FY2016?"
    Conversing(asker).ask(Request("and the year before?", history=("What was Acme's revenue in 2017?",)))

A turn is understood by what is missing in it. Where text can carry that, the question is rewritten and planned as any
other; where it cannot (a difference or a ratio of earlier answers), a plan over the earlier plans' expressions is made.
"""

from chains.agent.follow_up.conversing import Conversing
from chains.agent.follow_up.resolving import FollowUp, resolve

__all__ = ["Conversing", "FollowUp", "resolve"]
