"""Read a question: what it asks, and what it says about how to answer (statement, unit, scale, rounding).

Analysts wrap a question in a role ("You are an investment banker ..."), a source ("... by relying on the cash
flow statement") and a format ("Answer in USD millions"). The wrapping is taken off by what its sentences are
made of (tables in question.toml), and what it means is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from chains.phrases import any_of, holds
from chains.tables import read_table
from ingest.schema import Statement

MAX_LENGTH = 20_000
_SENTENCE = re.compile(r"(?<=[.?!])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9])|(?<=\?)\s+|\s*\n+\s*")
_ABBREVIATION = re.compile(
    r"\b(?:vs|inc|corp|co|ltd|u\.s|e\.g|i\.e|approx|no|st|mr|ms|dr|jr|sr|dec|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov)\.$",
    re.I,
)
_SHORT_TAIL = 5
"""Words behind a colon that ask for something of what stands before it."""
_ROUNDING = re.compile(
    r",?\s*\b(?:and\s+)?(?:(?:round(?:ed|ing)?|shown|given|expressed|answer(?:ed)?)\b[\w\s]{0,20}?)?\b(?:to|with|using)\s+(?:the\s+)?"
    r"(?:(?:\d+|[a-z]+)[\s-]+(?:decimals?(?:[\s-]+(?:places?|points?|digits?))?|d\.?p\.?)(?!\w)|nearest\s+(?:whole\s+)?[a-z]+)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class OutputUnit:
    """The unit that a question asks its answer in.

    `kind` is "" (not said), "currency", "percent", "points", "basis_points", "days", "times" or "shares";
    `scale` is the power of ten (6 for millions) or None where the question names none.
    """

    kind: str = ""
    currency: str = ""
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question as read. `text` is the whole of it, `core` the asking sentence without its wrapping.

    `statements` are the statements it wants to be answered from; `decimals` the places to round to, if said.
    """

    text: str
    core: str
    statements: tuple[Statement, ...] = ()
    unit: OutputUnit = OutputUnit()
    decimals: int | None = None


def tables() -> dict[str, Any]:
    """The tables of question.toml."""
    return read_table("question.toml")


def normalise(text: str) -> str:
    """Lower case, straight quotes and dashes, one space; apostrophes become spaces ("here's" -> "here s")."""
    text = text.lower().replace("’", "'").replace("‘", "'").replace("–", "-").replace("—", "-")
    return " ".join(re.sub(r"['`]", " ", text).split())


def read_question(text: str) -> Question:
    """Read a question of any length; of more than 20,000 characters the first are read."""
    text = " ".join(text[:MAX_LENGTH].replace("\u00a0", " ").split(" ")).strip()
    text = _spelt_units(_ungreeted(text))
    return Question(
        text=text,
        core=core_of(text),
        statements=find_statements(text),
        unit=find_unit(text),
        decimals=find_decimals(text),
    )


@cache
def _greeting() -> re.Pattern[str]:
    table = tables()["greetings"]
    alone, apart = (any_of(table[k], space=" ") for k in ("alone", "apart"))
    return re.compile(
        rf"^\s*(?:(?:{alone})(?![\w&.'’-])(?:\s+(?:there|all|team)\b)?[\s,.:;!–-]*|(?:{apart})\s*[,:;!–-]\s*)", re.I
    )


def _ungreeted(text: str) -> str:
    """A text without the greeting before it ("hi, ...", "quick one: ..."); a greeting alone is left as it is."""
    for _ in range(3):
        shorter = _greeting().sub("", text, count=1)
        if not shorter.strip(" ?!.") or shorter == text:
            break
        text = shorter
    return text


@cache
def _sign_and_scale() -> re.Pattern[str]:
    """A currency's sign with a scale and no number, and what leads to it: "in $bn", ", $m", "how many $m"."""
    t = tables()
    signs, scales = (
        any_of(words, space=" ") for words in ([c for c in t["currencies"] if not c[-1].isalpha()], t["scales"])
    )
    codes = "|".join(c for c in t["currencies"] if len(c) == 3)
    return re.compile(
        rf"(?P<many>\bhow many\s+)?(?P<lead>\b(?:{'|'.join(t['unit_filler']['leads'])})\s+)?"
        rf"(?<![\w$€£¥.,])(?:(?P<sign>{signs})\s?|(?P<code>{codes})\s?(?=(?:bn|mn|mm|mln|bln|m|b|k)\b))(?P<scale>{scales})(?![\w&])",
        re.I,
    )


def _spelt_units(text: str) -> str:
    """ "In $bn", ", $bn" and "how many $m" as "in USD billion", which the reading of units and phrases knows."""

    def spelt(match: re.Match[str]) -> str:
        if not match["lead"] and re.search(r"\d\s*$", text[: match.start()]):
            return match[0]
        t = tables()
        named = (match["sign"] or match["code"]).lower()
        scale = next(
            w
            for w in ("thousand", "million", "billion", "trillion")
            if t["scales"][w] == t["scales"][match["scale"].lower()]
        )
        how = "how much in" if match["many"] else (match["lead"] or "in").strip()
        return f"{how} {t['currencies'][named]} {scale}"

    return _sign_and_scale().sub(spelt, text)


def sentences(text: str) -> list[str]:
    """Split into sentences; abbreviations ("U.S.", "vs.", "Inc.") do not end one."""
    parts: list[str] = []
    for part in _SENTENCE.split(text):
        if not part or not part.strip():
            continue
        if parts and _ABBREVIATION.search(parts[-1]):
            parts[-1] += " " + part.strip()
        else:
            parts.append(part.strip())
    return parts


def core_of(text: str) -> str:
    """The asking sentence: no role, no instructions, no leading clause about sources, no unit in brackets."""
    candidates = [p for s in sentences(text) for p in _after_colon(s)]
    asking = [c for c in candidates if _asks(c)]
    # Without a question, the sentence that names a year asks ("Give the FY2018 tax expense of ...").
    dated = [c for c in candidates if re.search(r"\b(?:FY\s?'?\d\d|(?:19|20)\d\d)", c) and not is_definition(c)]
    chosen = (asking or dated or [c for c in candidates if not is_instruction(c)] or [text])[0]
    if _refers(chosen) and (before := [c for c in candidates[: candidates.index(chosen)] if not is_instruction(c)]):
        # "The tax rate jumped to 18%. What explains it?" asks for the cause of what stands before it.
        chosen = f"{before[-1]} {chosen}"
    chosen = _unframed(_drop_leading_clause(chosen))
    return re.sub(r"\s+", " ", _drop_unit_remarks(chosen)).strip(" ,:;")


def _refers(sentence: str) -> bool:
    """Whether a sentence asks for a cause and names nothing: its words are all of the table [referring]."""
    table = tables()["referring"]
    words = re.findall(r"[a-z]+", normalise(sentence))
    return bool(words) and set(words) <= set(table["words"]) and not set(words).isdisjoint(table["must"])


@cache
def _frames() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What polite people put before and behind what they ask: the table [frames] of question.toml."""

    def one_of(name: str) -> str:
        return any_of(tables()["frames"][name])

    soft = rf"(?:(?:{one_of('softeners')})[\s,]+)*"
    # "Could you give me", "please tell me", "do you know"; a bare order ("calculate") is left to what reads it.
    lead = (
        rf"^\W*{soft}(?:(?:(?:{one_of('requests')})[\s,]+{soft}(?:(?:{one_of('orders')})\b(?:\s+(?:me|us))?"
        rf"|(?=(?:{one_of('kept')})\b))|(?:{one_of('orders')})\s+(?:me|us)\b|(?:{one_of('openings')})\b)"
        rf"(?!\s*[?.!]*$)[\s,:]*{soft})"
    )
    tail = rf"(?:[\s,]+(?:{one_of('tails')}))+(?=[\s?.!]*$)|\s+(?:please|pls|plz)(?=\s*[,:;])"
    return re.compile(lead, re.I), re.compile(tail, re.I)


def _unframed(core: str) -> str:
    """A question without the courtesy around it: "could you give me X, please?" is "X?".

    "Could you tell whether X rose" stays: it is answered by yes or no.
    """
    lead, tail = _frames()
    core = tail.sub("", core)
    for _ in range(2):
        match = lead.match(core)
        if match is None or re.match(r"(?:whether|if|about|more about)\b", core[match.end() :], re.I):
            break
        core = core[match.end() :]
    return core


def asks_advice(text: str) -> bool:
    """Does a text ask what to do with shares, or what they will be worth? Reports do not say, and finagent does not."""
    flat = normalise(text)
    return holds(flat, tables()["advice"]["phrases"]) or bool(_advice().search(flat))


@cache
def _advice() -> re.Pattern[str]:
    table = tables()["advice"]
    lists = {k: any_of(table[k], space=" ") for k in ("deeds", "goods", "papers")}
    patterns = (p for p in table["patterns"])
    return re.compile("|".join(re.sub(r"\{(deeds|goods|papers)\}", lambda m: lists[m[1]], p) for p in patterns))


def is_definition(sentence: str) -> bool:
    """Does this sentence define a measure ("DPO is defined as: ...", "Define X as ...")?"""
    return bool(re.search(r"\b(?:is|are|be|here)?\s*defined as\b|^\W*define\b|\bdefinition of\b", sentence, re.I))


def is_instruction(sentence: str) -> bool:
    """Does this sentence or clause only say how to answer?"""
    flat = re.sub(r"[^a-z0-9&%$ ]+", " ", normalise(sentence))
    flat = " ".join(flat.split())
    table = tables()["instructions"]
    opens = any(flat == o or flat.startswith(o + " ") for o in table["openers"])
    return opens and holds(flat, table["objects"])


def _asks(part: str) -> bool:
    flat = normalise(part)
    if is_definition(part):
        # "What is X? X is defined as ..." puts the definition apart; a definition alone asks nothing.
        return part.rstrip().endswith("?") and starts_interrogative(flat)
    if part.rstrip(" )\"'").endswith("?"):
        return not re.match(r"(?:if|when) .*(?:state|explain)", flat)
    if is_instruction(part) and not re.search(r"\b(?:what|how much|how many|which)\b", flat):
        return False
    return starts_interrogative(flat) or bool(
        re.search(r"[,:] (?:what|how|which|calculate|compute|find|did|does|is|was|has)\b", flat)
    )


def starts_interrogative(text: str) -> bool:
    """Does a text begin as a question or as an order to compute something?"""
    flat = normalise(text)
    return any(flat.startswith(w + " ") for w in tables()["instructions"]["interrogatives"])


def _after_colon(sentence: str) -> list[str]:
    """Split "Here's the question: what is ...?" at its colon; a definition keeps its own."""
    head, colon, tail = sentence.partition(": ")
    introduced = tail.rstrip(" )\"'").endswith("?") and len(head.split()) <= 8
    dated = re.compile(r"\b(?:FY\s?'?\d\d|(?:19|20)\d\d)", re.I)
    whole = len(tail.split()) <= _SHORT_TAIL or dated.search(tail) or not starts_interrogative(normalise(tail))
    if colon and dated.search(head) and whole:
        # "Net income of Acme, 2024 vs 2025: which was higher?": the head is what is asked about.
        return [sentence]
    if (
        colon
        and not is_definition(head + ":")
        and (introduced or starts_interrogative(normalise(tail)) or is_instruction(head))
    ):
        return [head, *_after_colon(tail)]
    return [sentence]


def _drop_leading_clause(sentence: str) -> str:
    """Drop clauses about sources before the question word; keep those that carry meaning ("In 2020, ...")."""
    parts = re.split(r"(?<=[,;])\s+", sentence)
    for i, part in enumerate(parts):
        if i and starts_interrogative(normalise(part)):
            lead = " ".join(parts[:i])
            if is_instruction(lead):
                return " ".join(parts[i:])
            return sentence
    return sentence


def _drop_unit_remarks(sentence: str) -> str:
    """Drop "(in USD millions)", "(as a %)", "(in units of percents and round to one decimal place)"."""

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


_TAIL_REMARK = re.compile(
    r"(?:\s*[,;]\s*|\s+)(?:(?:rounded\s+)?(?:to\s+)?(?:\d+|one|two|three|an?)\s*(?:decimals?(?:\s+places?)?|d\.?p\.?)(?!\w)"
    r"|(?<=[,;]\s)(?:in\s+)?(?:%|pct|percent|per\s+cent)(?!\w))(?=[\s?.]*$)",
    re.I,
)
"""A remark on the form of the answer behind all else: "..., pct, two dp"."""


def _untailed(sentence: str) -> str:
    """A question without the remarks on the form of its answer at its end."""
    for _ in range(3):
        shorter = _TAIL_REMARK.sub("", sentence)
        if shorter == sentence or not shorter.strip(" ?."):
            break
        sentence = shorter
    return sentence


def find_statements(text: str) -> tuple[Statement, ...]:
    """The statements that a text names, in the order of `Statement`."""
    flat = re.sub(r"[\s\-]+", " ", normalise(text).replace("shareholders ", "shareholders ")).replace(
        "statements", "statement"
    )
    flat = re.sub(r"\bcash flows\b", "cash flow", flat)
    flat = re.sub(r"\bconsolidated ", "", flat)
    names = tables()["statements"]
    return tuple(Statement(key) for key in names if holds(flat, names[key], ending="s?"))


@cache
def statement_remark() -> re.Pattern[str]:
    """A remark about where something is printed: "outlined in the income statement", "on its balance sheet"."""
    names = any_of((n for ns in tables()["statements"].values() for n in ns), space=" ")
    body = names.replace("statement", "statements?").replace("sheet", "sheets?")
    verbs = (
        "outlined|shown|listed|reported|stated|presented|found|disclosed|recorded|displayed|worked\\s+out|computed|calculated|derived"
        "|taken|drawn|obtained|read|measured|determined|based|going|straight|directly|as"
    )
    return re.compile(
        rf"(?:,\s*)?(?:\b(?:directly|explicitly|clearly)\s+)?(?:\b(?:{verbs})\s+)?(?:\b(?:in|on|from|within|per|using|by|out\s+of|with)\s+)?"
        rf"(?:\b(?:the|its|their)\s+)?(?:consolidated\s+)?\b(?<!\boff[\s-])(?:{body})(?![\w-])(?:\s+only)?",
        re.I,
    )


@cache
def _unit_pattern() -> re.Pattern[str]:
    t = tables()
    units = (w for ws in t["units"].values() for w in ws)
    word = any_of({*t["scales"], *units, *t["currencies"], *t["unit_filler"]["words"]}, space=" ")
    lead = "|".join(t["unit_filler"]["leads"])
    return re.compile(rf"(?<![\w$%])(?:(?:{lead})\s+|\()(?P<body>(?:(?:{word})(?![\w&])[\s,]*)+)", re.I)


def find_unit(text: str) -> OutputUnit:
    """The unit asked for: "in USD millions", "as a %", "in units of percents", "(in $ billions)", "in days"."""
    t = tables()
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
    t = tables()
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
