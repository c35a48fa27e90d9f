"""What the companies of a library are called: whole names, their beginnings, initials, contractions and near misses.

A name counts 1 where it is whole and less the less of it is said ("AMD", "gen mills", "AmEx", "Footlocker").
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cached_property

from chains.questions.companies import Company
from chains.questions.company_names import initials, name_tokens, short_tokens, stem_word, word_lists

_MISSPELT = 5
"""Letters of a name that may be written with a slip of the pen."""


class NameIndex:
    """The companies that go by a name, by its tokens as compared."""

    def __init__(self, companies: Iterable[Company]) -> None:
        self._keys: dict[tuple[str, ...], dict[Company, float]] = defaultdict(dict)
        self._joined: dict[str, dict[Company, float]] = defaultdict(dict)
        self._words: dict[Company, tuple[tuple[str, ...], ...]] = {}
        self._begun: dict[tuple[int, str], list[tuple[Company, tuple[str, ...]]]] = defaultdict(list)
        self._symbols: dict[Company, frozenset[str]] = {}
        for company in companies:
            self._add(company)
        self.longest = max((len(k) for k in self._keys), default=1)
        """Tokens of the longest name."""

    def _add(self, company: Company) -> None:
        shapes = []
        for name in company.names:
            full, short = name_tokens(name), short_tokens(name)
            if not short:
                continue
            shapes.append(short)
            self._key(full, company, 1.0)
            self._key(short, company, 1.0)
            core = list(short)
            while len(core) > 1 and core[-1] in word_lists()["suffixes"]:
                core.pop()
                self._key(tuple(core), company, 0.9)
            for n in range(len(short) - 1, 0, -1):
                if short[n - 1] == "and":
                    continue
                if n > 1 or (short[0] not in word_lists()["weak"] and len(short[0]) > 1):
                    self._key(short[:n], company, 0.6 + 0.2 * n / len(short))
            # With its legal form a name of one word has initials that nobody uses ("AP" for Amcor plc).
            for short_form in initials(short) | (initials(full) if len(short) > 1 else set()):
                self._key((short_form,), company, 0.8)
        for stem in {stem_word(d.name) for d in company.documents} - {""}:
            # What the user calls the files is one more name, the weakest.
            self._key((stem,), company, 0.65)
        self._words[company] = tuple(shapes)
        for shape in shapes:
            self._begun[len(shape), shape[0][:3]].append((company, shape))
        self._symbols[company] = frozenset(n.lower() for n in company.names if re.fullmatch(r"[A-Z]{1,5}", n))

    def _key(self, tokens: tuple[str, ...], company: Company, score: float) -> None:
        if not tokens:
            return
        for target, key in ((self._keys, tokens), (self._joined, "".join(tokens))):
            held = target[key]  # type: ignore[index]
            held[company] = max(held.get(company, 0.0), score)

    def named(self, words: tuple[str, ...]) -> dict[Company, float]:
        """The companies that tokens name, with how surely; none where nobody is called so."""
        held: dict[Company, float] | None = self._keys.get(words) or self._shortened(words)
        if not held:
            joined = "".join(words)
            held = self._joined.get(joined) if len(joined) >= 4 else None
        return held or {}

    def alone(self, word: str) -> dict[Company, float]:
        """The companies that go by one word."""
        return self._keys.get((word,), {})

    def is_symbol(self, word: str, company: Company) -> bool:
        """Whether a word is the trading symbol of a company, and no word of every day."""
        return word in self._symbols.get(company, ()) and word not in word_lists()["short"]

    def _shortened(self, words: tuple[str, ...]) -> dict[Company, float]:
        """The companies whose name's words begin with these, one of them being whole: "gen mills"."""
        near = self._begun.get((len(words), words[0][:3]))
        if not near or len(words) < 2 or not any(len(w) >= 3 for w in words):
            return {}

        def short_of(shape: tuple[str, ...]) -> bool:
            pairs = list(zip(words, shape, strict=False))
            begun = all(w == s or (len(w) >= 3 and s.startswith(w)) for w, s in pairs)
            return begun and len(shape) == len(words) and any(w == s and len(w) > 3 for w, s in pairs)

        return {company: 0.85 for company, shape in near if short_of(shape)}

    def contracted(self, token: str) -> tuple[Company, ...]:
        """Companies whose words' beginnings make up the token: "amex" = am + ex."""
        if not 4 <= len(token) <= 9:
            return ()
        hits = [c for c, shapes in self._words.items() if any(1 < len(s) <= 4 and _splices(token, s) for s in shapes)]
        if not hits and len(token) >= 5 and token not in word_lists()["weak"] | word_lists()["capitalised"]:
            hits = [c for c, shapes in self._words.items() if any(s[0].startswith(token) for s in shapes)]
        return tuple(hits)

    def nearly(self, word: str) -> Company | None:
        """The one company whose name is nearly this word."""
        close = get_close_matches(word, self._spelt, n=2, cutoff=0.86 if len(word) >= 7 else 0.88)
        if not close or (len(close) > 1 and self._joined[close[0]].keys() != self._joined[close[1]].keys()):
            return None
        return next(iter(self._joined[close[0]]))

    @cached_property
    def _spelt(self) -> list[str]:
        """The names of one company each that are long enough to be told by most of their letters."""
        return [
            name
            for name, held in self._joined.items()
            if len(name) >= _MISSPELT and len(held) == 1 and max(held.values()) >= 0.7
        ]


def _splices(token: str, words: tuple[str, ...]) -> bool:
    """Is the token made of beginnings of all the words, in order, two letters or more each?"""
    if not words:
        return not token
    head = words[0]
    return any(
        token[:n] == head[:n] and _splices(token[n:], words[1:]) for n in range(2, min(len(head), len(token)) + 1)
    )
