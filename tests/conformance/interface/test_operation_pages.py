"""What operators look after in a browser: audit devices, nodes and their logs, snapshots, plugins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World

if TYPE_CHECKING:
    from playwright.sync_api import Route

expect = pytest.importorskip("playwright.sync_api").expect


def test_an_audit_device(team: World, opened: Opened, tmp_path: Path) -> None:
    """It is enabled, takes entries, a value is found in its log by its digest, and it is disabled."""
    log = tmp_path / "audit.log"
    window = opened("root")
    window.go("/audit")
    window.press("Enable a device")
    window.type("File", str(log))
    window.type("Path", "journey")
    window.type("Description", "of a test")
    window.press("Enable a device")
    window.sees("journey/ is enabled.")
    window.sees("takes entries")
    shown = team.ask("GET", "sys/audit")["data"]["journey/"]
    assert shown["options"] == {"file_path": str(log)} and shown["description"] == "of a test"
    team.ask("POST", "team/data/audited", {"data": {"password": "canary-of-the-audit"}})
    window.type("Value", "canary-of-the-audit")
    window.press("Show its digest")
    digest = team.ask("POST", "sys/audit-hash/journey", {"input": "canary-of-the-audit"})["data"]["hash"]
    window.sees(digest)
    assert window.field("Value").input_value() == ""
    with window.page.expect_file_chooser() as chooser:
        window.press("Look in a log file")
    chooser.value.set_files(log)
    row = window.page.get_by_role("row").filter(has_text="team/data/audited")
    row.wait_for()
    assert "create" in row.inner_text() and "ok" in row.inner_text()
    window.press("Show the writers")
    window.page.get_by_role("grid", name="Is the log complete?", exact=True).wait_for()
    assert "canary-of-the-audit" not in window.page.content() and window.findings() == []
    window.press("Disable")
    window.type("Type journey to confirm", "journey")
    window.page.get_by_role("dialog").get_by_role("button", name="Disable", exact=True).click()
    window.sees("journey/ is disabled.")
    assert "journey/" not in (team.ask("GET", "sys/audit")["data"] or {})


def test_writers_that_are_stored_later(team: World, opened: Opened, tmp_path: Path) -> None:
    """The server stores the first a moment after its first line: the page asks again until one is there."""
    team.ask("PUT", "sys/audit/late", {"type": "file", "options": {"file_path": str(tmp_path / "late.log")}})
    window = opened("root")
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) > 1:
            route.continue_()
            return
        given = route.fetch()
        found = given.json()
        for device in found["data"]["devices"]:
            device["heads"] = []
        route.fulfill(response=given, json=found)

    window.page.route("**/v1/sys/internal/audit/chain/**", answer)
    window.go("/audit/device?path=late%2F")
    window.press("Show the writers")
    window.sees("The server has stored no writer yet.")
    expect(window.page.get_by_role("grid", name="Is the log complete?", exact=True)).to_be_visible()
    times = len(asked)
    assert times > 1 and window.findings() == []
    # The key of the chain comes with each answer: none is asked for that nobody wants.
    window.page.evaluate("dispatchEvent(new Event('visibilitychange'))")
    window.type("Value", "anything")
    window.press("Show its digest")
    window.sees("hmac-sha256:")
    window.settle()
    assert len(asked) == times
    with window.page.expect_response("**/v1/sys/internal/audit/chain/**"):
        window.press("Show the writers")
    assert len(asked) == times + 1
    team.ask("DELETE", "sys/audit/late")


def test_a_device_that_does_not_work_is_refused(opened: Opened) -> None:
    """The server says why, and what was typed is still there."""
    window = opened("root")
    window.refused.add(400)
    window.go("/audit/enable")
    window.type("File", "/proc/self/comm")
    window.type("Path", "wrong")
    window.press("Enable a device")
    assert "no place for an audit log" in window.page.get_by_role("alert").inner_text()
    expect(window.field("File")).to_have_value("/proc/self/comm")


def test_a_device_that_is_not_there(opened: Opened) -> None:
    """That is all that its page says: nothing is offered that can't be done with it."""
    window = opened("root")
    window.go("/audit/device?path=none/")
    window.sees("There is no device at none/.")
    assert not window.offers("Disable") and not window.offers("Show its digest")


@pytest.mark.parametrize("role", ROLES)
def test_audit_for_a_role(opened: Opened, role: Role) -> None:
    """Who may not change devices isn't offered it."""
    window = opened(role)
    window.go("/audit")
    window.settle()
    assert window.offers("Enable a device") is (role == "root")
    if role != "root":
        window.sees("Your policies don't let you list the devices")
        window.type("Path", "file")
        window.press("Open")
        window.sees("Your policies don't let you look for values in this log.")
        assert not window.offers("Disable")


def test_loggers_and_the_live_log(team: World, opened: Opened) -> None:
    """A logger's level is changed and reset; a line appears while it is written, can be held, and filtered."""
    window = opened("root")
    window.go("/nodes/log?tab=loggers")
    window.choose("Level of mounts", "debug")
    window.sees("mounts logs debug and above.")
    assert team.ask("GET", "sys/loggers/mounts")["data"] == {"mounts": "debug"}
    window.press("Reset all")
    window.sees("All loggers are as the configuration says.")
    assert team.ask("GET", "sys/loggers/mounts")["data"] == {"mounts": "info"}
    window.page.get_by_role("tab", name="Live", exact=True).click()
    window.page.get_by_role("status").filter(has_text="live").wait_for()
    team.ask("POST", "sys/mounts/moving", {"type": "kv"})
    moved = team.ask("POST", "sys/remount", {"from": "moving", "to": "moved"})["migration_id"]
    log = window.page.get_by_role("log")
    log.get_by_text(moved).wait_for()
    window.type("Filter", "nothing has this")
    expect(log.get_by_text(moved)).to_have_count(0)
    window.type("Filter", moved)
    log.get_by_text(moved).wait_for()
    with window.page.expect_download() as saved:
        window.press("Save as a file")
    assert f"migration_id={moved}" in saved.value.path().read_text()
    window.choose("Level", "error")
    assert "level=error" in window.page.url
    team.ask("DELETE", "sys/mounts/moved")


def test_the_nodes(team: World, opened: Opened) -> None:
    """What the API tells of the node is shown: its address, requests, machine, configuration and versions."""
    node = team.ask("GET", "sys/ha-status")["data"]["nodes"][0]
    window = opened("root")
    window.go("/nodes")
    window.sees("healthy")
    row = window.page.get_by_role("row").filter(has_text=node["hostname"])
    assert node["api_address"] in row.inner_text() and node["version"] in row.inner_text()
    window.press("Step down")
    window.page.get_by_role("dialog").get_by_role("button", name="Step down", exact=True).click()
    window.sees("The node has given up its roles.")
    for tab, text in {
        "Requests": "/v1/sys/in-flight-req",
        "Machine": team.ask("GET", "sys/host-info")["data"]["host"]["kernelVersion"],
        "Versions": node["version"],
    }.items():
        window.page.get_by_role("tab", name=tab, exact=True).click()
        window.sees(text)
    window.page.get_by_role("tab", name="Configuration", exact=True).click()
    window.settle()
    assert "tab=configuration" in window.page.url
    window.page.locator(".cm-content").wait_for()
    assert '"storage"' in window.page.locator(".cm-content").inner_text()


@pytest.mark.parametrize("role", ROLES)
def test_nodes_for_a_role(opened: Opened, role: Role) -> None:
    """Everybody may see whether the node is healthy; logs, requests and regions are for who may read them."""
    window = opened(role)
    window.refused.add(403)
    window.go("/nodes")
    window.sees("healthy")
    assert window.offers("Step down") is (role == "root")
    assert (window.page.get_by_role("tab", name="Requests", exact=True).count() > 0) is (role == "root")
    window.go("/nodes/log")
    window.sees("Live" if role == "root" else "Your policies don't let you read the log.")
    window.go("/nodes/regions")
    window.sees("No other region follows it" if role == "root" else "Your policies do not allow this.")
    assert window.offers("Follow another region") is (role == "root")


def test_regions_without_a_listener(opened: Opened) -> None:
    """The server says what is missing, and what was typed is still there; a token that is none is refused."""
    window = opened("root")
    window.refused.add(400)
    window.go("/nodes/regions")
    window.type("Address of the region listener", "eu.example.com:8203")
    window.press("Let others follow")
    window.sees("the configuration has no region stanza")
    expect(window.field("Address of the region listener")).to_have_value("eu.example.com:8203")
    window.type("Enrolment token", "no token")
    window.press("Follow another region")
    window.type("Type join to confirm", "join")
    window.page.get_by_role("dialog").get_by_role("button", name="Follow another region", exact=True).click()
    window.page.get_by_role("dialog").get_by_role("alert").wait_for()


@pytest.mark.parametrize("role", ROLES)
def test_plugins(team: World, opened: Opened, role: Role) -> None:
    """Who may read the catalogue sees all of it, by type too, and where a plugin that he can see is mounted."""
    window = opened(role)
    window.refused.add(403)
    window.go("/plugins?type=database")
    if role != "root":
        window.sees("Your policies do not allow this.")
        return
    names = team.ask("GET", "sys/plugins/catalog")["data"]["database"]
    rows = window.page.get_by_role("row")
    assert rows.count() == len(names) + 1
    window.choose("Type", "secrets engine")
    window.page.get_by_role("link", name="kv", exact=True).click()
    window.page.get_by_role("link", name="team-v1/", exact=True).wait_for()
    window.sees("supported")


def test_from_a_namespace_the_way_leads_to_the_root(team: World, opened: Opened) -> None:
    """What belongs to the whole server isn't shown in a namespace, in which the API has none of it."""
    team.ask("POST", "sys/namespaces/operations", {})
    window = opened("root")
    window.go("/audit")
    window.page.evaluate(
        "key => sessionStorage.setItem(key, JSON.stringify("
        "{...JSON.parse(sessionStorage.getItem(key)), namespace: 'operations'}))",
        "strongroom.session",
    )
    window.page.reload()
    for place in (
        "/audit",
        "/seal",
        "/seal/rekey",
        "/seal/root",
        "/nodes",
        "/nodes/log",
        "/nodes/regions",
        "/snapshots",
    ):
        window.turn(place)
        window.sees("This belongs to the whole server. You are in the namespace operations.")
    entries = window.page.locator("nav.side")
    expect(entries.get_by_role("link", name="Leases", exact=True)).to_be_visible()
    for entry in ("Audit", "Seal and keys", "Nodes", "Snapshots", "Quotas"):
        assert entries.get_by_role("link", name=entry).count() == 0
    window.press("Go to the root namespace")
    window.page.get_by_role("heading", name="Take one now", exact=True).wait_for()
    assert entries.get_by_role("link", name="Seal and keys", exact=True).is_visible()
    team.ask("DELETE", "sys/namespaces/operations")
