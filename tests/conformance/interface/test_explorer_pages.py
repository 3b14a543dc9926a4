"""The API's operations in a page: found, tried, and copied for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World

expect = pytest.importorskip("playwright.sync_api").expect

COPYING = {"permissions": ["clipboard-read", "clipboard-write"]}


def copied(window: Window, language: str) -> str:
    """The request as it is copied for a program."""
    window.page.get_by_text(language, exact=True).click()
    window.press(f"Copy for {language}")
    window.page.get_by_role("button", name="Copied", exact=True).wait_for()
    return str(window.page.evaluate("navigator.clipboard.readText()"))


def runs(world: World, command: list[str], role: Role) -> str:
    """What a command prints that gets address and token from variables."""
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    given = {"VAULT_ADDR": world.server.url, "VAULT_TOKEN": world.tokens[role], "PATH": programs}
    done = subprocess.run(command, env=given, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("role", ROLES)
def test_what_is_shown_is_what_the_api_describes(team: World, opened: Opened, role: Role) -> None:
    """Each role sees the operations that its own description has, and no others."""
    window = opened(role)
    window.go("/explorer?find=team/data")
    described = team.ask("GET", "sys/internal/specs/openapi", token=team.tokens[role])["paths"]
    methods = {name for name in ("get", "post", "patch", "delete") if name in described["/team/data/{path}"]}
    shown = window.page.locator(".explorer-verb").all_inner_texts()
    assert {text.lower() for text in shown} == methods
    window.page.get_by_role("searchbox", name="Search", exact=True).fill("disables secrets engine")
    window.settle()
    assert "find=disables+secrets+engine" in window.page.url
    assert ("sys/mounts/{path}" in window.text()) == ("/sys/mounts/{path}" in described)


@pytest.mark.parametrize("role", ROLES)
def test_an_operation_is_tried_and_copied(team: World, opened: Opened, role: Role) -> None:
    """The answer is shown with its secrets hidden; the lines for programs bring the same."""
    window = opened(role, **COPYING)
    window.go("/explorer?find=reads version of a secret")
    window.page.get_by_role("link", name="team/data/{path}", exact=True).first.click()
    window.type("Path", "web/db")
    window.press("Try it")
    window.sees("The answer")
    window.page.get_by_text("The whole answer", exact=True).click()
    assert "canary-of-the-database" in window.reveal("The whole answer")
    line = copied(window, "curl")
    assert team.tokens[role] not in line.split() and "$VAULT_TOKEN" in line
    assert json.loads(runs(team, ["sh", "-c", line], role))["data"]["data"]["password"] == "canary-of-the-database"
    script = copied(window, "Python (hvac)")
    assert "canary-of-the-database" in runs(team, [sys.executable, "-c", script], role)
    assert copied(window, "Command line") == "strongroom read team/data/web/db"


def test_a_body_with_everything_in_it(team: World, opened: Opened) -> None:
    """What is typed arrives as it is, from the form and from the lines; what is secret is hidden in the page."""
    window = opened("root", **COPYING)
    window.go("/explorer/operation?method=post&path=auth/userpass/users/%7Busername%7D")
    window.type("Username", "explored")
    secret = 'it\'s $HOME `id` "quoted" \\ <b>'
    window.type("Password", secret)
    assert secret not in window.page.locator(".explorer-copy").inner_text()
    line = copied(window, "curl")
    runs(team, ["sh", "-c", line], "root")
    assert team.answer("POST", "auth/userpass/login/explored", {"password": secret}, token="")[0] == 200
    script = copied(window, "Python (hvac)")
    runs(team, [sys.executable, "-c", script], "root")
    runs(team, ["sh", "-c", copied(window, "Command line")], "root")
    window.press("Try it")
    window.sees("done. The answer has no content.")
    assert window.field("Password").input_value() == ""
    assert team.answer("POST", "auth/userpass/login/explored", {"password": secret}, token="")[0] == 200


def test_what_is_at_fault_is_said(team: World, opened: Opened) -> None:
    """No JSON isn't sent; a refusal shows the server's words, and what was typed stays."""
    window = opened("root")
    window.refused.add(400)
    window.go("/explorer/operation?method=post&path=sys/mounts/%7Bpath%7D")
    window.type("Path", "explored")
    window.page.get_by_text("Write the body as JSON", exact=True).click()
    window.type("Body", '{"type": ')
    assert not window.page.get_by_role("button", name="Try it", exact=True).is_enabled()
    window.type("Body", '{"type": "no-such-engine"}')
    window.press("Try it")
    window.page.get_by_role("alert").wait_for()
    assert "no-such-engine" in window.field("Body").input_value()
    window.sees("The same for programs")
    window.type("Path", "../auth/explored")  # of which programs would make another path than is shown
    expect(window.page.get_by_role("heading", name="The same for programs")).to_have_count(0)


def test_deleting_asks_once_more(team: World, opened: Opened) -> None:
    """Nothing is deleted before somebody has said so."""
    team.ask("POST", "sys/policies/acl/explored", {"policy": 'path "a" { capabilities = ["read"] }'})
    window = opened("root")
    window.go("/explorer/operation?method=delete&path=sys/policies/acl/%7Bname%7D")
    window.type("Name", "explored")
    window.press("Try it")
    window.sees("Send this request?")
    assert team.answer("GET", "sys/policies/acl/explored")[0] == 200
    window.page.get_by_role("dialog").get_by_role("button", name="Try it", exact=True).click()
    window.sees("done. The answer has no content.")
    assert team.answer("GET", "sys/policies/acl/explored")[0] == 404
