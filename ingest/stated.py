"""What a document says of itself: stated properties, the text of its cover, and the words of `forms.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.calendar import find_dates
from ingest.schema import Reading

COVER_PAGES = 16
"""How far into a document its cover is looked for: a glossy annual report has its 10-K cover some pages in."""


@dataclass(frozen=True, slots=True)
class Source:
    """A reading as it is identified: stated properties by bare name, flat and raw text of the cover pages, a sample."""

    reading: Reading
    stated: Mapping[str, str]
    cover: str
    raw: str
    sample: str

    def get(self, *names: str) -> str:
        """The first of the stated properties that has a value."""
        return next((self.stated[name] for name in names if self.stated.get(name, "").strip()), "").strip()


def source_of(reading: Reading) -> Source:
    """What a reading says of itself. A property that is stated outranks a tagged fact of that name."""
    stated: dict[str, str] = {}
    for key, value in reading.properties.items():
        stated.setdefault(key.rpartition(":")[2], value)
    for fact in reading.facts:
        if fact.concept.startswith("dei:"):
            stated.setdefault(fact.concept[4:], fact.text)
    raw = "\n".join(page.text[:12_000] for page in reading.pages[:COVER_PAGES])
    # Vocabulary is the same all through a report: a tenth of its pages tells it as well as all.
    texts = [page.text[:2_500] for page in (*reading.pages[:6], *reading.pages[6:150:8])]
    return Source(reading, stated, " ".join(raw.split()), raw, " ".join(" ".join(texts).split()).lower())


def stated_date(text: str) -> date | None:
    """The date of a stated property: 20221231, 2022-12-31, or in words."""
    digits = re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)", text.strip())
    if digits:
        try:
            return date(int(digits[1]), int(digits[2]), int(digits[3]))
        except ValueError:
            return None
    found = next(find_dates(text), None)
    return found[0] if found else None


@lru_cache(maxsize=1)
def forms_table() -> dict[str, Any]:
    """The words of `forms.toml`."""
    return tomllib.loads(Path(__file__).with_name("forms.toml").read_text(encoding="utf-8"))


def items(text: str) -> tuple[str, ...]:
    """The items of a list in `forms.toml`."""
    return tuple(item.strip() for item in text.split(";") if item.strip())
