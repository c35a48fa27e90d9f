"""Inline XBRL: the facts that an HTML report tags in its own text.

Inline XBRL 1.1 (section 10, ix:nonFraction; section 11, ix:nonNumeric; section 4, ix:continuation) and the
transformation registries 1 to 5 with the SEC's own. Values are taken as tagged: printed x 10^scale, with `sign`.
The tree comes from an HTML parser, so names are in lower case.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from ingest.readers.contexts import Context, local, read_context, read_unit
from ingest.schema import TaggedFact

if TYPE_CHECKING:
    from lxml import etree

FACTS = frozenset({"nonfraction", "nonnumeric"})
MAX_FACT_TEXT = 4000
"""Characters kept of a text fact: a note tagged as one block is on its pages anyway."""
_MAX_LINKS = 1000

_UNITS_AND_TEENS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
_WORDS = {word: number for number, word in enumerate(_UNITS_AND_TEENS.split())}
_WORDS |= {"no": 0, "none": 0, "nil": 0, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100}
_DATE_FORMATS = (
    ("%B %d %Y", "%Y-%m-%d"), ("%b %d %Y", "%Y-%m-%d"), ("%d %B %Y", "%Y-%m-%d"), ("%d %b %Y", "%Y-%m-%d"),
    ("%m/%d/%Y", "%Y-%m-%d"), ("%Y-%m-%d", "%Y-%m-%d"), ("%B %Y", "%Y-%m"), ("%b %Y", "%Y-%m"),
)  # fmt: skip
_DAY_FORMATS = ("%B %d %Y", "%b %d %Y", "%m/%d %Y", "%d %B %Y", "%d %b %Y", "--%m-%d %Y")


class InlineFacts:
    """The contexts, units and continuations of one report; turns its tagged elements into facts."""

    def __init__(self, root: etree._Element) -> None:
        self.contexts: dict[str, Context] = {}
        self.units: dict[str, str] = {}
        self.elements: list[etree._Element] = []
        self._continuations: dict[str, etree._Element] = {}
        for element in root.iter():
            name = local(element)
            if name in FACTS and ":" in str(element.tag):
                self.elements.append(element)
            elif name == "context":
                self.contexts[element.get("id", "")] = read_context(element)
            elif name == "unit":
                self.units[element.get("id", "")] = read_unit(element)
            elif name == "continuation":
                self._continuations[element.get("id", "")] = element

    def fact(self, element: etree._Element, page: int) -> TaggedFact:
        """One tagged element as a fact. Facts that are nil or cannot be read have no value."""
        reference = element.get("contextref", "")
        context = self.contexts.get(reference, Context(None))
        form = element.get("format", "").rpartition(":")[2].lower()
        nil = element.get("xsi:nil", element.get("nil", "")).lower() in {"true", "1"}
        value = None
        if local(element) == "nonfraction":
            text = _text(element)
            value = None if nil else tagged_value(text, form, element.get("scale"), element.get("sign"))
            unit = self.units.get(element.get("unitref", ""))
        else:
            text = "" if nil else transform(self._whole_text(element), form)
            unit = None
        return TaggedFact(
            element.get("name", ""), text, value, unit, element.get("decimals"), context.period, reference,
            context.dimensions, page=page,
        )  # fmt: skip

    def _whole_text(self, element: etree._Element) -> str:
        parts = [_text(element)]
        seen = {""}
        link = element.get("continuedat", "")
        while link not in seen and len(seen) < _MAX_LINKS and sum(map(len, parts)) < MAX_FACT_TEXT:
            seen.add(link)
            following = self._continuations.get(link)
            if following is None:
                break
            parts.append(_text(following))
            link = following.get("continuedat", "")
        return " ".join(parts).strip()[:MAX_FACT_TEXT]


def properties(facts: list[TaggedFact]) -> dict[str, str]:
    """What the cover page states about document and entity (`dei:*`), the first undimensioned value of each."""
    stated: dict[str, str] = {}
    for fact in sorted(facts, key=lambda f: bool(f.dimensions)):
        if fact.concept.startswith("dei:") and fact.text:
            stated.setdefault(fact.concept, str(fact.value) if fact.value is not None else fact.text)
    return stated


def tagged_value(text: str, form: str, scale: str | None, sign: str | None) -> Decimal | None:
    """The value of an `ix:nonFraction`: its text read by `form`, times 10^scale, negated by sign "-"."""
    number = _number(text, form)
    if number is None:
        return None
    try:
        power = int(scale or "0")
    except ValueError:
        return None
    if abs(power) > 30:
        return None
    value = number.scaleb(power)
    value = Decimal(format(value, "f"))
    return -value if sign == "-" and value else value


def _number(text: str, form: str) -> Decimal | None:
    if form in {"fixed-zero", "zerodash", "numdash", "fixedzero"}:
        return Decimal(0)
    if form in {"fixed-empty", "nocontent", "nil"}:
        return None
    if "word" in form:
        return _words(text)
    if "comma-decimal" in form or form in {"numcommadecimal", "numdotcomma", "numcomma", "numspacecomma"}:
        text = text.replace(".", "").replace(",", ".")
    elif "unit" in form:
        groups = re.findall(r"\d+", text.replace(",", ""))
        text = f"{groups[0]}.{groups[1]:0>2}" if len(groups) == 2 else "".join(groups)
    digits = re.sub(r"[^0-9.]", "", text)
    try:
        return Decimal(digits)
    except InvalidOperation:
        if digits:
            return None
        return Decimal(0) if text.strip() in {"-", "–", "—"} else _words(text)


def _words(text: str) -> Decimal | None:
    total = 0
    words = re.findall(r"[a-z]+|\d+", text.lower())
    for word in words:
        if word.isdigit():
            total += int(word)
        elif word == "hundred":
            total = max(total, 1) * 100
        elif word in _WORDS:
            total += _WORDS[word]
        elif word != "and":
            return None
    return Decimal(total) if words else None


def transform(text: str, form: str) -> str:
    """Text as its transformation reads it: fixed booleans, ballot boxes and dates (ISO); otherwise as printed."""
    if form in {"fixed-true", "booleantrue"}:
        return "true"
    if form in {"fixed-false", "booleanfalse"}:
        return "false"
    if form == "boolballotbox":
        return "false" if "☐" in text or "o" in text.lower() else "true"
    return _iso(text) if form.startswith("date") else text


def _iso(text: str) -> str:
    plain = " ".join(text.replace(",", " ").replace(".", " ").split())
    for shape, out in _DATE_FORMATS:
        try:
            return datetime.strptime(plain, shape).strftime(out)  # noqa: DTZ007
        except ValueError:
            continue
    for shape in _DAY_FORMATS:
        try:
            return datetime.strptime(f"{plain} 2000", shape).strftime("--%m-%d")  # noqa: DTZ007
        except ValueError:
            continue
    return text


def _text(element: etree._Element) -> str:
    """The text of an element without what `ix:exclude` leaves out."""
    if not len(element):
        return " ".join((element.text or "").split())
    parts: list[str] = [element.text or ""]
    for child in element:
        if local(child) not in {"", "exclude"}:
            parts.append(_text_of(child))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


def _text_of(element: etree._Element) -> str:
    return " ".join(t for t in element.itertext() if isinstance(t, str)) if len(element) else element.text or ""
