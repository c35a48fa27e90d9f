"""Definitions inside a question: "DPO is defined as: ...", "Define X as ...", "(X = A / B)", "i.e. A divided by B".

A question may bring its own formula, and then that formula is what is computed, as written. This module finds those
parts, says where they are, reads them with the one grammar, and puts definitions that use each other together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from chains.errors import FormulaError
from chains.formulas.expression import Binary, Constant, Expression, FirstOf, Item, Operator, Optional
from chains.formulas.lexer import Lexicon, default_lexicon
from chains.formulas.parser import parse_formula
from chains.formulas.trees import as_percent, at, check_size, shifted, substitute

MAX_CHARACTERS = 20_000
MAX_DEFINITIONS = 30
MAX_SENTENCE = 2000  # characters; the patterns below may take quadratic time
_MAX_CUES = 20

_PAST = r"(?:defined|calculated|computed|measured|determined|derived|expressed|given|obtained|found|taken|formulated)"
_AS = r"(?:as(?! of\b| at\b| shown\b| reported\b)|by(?! using\b)|to be|via|through)"
_FOLLOWING = (
    r"(?:\s+(?:follows|the following|the following formula|the formula|the result of|the value of)\b)?\s*[:,]?\s*"
)
_TRIGGER = re.compile(
    rf"""
    (?P<strong>,?\s+(?:(?:here|which|that|and|it)\s+)?
        (?:(?:is|are|was|can\ be|should\ be|may\ be|must\ be|being|to\ be)\s+)?
        (?:here\s+)?{_PAST}\s+(?:here\s+)?{_AS}{_FOLLOWING}
    |,?\s*\(\s*{_PAST}\s+{_AS}{_FOLLOWING}
    |\s+(?:is|are)\s+equal\s+to{_FOLLOWING}
    |\s*:?=\s*)
    |(?P<weak>,?\s+equals{_FOLLOWING}|,?\s+means{_FOLLOWING}|,?\s+refers\s+to{_FOLLOWING}
    |\s*[,(—–-]*\s*\b(?:i\.e\.?|that\ is|namely|in\ other\ words|meaning)(?!\w)\s*[,:]?\s*
    |(?<=\w)\s*,?\s*\((?=[^()]*(?:[+/×÷*−=]|\s[-–]\s|\b(?:divided|minus|less|plus|times)\b)))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_IMPERATIVE = re.compile(
    r"\b(?:define|calculate|compute|treat|take|measure|consider|express|interpret|determine|derive|assume|let)\s+"
    r"(?P<name>[^.:;=?]{2,80}?)\s+"
    r"(?:as(?! of\b| at\b| shown\b| an?\b)|to be|equal to|be|by(?= (?:dividing|subtracting|adding|multiplying|taking)))"
    r"\s*:?\s+",
    re.IGNORECASE,
)
_USING = re.compile(
    r"\b(?:calculate|compute|determine|measure|derive|define)\s+(?P<name>[^.:;=?(]{2,80}?)"
    r"\s+(?:using|from|with|based on)\s+"
    r"|(?P<apposed>[\w%&/ '’-]{2,60}?)\s*(?:\([A-Z%&/]{2,8}\)\s*)?\((?:using|based on|measured (?:using|with))\s+",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"\bwhere\s+(?P<name>[\w%&/ '’()-]{2,60}?)\s+(?:is|are|represents|denotes)\s+(?!the (?:year|company))", re.I
)
_NOT_INPUTS = re.compile(
    r"\b(?:information|data|details?|figures?|line items?|statements?|p&l|balance sheet|only|table|filing|report)\b",
    re.IGNORECASE,
)
_STOP = re.compile(
    r"""(?:,\s+(?:for|of|in|at|as|on|how|what|is|was|did|does|respectively)
        |,?\s+and\s+(?:how|what|is|was|did|does|whether|why))\b
    |[,;]?\s+(?:
    where\b|and\s+(?:round|express|report|give|answer|state|present|provide|use|show)\w*|round(?:ed|ing)?\b|truncat\w+
    |(?:expressed|reported|stated|presented|shown|measured)\s+(?:as|in|to)\b
    |as\s+(?:shown|reported|presented|disclosed|stated|a\s+percentage$)
    |in\s+(?:units|usd|us\s?\$|eur|gbp|\$|millions?|billions?|thousands?|dollars|percent\w*|%|decimal|order
        |the\s+(?:most|same|filing))
    |(?:please|answer|provide|report|give|state)\b|(?:based|relying)\s+on|to\s+(?:the\s+nearest|one|two|three|four|\d)\b
    |if\s+(?!any\b|applicable\b|reported\b)|when\b|assum\w+|according\b|because\b|which\b|so\s+that\b|using\b|then\b
    |for\s+(?:the\s+)?(?:company|purposes?|each|both|this|all)\b|with\s+(?:the|all|both)\b
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_SENTENCE_END = re.compile(
    r"(?<!\bi\.e)(?<!\be\.g)(?<!\bvs)(?<!\b[A-Z])(?<!\bInc)(?<!\bCorp)(?<!\bCo)(?<!\bavg)(?<!\bNo)[.](?=\s|$)|[?!;](?=\s|$)|\n",
    re.I,
)
_ABBREVIATION = re.compile(r"\s*\(\s*(?P<abbreviation>[A-Z][A-Za-z0-9&/%-]{1,9})\s*\)\s*$")
_NAME_BREAK = re.compile(
    r"""[,;:?(\[]|\b(?:what(?:['’]s|\s+is|\s+was|\s+are|\s+were)?|how|where|and|with|that|calculate|compute
    |define|determine|find|the|its|their|our|this|whose|has|have|had|is|was|following\ formula|use|using|formula)\b
    |['’]s?\s|\b(?:FY|fiscal(?:\s+year)?)\s?'?\d{2,4}\b|\b(?:19|20)\d\d\b
    |\bQ[1-4]\b|[-–—]\s""",
    re.VERBOSE | re.IGNORECASE,
)
_APPOSED_TAIL = re.compile(r"\s+(?:for|in|as of|at|during|between|from|over)\s+.*$", re.IGNORECASE | re.DOTALL)
_GERUNDS = tuple(
    (re.compile(rf"^(?:by )?{pattern}$", re.IGNORECASE), form)
    for pattern, form in (
        (r"dividing (.+?) by (.+)", r"(\1) / (\2)"),
        (r"(?:subtracting|deducting) (.+?) from (.+)", r"(\2) - (\1)"),
        (r"adding (.+?) (?:to|and) (.+)", r"(\1) + (\2)"),
        (r"multiplying (.+?) by (.+)", r"(\1) * (\2)"),
        (r"taking (.+?),? (?:and )?(?:then )?dividing (?:it |this |that |the result )?by (.+)", r"(\1) / (\2)"),
        (r"taking (.+?),? (?:and )?(?:then )?subtracting (.+)", r"(\1) - (\2)"),
    )
)
_ROLES = re.compile(
    r"(?P<above>.+?)\s+as\s+(?:the\s+)?numerator\s*,?\s+and\s+(?P<below>.+?)\s+as\s+(?:the\s+)?denominator",
    re.IGNORECASE,
)
_PERIOD_FIRST = re.compile(r"^(?:(?:FY|fiscal(?: year)?)\s?'?\d{2,4}|(?:19|20)\d\d)(?:['’]s)?\s+", re.IGNORECASE)
_COMMA_OPERATOR = re.compile(
    r",\s+(?=(?:and\s+)?(?:divided by|minus|less|plus|times|multiplied by|net of|over)\b)", re.I
)
_SAYS_PERCENT = re.compile(
    r"\bas (?:a )?(?:%|percent(?:age)?)|(?:percent(?:age)?|%) (?:change|increase)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition. `text` is its formula as written; `start` and `end` are its place in the question.

    `unit` is "percent" where the formula itself says so ("* 100", "as a percentage"); the expression is then the plain
    ratio. `expression` is None for a list of inputs that says not how they combine ("using A and B"): see `inputs`.
    """

    name: str
    abbreviation: str
    text: str
    expression: Expression | None
    unit: str = ""
    inputs: tuple[Expression, ...] = ()
    start: int = 0
    end: int = 0


def find_definitions(
    question: str, lexicon: Lexicon | None = None, known: Callable[[str], Expression | None] | None = None
) -> list[Definition]:
    """The definitions of a question, in order, with the ones they use filled in.

    `known` gives the usual expression of a name (a metric's): "X using A and B" is A + B where X is usually a sum.
    A part that only looks like a definition is left out; nothing here raises for an ordinary question.
    Raises FormulaError for a question that is too long.
    """
    if len(question) > MAX_CHARACTERS:
        raise FormulaError(f"the question has {len(question)} characters; at most {MAX_CHARACTERS} can be read")
    text, places = _squeezed(question)
    lexicon = lexicon or default_lexicon()
    found: list[Definition] = []
    for start, end in _sentences(text):
        found.extend(_in_sentence(text, start, end, lexicon, known))
        if len(found) > MAX_DEFINITIONS:
            break
    placed = [replace(d, start=places[d.start], end=places[d.end - 1] + 1) for d in _distinct(found)]
    return _filled(placed)


def _squeezed(question: str) -> tuple[str, list[int]]:
    """The question with every run of blanks as one (a line break after an operator too), and where each character was.

    The patterns below take cubic time in long runs of blanks.
    """
    kept: list[str] = []
    places: list[int] = []
    for match in re.finditer(r"\s+|\S+", question):
        piece = match[0]
        if piece.isspace():
            breaks = "\n" in piece and not (kept and kept[-1] in ":=+*/(,×÷−")
            piece = "\n" if breaks else " "
        kept.extend(piece)
        places.extend(range(match.start(), match.start() + len(piece)))
    return "".join(kept), places


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SENTENCE_END.finditer(text):
        yield start, match.start()
        start = match.end()
    if start < len(text):
        yield start, len(text)


def _in_sentence(
    text: str, start: int, end: int, lexicon: Lexicon, known: Callable[[str], Expression | None] | None
) -> list[Definition]:
    sentence = text[start : min(end, start + MAX_SENTENCE)]
    cues = sorted(_cues(sentence), key=lambda cue: cue[1])[:_MAX_CUES]
    found = []
    for position, (name_start, body_start, kind, name) in enumerate(cues):
        following = [c[0] for c in cues[position + 1 :] if c[0] > body_start and c[2] == "strong"]
        body = body_of(sentence[body_start : min(following, default=len(sentence))])
        definition = _read(name, body, kind, lexicon, known)
        if definition is not None:
            place = start + body_start
            found.append(replace(definition, start=start + name_start, end=place + len(body)))
    return found


def _cues(sentence: str) -> Iterator[tuple[int, int, str, str]]:
    """Where a definition may be: where its name starts, where its formula starts, the kind of cue, the name."""
    for match in _IMPERATIVE.finditer(sentence):
        yield match.start(), match.end(), "strong", match["name"]
    for match in _WHERE.finditer(sentence):
        yield match.start(), match.end(), "weak", match["name"]
    for match in _USING.finditer(sentence):
        name = match["name"] or _trailing_name(match["apposed"], apposed=True)
        yield match.start(), match.end(), "using", name
    for match in _TRIGGER.finditer(sentence):
        left = sentence[: match.start()]
        if re.search(r"[-+*/×÷−]\s*$|\b(?:plus|minus|less|over|times|divided by|of)\s*$", left):
            continue  # a bracket within a formula: what stands before it is no name
        apposed = match[0].lstrip()[:1] in (",", "(", "-", "–", "—") or not match["strong"]
        name = _trailing_name(left, apposed)
        yield (
            max(left.rfind(name), 0) if name else match.start(),
            match.end(),
            "strong" if match["strong"] else "weak",
            name,
        )


def _trailing_name(left: str, apposed: bool) -> str:
    """The noun phrase that ends `left`, with its abbreviation."""
    left = re.sub(r"\s+here$", "", left.rstrip(" ,"))
    abbreviation = _ABBREVIATION.search(left)
    stem = left[: abbreviation.start()] if abbreviation else left
    if apposed and len(cut := _APPOSED_TAIL.sub("", stem)) > 3:
        stem = cut
    stem = re.sub(r"(?:['’]s)?\s+(?:(?:FY|fiscal(?: year)?)\s?'?\d{2,4}|(?:19|20)\d\d)\s*$", "", stem)
    breaks = list(_NAME_BREAK.finditer(stem))
    name = stem[breaks[-1].end() :] if breaks else stem
    return " ".join(name.split()).strip(" '\"“”") + (abbreviation[0] if abbreviation else "")


def body_of(text: str) -> str:
    """The formula part: up to an unopened closing bracket, or to where the sentence goes on to something else."""
    depth = 0
    for index, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if depth < 0:
            text = text[:index]
            break
    for stop in _STOP.finditer(text):
        if text.count("(", 0, stop.start()) == text.count(")", 0, stop.start()):
            text = text[: stop.start()]
            break
    return re.sub(r"[,;\s]+(?:(?:and|where|with)\s*)?(?:\s(?:the|its)\s*)?$", "", text)


def _read(
    name: str, body: str, kind: str, lexicon: Lexicon, known: Callable[[str], Expression | None] | None
) -> Definition | None:
    match = _ABBREVIATION.search(name)
    abbreviation = match["abbreviation"] if match else ""
    name = name[: match.start()] if match else name
    name = re.sub(r"^(?:the|a|an|its|your|total value of)\s+", "", " ".join(name.split()).strip(" ,:'\"“”"), flags=re.I)
    name = _PERIOD_FIRST.sub("", name)
    if not abbreviation and re.fullmatch(r"[A-Z][A-Z0-9&/-]{1,7}", name):
        abbreviation = name
    formula = body.strip(" \"“”'`:,")
    if not formula or len(name) > 100:
        return None
    if kind == "using":
        return _inputs(name, abbreviation, formula, lexicon, known)
    expression = parsed(formula, lexicon)
    if expression is None:
        return None
    computed = not isinstance(expression, Item | Constant)
    if not computed and (kind == "weak" or not (isinstance(expression, Item) and lexicon.knows(expression.phrase))):
        return None
    expression, percent = as_percent(expression)
    percent = percent or bool(_SAYS_PERCENT.search(formula))
    return Definition(name, abbreviation, formula, expression, "percent" if percent else "")


def parsed(formula: str, lexicon: Lexicon, *, whole: bool = False) -> Expression | None:
    """The expression of a formula, or of its longest readable beginning that ends at a comma or the like."""
    for pattern, form in _GERUNDS:
        formula = pattern.sub(form, formula)
    formula = _COMMA_OPERATOR.sub(" ", formula)
    formula = formula.rsplit("=", 1)[-1]
    ends = [len(formula), *sorted((m.start() for m in re.finditer(r",|\s+(?:for|in|at|as)\s", formula)), reverse=True)]
    for end in ends[: 1 if whole else 6]:
        try:
            return parse_formula(formula[:end], lexicon)
        except FormulaError:
            continue
    return None


def _inputs(
    name: str, abbreviation: str, formula: str, lexicon: Lexicon, known: Callable[[str], Expression | None] | None
) -> Definition | None:
    """ "X using A and B": the items, and their sum where X is usually a sum of as many."""
    if _NOT_INPUTS.search(re.sub(r"\((?:from|per|in)[^)]*\)", "", formula)):
        return None
    roles = _ROLES.match(formula)
    read = f"({roles['above']}) / ({roles['below']})" if roles else f"sum of {formula}"
    try:
        listed = parse_formula(read, lexicon)
    except FormulaError:
        return None
    terms = _summands(listed)
    if len(terms) < 2:
        return None if isinstance(listed, Item) else Definition(name, abbreviation, formula, listed)
    usual = known(name) if known else None
    sums = usual is not None and len(_summands(_first_choice(usual))) == len(terms)
    return Definition(name, abbreviation, formula, listed if sums else None, inputs=terms)


def _summands(expression: Expression) -> tuple[Expression, ...]:
    match expression:
        case Binary(Operator.ADD, left, right):
            return (*_summands(left), *_summands(right))
        case _:
            return (expression,)


def _first_choice(expression: Expression) -> Expression:
    while isinstance(expression, FirstOf):
        sums = [a for a in expression.alternatives if isinstance(a, Binary)]
        expression = sums[0] if sums else expression.alternatives[0]
    return expression.term if isinstance(expression, Optional) else expression


def _distinct(found: list[Definition]) -> list[Definition]:
    """Of definitions that overlap or share a name, the first; a nameless one only where it stands alone."""
    kept: list[Definition] = []
    for definition in found:
        same = any(k.name and k.name.lower() == definition.name.lower() for k in kept)
        overlaps = any(
            definition.start < k.end and k.start < definition.end and definition.text in k.text for k in kept
        )
        if not same and not overlaps:
            kept.append(definition)
    return kept


def _filled(found: list[Definition]) -> list[Definition]:
    """Each definition with the names that other definitions explain replaced by their expressions."""
    table = {
        key.lower(): d for d in reversed(found) for key in (d.name, d.abbreviation) if key and d.expression is not None
    }

    def fill(expression: Expression, open_names: frozenset[str]) -> Expression:
        def change(item: Item) -> Expression:
            definition = table.get(item.phrase.lower())
            if definition is None or definition.expression is None or definition.name.lower() in open_names:
                return item
            inner = fill(definition.expression, open_names | {definition.name.lower()})
            inner = shifted(inner, item.shift) if item.shift else inner
            return at(inner, item.period) if item.period is not None else inner

        return check_size(substitute(expression, change))

    filled = []
    for definition in found:
        if definition.expression is None:
            filled.append(definition)
            continue
        try:
            filled.append(
                replace(definition, expression=fill(definition.expression, frozenset({definition.name.lower()})))
            )
        except FormulaError:
            filled.append(definition)
    return filled
