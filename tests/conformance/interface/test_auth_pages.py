"""Auth methods: one is enabled and tuned, and a user is made who logs in."""

from __future__ import annotations

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World

expect = pytest.importorskip("playwright.sync_api").expect


@pytest.mark.parametrize("role", ROLES)
def test_a_method_is_enabled_and_tuned(team: World, opened: Opened, role: Role) -> None:
    """By who may; it is shown in the login form then, because that was wanted."""
    window = opened(role)
    window.go("/auth")
    if role != "root":
        assert not window.offers("Enable an auth method")
        return
    window.press("Enable an auth method")
    window.page.get_by_text("Machines, by an id and a secret").click()
    window.type("Path", "machines")
    window.page.get_by_text("Show it in the login form").click()
    window.press("Enable")
    window.page.get_by_role("heading", name="auth/machines/", exact=True).wait_for()
    window.press("Settings")
    window.type("Default lease TTL", "10m")
    window.press("Save")
    window.sees("The settings of machines/ are saved.")
    found = team.ask("GET", "sys/auth")["data"]["machines/"]
    assert (found["type"], found["config"]["default_lease_ttl"]) == ("approle", 600)
    assert "machines/" in team.ask("GET", "sys/internal/ui/mounts", token="")["data"]["auth"]
    window.press("Disable")
    window.type("Type machines to confirm", "machines")
    window.sees("Nothing that it issued is in use now.")
    window.page.get_by_role("dialog").get_by_role("button", name="Disable", exact=True).click()
    window.page.get_by_role("heading", name="Auth methods", exact=True).wait_for()
    assert "machines/" not in team.ask("GET", "sys/auth")["data"]


@pytest.mark.parametrize("role", ROLES)
def test_a_user_is_made_and_logs_in(team: World, opened: Opened, role: Role) -> None:
    """By who may administer users; the password is in no answer and no address."""
    window = opened(role)
    window.go("/auth")
    methods = window.page.get_by_role("rowheader").all_inner_texts()
    assert ("userpass/" in methods) is (role != "reader")
    if role == "reader":
        return
    name, password = f"new-{role}", "canary-of-the-new-user"
    window.page.get_by_role("link", name="userpass/", exact=True).click()
    window.page.get_by_role("main").get_by_role("link", name="Users", exact=True).click()
    window.press("Create")
    window.type("Username", name)
    window.type("Password", password)
    window.page.locator("summary", has_text="Tokens").click()
    window.type("Token policies", "team-reader")
    window.press("Create")
    window.page.get_by_role("heading", name=f"users/{name}", exact=True).wait_for()
    window.sees("team-reader")
    assert password not in window.page.content() and password not in window.page.url
    stranger = opened()
    stranger.go("/")
    stranger.choose("Method", "User name and password")
    stranger.type("User name", name)
    stranger.type("Password", password)
    stranger.press("Log in")
    stranger.page.get_by_role("button", name="Your session").wait_for()
    window.press("Delete")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    window.page.get_by_role("heading", name="Users", exact=True).wait_for()
    assert team.answer("GET", f"auth/userpass/users/{name}")[0] == 404


def test_a_users_password_stays_when_something_else_changes(team: World, opened: Opened) -> None:
    """It isn't shown, and what isn't typed isn't sent."""
    team.ask("POST", "auth/userpass/users/kept", {"password": "canary-of-kept", "token_ttl": "1h"})
    window = opened("admin")
    window.go("/auth/engine/path?mount=auth/userpass/&path=users/{username}&v.username=kept&mode=change")
    window.page.locator("summary", has_text="Tokens").click()
    expect(window.field("Token TTL")).to_have_value("1h")
    window.type("Token TTL", "2h")
    window.press("Save")
    window.page.get_by_role("link", name="Change", exact=True).wait_for()
    team.ask("POST", "auth/userpass/login/kept", {"password": "canary-of-kept"}, token="")
    assert team.ask("GET", "auth/userpass/users/kept")["data"]["token_ttl"] == 7200


def test_a_machines_secret_id(team: World, opened: Opened) -> None:
    """AppRole: a role, its id and a secret id, by the forms alone; the two log in."""
    team.ask("POST", "sys/auth/ci", {"type": "approle"})
    window = opened("root")
    window.go("/auth/engine/path?mount=auth/ci/&path=role/{role_name}&mode=create")
    window.type("Role name", "build")
    window.press("Create")
    window.page.get_by_role("heading", name="role/build", exact=True).wait_for()
    window.press("Role id")
    window.page.get_by_role("button", name="Read", exact=True).click()
    role_id = window.page.locator("dt:text-is('role_id') + dd").inner_text()
    window.page.go_back()
    window.press("Secret ids")
    window.press("Do it")
    secret_id = window.reveal("secret_id")
    window.page.get_by_role("rowheader").first.wait_for()
    assert secret_id not in window.page.url
    login = team.ask("POST", "auth/ci/login", {"role_id": role_id, "secret_id": secret_id}, token="")
    assert login["auth"]["metadata"]["role_name"] == "build"


def test_the_first_fault_is_where_the_cursor_goes(opened: Opened) -> None:
    """Also into a part of a form that was closed."""
    window = opened("admin")
    window.go("/auth/engine/path?mount=auth/userpass/&path=users/{username}&mode=create")
    window.type("Username", "nobody")
    tokens = window.page.locator("summary", has_text="Tokens")
    tokens.click()
    window.type("Token num uses", "many")
    tokens.click()
    window.press("Create")
    window.sees("This is no number.")
    assert window.page.evaluate("document.activeElement.name") == "token_num_uses"


def test_a_claim_keeps_its_type_when_another_changes(team: World, opened: Opened) -> None:
    """Nobody could log in any more, if `true` became a text."""
    team.ask("POST", "sys/auth/people", {"type": "jwt"})
    claims = {"email_verified": True, "level": 3, "groups": ["a", "b"], "project": "web"}
    role = {"role_type": "jwt", "user_claim": "sub", "bound_audiences": ["shop"], "bound_claims": claims}
    team.ask("POST", "auth/people/role/staff", role)
    window = opened("root")
    window.go("/auth/engine/path?mount=auth/people/&path=role/%7Bname%7D&mode=change&v.name=staff")
    field = window.field("Bound claims")
    field.fill(field.input_value().replace("project=web", "project=shop"))
    window.press("Save")
    window.page.get_by_role("heading", name="role/staff", exact=True).wait_for()
    window.sees("Change")
    kept = team.ask("GET", "auth/people/role/staff")["data"]
    assert kept["bound_claims"] == {**claims, "project": "shop"}
    assert kept["bound_audiences"] == ["shop"]
    team.ask("DELETE", "sys/auth/people")


def test_values_with_commas_are_asked_about(team: World, opened: Opened) -> None:
    """Who types them as on a command line is told that they would be one: a policy that nobody has."""
    window = opened("root")
    window.go("/auth/engine/path?mount=auth/userpass/&path=users/%7Busername%7D&mode=create")
    window.type("Username", "with-commas")
    window.type("Password", "canary-of-commas")
    window.page.locator("summary", has_text="Tokens").click()
    window.type("Token policies", "team-reader, team-admin")
    window.sees("team-reader, team-admin counts as one value.")
    window.type("Token policies", "team-reader\nteam-admin")
    expect(window.page.get_by_text("counts as one value")).to_have_count(0)
    window.press("Create")
    window.page.get_by_role("heading", name="users/with-commas", exact=True).wait_for()
    found = team.ask("GET", "auth/userpass/users/with-commas")["data"]["token_policies"]
    assert found == ["team-reader", "team-admin"]
