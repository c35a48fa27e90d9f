"""The answer of a turn, written from what the tools said and nothing else, its citations numbered.

Every number of it is a tool's: the text is put together of the tools' own sentences, and the number gate checks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import ToolMessage

from chains.agent.citing import place_of, unmarked
from chains.agent.steps import Condition, RequestPlan, Step
from chains.agent.support import artifact_in, printed_by, said_in
from chains.agent.wording import anywhere
from chains.answers.gate import check_answer
from chains.questions.request import Request
from chains.replies import Reply
from chains.tool_making import on_one_line

_QUOTED = 300  # characters of a passage that the answer shows
_ELSEWHERE = "the library has no report for"
_IN_PERCENT = " (in percent)"
_NUMBER = re.compile(r"\A([-−]?[\d,]*\.?\d+)")
_RESULT = "The program's result is "
_VERDICT = re.compile(r" A (?:higher|lower) [^.]+ is better: .+\Z", re.DOTALL)
_MENTIONS = 2  # passages that are quoted where a value was not found
_LISTED = 10  # lines of a list that the answer shows


class Cites:
    """Numbers citations in the order of their use, each once."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Any, ...], int] = {}
        self.citations: list[Mapping[str, Any]] = []

    def marks(self, citations: Sequence[Mapping[str, Any]]) -> str:
        """Marks of some citations: " [1][2]"; "" of none."""
        marks = "".join(f"[{number}]" for number in dict.fromkeys(map(self._number, citations)))
        return f" {marks}" if marks else ""

    def marked(self, text: str, citations: Sequence[Mapping[str, Any]]) -> str:
        """A text of a tool with the marks of what it cites, and no others."""
        return f"{unmarked(text)}{self.marks(citations)}"

    def _number(self, cited: Mapping[str, Any]) -> int:
        key = place_of(cited)
        if key not in self._numbers:
            self._numbers[key] = len(self.citations) + 1
            self.citations.append(dict(cited))
        return self._numbers[key]


def told(plan: RequestPlan, results: Mapping[int, ToolMessage], skipped: Mapping[int, str], request: Request) -> Reply:
    """The answer to a request whose steps are done. `skipped` says why some steps could not be taken."""
    if not plan.steps:
        return Reply(plan.said, _record([], Cites(), plan, plan.status), plan.status)
    parts = _Parts(judged=_judged(request))
    for number, step in enumerate(plan.steps):
        instead = step.given is not None and step.given.kind == "missing"
        if instead and number not in results:
            continue  # there was a value, and nothing had to be looked for
        if step.given is not None and not instead and not skipped.get(number):
            parts.met(step.given, number in results)
        if number in results:
            parts.add(step, results[number])
        elif skipped.get(number):
            parts.texts.append(f"This could not be done: {skipped[number].rstrip('.')}.")
    parts.texts += [f"Note: {note}." for note in plan.notes]
    reply = parts.reply(plan)
    loose = _loose(
        reply.text,
        list(results.values()),
        (request.question, plan.understood, *skipped.values(), *_percents(plan, results)),
    )
    if loose:
        text = f"No answer: the number {loose} is in nothing that the tools said."
        return Reply(text, _record(parts.answers, parts.cites, plan, "refused"), "refused")
    return reply


def _percents(plan: RequestPlan, results: Mapping[int, ToolMessage]) -> Iterator[str]:
    """The results of the steps that compute a percentage, as the answer prints them: their values are a hundredth's."""
    for number, message in results.items():
        if plan.steps[number].label.endswith(_IN_PERCENT):
            for record in artifact_in(message).get("records") or ():
                if (found := _NUMBER.match(str(record.get("answer", "")).removeprefix(_RESULT))) is not None:
                    yield f"{found[1]}%"


def said_by(results: Sequence[ToolMessage]) -> Reply:
    """What some tools said, in their order, as an answer: without a plan."""
    parts = _Parts()
    steps = tuple(Step(m.name or "", {}) for m in results)
    for step, message in zip(steps, results, strict=True):
        parts.add(step, message)
    return parts.reply(RequestPlan(steps))


@dataclass(slots=True)
class _Parts:
    """An answer that is put together: a text a step, what it cites, and whether any step gave something."""

    texts: list[str] = field(default_factory=list)
    answers: list[Mapping[str, Any]] = field(default_factory=list)
    cites: Cites = field(default_factory=Cites)
    good: bool = False
    judged: bool = True

    def met(self, condition: Condition, taken: bool) -> None:
        """Say once which way a condition went; that a step is not to be taken answers the request as well."""
        said = f"“{condition.text}”: {'yes' if taken == condition.wanted else 'no'}."
        if said not in self.texts:
            self.texts.append(said)
        self.good |= not taken

    def add(self, step: Step, message: ToolMessage) -> None:
        artifact = artifact_in(message)
        if step.given is not None and step.given.kind == "missing":
            text, worked = _instead(step.given.text, artifact, self.cites)
            self.texts.append(text)
            self.good |= worked
            return
        text, worked = _said(step, message, artifact, self.cites, judged=self.judged)
        self.texts.append(text)
        self.answers += artifact.get("records") or ()
        self.good |= worked

    def reply(self, plan: RequestPlan) -> Reply:
        status = "answered" if self.good else "refused"
        text = "\n\n".join(dict.fromkeys(text for text in self.texts if text.strip()))
        return Reply(text, _record(self.answers, self.cites, plan, status), status)


def _record(answers: Sequence[Mapping[str, Any]], cites: Cites, plan: RequestPlan, status: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "status": status,
        "answers": [dict(one) for one in answers],
        "citations": [dict(one) for one in cites.citations],
        "understood": plan.understood,
    }
    if plan.notes:
        made["notes"] = list(plan.notes)
    # Where one question was asked, its answer is the answer: value, unit, program and all.
    return {**answers[0], **made} if len(answers) == 1 and len(plan.steps) == 1 else made


def _loose(text: str, results: Sequence[ToolMessage], said: Sequence[str]) -> str:
    """The first number of the answer that no tool said and the user did not say; "" where there is none."""
    given = [str(one.get("text", "")) for m in results for one in _texts(artifact_in(m))]
    report = check_answer(text, printed_by(results, (*said, *given)))
    return "" if report.ok else report.unsupported[0]


def _texts(artifact: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The texts whose sentiment was told: what the user gave, of which the tool says the beginning."""
    return artifact.get("texts") or () if artifact.get("kind") == "news_sentiment" else ()


def _judged(request: Request) -> bool:
    """Whether the user asks which of some values is better: else only the higher and the lower are told."""
    return anywhere("verdict", "judged").search(request.question) is not None


def _said(
    step: Step, message: ToolMessage, artifact: Mapping[str, Any], cites: Cites, *, judged: bool = True
) -> tuple[str, bool]:
    """What the answer says of one step, and whether the step gave something."""
    if message.status == "error" or not artifact.get("kind"):
        return said_in(message), False
    records: Sequence[Mapping[str, Any]] = artifact.get("records") or ()
    match artifact["kind"]:
        case "compare":
            lines = [_answered(record, cites, of_value=True) for record in records]
            verdict = str(artifact.get("verdict", ""))
            verdict = verdict if judged else _VERDICT.sub("", verdict)
            return "\n".join([*lines, verdict]).strip(), artifact.get("highest") is not None
        case "search_passages":
            return _passages(artifact, cites)
        case "look_up_figures":
            return _figures(artifact, cites)
        case "read_news":
            return _news(artifact, cites)
        case "news_sentiment":
            return _sentiment(artifact), True
        case "ask_reports" | "compute_metric" | "compute_program" if records:
            told_of = "\n".join(_answered(record, cites, step.of_value, step.label) for record in records)
            return told_of, any(_gives(record, step.of_value) for record in records)
        case _:
            return unmarked(str(message.text)), True


def _gives(record: Mapping[str, Any], of_value: bool) -> bool:
    return record.get("status") == "answered" and not (of_value and _is_quotes(record))


def _is_quotes(record: Mapping[str, Any]) -> bool:
    """Whether an answer is sentences of the documents alone: no value, and no figure behind it."""
    if anywhere("verdict", "counted").search(str(record.get("question", ""))) and _ELSEWHERE not in str(
        record["answer"]
    ):
        return False  # what no statement prints is told in sentences
    cited: Sequence[Mapping[str, Any]] = record.get("citations") or ()
    return record.get("value") is None and not record.get("program") and all(not c.get("figure") for c in cited)


def _answered(record: Mapping[str, Any], cites: Cites, of_value: bool = False, label: str = "") -> str:
    if of_value and record.get("status") == "answered" and _is_quotes(record):
        return f"No value was found for: {record['question']}"
    said = str(record["answer"])
    if label and said.startswith(_RESULT):
        said = said[len(_RESULT) :]
        if label.endswith(_IN_PERCENT):
            label, said = label.removesuffix(_IN_PERCENT), _NUMBER.sub(r"\1%", said)
        said = f"{label[:1].upper()}{label[1:]}: {said}"
    return cites.marked(said, record.get("citations") or () if record.get("status") == "answered" else ())


def _passages(artifact: Mapping[str, Any], cites: Cites) -> tuple[str, bool]:
    found: Sequence[Mapping[str, Any]] = artifact.get("citations") or ()
    lines = [cites.marked(f"“{on_one_line(str(c['quote']), _QUOTED)}”", [c]) for c in found]
    return "\n".join(lines) or "No passage speaks of it.", bool(lines)


def _instead(item: str, artifact: Mapping[str, Any], cites: Cites) -> tuple[str, bool]:
    """What the text says of an item that is no figure: the passages that name it, from the sentence that does."""
    named = re.compile(r"\W+".join(re.escape(word.rstrip("s")) for word in item.split()), re.IGNORECASE)
    lines: list[str] = []
    for cited in artifact.get("citations") or ():
        quote = str(cited["quote"])
        if (match := named.search(quote)) is not None:
            start = quote.rfind(". ", 0, match.start()) + 2 if ". " in quote[: match.start()] else 0
            lines.append(cites.marked(f"“{on_one_line(quote[start:], _QUOTED)}”", [cited]))
    said = f"No figure of {item} was found; the text says:"
    return "\n".join([said, *lines[:_MENTIONS]]) if lines else "", bool(lines)


def _sentiment(artifact: Mapping[str, Any]) -> str:
    found: Sequence[Mapping[str, Any]] = artifact.get("texts") or ()
    return "\n".join(f"{one['sentiment']} ({one['confidence']:.2f}): “{unmarked(one['text'])}”" for one in found)


def _figures(artifact: Mapping[str, Any], cites: Cites) -> tuple[str, bool]:
    found: Sequence[Mapping[str, Any]] = artifact.get("citations") or ()
    lines = [cites.marked(c["quote"], [c]) for c in found]
    return "\n".join(lines), bool(lines)


def _news(artifact: Mapping[str, Any], cites: Cites) -> tuple[str, bool]:
    items: Sequence[Mapping[str, Any]] = artifact.get("items") or ()
    cited: Sequence[Mapping[str, Any]] = artifact.get("citations") or ()
    lines = [str(artifact.get("summary", ""))]
    for item, citation in list(zip(items, cited, strict=False))[:_LISTED]:
        day = f"{item['date']} " if item.get("date") else ""
        lines.append(cites.marked(f"{day}{item['sentiment']}: {citation['quote']}", [citation]))
    return "\n".join(lines), bool(items)
