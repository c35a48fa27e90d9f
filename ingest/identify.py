"""Who wrote a document, what it is, and which fiscal period it is about: from the document itself, never its file name.

Tagged facts come first (`dei:EntityRegistrantName`), then the header of an SEC submission, then the cover page
wherever it stands, then titles of statements. The words looked for are in `forms.toml`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from ingest.calendar import find_dates
from ingest.fiscal import fiscal_of, fiscal_year_end_of, period_end_of
from ingest.names import aliases_of, registrant_on_cover, registrant_without_cover
from ingest.schema import Document, Reading
from ingest.stated import Source, forms_table, items, source_of, stated_date

_SIC = re.compile(r"\[?(\d{4})\]?\s*$")


def identify(reading: Reading, path: str, sha256: str, name: str) -> Document:
    """The document's identity. What cannot be found stays empty; nothing is taken from `path` or `name`."""
    source = source_of(reading)
    table = forms_table()
    form = _form(source, table)
    company = source.get("EntityRegistrantName", "COMPANY CONFORMED NAME")
    printed = registrant_on_cover(source.raw, source.cover)
    if not company:
        company = printed or registrant_without_cover(reading)
    company = company.split(" /")[0].strip() if company.endswith("/") else company
    period_end = period_end_of(source, form, table)
    year_end = fiscal_year_end_of(source, form, period_end, table)
    fiscal_year, quarter = fiscal_of(source, form, period_end, year_end, table)
    return Document(
        name=name,
        sha256=sha256,
        path=path,
        company=company,
        aliases=aliases_of(company, printed, source.stated, source.cover, table),
        form=form,
        fiscal_year=fiscal_year,
        fiscal_quarter=quarter,
        period_end=period_end,
        fiscal_year_end=year_end,
        filed=_filed(source, period_end),
        currency=_currency(source, table),
        language=_language(reading, table),
        industry=_industry(source, table),
        pages=len(reading.pages),
    )


def _form(source: Source, table: Mapping[str, Any]) -> str:
    known = items(table["forms"]["known"])
    stated = source.get("DocumentType", "CONFORMED SUBMISSION TYPE", "FORM TYPE") or source.get("TYPE")
    if stated and not stated.upper().startswith("EX"):
        return stated.upper()
    names = "|".join(re.escape(form) for form in sorted(known, key=len, reverse=True) if not form.isalpha())
    head = source.cover[:40_000]
    match = re.search(rf"\bFORM\s+({names})(?:\s*/\s*(A)|(?=\s*\(?\s*Amendment\s+No))?(?![\w-])", head, re.I)
    commission = re.search(r"securities\s+and\s+exchange\s+commission", head, re.I)
    # A report that only mentions a form ("see our Form 10-K") has no Commission above it.
    if match and commission and commission.start() - 400 < match.start() < commission.start() + 3_000:
        near = head[match.end() : match.end() + 80]
        amended = bool(match[2]) or bool(re.match(r"\W*Amendment\s+No", near, re.I))
        return match[1].upper() + ("/A" if amended else "")
    beginning = source.cover[:6_000].lower()
    for title in table["title"]:
        if all(word in beginning for word in items(title["words"])):
            return str(title["form"])
    return ""


def _filed(source: Source, period_end: date | None) -> date | None:
    stated = stated_date(source.get("FILED AS OF DATE"))
    if stated:
        return stated
    signed: list[date] = []
    for page in reversed(source.reading.pages):
        if "SIGNATURE" not in page.text and "ignature" not in page.text:
            continue
        text = " ".join(page.text.split())
        at = text.find("pursuant to the requirements") if "pursuant to the requirements" in text.lower() else -1
        at = text.lower().find("pursuant to the requirements") if at < 0 else at
        if at < 0:
            continue
        signed += [day for day, _, _ in find_dates(text[at:])]
        if signed:
            break
    if period_end:
        signed = [day for day in signed if period_end <= day <= period_end + timedelta(days=500)]
    return Counter(signed).most_common(1)[0][0] if signed else None


def _currency(source: Source, table: Mapping[str, Any]) -> str:
    units = Counter(fact.unit for fact in source.reading.facts if fact.unit and re.fullmatch(r"[A-Z]{3}", fact.unit))
    if units:
        return str(units.most_common(1)[0][0])
    text = source.sample
    dollars = text.count("$") / 4 + text.count("u.s. dollar") + 1
    if dollars > 120 and not any(symbol in text for symbol in "€£¥₹"):
        return "USD"
    counts = {code: sum(text.count(phrase) for phrase in items(words)) for code, words in table["currencies"].items()}
    code, count = max(counts.items(), key=lambda item: item[1])
    return code if count >= 3 and count * 8 > dollars else "USD"


def _language(reading: Reading, table: Mapping[str, Any]) -> str:
    sample = " ".join(page.text[:1_500] for page in reading.pages[:40:4])
    counts = Counter(re.findall(r"[^\W\d_]+", sample.lower()))
    scores = {code: sum(counts[word] for word in words.split()) for code, words in table["languages"].items()}
    best = max(scores, key=lambda code: scores[code])
    return best if scores[best] > 1.3 * scores["en"] and scores[best] >= 20 else "en"


def _industry(source: Source, table: Mapping[str, Any]) -> str:
    sic = _SIC.search(source.get("STANDARD INDUSTRIAL CLASSIFICATION"))
    if sic:
        code = int(sic[1])
        hits = [
            (int(last) - int(first), name)
            for name, ranges in table["sic"].items()
            for first, last in (part.split("-") for part in items(ranges))
            if int(first) <= code <= int(last)
        ]
        # The narrowest range says most: 4841 is media, though all of 48xx is telecom.
        return min(hits)[1] if hits else ""
    text = source.sample
    if len(text) < 5_000:
        return ""
    least = int(table["vocabulary"]["least"])
    scores: dict[str, float] = {}
    for name, words in table["vocabulary"].items():
        if name == "least":
            continue
        counts = [text.count(word) for word in items(words)]
        present = sum(1 for count in counts if count >= 2)
        scores[name] = present / len(counts) + min(sum(counts) / len(text) * 300, 1.0) if present >= least else 0.0
    best = max(scores, key=lambda industry: scores[industry])
    return best if scores[best] > 0.42 else ""
