"""Who may ask: hosts, origins, the token, and what a browser is told."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.server.guard import is_loopback
from app.server.services import Services
from tests.app.server.conftest import BASE, Borrowed, client_of, error_of

TOKEN = "a-token-of-this-test"
ASK = {"question": "What was Larkmoor's revenue in FY2025?"}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.2", "::1", "[::1]", "LOCALHOST."])
def test_names_of_the_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "evil.example", "127.0.0.1.evil.example", "::", ""])
def test_names_that_others_reach(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8321", "127.0.0.1.evil.example:8321", ""])
def test_another_host_name_is_refused_on_the_loopback(client: TestClient, host: str) -> None:
    response = client.get("/v1/documents", headers={"Host": host})
    assert response.status_code == 403
    assert error_of(response)["type"] == "forbidden"


@pytest.mark.parametrize("host", ["localhost:8321", "127.0.0.1", "[::1]:8321", "localhost:9999"])
def test_the_names_of_the_loopback_are_served(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_what_another_site_sends_is_refused(client: TestClient, method: str, headers: dict[str, str]) -> None:
    response = client.request(method, "/v1/ask", json=ASK, headers=headers)
    assert response.status_code == 403
    assert "another site" in error_of(response)["message"]


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_may_link_to_us_and_embed_nothing(client: TestClient, site: str) -> None:
    for mode, status in (("navigate", 200), ("no-cors", 403), ("cors", 403)):
        headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
        assert client.get("/v1/documents", headers=headers).status_code == status
        assert client.get("/healthz", headers=headers).status_code == 200


def test_the_own_page_may_ask(client: TestClient) -> None:
    headers = {"Origin": BASE, "Sec-Fetch-Site": "same-origin"}
    assert client.post("/v1/ask", json=ASK, headers=headers).status_code == 200


def test_no_response_lets_another_site_read_it(client: TestClient) -> None:
    for response in (
        client.get("/healthz", headers={"Origin": "http://evil.example"}),
        client.options("/v1/ask", headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}),
    ):
        assert not [name for name in response.headers if name.startswith("access-control")]


def test_every_response_tells_the_browser_what_it_may(client: TestClient) -> None:
    for response in (client.get("/healthz"), client.get("/v1/nothing"), client.post("/v1/ask", content=b"{")):
        policy = response.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"


@pytest.fixture(scope="module")
def guarded(shared: Services):
    with client_of(Borrowed(shared, token=TOKEN)) as made:
        yield made


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer \xff\xfe", f"Bearer {TOKEN[:-1]}"],
)
def test_a_wrong_token_lets_nobody_in(guarded: TestClient, given: str) -> None:
    headers = {"Authorization": given.encode("latin-1")} if given else {}
    for path in ("/v1/documents", "/v1/threads", "/openapi.json", "/v1/models", "/v1/nothing"):
        response = guarded.get(path, headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert TOKEN not in response.text


def test_the_token_lets_in(guarded: TestClient) -> None:
    assert guarded.get("/v1/documents", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_health_needs_no_token_and_says_little(guarded: TestClient) -> None:
    assert guarded.get("/healthz").json() == {"status": "ok"}
    assert "failed" not in guarded.get("/readyz").json()


def test_the_page_takes_the_token_for_a_cookie_that_is_not_it(guarded: TestClient) -> None:
    wrong = guarded.get("/?token=wrong", follow_redirects=False)
    assert "set-cookie" not in wrong.headers
    right = guarded.get(f"/?token={TOKEN}", follow_redirects=False)
    assert (right.status_code, right.headers["location"]) == (303, "/")
    cookie = right.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert guarded.get("/v1/documents").status_code == 200
    guarded.cookies.clear()
    assert guarded.get("/v1/documents", headers={"Cookie": "finagent=wrong"}).status_code == 401


def test_two_servers_of_one_host_keep_a_cookie_each(shared: Services) -> None:
    with client_of(Borrowed(shared, token=TOKEN)) as one, client_of(Borrowed(shared, token=TOKEN + "2")) as other:
        ports = {"8321": (one, TOKEN), "9999": (other, TOKEN + "2")}
        for port, (made, token) in ports.items():
            made.cookies = one.cookies  # the jar of one browser
            made.get(f"/?token={token}", headers={"Host": f"127.0.0.1:{port}"}, follow_redirects=False)
        for port, (made, _) in ports.items():
            assert made.get("/v1/documents", headers={"Host": f"127.0.0.1:{port}"}).status_code == 200
        assert one.get("/v1/documents", headers={"Host": "127.0.0.1:9999"}).status_code == 401


def test_a_host_without_a_port_has_a_cookie_too(guarded: TestClient) -> None:
    for host in ("localhost", "[::1]"):
        guarded.cookies.clear()
        guarded.get(f"/?token={TOKEN}", headers={"Host": host}, follow_redirects=False)
        assert guarded.get("/v1/documents", headers={"Host": host}).status_code == 200
    guarded.cookies.clear()


def test_a_cookie_does_not_help_another_site(guarded: TestClient) -> None:
    guarded.get(f"/?token={TOKEN}", follow_redirects=False)
    response = guarded.post("/v1/ask", json=ASK, headers={"Origin": "http://evil.example"})
    guarded.cookies.clear()
    assert response.status_code == 403


def test_the_token_is_never_written(shared: Services, capfd: pytest.CaptureFixture[str]) -> None:
    with client_of(Borrowed(shared, token=TOKEN, verbose=True)) as made:
        made.get(f"/?token={TOKEN}", follow_redirects=False)
        made.get("/v1/documents", headers={"Authorization": f"Bearer {TOKEN}"})
        made.cookies.clear()
        made.post("/v1/ask", json={"question": "a secret question"}, headers={"Authorization": f"Bearer {TOKEN}"})
    written = "".join(capfd.readouterr())
    assert "GET /v1/documents 200" in written
    assert TOKEN not in written
    assert "secret" not in written
