"""Secrets in the browser: written, found, shown, compared, deleted, brought back and shared."""

from __future__ import annotations

import json
import re
from typing import Final

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.kv import at, fill_row, put, stored
from tests.conformance.interface.world import ROLES, Role, World

expect = pytest.importorskip("playwright.sync_api").expect

ENV: Final = """# of the service
export SERVICE_URL=https://service.test/#top
SERVICE_KEY="canary of\\na key"   # two lines
EMPTY=
"""


@pytest.mark.parametrize("role", ROLES)
def test_the_first_secret(team: World, opened: Opened, role: Role) -> None:
    """From the list of engines to a secret that is stored; who may not write isn't offered it."""
    window = opened(role)
    window.go("/secrets")
    window.press("team/")
    window.page.get_by_role("heading", name="team/", exact=True).wait_for()
    if role == "reader":
        assert not window.offers("Create a secret")
        return
    window.press("Create a secret")
    window.press("Save")
    window.sees("A name is needed, without a slash at its end.")
    window.type("Path", f"first/{role}/api")
    window.type("Name", "key")
    window.type("Value", "canary-of-the-first\nsecond line")
    window.press("Add a field")
    window.page.get_by_role("textbox", name="Name", exact=True).last.fill("key")
    window.page.get_by_role("textbox", name="Value", exact=True).last.fill("again")
    window.press("Save")
    window.sees("There is another field of this name.")
    window.page.get_by_role("textbox", name="Name", exact=True).last.fill("count")
    window.page.get_by_role("textbox", name="Value", exact=True).last.fill("12345678901234567890")
    window.press("Take count as JSON")
    window.press("Save")
    window.page.get_by_role("heading", name="api", exact=True).wait_for()
    assert "canary" not in window.page.content() and "canary" not in window.page.url
    assert window.reveal("key") == "canary-of-the-first\nsecond line"
    assert stored(team, f"first/{role}/api") == {
        "key": "canary-of-the-first\nsecond line",
        "count": 12345678901234567890,
    }


@pytest.mark.parametrize("role", ROLES)
def test_find_and_reveal(team: World, opened: Opened, role: Role) -> None:
    """By a part of the name over all engines, by custom metadata, and in the tree; values are masked at first."""
    put(team, f"found/{role}/Needle", {"user": "web", "password": f"canary-{role}", "deep": {"list": [1, None]}})
    team.ask("POST", f"team/metadata/found/{role}/Needle", {"custom_metadata": {"owner": f"eva-{role}"}})
    team.ask("POST", f"team-v1/found/{role}-needle", {"value": "canary-plain"})
    window = opened(role)
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window.go("/secrets/kv/search")
    window.page.get_by_role("searchbox", name="Text", exact=True).fill("needle")
    window.page.get_by_role("searchbox", name="Text", exact=True).press("Enter")
    window.page.get_by_role("row").filter(has_text=f"{role}-needle").wait_for()
    window.page.get_by_role("row").filter(has_text=f"{role}/Needle").wait_for()
    window.type("Name of custom metadata", "owner")
    window.type("Its text", f"EVA-{role}")
    window.page.get_by_role("main").get_by_role("button", name="Search", exact=True).click()
    window.sees("1 secret was found.")
    window.page.get_by_role("link", name=f"found/{role}/Needle", exact=True).click()
    window.sees(f"Owner: eva-{role}")
    assert "canary" not in window.page.content()
    assert window.reveal("password") == f"canary-{role}"
    window.press("Copy as JSON")
    copied = json.loads(window.page.evaluate("navigator.clipboard.readText()"))
    assert copied == stored(team, f"found/{role}/Needle")
    window.page.get_by_text("As JSON").click()
    assert "canary" not in window.page.content()
    window.press("Reveal all values")
    assert (
        json.loads(window.page.get_by_label("As JSON", exact=True).locator("visible=true").last.inner_text()) == copied
    )
    window.go(at("", mount="team/", view="tree"))
    window.press("Open found/")
    window.press(f"Open {role}/")
    window.page.get_by_role("link", name="Needle", exact=True).wait_for()


def test_an_older_version(team: World, opened: Opened) -> None:
    """Is told from the current one, can be chosen, and made the current one again."""
    put(team, "older/db", {"password": "one"}, {"password": "two"})
    window = opened("admin")
    window.go(at("/secret", mount="team/", path="older/db"))
    assert not window.offers("Make these values the current ones")
    window.page.get_by_role("button", name="Version").click()
    window.page.get_by_role("option", name=re.compile("^1, kept")).click()
    window.sees("This is version 1. The current one is 2.")
    assert window.reveal("password") == "one"
    window.press("Make these values the current ones")
    window.sees("The values of version 1 are the current ones.")
    assert stored(team, "older/db") == {"password": "one"}
    window.page.go_back()
    window.sees("This is version 1. The current one is 3.")


@pytest.mark.parametrize("role", ROLES)
def test_a_new_version_and_what_differs(team: World, opened: Opened, role: Role) -> None:
    """One field is changed, one removed, one added; the two versions are compared field by field."""
    path = f"differ/{role}"
    put(team, path, {"kept": "k", "changed": "canary-old", "gone": "g"})
    window = opened(role)
    window.go(at("/secret", mount="team/", path=path))
    if role == "reader":
        put(team, path, {"kept": "k", "changed": "canary-new", "added": "a"})
        assert not window.offers("Create a version")
    else:
        window.press("Create a version")
        assert "canary" not in window.page.content()
        fill_row(window, "changed", "canary-new")
        window.press("Remove gone")
        window.press("Add a field")
        window.page.get_by_role("textbox", name="Name", exact=True).last.fill("added")
        window.page.get_by_role("textbox", name="Value", exact=True).last.fill("a")
        window.press("Save")
        window.page.get_by_role("heading", name=role, exact=True).wait_for()
    assert stored(team, path) == {"kept": "k", "changed": "canary-new", "added": "a"}
    window.go(at("/secret", mount="team/", path=path, tab="versions"))
    versions = window.page.get_by_role("list", name="Versions", exact=True).get_by_role("listitem")
    versions.filter(has_text="Version 2").get_by_role("button", name="Compare").click()
    dialog = window.page.get_by_role("dialog")
    shown = {
        name: dialog.locator("section", has_text=name).locator(".badge").inner_text()
        for name in ("changed", "gone", "added")
    }
    assert shown == {"changed": "changed", "gone": "removed", "added": "added"}
    assert "canary" not in window.page.content()
    assert window.reveal("changed in version 1") == "canary-old"
    assert window.reveal("changed in version 2") == "canary-new"
    assert "before=1&after=2" in window.page.url
    dialog.get_by_text("Also the field that is the same").click()
    dialog.get_by_role("heading", name=re.compile("kept")).wait_for()


@pytest.mark.parametrize("role", ROLES)
def test_delete_undelete_destroy(team: World, opened: Opened, role: Role) -> None:
    """Each asks before, the page says what is left, and who may not isn't offered it."""
    path = f"removed/{role}"
    put(team, path, {"a": "1"}, {"a": "2"})
    window = opened(role)
    window.refused.add(404)
    window.go(at("/secret", mount="team/", path=path))
    if role == "reader":
        team.ask("DELETE", f"team/data/{path}")
        window.page.reload()
        window.sees("Version 2 was deleted on")
        assert not any(window.offers(name) for name in ("Undelete", "Delete", "Share once"))
        window.go(at("/secret", mount="team/", path=path, tab="versions"))
        window.sees("Version 2")
        window.settle()
        assert window.page.get_by_role("button", name="Destroy").count() == 0
        return
    window.press("Delete")
    window.sees("It can be undeleted.")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    window.sees("Version 2 was deleted on")
    window.press("Undelete")
    window.sees("Version 2 is back.")
    assert stored(team, path) == {"a": "2"}
    window.page.get_by_role("tab", name="Versions", exact=True).click()
    window.page.get_by_role("button", name="Destroy: Version 1", exact=True).click()
    window.sees("Its values are gone for ever.")
    window.page.get_by_role("dialog").get_by_role("button", name="Destroy", exact=True).click()
    window.sees("Version 1 is destroyed.")
    versions = team.ask("GET", f"team/metadata/{path}")["data"]["versions"]
    assert versions["1"]["destroyed"] and not versions["2"]["destroyed"] and not versions["2"]["deletion_time"]
    window.page.get_by_role("link", name="Version 1", exact=True).click()
    window.sees("Version 1 was destroyed; nothing of it is left.")
    window.press("Delete")
    window.page.get_by_text("All versions and the metadata").click()
    confirm = window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True)
    assert not confirm.is_enabled()
    window.type(f"Type {role} to confirm", role)
    confirm.click()
    window.page.get_by_role("heading", name="removed/", exact=True).wait_for()
    assert team.answer("GET", f"team/metadata/{path}")[0] == 404


@pytest.mark.parametrize("mount", ["auth/userpass/users/", "sys/policies/acl/", "team/data/"])
def test_what_is_no_store_does_not_look_like_one(opened: Opened, mount: str) -> None:
    """A link can't show users or policies as secrets, with a button to delete them."""
    window = opened("root")
    window.go(at("/secret", mount=mount, path="reader"))
    window.sees(f"{mount} is no engine that stores secrets.")
    assert not window.offers("Delete")


@pytest.mark.parametrize("role", ROLES)
def test_paste_and_share_once(team: World, opened: Opened, role: Role) -> None:
    """A .env file becomes a secret; somebody without a login opens it, once."""
    path = f"pasted/{role}"
    window = opened(role)
    if role == "reader":
        put(team, path, {"SERVICE_URL": "https://service.test/#top", "SERVICE_KEY": "canary of\na key", "EMPTY": ""})
        window.go(at("/edit", mount="team/", path=path))
        window.sees("Your policies do not let you write this secret.")
        assert not window.offers("Save")
        window.go(at("/secret", mount="team/", path=path))
    else:
        window.go(at("/edit", mount="team/", folder="pasted/"))
        window.type("Path", path)
        window.press("Paste JSON or .env")
        window.type("JSON or .env", "no assignment")
        window.sees("Line 1 is no NAME=value.")
        window.type("JSON or .env", ENV)
        window.press("Take 3 fields")
        window.press("Save")
        window.page.get_by_role("heading", name=role, exact=True).wait_for()
    assert stored(team, path) == {
        "SERVICE_URL": "https://service.test/#top",
        "SERVICE_KEY": "canary of\na key",
        "EMPTY": "",
    }
    window.press("Share once")
    window.choose("Usable for", "15 minutes")
    window.press("Make a wrapping token")
    window.sees("It can be used once, within 15 minutes.")
    token = window.reveal("Wrapping token")
    command = window.reveal("Command line")
    assert command == f"strongroom unwrap -address={team.server.url} {token}"
    place = window.page.get_by_text(f"{team.url}/unwrap").inner_text()
    assert token not in place

    if role != "reader":
        assert team.ask("POST", "sys/wrapping/unwrap", token=token)["data"]["data"]["SERVICE_KEY"] == "canary of\na key"
        return
    receiver = opened()
    receiver.refused.update({400, 403})
    receiver.page.goto(place)
    receiver.type("Wrapping token", token)
    receiver.press("Look, without opening it")
    receiver.sees(f"from team/data/{path}")
    # A second Enter doesn't take it from the first.
    receiver.page.locator("form").evaluate("form => { form.requestSubmit(); form.requestSubmit(); }")
    receiver.sees("This is shown once.")
    assert "canary" not in receiver.page.content()
    assert receiver.reveal("SERVICE_KEY") == "canary of\na key"
    receiver.page.reload()
    receiver.type("Wrapping token", token)
    receiver.press("Open")
    receiver.sees("If you haven't used it, somebody else has read what was in it")


@pytest.mark.parametrize("role", ROLES)
def test_metadata(team: World, opened: Opened, role: Role) -> None:
    """Settings and notes are changed by who may, and shown to who may not; a time that can't be read is told of."""
    path = f"noted/{role}"
    put(team, path, {"a": "b"})
    team.ask("POST", f"team/metadata/{path}", {"custom_metadata": {"owner": "eva", "ticket": "A-1"}})
    window = opened(role)
    window.refused.add(400)
    window.go(at("/secret", mount="team/", path=path, tab="metadata"))
    if role == "reader":
        window.sees("A-1")
        assert not window.offers("Save")
        return
    assert not window.page.get_by_role("button", name="Save", exact=True).is_enabled()
    window.type("Rotate after", "sometimes")
    window.type("Value 1", "A-2")
    window.page.get_by_text("Only writes that name the version they are based on").click()
    window.press("Save")
    window.sees("is no time that can be read")
    window.type("Rotate after", "20d")
    with window.page.expect_response("**/team/metadata/**"):
        window.press("Save")
    window.settle()
    team.ask("POST", f"team/metadata/{path}", {"custom_metadata": {"owner": "ann"}})
    window.type("Owner", "bob")
    window.press("Save")
    window.sees("Somebody has changed these settings meanwhile.")
    window.press("Go on with mine")
    expect(window.page.get_by_text("Somebody has changed these settings meanwhile.")).to_have_count(0)
    window.press("Save")
    window.settle()
    found = team.ask("GET", f"team/metadata/{path}")["data"]
    assert found["custom_metadata"] == {"owner": "bob", "ticket": "A-2", "rotate_after": "20d"}
    assert found["cas_required"] is True
    window.page.get_by_role("tab", name="Values", exact=True).click()
    window.sees("To be rotated in")


@pytest.mark.parametrize("role", ROLES)
def test_a_cubbyhole_and_plain_secrets(team: World, opened: Opened, role: Role) -> None:
    """Without versions there are none on the pages; a cubbyhole is everybody's own."""
    window = opened(role)
    window.refused.add(404)
    window.go(at("", mount="cubbyhole/"))
    window.sees("Only your present token can read what is here, and it is gone with it.")
    window.press("Create a secret")
    window.type("Path", f"note/{role}")
    window.type("Name", "text")
    window.type("Value", "mine")
    window.press("Save")
    window.page.get_by_role("heading", name=role, exact=True).wait_for()
    assert window.page.get_by_role("tab").count() == 0
    assert team.ask("GET", f"cubbyhole/note/{role}", token=team.tokens[role])["data"] == {"text": "mine"}
    window.press("Change")
    fill_row(window, "text", "changed")
    window.press("Save")
    window.page.get_by_role("heading", name=role, exact=True).wait_for()
    assert window.reveal("text") == "changed"
    window.press("Delete")
    window.type(f"Type {role} to confirm", role)
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    window.page.get_by_role("heading", name="note/", exact=True).wait_for()
    assert team.answer("GET", f"cubbyhole/note/{role}", token=team.tokens[role])[0] == 404
    window.go(at("/secret", mount="team-v1/", path="old"))
    assert window.reveal("value") == "canary-of-the-old"
    assert window.offers("Change") is (role != "reader")


def test_settings_of_the_engine(team: World, opened: Opened) -> None:
    """What holds for all secrets of an engine; one without versions is made one that keeps them."""
    team.ask("POST", "sys/mounts/plain/kv", {"type": "kv"})
    team.ask("POST", "plain/kv/a", {"b": "c"})
    window = opened("root")
    window.go(at("", mount="plain/kv/"))
    window.press("Settings")
    window.press("Keep versions from now on")
    window.type("Type plain/kv to confirm", "plain/kv")
    window.page.get_by_role("dialog").get_by_role("button", name="Keep versions from now on", exact=True).click()
    window.type("Delete versions after", "720h")
    window.page.get_by_role("textbox", name="Versions to keep", exact=True).fill("3")
    window.press("Save")
    window.sees("The settings of plain/kv/ are saved.")
    assert team.ask("GET", "plain/kv/config")["data"] == {
        "cas_required": False,
        "delete_version_after": "720h0m0s",
        "max_versions": 3,
        "metadata_cas_required": False,
    }


@pytest.mark.parametrize("role", ROLES)
def test_what_is_due(team: World, opened: Opened, role: Role) -> None:
    """Secrets, certificates and rotations by their time, of the engines that the user may ask."""
    if role == "root":
        team.ask("POST", "sys/mounts/authority", {"type": "pki"})
        team.ask("POST", "authority/root/generate/internal", {"common_name": "due.test", "ttl": "600h"})
    put(team, f"due/{role}", {"a": "b"})
    custom = {"owner": "eva", "expires_at": "2024-01-31"}
    team.ask("POST", f"team/metadata/due/{role}", {"custom_metadata": custom})
    window = opened(role)
    window.go("/due")
    if role == "reader":
        window.sees("Your policies show you no engine in which something could be due.")
        window.sees("team/")
        return
    rows = window.page.get_by_role("row")
    late = rows.filter(has_text=f"due/{role}")
    late.wait_for()
    window.settle()
    assert "overdue" in late.inner_text() and "Secret expires" in late.inner_text()
    told = team.ask("GET", "team/due")["data"]["secrets"]
    shown = [each.split("\t")[0] for each in rows.all_inner_texts() if each.rstrip().endswith("team/")]
    assert shown == [each["path"] for each in told]
    assert rows.filter(has_text="due.test").count() == (1 if role == "root" else 0)
    rotation = rows.filter(has_text="Rotation").filter(has_text="app")
    expect(rotation).to_have_count(1)
    rotation.get_by_role("link").click()
    window.sees("database/")
    window.page.go_back()
    window.choose("Within", "7 days")
    expect(window.page.get_by_role("link", name="due.test")).to_have_count(0)
    assert "days=7" in window.page.url
    window.page.get_by_role("link", name=f"due/{role}", exact=True).click()
    window.sees("Owner: eva")


@pytest.mark.parametrize("view", ["", "&view=tree"])
def test_a_folder_that_cannot_be_listed_leads_to_what_policies_name(team: World, opened: Opened, view: str) -> None:
    """Who may read below a folder finds the way there, and needn't know the path."""
    rules = 'path "team/data/web/*" { capabilities = ["read"] } path "team/metadata/web/*" { capabilities = ["list"] }'
    team.ask("POST", "sys/policies/acl/below", {"policy": rules})
    made = team.ask("POST", "auth/token/create", {"policies": ["below"]})
    window = opened("reader", of=World(team.server, {"reader": made["auth"]["client_token"]}))
    window.refused.add(403)
    window.go(f"/secrets/kv?mount=team/{view}")
    window.sees("What your policies name here")
    window.press("web/")
    window.page.get_by_role("link", name="db", exact=True).click()
    window.page.get_by_role("heading", name="db", exact=True).wait_for()


def test_what_was_just_deleted_is_not_shared(team: World, opened: Opened) -> None:
    """The offer goes with the values, also on the page that has deleted them."""
    team.ask("POST", "team/data/deleted-now", {"data": {"a": "1"}})
    window = opened("root")
    window.refused.add(404)
    window.go("/secrets/kv/secret?mount=team/&path=deleted-now")
    assert window.offers("Share once")
    window.press("Delete")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    window.sees("Version 1 was deleted")
    assert not window.offers("Share once")
