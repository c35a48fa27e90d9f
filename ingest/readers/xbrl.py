"""XBRL without a report around it: instances and filing archives with their label linkbases (XBRL 2.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import UnreadableFileError
from ingest.readers.contexts import Context, local, named, read_context, read_unit
from ingest.readers.encoding import decode
from ingest.readers.inline import MAX_FACT_TEXT, properties
from ingest.readers.safety import open_zip, parse_xml, read_bytes, read_member
from ingest.readers.sections import Piece, compose, join_readings
from ingest.schema import BlockKind, Reading, TaggedFact

if TYPE_CHECKING:
    from lxml import etree

STANDARD_LABEL = "http://www.xbrl.org/2003/role/label"
_XLINK = "{http://www.w3.org/1999/xlink}"
_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_TAXONOMY = re.compile(r"/(us-gaap|dei|srt|ifrs-full|ecd|cyd|country|currency|exch|invest|rr|oef|cef)/\d")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_MARKUP = re.compile(r"<\s*(?:div|p|table|span|font|td|br)\b", re.IGNORECASE)


def read_xbrl(path: Path) -> Reading:
    """An XML file: an XBRL instance, a 13F information table, or an XHTML report.

    Raises:
        UnreadableFileError: it is not well-formed, or of another kind.
        UnsafeFileError: it declares entities or is too large.
    """
    data = read_bytes(path)
    root = parse_xml(data, path.name)
    kind = local(root)
    if kind == "xbrl":
        return read_instance(root, path.name)
    if kind == "informationtable":
        from ingest.readers.holdings import read_information_table

        return read_information_table(root, path.name)
    if kind == "html":
        from ingest.readers.html import read_markup

        return read_markup(decode(data, path.name), path.name)
    raise UnreadableFileError(
        f"{path.name}: XML of an unknown kind (<{kind}>); expected an XBRL instance or a 13F information table."
    )


def read_instance(root: etree._Element, name: str, labels: Mapping[str, str] | None = None) -> Reading:
    """An XBRL instance: its facts, and its text blocks as pages.

    Raises:
        UnreadableFileError: it has no fact.
    """
    contexts = {e.get("id", ""): read_context(e) for e in named(root, "context")}
    units = {e.get("id", ""): read_unit(e) for e in named(root, "unit")}
    facts = [
        _fact(element, contexts, units, labels or {})
        for element in root.iter()
        if element.get("contextRef") is not None
    ]
    if not facts:
        raise UnreadableFileError(f"{name}: an XBRL instance without a fact; fetch the file again.")
    return with_pages(tuple(facts))


def _fact(
    element: etree._Element, contexts: Mapping[str, Context], units: Mapping[str, str], labels: Mapping[str, str]
) -> TaggedFact:
    concept = _concept(element)
    reference = element.get("contextRef") or ""
    context = contexts.get(reference, Context(None))
    text = (element.text or "").strip()
    unit = units.get(element.get("unitRef") or "")
    value = plain_decimal(text) if unit is not None and element.get(_XSI_NIL) not in {"true", "1"} else None
    return TaggedFact(
        concept, text, value, unit, element.get("decimals"), context.period, reference, context.dimensions,
        labels.get(concept),
    )  # fmt: skip


def _concept(element: etree._Element) -> str:
    """The name with its prefix; the usual prefix of a standard taxonomy whatever the file binds."""
    namespace, _, name = str(element.tag).rpartition("}")
    standard = _TAXONOMY.search(namespace)
    prefix = standard[1] if standard else element.prefix
    return f"{prefix}:{name}" if prefix else name


def plain_decimal(text: str) -> Decimal | None:
    """A number as XBRL writes it, without an exponent; None for anything else."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return Decimal(format(value, "f")) if value.is_finite() and abs(value.adjusted()) < 40 else None


def with_pages(facts: tuple[TaggedFact, ...]) -> Reading:
    """Facts with pages to read: the values of the whole company first, then each text block in its order."""
    from ingest.readers.html import read_markup

    pieces = [
        Piece(BlockKind.PARAGRAPH, _line(fact)) for fact in facts if fact.value is not None and not fact.dimensions
    ]
    readings = [compose(pieces)] if pieces else []
    seen: set[str] = set()
    for fact in facts:
        if fact.unit is None and len(fact.text) > 200 and fact.text not in seen and not fact.dimensions:
            seen.add(fact.text)
            title = [Piece(BlockKind.HEADING, fact.label or words(fact.concept))]
            if _MARKUP.search(fact.text):
                block = read_markup(f"<div><h2>{title[0].text}</h2>{fact.text}</div>", fact.concept)
                readings.append(replace(block, facts=(), properties={}))
            else:
                readings.append(compose([*title, Piece(BlockKind.PARAGRAPH, fact.text)]))
    cut = tuple(
        replace(fact, text=fact.text[:MAX_FACT_TEXT]) if len(fact.text) > MAX_FACT_TEXT else fact for fact in facts
    )
    reading = join_readings(readings, properties(list(cut)))
    return replace(reading, facts=cut)


def words(concept: str) -> str:
    """A concept's name as words: "us-gaap:NetIncomeLoss" is "Net Income Loss"."""
    return _CAMEL.sub(" ", concept.rpartition(":")[2])


def _line(fact: TaggedFact) -> str:
    period = fact.period
    when = "" if period is None else f"{period.end}" if period.start is None else f"{period.start} to {period.end}"
    return f"{fact.label or words(fact.concept)} ({when}): {fact.text} {fact.unit or ''}".rstrip()


def read_labels(root: etree._Element) -> dict[str, str]:
    """The standard labels of a label linkbase by concept (`us-gaap:Assets`)."""
    concepts: dict[str, str] = {}
    texts: dict[str, str] = {}
    arcs: list[tuple[str, str]] = []
    for element in root.iter():
        name = local(element)
        if name == "loc":
            identifier = (element.get(f"{_XLINK}href") or "").rpartition("#")[2]
            concepts[element.get(f"{_XLINK}label") or ""] = identifier.replace("_", ":", 1)
        elif name == "label" and (element.get(f"{_XLINK}role") or STANDARD_LABEL) == STANDARD_LABEL:
            texts.setdefault(element.get(f"{_XLINK}label") or "", " ".join((element.text or "").split()))
        elif name == "labelarc":
            arcs.append((element.get(f"{_XLINK}from") or "", element.get(f"{_XLINK}to") or ""))
    return {concepts[a]: texts[b] for a, b in arcs if a in concepts and texts.get(b)}


def read_zip(path: Path) -> Reading:
    """A filing's archive: its report or instance, then its exhibits; facts get labels from its label linkbase.

    Raises:
        UnreadableFileError: it is damaged or encrypted, or holds neither a report nor an instance.
        UnsafeFileError: it would unpack to too much, names paths outside itself, or declares entities.
    """
    from ingest.readers.html import read_markup
    from ingest.readers.safety import check_markup

    labels: dict[str, str] = {}
    reports: list[tuple[bool, int, str, str]] = []
    instances: list[etree._Element] = []
    skipped: list[str] = []
    with open_zip(path) as archive:
        for member in archive.infolist():
            name = member.filename
            lower = name.lower()
            if member.is_dir():
                continue
            if lower.endswith((".htm", ".html", ".xhtml")):
                data = read_member(archive, member, path.name)
                check_markup(data, name)
                text = decode(data, name)
                reports.append((("<ix:header" in text or "inlineXBRL" in text), len(text), name, text))
            elif lower.endswith((".xml", ".xbrl")):
                root = parse_xml(read_member(archive, member, path.name), name)
                if local(root) == "xbrl":
                    instances.append(root)
                elif local(root) == "linkbase":
                    labels.update(read_labels(root))
            elif not lower.endswith((".xsd", ".jpg", ".png", ".gif", ".css", ".js", ".json")):
                skipped.append(name)
    reports.sort(key=lambda r: (not r[0], -r[1] if r[0] else 0))
    readings = [read_markup(text, name) for _, _, name, text in reports]
    if not any(reading.facts for reading in readings):
        readings = [*(read_instance(root, path.name, labels) for root in instances), *readings]
    if not readings:
        raise UnreadableFileError(
            f"{path.name}: neither a report nor an XBRL instance in this archive; unpack it first."
        )
    warnings = (f"skipped in the archive: {', '.join(skipped[:8])}",) if skipped else ()
    return _labelled(join_readings(readings, {}, warnings), labels)


def _labelled(reading: Reading, labels: Mapping[str, str]) -> Reading:
    if not labels:
        return reading

    def label(fact: TaggedFact | None) -> TaggedFact | None:
        text = labels.get(fact.concept) if fact is not None else None
        return replace(fact, label=text) if fact is not None and text else fact

    tables = tuple(
        replace(
            table,
            rows=tuple(
                replace(
                    row,
                    cells=tuple(
                        c if c is None or c.fact is None else replace(c, fact=label(c.fact)) for c in row.cells
                    ),
                )
                for row in table.rows
            ),
        )
        for table in reading.tables
    )
    facts = tuple(fact for fact in map(label, reading.facts) if fact is not None)
    return replace(reading, tables=tables, facts=facts)
