"""Logging in to other applications by this server: who asks, what it gets, and where the browser is led."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import PASSWORD, World


@pytest.fixture(scope="module")
def wiki(team: World) -> Iterator[dict[str, str]]:
    """An application whose users this server knows: its client id and secret, and where it waits for codes."""
    back = f"{team.url}/wiki-callback"
    team.ask("POST", "identity/oidc/client/wiki", {"redirect_uris": [back], "assignments": ["allow_all"]})
    client = team.ask("GET", "identity/oidc/client/wiki")["data"]
    team.ask("POST", "identity/oidc/provider/staff", {"allowed_client_ids": [client["client_id"]]})
    yield {"id": client["client_id"], "secret": client["client_secret"], "back": back}
    team.ask("DELETE", "identity/oidc/provider/staff")
    team.ask("DELETE", "identity/oidc/client/wiki")


def asks(wiki: dict[str, str], **changes: str) -> str:
    """The address that the application sends people to."""
    asked = {"response_type": "code", "client_id": wiki["id"], "redirect_uri": wiki["back"], "scope": "openid"}
    return f"/vault/identity/oidc/provider/staff/authorize?{urlencode({**asked, 'state': 'any state', **changes})}"


def test_an_application_learns_who_somebody_is(team: World, wiki: dict[str, str], opened: Opened) -> None:
    """The person logs in, is told what the application gets, and agrees; the code is worth a token of hers."""
    window = opened()
    window.go(asks(wiki))
    window.choose("Method", "User name and password")
    window.type("User name", "reader")
    window.type("Password", PASSWORD)
    window.press("Log in")
    window.sees("asks who you are")
    assert window.findings() == []
    window.press("Go on as userpass-reader")
    window.page.wait_for_url(f"{wiki['back']}?**")
    answer = parse_qs(urlsplit(window.page.url).query)
    assert answer["state"] == ["any state"]
    exchange = {"grant_type": "authorization_code", "code": answer["code"][0], "redirect_uri": wiki["back"]}
    form = {**exchange, "client_id": wiki["id"], "client_secret": wiki["secret"]}
    tokens = team.answer("POST", "identity/oidc/provider/staff/token", form)
    assert tokens[0] == 200 and tokens[1]["id_token"].count(".") == 2


def test_who_is_asked_nothing_was_logged_in_before(wiki: dict[str, str], opened: Opened) -> None:
    """Somebody who has logged out, and logs in for an application, is told first which one it is."""
    window = opened("reader")
    window.page.goto(f"{window.world.url}{asks(wiki, prompt='none')}")
    window.page.wait_for_url(f"{wiki['back']}?**")
    window = opened()
    window.go(asks(wiki, prompt="none"))
    window.choose("Method", "User name and password")
    window.type("User name", "reader")
    window.type("Password", PASSWORD)
    window.press("Log in")
    window.sees("asks who you are")
    assert window.page.url.startswith(window.world.url)
    window.press("Go on as userpass-reader")
    window.page.wait_for_url(f"{wiki['back']}?**")


def test_an_application_at_another_address(wiki: dict[str, str], opened: Opened) -> None:
    """Nobody is sent to an address that isn't the application's."""
    window = opened("reader")
    window.refused.add(400)
    window.go(asks(wiki, redirect_uri="https://evil.example/"))
    window.sees("evil.example asks who you are")
    window.press("Go on as userpass-reader")
    window.sees("invalid_redirect_uri")
    assert window.page.url.startswith(window.world.url)


@pytest.mark.parametrize("prompt", ["", "none"])
def test_an_address_that_is_there_twice(wiki: dict[str, str], opened: Opened, prompt: str) -> None:
    """The one that the browser would be led to is the one that the server checks."""
    window = opened("reader")
    window.refused.add(400)
    first = urlencode({"redirect_uri": "https://evil.example/"})
    window.go(asks(wiki, prompt=prompt).replace("?", f"?{first}&"))
    if not prompt:
        window.press("Go on as userpass-reader")
    window.sees("invalid_redirect_uri")
    assert window.page.url.startswith(window.world.url)


def test_a_provider_whose_name_leads_elsewhere(team: World, opened: Opened) -> None:
    """A link can't have a browser send to another path of the API what the link says."""
    window = opened("root")
    fields = urlencode({"password": PASSWORD, "token_policies": "team-admin", "prompt": "none"})
    window.go(f"/vault/identity/oidc/provider/..%2f..%2f..%2fauth%2fuserpass%2fusers/authorize?{fields}")
    window.sees("relative paths not supported")
    assert team.answer("GET", "auth/userpass/users/authorize")[0] == 404


def test_a_root_token_is_nobody(wiki: dict[str, str], opened: Opened) -> None:
    """An application that asks for a new login gets one; a token of no person is refused with the reason."""
    window = opened("root")
    window.refused.add(400)
    window.go(asks(wiki))
    window.press("Go on as token")
    window.sees("identity entity must be associated with the request")
    window.go(asks(wiki, prompt="login"))
    window.sees("Log in to Strongroom")


def test_an_application_of_a_namespace(team: World, opened: Opened) -> None:
    """Its provider's page works in that namespace, for people who are known there."""
    space = {"namespace": "applications"}
    back = f"{team.url}/wiki-callback"
    team.ask("POST", "sys/namespaces/applications", {})
    team.ask("POST", "sys/auth/userpass", {"type": "userpass"}, **space)
    team.ask("POST", "auth/userpass/users/ann", {"password": PASSWORD}, **space)
    client = {"redirect_uris": [back], "assignments": ["allow_all"]}
    team.ask("POST", "identity/oidc/client/wiki", client, **space)
    known = team.ask("GET", "identity/oidc/client/wiki", **space)["data"]["client_id"]
    team.ask("POST", "identity/oidc/provider/staff", {"allowed_client_ids": [known]}, **space)
    described = team.ask("GET", "identity/oidc/provider/staff/.well-known/openid-configuration", **space)
    page = urlsplit(described["authorization_endpoint"]).path.removeprefix("/ui")
    window = opened()
    window.go(
        f"{page}?{urlencode({'response_type': 'code', 'client_id': known, 'redirect_uri': back, 'scope': 'openid'})}"
    )
    window.choose("Method", "User name and password")
    window.type("User name", "ann")
    window.type("Password", PASSWORD)
    window.press("Log in")
    window.press("Go on as", exact=False)
    window.page.wait_for_url(f"{back}?code=**")
