"""How people say what is to be computed: patterns of one value, of two, of all that were found."""

from __future__ import annotations

import re

SHARE = r"(?:percentage|percent|per cent|share|proportion|portion|fraction|part|%)"
REFERS = (
    r"(?:it|that|this|they|these|those|(?:the|that|this) (?:amount|figure|value|number|result|debt|first|second|former"
    r"|latter|sum|total|gap|difference|change)\b[^,]*?)"
)
SHARE_IT = re.compile(
    rf"(?:(?:what|which|how (?:much|many))\s+(?:is the\s+|was the\s+)?{SHARE}|how much)\s+of\s+(?P<y>.+?)\s+"
    rf"(?:(?:is|was|are|were|does|do|did|would)\s+)?(?P<x>{REFERS})"
    r"(?:\s+(?:is|was|are|were|makes? up|made up|makes?|represents?|represented|accounts? for|accounted for|comes? to"
    r"|amounts? to|equals?|stands? for|corresponds? to))?",
    re.IGNORECASE,
)
SHARE_WAS = re.compile(
    rf"(?:what|which|how (?:much|many))\s+{SHARE}\s+of\s+(?P<y>.+?)\s+(?:(?:is|was|are|were|does|do|did)\s+)?"
    rf"(?P<x>(?:the|its|their)\s.+?)"
    r"(?:\s+(?:is|was|are|were|makes? up|made up|represents?|represented|accounts? for|accounted for))?(?:\s+"
    r"(?:in|for)\s+[\w ]+)?",
    re.IGNORECASE,
)
SHARE_OF = re.compile(
    rf"(?P<x>.+?)\s+(?:expressed\s+)?(?:as|in)\s+(?:an?\s+|the\s+)?{SHARE}\s+(?:of|to)\s+(?P<y>.+)", re.IGNORECASE
)
BINARY = re.compile(
    r"(?P<x>.+?)\s+(?P<op>minus|less(?!\s+than)|plus|divided by|over|[-−+/÷])\s+(?P<y>.+)", re.IGNORECASE
)
ORDER = re.compile(
    r"(?P<op>subtract|deduct|take|divide|multiply|add)\s+(?P<x>.+?)\s+(?P<way>from|by|with|to|and)\s+(?P<y>.+)",
    re.IGNORECASE,
)
BETWEEN = re.compile(
    r"(?:(?:what|how (?:big|large|wide))\s+(?:is|was)\s+)?(?:the\s+)?(?P<op>difference|gap|spread|ratio)\s+"
    r"(?:between|of)"
    r"\s+(?P<x>.+?)\s+(?:and|to)\s+(?P<y>.+)",
    re.IGNORECASE,
)
TIMES_COVERS = re.compile(
    r"how many times\s+(?:over\s+)?(?:(?:does|do|did|would|could|can)\s+)?(?P<y>.+?)\s+"
    r"(?:cover|exceed|contain|outweigh)(?:s|ed)?\s+(?P<x>.+)",
    re.IGNORECASE,
)
TIMES = re.compile(
    r"how many times\s+(?:the\s+)?(?:(?:larger|bigger|higher|greater|more)\s+)?(?P<x>.+?)\s+"
    r"(?:(?:is|was|are|were)(?:\s+covered\s+by)?"
    r"|fits into|goes into)\s+(?P<y>.+)",
    re.IGNORECASE,
)
TIMES_THAN = re.compile(
    r"how many times\s+(?:larger|bigger|higher|greater|more|as (?:large|big|high|much))\s+(?:(?:is|was)\s+)?"
    r"(?P<y>.+?)\s+"
    r"(?:(?:is|was)\s+)?(?:than|as|compared (?:to|with))\s+(?P<x>.+)",
    re.IGNORECASE,
)
ASKED = re.compile(
    r"\A(?:(?:and|then|give me|show me|tell me|what (?:is|was|are|were)|what's|how (?:much|big|large|many) "
    r"(?:is|was|are|were)|express)\s+)+",
    re.IGNORECASE,
)
MULTIPLE = re.compile(r"(?P<x>.+?)\s+as an?\s+(?:multiple|ratio)\s+(?:of|to)\s+(?P<y>.+)", re.IGNORECASE)
MORE_THAN = re.compile(
    rf"(?:by\s+)?how much\s+(?:(?:more|less|higher|lower|larger|smaller|greater|bigger)\s+)?(?:is|was)\s+"
    rf"(?P<x>{REFERS}|.+?['’]s)\s+"
    r"(?:(?:more|less|higher|lower|larger|smaller|greater|bigger)\s+)?than\s+(?P<y>.+)",
    re.IGNORECASE,
)
PRONOUN = re.compile(
    r"(?:it|that|this|that one|they|(?:the|that|this) (?:amount|figure|value|number|result))", re.IGNORECASE
)
ORDINAL = re.compile(r"(?:the\s+)?(?P<which>first|second|third|former|latter|last)(?:\s+(?P<noun>\w+))?", re.IGNORECASE)
ROLE = re.compile(r"(?:the|that|this|its|their)\s+(?P<noun>\w+)", re.IGNORECASE)
PLACES = {"first": 0, "second": 1, "third": 2, "former": -2, "latter": -1, "last": -1}
SUM = re.compile(r"(?:add up|sum up|total up|add together|sum|add|tot up)\s+(?P<x>.+?)(?:\s+(?:up|together))?", re.I)
ALL = re.compile(
    r"(?:(?:what (?:is|was)\s+)?(?:the\s+|their\s+)?(?P<op>difference|gap|ratio|sum|total|average|mean)(?:\s+"
    r"(?:of|between)\s+"
    r"(?:them|the two|both|these|those|all|the three))?|(?P<add>add|sum)\s+(?:them|these|those|both|the two|all)"
    r"(?:\s+(?:up|together))?)",
    re.IGNORECASE,
)
GROWTH = re.compile(
    r"(?:by\s+)?(?:what\s+(?:is|was)\s+)?(?:(?:the|its|their|that|this)\s+)?(?P<rate>(?:percentage|percent"
    r"|relative|annual"
    r"|year[- ](?:on|over)[- ]year|yoy|%)\s+){0,2}(?P<noun>growth(?: rate)?|difference(?= in (?:%|per))|change|fall"
    r"|rise|increase|decrease|drop|decline"
    r"|gain|jump)\b(?P<rest>.*)",
    re.IGNORECASE,
)
FROM = re.compile(r"\b(?:over|versus|vs\.?|against|from|since|compared (?:to|with)|on)\b", re.IGNORECASE)
BY_HOW_MUCH = re.compile(
    r"by (?:how much|what (?:percent|percentage|per cent|%|share|amount))(?:\s+percent)?", re.IGNORECASE
)
TO = re.compile(r"\b(?:to|until|till|through|up to)\b", re.IGNORECASE)
GREW = re.compile(
    r"by (?:(?P<share>what (?:percent|percentage|per cent|%|share))|how (?:much|many))\s+(?:(?:did|has|have"
    r"|does|do|was|were)\s+)?"
    r"(?:it|they|that|this|these|the (?:figure|value|number)s?)\s+(?P<verb>rise|rose|grow|grew|fall|fell|change"
    r"|changed|increase|increased"
    r"|decrease|decreased|decline|declined|drop|dropped|improve|improved|gone up|gone down|go up|go down"
    r"|went up|went down)"
    r"(?P<rest>.*)",
    re.IGNORECASE,
)
PERCENT = re.compile(r"\bper ?cent(?:age)?\b|%", re.IGNORECASE)
POINTS = re.compile(r"\bpoints\b", re.IGNORECASE)
FILLER = frozenset(
    re.findall(
        r"\S+",
        "the a one ones value values figure figures number amount in for of at is was its their same year s 's ’s"
        " that and each to on",
    )
)
OVER = re.compile(r"\b(?:divide|multiply|subtract|add)\s+(?:it|that|this|them|the)\b", re.IGNORECASE)
OPERATIONS = {
    said: operation
    for operation, names in {
        "subtract": ["minus", "less", "-", "−", "subtract", "deduct", "take", "difference", "gap", "spread"],
        "add": ["plus", "+", "add"],
        "sum": ["sum", "total"],
        "average": ["average", "mean"],
        "divide": ["divided by", "over", "/", "÷", "divide", "ratio"],
        "multiply": ["multiply"],
    }.items()
    for said in names
}
