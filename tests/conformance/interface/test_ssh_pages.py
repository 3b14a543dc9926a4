"""SSH: keys are signed by each role, and certificates taken back."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World

expect = pytest.importorskip("playwright.sync_api").expect


@pytest.mark.parametrize("role", ROLES)
def test_a_key_is_signed(opened: Opened, role: Role, tmp_path: Path) -> None:
    """By each role, also by who may do nothing else; the certificate is one of OpenSSH's."""
    key = tmp_path / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    window = opened(role)
    window.go("/secrets/ssh?mount=ssh/")
    if role == "reader":
        window.page.get_by_role("combobox", name="Roles: open by name", exact=True).click()
        window.page.get_by_role("option", name="team", exact=True).click()
        window.press("Open")
    else:
        window.page.get_by_role("link", name="team", exact=True).click()
    window.page.get_by_role("heading", name="Sign a key", exact=True).wait_for()
    assert (window.offers("Change"), window.offers("Make a key")) == (
        (False, False) if role == "reader" else (True, True)
    )
    window.press("Sign a key")
    window.sees("This field is required.")
    window.type("Public key", key.with_suffix(".pub").read_text())
    window.press("Sign a key")
    with window.page.expect_download() as saved:
        window.press("id_ed25519-cert.pub")
    certificate = tmp_path / saved.value.suggested_filename
    saved.value.save_as(certificate)
    told = subprocess.run(["ssh-keygen", "-L", "-f", str(certificate)], check=True, capture_output=True, text=True)
    assert "user certificate" in told.stdout and "deploy" in told.stdout


def test_a_role_keeps_what_a_change_leaves_alone(team: World, opened: Opened) -> None:
    """SSH roles are written as a whole."""
    before = team.ask("GET", "ssh/roles/team")["data"]
    window = opened("admin")
    window.go("/secrets/ssh/role/edit?mount=ssh/&name=team")
    window.type("TTL", "20m")
    window.press("Save")
    window.page.get_by_role("heading", name="Sign a key", exact=True).wait_for()
    assert team.ask("GET", "ssh/roles/team")["data"] == {**before, "ttl": 1200}
    team.ask("POST", "ssh/roles/team", before)


def test_a_certificate_is_revoked(team: World, opened: Opened) -> None:
    """After asking, and the list says so."""
    serial = team.ask("POST", "ssh/issue/team", {"key_type": "ed25519"})["data"]["serial_number"]
    window = opened("admin")
    window.go("/secrets/ssh?mount=ssh/&tab=certificates")
    row = window.page.get_by_role("row").filter(has_text=serial)
    row.get_by_role("button", name="Revoke", exact=True).click()
    window.page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    row.get_by_text("revoked").wait_for()
    assert team.ask("GET", f"ssh/cert/{serial}")["data"]["revocation_time"] > 0


def test_a_password_for_one_login(team: World, opened: Opened) -> None:
    """For an address that a role is for; it is hidden, and has a lease."""
    window = opened("admin")
    window.refused.add(400)
    window.go("/secrets/ssh?mount=ssh/")
    window.type("Address", "10.0.0.7")
    window.press("Look")
    window.page.get_by_role("main").get_by_role("status").get_by_role("link", name="legacy", exact=True).click()
    window.page.get_by_role("heading", name="Make a one-time password", exact=True).wait_for()
    assert not window.offers("Sign a key")
    window.type("IP", "192.0.2.1")
    window.press("Make a one-time password")
    window.page.get_by_role("alert").wait_for()
    window.type("IP", "10.0.0.7")
    window.press("Make a one-time password")
    password = window.reveal("key")
    window.sees("ssh/creds/legacy/")
    told = team.ask("POST", "ssh/verify", {"otp": password}, token="")["data"]
    assert (told["username"], told["ip"]) == ("deploy", "10.0.0.7")


def test_another_authority(team: World, opened: Opened) -> None:
    """Made here, and it signs when somebody says so; deleted after its name was typed."""
    before = team.ask("GET", "ssh/config/issuers")["data"]["default"]
    window = opened("admin")
    window.go("/secrets/ssh/issuer?mount=ssh/")
    window.type("Issuer name", "next")
    window.page.get_by_text("Set default", exact=True).click()
    window.press("Create")
    window.page.get_by_role("heading", name="next", exact=True).wait_for()
    assert team.ask("GET", "ssh/config/issuers")["data"]["default"] == before
    window.press("Let it sign")
    window.page.get_by_role("heading", name="next signs", exact=True).wait_for()
    team.ask("POST", "ssh/config/issuers", {"default": before})
    window.page.reload()
    window.page.locator("section", has=window.page.get_by_role("heading", name="next", exact=True)).get_by_role(
        "button", name="Delete", exact=True
    ).click()
    window.type("Type next to confirm", "next")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(window.page.get_by_role("heading", name="next")).to_have_count(0)
    assert list(team.ask("GET", "ssh/issuers?list=true")["data"]["keys"]) == [before]


def test_a_name_that_no_path_has(opened: Opened) -> None:
    """The refusal tells what a name may have in it; that there is nothing here would help nobody."""
    window = opened("root")
    window.refused.add(404)
    window.go("/secrets/ssh/role/edit?mount=ssh/")
    window.type("Name", "with a space")
    window.press("Save")
    window.sees("If you typed a name: most may have only letters without accents")
    assert "There is nothing here" not in window.text()
    expect(window.field("Name")).to_have_value("with a space")
