"""Who asked for what: the server's own log is searched in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World

CANARY = "canary, of the searched log"
PAGE = "/audit/search?path=searched/"


@pytest.fixture(scope="module")
def log(team: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A device with a file, which has a secret, a denial and a login."""
    file = tmp_path_factory.mktemp("searched") / "audit.log"
    team.ask("POST", "sys/audit/searched", {"type": "file", "options": {"file_path": str(file)}})
    team.ask("POST", "team/data/searched", {"data": {"password": CANARY}})
    assert team.answer("DELETE", "team/metadata/searched", token=team.tokens["reader"])[0] == 403
    team.answer("POST", "auth/userpass/login/nobody-of-the-log", {"password": "wrong"}, token="")
    yield file
    team.ask("DELETE", "sys/audit/searched")


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("role", ROLES)
def test_a_log_is_searched(team: World, opened: Opened, role: Role) -> None:
    """By the role that may; to the others it isn't offered."""
    window = opened(role)
    window.go("/audit/device?path=searched/")
    if role != "root":
        assert not window.offers("Search the log")
        window.go(PAGE)
        window.sees("Your policies don't let you search this log.")
        return
    window.press("Search the log")
    window.press("Denied in a day")
    row = window.page.get_by_role("row").filter(has_text="team/metadata/searched")
    row.wait_for()
    assert "denied" in row.inner_text() and "delete" in row.inner_text()
    row.click()
    dialog = window.page.get_by_role("dialog")
    dialog.get_by_text("permission denied").wait_for()
    number = dialog.locator(".fact", has_text="Number of the request").locator(".code").inner_text()
    assert window.findings() == []
    dialog.get_by_role("link", name="Why was it denied?", exact=True).click()
    window.page.get_by_role("heading", name="Why and who", exact=True).wait_for()
    assert team.ask("GET", f"sys/policies/denials/{number}")["data"]["path"] == "team/metadata/searched"
    window.page.go_back()
    row.wait_for()
    window.press("Logins of a day")
    window.page.get_by_role("row").filter(has_text="auth/userpass/login/nobody-of-the-log").wait_for()
    assert row.count() == 0


@pytest.mark.usefixtures("log")
def test_a_value_is_looked_for_and_nowhere_kept(opened: Opened) -> None:
    """Not in the address, and no longer when something else is looked for."""
    window = opened("root")
    window.go(f"{PAGE}&request_path=team/*")
    window.type("Value", CANARY)
    window.press("Find requests")
    window.settle()
    rows = window.page.get_by_role("row").filter(has_text="team/")
    rows.first.wait_for()
    assert rows.count() == 1 and "team/data/searched" in rows.inner_text()
    assert "canary" not in window.page.url
    window.type("Value", "")
    window.press("Find requests")
    window.page.get_by_role("row").filter(has_text="team/metadata/searched").wait_for()


def test_a_long_log_is_searched_to_its_beginning(opened: Opened, log: Path) -> None:
    """A piece at a time, also in files that were moved away; what isn't an entry is counted."""
    first = log.read_bytes().splitlines()[1].replace(b"team/data/searched", b"team/data/long-ago")
    moved = log.with_name("audit.log.20260101T000000Z")
    last = log.read_bytes().splitlines()[-1]
    moved.write_bytes(b"\n".join([first, b"no entry", *[last] * 12_000]) + b"\n")
    assert moved.stat().st_size > 8 << 20
    window = opened("root")
    window.go(f"{PAGE}&request_path=team/data/long-ago")
    window.page.get_by_role("row").filter(has_text="long-ago").wait_for()
    window.sees("1 line is no entry, or is too long to be searched.")
    assert not window.offers("Search further back")
    window.refused.add(400)
    window.go(f"{PAGE}&since=whenever")
    window.sees('"whenever" is no moment')
