"""Tool calls of a model that cannot write them: a tool chosen by its words, its arguments read and not invented.

The tool is the one whose name and description share most words with the request. Its arguments are filled by their JSON
schema from what is there: strings with what is quoted, else with the whole text; choices by the word that names them;
numbers in the order in which they stand. What is not there is left out, and the tool then says what it lacks.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from chains.errors import ChainError
from chains.sentences.asked_words import tables
from chains.sentences.stems import stems

_DEEPEST, _MOST = 8, 500  # levels and values of a schema that are looked at; a schema may refer to itself
_NOTHING: Any = object()
_QUOTED = re.compile(r"(?<!\w)(?:\"([^\"]+)\"|“([^”]+)”|'([^']+)'|‘([^’]+)’|`([^`]+)`|«([^»]+)»)(?!\w)")
_NUMBER = re.compile(r"(?<![\w.,])[-−]?\d[\d,]{0,30}(?:\.\d{1,30})?(?![\w]|[.,]?\d)")
_WORDS = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WHOLE = frozenset({"question", "query", "request", "prompt", "message", "input", "text"})
"""Names of arguments that take all that was said, whatever in it is quoted."""
_VALUES = frozenset({"value", "amount", "number", "result", "answer", "figure"})
"""Names of arguments that mean the number of an answer."""
_TIMES = frozenset({"year", "quarter", "month", "week", "day", "date", "time", "period", "page"})
"""Words of names of arguments that never mean the number of an answer."""
_TRUE, _FALSE = frozenset({"yes", "true", "on"}), frozenset({"no", "false", "off", "not", "without"})
_POLITE = ("please", "use", "using", "tool", "me", "my", "i", "you", "your", "it", "this", "that", "or", "if", "not")
_FORCED = ("any", "required", True)


@dataclass(frozen=True, slots=True)
class Source:
    """What arguments are filled from: a text, its numbers in order, and values known by name.

    `asked` is the question that the text answers, "" where the text is itself the request.
    """

    text: str
    numbers: tuple[float, ...] = ()
    known: Mapping[str, Any] = field(default_factory=dict)
    asked: str = ""


def of_request(text: str) -> Source:
    """What a person said, to fill the arguments of a tool."""
    return Source(text, tuple(_number(match[0]) for match in _NUMBER.finditer(text)))


def of_answer(record: Mapping[str, Any]) -> Source:
    """An answer's record (`Answer.record`), to fill a structured output: its number, and none of the question's."""
    value = record.get("value")
    return Source(str(record["answer"]), () if value is None else (value,), record, str(record["question"]))


def named_tools(tools: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The functions of tools in OpenAI's form, by name."""
    return {str(function["name"]): function for tool in tools if (function := tool.get("function"))}


def choose(
    tools: Sequence[Mapping[str, Any]], tool_choice: Any, request: str, used: Collection[str] = ()
) -> Mapping[str, Any] | None:
    """The function to call for a request, or None to answer in words. `used` have been called for it already.

    `tool_choice` is None or "auto" (a call where the words of a tool are in the request), "none", "any" or "required",
    or a tool's name, alone or in OpenAI's form.

    Raises ChainError where no tool has the name that is to be called.
    """
    functions = named_tools(tools)
    if isinstance(tool_choice, Mapping):
        tool_choice = tool_choice.get("function", tool_choice).get("name") or tool_choice.get("type", "any")
    if not functions or tool_choice == "none":
        return None
    if tool_choice is not None and tool_choice != "auto" and tool_choice not in _FORCED:
        if tool_choice not in functions:
            raise ChainError(
                f"there is no tool {str(tool_choice)[:80]!r} to call; expected one of {', '.join(functions)}"
            )
        return None if tool_choice in used else functions[tool_choice]
    left = [function for name, function in functions.items() if name not in used]
    if not left:
        return None
    scored = [(*_score(function, request), -place) for place, function in enumerate(left)]
    best = max(scored, key=lambda s: (2 * s[0] + s[1], s[2]))
    if tool_choice in _FORCED:
        return left[-best[2]]
    # Tools that have run are told of; a further one is called only where it must be.
    near = not used and (best[0] >= 1 or best[1] >= 2)
    return left[-best[2]] if near else None


def _score(function: Mapping[str, Any], request: str) -> tuple[int, int]:
    """How many words a request shares with a tool's name, and how many with what is said of the tool."""
    said = _content(request)
    name = _content(str(function["name"]))
    told = _content(f"{function.get('description', '')} {' '.join(_properties(function.get('parameters') or {}))}")
    return len(said & name), len(said & (told - name))


def _content(text: str) -> frozenset[str]:
    return frozenset(stems(_CAMEL.sub(" ", text).replace("_", " "))) - _small()


@cache
def _small() -> frozenset[str]:
    """The stems of words that say nothing about what is to be done."""
    return frozenset(stem for word in (*tables()["languages"]["en"], *_POLITE) for stem in stems(word))


def call_id(name: str, arguments: Mapping[str, Any], place: int) -> str:
    """An id for a call made at a `place` of the conversation: the same conversation has the same ids again."""
    said = json.dumps([name, arguments, place], sort_keys=True, default=str)
    return f"call_{hashlib.sha256(said.encode()).hexdigest()[:24]}"


def fill(schema: Mapping[str, Any], source: Source) -> dict[str, Any]:
    """Arguments for the JSON schema of an object. What the source does not hold is left out."""
    return _Filler(schema, source).object(schema, 0)


class _Filler:
    """Fills one call; quoted texts and numbers are used up in order."""

    def __init__(self, schema: Mapping[str, Any], source: Source) -> None:
        self._source = source
        self._definitions: Mapping[str, Any] = {**schema.get("definitions", {}), **schema.get("$defs", {})}
        quoted = (next(filter(None, match.groups())) for match in _QUOTED.finditer(source.text))
        self._quoted = [] if source.asked else list(quoted)
        self._numbers = list(source.numbers)
        refused = source.asked and source.known.get("status") != "answered"
        self._left = _MOST
        self._said = "" if refused else " ".join(_WORDS.findall(source.text.lower()))

    def object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        required = schema.get("required", ())
        made = {}
        for name, property_ in _properties(schema).items():
            value = self.value(name, property_, name in required, depth + 1)
            if value is not _NOTHING:
                made[name] = value
        return made

    def value(self, name: str, schema: Mapping[str, Any], required: bool, depth: int) -> Any:
        self._left -= 1
        if depth > _DEEPEST or self._left < 0:
            return _NOTHING
        if "$ref" in schema:
            schema = self._definitions.get(str(schema["$ref"]).rpartition("/")[2], {})
        if name in self._source.known and fits(self._source.known[name], schema):
            return self._source.known[name]
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._choice(schema["enum"])
        for several in ("anyOf", "oneOf", "allOf"):
            if several in schema:
                made = (self.value(name, one, required, depth + 1) for one in schema[several])
                return next((value for value in made if value is not _NOTHING), _NOTHING)
        match _type(schema):
            case "string":
                return self._string(name, required)
            case "integer" | "number" as kind:
                return self._number(name, required, whole=kind == "integer")
            case "boolean":
                return self._truth(name, required)
            case "array":
                return self._list(name, schema, required, depth)
            case "object":
                return self.object(schema, depth) if required or self._names(name) else _NOTHING
            case _:
                return _NOTHING

    def _string(self, name: str, required: bool) -> Any:
        if name.lower() in _WHOLE:
            return self._source.text
        if self._quoted:
            return self._quoted.pop(0)
        return self._source.text if required else _NOTHING

    def _number(self, name: str, required: bool, *, whole: bool) -> Any:
        if self._source.asked and not self._means_value(name):
            return _NOTHING
        if not required and not self._names(name) and not self._source.asked:
            return _NOTHING
        for place, number in enumerate(self._numbers):
            if not whole or number == int(number):
                del self._numbers[place]
                return int(number) if whole else number
        return _NOTHING

    def _means_value(self, name: str) -> bool:
        """Whether a name means the number of the answer: by itself, or because the question asks for it by name."""
        words = set(_WORDS.findall(_CAMEL.sub(" ", name).replace("_", " ").lower()))
        if words & _TIMES:
            return False
        meant = _content(name)
        return bool(words & _VALUES) or (bool(meant) and meant <= _content(self._source.asked))

    def _truth(self, name: str, required: bool) -> Any:
        # Of an answer only the first word is its yes or no.
        said = set(self._said.split()[: 1 if self._source.asked else None])
        if (required or self._names(name)) and bool(said & _TRUE) != bool(said & _FALSE):
            return bool(said & _TRUE)
        return _NOTHING

    def _choice(self, options: Sequence[Any]) -> Any:
        """The option that is named first."""
        places = []
        for option in options:
            words = " ".join(_WORDS.findall(str(option).replace("_", " ").lower()))
            at = f" {self._said} ".find(f" {words} ") if words else -1
            if at >= 0:
                places.append((at, -len(words), option))
        return min(places, key=lambda p: p[:2])[2] if places else _NOTHING

    def _list(self, name: str, schema: Mapping[str, Any], required: bool, depth: int) -> Any:
        items = schema.get("items") or {"type": "string"}
        kind = _type(items)
        made: list[Any] = []
        if kind == "string" and "enum" not in items and self._quoted:
            made, self._quoted = self._quoted, []
        elif kind in ("integer", "number"):
            while (number := self._number(name, required, whole=kind == "integer")) is not _NOTHING:
                made.append(number)
        elif (one := self.value(name, items, required, depth + 1)) is not _NOTHING:
            made = [one]
        return made or _NOTHING

    def _names(self, name: str) -> bool:
        """Whether the request speaks of an argument."""
        return bool(_content(name) & _content(self._source.text))


def fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value is of a schema's type; what its parts are is not looked at."""
    several = schema.get("anyOf") or schema.get("oneOf")
    if several:
        return any(fits(value, one) for one in several)
    if "enum" in schema:
        return value in schema["enum"]
    match schema.get("type"):
        case "string":
            return isinstance(value, str)
        case "integer":
            return isinstance(value, int) and not isinstance(value, bool)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "array":
            return isinstance(value, list) and all(fits(one, schema.get("items") or {}) for one in value)
        case "object":
            return isinstance(value, dict)
        case "null":
            return value is None
        case None:
            return True
        case _:
            return False


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    made: Mapping[str, Any] = schema.get("properties") or {}
    return made


def _type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type", "object" if "properties" in schema else "")
    return next((str(one) for one in kind if one != "null"), "") if isinstance(kind, list) else str(kind)


def _number(printed: str) -> float:
    text = printed.replace(",", "").replace("−", "-")
    return float(text) if "." in text else int(text)
