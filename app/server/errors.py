"""Errors as the API tells them: JSON of one line, with the id of the request, without a traceback or a path.

    {"error": {"message": "...", "type": "not_found", "request_id": "..."}}

Under `/v1/chat/completions` and `/v1/models` the form is OpenAI's, which has `param` and `code` too.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from adapters.errors import AdapterError, UnknownAdapterError
from app.errors import AppError, CallError, one_line, show_error, without_paths
from chains.agent.holding import ThreadBusyError
from chains.agent.memory import MemoryFailedError
from chains.agent.transcript import UnknownThreadError
from chains.errors import ChainError
from ingest.errors import IngestError

TYPES = {
    400: "invalid_request", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
    408: "timeout", 409: "conflict", 410: "gone", 413: "too_large", 415: "unsupported", 422: "invalid_request",
    429: "busy", 500: "internal", 503: "unavailable", 504: "timeout", 507: "disk_full",
}  # fmt: skip
"""What each status is called in `type`."""
OPENAI_PATHS = ("/v1/chat/completions", "/v1/models")
_OPENAI = {401: "authentication_error", 403: "permission_error", 404: "invalid_request_error", 429: "rate_limit_error"}
_OPENAI_CODES = {401: "invalid_api_key", 429: "rate_limit_exceeded"}
_LONGEST = 400
_MOST_PROBLEMS = 3
_SAID = {  # what the framework says by itself
    400: "the body cannot be read: expected JSON in UTF-8, not too deep, without endless numbers",
    404: "there is no such address; /openapi.json lists what there is",
    405: "the address does not take this method; the header Allow and /openapi.json say what it takes",
}
_FULL = (errno.ENOSPC, errno.EDQUOT)


class ApiError(HTTPException):
    """A failure with the status that it is answered with. `code` and `param` are for clients of OpenAI's form."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(status, message, dict(headers or {}))
        self.code, self.param = code, param

    def __str__(self) -> str:
        return str(self.detail)


def busy(seconds: int) -> ApiError:
    """The server has all the work that it takes; to be tried again after some seconds."""
    return ApiError(
        429, f"the server is at its capacity; try again in {seconds} s", headers={"Retry-After": str(seconds)}
    )


def full_disk() -> ApiError:
    """The disk has no space; nothing of the request was kept."""
    return ApiError(507, "the disk is full: nothing of this request was kept; free some space and send it again")


def as_api_error(error: BaseException) -> ApiError | None:
    """A foreseen error as the API tells it; None for one that nobody foresaw."""
    if isinstance(error, ApiError):
        return error
    if isinstance(error, HTTPException):
        said = _SAID.get(error.status_code, str(error.detail))
        return ApiError(error.status_code, said, headers=error.headers)
    said = without_paths(one_line(error))
    if isinstance(error, OSError):
        return full_disk() if error.errno in _FULL else ApiError(503, without_paths(error.strerror or said))
    if isinstance(error, UnknownAdapterError | UnknownThreadError):
        return ApiError(404, said)
    if isinstance(error, ThreadBusyError):
        return ApiError(409, said)
    if isinstance(error, MemoryFailedError):
        return ApiError(503, said)
    if isinstance(error, CallError | ChainError):
        return ApiError(400, said)
    if isinstance(error, AppError | AdapterError | IngestError):
        return full_disk() if "disk is full" in said or "disk space" in said else ApiError(503, said)
    return None


def body_of(error: ApiError, request_id: str, path: str) -> dict[str, Any]:
    """The JSON of an error, in OpenAI's form where the path is one of its."""
    if path.startswith(OPENAI_PATHS):
        status = error.status_code
        kind = _OPENAI.get(status, "server_error" if status >= 500 else "invalid_request_error")
        return {
            "error": {
                "message": str(error.detail),
                "type": kind,
                "param": error.param,
                "code": error.code or _OPENAI_CODES.get(status),
                "request_id": request_id,
            }
        }
    kind = TYPES.get(error.status_code, "error")
    return {"error": {"message": str(error.detail), "type": kind, "request_id": request_id}}


def response_of(error: ApiError, scope: Mapping[str, Any]) -> JSONResponse:
    """The response that tells an error."""
    body = body_of(error, scope.get("request_id", ""), scope.get("path", ""))
    return JSONResponse(body, error.status_code, headers=error.headers)


def unforeseen(error: BaseException, request_id: str) -> ApiError:
    """The answer to an error that nobody foresaw; its kind and place go to standard error, and never a question."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    place = f" ({Path(at.tb_frame.f_code.co_filename).name}:{at.tb_lineno})" if at else ""
    show_error(f"request {request_id}: internal error, {type(error).__name__}{place}")
    return ApiError(500, f"internal error, {type(error).__name__}; report it with the id of the request")


def add_handlers(app: FastAPI) -> None:
    """Answer every error in its form."""

    async def told(request: Request, error: Exception) -> JSONResponse:
        found = as_api_error(error) or unforeseen(error, request.scope.get("request_id", ""))
        return response_of(found, request.scope)

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        problems = error.errors()
        status = 400 if any(one["type"] == "json_invalid" for one in problems) else 422
        if request.url.path.startswith(OPENAI_PATHS):
            status = 400
        return response_of(ApiError(status, _said(problems)), request.scope)

    app.add_exception_handler(RequestValidationError, invalid)
    for kind in (HTTPException, AppError, AdapterError, IngestError, ChainError, OSError):
        app.add_exception_handler(kind, told)


def _said(problems: Any) -> str:
    """What is wrong with a request, by the places of its fields; never what was sent."""
    parts = []
    for one in problems[:_MOST_PROBLEMS]:
        if one["type"] == "json_invalid":
            reason = one.get("ctx", {}).get("error", "")
            parts.append(f"the body is not JSON ({reason})" if reason else "the body is not JSON")
        else:
            place = ".".join(str(part) for part in one["loc"] if part != "body") or "the body"
            parts.append(f"{place}: {one['msg'][0].lower()}{one['msg'][1:]}")
    more = f"; and {len(problems) - _MOST_PROBLEMS} more" if len(problems) > _MOST_PROBLEMS else ""
    return f"{'; '.join(parts)}{more}; /openapi.json describes each request"[:_LONGEST]
