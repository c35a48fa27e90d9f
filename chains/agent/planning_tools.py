"""Parts of a request given to tools: which one takes a part, and the arguments that it reads in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from chains.agent.clauses import opens, parts_of
from chains.agent.measuring import Spoken, coordinated, labels_of, separate, spans_of
from chains.agent.newswords import news_arguments
from chains.agent.plainly import without_latest
from chains.agent.planning_questions import joined
from chains.agent.planning_values import Calculating
from chains.agent.quoting import OPEN, is_headline, without_marks
from chains.agent.references import Referred, Value, unmarked
from chains.agent.steps import Pick, Ref
from chains.agent.wording import anywhere, side_of, tables, without_lead, words
from chains.companies import Company
from chains.compare import possessive

_ASK = "ask_reports"
_BESIDE = 4  # words beside a quotation from which it is a term of a question, unless its sentiment is asked for
_ABOUT = re.compile(r"\b(?:about|on|for|regarding|concerning|of)\s+((?:[A-Z][\w&.'’-]*)(?:\s+[A-Z][\w&.'’-]*){0,3})")
_TOWARD = re.compile(r"\b(?:for|about|toward|towards|on|of|concerning)\s+$", re.IGNORECASE)
_OVER = re.compile(
    r"(?P<verb>divide|multiply|subtract|add)\s+(?:it|that|this|them|the (?:result|figure|value|number))\s+"
    r"(?P<way>by|with|from|to)\s+(?P<what>.+)",
    re.IGNORECASE,
)
_AGE = r"(?:newest|latest|most recent|last|oldest|earliest|first)"
_PICK = re.compile(
    r"(?:please\s+|now\s+|then\s+)?(?:take|use|open|pick|consider|go to|look at|look into|start from|work with"
    r"|turn to)\s+(?:the\s+)?"
    rf"(?:(?P<a>{_AGE})\s+(?:of (?:the|all|its|their)\s+)?(?:document|filing|report|file|10-[kq])s?"
    r"|(?:document|filing|report|file)\s+(?:with|that has|which has|having|of)\s+the\s+"
    rf"(?P<b>{_AGE})\s+(?:period(?: end)?|end|date|year|day|balance sheet(?: date)?)[\w ]*)",
    re.IGNORECASE,
)
_HEAD = re.compile(r"(?P<head>[^:]{2,60}):\s+(?P<rest>.+)", re.DOTALL)
_ITEM = 6  # words of an item of a list behind a colon
_FILING = re.compile(
    r"\b(?P<form>8-K|10-K|10-Q|20-F|6-K)\s+(?:of|from|for|dated|filed in|filed on|in)\s+(?:\d{1,2}\s+)?(?:"
    r"(?P<month>(?:jan|feb|mar|apr|may"
    r"|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\s+(?:\d{1,2},?\s+)?)?(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_THAT_YEAR = re.compile(r"\b(?:in|for|of|during) that (?:same )?(?:fiscal )?(?:year|quarter|period)\b", re.IGNORECASE)
_SAME = re.compile(
    r"\s*\b(?:(?:in|for|of|during)\s+)?(?:each of\s+|every one of\s+)?(?:that|those|these|the same"
    r"|this same)(?: (?:two|three|four|five))? "
    r"(?:fiscal |financial )?"
    r"(?:years?|quarters?|periods?)\b(?!['’]s?)(?!\s+(?:when|in which|that|where))"
    r"|\b(?:that|the same|this same) (?:fiscal |financial )?(?:year|quarter|period)['’]s\s+",
    re.IGNORECASE,
)
_THOSE = re.compile(
    r"\b(?:those|these|each of the|the same)(?: (?:two|three|four|five))? (?:fiscal |financial )?"
    r"(?:years|quarters|periods)|\b(?:each|every) (?:fiscal |financial )?(?:year|quarter|period)\b",
    re.IGNORECASE,
)
_PICKED = re.compile(
    rf"(?:\A|\bthe\s|['’]s\s)({_AGE})\s+(?:document|filing|report|file|10-[kq]|annual report|quarterly report)\b",
    re.IGNORECASE,
)
_MOST = 20  # companies of a comparison of all
_ANYBODY = re.compile(r"(?:which|what) (?:of the )?(?:compan(?:y|ies)|firms?|banks?)\b|who\b", re.IGNORECASE)


class Assigning(Calculating):
    """Tries the tools on a part: each method takes it, makes its steps and says so, or leaves it."""

    def _take(self, part: str, *, verdict_follows: bool = False) -> None:
        """Take one part."""
        raise NotImplementedError

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
        entity: str | Ref | Pick | None = ref.who[-1] if ref.who else None
        if entity is None and len(found.named) == 1:
            one = found.named[0]
            entity = found.text[one.start : one.end] if _TOWARD.search(found.text[: one.start]) else None
            # A text about one company alone looks for it as it looks as a whole, which is told more surely.
            entity = entity if any(len(self._spoken(q).companies) > 1 for q in heads) else None
        step = self._add("news_sentiment", {"texts": heads, "entity": entity}, text)
        about = [self._spoken(q).companies for q in heads]
        self._known.texts = (step, tuple(c[0].short if len(c) == 1 else "" for c in about))
        named = {c for companies in about for c in companies}
        if len(named) == 1 and not found.companies:
            self._known.companies, self._known.who = tuple(named), None
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
        if not found.companies and not ref.who and (match := _ABOUT.search(found.text)):
            whose = [match[1]]
        arguments = news_arguments(found.text)
        for entity in whose or (None,):
            self._add("read_news", {"entity": entity, **arguments}, text)
        self._days = True
        return True

    def _documents(self, text: str, found: Spoken, ref: Referred, verdict_follows: bool) -> bool:
        if "list_documents" not in self._tools:
            return False
        if (match := _PICK.match(self._part)) is not None and not found.known:
            said = (match["a"] or match["b"]).lower()
            what = "oldest" if said in ("oldest", "earliest", "first") else "newest"
            company = next(iter(self._whose(found, ref)), None)
            self._known.document = Ref(self._add("list_documents", {"company": company}, text), what)
            self._known.companies, self._known.who = (), None
            return True
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
        self._known.figures = []
        for one_item in coordinated(found.rest) or [item]:
            for period in periods:
                arguments = {"item": one_item, "company": company, "period": period, "document": ref.document}
                step = self._add("look_up_figures", arguments, text)
                self._known.figures.append(step)
                value = Value(Ref(step, "value"), company or "", one_item, period or "", part=self._number)
                self._known.values.append(value)
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
        self._add(_ASK, {"question": joined("What was ", *who, f" {word} {known.measure} {when}{unit}?")}, text)
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
        if not cue and len(self._parts()) < 2:
            return False  # a single plain question: its answer is quotes that fit, or why there are none
        query = self._query(text, found)
        if not query:  # "quote the passage": what was found before is quoted
            return any(step.tool == "search_passages" for step in self._steps)
        document = ref.document or self._document_of(found)
        for company in self._carried(found, ref) or (None,):
            arguments = {"query": query, "company": company, "document": document}
            self._known.passages = self._add("search_passages", arguments, text)
        return True

    def _headed(self, part: str) -> bool:
        """ "Acme 2024: pump sales, valve sales": what stands before the colon is of all that stands behind it."""
        match = _HEAD.fullmatch(part)
        if match is None or OPEN in match["head"] or opens(match["head"]):
            return False
        head = self._spoken(match["head"])
        if (pick := _PICKED.search(match["head"])) is not None and not head.known:
            what = "oldest" if pick[1].lower() in ("oldest", "earliest", "first") else "newest"
            company = head.companies[0].short if head.companies else None
            self._known.document = Ref(self._add("list_documents", {"company": company}, part), what)
            self._known.companies, self._known.who = (), None
            for piece in self._parts(match["rest"]):
                self._take(f"{piece.strip(' .?!')} from it")
            return True
        if head.known or not head.companies or self._known.values:
            return False
        self._remember(head)
        if (document := self._named_document(head.text, head.companies)) and match["rest"].strip():
            question = self._masked.whole(match["rest"]).strip(" .?!")
            self._add(
                _ASK,
                {
                    "question": f"For {head.companies[0].short}, {question[:1].lower()}{question[1:]}?",
                    "document": document,
                },
                part,
            )
            return True
        items = [
            item.strip(" .?!") for item in re.split(r"\s*[,;]\s*(?:and\s+)?|\s+and\s+", match["rest"].strip(" .?!"))
        ]
        listed = all(item and len(item.split()) <= _ITEM and not opens(item) for item in items)
        if len(items) < 2 or not listed or not any(spans_of(item.lower()) for item in items):
            return False
        behind = self._spoken(match["rest"])
        when = (head.periods or behind.periods or ("",))[0]
        if len(head.periods) > 1 or len(behind.periods) > 1 or (head.periods and behind.periods) or behind.companies:
            return False
        for item in items:
            self._measured(self._spoken(item).rest.strip(" ,.") or item, head.companies[0].short, when, part)
        return True

    @staticmethod
    def _named_document(text: str, companies: Sequence[Company]) -> str | None:
        """The one filing that a text names by its form and its month or year: "the 8-K of May 2022"."""
        if len(companies) != 1 or (match := _FILING.search(text)) is None:
            return None
        form, month, year = match["form"].upper(), (match["month"] or "")[:3].lower(), int(match["year"])
        fits = [
            d.name
            for d in companies[0].documents
            if d.form.upper().startswith(form)
            and d.period_end is not None
            and d.period_end.year == year
            and month in ("", f"{d.period_end:%b}".lower())
        ]
        return fits[0] if len(fits) == 1 else None

    def _same_time(self, part: str) -> str:
        """A part without "in that year" where the year is known, and without "in its latest fiscal year"."""
        part = without_latest(part)
        if self._known.when_side:
            part = _THAT_YEAR.sub(f"in the year when it was {self._known.when_side}", part)
        if not (self._known.periods and self._steps):
            return part
        self._those = bool(_THOSE.search(part))
        return _SAME.sub("", part)

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
        if not companies and found.known and anywhere("tools", "compare", "everyone").search(text):
            companies = self._everyone()
        if not companies and cue and side_of(text) and _ANYBODY.match(text) and found.known:
            companies = self._directory.companies[:_MOST]
        if (
            not companies
            and found.known
            and (len(found.periods) > 1 or self._those)
            and isinstance(self._known.one, Company)
        ):
            companies = (self._known.one,)
        measure = found.measure or self._known.measure
        if not measure or (not found.known and not cue):
            return False
        if len(companies) > 1:
            if separate(found.named, found.asked):
                return False
            labels = labels_of(found, companies[0]) or self._periods_before(found)
        elif len(companies) == 1:
            labels = labels_of(found, companies[0]) or (self._labels_before() if self._those else [])
            plain = not cue and len(labels) < (2 if self._several else 3)
            plain = plain and not self._those
            if len(labels) < 2 or plain or (found.over_time and not verdict_follows) or not found.known:
                return False
        else:
            return False
        measures = coordinated(found.rest) or [measure]
        left = [span for span in self._spans(found) if not any(span in one.lower() for one in measures)]
        if left and not coordinated(found.rest):
            return False  # a part of the measure would be lost: it is asked as it is typed
        for one in measures:
            self._compare(one, [c.short for c in companies], labels, text)
        self._known.side = side_of(found.text)
        self._known.when_side = self._known.side if len(companies) == 1 else ""
        self._known.companies, self._known.who = tuple(companies), None
        return True

    @staticmethod
    def _spans(found: Spoken) -> list[str]:
        """The measures that a part names."""
        flat = found.rest.lower()
        return [flat[slice(*span)] for span in spans_of(flat)]

    def _labels_before(self) -> list[str]:
        """The periods of "those years": all that the part before spoke of."""
        before = list(self._known.periods)
        return list(self._known.labels) if len(before) < 2 and len(self._known.labels) > 1 else before

    def _everyone(self) -> tuple[Company, ...]:
        """Each company: of several that were spoken of, else all of the library."""
        known = self._known.companies
        return known if len(known) > 1 else tuple(self._directory.companies[:_MOST])

    def _periods_before(self, found: Spoken) -> list[str]:
        return [] if found.asked.latest or not self._steps else list(self._known.periods)


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
