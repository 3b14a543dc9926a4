"""Logging in by a second factor, by a provider, with a wrapping token; and logging in to applications here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request, urlopen

import pyotp
import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import PASSWORD, World
from tests.sim.oidc_provider import SECRET, running

NO_WINDOWS = "window.open = () => null"


@pytest.fixture(scope="module")
def provider(team: World) -> Iterator[str]:
    """A certified provider, which the server trusts at `oidc/`."""
    with running() as url:
        team.ask("POST", "sys/auth/oidc", {"type": "oidc", "config": {"listing_visibility": "unauth"}})
        config = {"oidc_discovery_url": url, "oidc_client_id": "strongroom", "oidc_client_secret": SECRET}
        team.ask("POST", "auth/oidc/config", {**config, "default_role": "staff"})
        back = f"{team.url}/vault/auth/oidc/oidc/callback"
        role = {"user_claim": "sub", "allowed_redirect_uris": back, "token_policies": "team-reader"}
        team.ask("POST", "auth/oidc/role/staff", role)
        yield url
        team.ask("DELETE", "sys/auth/oidc")


def at_provider(page: Any, user: str) -> None:
    """Log in at the provider's pages, and consent."""
    page.locator("input[name=login]").fill(user)
    page.locator("input[name=password]").fill("any")
    page.locator("button[type=submit]").click()
    page.get_by_role("button", name="Continue").click()


def by_provider(window: Window, place: str = "/") -> None:
    """Begin a login at the provider."""
    window.go(place)
    window.choose("Method", "OIDC provider")
    window.press("Log in")


def test_a_login_in_a_providers_window(team: World, provider: str, opened: Opened) -> None:
    """The window closes by itself; the page that was asked for is there, and no code is left in any address."""
    window = opened()
    window.go("/secrets/kv?mount=team/")
    window.choose("Method", "OIDC provider")
    with window.page.expect_popup() as popup:
        window.press("Log in")
    with popup.value.expect_event("close"):
        at_provider(popup.value, "ann")
    window.page.get_by_role("heading", name="team/").wait_for()
    window.press("Your session", exact=False)
    window.sees("This session ends in")
    assert "oidc-ann" in window.text()
    assert "code=" not in window.page.url


def test_a_login_where_windows_are_blocked(team: World, provider: str, opened: Opened) -> None:
    """The provider's page comes in this tab, which is back afterwards where it was."""
    window = opened()
    window.elsewhere.add(urlsplit(provider).netloc)
    window.page.add_init_script(NO_WINDOWS)
    by_provider(window, "/secrets/kv?mount=team/")
    at_provider(window.page, "bob")
    window.page.get_by_role("heading", name="team/").wait_for()
    assert window.page.url == f"{team.url}/secrets/kv?mount=team/"
    assert "pending" not in window.page.evaluate("JSON.stringify(Object.keys(sessionStorage))")


def test_a_login_that_is_refused_by_the_provider(team: World, provider: str, opened: Opened) -> None:
    """What the provider says is shown; the form is there for another try."""
    window = opened()
    window.refused.add(400)
    window.elsewhere.add(urlsplit(provider).netloc)
    window.page.add_init_script(NO_WINDOWS)
    by_provider(window)
    window.page.get_by_role("link", name="Cancel").click()
    window.sees("End-User aborted interaction")
    window.page.get_by_role("link", name="To the login").click()
    window.sees("Log in to Strongroom")


def test_a_login_in_a_window_can_be_cancelled(provider: str, opened: Opened) -> None:
    """Whoever closes the provider's window begins anew."""
    window = opened()
    window.go("/")
    window.choose("Method", "OIDC provider")
    with window.page.expect_popup() as popup:
        window.press("Log in")
    popup.value.locator("input[name=login]").wait_for()
    popup.value.close()
    window.sees("The provider's window can't be seen from here.")
    window.press("Cancel")
    window.page.get_by_role("button", name="Cancel").wait_for(state="detached")
    assert window.page.get_by_role("button", name="Log in").is_enabled()


def test_a_locked_page_stays_while_its_user_is_at_the_provider(team: World, provider: str, opened: Opened) -> None:
    """Where windows are blocked, a page with something in it isn't left: its user opens the provider's page himself."""
    window = opened()
    window.elsewhere.add(urlsplit(provider).netloc)
    window.page.add_init_script(NO_WINDOWS)
    by_provider(window, "/tools")
    at_provider(window.page, "carl")
    window.type("What to wrap: JSON or .env", "typed=before")
    window.press("Your session", exact=False)
    window.page.get_by_role("menuitem", name="Lock").click()
    window.sees("Locked, because nobody was there")
    window.press("Log in")
    with window.page.context.expect_page() as tab:
        window.page.get_by_role("link", name="The provider's page").click()
    tab.value.get_by_role("button", name="Continue").click()
    window.page.get_by_role("dialog").wait_for(state="detached")
    assert window.field("What to wrap: JSON or .env").input_value() == "typed=before"


def test_a_login_by_a_code_at_the_provider(team: World, provider: str, opened: Opened) -> None:
    """The provider asks the user alone; the page asks the server until that is done."""
    role = {"user_claim": "sub", "callback_mode": "device", "poll_interval": 1, "token_policies": "team-reader"}
    team.ask("POST", "auth/oidc/role/device", role)
    window = opened()
    window.refused.add(400)  # it isn't done yet
    window.go("/?with=oidc")
    window.type("Role", "device")
    with window.page.expect_popup() as popup:
        window.press("Log in")
    window.sees("Log in at the provider")
    page = popup.value
    page.get_by_role("button", name="Continue").click()
    at_provider(page, "dora")
    window.page.get_by_role("heading", name="Overview").wait_for()


def test_a_role_that_leads_elsewhere(team: World, provider: str, opened: Opened) -> None:
    """The server says which address isn't allowed; the role that was typed stays."""
    role = {"user_claim": "sub", "allowed_redirect_uris": "http://localhost:8250/oidc/callback"}
    team.ask("POST", "auth/oidc/role/terminal", role)
    window = opened()
    window.refused.add(400)
    window.go("/?with=oidc")
    window.type("Role", "terminal")
    window.press("Log in")
    window.sees("isn't in allowed_redirect_uris of role")
    assert window.field("Role").input_value() == "terminal"


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


def test_an_application_at_another_address(wiki: dict[str, str], opened: Opened) -> None:
    """Nobody is sent to an address that isn't the application's."""
    window = opened("reader")
    window.refused.add(400)
    window.go(asks(wiki, redirect_uri="https://evil.example/"))
    window.sees("evil.example asks who you are")
    window.press("Go on as userpass-reader")
    window.sees("invalid_redirect_uri")
    assert window.page.url.startswith(window.world.url)


def test_a_root_token_is_nobody(wiki: dict[str, str], opened: Opened) -> None:
    """An application that asks for a new login gets one; a token of no person is refused with the reason."""
    window = opened("root")
    window.refused.add(400)
    window.go(asks(wiki))
    window.press("Go on as token")
    window.sees("identity entity must be associated with the request")
    window.go(asks(wiki, prompt="login"))
    window.sees("Log in to Strongroom")


@pytest.fixture
def factor(team: World) -> Iterator[str]:
    """A user who needs a second factor and has none yet."""
    team.ask("POST", "auth/userpass/users/mfa", {"password": PASSWORD, "token_policies": "team-reader"})
    settings = {"issuer": "Strongroom", "enable_self_enrollment": True, "method_name": "app"}
    method = team.ask("POST", "identity/mfa/method/totp", settings)["data"]["method_id"]
    accessor = team.ask("GET", "sys/auth")["data"]["userpass/"]["accessor"]
    entity = team.ask("POST", "identity/entity", {"name": "second-factor"})["data"]["id"]
    team.ask("POST", "identity/entity-alias", {"name": "mfa", "canonical_id": entity, "mount_accessor": accessor})
    team.ask(
        "POST", "identity/mfa/login-enforcement/apps", {"mfa_method_ids": [method], "identity_entity_ids": [entity]}
    )
    yield "mfa"
    team.ask("DELETE", "identity/mfa/login-enforcement/apps")
    team.ask("DELETE", f"identity/mfa/method/totp/{method}")
    team.ask("DELETE", f"identity/entity/id/{entity}")


def test_a_second_factor_is_set_up_at_the_login(factor: str, opened: Opened) -> None:
    """The secret comes as a picture and as text; a wrong code leaves the login as it is, the right one ends it."""
    window = opened()
    window.refused.add(403)
    window.go("/?with=userpass")
    window.type("User name", factor)
    window.type("Password", PASSWORD)
    window.press("Log in")
    window.sees("Second factor")
    window.press("I have no authenticator app yet")
    label = "Scan this with an authenticator app, then type the code that it shows."
    window.page.get_by_role("img", name=label).wait_for()
    app = pyotp.parse_uri(window.reveal(label))
    assert isinstance(app, pyotp.TOTP)
    window.type("Code", "000000")
    window.press("Go on")
    window.page.get_by_role("alert").wait_for()
    assert window.findings() == []
    window.type("Code", app.now())
    window.press("Go on")
    window.page.get_by_role("heading", name="Overview").wait_for()
    assert app.secret not in window.page.evaluate("JSON.stringify(sessionStorage)")


def test_a_secret_in_a_wrapping_token(team: World, opened: Opened) -> None:
    """Somebody without a login opens it, once, and sees what was in it; nothing of it stays."""
    path = "sys/wrapping/wrap"
    token = wrapped(team, path, {"user": "web", "password": "canary-of-the-wrapped"})
    window = opened()
    window.refused.update({400, 403})
    window.go("/?with=wrapped")
    window.type("Wrapping token", token)
    window.press("Log in")
    window.sees("What was in it")
    assert "canary-of-the-wrapped" not in window.page.content()
    assert window.reveal("password") == "canary-of-the-wrapped"
    window.press("I have it")
    assert "canary-of-the-wrapped" not in window.page.content()
    window.type("Wrapping token", token)
    window.press("Log in")
    window.page.get_by_role("alert").wait_for()


def test_a_token_in_a_wrapping_token(team: World, opened: Opened) -> None:
    """A token that was made for somebody logs in."""
    token = wrapped(team, "auth/token/create", {"policies": ["team-reader"], "ttl": "1h"})
    window = opened()
    window.go("/?with=wrapped")
    window.type("Wrapping token", token)
    window.press("Log in")
    window.page.get_by_role("heading", name="Overview").wait_for()


def test_what_a_namespace_says_of_its_logins(team: World, opened: Opened) -> None:
    """The form offers what the namespace names, and a token; mounts that are shown have their own entry."""
    team.ask("POST", "sys/namespaces/offers", {})
    team.ask(
        "POST", "sys/auth/people", {"type": "userpass", "config": {"listing_visibility": "unauth"}}, namespace="offers"
    )
    rule = {"namespace_path": "offers", "default_auth_type": "ldap", "backup_auth_types": ["userpass"]}
    team.ask("POST", "sys/config/ui/login/default-auth/offers", rule)
    window = opened()
    window.go("/?namespace=offers")
    window.page.get_by_role("button", name="LDAP").click()
    shown = window.page.get_by_role("option").all_inner_texts()
    assert shown == ["User name and password · people", "LDAP", "User name and password", "Token", "Wrapped token"]
    team.ask("DELETE", "sys/config/ui/login/default-auth/offers")


def wrapped(team: World, path: str, body: dict[str, Any]) -> str:
    """A wrapping token with the answer to a request."""
    request = Request(f"{team.server.url}/v1/{path}", json.dumps(body).encode(), method="POST")
    request.add_header("X-Vault-Token", team.server.token)
    request.add_header("X-Vault-Wrap-TTL", "5m")
    with urlopen(request) as answer:
        return str(json.load(answer)["wrap_info"]["token"])
