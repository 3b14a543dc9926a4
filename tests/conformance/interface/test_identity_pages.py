"""Who is who in the interface: entities, groups, their graph, second factors, the OIDC provider."""

from __future__ import annotations

import re

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import PASSWORD, ROLES, Role, World

expect = pytest.importorskip("playwright.sync_api").expect

SECRET = re.compile(r"secret=([A-Z2-7]+)")


def pick(window: Window, label: str, choice: str) -> None:
    """Add one of a list to several."""
    field = window.page.get_by_role("combobox", name=label, exact=True)
    field.fill(choice)
    window.page.get_by_role("option", name=choice, exact=True).first.click()
    window.page.keyboard.press("Escape")  # the list stays open for more
    window.page.get_by_role("list", name=label, exact=True).get_by_text(choice, exact=True).wait_for()


def entity(team: World, name: str) -> dict[str, object]:
    """An entity as the API has it."""
    found: dict[str, object] = team.ask("GET", f"identity/entity/name/{name}")["data"]
    return found


@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_may_do_with_an_entity(team: World, opened: Opened, role: Role) -> None:
    """Root changes it, a team's administrator sees it, and a reader is told that he may not."""
    window = opened(role)
    if role == "reader":
        window.refused.add(403)
        window.go("/entities")
        assert window.page.get_by_role("link", name="Entities").count() == 0
        window.type("Open an entity by its name", "eva")
        window.press("Open")
        window.sees("Your policies do not allow this.")
        return
    window.go("/entities")
    window.press("eva")
    window.sees("team-reader")
    window.sees("payments")
    for offer in ("Change", "Disable", "Delete"):
        assert window.offers(offer) == (role == "root")
    window.page.get_by_role("tab", name="What it holds", exact=True).click()
    assert window.offers("Count") == (role == "root")


def test_an_entity_with_alias_and_group_is_in_the_graph(team: World, opened: Opened) -> None:
    """Made in the interface, it logs in with what its group gives, and is drawn beside the group."""
    team.ask("POST", "auth/userpass/users/tom", {"password": PASSWORD})
    window = opened("root")
    window.go("/entities/edit")
    window.type("Name", "tom")
    pick(window, "Policies", "team-reader")
    window.press("Save")
    window.sees("tom is saved")
    window.page.get_by_role("tab", name="Aliases", exact=True).click()
    window.press("Add an alias")
    window.type("Name at the auth method", "tom")
    window.page.get_by_role("combobox", name="Auth method", exact=True).fill("auth/userpass/")
    window.page.keyboard.press("Tab")  # The proposals close; without any, Esc would close the dialog.
    window.press("Save")
    expect(window.page.get_by_role("dialog")).to_have_count(0)
    window.page.get_by_role("grid", name="Aliases", exact=True).get_by_text("auth/userpass/").wait_for()
    window.go("/groups/edit")
    window.type("Name", "ops <b>&</b> all")
    pick(window, "Policies", "team-admin")
    pick(window, "Entities in it", "tom")
    window.press("Save")
    window.sees("ops <b>&</b> all is saved")
    login = team.ask("POST", "auth/userpass/login/tom", {"password": PASSWORD}, token="")["auth"]
    assert set(login["identity_policies"]) == {"team-reader", "team-admin"}
    window.go("/entities/graph?kind=entity&name=tom")
    drawn = window.page.get_by_role("link", name="tom team-reader, Entity", exact=True)
    assert drawn.get_attribute("aria-current") == "true"
    group = window.page.get_by_role("link", name="ops <b>&</b> all team-admin, Group", exact=True)
    group.focus()
    window.page.keyboard.press("Enter")
    window.page.get_by_role("heading", name="ops <b>&</b> all", exact=True).wait_for()
    window.page.go_back()
    window.settle()
    window.page.get_by_role("tab", name="List", exact=True).click()
    row = window.page.get_by_role("grid", name="Graph", exact=True).get_by_role("row", name="tom")
    assert "ops <b>&</b> all" in row.inner_text()


def test_members_join_and_leave(team: World, opened: Opened) -> None:
    """Some entities join a group, one leaves, and all others stay."""
    ids = [team.ask("POST", "identity/entity", {"name": f"member-{n}"})["data"]["id"] for n in range(3)]
    made = team.ask("POST", "identity/group", {"name": "joining", "member_entity_ids": ids[:1]})["data"]["id"]
    window = opened("root")
    window.go("/groups/group?name=joining&tab=members")
    pick(window, "Entities that join", "member-1")
    pick(window, "Entities that join", "member-2")
    window.press("Add")
    window.sees("2 entities have joined.")
    row = window.page.get_by_role("row", name="member-0")
    row.get_by_role("button", name="Take out", exact=True).click()
    window.page.get_by_role("dialog").get_by_role("button", name="Take out", exact=True).click()
    row.wait_for(state="detached")
    assert set(team.ask("GET", f"identity/group/id/{made}")["data"]["member_entity_ids"]) == set(ids[1:])


def test_a_disabled_entity_can_nothing_and_its_tokens_are_counted(team: World, opened: Opened) -> None:
    """What is counted is what the server counts; disabling ends what its tokens may do, ending all ends them."""
    team.ask("POST", "auth/userpass/users/ann", {"password": PASSWORD})
    tokens = [team.ask("POST", "auth/userpass/login/ann", {"password": PASSWORD}, token="")["auth"] for _ in range(2)]
    found = tokens[0]["entity_id"]
    team.ask("POST", f"identity/entity/id/{found}", {"name": "ann"})
    window = opened("root")
    window.go("/entities/entity?name=ann&tab=holds")
    window.press("Count")
    row = window.page.get_by_role("grid", name="What it holds", exact=True).get_by_role(
        "row", name="tokens", exact=True
    )
    row.wait_for()
    counted = team.ask("POST", "sys/revoke-issued", {"entity_id": found, "dry_run": True})["data"]["found"]
    assert counted == {"tokens": {"auth/userpass/": 2}}
    assert row.inner_text().split() == ["tokens", "auth/userpass/", "2"]
    window.press("Disable")
    window.page.get_by_role("dialog").get_by_role("button", name="Disable", exact=True).click()
    window.sees("This entity is disabled")
    assert team.answer("GET", "auth/token/lookup-self", token=tokens[0]["client_token"])[0] == 403
    window.press("Enable")
    expect(window.page.get_by_text("This entity is disabled")).to_have_count(0)
    assert team.answer("GET", "auth/token/lookup-self", token=tokens[0]["client_token"])[0] == 200
    window.press("End all of it")
    dialog = window.page.get_by_role("dialog")
    assert not dialog.get_by_role("button", name="End all of it", exact=True).is_enabled()
    dialog.get_by_role("textbox").fill("ann")
    dialog.get_by_role("button", name="End all of it", exact=True).click()
    window.page.wait_for_url("**/break-glass/report?id=*")
    window.settle()
    assert team.answer("GET", "auth/token/lookup-self", token=tokens[1]["client_token"])[0] == 403


def test_a_second_factor_is_demanded_and_enrolled(team: World, opened: Opened) -> None:
    """A method, an enforcement and a secret are made; the secret is masked, and gone when it was scanned."""
    window = opened("root")
    window.go("/mfa/method?type=totp")
    window.type("Method name", "phone")
    window.type("Issuer", "Strongroom")
    window.press("Save")
    window.sees("The method is saved.")
    window.go("/mfa/enforcement")
    window.type("Name", "payers")
    pick(window, "Methods", "phone")
    pick(window, "Groups", "payments")
    window.press("Save")
    window.sees("It counts from the next login on.")
    demand = team.ask("GET", "identity/mfa/login-enforcement/payers")["data"]
    group = team.ask("GET", "identity/group/name/payments")["data"]["id"]
    assert demand["identity_group_ids"] == [group] and len(demand["mfa_method_ids"]) == 1
    window.go("/entities/entity?name=eva&tab=factors")
    window.press("Make a secret")
    window.page.get_by_role("img", name="Scan this with an authenticator app", exact=True).wait_for()
    assert "otpauth://" not in window.page.content()
    url = window.reveal("the text of the code")
    secret = SECRET.search(url)
    assert secret is not None
    window.press("It is scanned")
    expect(window.page.get_by_role("img", name="Scan this")).to_have_count(0)
    assert secret[1] not in window.page.content()
    window.press("Make a secret")
    window.sees("There is a secret already.")
    window.press("Destroy the secret")
    window.page.get_by_role("dialog").get_by_role("button", name="Destroy the secret", exact=True).click()
    window.sees("eva has no secret for it any more.")
    team.ask("DELETE", "identity/mfa/login-enforcement/payers")


def test_an_application_of_the_provider(team: World, opened: Opened) -> None:
    """A client is made with its assignment; its secret is shown only when it is asked for."""
    window = opened("root")
    window.go("/provider/item?kind=assignment")
    window.type("Name", "payers")
    pick(window, "Group IDs", "payments")
    window.press("Save")
    window.sees("payers is saved")
    window.go("/provider/item?kind=client")
    window.type("Name", "wiki")
    pick(window, "Assignments", "payers")
    window.type("Redirect URIs", "https://wiki.test/callback\nhttps://wiki.test/other")
    window.press("Save")
    window.sees("wiki is saved")
    window.settle()
    client = team.ask("GET", "identity/oidc/client/wiki")["data"]
    assert client["assignments"] == ["payers"]
    assert client["redirect_uris"] == ["https://wiki.test/callback", "https://wiki.test/other"]
    assert client["client_secret"] not in window.page.content()
    assert window.reveal("Client secret") == client["client_secret"]
    window.press("Delete")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    window.sees("wiki is deleted")
    assert team.answer("GET", "identity/oidc/client/wiki")[0] == 404


def test_entities_with_names_in_one_mount_are_merged(team: World, opened: Opened) -> None:
    """Who merges them says which name stays; the other one is gone."""
    accessor = team.ask("GET", "sys/auth")["data"]["userpass/"]["accessor"]
    ids = {}
    for name in ("Merged", "merged-too"):
        ids[name] = team.ask("POST", "identity/entity", {"name": name})["data"]["id"]
        alias = {"name": f"{name}-login", "canonical_id": ids[name], "mount_accessor": accessor}
        team.ask("POST", "identity/entity-alias", alias)
    window = opened("root")
    window.go(f"/entities/entity?id={ids['Merged']}&tab=merge")
    pick(window, "Entities to take in", "merged-too")
    window.page.get_by_text("merged-too-login, of merged-too").click()
    window.press("Merge")
    window.page.get_by_role("dialog").get_by_role("button", name="Merge", exact=True).click()
    window.sees("Merged has their aliases now.")
    found = entity(team, "Merged")["aliases"]
    assert isinstance(found, list) and [each["name"] for each in found] == ["merged-too-login"]


def test_who_may_change_some_fields_alone_changes_them(team: World, opened: Opened) -> None:
    """The form sends what is different: his policy would refuse the rest."""
    made = team.ask("POST", "identity/group", {"name": "in-part", "metadata": {"owner": "eva"}})["data"]["id"]
    allowed = 'capabilities = ["read", "update"] allowed_parameters = { "policies" = [] }'
    rule = f'path "identity/group/id/{made}" {{ {allowed} }}'
    team.ask("POST", "sys/policies/acl/team-in-part", {"policy": rule})
    token = team.ask("POST", "auth/token/create", {"policies": ["team-in-part"]})["auth"]["client_token"]
    window = opened("reader", of=World(team.server, {**team.tokens, "reader": token}))
    window.go(f"/groups/edit?id={made}")
    field = window.page.get_by_role("combobox", name="Policies", exact=True)
    field.fill("team-reader")
    field.press("Enter")
    window.press("Save")
    window.sees("in-part is saved")
    found = team.ask("GET", f"identity/group/id/{made}")["data"]
    assert (found["policies"], found["metadata"]) == (["team-reader"], {"owner": "eva"})


def test_no_metadata_is_dropped_in_silence(team: World, opened: Opened) -> None:
    """A value without a name, or of a name that is there twice, keeps the form from being sent."""
    window = opened("root")
    window.go("/entities/edit")
    window.type("Name", "described")
    for number in (1, 2):
        window.press("Add a row")
        window.type(f"Value {number}", f"typed-{number}")
    window.type("Name 1", "owner")
    window.press("Save")
    window.page.wait_for_timeout(200)
    assert team.answer("GET", "identity/entity/name/described")[0] == 404
    window.type("Name 2", "owner")
    window.sees("This name is there twice")
    window.press("Save")
    window.page.wait_for_timeout(200)
    assert team.answer("GET", "identity/entity/name/described")[0] == 404
    window.type("Name 2", "team")
    window.press("Save")
    window.sees("described is saved")
    assert entity(team, "described")["metadata"] == {"owner": "typed-1", "team": "typed-2"}


def test_an_enforcement_is_opened_by_its_name(team: World, opened: Opened) -> None:
    """By who may read it, and not list what there is."""
    method = team.ask("POST", "identity/mfa/method/totp", {"issuer": "Bank"})["data"]["method_id"]
    demand = {"mfa_method_ids": [method], "identity_entity_ids": [entity(team, "eva")["id"]]}
    team.ask("POST", "identity/mfa/login-enforcement/by-name", demand)
    rule = 'path "identity/mfa/login-enforcement/by-name" { capabilities = ["read"] }'
    team.ask("POST", "sys/policies/acl/team-by-name", {"policy": rule})
    token = team.ask("POST", "auth/token/create", {"policies": ["team-by-name"]})["auth"]["client_token"]
    window = opened("reader", of=World(team.server, {**team.tokens, "reader": token}))
    window.refused.add(403)
    window.go("/mfa?tab=enforcements")
    window.type("Open an enforcement by its name", "by-name")
    window.press("Open")
    window.page.get_by_role("heading", name="by-name", exact=True).wait_for()
    window.sees(method)
    assert not window.offers("Save")
    team.ask("DELETE", "identity/mfa/login-enforcement/by-name")
