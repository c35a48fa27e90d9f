"""The answer of a turn, written from what the tools said and nothing else, its citations numbered.

Every number of it is a tool's: the text is put together of the tools' own sentences, and the number gate checks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import ToolMessage

from chains.agent.steps import RequestPlan, Step
from chains.ask import Request
from chains.gate import Allowed, check_answer
from chains.replies import Reply
from chains.tool_making import on_one_line

_QUOTED = 300  # characters of a passage that the answer shows
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

    def _number(self, cited: Mapping[str, Any]) -> int:
        key = (cited.get("document"), cited.get("page"), cited.get("figure") or cited.get("quote"))
        if key not in self._numbers:
            self._numbers[key] = len(self.citations) + 1
            self.citations.append(dict(cited))
        return self._numbers[key]


def told(plan: RequestPlan, results: Mapping[int, ToolMessage], skipped: Mapping[int, str], request: Request) -> Reply:
    """The answer to a request whose steps are done. `skipped` says why some steps could not be taken."""
    if not plan.steps:
        return Reply(plan.said, _record([], Cites(), plan, plan.status), plan.status)
    cites = Cites()
    parts: list[str] = []
    answers: list[Mapping[str, Any]] = []
    good = 0
    for number, step in enumerate(plan.steps):
        if number in skipped:
            parts.append(f"This could not be done: {skipped[number]}.")
            continue
        if number not in results:
            continue
        message = results[number]
        artifact = message.artifact if isinstance(message.artifact, Mapping) else {}
        text, worked = _said(step, message, artifact, cites)
        parts.append(text)
        answers += artifact.get("records") or ()
        good += worked
    parts += [f"Note: {note}." for note in plan.notes]
    text = "\n\n".join(part for part in parts if part.strip())
    status = "answered" if good else "refused"
    loose = _loose(text, results, cites, plan, request)
    if loose:
        text, status = f"No answer: the number {loose} is in nothing that the tools said.", "refused"
    return Reply(text, _record(answers, cites, plan, status), status)


def said_by(results: Sequence[ToolMessage]) -> Reply:
    """What some tools said, in their order, as an answer: without a plan."""
    steps = tuple(Step(m.name or "", {}) for m in results)
    cites = Cites()
    parts: list[str] = []
    answers: list[Mapping[str, Any]] = []
    good = 0
    for step, message in zip(steps, results, strict=True):
        artifact = message.artifact if isinstance(message.artifact, Mapping) else {}
        text, worked = _said(step, message, artifact, cites)
        parts.append(text)
        answers += artifact.get("records") or ()
        good += worked
    status = "answered" if good else "refused"
    return Reply("\n\n".join(filter(None, parts)), _record(answers, cites, RequestPlan(steps), status), status)


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


def _loose(text: str, results: Mapping[int, ToolMessage], cites: Cites, plan: RequestPlan, request: Request) -> str:
    """The first number of the answer that no tool said and the user did not say; "" where there is none."""
    quotes = [str(m.text) for m in results.values()]
    quotes += [str(c.get("quote", "")) for c in cites.citations]
    quotes += [str(one.get("text", "")) for m in results.values() for one in _texts(m)]
    names = {str(c.get("document", "")) for c in cites.citations}
    names |= {word for m in results.values() for word in str(m.text).split() if any(c.isdigit() for c in word)}
    allowed = Allowed(
        quotes=(request.question, plan.understood, *quotes),
        names=tuple(names - {""}),
        pages=frozenset(int(c["page"]) for c in cites.citations if isinstance(c.get("page"), int)),
    )
    report = check_answer(text, allowed)
    return "" if report.ok else report.unsupported[0]


def _texts(message: ToolMessage) -> Sequence[Mapping[str, Any]]:
    """The texts whose sentiment was told: what the user gave."""
    artifact = message.artifact if isinstance(message.artifact, Mapping) else {}
    return artifact.get("texts") or () if artifact.get("kind") == "news_sentiment" else ()


def _said(step: Step, message: ToolMessage, artifact: Mapping[str, Any], cites: Cites) -> tuple[str, bool]:
    """What the answer says of one step, and whether the step gave something."""
    if message.status == "error" or not artifact.get("kind"):
        return str(message.text), False
    records: Sequence[Mapping[str, Any]] = artifact.get("records") or ()
    match artifact["kind"]:
        case "compare":
            lines = [_answered(record, cites) for record in records]
            return "\n".join([*lines, str(artifact.get("verdict", ""))]).strip(), artifact.get("highest") is not None
        case "search_passages":
            return _passages(artifact, cites)
        case "look_up_figures":
            return _figures(artifact, cites)
        case "read_news":
            return _news(artifact, cites)
        case "news_sentiment":
            return _sentiment(artifact), True
        case "ask_reports" | "compute_metric" | "compute_program" if records:
            told_of = "\n".join(_answered(record, cites) for record in records)
            return told_of, any(record.get("status") == "answered" for record in records)
        case _:
            return str(message.text), True


def _answered(record: Mapping[str, Any], cites: Cites) -> str:
    marks = cites.marks(record.get("citations") or ()) if record.get("status") == "answered" else ""
    return f"{record['answer']}{marks}"


def _passages(artifact: Mapping[str, Any], cites: Cites) -> tuple[str, bool]:
    found: Sequence[Mapping[str, Any]] = artifact.get("citations") or ()
    lines = [f"“{on_one_line(str(c['quote']), _QUOTED)}”{cites.marks([c])}" for c in found]
    return "\n".join(lines) or "No passage speaks of it.", bool(lines)


def _sentiment(artifact: Mapping[str, Any]) -> str:
    found: Sequence[Mapping[str, Any]] = artifact.get("texts") or ()
    return "\n".join(f"{one['sentiment']} ({one['confidence']:.2f}): “{one['text']}”" for one in found)


def _figures(artifact: Mapping[str, Any], cites: Cites) -> tuple[str, bool]:
    found: Sequence[Mapping[str, Any]] = artifact.get("citations") or ()
    lines = [f"{c['quote']}{cites.marks([c])}" for c in found]
    return "\n".join(lines), bool(lines)


def _news(artifact: Mapping[str, Any], cites: Cites) -> tuple[str, bool]:
    items: Sequence[Mapping[str, Any]] = artifact.get("items") or ()
    cited: Sequence[Mapping[str, Any]] = artifact.get("citations") or ()
    lines = [str(artifact.get("summary", ""))]
    for item, citation in list(zip(items, cited, strict=False))[:_LISTED]:
        day = f"{item['date']} " if item.get("date") else ""
        lines.append(f"{day}{item['sentiment']}: {citation['quote']}{cites.marks([citation])}")
    return "\n".join(lines), bool(items)
