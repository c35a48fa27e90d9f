"""Which company a question is about, and which names a company goes by.

Names come from the documents (registrant, aliases, tickers, former names, the file's stem). A question may use
the whole name, its beginning, its initials or a contraction ("AMD", "JnJ", "AmEx", "Footlocker"), in any case,
with "&" or "and", and with a small slip of the pen.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache

from chains.tables import read_table
from ingest.schema import Document


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the library: its newest registered name, the names it answers to, and its documents."""

    name: str
    names: tuple[str, ...]
    documents: tuple[Document, ...]

    @property
    def short(self) -> str:
        """The name without its legal form: "Adobe" for "Adobe Inc."."""
        return short_name(self.name)


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


@cache
def _tables() -> dict[str, frozenset[str]]:
    raw = read_table("companies.toml")
    return {key: frozenset(value) for key, value in raw.items() if isinstance(value, list)}


def common_words() -> frozenset[str]:
    """Words that begin with a capital in a question without being a name: the list `capitalised` of companies.toml."""
    return _tables()["capitalised"]


@cache
def industry_signs() -> dict[str, frozenset[str]]:
    """What the statements of a kind of company print, by concept: the table [signs] of companies.toml."""
    raw = read_table("companies.toml")
    return {key: frozenset(value) for key, value in raw["signs"].items()}


_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[.&'’][A-Za-z0-9]+)*|&", re.U)


def _flat(token: str) -> str:
    """One token as compared: lower case, no possessive, no punctuation; "&" reads "and"."""
    token = token.lower().replace("’", "'")
    if token == "&":
        return "and"
    token = re.sub(r"'s$|s'$|'$", lambda m: "s" if m[0] == "s'" else "", token)
    return re.sub(r"[^a-z0-9&]", "", token)


def name_tokens(name: str) -> tuple[str, ...]:
    """A name as tokens: "Johnson & Johnson" -> ("johnson", "and", "johnson")."""
    spaced = re.sub(r"/[A-Za-z]{2,3}/?$", "", name)
    spaced = re.sub(r"\.com\b", " com", spaced, flags=re.I)
    return tuple(t for t in (_flat(m[0]) for m in _TOKEN.finditer(spaced.replace("-", " "))) if t)


def short_tokens(name: str) -> tuple[str, ...]:
    """The tokens without the legal form and a leading article."""
    tokens = list(name_tokens(name))
    legal = _tables()["legal"]
    while len(tokens) > 1 and tokens[0] in {"the"}:
        tokens.pop(0)
    while len(tokens) > 1 and tokens[-1] in legal:
        tokens.pop()
    return tuple(tokens)


def short_name(name: str) -> str:
    """The printed name without its legal form."""
    words = re.sub(r"/[A-Za-z]{2,3}/?$", "", name).replace(",", " ").split()
    legal = _tables()["legal"]
    while len(words) > 1 and (_flat(words[-1]) in legal or not _flat(words[-1])):
        words.pop()
    if len(words) > 1 and words[0].lower() == "the":
        words.pop(0)
    text = " ".join(words)
    text = re.sub(r"\.com$", "", text, flags=re.I)
    if text.isupper():
        # "CVS" and "AES" are written so; "NETFLIX" only shouts.
        text = " ".join(
            w if "&" in w or not re.search(r"[AEIOUY]", w) or (i == 0 and len(w) <= 3) else w.title()
            for i, w in enumerate(text.split())
        )
    return text or name


_MOST_HEARD = 1000


class Directory:
    """The companies of a library, ready to be found in questions."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.companies = _group(documents)
        self._keys: dict[tuple[str, ...], dict[Company, float]] = defaultdict(dict)
        self._joined: dict[str, dict[Company, float]] = defaultdict(dict)
        self._words: dict[Company, tuple[tuple[str, ...], ...]] = {}
        self._begun: dict[tuple[int, str], list[tuple[Company, tuple[str, ...]]]] = defaultdict(list)
        self._symbols: dict[Company, frozenset[str]] = {}
        self._heard: dict[str, tuple[list[Named], list[Ambiguous]]] = {}  # texts and what they were found to name
        for company in self.companies:
            self._add(company)
        self._longest = max((len(k) for k in self._keys), default=1)

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
            while len(core) > 1 and core[-1] in _tables()["suffixes"]:
                core.pop()
                self._key(tuple(core), company, 0.9)
            for n in range(len(short) - 1, 0, -1):
                if short[n - 1] == "and":
                    continue
                if n > 1 or (short[0] not in _tables()["weak"] and len(short[0]) > 1):
                    self._key(short[:n], company, 0.6 + 0.2 * n / len(short))
            # With its legal form a name of one word has initials that nobody uses ("AP" for Amcor plc).
            for initials in _initials(short) | (_initials(full) if len(short) > 1 else set()):
                self._key((initials,), company, 0.8)
        for stem in {_stem_word(d.name) for d in company.documents} - {""}:
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
        tokens = [(m, _flat(m[0])) for m in _TOKEN.finditer(text.replace("-", " "))]
        # Abbreviations ("FY2024", "R&D") are capital in the most careless typing; the first word says nothing either.
        lower = not any(
            m[0][:1].isupper() and m[0][1:2].islower() and word not in _tables()["capitalised"]
            for m, word in tokens[1:]
        )
        matches: list[tuple[int, int, float, tuple[Company, ...]]] = []
        for i in range(len(tokens)):
            for n in range(min(self._longest + 1, len(tokens) - i), 0, -1):
                words = tuple(w for _, w in tokens[i : i + n])
                held: dict[Company, float] | None = self._keys.get(words) or self._shortened(words)
                if not held:
                    joined = "".join(words)
                    held = self._joined.get(joined) if len(joined) >= 4 else None
                if not held:
                    contracted = self._contracted(words[0]) if n == 1 and tokens[i][0][0][:1].isupper() else ()
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
        if word in _tables()["capitalised"] or (word in _tables()["weak"] and score < 1):
            return printed.isupper() and len(word) >= 3 and score >= 0.8
        if len(word) <= 2:
            return printed.isupper() or any(c.isdigit() for c in printed) or "&" in printed
        if word in _tables()["everyday"]:
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
            held = self._keys.get((word,), {})
            if len(held) != 1 or not match[0].islower() or max(held.values()) < 0.6:
                continue
            (company,) = held
            symbol = word in self._symbols.get(company, ()) and word not in _tables()["short"]
            if self._is_own_word(word, max(held.values())):
                own.append(Named(company, match.start(), match.end(), 0.8))
                continue
            if not symbol and (word not in _tables()["everyday"] or word in _tables()["weak"]):
                continue
            before = tokens[i - 1][0][0].lower() if i else ""
            owns = bool(re.search(r"['’]s?$", match[0])) or text[match.end() : match.end() + 2] in ("' ", "’ ")
            placed = owns or before in _tables()["before_name"] or (i == 0 and len(tokens) > 1)
            if placed or (symbol and len(word) > 2) or (symbol and lower and i == len(tokens) - 1):
                found.append(Named(company, match.start(), match.end(), 0.8))
        return own + (found if len({n.company for n in found}) == 1 else [])

    @staticmethod
    def _is_own_word(word: str, score: float) -> bool:
        """Whether a name is a word of its own, which is a company's in small letters too: "nvidia", "netflix"."""
        t = _tables()
        return (
            score >= 0.9
            and len(word) >= 5
            and not word.isdigit()
            and word not in (t["everyday"] | t["weak"] | t["capitalised"] | t["suffixes"] | t["short"])
        )

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

    def _contracted(self, token: str) -> tuple[Company, ...]:
        """Companies whose words' beginnings make up the token: "amex" = am + ex."""
        if not 4 <= len(token) <= 9:
            return ()
        hits = [c for c, shapes in self._words.items() if any(1 < len(s) <= 4 and _splices(token, s) for s in shapes)]
        if not hits and len(token) >= 5 and token not in _tables()["weak"] | _tables()["capitalised"]:
            hits = [c for c, shapes in self._words.items() if any(s[0].startswith(token) for s in shapes)]
        return tuple(hits)

    def _misspelt(self, tokens: Sequence[tuple[re.Match[str], str]], lower: bool) -> list[Named]:
        found = []
        keys = [k for k, held in self._joined.items() if len(k) >= 5 and len(held) == 1 and max(held.values()) >= 0.7]
        for i in range(len(tokens)):
            for n in (3, 2, 1):
                part = tokens[i : i + n]
                word = "".join(w for _, w in part)
                if (
                    len(part) < n
                    or len(word) < 5
                    or not (lower or part[0][0][0][:1].isupper())
                    or any(w in _tables()["capitalised"] or (w in _tables()["everyday"] and lower) for _, w in part)
                ):
                    continue
                close = get_close_matches(word, keys, n=2, cutoff=0.86 if len(word) >= 7 else 0.88)
                if len(close) == 1 or (close and self._joined[close[0]].keys() == self._joined[close[-1]].keys()):
                    (company,) = self._joined[close[0]]
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
                if _flat(w) not in _tables()["capitalised"] and not re.fullmatch(r"F?Y?\d+\w*|Q\d.*", w)
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


def _stem_word(name: str) -> str:
    """The first word of a file's name, where it is a name at all: "aapl" of "aapl-20240928"."""
    word = re.split(r"[_\-. ]", name.lower(), maxsplit=1)[0]
    generic = {
        "form",
        "report",
        "annual",
        "quarterly",
        "filing",
        "document",
        "financial",
        "statement",
        "press",
        "release",
        "final",
        "copy",
        "full",
        "the",
    }
    return (
        word
        if re.fullmatch(r"[a-z0-9&]*[a-z][a-z0-9&]*", word) and 2 <= len(word) <= 20 and word not in generic
        else ""
    )


def _initials(tokens: tuple[str, ...]) -> set[str]:
    if len(tokens) < 2:
        return set()
    joined = {"".join(t[0] for t in tokens if t not in {"and", "of", "the"})}
    if "and" in tokens:
        joined.add("".join("&" if t == "and" else t[0] for t in tokens))
        joined.add("".join("n" if t == "and" else t[0] for t in tokens))
        joined.add("".join(t[0] for t in tokens))
    return {j for j in joined if len(j) >= 2}


def _splices(token: str, words: tuple[str, ...]) -> bool:
    """Is the token made of beginnings of all the words, in order, two letters or more each?"""
    if not words:
        return not token
    head = words[0]
    return any(
        token[:n] == head[:n] and _splices(token[n:], words[1:]) for n in range(2, min(len(head), len(token)) + 1)
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


def _group(documents: Iterable[Document]) -> tuple[Company, ...]:
    """Documents of one company together: the same name, alias or ticker makes one company.

    Initials do not: two companies may have the same.
    """
    groups: list[tuple[set[str], list[Document]]] = []
    for document in documents:
        initials = _initials(short_tokens(document.company)) | _initials(name_tokens(document.company))
        keys = {"".join(short_tokens(n)) for n in (document.company, *document.aliases) if n} - initials
        keys = keys or {document.name.lower()}
        touching = [g for g in groups if g[0] & keys]
        merged: tuple[set[str], list[Document]] = (set(keys), [document])
        for group in touching:
            merged[0].update(group[0])
            merged[1].extend(group[1])
            groups.remove(group)
        groups.append(merged)
    companies = []
    for _, members in groups:
        members.sort(key=lambda d: (str(d.period_end or d.filed or ""), d.name), reverse=True)
        name = next((d.company for d in members if d.company), members[0].name)
        names = dict.fromkeys(n for d in members for n in (d.company, *d.aliases) if n)
        companies.append(Company(name, tuple(names) or (name,), tuple(members)))
    return tuple(sorted(companies, key=lambda c: c.name))
