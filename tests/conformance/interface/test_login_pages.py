"""Logging in by a second factor and with a wrapping token, and what a login form offers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pyotp
import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import PASSWORD, World

expect = pytest.importorskip("playwright.sync_api").expect


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
    window.page.get_by_role("img", name=label, exact=True).wait_for()
    app = pyotp.parse_uri(window.reveal("the text of the code"))
    assert isinstance(app, pyotp.TOTP)
    window.type("Code", "000000")
    window.press("Go on")
    window.sees("This was not accepted as a second factor.")
    assert "policies" not in window.page.get_by_role("alert").inner_text()
    assert window.findings() == []
    window.type("Code", app.now())
    window.press("Go on")
    window.page.get_by_role("heading", name="Overview", exact=True).wait_for()
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
    window.page.get_by_role("heading", name="Overview", exact=True).wait_for()


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
    # Who follows a link sees into which namespace a password goes.
    assert window.field("Namespace").is_visible() and window.field("Namespace").input_value() == "offers"
    window.page.get_by_role("button", name="LDAP").click()
    shown = window.page.get_by_role("option").all_inner_texts()
    assert shown == ["User name and password · people", "LDAP", "User name and password", "Token", "Wrapped token"]
    team.ask("DELETE", "sys/config/ui/login/default-auth/offers")


def test_an_address_says_how_to_log_in(opened: Opened) -> None:
    """Where it names a way to log in, mount and role are taken from it; other pages have mounts of their own in it."""
    window = opened()
    window.go("/?with=oidc&mount=corp/people&role=staff")
    expect(window.field("Role")).to_have_value("staff")
    window.page.get_by_text("Mount and namespace").click()
    mount = window.page.get_by_role("combobox", name="Mount path", exact=True)
    expect(mount).to_have_value("corp/people")
    window.go("/secrets/kv?mount=team/&role=staff")
    window.choose("Method", "OIDC provider")
    assert window.field("Role").input_value() == ""
    window.page.get_by_text("Mount and namespace").click()
    expect(mount).to_have_value("oidc")


def test_a_token_that_can_be_used_a_few_times(team: World, opened: Opened) -> None:
    """It isn't used up by looking at pages, unless its owner wants that."""
    window = opened()
    for uses, said in ((1, "could be used once"), (9, "can be used 8 times more")):
        window.go("/?with=token")
        token = made(team, policies=["team-reader"], num_uses=uses)
        window.type("Token", token)
        window.press("Log in")
        window.sees(said)
        assert window.offers("Use it all the same") == (uses > 1)
    assert team.ask("POST", "auth/token/lookup", {"token": token})["data"]["num_uses"] == 8
    window.refused.add(403)
    window.press("Use it all the same")
    window.page.get_by_role("button", name="Your session").wait_for()


def test_without_tls(team: World, opened: Opened) -> None:
    """What a browser keeps from a page that came without TLS isn't needed for a login."""
    window = opened()
    window.page.add_init_script("delete Crypto.prototype.randomUUID; delete Crypto.prototype.subtle;")
    window.refused.add(403)
    window.go("/?with=oidc")
    window.press("Log in")
    window.page.get_by_role("alert").wait_for()
    window.go("/?with=token")
    window.type("Token", made(team, type="batch", policies=["default"]))
    window.press("Log in")
    window.page.get_by_role("heading", name="Overview", exact=True).wait_for()


def test_a_mistake_of_the_page(opened: Opened) -> None:
    """It is told as one, and takes no page with it."""
    window = opened()
    window.page.add_init_script("window.open = () => { throw new TypeError('canary') }")
    window.go("/?with=oidc")
    window.press("Log in")
    window.sees("This page failed, not the server.")
    window.sees("canary")


def made(team: World, **options: object) -> str:
    """A token."""
    return str(team.ask("POST", "auth/token/create", options)["auth"]["client_token"])


def wrapped(team: World, path: str, body: dict[str, Any]) -> str:
    """A wrapping token with the answer to a request."""
    request = Request(f"{team.server.url}/v1/{path}", json.dumps(body).encode(), method="POST")
    request.add_header("X-Vault-Token", team.server.token)
    request.add_header("X-Vault-Wrap-TTL", "5m")
    with urlopen(request) as answer:
        return str(json.load(answer)["wrap_info"]["token"])
