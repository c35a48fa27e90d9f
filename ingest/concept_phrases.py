"""The concepts that a question names, in its own words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cached_property

from ingest.concept_labels import LabelledConcepts, Match
from ingest.labels import spoken, variants, word_spans
from ingest.schema import Statement

_MOST_HEARD = 20_000


class SpokenConcepts(LabelledConcepts):
    """What the table says of phrases."""

    @cached_property
    def _phrases(self) -> dict[str, dict[tuple[str, ...], list[tuple[str, float]]]]:
        table: dict[str, dict[tuple[str, ...], list[tuple[str, float]]]] = defaultdict(dict)
        for concept in self._concepts.values():
            for score, texts in ((1.0, concept.names), (0.9, [label for label in concept.labels if ">" not in label])):
                for text in texts:
                    tokens = spoken(text)
                    if not tokens or (score < 1.0 and (len(tokens) == 1 or len(tokens) > 9)):
                        continue
                    if text.isupper() and len(text) <= 3 and text.isalpha():
                        tokens = (text,)
                    found = table[tokens[0]].setdefault(tokens, [])
                    if concept.key not in [name for name, _ in found]:
                        found.append((concept.key, score))
        for text in self.unmeant:
            tokens = spoken(text)
            table[tokens[0]][tokens] = []
        return dict(table)

    def find_phrase(self, text: str) -> list[tuple[tuple[int, int], str, float]]:
        """The line items that a text names, in order: ((start, end), concept, score), none overlapping."""
        spans = word_spans(text)
        result: list[tuple[tuple[int, int], str, float]] = []
        at = 0
        while at < len(spans):
            length, found = self._longest(text, spans, at)
            if length and found:
                result.append(((spans[at][1], spans[at + length - 1][2]), found[0][0], found[0][1]))
            at += max(length, 1)
        return result

    def _longest(self, text: str, spans: list[tuple[str, int, int]], at: int) -> tuple[int, list[tuple[str, float]]]:
        word, start, end = spans[at]
        acronym = self._phrases.get(text[start:end], {}).get((text[start:end],))
        best: tuple[int, list[tuple[str, float]]] = (1, acronym) if acronym else (0, [])
        for tokens, found in self._phrases.get(word, {}).items():
            n = len(tokens)
            if n > best[0] and n <= len(spans) - at and all(spans[at + i][0] == tokens[i] for i in range(1, n)):
                best = (n, found)
        return best

    def lookup_phrase(self, phrase: str) -> list[Match]:
        """The concepts that a phrase may mean, best first: by names, then by printed labels, then by alike ones."""
        found = self._heard.get(phrase)
        if found is None:
            if len(self._heard) >= _MOST_HEARD:
                self._heard.clear()
            found = self._heard[phrase] = self._looked_up(phrase)
        return list(found)

    @cached_property
    def _heard(self) -> dict[str, list[Match]]:
        """What phrases were found to mean: a question is read several times."""
        return {}

    def _looked_up(self, phrase: str) -> list[Match]:
        tokens = spoken(phrase)
        best: dict[str, Match] = {}
        stripped = phrase.strip()
        for attempt in ((stripped,), tokens, tuple(t for t in tokens if t not in ("total", "net", "company"))):
            for name, score in self._phrases.get(attempt[0], {}).get(attempt, []) if attempt else []:
                best.setdefault(name, Match(name, score if attempt is not tokens or score < 1 else 1.0, "name"))
        for found, score in variants(phrase):
            for entry in self._labels.get(found, ()):
                if not entry.heading:
                    best.setdefault(entry.concept, Match(entry.concept, round(score * 0.85, 4)))
        if not best:
            near = self._by_words(phrase, Statement.NOTE, None, "")
            if near is not None:
                best[near.concept] = replace(near, score=round(near.score * 0.8, 4))
        return sorted(best.values(), key=lambda match: -match.score)
