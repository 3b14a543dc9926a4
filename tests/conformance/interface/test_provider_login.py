"""Logging in at a provider's pages: in a window, in the same tab, by a code, and in a namespace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import World
from tests.sim.oidc_provider import SECRET, running

expect = pytest.importorskip("playwright.sync_api").expect

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
    page.get_by_role("button", name="Continue", exact=True).click()


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
    # The provider's page can't lead the other one elsewhere.
    popup.value.locator("input[name=login]").wait_for()
    assert popup.value.evaluate("window.opener") is None
    with popup.value.expect_event("close"):
        at_provider(popup.value, "ann")
    window.page.get_by_role("heading", name="team/", exact=True).wait_for()
    window.press("Your session", exact=False)
    window.sees("This session ends in")
    assert "oidc-ann" in window.text()
    assert "code=" not in window.page.url


def test_a_provider_that_posts_its_answer(team: World, provider: str, opened: Opened) -> None:
    """The answer comes to the API, whose page hands it to the window that waits."""
    config = team.ask("GET", "auth/oidc/config")["data"] | {"oidc_client_secret": SECRET}
    team.ask("POST", "auth/oidc/config", config | {"oidc_response_mode": "form_post"})
    window = opened()
    window.go("/secrets/kv?mount=team/")
    window.choose("Method", "OIDC provider")
    with window.page.expect_popup() as popup:
        window.press("Log in")
    with popup.value.expect_event("close"):
        at_provider(popup.value, "pat")
    window.page.get_by_role("heading", name="team/", exact=True).wait_for()
    team.ask("POST", "auth/oidc/config", config | {"oidc_response_mode": "query"})


def test_a_login_where_windows_are_blocked(team: World, provider: str, opened: Opened) -> None:
    """The provider's page comes in this tab, which is back afterwards where it was."""
    window = opened()
    window.elsewhere.add(urlsplit(provider).netloc)
    window.page.add_init_script(NO_WINDOWS)
    by_provider(window, "/secrets/kv?mount=team/")
    at_provider(window.page, "bob")
    window.page.get_by_role("heading", name="team/", exact=True).wait_for()
    assert window.page.url == f"{team.url}/secrets/kv?mount=team/"
    assert "pending" not in window.page.evaluate("JSON.stringify(Object.keys(sessionStorage))")


def test_a_login_that_is_refused_by_the_provider(team: World, provider: str, opened: Opened) -> None:
    """What the provider says is shown; the form is there for another try."""
    window = opened()
    window.refused.add(400)
    window.elsewhere.add(urlsplit(provider).netloc)
    window.page.add_init_script(NO_WINDOWS)
    by_provider(window)
    window.page.get_by_role("link", name="[ Cancel ]", exact=True).click()
    window.sees("End-User aborted interaction")
    window.page.get_by_role("link", name="To the login", exact=True).click()
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
    expect(window.page.get_by_role("button", name="Cancel")).to_have_count(0)
    expect(window.page.get_by_role("button", name="Log in", exact=True)).to_be_enabled()


def test_a_locked_page_stays_while_its_user_is_at_the_provider(team: World, provider: str, opened: Opened) -> None:
    """Where windows are blocked, a page with something in it isn't left: its user opens the provider's page himself."""
    window = opened()
    window.elsewhere.add(urlsplit(provider).netloc)
    window.page.add_init_script(NO_WINDOWS)
    by_provider(window, "/tools")
    at_provider(window.page, "carl")
    window.type("What to wrap: JSON or .env", "typed=before")
    window.press("Your session", exact=False)
    window.page.get_by_role("menuitem", name="Lock", exact=True).click()
    window.sees("Locked, because nobody was there")
    window.press("Log in")
    with window.page.context.expect_page() as tab:
        window.page.get_by_role("link", name="The provider's page", exact=True).click()
    tab.value.get_by_role("button", name="Continue", exact=True).click()
    expect(window.page.get_by_role("dialog")).to_have_count(0)
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
    page.get_by_role("button", name="Continue", exact=True).click()
    at_provider(page, "dora")
    window.page.get_by_role("heading", name="Overview", exact=True).wait_for()


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
    expect(window.field("Role")).to_have_value("terminal")


def test_a_login_in_a_namespace(team: World, provider: str, opened: Opened) -> None:
    """The provider knows one address for all namespaces; which one it was comes back by the state."""
    team.ask("POST", "sys/namespaces/by-provider", {})
    team.ask("POST", "sys/auth/oidc", {"type": "oidc"}, namespace="by-provider")
    config = {"oidc_discovery_url": provider, "oidc_client_id": "strongroom", "oidc_client_secret": SECRET}
    team.ask("POST", "auth/oidc/config", {**config, "default_role": "staff"}, namespace="by-provider")
    role = {"user_claim": "sub", "allowed_redirect_uris": f"{team.url}/vault/auth/oidc/oidc/callback"}
    team.ask("POST", "auth/oidc/role/staff", role, namespace="by-provider")
    window = opened()
    window.elsewhere.add(urlsplit(provider).netloc)
    window.page.add_init_script(NO_WINDOWS)
    window.go("/me?with=oidc&namespace=by-provider")
    window.press("Log in")
    at_provider(window.page, "nora")
    window.sees("auth/oidc/oidc/callback")
    expect(window.page.get_by_role("button", name="Namespace: by-provider", exact=True)).to_have_count(1)
