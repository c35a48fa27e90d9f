"""Words that mean something found earlier: "the worse one", "its", "that company", "the newest report"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache

from chains.agent.planning.known import MARK, Known, Referred, kind_of
from chains.agent.steps import Pick, Ref
from chains.agent.tools.compare import direction_of
from chains.agent.wording import anywhere, either, side_of, tables, words
from chains.questions.companies import Company
from chains.questions.company_names import possessive

_WHO = (
    r"(?:one|ones|holder|spender|earner|player|lender|borrower|owner|company|firm|bank|business|group|retailer"
    r"|insurer|name|performer"
    r"|of (?:the |these |those )?(?:two|three|four|them|those|these|both)(?: \w+)?)"
)
_ITS = re.compile(
    r"\b(?:its|their|the (?:company|firm|bank)['’]s|(?:that|this) (?:company|firm|bank|one)['’]s)(?![\w-])",
    re.IGNORECASE,
)
_IT = re.compile(
    r"(?<![\w-])(?:(?:that|this) (?:company|firm|bank|one)|the (?:same )?(?:company|firm)"
    r"|the same one|it|them|they)(?![\w-])"
    r"(?!['’]s (?:more|less|higher|lower))",
    re.IGNORECASE,
)
_THERE = re.compile(r"(?<=\w )there(?=\s*(?:[,.?!]|$|in\b|at\b|during\b))", re.IGNORECASE)
_OTHER = re.compile(r"\bthe other(?: (?:one|company|firm))?(['’]s)?(?![\w-])", re.IGNORECASE)
_FROM_IT = re.compile(
    r"\b(?:from|in|of|out of|within)\s+(?:it|that|this|there|(?:that|this|the same|the said) (?:document|report"
    r"|filing|one))"
    r"(?=\s*(?:[,.?!;]|$|and\b))|\btherefrom\b",
    re.IGNORECASE,
)
_WHEN_IT = re.compile(
    r"(?P<in>\b(?:in|for|during)\s+)?\bthe (?:fiscal )?(?:year|quarter|period)\s+(?:when|in which|during which"
    r"|that|where)\s+"
    r"(?:it|this|that|they)\s+(?:happened|occurred|took place|was|hit|came|struck|began|started)\b|\b"
    r"(?:in\s+)?that same year\b",
    re.IGNORECASE,
)


AGES = either(words("references", "newest") + words("references", "oldest"))
"""A pattern for the words by which one of several documents is picked."""
_DOCUMENT = re.compile(
    rf"(?:\b(?:in|of|from|within|according to|per|on|for)\s+)?\bthe ({AGES})"
    r"(?: (?:one|of them|of these|of those|document|filing|report|file|10-[kq]))?(?=\s*(?:[,.?!;]|$|and\b|then\b))",
    re.IGNORECASE,
)


def age_of(said: str) -> str:
    """Which document one of the words of AGES picks: "oldest" or "newest"."""
    return "oldest" if said.lower() in words("references", "oldest") else "newest"


@cache
def _sided() -> re.Pattern[str]:
    """ "the worse one", "the company with the higher margin", "whichever has the lower ratio", "the winner"."""
    sides = either(word for listed in tables()["sides"].values() for word in listed)
    return re.compile(
        rf"\b(?:the|whichever(?: one| company)?(?: is| was)?) (?:more \w+ |less \w+ )?(?P<a>{sides}) (?:{_WHO})"
        r"(?P<own>['’]s)?(?![\w-])"
        r"|\b(?:the (?:one|company|firm|bank) (?:with|that|which|who|having)|whoever"
        r"|whichever(?: one| company| firm| bank| of (?:them|these|those|the two))?)"
        rf"(?:\s+[\w&]+){{0,2}}?\s+(?:the )?(?P<b>{sides})"
        r"(?:\s+(?!in\b|and\b|,)[\w&/%'’-]+){0,5}?(?=\s*(?:[,.?!;]|$|[-–—]\s)"
        r"|\s+(?:in|and|for|says?|said|reports?|positive|negative|good|bad|is|was|are|were|has|had|did|does)\b)"
        rf"|\bthe (?P<c>winner|loser|leader|laggard)(?P<own2>['’]s)?(?![\w-])",
        re.IGNORECASE,
    )


@cache
def _portion() -> re.Pattern[str]:
    """ "That segment's": the one that the part before asks for."""
    nouns = either(words("references", "portions"))
    return re.compile(
        rf"\b(?:that|this|the same|the said|the top|the winning|the leading)\s+(?:{nouns})(?P<own>['’]s?)?(?![\w-])",
        re.IGNORECASE,
    )


@cache
def asks_portion() -> re.Pattern[str]:
    """ "Which segment earned the most ...", "the largest of its regions"."""
    nouns = either(words("references", "portions"))
    return re.compile(rf"\b(?:which|what)\b.*?\b(?:{nouns})(?:s|es)?\b", re.IGNORECASE)


@cache
def _year_sided() -> re.Pattern[str]:
    """ "In the year where it was lowest"."""
    sides = either(word for listed in tables()["sides"].values() for word in listed)
    return re.compile(
        r"\b(?:in\s+|for\s+|during\s+)?the\s+(?:fiscal\s+)?(?:year|quarter|period)\s+(?:where|when|in which"
        r"|with|of|that)\s+"
        rf"(?:[\w'’%&-]+\s+){{0,4}}?(?:the\s+)?(?:{sides})(?:\s+[\w%&-]+){{0,2}}?(?=\s*(?:[,.?!;]|$))",
        re.IGNORECASE,
    )


@cache
def _headed() -> re.Pattern[str]:
    """ "Whichever company has the bad news", "the company with the negative headline"."""
    sides = either(word for side in ("positive", "negative") for word in words("tools", "read_news", side))
    nouns = either(words("tools", "read_news", "nouns") + words("tools", "news_sentiment", "nouns"))
    return re.compile(
        r"\b(?:(?:the|that) (?:one|company|firm|bank)|whichever(?: one| company| firm)?|whoever|who)\s+"
        r"(?:(?:with|that|which|who|has|had|gets?|got|is|was|in|behind|of)\s+){1,2}(?:the\s+)?"
        rf"(?:{sides})(?:\s+(?:{nouns}|sentiment|tone))?(?P<own>['’]s)?(?![\w-])",
        re.IGNORECASE,
    )


def referred(text: str, known: Known, *, named: bool) -> Referred:
    """Put in what words of a text refer to. `named` says that it names a company itself: then "its" means that one."""
    refs: list[Ref | Pick] = []

    def mark(ref: Ref | Pick) -> str:
        refs.append(ref)
        return f"{MARK}{len(refs) - 1}{MARK}"

    document = None
    if known.listed is not None and (match := _DOCUMENT.search(text)):
        document = Ref(known.listed, age_of(match[1]))
        text = f"{text[: match.start()]} {text[match.end() :]}"
    elif known.document is not None and (match := _FROM_IT.search(text)):
        document = known.document
        text = f"{text[: match.start()]} {text[match.end() :]}"
    if document is None and known.document is not None and known.one is None and not named and _ITS.search(text):
        document = known.document
        text = _ITS.sub("the", text)
    if known.texts is not None:
        step, names = known.texts
        news = Ref(step, "texts")

        def told(match: re.Match[str]) -> str:
            said = match[0].lower()
            side = next(s for s in ("negative", "positive") if anywhere("tools", "read_news", s).search(said))
            return mark(Pick((news,), names, side)) + (match["own"] or "")

        text = _headed().sub(told, text)
    if known.passages is not None:
        searched = known.passages
        text = _WHEN_IT.sub(lambda m: f"{m['in'] or 'in '}{mark(Ref(searched, 'year'))}", text)
    if known.portion is not None:
        asked = known.portion
        text = _portion().sub(lambda m: f"{mark(Ref(asked, 'portion'))}{m['own'] or ''}", text)
    text = _picked(text, known, mark)
    if known.compared is not None and len(known.companies) > 1:
        step = known.compared

        def side(match: re.Match[str]) -> str:
            adjective = next(match[name] for name in ("a", "b", "c") if match[name])
            own = match["own"] or match["own2"] or ""
            return mark(Ref(step, side_of(adjective))) + own

        text = _sided().sub(side, text)
        text = _OTHER.sub(lambda m: mark(Ref(step, _opposite(known.side))) + (m[1] or ""), text)
    one = known.one
    every = False
    if not named and not any(kind_of(r) == "company" for r in refs) and one is not None:
        whose = possessive(one.short) if isinstance(one, Company) else None
        text = _ITS.sub(lambda m: whose or mark(one) + "'s", text)  # type: ignore[arg-type]
        text = _IT.sub(lambda m: one.short if isinstance(one, Company) else mark(one), text)
        text = _THERE.sub(lambda m: f"at {one.short}" if isinstance(one, Company) else "at " + mark(one), text)
    return Referred(" ".join(text.split()), tuple(refs), document, every)


def _picked(text: str, known: Known, mark: Callable[[Ref | Pick], str]) -> str:
    """ "The year when it was lowest", "the smaller of these two segments": what tells the last values apart."""
    values = [v for v in known.values if not v.role]
    last = [v for v in values if values and v.part == values[-1].part]
    last = last if len(last) > 1 else values[-2:]
    if len(last) < 2:
        return text
    whose, times, items = ([str(v.company) for v in last], [v.period for v in last], [v.measure for v in last])

    def pick(side: str, names: Sequence[str], kind: str) -> str:
        return mark(Pick(tuple(v.ref for v in last), tuple(names), side, direction_of(last[0].measure), kind))

    if len(set(times)) == len(last) and len(set(whose)) == 1:
        text = _year_sided().sub(lambda m: f"in {pick(side_of(m[0]), times, 'period')}", text)
    if len(set(whose)) == len(last) and all(isinstance(v.company, str) for v in last) and known.compared is None:
        text = _sided().sub(lambda m: pick(side_of(m[0]), whose, "company") + (m["own"] or m["own2"] or ""), text)
    elif len(set(items)) == len(last) and len(set(whose)) == 1:
        text = _sided().sub(lambda m: pick(side_of(m[0]), _told_apart(items), "item"), text)
    return text


def _told_apart(items: Sequence[str]) -> list[str]:
    """Names without the words that all end or begin with: "Pumps sales", "Valves sales" -> "Pumps", "Valves"."""
    held = [item.split() for item in items]
    while all(len(words) > 1 for words in held) and len({words[-1].lower() for words in held}) == 1:
        held = [words[:-1] for words in held]
    while all(len(words) > 1 for words in held) and len({words[0].lower() for words in held}) == 1:
        held = [words[1:] for words in held]
    return [" ".join(words) for words in held]


def _opposite(side: str) -> str:
    return {"highest": "lowest", "lowest": "highest", "better": "worse", "worse": "better"}.get(side, "lowest")
