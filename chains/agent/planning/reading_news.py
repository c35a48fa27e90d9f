"""Parts about news: the sentiment of quoted texts, and the news that is tagged."""

from __future__ import annotations

import re

from chains.agent.clauses import opens, parts_of
from chains.agent.measuring import Spoken, spans_of
from chains.agent.newswords import news_arguments
from chains.agent.planning.known import Referred
from chains.agent.planning.looking_up import LookingUp
from chains.agent.quoting import OPEN, is_headline, without_marks
from chains.agent.steps import Pick, Ref
from chains.agent.wording import anywhere

_BESIDE = 4  # words beside a quotation from which it is a term of a question, unless its sentiment is asked for
_ABOUT = re.compile(r"\b(?:about|on|for|regarding|concerning|of)\s+((?:[A-Z][\w&.'’-]*)(?:\s+[A-Z][\w&.'’-]*){0,3})")
_TOWARD = re.compile(r"\b(?:for|about|toward|towards|on|of|concerning)\s+$", re.IGNORECASE)


class ReadingNews(LookingUp):
    """Takes the parts that are about headlines and news."""

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
