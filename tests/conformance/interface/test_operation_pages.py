"""What operators look after in a browser: audit devices, nodes and their logs, snapshots, plugins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World


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
    window.page.get_by_role("grid", name="Is the log complete?").wait_for()
    assert "canary-of-the-audit" not in window.page.content()
    window.press("Disable")
    window.type("Type journey to confirm", "journey")
    window.page.get_by_role("dialog").get_by_role("button", name="Disable", exact=True).click()
    window.sees("journey/ is disabled.")
    assert "journey/" not in (team.ask("GET", "sys/audit")["data"] or {})


def test_a_device_that_does_not_work_is_refused(opened: Opened) -> None:
    """The server says why, and what was typed is still there."""
    window = opened("root")
    window.refused.add(400)
    window.go("/audit/enable")
    window.type("File", "/proc/self/comm")
    window.press("Enable a device")
    assert "no place for an audit log" in window.page.get_by_role("alert").inner_text()
    assert window.field("File").input_value() == "/proc/self/comm"


@pytest.mark.parametrize("role", ROLES)
def test_audit_for_a_role(opened: Opened, role: Role) -> None:
    """Who may not change devices isn't offered it."""
    window = opened(role)
    window.go("/audit")
    window.settle()
    assert window.offers("Enable a device") is (role == "root")
    if role != "root":
        window.sees("Your policies don't let you list the devices.")
        window.type("Path", "file")
        window.press("Open")
        window.sees("Your policies don't let you look for values in this log.")
        assert not window.offers("Disable")
