"""A request that is being planned: its text, its parts, and what is known from those that were read."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chains.agent.arithmetic import WRITTEN
from chains.agent.clauses import opens, parts_of
from chains.agent.measuring import Spoken, coordinates, spans_of, spoken, without_definitions
from chains.agent.plainly import plain
from chains.agent.planning.known import Known, unmarked
from chains.agent.planning.note_words import drops, keeps, with_notes
from chains.agent.planning.typed import colon_as_quote, plainly
from chains.agent.planning.value_words import DEVELOPMENT
from chains.agent.quoting import OPEN, Masked, masked, without_marks
from chains.agent.steps import Condition, Ref, Step
from chains.agent.wording import anywhere, at_start, side_of, tables, without_lead, words
from chains.questions.asking_sentence import is_definition, is_instruction
from chains.questions.companies import Company
from chains.questions.directory import Directory
from chains.questions.periods import find_periods
from chains.questions.request import Request

_SUM_AS = re.compile(
    r"(?:that|the|this) (?:sum|total|gap|difference|figure|amount|number|result|average)\b.*\b(?:as|in) (?:an? )?"
    r"(?:share|percent\w*|proportion|fraction|multiple|%)",
    re.IGNORECASE,
)
_AS_SHARE = re.compile(
    r"\b(?:as|in)\s+(?:an?\s+|the\s+)?(?:share|percent|percentage|proportion|fraction|multiple|%)\s+of\b"
    r"|\brelative to\b",
    re.IGNORECASE,
)
_OF_BOTH = re.compile(
    r"how many times\b.*\b(?:first|second|former|latter)\b|the (?:first|former|second|latter)\b.*\b(?:first"
    r"|second|former|latter)\b",
    re.IGNORECASE,
)
_BY_HOW_MUCH = re.compile(r"by (?:what (?:percent|share|%)|how much)\b", re.IGNORECASE)
_CONDITION = re.compile(r"(?:if|when|otherwise)\b.*\b(?:state|explain|answer|say so|respond|reply)\b", re.IGNORECASE)


class Parts:
    """One request: its parts, and what they have spoken of so far."""

    def __init__(self, request: Request, tools: frozenset[str], directory: Directory) -> None:
        self._request = request
        self._tools = tools
        self._directory = directory
        typed = masked(colon_as_quote(plainly(request.question)))
        self._masked = Masked(plain(without_definitions(typed.text)), typed.quotes)
        self._rewritten = " ".join(self._masked.text.split()) != " ".join(typed.text.split())
        self._small = request.question == request.question.lower()
        self._steps: list[Step] = []
        self._measures: list[tuple[str, str, str]] = []  # company, measure and period of the questions made of them
        self._part = ""  # as it is typed
        self._topic = False  # whether the part before only says whom the next one is about
        self._known = Known()
        self._number = 0  # of the part that is being read
        self._given: Condition | None = None  # on which the steps that are made now are taken
        self._notes: list[str] = []  # what is not done, for the user
        self._written = ""  # the program of the calculation that the request writes out
        self._several = False  # whether the request has several parts
        self._days = False  # whether the days of the part are those of news, and no period of a report
        self._those = False  # whether the part speaks of several periods that were named before
        self._lost = False  # whether the part that is being read asks what nothing takes
        self._heard: dict[
            Company, tuple[str, str]
        ] = {}  # companies, the last one last, with their last period and measure
        self._before(request.history)

    def _before(self, history: Sequence[str]) -> None:
        """Who was spoken of in the conversation, for "its" in a request."""
        self.hear(history)
        for text in reversed(history):
            found = self._spoken(masked(text).text)
            if found.companies:
                self._known.companies = found.companies
                return

    def hear(self, history: Sequence[str]) -> None:
        """Keep whom the conversation spoke of, and of which period."""
        for text in history:
            self._hear(self._spoken(masked(text).text))

    def _hear(self, found: Spoken) -> None:
        for company in found.companies:
            when, measure = self._heard.pop(company, ("", ""))
            self._heard[company] = (
                found.periods[-1] if found.periods else when,
                found.measure if found.known else measure,
            )

    def _spoken(self, text: str) -> Spoken:
        return spoken(unmarked(text), self._directory, small=self._small)

    @property
    def text(self) -> str:
        """The request without its quotations."""
        return self._masked.text.strip()

    def whole(self, text: str) -> str:
        """A piece of the request with its quotations."""
        return self._masked.whole(text)

    def _parts(self, text: str | None = None) -> list[str]:
        """The parts of the request, without those that say how to answer; quotations alone go with what is near."""
        made: list[str] = []
        text = self._masked.text if text is None else text
        for part in (p for s in parts_of(text, self._stands, self._begins) for p in with_notes(s)):
            if self._is_manner(part) and self._note(part) is None:
                continue
            if OPEN in part and not re.sub(r"\b(?:and|or)\b|[^\w]", "", without_marks(part)) and made:
                made[-1] = f"{made[-1]} {part}"
            else:
                made.append(part)
        return made

    def _stands(self, text: str) -> bool:
        """Whether a piece says something by itself: an order, a question, a measure, a quotation."""
        bare = without_lead(text, "split", "lead")
        if self._is_calculation(text) or WRITTEN in text:
            return True
        if OPEN in bare or opens(bare) or opens(text):
            return len(without_marks(bare).split()) > 1 or OPEN in bare
        cues = any(
            anywhere("tools", tool, "cues").search(bare) for tool in ("look_up_figures", "search_passages", "compare")
        )
        nouns = anywhere("tools", "read_news", "nouns").search(bare) is not None
        return cues or nouns or bool(spans_of(bare.lower()))

    def _begins(self, before: str, joint: str, piece: str) -> bool:
        """Whether a piece that opens as no order does is a part of its own all the same."""
        if OPEN in piece and OPEN not in before and anywhere("tools", "news_sentiment", "cues").search(piece):
            return True
        if _BY_HOW_MUCH.match(piece) and re.search(r"\w", joint) and spans_of(before.lower()):
            return True
        if _SUM_AS.match(without_lead(piece, "split", "lead")):
            return True
        strong = anywhere("split", "adds").search(joint) is not None or bool(find_periods(before).mentions)
        if re.search(r"\w", joint) and strong and _AS_SHARE.search(piece) and not coordinates(before):
            return bool(spans_of(piece[: _start(_AS_SHARE, piece)].lower()) and spans_of(before.lower()))
        if self._is_calculation(piece) and spans_of(before.lower()) and not coordinates(before):
            return True
        if re.search(r"\w", joint) and re.match(
            r"as an? (?:share|percent|percentage|proportion|fraction|%)|relative to", piece
        ):
            return True
        if re.search(r"\w", joint) and keeps().fullmatch(without_lead(piece, "split", "lead").strip(" .,!")):
            return True
        news = anywhere("tools", "read_news", "nouns")
        measured, told = bool(spans_of(piece.lower())), news.search(before) and not spans_of(before.lower())
        if re.search(r"[;:]|\w", joint) and OPEN not in piece and told and measured and not news.search(piece):
            return True
        if ";" in joint and spans_of(piece.lower()) and (spans_of(before.lower()) or opens(before)):
            return True
        if anywhere("tools", "read_news", "nouns").search(piece) and OPEN not in before + piece:
            return not anywhere("tools", "read_news", "nouns").search(before)
        first, second = self._spoken(before), self._spoken(piece)
        own = bool(first.companies and second.companies and spans_of(first.text.lower()) and spans_of(piece.lower()))
        return own and not anywhere("tools", "compare", "cues").search(before)

    @staticmethod
    def _is_calculation(piece: str) -> bool:
        """Whether a piece names a calculation over what was asked before it: "the average", "the change in points"."""
        kinds = [kind for kind in tables()["calculations"] if kind != "verbs"]
        bare = without_lead(piece, "split", "lead")
        if _SUM_AS.match(bare):
            return True
        if DEVELOPMENT.match(bare) or _OF_BOTH.match(bare):
            return True
        if not re.match(r"(?:the|their|its|that)\b", bare, re.IGNORECASE) or spans_of(bare.lower()):
            return False
        return any(anywhere("calculations", kind).search(bare) for kind in kinds)

    @staticmethod
    def _is_manner(part: str) -> bool:
        """Whether a part only says how to answer, or defines a word: it belongs to the question as a whole."""
        return is_definition(part) or is_instruction(part) or bool(_CONDITION.match(part))

    def _is_verdict(self, part: str) -> bool:
        """Whether a part only asks which of the values before it is which."""
        bare = without_marks(without_lead(part, "split", "lead"))
        if OPEN in part or not (side_of(bare) or anywhere("tools", "compare", "cues").search(bare)):
            return False
        if self._spoken(bare).companies or spans_of(bare.lower()):
            return False
        allowed = {w for entry in words("verdict", "nouns") + words("verdict", "opens") for w in entry.split()}
        allowed |= {w for listed in tables()["sides"].values() for entry in listed for w in entry.split()}
        allowed |= {w for entry in words("tools", "compare", "noise") for w in entry.split()}
        left = [w for w in re.findall(r"[a-z'’]+", bare.lower()) if w not in allowed]
        return not left

    def _note(self, text: str) -> Step | None:
        """A part that asks to remember or to forget something."""
        bare = text.strip()
        for _ in range(4):
            shorter = at_start("split", "lead").sub("", bare, count=1)
            if shorter == bare or not shorter.strip():
                break
            if drops().match(bare):
                break
            if at_start("tools", "remember", "opens").match(bare) or at_start("tools", "forget", "opens").match(bare):
                break
            bare = shorter
        if "forget" in self._tools and (match := drops().match(bare)) is not None:
            return Step("forget", {"text": self._masked.bare(bare[match.end() :]).strip(" .,:;–—-?!")[:500]}, text)
        if "remember" in self._tools and self._known.values and keeps().fullmatch(bare.strip(" .,!")):
            return Step("remember", {"text": Ref(self._known.values[-1].ref.step, "answer")}, text)
        for tool in ("remember", "forget"):
            if tool not in self._tools or (match := at_start("tools", tool, "opens").match(bare)) is None:
                continue
            note = self._masked.bare(bare[match.end() :]).strip(" .,:;–—-")
            note = without_lead(note, "tools", tool, "tail" if tool == "remember" else "lead")
            if note and not note[0].isdigit():  # "note 5 of the report" is a place in it
                return Step(tool, {"text": note}, text)
        return None


def _start(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.search(text)
    return found.start() if found else 0
