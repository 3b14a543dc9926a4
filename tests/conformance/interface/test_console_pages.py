"""The console: commands of the command line in a page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World

if TYPE_CHECKING:
    from playwright.sync_api import Route

expect = pytest.importorskip("playwright.sync_api").expect


def run(window: Window, line: str) -> str:
    """Run a line; what it printed."""
    window.page.get_by_label("Command", exact=True).fill(line)
    window.page.keyboard.press("Enter")
    window.settle()
    return last(window, line)


def last(window: Window, line: str) -> str:
    """What the newest command printed."""
    entry = window.page.locator(".console-entry").last
    entry.get_by_text(f"$ {line}").wait_for()
    return entry.locator(".console-output").inner_text()


@pytest.mark.parametrize("role", ROLES)
def test_a_session(team: World, opened: Opened, role: Role) -> None:
    """Reading, writing and destroying; what the API says is what is printed, refusals too."""
    window = opened(role)
    window.refused.update({403, 404})
    window.go("/console")
    assert "Commands:" in run(window, "help")
    listed = run(window, "kv list -format=json team/web")
    assert json.loads(listed) == team.ask("GET", "team/metadata/web?list=true")["data"]["keys"]
    assert run(window, "kv get -field=password -mount=team web/db") == "canary-of-the-database"
    assert run(window, "kv get team/web/none") == "No value found at team/data/web/none"
    name = f"console-{role}"
    written = run(window, f"kv put team/{name} user=eva 'note=<b>two words</b>'")
    if role == "reader":
        assert "Your policies do not allow this." in written
        assert "Code: 403" in written
        return
    assert "version            1" in written
    assert team.ask("GET", f"team/data/{name}")["data"]["data"] == {"user": "eva", "note": "<b>two words</b>"}
    window.page.get_by_label("Command", exact=True).fill(f"kv metadata delete team/{name}")
    window.page.keyboard.press("Enter")
    window.sees("Run this command?")
    window.page.keyboard.press("Escape")
    assert team.answer("GET", f"team/data/{name}")[0] == 200
    expect(window.page.get_by_role("dialog")).to_have_count(0)
    window.page.get_by_label("Command", exact=True).press("Enter")
    window.page.get_by_role("dialog").get_by_role("button", name="Run", exact=True).click()
    window.sees(f"Success! Data deleted (if it existed) at: team/metadata/{name}")
    assert team.answer("GET", f"team/data/{name}")[0] == 404


def test_a_text_beside_the_line(team: World, opened: Opened) -> None:
    """Longer texts stand in a field, which is empty again once they are stored; files can't be read."""
    window = opened("root")
    window.go("/console")
    window.page.get_by_label("Command", exact=True).fill("kv put team/pasted key=-")
    window.type("Text for -", "canary\nof lines")
    window.page.get_by_label("Command", exact=True).press("Enter")
    window.settle()
    assert team.ask("GET", "team/data/pasted")["data"]["data"] == {"key": "canary\nof lines"}
    window.page.get_by_label("Command", exact=True).fill("kv put team/pasted key=-")
    assert window.field("Text for -").input_value() == ""
    assert "reads a file" in run(window, "kv put team/pasted key=@/etc/hostname")
    assert "no shell" in run(window, "kv get team/pasted | grep key")


def test_what_is_hard_to_take_back_is_asked_first(team: World, opened: Opened) -> None:
    """Whoever doesn't consent to a write that seals hasn't sealed."""
    window = opened("root")
    window.go("/console")
    sent: list[str] = []
    window.page.on("request", lambda request: sent.append(request.url))
    for line in ("write -f sys/seal", "write -f team-space/sys/rotate"):
        window.page.get_by_label("Command", exact=True).fill(line)
        window.page.get_by_label("Command", exact=True).press("Enter")
        window.sees("Run this command?")
        window.page.keyboard.press("Escape")
        expect(window.page.get_by_role("dialog")).to_have_count(0)
    assert not [url for url in sent if url.endswith(("/sys/seal", "/sys/rotate"))]
    assert team.ask("GET", "sys/seal-status")["sealed"] is False


def test_the_keyboard_alone(opened: Opened) -> None:
    """Completion, earlier lines, Esc, and out of the field again."""
    window = opened("reader")
    window.go("/console")
    line, keys = window.page.get_by_label("Command", exact=True), window.page.keyboard
    line.focus()
    keys.type("kv g")
    keys.press("Tab")
    expect(line).to_have_value("kv get ")
    keys.type("team/we")
    keys.press("Tab")
    expect(line).to_have_value("kv get team/web/")
    keys.press("Tab")
    window.page.get_by_role("option", name="team/web/mail", exact=True).wait_for()
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(line).to_have_value("kv get team/web/mail")
    keys.press("Enter")
    window.sees("canary-of-the-mail")
    assert line.input_value() == ""
    keys.press("ArrowUp")
    expect(line).to_have_value("kv get team/web/mail")
    keys.press("Escape")
    assert line.input_value() == ""
    keys.press("Tab")
    assert not line.evaluate("field => field === document.activeElement")
    assert window.findings() == []


def test_nothing_outlives_the_session(opened: Opened) -> None:
    """What was printed is there on the way back, not in a store of the browser, and not for the next session."""
    window = opened("root")
    window.go("/console")
    run(window, "kv get team/web/db")
    window.turn("/me")
    window.turn("/console")
    window.sees("canary-of-the-database")
    kept = window.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, location.href])")
    assert "canary" not in kept and "web/db" not in kept
    window.page.reload()
    window.sees("Type help to see all commands")
    assert "canary-of-the-database" not in window.page.content()


def test_a_command_ends_where_it_began(team: World, opened: Opened) -> None:
    """Who goes back to a page of another namespace while a command asks for its mount doesn't write there."""
    team.ask("POST", "sys/mounts/wanders", {"type": "kv", "options": {"version": "2"}})
    team.ask("POST", "sys/mounts/wanders", {"type": "kv", "options": {"version": "2"}}, namespace="team-space")
    window = opened("root")
    window.go("/tools?namespace=team-space")
    window.travel("/console")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    window.page.route("**/sys/internal/ui/mounts/wanders/**", hold)
    with window.page.expect_request("**/sys/internal/ui/mounts/wanders/**"):
        window.page.get_by_label("Command", exact=True).fill("kv put wanders/db password=canary-of-the-console")
        window.page.keyboard.press("Enter")
    window.page.go_back()
    window.page.get_by_role("heading", name="Tools", exact=True).first.wait_for()
    with window.page.expect_response("**/sys/internal/ui/mounts/wanders/**"):
        held[0].continue_()
    window.settle()
    for namespace in ("", "team-space"):
        assert team.answer("GET", "wanders/data/db", namespace=namespace)[0] == 404
        team.ask("DELETE", "sys/mounts/wanders", namespace=namespace)
