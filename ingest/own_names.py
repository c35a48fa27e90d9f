"""A company's own name in its labels: "Net income attributable to Example Corp." is attributable to the company."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.schema import Document

# What may follow a name: legal forms and a possessive.
_FORMS = r"(?:,?\s*(?:inc|corp|co|company|corporation|ltd|plc|n\.?v|s\.?a|and subsidiaries)\b\.?)*(?:['’]s?\b)?"


@dataclass(frozen=True, slots=True)
class OwnNames:
    """Patterns of a company's names: `owner` after "attributable to", `anywhere` where no common word is meant."""

    owner: re.Pattern[str]
    anywhere: re.Pattern[str] | None


def own_names(document: Document) -> OwnNames | None:
    """The names of a document's company, or None where it has none.

    A name of one plain word ("Square", "General") counts after "attributable to" alone: elsewhere it may be a word.
    """
    names = sorted({name for name in (document.company, *document.aliases) if len(name) > 1}, key=len, reverse=True)
    if not names:
        return None
    sure = [name for name in names if not name.isalpha()]
    owner = re.compile(rf"\b(attributable to|owners of|shareholders of|equity of)\s+(?:the\s+)?{_any_of(names)}", re.I)
    return OwnNames(owner, re.compile(_any_of(sure), re.IGNORECASE) if sure else None)


def _any_of(names: list[str]) -> str:
    return rf"(?<!\w)(?:{'|'.join(re.escape(name) for name in names)}){_FORMS}(?!\w)"


def anonymous(label: str, names: OwnNames | None) -> str:
    """ "attributable to 3M" as "attributable to the company"; elsewhere the name is left out."""
    if names is None:
        return label
    label = names.owner.sub(r"\1 the company", label)
    if names.anywhere is not None:
        label = names.anywhere.sub(" ", label)
    return " ".join(label.split())
