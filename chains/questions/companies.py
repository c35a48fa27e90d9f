"""The companies of a library: the documents of one company together, and the names that it goes by.

Names come from the documents: registrant, aliases, tickers, former names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from chains.questions.company_names import initials, name_tokens, short_name, short_tokens, word_lists
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


def common_words() -> frozenset[str]:
    """Words that begin with a capital in a question without being a name: the list `capitalised` of companies.toml."""
    return word_lists()["capitalised"]


@cache
def industry_signs() -> dict[str, frozenset[str]]:
    """What the statements of a kind of company print, by concept: the table [signs] of companies.toml."""
    return {key: frozenset(value) for key, value in read_table("companies.toml")["signs"].items()}


def grouped(documents: Iterable[Document]) -> tuple[Company, ...]:
    """Documents of one company together: the same name, alias or ticker makes one company.

    Initials do not: two companies may have the same.
    """
    groups: list[tuple[set[str], list[Document]]] = []
    for document in documents:
        short = initials(short_tokens(document.company)) | initials(name_tokens(document.company))
        keys = {"".join(short_tokens(n)) for n in (document.company, *document.aliases) if n} - short
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
