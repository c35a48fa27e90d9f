"""What bounds a turn of the agent, and what of a turn has been done: read from its messages alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from chains.replies import calls_of, turn_of


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of one turn, from what the user said to the answer.

    `seconds` are for all of it, a wait for the user's yes aside; a tool that runs longer is left behind. A call made
    again is answered from the first; after `repeats` of them the turn ends.
    """

    model_calls: int = 8
    tool_calls: int = 24
    seconds: float = 120.0
    repeats: int = 2

    def __post_init__(self) -> None:
        if min(self.model_calls, self.tool_calls, self.repeats) < 1 or not self.seconds > 0:
            raise ValueError(f"{self} leaves nothing to be done; expected numbers over 0")


def reason_to_stop(messages: Sequence[BaseMessage], limits: Limits, seconds: float) -> str:
    """Why a turn has to end before the model is asked again; "" where it may go on."""
    if seconds >= limits.seconds:
        return f"it took longer than the {limits.seconds:g} seconds that a turn has"
    if repeats(messages) >= limits.repeats:
        return "the same call was made again and again"
    asked = sum(isinstance(message, AIMessage) for message in turn_of(messages))
    if asked >= limits.model_calls:
        return f"it took more than the {limits.model_calls} calls of the model that a turn has"
    if len(calls_of(messages)) > limits.tool_calls:
        return f"it took more than the {limits.tool_calls} calls of tools that a turn has"
    return ""


def repeats(messages: Sequence[BaseMessage]) -> int:
    """How many calls of the turn were made before in it, with the same arguments."""
    keys = [key_of(call) for call in calls_of(messages)]
    return len(keys) - len(set(keys))


def first_result(messages: Sequence[BaseMessage], call: Mapping[str, Any]) -> ToolMessage | None:
    """What the same call gave before in the turn; None where it was not made or gave an error."""
    same = [c["id"] for c in calls_of(messages) if key_of(c) == key_of(call) and c["id"] != call["id"]]
    found = (m for m in turn_of(messages) if isinstance(m, ToolMessage) and m.tool_call_id in same)
    return next((m for m in found if m.status != "error"), None)


def over_limit(messages: Sequence[BaseMessage], call: Mapping[str, Any], limits: Limits) -> bool:
    """Whether a call is one more than the turn has."""
    ids = [c["id"] for c in calls_of(messages)]
    return call["id"] in ids and ids.index(call["id"]) >= limits.tool_calls


def key_of(call: Mapping[str, Any]) -> str:
    """What makes two calls the same: tool and arguments."""
    return json.dumps([call["name"], call["args"]], sort_keys=True, default=str)


def stopped(messages: Sequence[BaseMessage], reason: str) -> AIMessage:
    """The last message of a turn that had to end: why, and what the tools had said until then."""
    said = [str(m.text) for m in turn_of(messages) if isinstance(m, ToolMessage) and m.status != "error"]
    held = [m.artifact for m in turn_of(messages) if isinstance(m, ToolMessage) and isinstance(m.artifact, Mapping)]
    text = "\n\n".join([f"The turn was stopped: {reason}.", *dict.fromkeys(said)])
    artifact = {
        "status": "stopped",
        "reason": reason,
        "answers": [record for one in held for record in one.get("records", ())],
        "citations": [],
        "understood": "",
    }
    return AIMessage(text, additional_kwargs={"artifact": artifact}, response_metadata={"status": "stopped"})
