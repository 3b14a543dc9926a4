"""Certificates: from an authority to its list of revoked ones, by whom it is allowed."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World

if TYPE_CHECKING:
    from playwright.sync_api import Locator

expect = pytest.importorskip("playwright.sync_api").expect

DOMAINS = {"allowed_domains": "team.example", "allow_subdomains": True, "key_type": "ec"}


def do(window: Window, name: str) -> None:
    """Press the button of the form; links to the form may have the same name."""
    window.page.locator("form").get_by_role("button", name=name, exact=True).click()


def confirm(window: Window, name: str) -> None:
    """Press the last button of a dialog."""
    window.page.get_by_role("dialog").locator("footer").get_by_role("button", name=name, exact=True).click()


def saved(window: Window, name: str) -> str:
    """What a button saves as a file of that name."""
    with window.page.expect_download() as download:
        window.press(f"Save {name}")
    assert download.value.suggested_filename == name
    return Path(download.value.path()).read_text()


def fact(window: Window, name: str) -> str:
    """What the page tells of something by name."""
    row: Locator = window.page.locator(".fact", has=window.page.get_by_text(name, exact=True))
    return row.first.locator("dd").inner_text()


def issued(team: World, name: str, mount: str = "pki", role: str = "web", **more: Any) -> str:
    """The serial number of a new certificate."""
    made = team.ask("POST", f"{mount}/issue/{role}", {"common_name": name, **more})
    serial: str = made["data"]["serial_number"]
    return serial


def openssl(*arguments: str | Path) -> str:
    """What OpenSSL says, which knows nothing of this project."""
    return subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("role", ROLES)
def test_the_first_certificate(team: World, opened: Opened, role: Role, tmp_path: Path) -> None:
    """A root, a role, and a certificate whose files OpenSSL accepts; a reader only gets the last."""
    mount, window = f"first-{role}", opened(role)
    if role == "root":
        team.ask("POST", f"sys/mounts/{mount}", {"type": "pki", "config": {"max_lease_ttl": "87600h"}})
        window.go(f"/secrets/pki?mount={mount}/")
        window.sees("There is no authority yet.")
        window.press("Make a root")
        window.type("Common name", "First Root")
        window.type("Issuer name", "first")
        window.type("TTL", "80000h")
        do(window, "Make a root")
        window.sees("The root is made")
        window.press("Open the issuer")
        root = saved(window, "first.pem")
        assert fact(window, "Subject") == "CN=First Root"
    else:
        mount = "pki"
        root = team.ask("GET", "pki/issuer/root/json")["data"]["certificate"]
    window.go(f"/secrets/pki/roles?mount={mount}/")
    name = "web"
    if role != "reader":
        name = f"site-{role}"
        window.press("Create a role")
        window.type("Name", name)
        window.type("Allowed domains", "team.example")
        window.page.get_by_text("Allow subdomains", exact=True).click()
        do(window, "Create")
        window.page.get_by_role("heading", name=name, exact=True).wait_for()
        kept = team.ask("GET", f"{mount}/roles/{name}")["data"]
        assert (kept["allowed_domains"], kept["enforce_hostnames"]) == (["team.example"], True)
    else:
        assert not window.offers("Create a role")
        window.press("web")
        assert not window.offers("Delete") and not window.offers("Sign a request")
    window.press("Issue a certificate")
    window.type("Common name", f"{role}.team.example")
    window.type("TTL", "72h")
    do(window, "Issue a certificate")
    window.sees("The certificate is issued")
    assert fact(window, "Names") == f"DNS:{role}.team.example"
    key = window.reveal("Private key")
    file = f"{role}.team.example"
    (tmp_path / "root").write_text(root)
    (tmp_path / "leaf").write_text(saved(window, f"{file}.pem"))
    (tmp_path / "key").write_text(saved(window, f"{file}.key"))
    assert (tmp_path / "key").read_text().strip() == key.strip()
    assert "OK" in openssl("verify", "-CAfile", tmp_path / "root", tmp_path / "leaf")
    public = openssl("x509", "-in", tmp_path / "leaf", "-noout", "-pubkey")
    assert public == openssl("pkey", "-in", tmp_path / "key", "-pubout")
    window.press("Issue another one")
    window.field("Common name").wait_for()
    assert key not in window.page.content()


@pytest.mark.parametrize("role", ROLES)
def test_an_intermediate_is_signed_by_the_root(team: World, opened: Opened, role: Role) -> None:
    """In one step, and the picture has one below the other."""
    window = opened(role)
    window.go("/secrets/pki?mount=pki/")
    if role == "reader":
        assert not window.offers("Make a root") and not window.offers("Make an intermediate")
        expect(window.page.get_by_role("link", name="root", exact=True)).to_have_count(1)
        return
    window.press("Make an intermediate")
    window.type("Common name", f"Middle {role}")
    do(window, "Make an intermediate")
    window.sees("The request is made")
    window.choose("Mount of the signer", "pki/")
    window.choose("Issuer that signs", "root")
    window.type("Valid for", "1000h")
    do(window, "Sign it and take it over")
    window.page.get_by_role("heading", name=f"Middle {role}", exact=True).wait_for()
    picture = window.page.get_by_role("group", name="root: a root.", exact=False)
    expect(picture).to_have_accessible_name(re.compile(f"Middle {role}: signed here."))
    assert fact(window, "Issuer") == "CN=Team Root"
    assert fact(window, "Authority") == "yes, with 0 authorities below at most"
    window.turn("/secrets/pki?mount=pki/")
    row = window.page.get_by_role("row", name=f"Middle {role}")
    assert "root" in row.inner_text()


@pytest.mark.parametrize("role", ROLES)
def test_a_revoked_certificate_is_on_the_list(team: World, opened: Opened, role: Role) -> None:
    """With its reason, on the page of the certificate and on that of its issuer."""
    serial = issued(team, f"revoked-{role}.team.example")
    window = opened(role)
    window.go("/secrets/pki/certificates?mount=pki/")
    if role == "reader":
        window.sees("Your policies do not let you list certificates.")
        window.type("Open a certificate by its serial number", serial)
        window.press("Open")
    else:
        window.press(f"revoked-{role}.team.example")
    window.page.get_by_role("heading", name=f"revoked-{role}.team.example", exact=True).wait_for()
    assert fact(window, "Serial number") == serial
    if role == "reader":
        assert not window.offers("Revoke")
        return
    window.press("Revoke")
    window.choose("Reason", "superseded")
    confirm(window, "Revoke")
    window.sees("This certificate was revoked on")
    window.sees("The reason is superseded.")
    window.page.locator('[data-listed="true"]').wait_for()
    assert team.ask("GET", f"pki/cert/{serial}")["data"]["revocation_reason"] == "superseded"
    window.turn("/secrets/pki/issuer?mount=pki/&ref=root&tab=revoked")
    window.page.get_by_role("row", name=serial).wait_for()


def test_a_role_is_changed_and_nothing_else_of_it(team: World, opened: Opened) -> None:
    """Who may write but not patch puts nothing back to its default; names are tried against it."""
    team.ask("POST", "pki/roles/kept", {**DOMAINS, "max_ttl": "240h", "client_flag": False, "ou": ["a", "b"]})
    before = team.ask("GET", "pki/roles/kept")["data"]
    window = opened("admin")
    window.go("/secrets/pki/role?mount=pki/&name=kept")
    window.page.get_by_text("What it is used for", exact=True).click()
    assert not window.page.get_by_label("Client flag", exact=True).is_checked()
    window.page.get_by_text("Code signing flag", exact=True).click()
    do(window, "Save")
    window.sees("The role kept is saved.")
    assert team.ask("GET", "pki/roles/kept")["data"] == {**before, "code_signing_flag": True}
    window.page.get_by_role("tab", name="Try names", exact=True).click()
    window.type("Common name", "www.team.example")
    window.type("Other names", "evil.example")
    do(window, "Try")
    window.page.locator('[data-allowed="false"]').wait_for()
    assert "allow_subdomains" in window.page.get_by_role("row", name="evil.example").inner_text()


def test_what_was_typed_stays_when_a_name_is_refused(team: World, opened: Opened) -> None:
    """The server's reason is shown, and a request that is none isn't sent."""
    window = opened("admin")
    window.refused.add(400)
    window.go("/secrets/pki/issue?mount=pki/&role=web")
    window.type("Common name", "evil.example")
    do(window, "Issue a certificate")
    window.sees("not allowed by this role")
    expect(window.field("Common name")).to_have_value("evil.example")
    window.press("By a request")
    window.type("Certificate request", "<b>none</b>")
    window.sees("This is no certificate request in PEM.")


def test_a_request_is_signed_and_a_keystore_is_made(team: World, opened: Opened, tmp_path: Path) -> None:
    """What a request says is shown before; the keystore opens with its password."""
    key, csr = tmp_path / "key", tmp_path / "csr"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key)
    openssl("req", "-new", *curve, "-subj", "/CN=asked.team.example", "-out", csr)
    window = opened("admin")
    window.go("/secrets/pki/issue?mount=pki/&role=web&by=request")
    window.type("Certificate request", csr.read_text())
    window.sees("CN=asked.team.example")
    do(window, "Sign")
    window.sees("The certificate is issued")
    assert not window.page.get_by_role("button", name="Reveal Private key").count()
    window.press("With a new key")
    window.type("Common name", "java.team.example")
    window.choose("Files", "PKCS #12")
    window.type("Password of the keystore", "short")
    do(window, "Issue a certificate")
    assert window.field("Password of the keystore").get_attribute("aria-invalid") == "true"
    window.type("Password of the keystore", "long enough")
    do(window, "Issue a certificate")
    window.sees("The certificate is issued")
    with window.page.expect_download() as download:
        window.press(f"Save {team_file(window)}.p12")
    opened_store = openssl("pkcs12", "-in", download.value.path(), "-passin", "pass:long enough", "-nodes")
    assert "java.team.example" in opened_store and "PRIVATE KEY" in opened_store


def team_file(window: Window) -> str:
    """How the files of a certificate begin that the page offers."""
    names = window.page.get_by_role("button", name="Save ", exact=False).all_inner_texts()
    return next(name for name in names if name.endswith(".p12")).removeprefix("Save ").removesuffix(".p12")


def test_the_calendar_has_what_ends(team: World, opened: Opened) -> None:
    """On its day, with a way to it."""
    serial = issued(team, "ends.team.example", ttl="700h")
    end = datetime.fromisoformat(
        team.ask("GET", "pki/certs/detailed?list=true")["data"]["key_info"][serial]["not_after"]
    ).astimezone(UTC)
    window = opened("admin")
    window.go(f"/secrets/pki/certificates?mount=pki/&tab=calendar&month={end:%Y-%m}")
    window.sees("Days are those of the time zone UTC.")
    day = window.page.get_by_role("cell").filter(has=window.page.get_by_text(str(end.day), exact=True))
    day.get_by_role("link").click()
    window.press("ends.team.example")
    window.page.get_by_role("heading", name="ends.team.example", exact=True).wait_for()


def test_tidying_is_the_servers_business(team: World, opened: Opened) -> None:
    """It is begun here, and what became of it is known after a reload."""
    window = opened("admin")
    window.go("/secrets/pki/tidy?mount=pki/")
    assert window.page.get_by_label("Tidy cert store", exact=True).is_checked()
    do(window, "Begin")
    window.page.locator('[data-state="Finished"]').wait_for()
    window.page.reload()
    window.page.locator('[data-state="Finished"]').wait_for()
    told = team.ask("GET", "pki/tidy-status")["data"]
    assert fact(window, "Kept: certificates, not yet expired") == str(told["kept"]["certificates"]["not yet expired"])
    window.page.get_by_role("tab", name="By itself", exact=True).click()
    window.type("Safety buffer", "100h")
    do(window, "Save")
    window.sees("The settings are saved.")
    assert team.ask("GET", "pki/config/auto-tidy")["data"]["safety_buffer"] == 360_000


@pytest.mark.parametrize("role", ["admin", "reader"])
def test_settings_and_acme(team: World, opened: Opened, role: Role) -> None:
    """URLs, the own address and ACME with a key for an account; a reader isn't offered any of it."""
    window = opened(role)
    window.go("/secrets/pki?mount=pki/")
    if role == "reader":
        assert not any(window.offers(name) for name in ("Settings", "ACME", "Tidying", "Keys"))
        return
    window.press("Settings")
    window.type("CRL distribution points", "http://crl.example/a\nhttp://crl.example/b")
    do(window, "Save")
    window.sees("The settings are saved.")
    urls = team.ask("GET", "pki/config/urls")["data"]["crl_distribution_points"]
    assert urls == ["http://crl.example/a", "http://crl.example/b"]
    window.page.get_by_role("tab", name="Own address", exact=True).click()
    window.type("Path", f"{team.server.url}/v1/pki")
    do(window, "Save")
    window.press("ACME")
    window.sees(f"{team.server.url}/v1/pki/acme/directory")
    window.page.get_by_role("tab", name="External bindings", exact=True).click()
    window.type("Names that may be ordered", "*.team.example")
    window.press("Make a key for an account")
    assert window.reveal("Key").startswith("vault-eab-")
    (binding,) = team.ask("GET", "pki/eab?list=true")["data"]["keys"]
    row = window.page.get_by_role("row", name=binding)
    row.get_by_role("button", name="Delete", exact=True).click()
    confirm(window, "Delete")
    window.sees("The key is deleted.")
    assert team.answer("GET", "pki/eab?list=true")[0] == 404
    team.ask("POST", "pki/config/urls", {"crl_distribution_points": []})


def test_an_authority_is_imported_and_taken_away(team: World, opened: Opened, tmp_path: Path) -> None:
    """With its key, which no page shows; away when its name is typed."""
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key)
    openssl("req", "-x509", *curve, "-subj", "/CN=Old <b>CA", "-days", "30", "-out", certificate)
    window = opened("admin")
    window.go("/secrets/pki/import?mount=pki/")
    window.type("PEM bundle", key.read_text() + certificate.read_text())
    do(window, "Import")
    window.sees("Imported: issuers 1, keys 1")
    assert "PRIVATE KEY" not in window.page.content()
    window.page.locator("main section").get_by_role("link").click()
    window.page.get_by_role("heading", name="Old <b>CA", exact=True).wait_for()
    window.press("Make it the default")
    window.sees("Old <b>CA is the default now.")
    team.ask("POST", "pki/config/issuers", {"default": "root"})
    window.press("Delete")
    window.type("Type Old <b>CA to confirm", "Old <b>CA")
    confirm(window, "Delete")
    window.page.get_by_role("heading", name="pki/", exact=True).wait_for()
    expect(window.page.get_by_role("row", name="Old")).to_have_count(0)


def test_the_first_root_of_a_mount(team: World, opened: Opened) -> None:
    """The page tells how long it can last before it is made, and leads to what comes next."""
    team.ask("POST", "sys/mounts/pki-first", {"type": "pki", "config": {"max_lease_ttl": "72h"}})
    window = opened("root")
    window.go("/secrets/pki/generate?mount=pki-first/&what=root")
    window.sees("A certificate of this mount lasts 3 days at most, and so does this root.")
    window.type("Common name", "First Root")
    window.press("Make a root")
    window.sees("The root is made")
    window.press("Create a role")
    window.page.get_by_role("heading", name="Create a role", exact=True).wait_for()
    team.ask("DELETE", "sys/mounts/pki-first")
