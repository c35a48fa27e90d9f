"""Words that mean something found earlier: "the worse one", "its", "that company", "the newest report"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

from chains.agent.steps import Ref
from chains.agent.wording import either, side_of, tables
from chains.companies import Company
from chains.compare import possessive

MARK = "\ue002"
_PLACE = re.compile(f"{MARK}(\\d+){MARK}")
_WHO = (
    r"(?:one|ones|company|firm|bank|business|group|retailer|insurer|name|performer"
    r"|of (?:the )?(?:two|three|four|them|those|these|both))"
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
_DOCUMENT = re.compile(
    r"(?:\b(?:in|of|from|within|according to|per|on|for)\s+)?\bthe (newest|latest|most recent|last|oldest|earliest"
    r"|first)"
    r"(?: (?:one|of them|of these|of those|document|filing|report|file|10-[kq]))?(?=\s*(?:[,.?!;]|$|and\b|then\b))",
    re.IGNORECASE,
)


@cache
def _sided() -> re.Pattern[str]:
    """ "the worse one", "the company with the higher margin", "whichever has the lower ratio", "the winner"."""
    sides = either(word for listed in tables()["sides"].values() for word in listed)
    return re.compile(
        rf"\b(?:the|whichever(?: one| company)?(?: is| was)?) (?:more \w+ |less \w+ )?(?P<a>{sides}) (?:{_WHO})"
        r"(?P<own>['’]s)?(?![\w-])"
        rf"|\b(?:the (?:one|company|firm|bank)|whichever(?: one| company| of them| of the two)?|whoever) "
        rf"(?:with|that has|that had|which has|which had|has|had|having|that is|that was"
        rf"|is|was) (?:the )?(?P<b>{sides})"
        r"(?:\s+(?!in\b|and\b|,)[\w&/%'’-]+){0,5}?(?=\s*(?:[,.?!;]|$)|\s+(?:in|and|for|say|positive|negative|good|bad|is|was|are|were)\b)"
        rf"|\bthe (?P<c>winner|loser|leader|laggard)(?P<own2>['’]s)?(?![\w-])",
        re.IGNORECASE,
    )


@dataclass(slots=True)
class Known:
    """What the parts before have spoken of and found out.

    `compared` is the number of the last comparison with `side`, which value of it was asked for; `listed` that of the
    last list of documents; `figures` the look-ups whose figures a calculation may take.
    """

    companies: tuple[Company, ...] = ()
    who: Ref | None = None
    periods: tuple[str, ...] = ()
    measure: str = ""
    compared: int | None = None
    side: str = ""
    listed: int | None = None
    figures: list[int] = field(default_factory=list)
    asked: str = ""

    @property
    def one(self) -> Ref | Company | None:
        """The one company that "it" means now."""
        if self.who is not None:
            return self.who
        if len(self.companies) == 1:
            return self.companies[0]
        if self.compared is not None and len(self.companies) > 1:
            return Ref(self.compared, self.side or "highest")
        return None


@dataclass(frozen=True, slots=True)
class Referred:
    """A text with what its words refer to: names put in, marks for what is still to be found out."""

    text: str
    refs: tuple[Ref, ...] = ()
    document: Ref | None = None
    every: bool = False

    def pieces(self, text: str) -> str | tuple[str | Ref, ...]:
        """A piece of the text as an argument: itself, or its texts and Refs in turn."""
        parts: list[str | Ref] = []
        position = 0
        for match in _PLACE.finditer(text):
            parts += [text[position : match.start()], self.refs[int(match[1])]]
            position = match.end()
        return tuple(part for part in (*parts, text[position:]) if part != "") if parts else text


def unmarked(text: str) -> str:
    """The text without marks."""
    return " ".join(_PLACE.sub(" ", text).split())


def referred(text: str, known: Known, *, named: bool) -> Referred:
    """Put in what words of a text refer to. `named` says that it names a company itself: then "its" means that one."""
    refs: list[Ref] = []

    def mark(ref: Ref) -> str:
        refs.append(ref)
        return f"{MARK}{len(refs) - 1}{MARK}"

    document = None
    if known.listed is not None and (match := _DOCUMENT.search(text)):
        what = "oldest" if match[1].lower() in ("oldest", "earliest", "first") else "newest"
        document = Ref(known.listed, what)
        text = f"{text[: match.start()]} {text[match.end() :]}"
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
    if not named and not refs and one is not None:
        whose = possessive(one.short) if isinstance(one, Company) else None
        text = _ITS.sub(lambda m: whose or mark(one) + "'s", text)  # type: ignore[arg-type]
        text = _IT.sub(lambda m: one.short if isinstance(one, Company) else mark(one), text)
        text = _THERE.sub(lambda m: f"at {one.short}" if isinstance(one, Company) else "at " + mark(one), text)
    return Referred(" ".join(text.split()), tuple(refs), document, every)


def _opposite(side: str) -> str:
    return {"highest": "lowest", "lowest": "highest", "better": "worse", "worse": "better"}.get(side, "lowest")
