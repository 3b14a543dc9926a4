"""Logins at a certified OpenID provider, by a browser: by plain requests, and by the reference command line."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.conformance.program import PEER
from tests.conformance.servers import Server, start_ours
from tests.ports import free_port
from tests.sim.oidc_provider import SECRET, Browser, running

ENDS = contextlib.suppress(http.client.HTTPException, OSError)
"""The program ends as soon as it has its token, perhaps before its page is read whole."""
BACK = "http://localhost:8250/oidc/callback"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The provider's address."""
    with running() as url:
        yield url


@pytest.fixture(scope="module")
def server(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that trusts it."""
    with start_ours(tmp_path_factory.mktemp("server")) as ours:
        assert ask(ours, "POST", "sys/auth/oidc", {"type": "oidc"})[0] == 204
        yield ours


def ask(server: Server, verb: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
    """Status and body of a request."""
    headers = {"X-Vault-Token": server.token if token is None else token}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{server.url}/v1/{path}", data, headers, method=verb)
    try:
        with urllib.request.urlopen(request) as response:
            text, status = response.read(), response.status
    except urllib.error.HTTPError as error:
        text, status = error.read(), error.code
    return status, json.loads(text) if text else None


def configure(server: Server, provider: str, config: dict[str, Any] | None = None, **role: Any) -> None:
    """Trust the provider, with the role r, which asks for groups."""
    settings = {"oidc_discovery_url": provider, "oidc_client_id": "strongroom", "oidc_client_secret": SECRET}
    status, body = ask(server, "POST", "auth/oidc/config", {**settings, **(config or {})})
    assert status == 204, body
    wanted = {
        "user_claim": "sub",
        "allowed_redirect_uris": BACK,
        "oidc_scopes": "groups",
        "groups_claim": "groups",
        "bound_claims": {"project_path": "group/*", "ref_protected": "true"},
        "bound_claims_type": "glob",
        "claim_mappings": {"project_path": "project"},
        **role,
    }
    ask(server, "DELETE", "auth/oidc/role/r")
    status, body = ask(server, "POST", "auth/oidc/role/r", wanted)
    assert status < 300, body


def begin(server: Server, **body: str) -> dict[str, str]:
    """What a login begins with."""
    status, answer = ask(server, "POST", "auth/oidc/oidc/auth_url", {"role": "r", "redirect_uri": BACK, **body}, "")
    assert status == 200, answer
    return dict(answer["data"])


def end(server: Server, url: str, **more: str) -> tuple[int, Any]:
    """Bring back what the provider has sent."""
    query = urllib.parse.urlencode({**dict(parse_qsl(urlsplit(url).query)), **more})
    return ask(server, "GET", f"auth/oidc/oidc/callback?{query}", token="")


def test_a_code_by_query(server: Server, provider: str) -> None:
    """With PKCE, and claims that the provider has in its userinfo only."""
    configure(server, provider, max_age=3600)
    back = Browser().log_in(begin(server)["auth_url"], until=BACK)
    status, body = end(server, back)
    assert status == 200, body
    assert body["auth"]["metadata"] == {"role": "r", "project": "group/project"}
    status, body = end(server, back)
    assert status == 400


def test_claims_in_the_id_token(server: Server) -> None:
    """As GitLab sends them; a claim that doesn't fit is a refusal."""
    with running("in-id-token") as provider:
        configure(server, provider)
        assert end(server, Browser().log_in(begin(server)["auth_url"], until=BACK))[0] == 200
        configure(server, provider, bound_claims={"project_path": "other/*"})
        status, body = end(server, Browser().log_in(begin(server)["auth_url"], until=BACK))
        assert (status, body["errors"]) == (
            400,
            ['Strongroom login failed. error validating claims: claim "project_path" does not match any associated '
             "bound claim values"],
        )  # fmt: skip


@pytest.mark.parametrize("kind", ["code", "id_token"])
def test_an_answer_by_form(server: Server, provider: str, kind: str) -> None:
    """The provider's page posts it; a GET by the client ends the login."""
    config = {"oidc_response_mode": "form_post", "oidc_response_types": kind}
    role = {} if kind == "code" else {"groups_claim": "", "bound_claims": {"sub": "ann"}}
    configure(server, provider, config, **role)
    browser = Browser()
    browser.log_in(begin(server)["auth_url"], until=BACK)
    verb, url, fields = browser.form()
    assert (verb, url) == ("post", BACK)
    browser.open(f"{server.url}/v1/auth/oidc/oidc/callback", fields)
    handed_on = re.search(r'postMessage\(.*"code": "(\w+)"', browser.page)
    assert handed_on is not None, browser.page
    query = f"state={fields['state']}&code={handed_on[1]}"
    status, body = ask(server, "GET", f"auth/oidc/oidc/callback?{query}", token="")
    assert status == 200, body
    assert body["auth"]["metadata"]["role"] == "r"


def test_a_callback_to_the_server(server: Server, provider: str) -> None:
    """The browser confirms on the server's page; the client that waits gets the token, once."""
    own = f"{server.url}/v1/auth/oidc/oidc/callback"
    configure(server, provider, callback_mode="direct", allowed_redirect_uris=own)
    started = begin(server, redirect_uri=own, client_nonce="mine")
    waiting = {"state": started["state"], "client_nonce": "mine"}
    browser = Browser()
    back = browser.log_in(started["auth_url"], until=own)
    browser.open(back)
    assert "Confirm the login" in browser.page
    assert ask(server, "POST", "auth/oidc/oidc/poll", waiting, "") == (400, {"errors": ["authorization_pending"]})
    browser.submit()
    assert "Signed in" in browser.page, browser.page
    status, body = ask(server, "POST", "auth/oidc/oidc/poll", waiting, "")
    assert status == 200, body
    assert body["auth"]["metadata"]["project"] == "group/project"
    assert ask(server, "POST", "auth/oidc/oidc/poll", waiting, "")[0] == 400


def test_a_device(server: Server, provider: str) -> None:
    """The user confirms at the provider, without a way back."""
    configure(server, provider, callback_mode="device", poll_interval=1)
    started = begin(server, client_nonce="mine")
    waiting = {"state": started["state"], "client_nonce": "mine"}
    assert ask(server, "POST", "auth/oidc/oidc/poll", waiting, "") == (400, {"errors": ["authorization_pending"]})
    assert ask(server, "POST", "auth/oidc/oidc/poll", waiting, "") == (400, {"errors": ["slow_down"]})
    confirm_device(started["auth_url"])
    status, body = 400, {"errors": ["slow_down"]}
    while body.get("errors") == ["slow_down"]:  # until half the poll interval is over
        status, body = ask(server, "POST", "auth/oidc/oidc/poll", waiting, "")
    assert status == 200, body
    assert body["auth"]["metadata"]["project"] == "group/project"


def confirm_device(url: str) -> None:
    """What the user of a device does elsewhere."""
    browser = Browser()
    browser.open(url)
    for _ in range(6):
        if "<form" not in browser.page:
            break
        asks_for_password = 'name="password"' in browser.page
        browser.submit(**({"login": "ann", "password": "any"} if asks_for_password else {}))


@pytest.mark.parametrize("mode", ["query", "form_post", "direct", "device"])
def test_the_reference_command_line(server: Server, provider: str, mode: str, tmp_path: Path) -> None:
    """`bao login -method=oidc`, whose browser is the test's."""
    config = {"oidc_response_mode": mode} if mode == "form_post" else {}
    role = {"callback_mode": mode} if mode in {"direct", "device"} else {}
    own = f"{server.url}/v1/auth/oidc/oidc/callback"
    configure(server, provider, config, allowed_redirect_uris=f"{BACK},{own}", poll_interval=1, **role)
    port = free_port()
    command = [PEER, "login", "-format=json", "-method=oidc", "role=r", "skip_browser=true", f"port={port}"]
    if mode in {"direct", "device"}:
        command.append(f"callbackmode={mode}")
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "BAO_ADDR": server.url, "VAULT_ADDR": server.url}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as client:
        try:
            assert client.stderr is not None
            url = ""
            for line in client.stderr:
                if found := re.search(r"http://\S+", line):
                    url = found[0]
                if "Waiting for OIDC" in line:
                    break
            browser = Browser()
            match mode:
                case "query":
                    back = browser.log_in(url, until=f"http://localhost:{port}/")
                    with ENDS:
                        browser.open(back)
                case "form_post":
                    browser.log_in(url, until=f"http://localhost:{port}/")
                    with ENDS:
                        browser.submit()
                case "direct":
                    browser.open(browser.log_in(url, until=own))
                    browser.submit()
                case "device":
                    confirm_device(url)
            output, errors = client.communicate(timeout=60)
        finally:
            client.kill()
    assert client.returncode == 0, errors
    assert json.loads(output)["auth"]["metadata"] == {"role": "r", "project": "group/project"}
