"""In what form a question wants its answer: the unit, the scale and the places to round to.

"In USD millions", "as a %", "in $bn", "rounded to two decimals": the words are tables of question.toml.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from chains.measures.phrases import any_of
from chains.measures.phrasing import normalise
from chains.tables import read_table

_ROUNDING = re.compile(
    r",?\s*\b(?:and\s+)?(?:(?:round(?:ed|ing)?|shown|given|expressed|answer(?:ed)?)\b[\w\s]{0,20}?)?\b(?:to|with|using)\s+(?:the\s+)?"
    r"(?:(?:\d+|[a-z]+)[\s-]+(?:decimals?(?:[\s-]+(?:places?|points?|digits?))?|d\.?p\.?)(?!\w)|nearest\s+(?:whole\s+)?[a-z]+)",
    re.I,
)
_TAIL_REMARK = re.compile(
    r"(?:\s*[,;]\s*|\s+)(?:(?:rounded\s+)?(?:to\s+)?(?:\d+|one|two|three|an?)\s*(?:decimals?(?:\s+places?)?|d\.?p\.?)(?!\w)"
    r"|(?<=[,;]\s)(?:in\s+)?(?:%|pct|percent|per\s+cent)(?!\w))(?=[\s?.]*$)",
    re.I,
)
"""A remark on the form of the answer behind all else: "..., pct, two dp"."""


@dataclass(frozen=True, slots=True)
class OutputUnit:
    """The unit that a question asks its answer in.

    `kind` is "" (not said), "currency", "percent", "points", "basis_points", "days", "times" or "shares";
    `scale` is the power of ten (6 for millions) or None where the question names none.
    """

    kind: str = ""
    currency: str = ""
    scale: int | None = None


def find_unit(text: str) -> OutputUnit:
    """The unit asked for: "in USD millions", "as a %", "in units of percents", "(in $ billions)", "in days"."""
    t = read_table("question.toml")
    kind, currency, scale = "", "", None
    flat = normalise(text)
    counted = re.search(r"\bhow many (basis points|bps|percentage points)\b", flat)
    if counted is not None:
        return OutputUnit("points" if counted[1] == "percentage points" else "basis_points")
    for match in _unit_pattern().finditer(flat):
        body = match["body"].strip(" ,")
        tokens = body.split()
        found_kind = next(
            (k for k in ("points", "basis_points") if any(f" {w} " in f" {body} " for w in t["units"][k])),
            next((k for k, ws in t["units"].items() if any(f" {w} " in f" {body} " for w in ws)), ""),
        )
        found_scale = next((t["scales"][w] for w in tokens if w in t["scales"]), None)
        found_currency = next((t["currencies"][w] for w in tokens if w in t["currencies"]), "")
        if (
            len(tokens) == 1
            and tokens[0] in {"m", "b", "k", "x", "day", "ratio", "multiple", "a", "shares", "days", "share", "dollar"}
            and match.group(0)[0] != "("
        ):
            found_scale = None if tokens[0] in {"m", "b", "k"} else found_scale
            if tokens[0] in {"x", "a", "ratio", "multiple", "share", "day"}:
                continue
        if found_kind and not kind:
            kind = found_kind
        if found_currency and not currency:
            currency, kind = found_currency, kind or "currency"
        if found_scale is not None and scale is None and not re.match(r"nearest", body):
            scale = found_scale
    if (
        re.search(
            r"\bwhat (?:percent|percentage|%)|\bby what percent|\bpercentage of\b|\bhow many (?:percent|%|pct)"
            r"|[,(]\s*(?:%|pct|percent|per cent)\s*\)?(?=[\s?.]*$|\s*,)",
            flat,
        )
        and not kind
    ):
        kind = "percent"
    if scale is not None and not kind:
        kind = "currency"
    return OutputUnit(kind, currency, scale)


def find_decimals(text: str) -> int | None:
    """Places to round to: "round to two decimal places", "to 1 d.p.", "to the nearest tenth"."""
    t = read_table("question.toml")
    flat = normalise(text)
    match = re.search(
        r"\b(\d+(?=d\.?p)|(?:\d+|[a-z]+)[\s-]+(?=d))(?:decimals?(?:[\s-]+(?:places?|points?|digits?))?|d\.?p\.?)(?!\w)",
        flat,
    )
    if match:
        word = match[1].strip(" -")
        if word.isdigit():
            return min(int(word), 10)
        if word in t["numbers"]:
            return int(t["numbers"][word])
    match = re.search(r"\bnearest (whole number|[a-z]+)", flat)
    if match and match[1] in t["nearest"]:
        return int(t["nearest"][match[1]])
    if re.search(r"\bwhole (?:number|percent)", flat):
        return 0
    return None


def spelt_units(text: str) -> str:
    """ "In $bn", ", $bn" and "how many $m" as "in USD billion", which the reading of units and phrases knows."""

    def spelt(match: re.Match[str]) -> str:
        if not match["lead"] and re.search(r"\d\s*$", text[: match.start()]):
            return match[0]
        t = read_table("question.toml")
        named = (match["sign"] or match["code"]).lower()
        scale = next(
            w
            for w in ("thousand", "million", "billion", "trillion")
            if t["scales"][w] == t["scales"][match["scale"].lower()]
        )
        how = "how much in" if match["many"] else (match["lead"] or "in").strip()
        return f"{how} {t['currencies'][named]} {scale}"

    return _sign_and_scale().sub(spelt, text)


def without_form(sentence: str) -> str:
    """A sentence without its remarks on the form of the answer: "(in USD millions)", "to one decimal place"."""

    def keep(match: re.Match[str]) -> str:
        inside = match.group(1)
        said = find_unit(f"({inside})") != OutputUnit() or find_decimals(inside) is not None
        return (
            ""
            if said
            and re.match(
                r"\s*(?:in|as|to|expressed|rounded?|answer|usd|\$|%|millions|billions|thousands)\b|\s*[%$]",
                inside,
                re.I,
            )
            else match.group(0)
        )

    sentence = re.sub(r"\s*\(([^()]*)\)", keep, sentence)

    def keep_bare(match: re.Match[str]) -> str:
        unit = find_unit(match.group(0))
        said = match.group(0)
        # "As a percentage of revenue" is what is asked, "as a percentage" how to answer.
        alone = (
            unit.kind == "percent"
            and not re.search(r"\bof(?:\s+the)?\s*$", said)
            and sentence[match.end() :].lstrip()[:2] != "of"
        )
        return " " if unit.scale is not None or unit.kind in ("basis_points", "points") or alone else said

    return _untailed(_ROUNDING.sub(" ", _unit_pattern().sub(keep_bare, sentence)))


def _untailed(sentence: str) -> str:
    """A question without the remarks on the form of its answer at its end."""
    for _ in range(3):
        shorter = _TAIL_REMARK.sub("", sentence)
        if shorter == sentence or not shorter.strip(" ?."):
            break
        sentence = shorter
    return sentence


@cache
def _unit_pattern() -> re.Pattern[str]:
    t = read_table("question.toml")
    units = (w for ws in t["units"].values() for w in ws)
    word = any_of({*t["scales"], *units, *t["currencies"], *t["unit_filler"]["words"]}, space=" ")
    lead = "|".join(t["unit_filler"]["leads"])
    return re.compile(rf"(?<![\w$%])(?:(?:{lead})\s+|\()(?P<body>(?:(?:{word})(?![\w&])[\s,]*)+)", re.I)


@cache
def _sign_and_scale() -> re.Pattern[str]:
    """A currency's sign with a scale and no number, and what leads to it: "in $bn", ", $m", "how many $m"."""
    t = read_table("question.toml")
    signs, scales = (
        any_of(words, space=" ") for words in ([c for c in t["currencies"] if not c[-1].isalpha()], t["scales"])
    )
    codes = "|".join(c for c in t["currencies"] if len(c) == 3)
    return re.compile(
        rf"(?P<many>\bhow many\s+)?(?P<lead>\b(?:{'|'.join(t['unit_filler']['leads'])})\s+)?"
        rf"(?<![\w$€£¥.,])(?:(?P<sign>{signs})\s?|(?P<code>{codes})\s?(?=(?:bn|mn|mm|mln|bln|m|b|k)\b))(?P<scale>{scales})(?![\w&])",
        re.I,
    )
