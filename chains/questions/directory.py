"""Which company a question is about.

A question may use the whole name, its beginning, its initials or a contraction ("AMD", "JnJ", "AmEx", "Footlocker"),
in any case, with "&" or "and", and with a small slip of the pen. A word of every day has to stand where a name does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from chains.questions.companies import Company, grouped
from chains.questions.company_names import TOKEN, flat_token, word_lists
from chains.questions.name_index import NameIndex
from ingest.schema import Document

_MOST_HEARD = 1000


@dataclass(frozen=True, slots=True)
class Named:
    """A company found in a text at `start`..`end`, and how surely: 1 for a whole name, less for a beginning or a typo.

    `also` are the places of its other mentions.
    """

    company: Company
    start: int
    end: int
    score: float
    also: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A name that fits several companies."""

    text: str
    companies: tuple[Company, ...]


class Directory:
    """The companies of a library, ready to be found in questions."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.companies = grouped(documents)
        self._index = NameIndex(self.companies)
        self._heard: dict[str, tuple[list[Named], list[Ambiguous]]] = {}  # texts and what they were found to name

    def find(self, text: str) -> tuple[list[Named], list[Ambiguous]]:
        """The companies that a text names, in reading order, and the names that fit several.

        A longer match wins over a shorter one at the same place, a whole name over a beginning.
        """
        held = self._heard.get(text)
        if held is None:
            if len(self._heard) >= _MOST_HEARD:
                self._heard.clear()
            held = self._heard[text] = self._found(text)
        return list(held[0]), list(held[1])

    def _found(self, text: str) -> tuple[list[Named], list[Ambiguous]]:
        tokens = [(m, flat_token(m[0])) for m in TOKEN.finditer(text.replace("-", " "))]
        # Abbreviations ("FY2024", "R&D") are capital in the most careless typing; the first word says nothing either.
        lower = not any(
            m[0][:1].isupper() and m[0][1:2].islower() and word not in word_lists()["capitalised"]
            for m, word in tokens[1:]
        )
        matches: list[tuple[int, int, float, tuple[Company, ...]]] = []
        for i in range(len(tokens)):
            for n in range(min(self._index.longest + 1, len(tokens) - i), 0, -1):
                words = tuple(w for _, w in tokens[i : i + n])
                held = self._index.named(words)
                if not held:
                    contracted = self._index.contracted(words[0]) if n == 1 and tokens[i][0][0][:1].isupper() else ()
                    if contracted:
                        matches.append((i, i + 1, 0.7, contracted))
                    continue
                printed = text[tokens[i][0].start() : tokens[i + n - 1][0].end()]
                best = max(held.values())
                if not self._plausible(printed, words, best, lower):
                    continue
                matches.append((i, i + n, best, tuple(c for c, s in held.items() if s >= best - 0.15)))
                break
        matches.sort(key=lambda m: (m[0] - m[1], -m[2]))
        taken: set[int] = set()
        named: list[Named] = []
        ambiguous: list[Ambiguous] = []
        for start, end, score, companies in matches:
            if taken & set(range(start, end)):
                continue
            taken |= set(range(start, end))
            span = (tokens[start][0].start(), tokens[end - 1][0].end())
            if len(companies) == 1:
                named.append(Named(companies[0], *span, score))
            else:
                ambiguous.append(Ambiguous(text[slice(*span)], companies))
        if not named and not ambiguous:
            named = self._in_lower_case(text, tokens, lower) or self._misspelt(tokens, lower)
        elif named:
            # "Compare apple and amazon": what is joined to a company is one.
            beside = [n for n in self._in_lower_case(text, tokens, lower) if _joined_to(text, n, named)]
            named += [n for n in beside if n.company not in {held.company for held in named}]
        named.sort(key=lambda m: m.start)
        strong = {m.company for m in named}
        ambiguous = [a for a in ambiguous if not strong & set(a.companies)]
        return _best_only(named), ambiguous

    @staticmethod
    def _plausible(printed: str, words: tuple[str, ...], score: float, lower: bool) -> bool:
        """A single word must look like a name: capitalised, or the whole question is in lower case."""
        if len(words) > 1:
            return True
        word = words[0]
        if word in word_lists()["capitalised"] or (word in word_lists()["weak"] and score < 1):
            return printed.isupper() and len(word) >= 3 and score >= 0.8
        if len(word) <= 2:
            return printed.isupper() or any(c.isdigit() for c in printed) or "&" in printed
        if word in word_lists()["everyday"]:
            return printed[:1].isupper()
        return (
            printed[:1].isupper()
            or any(c.isdigit() for c in printed)
            or (lower and len(word) >= 4 and score >= 0.8)
            or any(c.isupper() for c in printed)
            or "&" in printed
        )

    def _in_lower_case(self, text: str, tokens: Sequence[tuple[re.Match[str], str]], lower: bool) -> list[Named]:
        """The one company that is named by a trading symbol ("gis") or by a word of every day ("for apple") without
        a capital. Such a word has to stand where a name does: with a possessive, after "for", first of all words."""
        found: list[Named] = []
        own: list[Named] = []
        for i, (match, word) in enumerate(tokens):
            held = self._index.alone(word)
            if len(held) != 1 or not match[0].islower() or max(held.values()) < 0.6:
                continue
            (company,) = held
            symbol = self._index.is_symbol(word, company)
            if self._is_own_word(word, max(held.values())):
                own.append(Named(company, match.start(), match.end(), 0.8))
                continue
            if not symbol and (word not in word_lists()["everyday"] or word in word_lists()["weak"]):
                continue
            before = tokens[i - 1][0][0].lower() if i else ""
            owns = bool(re.search(r"['’]s?$", match[0])) or text[match.end() : match.end() + 2] in ("' ", "’ ")
            placed = owns or before in word_lists()["before_name"] or (i == 0 and len(tokens) > 1)
            if placed or (symbol and len(word) > 2) or (symbol and lower and i == len(tokens) - 1):
                found.append(Named(company, match.start(), match.end(), 0.8))
        return own + (found if len({n.company for n in found}) == 1 else [])

    @staticmethod
    def _is_own_word(word: str, score: float) -> bool:
        """Whether a name is a word of its own, which is a company's in small letters too: "nvidia", "netflix"."""
        t = word_lists()
        return (
            score >= 0.9
            and len(word) >= 5
            and not word.isdigit()
            and word not in (t["everyday"] | t["weak"] | t["capitalised"] | t["suffixes"] | t["short"])
        )

    def _misspelt(self, tokens: Sequence[tuple[re.Match[str], str]], lower: bool) -> list[Named]:
        """The first company whose name is written with a slip of the pen."""
        found = []
        for i in range(len(tokens)):
            for n in (3, 2, 1):
                part = tokens[i : i + n]
                word = "".join(w for _, w in part)
                if (
                    len(part) < n
                    or len(word) < 5
                    or not (lower or part[0][0][0][:1].isupper())
                    or any(
                        w in word_lists()["capitalised"] or (w in word_lists()["everyday"] and lower) for _, w in part
                    )
                ):
                    continue
                company = self._index.nearly(word)
                if company is not None:
                    found.append(Named(company, part[0][0].start(), part[-1][0].end(), 0.5))
                    break
        return found[:1]

    def unknown_names(self, text: str, named: Sequence[Named]) -> list[str]:
        """Capitalised names in a text that look like a company's and belong to none: "Tesla's", "of Tesla"."""
        found = []
        for match in re.finditer(
            r"(?:\b(?:for|of|by|at|did|does|do|is|was|are|were|has|have|had|about)\s+)?((?:[A-Z][\w&.\-]*\s+){0,3}[A-Z][\w&.\-]*)(['’]s?\b)?",
            text,
        ):
            words = [
                w
                for w in match[1].split()
                if flat_token(w) not in word_lists()["capitalised"] and not re.fullmatch(r"F?Y?\d+\w*|Q\d.*", w)
            ]
            led = match[0] != match[1] and not match[0].startswith(match[1])
            if not words or not (led or match[2]):
                continue
            if any(n.start < match.end(1) and match.start(1) < n.end for n in named):
                continue
            found.append(" ".join(words).rstrip(".,"))
        return found

    def nearest(self, text: str, count: int = 5) -> list[str]:
        """Names of the library that look like a text, the nearest first; the first few where nothing does."""
        names = {c.short.lower(): c.short for c in self.companies}
        close = get_close_matches(text.lower(), list(names), n=count, cutoff=0.45)
        return [names[c] for c in close] or [c.short for c in self.companies[:count]]


def _joined_to(text: str, mention: Named, others: Sequence[Named]) -> bool:
    """Whether only "and", "or", "versus" or a comma stands between a mention and one of the others."""
    gaps = (text[min(mention.end, n.end) : max(mention.start, n.start)] for n in others if n.company != mention.company)
    return any(
        re.fullmatch(r"(?:['’]s?)?\s*(?:,|,?\s*\b(?:and|or|vs\.?|versus|against|with|to|than)\b)\s*", gap)
        for gap in gaps
    )


def _best_only(named: list[Named]) -> list[Named]:
    """One mention a company; a weak beginning gives way to a whole name elsewhere in the text."""
    best: dict[Company, Named] = {}
    for mention in named:
        if mention.company not in best or mention.score > best[mention.company].score:
            best[mention.company] = mention
    top = max((m.score for m in best.values()), default=0.0)
    kept = [m for m in best.values() if m.score >= top - 0.35]
    spans = {c: tuple((m.start, m.end) for m in named if m.company == c and m != best[c]) for c in best}
    return sorted((replace(m, also=spans[m.company]) for m in kept), key=lambda m: m.start)
