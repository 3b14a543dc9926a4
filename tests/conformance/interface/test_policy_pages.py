"""Policies in the interface: writing one, why something is denied, who can, and what a change would do."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World

expect = pytest.importorskip("playwright.sync_api").expect

SLIP = 'path "team/web" {\n  capabilities = ["read"]\n}\n'
MENDED = 'path "team/data/web" {\n  capabilities = ["read"]\n}\n'
WRONG = 'path "team/data/web" {\n  capabilities = ["reed"]\n}\n'


def write(window: Window, text: str, label: str = "Rules") -> None:
    """Put a text into the editor, as one who pastes it: what is there goes first."""
    window.page.get_by_role("textbox", name=label, exact=True).click()
    window.page.keyboard.press("Control+A")
    window.page.keyboard.press("Delete")
    window.page.keyboard.insert_text(text)


@pytest.mark.parametrize("role", ROLES)
def test_a_policy_is_written_and_mended(team: World, opened: Opened, role: Role) -> None:
    """What the server finds is shown with its line while it is typed, and is gone when it is mended."""
    window = opened(role)
    if role == "reader":
        window.refused.add(403)
        window.go("/policies")
        assert not window.offers("Create a policy")
        window.go("/policies/edit")
        assert not window.offers("Save")
        return
    name = f"team-by-{role}"
    window.refused.add(400)  # what is wrong with the first text
    window.go("/policies")
    window.press("Create a policy")
    window.type("Name", name)
    write(window, WRONG)
    window.sees('Line 2: failed to parse policy: At 2:19: path "team/data/web"')
    assert not window.page.get_by_role("button", name="Save", exact=True).is_enabled()
    write(window, SLIP)
    window.sees('Line 1: The rule for "team/web" matches nothing')
    write(window, MENDED)
    expect(window.page.get_by_role("list", name="What the server finds")).to_have_count(0)
    window.press("Save")
    window.sees(f"{name} is saved")
    window.settle()
    assert f"name={name}" in window.page.url
    found = team.ask("GET", f"sys/policies/acl/{name}")["data"]
    assert (found["policy"].strip(), found["version"]) == (MENDED.strip(), 1)
    window.press("Delete")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    window.sees(f"{name} is deleted")
    assert team.answer("GET", f"sys/policies/acl/{name}")[0] == 404


def test_highlighted_text_is_typed_over(opened: Opened) -> None:
    """What is typed takes the place of what is selected, without a style that the content security policy forbids."""
    window = opened("root")
    window.refused.add(400)  # what is wrong with it while it is typed
    window.go("/policies/edit")
    write(window, MENDED)
    rules = window.page.get_by_role("textbox", name="Rules", exact=True)
    for text in ('path "', "a"):
        window.page.keyboard.press("Control+A")
        window.page.keyboard.type(text)
        assert rules.inner_text().strip() == text.strip()
    window.page.keyboard.press("Control+Z")
    assert rules.inner_text().strip() != "a"


def test_names_that_may_be_created_are_told(opened: Opened) -> None:
    """Who may create some policies is told which, and isn't offered to save another."""
    window = opened("admin")
    window.go("/policies/edit")
    window.sees("Your policies let you create these: team-*")
    window.type("Name", "other")
    window.sees("Your policies do not let you create a policy of this name.")
    assert not window.offers("Save")


def test_what_holds_of_a_policy_stays(team: World, opened: Opened) -> None:
    """Saving a text takes nothing away that holds besides, and one who was overtaken loses nothing."""
    path = "sys/policies/acl/team-kept"
    team.ask("POST", path, {"policy": SLIP, "cas_required": True, "cas": 0, "ttl": "24h"})
    before = team.ask("GET", path)["data"]
    window = opened("root")
    window.go("/policies/edit?name=team-kept")
    write(window, MENDED)
    window.press("Save")
    window.sees("team-kept is saved")
    after = team.ask("GET", path)["data"]
    changes = {"policy", "version", "modified"}
    assert {name for name in before if before[name] != after[name]} == changes
    window.sees("Version 2")
    team.ask("POST", path, {"policy": SLIP, "cas": 2, "cas_required": True})
    write(window, f"# mine\n{MENDED}")
    window.refused.add(400)
    window.press("Save")
    window.sees("Somebody has changed the policy meanwhile.")
    window.sees("# mine")
    assert team.ask("GET", path)["data"]["policy"] == SLIP


@pytest.mark.parametrize("role", ROLES)
def test_a_denial_is_explained_by_its_number(team: World, opened: Opened, role: Role) -> None:
    """A refused page shows a number; who may ask finds by it which rule lacked."""
    denied = opened("reader")
    denied.refused.update({403, 404})
    denied.go("/secrets/kv/edit?mount=team-v1/&path=old")
    denied.go("/policies/edit?name=team-admin")
    shown = denied.sees("Who administers the policies finds out why by this number:").inner_text()
    number = shown.rpartition(" ")[2]
    assert not denied.offers("Find out why")
    window = opened(role)
    window.refused.update({403, 404} if role == "reader" else set())
    window.go(f"/policies/why?request={number}")
    if role == "reader":
        window.sees("Your policies do not allow this.")
        return
    window.sees("userpass-reader")
    window.sees("no rule covers the path")
    found = team.ask("GET", f"sys/policies/denials/{number}")["data"]
    assert (found["operation"], found["path"]) == ("read", "sys/policies/acl/team-admin")
    window.sees("sys/policies/acl/team-admin")
    assert window.page.get_by_role("link", name="team-reader", exact=True).count() > 0


@pytest.mark.parametrize("role", ROLES)
def test_a_request_is_explained(opened: Opened, role: Role) -> None:
    """The answer is in the address, so that a reload shows it again; of others asks only who may."""
    window = opened(role)
    window.go("/policies/why")
    window.type("Path of the API", "/v1/team/data/web/db")
    window.choose("Operation", "read")
    window.press("Explain")
    window.sees("allowed")
    window.page.reload()
    window.settle()
    window.sees("allowed")
    expect(window.field("Path of the API")).to_have_value("team/data/web/db")
    window.page.get_by_role("button", name="Asked of").click()
    assert (window.page.get_by_role("option", name="A token", exact=True).count() > 0) == (role != "reader")


def test_a_token_is_never_in_the_address(team: World, opened: Opened) -> None:
    """Asked of a token, the page says whose it is not: neither in the address, nor in the field afterwards."""
    window = opened("root")
    window.go("/policies/why?path=team/data/web/db&operation=read")
    window.choose("Asked of", "A token")
    window.type("A token", team.tokens["reader"])
    window.press("Explain")
    window.sees("the token")
    window.settle()
    assert team.tokens["reader"] not in window.page.url
    assert window.field("A token").input_value() == ""


@pytest.mark.parametrize("role", ROLES)
def test_who_can_read_this(team: World, opened: Opened, role: Role) -> None:
    """Everybody who can is listed, as the server tells it; it isn't offered to who may not ask."""
    window = opened(role)
    window.go("/policies/why")
    if role != "root":
        assert window.page.get_by_role("tab", name="Who can").count() == 0
        return
    window.page.get_by_role("tab", name="Who can", exact=True).click()
    window.type("Path of the API", "team/data/web/db")
    window.press("Who can do this?")
    window.page.get_by_role("grid", name="Who can do this?", exact=True).wait_for()
    asked = {"path": "team/data/web/db", "operation": "read"}
    found = team.ask("POST", "sys/policies/who-can", asked)["data"]["found"]
    rows = window.page.get_by_role("grid", name="Who can do this?", exact=True).get_by_role("row").count() - 1
    assert rows == len(found) > 3
    window.sees("eva")


def test_what_a_change_would_do(tmp_path: Path, opened: Opened) -> None:
    """A draft is put to the requests of a log that stays in the browser, and to some that are typed."""
    entry = {
        "type": "request",
        "auth": {"token_policies": ["default", "team-reader"]},
        "request": {"operation": "update", "path": "team/data/web/db", "namespace": {"id": "root"}},
    }
    log = tmp_path / "audit.log"
    log.write_text(f"{json.dumps(entry)}\nno entry\n" * 3)
    window = opened("root")
    window.go("/policies/simulate?name=team-reader")
    write(window, 'path "team/data/*" { capabilities = ["update"] }', "Draft")
    window.page.locator("input[type=file]").set_input_files(log)
    window.press("Simulate")
    window.sees("3 lines are no entries of an audit log")
    row = window.page.get_by_role("row", name="update team/data/web/db")
    assert "newly allowed" in row.inner_text() and "3" in row.inner_text()
    window.page.get_by_text("Some that I type").click()
    window.type("Requests, one on each line", "read team/data/web/db")
    window.press("Simulate")
    window.page.get_by_role("row", name="read team/data/web/db").get_by_text("newly denied").wait_for()


@pytest.mark.parametrize("role", ROLES)
def test_a_password_policy(team: World, opened: Opened, role: Role) -> None:
    """One is written, and shows a sample; who may not isn't offered it."""
    window = opened(role)
    if role != "root":
        window.refused.add(403)
        window.go("/policies?tab=password")
        assert not window.offers("Create a password policy")
        return
    window.go("/policies/password")
    window.type("Name", "twelve")
    write(window, 'length = 12\nrule "charset" {\n  charset = "ab"\n}\n')
    window.press("Save")
    window.sees("twelve is saved")
    window.press("Make a sample")
    sample = window.page.get_by_role("status", name="A sample", exact=True)
    sample.wait_for()
    assert len(sample.inner_text()) == 12 and set(sample.inner_text()) <= {"a", "b"}
    assert "length = 12" in team.ask("GET", "sys/policies/password/twelve")["data"]["policy"]


def test_odd_names(team: World, opened: Opened) -> None:
    """Names with slashes, spaces, percent signs, markup and other alphabets lead to their policies."""
    names = ["team-a/b c", "team-100%25", "team-é<b>", "team-x?y=1#z"]
    for name in names:
        team.ask("POST", f"sys/policies/acl/{quote(name)}", {"policy": f"# of {name}\n{MENDED}"})
    window = opened("admin")
    for name in names:
        window.go("/policies")
        window.press(name)
        window.page.get_by_role("heading", name=name, exact=True).wait_for()
        window.sees(f"# of {name}")
