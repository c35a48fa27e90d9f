"""Who may ask: the host that a request names, where it comes from, and the token. And what a browser may do with us.

On the loopback a page of another site can have its name resolve to this machine (DNS rebinding): the host that a
request names must be a name of the loopback. Requests that change something must come from our own page, or from no
page at all. No header ever allows another site to read an answer (CORS).
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server.errors import ApiError, response_of

PRIVATE = ("/v1", "/openapi.json")
"""What needs the token. The files of the page hold nothing of anybody, and ask for it; health says little."""
_SAFE = ("GET", "HEAD")
_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def is_loopback(host: str) -> bool:
    """Whether an address or name is this machine's own."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class Guard:
    """ASGI middleware: host, origin, token, and the headers of every response.

    `host` is the one that the server listens on, `token` what a request must show, None where it need not,
    for paths that begin with one of `private`.
    """

    def __init__(
        self, app: ASGIApp, *, host: str, token: str | None = None, private: tuple[str, ...] = PRIVATE
    ) -> None:
        self._app, self._local = app, is_loopback(host)
        self._token, self._private = token, private
        # The cookie holds what only who knows the token can make, and not the token itself.
        self._session = hmac.digest(token.encode(), b"finagent page", "sha256").hex() if token else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                made = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    made[name] = value
                made.setdefault("Cache-Control", "no-store")
            await send(message)

        refused = self._refusal(scope, headers)
        if refused is None and self._token is not None:
            welcome = self._welcome(scope, headers["host"])
            if welcome is not None:
                await welcome(scope, receive, sending)
                return
            scope["authorised"] = self._is_known(headers)
            if not scope["authorised"] and scope["path"].startswith(self._private):
                refused = ApiError(
                    401,
                    "no token, or a wrong one; send it as `Authorization: Bearer TOKEN`, or open the page as "
                    "/?token=TOKEN",
                    headers={"WWW-Authenticate": "Bearer"},
                )
        if refused is not None:
            await response_of(refused, scope)(scope, receive, sending)
            return
        await self._app(scope, receive, sending)

    def _refusal(self, scope: Scope, headers: Headers) -> ApiError | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1:
            return ApiError(400, "a request names exactly one host; send one Host header")
        name = _host_name(hosts[0])
        if self._local and not is_loopback(name):
            return ApiError(
                403, "this server answers on the loopback only; open it as http://127.0.0.1 or http://localhost"
            )
        other_site = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        if scope["method"] in _SAFE:
            # Another site may link to us; by the time that an image of ours takes it would learn what we hold.
            linked = headers.get("sec-fetch-mode") == "navigate"
            wrong = other_site and not linked and scope["path"].startswith(self._private)
        else:
            origin = headers.get("origin")
            wrong = other_site or (origin is not None and origin.lower().partition("://")[2] != hosts[0].lower())
        if wrong:
            return ApiError(403, "the request comes from another site; only this server's own page may send it")
        return None

    def _is_known(self, headers: Headers) -> bool:
        """Whether a request shows the token or the cookie. Hashes are compared, in a time that tells nothing."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        bearer = given.strip() if scheme.lower() == "bearer" else ""
        cookie = cookie_parser(headers.get("cookie", "")).get(_cookie(headers["host"]), "")
        return _same(bearer, self._token or "") | _same(cookie, self._session)

    def _welcome(self, scope: Scope, host: str) -> RedirectResponse | None:
        """For `/?token=...` with the right token: the cookie, and the page without the token in its address."""
        if scope["path"] != "/" or scope["method"] != "GET":
            return None
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not given or not _same(given, self._token or ""):
            return None
        response = RedirectResponse("/", 303)
        response.set_cookie(_cookie(host), self._session, httponly=True, samesite="strict", path="/")
        return response


def _host_name(host: str) -> str:
    """The name of a Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0].strip("[")
    return host.rpartition(":")[0] if _port(host) else host


def _port(host: str) -> str:
    """The port of a Host header as written; empty where it names none."""
    before, _, port = host.rpartition(":")
    return port if before and port.isascii() and port.isdigit() else ""


def _cookie(host: str) -> str:
    """The cookie's name for the address that a browser sees: it keeps one jar for all ports of a host, where the
    servers of two ports would overwrite each other's."""
    return "-".join(filter(None, ("finagent", _port(host)[:5])))


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(
        hashlib.sha256(given.encode("utf-8", "surrogateescape")).digest(), hashlib.sha256(wanted.encode()).digest()
    ) and bool(wanted)
