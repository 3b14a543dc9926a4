"""Secrets in the browser, where it is hard: others who write, strange names, large values, and rights with gaps."""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Final

import pytest

from tests.conformance.interface.browser import PHONE
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.kv import at, fill_row, limited, put, row, stored
from tests.conformance.interface.world import World
from tests.conformance.servers import ROOT_TOKEN

expect = pytest.importorskip("playwright.sync_api").expect

MARKUP: Final = "<img src=x onerror=alert(1)>&amp;'\""


def test_two_tabs(team: World, opened: Opened) -> None:
    """Who is slower is told of it, keeps what he typed, and brings both changes together."""
    put(team, "tabs/db", {"host": "old", "user": "old", "password": "old", "port": "1"})
    window = opened("admin")
    window.refused.add(400)
    window.go(at("/edit", mount="team/", path="tabs/db"))
    fill_row(window, "password", "canary-mine")
    fill_row(window, "port", "2")
    put(team, "tabs/db", {"host": "theirs", "password": "canary-theirs", "port": "1"})
    window.press("Save")
    window.sees("Somebody has written version 2 meanwhile. What you typed is still here.")
    expect(row(window, "password").locator("textarea")).to_have_value("canary-mine")
    assert window.reveal("password, as it is now") == "canary-theirs"
    window.page.get_by_role("alert").get_by_text("not there").wait_for()
    window.press("Bring both together")
    window.press("Save")
    window.page.get_by_role("heading", name="db", exact=True).wait_for()
    assert stored(team, "tabs/db") == {"host": "theirs", "password": "canary-mine", "port": "2"}


@pytest.mark.parametrize("mount", ["team", "team-v1"])
def test_a_secret_that_is_there_already(team: World, opened: Opened, mount: str) -> None:
    """Nothing is overwritten by whoever thinks that he makes a new secret, in either kind of store."""
    place = f"{mount}/data/there/already" if mount == "team" else f"{mount}/there/already"
    team.ask("POST", place, {"data": {"a": "theirs"}} if mount == "team" else {"a": "theirs"})
    window = opened("root")
    window.refused.update({400, 404})
    window.go(at("/edit", mount=f"{mount}/"))
    window.type("Path", "there/already")
    window.type("Name", "a")
    window.type("Value", "mine")
    window.press("Save")
    window.sees("What you typed is still here.")
    window.page.get_by_text("The one that is there now").click()
    window.press("Bring both together")
    window.press("Add a field")
    window.page.get_by_role("textbox", name="Name", exact=True).last.fill("b")
    window.page.get_by_role("textbox", name="Value", exact=True).last.fill("new")
    window.press("Save")
    window.page.get_by_role("heading", name="already", exact=True).wait_for()
    found = team.ask("GET", place)["data"]
    assert (found["data"] if mount == "team" else found) == {"a": "theirs", "b": "new"}


def test_strange_names_and_values(team: World, opened: Opened) -> None:
    """A mount with a slash, names with percent signs, spaces and markup, numbers of many digits."""
    team.ask("POST", "sys/mounts/strange/kv", {"type": "kv", "options": {"version": "2"}})
    path = "a b/100%25 %2F/ü?#&=<b>"
    fields = {MARKUP: MARKUP, "n": 12345678901234567890}
    window = opened("root")
    window.go(at("/edit", mount="strange/kv/"))
    window.type("Path", path)
    window.page.get_by_text("As JSON").click()
    window.page.locator(".cm-content").fill(json.dumps(fields))
    window.press("Save")
    window.page.get_by_role("heading", name="ü?#&=<b>", exact=True).wait_for()
    assert stored(team, path, "strange/kv") == fields
    assert window.reveal(MARKUP) == MARKUP
    assert window.reveal("n") == "12345678901234567890"
    for part in ("strange/kv/", "a b/", "100%25 %2F/"):
        window.page.get_by_role("link", name=part, exact=True).first.wait_for()
    window.page.get_by_role("link", name="100%25 %2F/", exact=True).click()
    window.page.get_by_role("link", name="ü?#&=<b>", exact=True).click()
    window.page.get_by_role("heading", name="ü?#&=<b>", exact=True).wait_for()


def test_what_is_not_typed_stays(team: World, opened: Opened) -> None:
    """Who changes one field changes no other; a text keeps the line ends that it has."""
    others = {"float": 1.0, "list": [2.50, {"a": 1e5}], "tab": "\ta\t", "end": "k\n", "old mac": "a\rb"}
    put(team, "kept", {"text": "a\r\nb\r\n", **others})
    window = opened("root")
    window.go(at("/edit", mount="team/", path="kept"))
    window.press("Reveal text")
    told = window.page.get_by_text("It begins or ends with a space.")
    assert told.count() == 0
    window.press("Reveal tab")
    told.wait_for()
    field = row(window, "text").locator("textarea")
    field.focus()
    window.page.keyboard.press("Control+Home")
    window.page.keyboard.type("XY")
    expect(field).to_have_value("XYa\nb\n")
    window.press("Save")
    window.page.get_by_role("heading", name="kept", exact=True).wait_for()
    found = stored(team, "kept")
    assert found == {"text": "XYa\r\nb\r\n", **others}
    assert isinstance(found["float"], float)


def test_a_large_value(team: World, opened: Opened) -> None:
    """1 MiB is shown and changed; one letter more is refused, stays in the form, and can be mended there."""
    large = "x" * 1024 * 1024
    put(team, "large/value", {"large": large, "n": 12345678901234567890})
    window = opened("admin")
    window.refused.add(400)
    window.go(at("/edit", mount="team/", path="large/value"))
    fill_row(window, "large", "y" + large)
    window.press("Save")
    window.sees("JSON string value exceeds allowed length")
    row(window, "large").locator("textarea").press("Control+End")
    row(window, "large").locator("textarea").press("Backspace")
    window.press("Save")
    window.page.get_by_role("tab", name="Values", exact=True).wait_for()
    assert stored(team, "large/value") == {"large": "y" + large[1:], "n": 12345678901234567890}
    assert len(window.reveal("large")) == len(large)


def _write(team: World, names: Iterable[str]) -> None:
    connection = HTTPConnection(team.server.address, timeout=60)
    for name in names:
        connection.request("POST", f"/v1/team-v1/{name}", '{"a": "b"}', {"X-Vault-Token": ROOT_TOKEN})
        response = connection.getresponse()
        response.read()
        assert response.status == 204
    connection.close()


def test_five_thousand_names(team: World, opened: Opened) -> None:
    """Are filtered and shown in parts; what is more than a page of the API is asked for by a button."""
    names = [f"many/n{number:05d}" for number in range(5001)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda start: _write(team, names[start::4]), range(4)))
    window = opened("reader")
    window.go(at("", mount="team-v1/", path="many/"))
    window.sees("The first 5000 names; the filter looks in these.")
    window.page.get_by_role("searchbox", name="Filter", exact=True).fill("n0499")
    window.page.get_by_role("link", name="n04999", exact=True).wait_for()
    expect(window.page.get_by_role("row")).to_have_count(11)
    window.press("Get the next names")
    window.sees("5001 names")
    window.page.get_by_role("searchbox", name="Filter", exact=True).fill("n05000")
    window.page.get_by_role("link", name="n05000", exact=True).click()
    window.page.get_by_role("heading", name="n05000", exact=True).wait_for()


def test_without_list(team: World, opened: Opened) -> None:
    """Who may read a secret, but not list its folder, types its path."""
    put(team, "unlisted/db", {"password": "old"}, {"password": "canary"})
    of = limited(team, "unlisted", 'path "team/data/unlisted/*" { capabilities = ["read"] }')
    window = opened("reader", of=of)
    window.refused.add(403)
    window.go(at("", mount="team/", path="unlisted/"))
    window.sees("If you know the path of a secret in it, type it above.")
    window.type("Go to a path", "unlisted/db")
    window.press("Open")
    window.page.get_by_role("heading", name="db", exact=True).wait_for()
    assert window.reveal("password") == "canary"
    assert not any(window.offers(name) for name in ("Create a version", "Delete"))
    assert window.page.get_by_role("tab").count() == 0
    window.page.get_by_role("textbox", name="Version", exact=True).fill("1")
    window.press("Open")
    window.sees("This is version 1, which was asked for.")
    assert window.reveal("password") == "old"


def test_patch_alone(team: World, opened: Opened) -> None:
    """Who may patch a secret and see its fields' names, but not its values, changes one field and keeps the others."""
    put(team, "patched/db", {"user": "canary", "password": "canary", "old": "canary"})
    of = limited(
        team,
        "patcher",
        'path "team/data/patched/*" { capabilities = ["patch"] }\n'
        'path "team/subkeys/patched/*" { capabilities = ["read"] }',
    )
    window = opened("reader", of=of)
    window.refused.add(403)
    window.go(at("/secret", mount="team/", path="patched/db"))
    window.sees("but not their values")
    expect(window.page.locator("li.code")).to_have_text(["old", "password", "user"])
    window.press("Create a version")
    window.sees("You may write this secret, but not read it.")
    window.type("Name", "password")
    window.type("Value", "new")
    window.press("Add a field")
    window.page.get_by_role("textbox", name="Name", exact=True).last.fill("old")
    window.page.get_by_role("textbox", name="Value", exact=True).last.fill("null")
    window.press("Take old as JSON")
    window.press("Save")
    window.sees("That can't store null in a field.")
    window.press("Remove old")
    window.press("Save")
    window.page.get_by_role("heading", name="db", exact=True).wait_for()
    assert stored(team, "patched/db") == {"user": "canary", "password": "new", "old": "canary"}


def test_a_version_that_cannot_be_seen(team: World, opened: Opened) -> None:
    """Where each write has to name the version that it replaces, who can't see it types it."""
    team.ask("POST", "team/metadata/named", {"cas_required": True})
    team.ask("POST", "team/data/named", {"data": {"a": "1"}, "options": {"cas": 0}})
    rules = 'path "team/data/named" { capabilities = ["create", "update"] }'
    window = opened("reader", of=limited(team, "team-writes-named", rules))
    window.refused |= {400, 403}
    window.go(at("/edit", mount="team/", path="named"))
    window.type("Name", "a")
    window.type("Value", "2")
    window.press("Save")
    window.page.get_by_role("textbox", name="Version that you replace", exact=True).fill("1")
    window.press("Save")
    window.page.get_by_role("heading", name="named", exact=True).wait_for()
    assert stored(team, "named") == {"a": "2"}


def test_what_opens_on_the_pages(team: World, opened: Opened) -> None:
    """Dialogs, revealed values and conflicts have nothing serious for axe, and fit a phone."""
    path, long = "states/db", "x" * 300
    put(team, path, {"pem": "a\nb", "b": long}, {"pem": "a\nc", "b": long})
    window = opened("root", viewport=PHONE, color_scheme="dark")
    window.refused.add(400)
    found: list[str] = []

    def look_at(what: str) -> None:
        window.settle()
        found.extend(f"{what}: {each}" for each in window.findings())
        if window.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{what}: is wider than its window")

    window.go(at("/secret", mount="team/", path=path, tab="versions", before=1, after=2))
    window.press("Reveal what differs in pem, line by line")
    look_at("comparison")
    window.go(at("/secret", mount="team/", path=path))
    window.reveal("b")
    window.page.get_by_text("Use it elsewhere").click()
    look_at("values")
    window.page.get_by_text("As JSON").click()
    window.press("Reveal all values")
    look_at("JSON")
    window.press("Share once")
    window.press("Make a wrapping token")
    window.reveal("Command line")
    look_at("sharing")
    window.go(at("/edit", mount="team/", path=path))
    fill_row(window, "pem", "mine")
    put(team, path, {"pem": "theirs"})
    window.press("Save")
    window.sees("Bring both together")
    look_at("conflict")
    window.press("Paste JSON or .env")
    window.type("JSON or .env", f"b={long}")
    look_at("pasting")
    window.go(at("", mount="team/", view="tree"))
    window.press("Open states/")
    look_at("tree")
    assert not found, "\n".join(found)
