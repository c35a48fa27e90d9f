"""A registrant's name and its other names: as a cover page prints it, shortened, as initials, as a trading symbol."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from ingest.schema import Reading

_EXACT = re.compile(r"\(?\s*Exact\s+name\s+of\s+(?:the\s+)?(?:registrant|company|issuer)", re.I)
# What stands before the name on a cover; the name begins after the last of them.
_BEFORE = re.compile(
    r"""_{3,}|-{3,}|={3,}|\*{3,}
    |commission\s+file\s+(?:no\.?|number)s?\s*:?\s*(?:[\d-]+(?:-\d+)*)?\s*
    |file\s+(?:no\.?|number)s?\s*:?\s*[\d-]{5,}\s*
    |transition\s+period\s+from\s*[_\s.]*to[\s_.]*
    |20549(?:-\d{4})?
    |\bform\s+\d{1,2}-[a-z]{1,3}(?:/a)?\b
    |(?:event\s+reported\)|date\s+of\s+report)\s*:?(?:\s*\(date\s+of\s+earliest\s+event\s+reported\))?\s*:?\s*
    |(?:january|february|march|april|may|june|july|august|september|october|november|december)\s+\d{1,2},\s+(?:19|20)\d\d\)?
    |(?:securities\s+)?exchange\s+act\s+of\s+1934|securities\s+act\s+of\s+1933
    |current\s+report|registration\s+statement(?:\s+under)?|amendment\s+no\.?\s*\d+|\(mark\s+one\)|registration\s+no\.?\s*[\d-]+
    |\[\s*x?\s*\]""",
    re.I | re.X,
)
_AFTER_FILE_NUMBER = re.compile(
    r"commission\s+file\s+(?:no\.?|number)s?\s*:?\s*[\d-]{4,}\s+(?P<name>[A-Z0-9][^()\n]{2,70}?)\s+"
    r"(?:\(|state\s+(?:or|of)|delaware|irs|i\.r\.s|(?-i:(?:(?:New|North|South|West|Rhode|British|Cayman|Marshall)\s+)?[A-Z][a-z]+\s+)?\d\d-\d{7})",
    re.I,
)
_SUFFIXED = re.compile(
    r"^(?:the\s+)?[A-Z0-9][\w&.,'’\- ]{1,60}?,?\s(?:inc\.?|incorporated|corp\.?|corporation|company|co\.|plc"
    r"|n\.v\.|ltd\.?|limited|llc|l\.p\.|s\.a\.|ag|se|trust|group|holdings|bancorp)$",
    re.I,
)
_SUBSIDIARIES = re.compile(
    r"^(.{3,60}?),?\s+and\s+(?:consolidated\s+|its\s+)?(?:subsidiaries|subsidiary|affiliates)(?:\s+companies)?\b", re.I
)
_FORMERLY = re.compile(
    r"\(?\b(?:formerly(?:\s+known\s+as)?|f/k/a|previously\s+known\s+as)\s*,?\s+[“\"]?(?P<name>[A-Z][\w&.,'’\- ]{2,50}?)"
    r"[”\"]?\s*(?:\)|;|\.\s|,\s(?!inc|corp|ltd|llc))",
)
_TICKERS = (
    re.compile(
        r"\b(?:NYSE|NASDAQ|Nasdaq|NYSE\s+American|Nasdaq\s*GS|NasdaqGS|OTCQX|TSX|LSE)\s*:\s*([A-Z]{1,5}(?:\.[A-Z])?)\b"
    ),
    re.compile(r"under\s+the\s+(?:ticker\s+|trading\s+)?symbols?\s*[“\"‘']?\s*([A-Z]{1,5}(?:\.[A-Z])?)\b"),
)
_TICKER_ROW = re.compile(
    r"(?i:stock|shares?|units?|interests?|value|securities)\b[^.;]{0,60}?\s([A-Z]{1,5}(?:\.[A-Z])?)\s+(?:The\s+)?"
    r"(?:New\s+York\s+Stock|NYSE|Nasdaq|NASDAQ|NEW\s+YORK\s+STOCK|Chicago\s+Stock|Cboe)"
)
_NOT_TICKERS = frozenset(
    {"NYSE", "THE", "INC", "PAR", "NEW", "USD", "N", "A", "NONE", "LLC", "CORP", "ADS", "ADR", "STOCK"}
)
_GENERIC_NAMES = frozenset(
    [
        "company",
        "registrant",
        "corporation",
        "firm",
        "exchange",
        "act",
        "securities",
        "commission",
        "we",
        "us",
        "our",
        "sec",
        "issuer",
        "agreement",
        "plan",
        "board",
        "fasb",
    ]
)


def registrant_on_cover(raw: str, flat: str) -> str:
    """The name above "(Exact name of registrant as specified in its charter)"; "" where no page says so."""
    for match in _EXACT.finditer(flat):
        before = flat[max(0, match.start() - 420) : match.start()]
        cut = 0
        for barrier in _BEFORE.finditer(before):
            cut = barrier.end()
        name = _tidy(before[cut:])
        if name and len(name) <= 90 and any(c.isalpha() for c in name):
            return name
        line = _line_above(raw, name)
        if line:
            return line
    match_after = _AFTER_FILE_NUMBER.search(flat[:12_000])
    return _tidy(match_after["name"]) if match_after else ""


def _line_above(raw: str, found: str) -> str:
    lines = [line.strip() for line in raw.split("\n")]
    for number, line in enumerate(lines):
        if _EXACT.match(line):
            above = next((lines[i] for i in range(number - 1, max(-1, number - 4), -1) if lines[i]), "")
            return _tidy(above) if len(above) <= 90 else ""
    return found if 0 < len(found) <= 90 else ""


def _tidy(name: str) -> str:
    name = re.sub(r"\(?\s*(?:formerly|f/k/a|previously\s+known)\b.*$", "", " ".join(name.split()), flags=re.I)
    name = re.sub(r"^[\W_]+(?=\w)", "", name)
    return name.strip(" ,;:_-–—*|☒☐").strip()


def registrant_without_cover(reading: Reading) -> str:
    """The name that titles and statement headings repeat: "Acme Corp.", "Acme and Subsidiaries"."""
    counts: Counter[str] = Counter()
    for page in reading.pages[:80]:
        lines = page.text.split("\n")
        edge = lines if page.number <= 3 else [*lines[:6], *lines[-3:]]
        for line in edge:
            text = " ".join(line.split()).strip(" *_|")
            if not 4 <= len(text) <= 90:
                continue
            shared = _SUBSIDIARIES.match(text)
            if shared:
                counts[_tidy(shared[1])] += 3
            elif _SUFFIXED.match(text):
                counts[_tidy(text)] += 2
    # In running text the name opens the release: "Acme, Inc. (NYSE: ACM) today announced".
    opening = " ".join(page.text for page in reading.pages[:2])[:6_000]
    for match in re.finditer(
        r"\b((?:The\s+)?[A-Z][\w&.'’\-]*(?:,?\s+(?:[A-Z&][\w&.'’\-]*|of|and)){0,5}?,?\s+(?:Inc|Corp|Corporation|Company|plc|N\.V|Ltd|Limited|Co)\b\.?)",
        opening,
    ):
        counts[_tidy(match[1])] += 1
    for key in ("title", "pdf:Title", "pdf:Author"):
        title = reading.properties.get(key, "")
        if title and _SUFFIXED.match(title):
            counts[title] += 2
    if not counts:
        return ""
    best = max(counts.values())
    return next(name for name, count in counts.items() if count == best)


def short_name(company: str, suffixes: tuple[str, ...]) -> str:
    """The name without its legal endings and a leading "The"."""
    name = re.sub(r"\s*/[A-Z]{2,3}/?$", "", company.strip())
    name = re.sub(r"^the\s+", "", name, flags=re.I)
    changed = True
    while changed:
        changed = False
        for suffix in suffixes:
            cut = re.sub(rf"[,\s]+{re.escape(suffix)}\.?$", "", name, flags=re.I).strip(" ,")
            if cut != name and len(cut) >= 2:
                name, changed = cut, True
    return name


def aliases_of(
    company: str, printed: str, stated: Mapping[str, str], cover: str, table: Mapping[str, Any]
) -> tuple[str, ...]:
    """Other names a reader may use, the likeliest first: short name, initials, trading symbols, former names."""
    if not company:
        return ()
    soft = _longest_first(table["names"]["soft"])
    common = frozenset(table["names"]["common"].split())
    legal = tuple(suffix for suffix in _longest_first(table["names"]["suffixes"]) if suffix not in soft)
    found: dict[str, None] = {}
    for name in (company, printed):
        if not name:
            continue
        short = short_name(name, legal)
        for alias in (name, short, short_name(short, soft), re.sub(r"\.com$", "", short, flags=re.I)):
            if len(alias) >= 2 and alias.lower() not in common:
                found.setdefault(alias, None)
        initials = "".join(word[0] for word in re.findall(r"[A-Za-z][\w'’]*", short))
        if len(initials) >= 3:
            found.setdefault(initials.upper(), None)
    for ticker in _tickers(stated, cover):
        found.setdefault(ticker, None)
    for former in _former(stated, cover):
        found.setdefault(former, None)
        found.setdefault(short_name(former, legal), None)
    return tuple(_unlike(list(found), company))


def _longest_first(text: str) -> tuple[str, ...]:
    return tuple(sorted((item.strip() for item in text.split(";") if item.strip()), key=len, reverse=True))


def _unlike(names: list[str], company: str) -> list[str]:
    seen = {company.casefold()}
    kept: list[str] = []
    for name in names:
        if name.casefold() not in seen:
            seen.add(name.casefold())
            kept.append(name)
    return kept


def _tickers(stated: Mapping[str, str], cover: str) -> list[str]:
    found = [
        symbol.strip().upper() for symbol in re.split(r"[,;/ ]+", stated.get("TradingSymbol", "")) if symbol.strip()
    ]
    head = cover[:12_000]
    for pattern in (_TICKER_ROW, *_TICKERS):
        found += [match[1] for match in pattern.finditer(head)]
    return [symbol for symbol in dict.fromkeys(found) if symbol not in _NOT_TICKERS and 1 <= len(symbol) <= 6][:4]


def _former(stated: Mapping[str, str], cover: str) -> list[str]:
    found = [
        value for key, value in stated.items() if key.upper().startswith(("FORMER CONFORMED NAME", "FORMER COMPANY"))
    ]
    head = cover[:8_000]
    found += [_tidy(match["name"]) for match in _FORMERLY.finditer(head)]
    return [name for name in found if len(name) > 2 and name.split()[0].lower() not in _GENERIC_NAMES][:3]
