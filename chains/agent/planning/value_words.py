"""How people say what is to be computed: patterns of one value, of two, of all that were found.

The words are those of `[values]`, `[ordinals]` and `[operations]` of planning.toml; what stands between them is here.
"""

from __future__ import annotations

import re

from chains.agent.wording import either, tables, words


def _any(*lists: str) -> str:
    """A pattern for any of the words of some lists of `[values]`."""
    return f"(?:{either(word for name in lists for word in words('values', name))})"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_SHARE = _any("shares")
_REFERS = rf"(?:{_any('pronouns', 'plural_pronouns')}|(?:the|that|this) {_any('plain', 'told')}\b[^,]*?)"
_MORE = _any("more", "less")
_IS = r"(?:is|was|are|were)"
SHARE_IT = _pattern(
    rf"(?:(?:what|which|how (?:much|many))\s+(?:is the\s+|was the\s+)?{_SHARE}|how much)\s+of\s+(?P<y>.+?)\s+"
    rf"(?:(?:is|was|are|were|does|do|did|would)\s+)?(?P<x>{_REFERS})"
    rf"(?:\s+{_any('constitutes', 'amounts_to')})?"
)
SHARE_WAS = _pattern(
    rf"(?:what|which|how (?:much|many))\s+{_SHARE}\s+of\s+(?P<y>.+?)\s+(?:(?:is|was|are|were|does|do|did)\s+)?"
    rf"(?P<x>(?:the|its|their)\s.+?)(?:\s+{_any('constitutes')})?(?:\s+(?:in|for)\s+[\w ]+)?"
)
SHARE_OF = _pattern(rf"(?P<x>.+?)\s+(?:expressed\s+)?(?:as|in)\s+(?:an?\s+|the\s+)?{_SHARE}\s+(?:of|to)\s+(?P<y>.+)")
BINARY = _pattern(r"(?P<x>.+?)\s+(?P<op>minus|less(?!\s+than)|plus|divided by|over|[-−+/÷])\s+(?P<y>.+)")
ORDER = _pattern(
    r"(?P<op>subtract|deduct|take|divide|multiply|add)\s+(?P<x>.+?)\s+(?P<way>from|by|with|to|and)\s+(?P<y>.+)"
)
BETWEEN = _pattern(
    rf"(?:(?:what|how (?:big|large|wide))\s+(?:is|was)\s+)?(?:the\s+)?(?P<op>{_any('of_two')})\s+(?:between|of)"
    r"\s+(?P<x>.+?)\s+(?:and|to)\s+(?P<y>.+)"
)
TIMES_COVERS = _pattern(
    r"how many times\s+(?:over\s+)?(?:(?:does|do|did|would|could|can)\s+)?(?P<y>.+?)\s+"
    rf"{_any('covers')}\s+(?P<x>.+)"
)
TIMES = _pattern(
    rf"how many times\s+(?:the\s+)?(?:{_any('more')}\s+)?(?P<x>.+?)\s+"
    rf"(?:{_IS}(?:\s+covered\s+by)?|fits into|goes into)\s+(?P<y>.+)"
)
TIMES_THAN = _pattern(
    rf"how many times\s+(?:{_any('more')}|as (?:large|big|high|much))\s+(?:(?:is|was)\s+)?(?P<y>.+?)\s+"
    r"(?:(?:is|was)\s+)?(?:than|as|compared (?:to|with))\s+(?P<x>.+)"
)
ASKED = _pattern(
    rf"\A(?:(?:and|then|give me|show me|tell me|what {_IS}|what's|how (?:much|big|large|many) {_IS}|express)\s+)+"
)
MULTIPLE = _pattern(r"(?P<x>.+?)\s+as an?\s+(?:multiple|ratio)\s+(?:of|to)\s+(?P<y>.+)")
MORE_THAN = _pattern(
    rf"(?:by\s+)?how much\s+(?:{_MORE}\s+)?(?:is|was)\s+(?P<x>{_REFERS}|.+?['’]s)\s+(?:{_MORE}\s+)?than\s+(?P<y>.+)"
)
PRONOUN = _pattern(rf"(?:{_any('pronouns')}|that one|(?:the|that|this) {_any('plain')})")
ORDINAL = _pattern(rf"(?:the\s+)?(?P<which>{either(tables()['ordinals'])})(?:\s+(?P<noun>\w+))?")
ROLE = _pattern(r"(?:the|that|this|its|their)\s+(?P<noun>\w+)")
PLACES: dict[str, int] = tables()["ordinals"]
SUM = _pattern(rf"{_any('sums')}\s+(?P<x>.+?)(?:\s+(?:up|together))?")
ALL = _pattern(
    r"(?:(?:what (?:is|was)\s+)?(?:the\s+|their\s+)?(?:(?:plain|simple|straight|arithmetic)\s+)?"
    rf"(?P<op>{_any('of_all')})(?:\s+(?:of|between)\s+(?:{_any('all')}|the three))?"
    rf"|(?P<add>add|sum)\s+{_any('all')}(?:\s+(?:up|together))?)"
)
GROWTH = _pattern(
    r"(?:by\s+)?(?:what\s+(?:is|was)\s+)?(?:(?:the|its|their|that|this)\s+)?"
    rf"(?P<rate>(?:{_any('rates', 'yearly')}\s+){{0,2}})"
    rf"(?P<noun>growth rate|difference(?= in (?:%|per))|{_any('developments', 'leaps')})\b(?P<rest>.*)"
)
DEVELOPMENT = _pattern(
    rf"(?:(?:the|their|its|that)\s+)?(?:{_any('rates')}\s+)?(?:{_any('developments')}|difference)\b"
    r"(?:\s+(?:rate|from|over|between|versus|vs|against|since|in|on|year)\b.*)?\Z"
)
FROM = _pattern(r"\b(?:over|versus|vs\.?|against|from|since|compared (?:to|with)|on)\b")
BY_HOW_MUCH = _pattern(rf"by (?:how much|what (?:{_any('in_percent')}|amount))(?:\s+percent)?")
TO = _pattern(r"\b(?:to|until|till|through|up to)\b")
GREW = _pattern(
    rf"by (?:(?P<share>what {_any('in_percent')})|how (?:much|many))\s+(?:(?:did|has|have|does|do|was|were)\s+)?"
    rf"(?:it|they|that|this|these|the (?:figure|value|number)s?)\s+(?P<verb>{_any('developed')})(?P<rest>.*)"
)
PERCENT = _pattern(r"\bper ?cent(?:age)?\b|%")
POINTS = _pattern(r"\bpoints\b")
OVER = _pattern(r"\b(?:divide|multiply|subtract|add)\s+(?:it|that|this|them|the)\b")
FILLER = frozenset(words("values", "filler"))
OPERATIONS: dict[str, str] = {said: name for name, entries in tables()["operations"].items() for said in entries}
