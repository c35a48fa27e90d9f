"""From a request to its steps, by rules over words of a table: no model is needed to choose tools.

A request is divided into parts (`clauses`); each is given to a tool by what it asks (`planning.toml`), its arguments
are read by the tables that questions are read by (`measuring`), and what it leaves out or refers to is taken from the
parts before it (`references`). A single plain question stays as it is typed: one call of `ask_reports`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from chains.agent.arithmetic import program_in
from chains.agent.clauses import opens, parts_of
from chains.agent.measuring import Spoken, coordinated, coordinates, labels_of, separate, spans_of, spoken
from chains.agent.newswords import news_arguments
from chains.agent.quoting import OPEN, Masked, is_headline, masked, without_marks
from chains.agent.references import MARK, Known, Referred, referred, unmarked
from chains.agent.smalltalk import small_talk
from chains.agent.standing import standing
from chains.agent.steps import Ref, RequestPlan, Step
from chains.agent.tools.holdings import Holdings
from chains.agent.wording import anywhere, at_start, side_of, tables, without_lead, without_trail, words
from chains.ask import Request
from chains.companies import Company, Directory
from chains.compare import possessive
from chains.question import is_definition, is_instruction

_ASK = "ask_reports"
_BESIDE = 4  # words beside a quotation from which it is a term of a question, unless its sentiment is asked for
_COLON = re.compile(r":\s+(?=\S)")
_CONDITION = re.compile(r"(?:if|when|otherwise)\b.*\b(?:state|explain|answer|say so|respond|reply)\b", re.IGNORECASE)
_AUX = re.compile(
    r"(?P<who>.+?)\s+(?P<aux>is|are|was|were|has|have|had|did|does|can|could|will)\s+(?P<rest>.+)", re.IGNORECASE
)
_EMBEDDED = re.compile(
    r"(?P<wh>(?:what|how|which)\b.*?)\s+(?P<np>(?:the|its|their|an?)\s.+?|[A-Z][\w.&]*(?: [A-Z][\w.&]*)*['’]s?\s.+?)"
    r"\s+(?P<aux>was|were|is|are|had|has)\b(?P<rest>.*)",
)
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|has|have|had|did|does|do)\b", re.IGNORECASE)
_SHARE = re.compile(r"\b(?:share|percentage|percent|portion|proportion|fraction)\b", re.IGNORECASE)
_ELLIPTIC = re.compile(r"(?:as|relative to|in relation to|per)\b", re.IGNORECASE)
_MORE = re.compile(
    r"(?:that|it|this|which)(?:['’]s|\s+is|\s+was|\s+were)\s+(?:more|less|higher|lower|larger|smaller|greater|bigger|better|worse)\s+than\s+(?P<what>.+)",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(?:about|on|for|regarding|concerning|of)\s+((?:[A-Z][\w&.'’-]*)(?:\s+[A-Z][\w&.'’-]*){0,3})")
_TOWARD = re.compile(r"\b(?:for|about|toward|towards|on|of|concerning)\s+$", re.IGNORECASE)
_LENGTH = re.compile(
    r"\b(three|six|nine|twelve|3|6|9|12)[\s-]+months?\s+(?:up\s+)?(?:to|through|until|till)\b(?:\s+the\s+end\s+of\b)?",
    re.IGNORECASE,
)
_DROPPED = re.compile(
    r"\A\s*(?:ok(?:ay)?[,.]?\s+|please\s+|no[,.]\s+)*(?:forget|never ?mind|scratch|ignore)(?:\s+about)?"
    r"(?:\s+(?:it|that|this))?\s*[,;.!:–—-]+\s+(?=\S)",
    re.IGNORECASE,
)
_TOPIC = re.compile(r"(?:and\s+)?(?:for|about|regarding|concerning|as for|at)\b", re.IGNORECASE)
_OVER = re.compile(
    r"(?P<verb>divide|multiply|subtract|add)\s+(?:it|that|this|them|the (?:result|figure|value|number))\s+"
    r"(?P<way>by|with|from|to)\s+(?P<what>.+)",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"(?:then\s+)?(?:tell|show|give|list|search|compare|compute|calculate|what|how|which|who|look up|find me|read)\b",
    re.IGNORECASE,
)
_ANYBODY = re.compile(r"(?:which|what) (?:of the )?(?:compan(?:y|ies)|firms?|banks?)\b|who\b", re.IGNORECASE)


class RequestPlanner:
    """Plans requests over a library. It keeps nothing of a request."""

    def __init__(self, holdings: Holdings, asker: Any = None) -> None:
        """`asker` is what reads a request that goes on with the conversation; without it each stands alone."""
        self._holdings = holdings
        self._asker = asker

    def plan(self, request: Request, tools: Collection[str]) -> RequestPlan:
        """The steps of a request with the tools that are there, or what is said where none is needed."""
        said = small_talk(request.question)
        if said is not None:
            return RequestPlan(said=said[0], status=said[1])
        directory = self._holdings.directory()
        planning = _Planning(request, frozenset(tools), directory)
        first = planning.first() if request.history else ""
        if not first:
            return planning.plan()
        follow = standing(self._asker, replace(request, question=planning.whole(first)))
        if not follow.changed:
            return planning.plan()
        whole = first == planning.text
        if follow.history and whole:
            arguments = {"question": request.question, "history": list(follow.history)}
            if request.document:
                arguments["document"] = request.document
            return RequestPlan((Step(_ASK, arguments, request.question),), understood=follow.text)
        text = follow.text if whole else planning.whole(planning.text.replace(first, follow.text.rstrip(".?! "), 1))
        alone = _Planning(replace(request, question=text, history=()), frozenset(tools), directory)
        return replace(alone.plan(), understood=text)


class _Planning:
    """One request."""

    def __init__(self, request: Request, tools: frozenset[str], directory: Directory) -> None:
        self._request = request
        self._tools = tools
        self._directory = directory
        self._masked: Masked = masked(_colon_as_quote(_plainly(request.question)))
        self._small = request.question == request.question.lower()
        self._steps: list[Step] = []
        self._measures: list[tuple[str, str, str]] = []  # company, measure and period of the questions made of them
        self._part = ""  # as it is typed
        self._topic = False  # whether the part before only says whom the next one is about
        self._known = Known()
        self._before(request.history)

    def _before(self, history: Sequence[str]) -> None:
        """Who was spoken of in the conversation, for "its" in a request."""
        for text in reversed(history):
            found = self._spoken(masked(text).text)
            if found.companies:
                self._known.companies = found.companies
                return

    def _spoken(self, text: str) -> Spoken:
        return spoken(unmarked(text), self._directory, small=self._small)

    @property
    def text(self) -> str:
        """The request without its quotations."""
        return self._masked.text.strip()

    def whole(self, text: str) -> str:
        """A piece of the request with its quotations."""
        return self._masked.whole(text)

    def first(self) -> str:
        """The first part, where it asks the reports something: it may go on with what was said before."""
        parts = self._parts()
        if program_in(self.text) or (parts and self._note(parts[0]) is not None):
            return ""
        if not parts or (OPEN in parts[0] and anywhere("tools", "news_sentiment", "cues").search(parts[0])):
            return ""
        nouns = ("read_news", "list_documents")
        if any(anywhere("tools", tool, "nouns").search(parts[0]) for tool in nouns):
            return ""
        return self.text if len(parts) == 1 else parts[0]

    # The whole

    def plan(self) -> RequestPlan:
        text = self._masked.text
        program = program_in(text)
        if program and "compute_program" in self._tools:
            rest = text.replace(program.text, " ")
            if not anywhere("tools", "compare", "cues").search(rest) or not self._spoken(rest).companies:
                return RequestPlan((Step("compute_program", {"program": program.program}, text),))
        parts = self._parts()
        for place, part in enumerate(parts):
            following = parts[place + 1] if place + 1 < len(parts) else ""
            self._take(part, verdict_follows=bool(following) and self._is_verdict(following))
        return self._settled()

    def _settled(self) -> RequestPlan:
        """The plan; a single question as it was typed, and the whole request where nothing else was made of it."""
        steps = _unique(self._steps)
        asked = {"question": self._request.question}
        if self._request.document:
            asked["document"] = self._request.document
        if not steps:
            return RequestPlan((Step(_ASK, asked, self._request.question),))
        if len(steps) == 1 and steps[0].tool == _ASK and not steps[0].refs and not self._masked.quotes:
            steps = [Step(_ASK, asked, self._request.question)]
        if self._request.document:
            steps = [_within(step, self._request.document) for step in steps]
        return RequestPlan(tuple(steps))

    def _parts(self) -> list[str]:
        """The parts of the request, without those that say how to answer; quotations alone go with what is near."""
        made: list[str] = []
        for part in (p for s in parts_of(self._masked.text, self._stands, self._begins) for p in _with_notes(s)):
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
        if self._is_calculation(text):
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
        if self._is_calculation(piece) and spans_of(before.lower()) and not coordinates(before):
            return True
        if re.search(r"\w", joint) and re.match(
            r"as an? (?:share|percent|percentage|proportion|fraction|%)|relative to", piece
        ):
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

    # Notes

    def _note(self, text: str) -> Step | None:
        """A part that asks to remember or to forget something."""
        bare = text.strip()
        for _ in range(4):
            shorter = at_start("split", "lead").sub("", bare, count=1)
            if shorter == bare or not shorter.strip():
                break
            if at_start("tools", "remember", "opens").match(bare) or at_start("tools", "forget", "opens").match(bare):
                break
            bare = shorter
        for tool in ("remember", "forget"):
            if tool not in self._tools or (match := at_start("tools", tool, "opens").match(bare)) is None:
                continue
            note = self._masked.bare(bare[match.end() :]).strip(" .,:;–—-")
            note = without_lead(note, "tools", tool, "tail" if tool == "remember" else "lead")
            if note and not note[0].isdigit():  # "note 5 of the report" is a place in it
                return Step(tool, {"text": note[:500]}, text)
        return None

    # One part

    def _take(self, part: str, *, verdict_follows: bool = False) -> None:
        """Make the steps of a part, with what is known from those before."""
        noted = self._note(part)
        if noted is not None:
            self._steps.append(noted)
            return
        self._part = part
        own = self._spoken(part)
        ref = referred(part, self._known, named=bool(own.companies))
        text = without_trail(without_lead(ref.text, "split", "lead"), "split", "trail")
        found = self._spoken(text)
        if anywhere("split", "declined").search(text):
            self._remember(found)
            return
        if self._steps and self._is_verdict(part):
            self._compare_measured()
            self._known.side = side_of(part) or self._known.side
            return
        for take in (
            self._sentiment,
            self._news,
            self._calculation,
            self._documents,
            self._figures,
            self._passages,
            self._compared,
        ):
            if take(text, found, ref, verdict_follows):
                self._remember(found, ref)
                self._topic = bool(_TOPIC.match(part))
                return
        self._question(text, found, ref)
        self._remember(found, ref)

    def _compare_measured(self) -> None:
        """Make one comparison of the last questions, where they are one measure of several companies in one period."""
        last = self._measures[-len(self._steps) :] if self._measures else []
        same = [one for one in last if one[1:] == last[-1][1:]] if last else []
        names = [who for who, *_ in same]
        if len(set(names)) < 2 or len(same) != len(self._steps) or "compare" not in self._tools:
            return
        measure, when = last[-1][1:]
        self._steps.clear()
        arguments = {"measure": measure, "companies": names, "periods": [when] if when else []}
        self._known.compared = self._add("compare", arguments, measure)
        self._known.companies = tuple(c for c in self._directory.companies if c.short in names)

    def _remember(self, found: Spoken, ref: Referred | None = None) -> None:
        """What later parts may refer to."""
        known = self._known
        if found.companies:
            known.companies, known.who = found.companies, None
        elif ref is not None and ref.refs:
            known.who = ref.refs[-1]
        if found.periods:
            known.periods = found.periods
        if found.known:
            known.measure = found.measure

    def _add(self, tool: str, arguments: dict[str, Any], text: str) -> int:
        step = Step(tool, {key: value for key, value in arguments.items() if value not in (None, "", [])}, text)
        self._steps.append(step)
        return len(self._steps) - 1

    def _whose(self, found: Spoken, ref: Referred) -> list[str | Ref]:
        """The companies of a part: named in it, referred to, or those of the parts before."""
        if ref.refs:
            return [ref.refs[-1]]
        if found.companies:
            return [c.short for c in found.companies]
        return []

    def _carried(self, found: Spoken, ref: Referred) -> list[str | Ref]:
        """The same, and where there is none the company that was spoken of before."""
        own = self._whose(found, ref)
        if own:
            return own
        one = self._known.one
        return [one.short if isinstance(one, Company) else one] if one is not None else []

    # The tools

    def _sentiment(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        quotes = self._masked.held(text)
        if not quotes or "news_sentiment" not in self._tools:
            return False
        cue = anywhere("tools", "news_sentiment", "cues").search(without_marks(text))
        heads = [q for q in quotes if is_headline(q)] or (quotes if cue else [])
        other = anywhere("tools", "search_passages", "cues").search(without_marks(text)) or found.known
        if not heads or (other and not cue):
            return False
        if not cue and len(without_marks(text).split()) > _BESIDE:
            return False
        if not cue and without_marks(text) and not self._steps and self._rest_asks():
            return True  # a quotation that nobody asks about
        entity: str | Ref | None = ref.refs[-1] if ref.refs else None
        if entity is None and len(found.named) == 1:
            one = found.named[0]
            entity = found.text[one.start : one.end] if _TOWARD.search(found.text[: one.start]) else None
            # A text about one company alone looks for it as it looks as a whole, which is told more surely.
            entity = entity if any(len(self._spoken(q).companies) > 1 for q in heads) else None
        self._add("news_sentiment", {"texts": heads, "entity": entity}, text)
        return True

    def _rest_asks(self) -> bool:
        """Whether the request asks something outside of the sentences with quotations."""
        rest = [p for s in parts_of(self._masked.text, self._stands, self._begins) for p in s if OPEN not in p]
        return any(opens(p) and self._spoken(p).known for p in rest)

    def _news(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        if "read_news" not in self._tools or not anywhere("tools", "read_news", "nouns").search(text):
            return False
        if self._masked.held(text) or spans_of(found.text.lower()):
            return False
        whose = self._carried(found, ref)
        if not found.companies and not ref.refs and (match := _ABOUT.search(found.text)):
            whose = [match[1]]
        arguments = news_arguments(found.text)
        for entity in whose or (None,):
            self._add("read_news", {"entity": entity, **arguments}, text)
        return True

    def _documents(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        if "list_documents" not in self._tools:
            return False
        whole = anywhere("tools", "list_documents", "whole").search(text)
        nouns = anywhere("tools", "list_documents", "nouns").search(text)
        verbs = anywhere("tools", "list_documents", "verbs").search(text)
        about = anywhere("tools", "search_passages", "says").search(text) or found.known
        if not whole and not (nouns and verbs and not about):
            return False
        carried = self._topic or re.search(r"\b(?:its|their)\b", text)
        whose = self._whose(found, ref) or (self._carried(found, ref) if carried else [])
        for company in whose or (None,):
            self._known.listed = self._add("list_documents", {"company": company}, text)
        return True

    def _figures(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        if "look_up_figures" not in self._tools or not anywhere("tools", "look_up_figures", "cues").search(text):
            return False
        nouns = {w for entry in words("tools", "look_up_figures", "nouns") for w in entry.split()} | {
            "look",
            "up",
            "find",
            "can",
            "you",
        }
        item = found.measure if found.known else " ".join(w for w in found.measure.split() if w not in nouns)
        if not item:
            return False
        company = next(iter(self._carried(found, ref)), None)
        one = found.companies[0] if found.companies else None
        periods = labels_of(found, one) or (None,)
        self._known.figures = [
            self._add(
                "look_up_figures", {"item": item, "company": company, "period": p, "document": ref.document}, text
            )
            for p in periods
        ]
        return True

    def _calculation(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        """A calculation over what was looked up, or over the measure of the part before."""
        if OPEN in text:
            return False
        if (
            over := _OVER.fullmatch(without_lead(self._part, "split", "lead").strip(" .?!"))
        ) is not None and self._known.figures:
            return self._with_figure(over, text)
        if found.known or found.companies:
            return False
        kinds = {kind: names for kind, names in tables()["calculations"].items() if kind != "verbs"}
        kind = next((k for k in kinds if anywhere("calculations", k).search(text)), "")
        known = self._known
        if not kind or not self._steps:
            return False
        if known.figures and "compute_program" in self._tools:
            self._add("compute_program", {"program": _program(kind, known.figures)}, text)
            return True
        one = known.one
        if not known.measure or one is None or not known.periods:
            return False
        unit = " in percentage points" if re.search(r"percentage points|\bpoints\b", text) else ""
        first, last = known.periods[0], known.periods[-1]
        if len(known.periods) > 1 and _year(first) > _year(last):
            first, last = last, first
        word = {"average": "average", "sum": "total", "growth": "growth in", "subtract": "change in"}.get(kind)
        if word is None or (len(known.periods) < 2 and kind != "growth"):
            return False
        when = f"from {first} to {last}" if len(known.periods) > 1 else f"in {last}"
        who: tuple[Any, ...] = (possessive(one.short),) if isinstance(one, Company) else (one, "'s")
        self._add(_ASK, {"question": _joined("What was ", *who, f" {word} {known.measure} {when}{unit}?")}, text)
        return True

    def _with_figure(self, over: re.Match[str], text: str) -> bool:
        """ "Divide it by total assets": another figure is looked up for the calculation."""
        known, inner = self._known, self._spoken(over["what"])
        if not inner.measure or "compute_program" not in self._tools or "look_up_figures" not in self._tools:
            return False
        one = known.one
        when = (inner.periods or known.periods or (None,))[-1]
        arguments = {"item": inner.measure, "company": one.short if isinstance(one, Company) else one, "period": when}
        other = Ref(self._add("look_up_figures", arguments, text), "figure")
        first = Ref(known.figures[0], "figure")
        operation = over["verb"].lower()
        pair: tuple[Ref, Ref] = (
            (other, first) if over["way"].lower() == "from" and operation != "subtract" else (first, other)
        )
        self._add("compute_program", {"program": (f"{operation}(", pair[0], ", ", pair[1], ")")}, text)
        return True

    def _passages(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        if "search_passages" not in self._tools:
            return False
        says = anywhere("tools", "search_passages", "says").search(text)
        cue = anywhere("tools", "search_passages", "cues").search(text)
        if not cue and not (says and re.match(r"(?:what|does|do|did|how|where)\b", text, re.IGNORECASE)):
            return False
        if not cue and len(self._parts_left()) < 2:
            return False  # a single plain question: its answer is quotes that fit, or why there are none
        query = self._query(text, found)
        if not query:  # "quote the passage": what was found before is quoted
            return any(step.tool == "search_passages" for step in self._steps)
        document = ref.document or self._document_of(found)
        for company in self._carried(found, ref) or (None,):
            arguments = {"query": query, "company": None if document else company, "document": document}
            self._add("search_passages", {**arguments, "company": company}, text)
        return True

    def _parts_left(self) -> list[str]:
        return [p for s in parts_of(self._masked.text, self._stands, self._begins) for p in s]

    def _document_of(self, found: Spoken) -> str | None:
        """The report of the one period that is named, where the company has exactly one of it."""
        if len(found.companies) != 1 or len(found.asked.mentions) != 1:
            return None
        mention = found.asked.mentions[0]
        fits = [
            d
            for d in found.companies[0].documents
            if mention.year is not None and d.fiscal_year == mention.year and d.fiscal_quarter == mention.quarter
        ]
        return fits[0].name if len(fits) == 1 else None

    def _query(self, text: str, found: Spoken) -> str:
        """What is searched for: the part without names, periods and the words of searching."""
        bare = found.text
        for start, end in sorted((s for n in found.named for s in ((n.start, n.end), *n.also)), reverse=True):
            bare = f"{bare[:start]} {bare[end:]}"
        for period in found.periods:
            bare = bare.replace(period, " ")
        quotes = " ".join(self._masked.held(text))
        bare = re.sub(r"(?<!\w)['’]s?(?!\w)", " ", unmarked(bare))
        said = anywhere("tools", "search_passages", "says").search(bare)
        if said is not None and bare[said.end() :].strip(" ,.?!"):
            bare = bare[said.end() :]
        held = bare.strip(" ?.!,;:").split()
        lead, trail = set(words("tools", "search_passages", "lead")), set(words("tools", "search_passages", "trail"))
        while held and held[0].lower().strip(",.'’") in lead:
            held.pop(0)
        while held and held[-1].lower().strip(",.'’") in trail:
            held.pop()
        return " ".join(filter(None, (" ".join(held).strip(" ,"), quotes)))

    def _compared(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        if "compare" not in self._tools or ref.refs:
            return False
        cue = bool(anywhere("tools", "compare", "cues").search(found.text)) or verdict_follows
        companies = found.companies
        if not companies and cue and re.search(r"\b(?:they|both|them|the two|each)\b", text):
            companies = self._known.companies
        if not companies and cue and side_of(text) and _ANYBODY.match(text) and found.known:
            companies = self._directory.companies[:20]
        if not companies and found.known and len(found.periods) > 1 and isinstance(self._known.one, Company):
            companies = (self._known.one,)
        measure = found.measure or self._known.measure
        if not measure or (not found.known and not cue):
            return False
        if len(companies) > 1:
            if separate(found.named, found.asked):
                return False
            labels = labels_of(found, companies[0]) or self._periods_before(found)
        elif len(companies) == 1:
            labels = labels_of(found, companies[0])
            plain = not cue and len(labels) < 3
            if len(labels) < 2 or plain or (found.over_time and not verdict_follows) or not found.known:
                return False
        else:
            return False
        measures = coordinated(found.rest) or [measure]
        for one in measures:
            names = [c.short for c in companies]
            self._known.compared = self._add("compare", {"measure": one, "companies": names, "periods": labels}, text)
        self._known.side = side_of(found.text)
        return True

    def _periods_before(self, found: Spoken) -> list[str]:
        return [] if found.asked.latest or not self._steps else list(self._known.periods)

    # Questions

    def _question(self, text: str, found: Spoken, ref: Referred) -> None:
        if not self._asks(text, found, ref):
            return
        pairs = separate(found.named, found.asked)
        if pairs and found.measure:
            order = sorted(found.asked.mentions, key=lambda m: m.start)
            for (company, _), mention in zip(pairs, order, strict=True):
                self._measured(found.measure, company.short, found.text[mention.start : mention.end], text)
            return
        measures = coordinated(found.rest)
        whose = self._whose(found, ref) or self._carried(found, ref)
        if len(measures) > 1 and len(whose) == 1 and not self._is_long(text):
            for measure in measures:
                self._measured(measure, whose[0], self._when(found), text, ref.document)
            return
        self._single(text, found, ref, whose)

    @staticmethod
    def _is_long(text: str) -> bool:
        return len(text.split()) > 40

    def _asks(self, text: str, found: Spoken, ref: Referred) -> bool:
        """Whether a part that no other tool took asks anything at all."""
        bare = unmarked(without_marks(text)).strip(" .?!,")
        if not bare:
            return False
        if found.known or ref.refs or text.rstrip().endswith("?"):
            return True
        if found.companies:
            return True
        if self._steps and self._known.measure and (found.periods or _ELLIPTIC.match(text)):
            return True
        return opens(text) and len(bare.split()) > 2 and not anywhere("split", "declined").search(text)

    def _when(self, found: Spoken) -> str:
        """The period of a part: its own, or that of the part before where it names none."""
        if found.periods:
            return (
                " and ".join(found.periods) if not found.asked.through else f"{found.periods[0]} to {found.periods[-1]}"
            )
        if found.asked.latest or found.asked.years or not self._steps or self._known.listed is not None:
            return ""
        return self._known.periods[-1] if self._known.periods else ""

    def _measured(
        self, measure: str, who: str | Ref, when: str, text: str, document: Ref | None = None, form: str = ""
    ) -> None:
        whose: tuple[Any, ...] = (who, "'s") if isinstance(who, Ref) else (possessive(who),)
        if isinstance(who, str) and document is None:
            self._measures.append((who, f"{measure}{form}", when))
        tail = f" in {when}" if when else ""
        self._add(
            _ASK, {"question": _joined("What was ", *whose, f" {measure}{form}{tail}?"), "document": document}, text
        )

    def _single(self, text: str, found: Spoken, ref: Referred, whose: list[str | Ref]) -> None:
        """One question, standing on its own."""
        when = self._when(found)
        if (match := _MORE.match(unmarked(text))) is not None and whose:
            inner = self._spoken(match["what"])
            if inner.measure:
                spans = spans_of(inner.measure)
                measure = inner.measure if inner.whole or not spans else inner.measure[slice(*spans[-1])]
                self._measured(measure, whose[0], inner.periods[-1] if inner.periods else when, text)
                return
        if _ELLIPTIC.match(text) and self._known.measure and whose:
            tail = without_trail(unmarked(text).rstrip(".?! "), "split", "trail")
            for period in found.periods:
                tail = tail.replace(period, " ").strip()
            form = f" {re.sub(r'[ ](?:in|for|at|of)$', '', tail)}"
            self._measured(self._known.measure, whose[0], when, text, ref.document, form)
            return
        own = bool(found.companies)
        if not own and not ref.refs and whose and not found.known and not found.measure and self._known.measure:
            self._measured(self._known.measure, whose[0], when, text, ref.document)
            return
        if own and not found.known and not opens(text) and self._known.measure and not self._content(found):
            self._measured(self._known.measure, found.companies[0].short, when, text, ref.document)
            return
        if (
            found.known
            and found.whole
            and whose
            and (not own or not opens(text))
            and not found.over_time
            and len(found.periods) < 2
        ):
            short = len(found.text.split()) <= len(found.measure.split()) + 14 and not _is_yes_no(text)
            if short:
                self._measured(found.measure, whose[0], when, text, ref.document)
                return
        question = self._masked.whole(_inverted(text)).rstrip(" .?!") + "?"
        if not own and not ref.refs and whose:
            who: tuple[Any, ...] = (whose[0],)
            question_parts: Any = _joined("For ", *who, f", {question[:1].lower()}{question[1:]}")
        else:
            question_parts = ref.pieces(question)
        if when and not found.periods and self._steps:
            question_parts = _with_period(question_parts, when)
        self._add(_ASK, {"question": question_parts, "document": ref.document}, text)

    @staticmethod
    def _content(found: Spoken) -> bool:
        """Whether anything is left of a part besides companies and periods."""
        return bool(found.measure)


def _with_notes(parts: Sequence[str]) -> list[str]:
    """The parts of a sentence, those of a note together: it ends where the user orders or asks something else."""
    made: list[str] = []
    noting = False
    for part in parts:
        bare = without_lead(part, "split", "lead")
        begins = any(
            at_start("tools", tool, "opens").match(said) for tool in ("remember", "forget") for said in (part, bare)
        )
        if noting and not begins and not _STRONG.match(part):
            made[-1] = f"{made[-1]} and {part}"
        else:
            made.append(part)
            noting = begins
    return made


def _joined(*parts: Any) -> Any:
    """Texts and Refs as one argument."""
    return "".join(parts) if all(isinstance(part, str) for part in parts) else tuple(parts)


def _with_period(question: Any, when: str) -> Any:
    tail = f" in {when}?"
    if isinstance(question, tuple):
        last = question[-1]
        return (*question[:-1], f"{last.rstrip('?')}{tail}") if isinstance(last, str) else (*question, tail)
    return f"{question.rstrip('?')}{tail}"


def _unique(steps: Sequence[Step]) -> list[Step]:
    """The steps, each once; references keep what they mean."""
    kept: list[Step] = []
    places: dict[int, int] = {}
    for number, step in enumerate(steps):
        arguments = {name: _moved(value, places) for name, value in step.arguments.items()}
        same = next((i for i, k in enumerate(kept) if k.tool == step.tool and dict(k.arguments) == arguments), None)
        if same is None:
            kept.append(replace(step, arguments=arguments))
            same = len(kept) - 1
        places[number] = same
    return kept


def _moved(value: Any, places: dict[int, int]) -> Any:
    if isinstance(value, Ref):
        return replace(value, step=places[value.step])
    if isinstance(value, tuple):
        return tuple(_moved(one, places) for one in value)
    return value


def _within(step: Step, document: str) -> Step:
    """A step that looks into the one document that the user has chosen."""
    if step.tool in (_ASK, "look_up_figures", "search_passages") and "document" not in step.arguments:
        return replace(step, arguments={**step.arguments, "document": document})
    return step


def _program(kind: str, steps: Sequence[int]) -> tuple[Any, ...]:
    """The program of a calculation over the first figures of some look-ups, the later one first in a difference."""
    refs: list[Any] = [Ref(step, "figure") for step in steps]
    if len(refs) == 1:
        return (f"{'average' if kind == 'average' else 'sum'}(", Ref(steps[0], "figures"), ")")
    new, old = refs[0], refs[1]
    if kind in ("average", "sum"):
        parts: list[Any] = [f"{kind}(", refs[0]]
        for ref in refs[1:]:
            parts += [", ", ref]
        return (*parts, ")")
    if kind == "growth":
        return ("subtract(", new, ", ", old, "), divide(#0, ", old, ")")
    return (f"{kind}(", new, ", ", old, ")")


def _year(text: str) -> int:
    found = re.search(r"\d{4}", text)
    return int(found[0]) if found else 0


def _is_yes_no(text: str) -> bool:
    return bool(re.match(r"(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would)\b", text, re.IGNORECASE))


def _inverted(text: str) -> str:
    """What was said behind "whether" as a question: "its margin was higher" -> "was its margin higher"."""
    if (embedded := _EMBEDDED.fullmatch(text.rstrip(" .?!"))) is not None and not _AUXILIARY.search(embedded["wh"]):
        aux = "was" if _SHARE.search(embedded["wh"]) else embedded["aux"]
        return f"{embedded['wh']} {aux} {embedded['np']}{embedded['rest']}"
    if opens(text) or MARK in text[:2]:
        return text
    match = _AUX.fullmatch(text.rstrip(" .?!"))
    if match is None or len(match["who"].split()) > 8:
        return text
    return f"{match['aux'].capitalize()} {match['who']} {match['rest']}"


def _plainly(text: str) -> str:
    """A request without a "forget it, ..." before it, and with lengths of time as filings say them."""
    return _LENGTH.sub(r"\1 months ended", _DROPPED.sub("", text, count=1))


def _colon_as_quote(text: str) -> str:
    """A text whose headline stands behind a colon without quotation marks, in quotation marks."""
    if masked(text).quotes:
        return text
    match = _COLON.search(text)
    if match is None:
        return text
    head, tail = text[: match.start()], text[match.end() :]
    cue, noun = anywhere("tools", "news_sentiment", "cues"), anywhere("tools", "news_sentiment", "nouns")
    if not (cue.search(head) and noun.search(head)) or len(head.split()) > 12:
        return text
    stop = re.search(r"[.!]\s+(?=(?:then|and|also|what|how|which|tell|show|give|list)\b)", tail, re.IGNORECASE)
    said, rest = (tail[: stop.start()], tail[stop.end() :]) if stop else (tail, "")
    return f'{head}: "{said.strip()}". {rest}'.strip()


__all__ = ["RequestPlanner"]
