"""The SEC's company facts (data.sec.gov/api/xbrl/companyfacts): every fact that a company ever tagged, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ingest.errors import UnreadableFileError
from ingest.readers.contexts import read_date
from ingest.readers.encoding import decode
from ingest.readers.safety import read_bytes
from ingest.readers.xbrl import with_pages
from ingest.schema import Period, Reading, TaggedFact


def read_companyfacts(path: Path) -> Reading:
    """Company facts as tagged facts.

    A fact repeated by later filings is kept once, with the accession number of the first as its context; a
    value that a later filing changed is kept beside it.

    Raises:
        UnreadableFileError: it is no JSON, or of another kind.
    """
    try:
        data: Any = json.loads(decode(read_bytes(path), path.name), parse_float=Decimal)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadableFileError(f"{path.name}: not well-formed JSON; fetch the file again.") from error
    taxonomies = data.get("facts") if isinstance(data, dict) else None
    if not isinstance(taxonomies, dict):
        raise UnreadableFileError(f'{path.name}: JSON of an unknown kind; expected company facts (with "facts").')
    facts: dict[tuple[str, str, Period, Decimal], TaggedFact] = {}
    for taxonomy, concepts in taxonomies.items():
        for name, content in _items(concepts):
            for unit, entries in _items(content.get("units")):
                for entry in sorted(_entries(entries), key=lambda e: str(e.get("filed", ""))):
                    fact = _company_fact(f"{taxonomy}:{name}", content.get("label"), unit, entry)
                    if fact is not None and fact.value is not None and fact.period is not None:
                        facts.setdefault((fact.concept, unit, fact.period, fact.value), fact)
    if not facts:
        raise UnreadableFileError(
            f"{path.name}: no fact with a value and a period in this JSON; expected company facts."
        )
    reading = with_pages(tuple(facts.values()))
    stated = dict(reading.properties)
    for key, name in (("entityName", "dei:EntityRegistrantName"), ("cik", "dei:EntityCentralIndexKey")):
        if data.get(key):
            stated[name] = str(data[key])
    return replace(reading, properties=stated)


def _items(value: object) -> Iterable[tuple[str, Any]]:
    return [(k, v) for k, v in value.items() if isinstance(v, dict | list)] if isinstance(value, dict) else []


def _entries(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _company_fact(concept: str, label: object, unit: str, entry: Mapping[str, Any]) -> TaggedFact | None:
    end, start = (
        read_date(str(entry.get("end", "")), closing=False),
        read_date(str(entry.get("start", "")), closing=False),
    )
    raw = entry.get("val")
    if (
        end is None
        or isinstance(raw, bool)
        or not isinstance(raw, int | Decimal)
        or (start is not None and start > end)
    ):
        return None
    return TaggedFact(
        concept, str(raw), Decimal(raw), unit.replace("/shares", "/share"), None, Period(end, start),
        str(entry.get("accn", "")), (), str(label) if label else None,
    )  # fmt: skip
