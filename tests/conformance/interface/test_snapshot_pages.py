"""Snapshots in a browser: taken, kept by a schedule, verified, looked into, restored."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World
from tests.conformance.servers import ROOT_TOKEN, start_ours

expect = pytest.importorskip("playwright.sync_api").expect


@pytest.fixture(scope="module")
def keeping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """A server that may keep snapshots in a directory, and that directory."""
    directory = tmp_path_factory.mktemp("snapshots")
    backups = directory / "backups"
    backups.mkdir()
    with start_ours(directory, dev_config=f'snapshot_directories = ["{backups}"]\n') as server:
        made = World(server, {"root": ROOT_TOKEN})
        made.ask("POST", "sys/mounts/team", {"type": "kv", "options": {"version": "2"}})
        yield made, backups


def test_a_snapshot_is_taken_looked_into_and_restored(
    keeping: tuple[World, Path], opened: Opened, tmp_path: Path
) -> None:
    """It comes as a file; of that, one secret is read and brought back, while all else stays; then all of it is."""
    world, _ = keeping
    # The numbers of a browser have less digits.
    then = {"password": "canary-of-then", "serial": 12345678901234567890}
    world.ask("POST", "team/data/web/db", {"data": then})
    window = opened("root", of=world)
    window.go("/snapshots")
    with window.page.expect_download() as saved:
        window.press("Take a snapshot")
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    window.sees(f"{file.name} is saved")
    assert file.suffix == ".snap" and file.read_bytes()[:2] == b"\x1f\x8b"
    world.ask("DELETE", "team/metadata/web/db")
    window.press("Restore")
    with window.page.expect_file_chooser() as chooser:
        window.press("Choose a file")
    chooser.value.set_files(file)
    window.press("Look into it")
    window.page.get_by_role("heading", name="A secret of a snapshot", exact=True).wait_for()
    window.choose("Mount", "team/")
    window.page.get_by_role("combobox", name="Path", exact=True).fill("web/")
    window.page.get_by_role("option", name="web/db", exact=True).click()
    window.page.get_by_role("button", name="Read", exact=True).click()
    window.sees("team/web/db as it was then")
    assert "canary-of-then" not in window.page.content() and window.findings() == []
    assert window.reveal("password") == "canary-of-then"
    window.press("Bring back")
    window.sees("It is written to")
    assert world.ask("GET", "team/data/web/db")["data"]["data"] == then
    window.go("/snapshots")
    window.page.get_by_role("button", name="Unload", exact=True).first.click()
    window.sees("It is unloaded.")
    assert world.answer("GET", "sys/storage/raft/snapshot-load?list=true")[0] == 404
    world.ask("POST", "team/data/web/db", {"data": {"password": "of now"}})
    window.refused.add(503)  # While rows are replaced.
    window.go("/snapshots/restore")
    with window.page.expect_file_chooser() as chooser:
        window.press("Choose a file")
    chooser.value.set_files(file)
    window.press("Restore")
    window.page.get_by_text("Let leases end and credentials rotate at once").click()
    window.type("Type restore to confirm", "restore")
    window.page.get_by_role("dialog").get_by_role("button", name="Restore", exact=True).click()
    window.page.get_by_role("heading", name="The snapshot is restored", exact=True).wait_for()
    assert world.ask("GET", "team/data/web/db")["data"]["data"] == then
    assert world.ask("GET", "sys/restore")["data"]["frozen"] is False


def test_a_schedule(keeping: tuple[World, Path], opened: Opened) -> None:
    """It is made, takes a snapshot, which is verified and restored; the freeze is seen and ended."""
    world, backups = keeping
    window = opened("root", of=world)
    window.refused.update({404, 503})  # Before the first snapshot, and while rows are replaced.
    window.go("/snapshots")
    window.press("New schedule")
    window.type("Name", "daily")
    window.type("Interval", "24h")
    window.type("Path prefix", str(backups / "daily"))
    window.press("Save")
    window.sees("The schedule daily is saved.")
    assert world.ask("GET", "sys/snapshots/schedule/daily")["data"]["interval"] == 86400
    row = window.page.get_by_role("row").filter(has_text="strongroom-snapshot")
    row.first.wait_for()  # the first is taken at once
    first = world.ask("GET", "sys/snapshots/status/daily")["data"]["good_name"]
    window.press("Take one now")
    window.sees("The server takes a snapshot, also when you leave this page.")
    window.page.reload()
    row = row.filter(has_not_text=first)
    row.wait_for()  # with retain at its default, it takes the place of the first
    file = world.ask("GET", "sys/snapshots/status/daily")["data"]["good_name"]
    assert file in row.inner_text()
    taken = world.ask("GET", "sys/snapshots/taken/daily?list=true")["data"]["key_info"][file]["snapshot_time"]
    assert row.locator("time").get_attribute("title") == f"{taken[:19]}Z"
    row.get_by_role("button", name="Verify", exact=True).click()
    window.sees(f"{file} is whole")
    window.sees("by this cluster's keys")
    assert window.findings() == []
    world.ask("POST", "team/data/after", {"data": {"written": "after it"}})
    row.get_by_role("button", name="Restore", exact=True).click()
    restore = window.page.get_by_role("dialog").get_by_role("button", name="Restore", exact=True)
    assert not restore.is_enabled()
    window.type("Type restore to confirm", "restore")
    restore.click()
    window.sees("The snapshot is restored, and the store is frozen")
    assert world.answer("GET", "team/data/after")[0] == 404
    window.press("See what a go sets off")
    window.sees("The store is frozen after a restore")
    window.sees("Nothing waits.")
    assert window.findings() == []
    window.press("Go")
    window.page.get_by_role("dialog").get_by_role("button", name="Go", exact=True).click()
    window.sees("Leases end, credentials rotate and webhooks are posted from now on.")
    assert world.ask("GET", "sys/restore")["data"]["frozen"] is False


def test_what_is_refused(keeping: tuple[World, Path], opened: Opened, tmp_path: Path) -> None:
    """A directory that isn't allowed, and a file that is no snapshot: the server says so, and nothing is lost."""
    world, _ = keeping
    window = opened("root", of=world)
    window.refused.add(400)
    window.go("/snapshots/schedule")
    window.type("Name", "elsewhere")
    window.type("Interval", "24h")
    window.type("Path prefix", "/etc/cron.d")
    window.press("Save")
    window.sees("snapshot_directories")
    expect(window.field("Path prefix")).to_have_value("/etc/cron.d")
    file = tmp_path / "no.snap"
    file.write_bytes(b"no snapshot")
    window.go("/snapshots/restore")
    with window.page.expect_file_chooser() as chooser:
        window.press("Choose a file")
    chooser.value.set_files(file)
    window.sees("This does not look like a snapshot of a Strongroom server.")
    window.press("Look into it")
    window.page.get_by_role("alert").wait_for()
    window.sees("no.snap (11 B)")


def test_a_file_says_what_it_is_of(keeping: tuple[World, Path], opened: Opened, tmp_path: Path) -> None:
    """Before it is restored.  What was said of the file before is gone, and what a broken way leaves open is told."""
    world, _ = keeping
    own = tmp_path / "own.snap"
    connection = HTTPConnection(world.server.address, timeout=60)
    connection.request("GET", "/v1/sys/storage/raft/snapshot", headers={"X-Vault-Token": world.tokens["root"]})
    own.write_bytes(connection.getresponse().read())
    connection.close()
    wrong = tmp_path / "wrong.snap"
    wrong.write_bytes(b"no snapshot")
    cluster = world.ask("GET", "sys/seal-status")["cluster_id"]
    window = opened("root", of=world)
    window.refused.add(400)
    window.go("/snapshots/restore")
    chooser = window.page.locator("input[type=file]")
    chooser.set_input_files(wrong)
    window.press("Look into it")
    window.page.get_by_role("alert").wait_for()
    chooser.set_input_files(own)
    window.sees(cluster)
    assert window.page.get_by_role("alert").count() == 0
    window.page.route("**/v1/sys/storage/raft/snapshot?*", lambda route: route.abort("connectionreset"))
    window.press("Restore")
    window.type("Type restore to confirm", "restore")
    window.page.get_by_role("dialog").get_by_role("button", name="Restore", exact=True).click()
    window.sees("Whether it was restored isn't known")
    window.press("Cancel")
    window.press("Restore")
    assert "Whether it was restored isn't known" not in window.text()


@pytest.mark.parametrize("role", ROLES)
def test_snapshots_for_a_role(opened: Opened, role: Role) -> None:
    """Who may do nothing with snapshots is offered nothing."""
    window = opened(role)
    window.go("/snapshots")
    window.settle()
    for action in ("Take a snapshot", "New schedule", "Restore"):
        assert window.offers(action) is (role == "root"), action
    window.go("/snapshots/restore")
    window.settle()
    assert window.offers("Look into it") is window.offers("Restore") is (role == "root")
