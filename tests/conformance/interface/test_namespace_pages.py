"""Namespaces in the interface: made, entered, locked, sealed and deleted."""

from __future__ import annotations

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World


@pytest.mark.parametrize("role", ROLES)
def test_a_namespace_is_made_entered_and_deleted(team: World, opened: Opened, role: Role) -> None:
    """Who administers a namespace makes one in it, works there, and deletes it by its name."""
    window = opened(role)
    if role == "reader":
        window.refused.add(403)
        window.go("/namespaces/namespace?path=team-space")
        window.sees("Your policies do not allow this.")
        for offer in ("Delete", "Create one in it"):
            assert not window.offers(offer)
        return
    name = f"by-{role}-é"
    window.go("/namespaces/namespace?path=team-space")
    assert window.offers("Delete") == (role == "root")
    window.press("Create one in it")
    window.type("Name", "a/b")
    window.sees("A name has no slash")
    window.type("Name", name)
    window.press("Create a namespace")
    window.page.get_by_role("heading", name=name, exact=True).wait_for()
    path = f"team-space/{name}"
    names = team.ask("GET", "team-space/sys/namespaces?list=true")["data"]["keys"]
    assert f"{name}/" in names
    window.press(f"Go there: {path}")
    window.page.get_by_role("button", name=f"Namespace: {path}", exact=True).wait_for()
    window.go("/namespaces/namespace?path=team-space")
    window.sees("so it can't be looked after from here")
    window.press("Go there: root")
    window.go(f"/namespaces/namespace?path={path}")
    window.press("Delete")
    dialog = window.page.get_by_role("dialog")
    assert not dialog.get_by_role("button", name="Delete", exact=True).is_enabled()
    dialog.get_by_role("textbox").fill(name)
    dialog.get_by_role("button", name="Delete", exact=True).click()
    window.sees(f"{path} is deleted")
    listed = team.answer("GET", "team-space/sys/namespaces?list=true")[1]
    assert f"{name}/" not in str(listed)


def test_a_token_from_above(team: World, opened: Opened) -> None:
    """Who may do something in a namespace by a policy of another one is offered it there, and no request is refused."""
    team.ask("POST", "sys/mounts/above", {"type": "kv", "options": {"version": "2"}}, namespace="team-space")
    team.ask("POST", "above/data/web", {"data": {"a": "canary"}}, namespace="team-space")
    window = opened()
    window.go("/secrets/kv/secret?mount=above/&path=web&with=token")
    window.page.get_by_text("Mount and namespace").click()
    window.type("Namespace", "team-space")
    window.type("Token", team.tokens["admin"])
    window.press("Log in")
    window.page.get_by_role("heading", name="web", exact=True).wait_for()
    assert window.offers("Create a version")
    assert window.offers("Share once")
    window.turn("/me?tab=capabilities&paths=above/data/web")
    window.sees("patch")
    window.turn("/")
    window.page.get_by_role("link", name="above/", exact=True).wait_for()
    window.turn("/policies")
    window.page.get_by_role("grid", name="Policies", exact=True).wait_for()
    assert window.offers("Create a policy")


def test_an_address_has_its_namespace(team: World, opened: Opened) -> None:
    """A link that is sent to somebody leads to the same page; back leads to the namespace that was left."""
    team.ask("POST", "sys/mounts/linked", {"type": "kv", "options": {"version": "2"}}, namespace="team-space")
    team.ask("POST", "linked/data/web", {"data": {"a": "canary"}}, namespace="team-space")
    window = opened("root")
    window.go("/secrets")
    window.page.get_by_role("link", name="team/", exact=True).wait_for()
    window.turn("/namespaces/namespace?path=team-space")
    window.press("Go there: team-space")
    window.page.get_by_role("button", name="Namespace: team-space", exact=True).wait_for()
    window.page.get_by_role("link", name="linked/", exact=True).click()
    link = window.page.get_by_role("link", name="web", exact=True).get_attribute("href")
    assert link is not None
    assert window.page.url.endswith("/secrets/kv?mount=linked%2F&namespace=team-space")
    other = opened()
    other.go(link.removeprefix("/ui"))
    other.choose("Method", "Token")
    other.type("Token", team.tokens["admin"])
    other.press("Log in")
    other.page.get_by_role("heading", name="web", exact=True).wait_for()
    assert other.reveal("a") == "canary"
    other.page.reload()
    other.page.get_by_role("heading", name="web", exact=True).wait_for()
    window.page.go_back()
    window.page.go_back()
    window.page.get_by_role("button", name="Namespace: root", exact=True).wait_for()
    assert "namespace=" not in window.page.url
    window.page.go_back()
    window.page.get_by_role("link", name="team/", exact=True).wait_for()
    window.page.go_forward()
    window.page.go_forward()
    window.page.get_by_role("link", name="linked/", exact=True).wait_for()


def test_a_locked_namespace_refuses_all(team: World, opened: Opened) -> None:
    """The unlock key is shown once, and opens the namespace again."""
    team.ask("POST", "sys/namespaces/closed", {})
    window = opened("root")
    window.go("/namespaces/namespace?path=closed&tab=lock")
    window.press("Lock")
    window.page.get_by_role("dialog").get_by_role("button", name="Lock", exact=True).click()
    window.sees("closed is locked")
    key = window.reveal("Unlock key")
    assert team.answer("GET", "sys/mounts", namespace="closed")[0] == 503
    window.page.get_by_text("I have kept it").click()
    window.press("Close")
    assert key not in window.page.content()
    window.type("Unlock key", "no key")
    window.refused.add(400)
    window.press("Unlock")
    window.page.locator("[data-kind=invalid]").wait_for()
    window.type("Unlock key", key)
    window.press("Unlock")
    window.sees("closed is unlocked")
    assert team.answer("GET", "sys/mounts", namespace="closed")[0] == 200
    window.go("/namespaces")
    assert "closed/" in window.text()


def test_a_namespace_with_key_shares_of_its_own(team: World, opened: Opened) -> None:
    """Its shares are shown once, open it, and it is sealed again; who has lost them deletes it unread."""
    window = opened("root")
    window.refused.update({400, 503})  # asked whether it has a seal, and for what is in it
    window.go("/namespaces/create")
    window.type("Name", "tenant")
    window.page.get_by_text("Give it a seal of its own").click()
    window.press("Create a namespace")
    window.sees("Its key shares")
    shares = [window.reveal(f"Share {number} of 3") for number in (1, 2, 3)]
    window.page.get_by_text("Every share has its place").click()
    window.press("Go on to unseal")
    for share in shares[:2]:
        window.sees("2 of 3 key shares open it.")
        window.type("Key share", share)
        window.press("Enter the share")
        window.settle()
    window.sees("unsealed on this node")
    assert all(share not in window.page.content() for share in shares)
    assert team.answer("GET", "sys/mounts", namespace="tenant")[0] == 200
    window.press("Seal")
    window.page.get_by_role("dialog").get_by_role("button", name="Seal", exact=True).click()
    window.sees("tenant is sealed")
    assert team.ask("GET", "sys/namespaces/tenant/seal-status")["data"]["sealed"] is True
    window.press("The shares are lost")
    dialog = window.page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("tenant")
    dialog.get_by_role("button", name="The shares are lost", exact=True).click()
    window.sees("tenant is deleted")
    assert team.answer("GET", "sys/namespaces/tenant")[0] == 404


def test_one_without_a_seal_says_so(opened: Opened) -> None:
    """A namespace without a seal of its own has nothing to unseal."""
    window = opened("root")
    window.refused.add(400)
    window.go("/namespaces/namespace?path=team-space&tab=seal")
    window.sees("It has no seal of its own")
    assert not window.offers("Enter the share")
