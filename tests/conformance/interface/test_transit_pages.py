"""Keys of transit: made, used, rotated and taken away, by whom it is allowed."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World

expect = pytest.importorskip("playwright.sync_api").expect

MARKUP = "<img src=x onerror=alert(1)> ünïcödé \n second line"


def of_key(name: str, more: str = "") -> str:
    """The page of a key."""
    return f"/secrets/transit/key?mount=transit/&name={quote(name)}{more}"


def do(window: Window, name: str) -> None:
    """Press the button of the form; links to the forms have the same names."""
    window.page.locator("form").get_by_role("button", name=name, exact=True).click()


def made(window: Window, title: str) -> str:
    """A text that the page has made."""
    return window.page.get_by_label(title, exact=True).and_(window.page.locator("pre")).inner_text()


def test_another_key_begins_anew(team: World, opened: Opened) -> None:
    """Who goes back to another key finds neither an answer of the first, nor its question as one about this key."""
    team.ask("POST", "transit/keys/beside", {})
    window = opened("root")
    window.go(of_key("beside", "&do=encrypt"))
    window.type("Plaintext", "of beside")
    do(window, "Encrypt")
    made(window, "Ciphertext")
    window.travel(of_key("team", "&do=encrypt"))
    window.page.get_by_role("heading", name="team", exact=True).wait_for()
    assert window.page.get_by_label("Ciphertext", exact=True).count() == 0
    window.travel(of_key("beside", "&do=versions"))
    window.press("Rotate")
    window.page.get_by_role("dialog").wait_for()
    window.travel(of_key("team", "&do=versions"))
    window.page.get_by_role("heading", name="team", exact=True).wait_for()
    assert window.page.get_by_role("dialog").count() == 0


@pytest.mark.parametrize("role", ROLES)
def test_encrypt_and_decrypt(team: World, opened: Opened, role: Role) -> None:
    """Base64 is the page's business.  A reader encrypts, and isn't offered what he may not do."""
    window = opened(role)
    window.go("/secrets/transit?mount=transit/")
    window.press("team")
    window.type("Plaintext", MARKUP)
    do(window, "Encrypt")
    ciphertext = made(window, "Ciphertext")
    assert window.field("Plaintext").input_value() == ""
    sent = {"ciphertext": ciphertext}
    assert base64.b64decode(team.ask("POST", "transit/decrypt/team", sent)["data"]["plaintext"]).decode() == MARKUP
    if role == "reader":
        assert not window.offers("Decrypt") and not window.offers("Rotate") and not window.offers("Versions")
        return
    window.press("Decrypt")
    window.type("Ciphertext", ciphertext)
    do(window, "Decrypt")
    assert window.reveal("Plaintext") == MARKUP


def test_an_address_that_names_another_engine(opened: Opened) -> None:
    """Nothing can be typed there: a link would have it stored where others read it."""
    window = opened("admin")
    for mount in ("team/", "auth/userpass/", "transit/keys/"):
        window.go(f"/secrets/transit/key?mount={mount}&name=team&use=encrypt")
        window.sees("is no engine that this page is for")
        assert not window.page.locator("main form").count()


@pytest.mark.parametrize("role", ROLES)
def test_rotate_and_rewrap(team: World, opened: Opened, role: Role) -> None:
    """Old ciphertexts come to the new version, many at once; then the old one is shut off and deleted."""
    name = f"rotated-{role}"
    team.ask("POST", f"transit/keys/{name}", {})
    old = [
        team.ask("POST", f"transit/encrypt/{name}", {"plaintext": text})["data"]["ciphertext"]
        for text in ("YQ==", "Yg==")
    ]
    window = opened(role)
    window.go(of_key(name))
    if role == "reader":
        window.sees("let you do nothing with this key")
        assert not window.offers("Rotate")
        return
    window.press("Rotate")
    window.page.get_by_role("dialog").get_by_role("button", name="Rotate", exact=True).click()
    window.sees("version 2")
    window.press("Rewrap")
    window.type("Ciphertexts", "\n".join([*old, "vault:v1:broken"]))
    do(window, "Rewrap")
    window.sees("1 ciphertext could not be rewrapped.")
    window.sees("Line 3:")
    first, second, _ = made(window, "2 rewrapped ciphertexts").split("\n", 2)
    assert first.startswith("vault:v2:") and second.startswith("vault:v2:")
    assert team.ask("POST", f"transit/decrypt/{name}", {"ciphertext": second})["data"]["plaintext"] == "Yg=="
    window.page.get_by_role("tab", name="Versions", exact=True).click()
    window.type("Oldest version that decrypts and verifies", "2")
    window.type("Oldest version that encrypts and signs", "2")
    window.press("Save")
    window.press("Delete the versions before 2")
    window.type(f"Type {name} to confirm", name)
    window.press("Delete")
    window.sees("The versions before 2 are deleted.")
    assert team.ask("GET", f"transit/keys/{name}")["data"]["min_available_version"] == 2


@pytest.mark.parametrize("role", ROLES)
def test_a_key_is_made_taken_out_of_use_and_deleted(team: World, opened: Opened, role: Role) -> None:
    """With the settings of its type; deleted only when its settings allow it and its name is typed."""
    name = f"made-{role}"
    window = opened(role)
    window.go("/secrets/transit?mount=transit/")
    if role == "reader":
        assert not window.offers("Create a key") and not window.offers("Import a key")
        return
    window.press("Create a key")
    window.type("Name", name)
    window.choose("Type", "hybrid")
    window.choose("Parameter set", "65")
    window.press("Create")
    window.page.get_by_role("heading", name=name, exact=True).wait_for()
    kept = team.ask("GET", f"transit/keys/{name}")["data"]
    assert (kept["type"], kept["exportable"], kept["deletion_allowed"]) == ("hybrid", False, False)
    assert window.offers("Sign") and not window.offers("Encrypt") and not window.offers("Delete")
    window.press("Take out of use")
    window.page.get_by_role("dialog").get_by_role("button", name="Take out of use", exact=True).click()
    window.sees("This key is out of use")
    assert team.ask("GET", f"transit/keys/{name}")["data"]["soft_deleted"] is True
    window.press("Put back into use")
    window.sees("version 1")
    window.page.get_by_role("tab", name="Settings", exact=True).click()
    window.page.get_by_text("Deletion allowed", exact=True).click()
    window.press("Save")
    window.press("Delete")
    confirm = window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True)
    assert not confirm.is_enabled()
    window.type(f"Type {name} to confirm", name)
    confirm.click()
    window.page.get_by_role("heading", name="transit/", exact=True).wait_for()
    assert team.answer("GET", f"transit/keys/{name}")[0] == 404


def test_sign_and_verify(team: World, opened: Opened) -> None:
    """A signature belongs to its input, and to no other."""
    team.ask("POST", "transit/keys/signer", {"type": "ed25519"})
    window = opened("admin")
    window.go(of_key("signer"))
    window.type("Input", "contract")
    window.press("Sign")
    do(window, "Sign")
    signature = made(window, "Signature")
    window.press("Verify")
    for text, valid in (("contract", "true"), ("other", "false")):
        window.type("Input", text)
        window.type("Signature", signature)
        do(window, "Verify")
        window.page.locator(f'[data-valid="{valid}"]').wait_for()


def test_what_was_typed_stays_when_it_is_refused(team: World, opened: Opened) -> None:
    """A context that is another one is refused in the server's words; base64 that is none isn't sent."""
    team.ask("POST", "transit/keys/tenants", {"derived": True})
    body = {"plaintext": "YQ==", "context": "Yg=="}
    ciphertext = team.ask("POST", "transit/encrypt/tenants", body)["data"]["ciphertext"]
    window = opened("admin")
    window.refused.add(400)
    window.go(of_key("tenants", "&do=decrypt"))
    window.type("Ciphertext", ciphertext)
    window.type("Context", "wrong")
    do(window, "Decrypt")
    window.page.get_by_role("alert").wait_for()
    expect(window.field("Ciphertext")).to_have_value(ciphertext)
    window.type("Context", "b")
    do(window, "Decrypt")
    assert window.reveal("Plaintext") == "a"
    window.press("Rewrap")
    window.type("Ciphertexts", ciphertext)
    window.type("Context", "b")
    do(window, "Rewrap")
    assert made(window, "1 rewrapped ciphertext").startswith("vault:v1:")
    window.press("Encrypt")
    window.page.get_by_role("group", name="Plaintext", exact=True).get_by_role("button", name="Given as").click()
    window.page.get_by_role("option", name="Base64", exact=True).click()
    window.type("Plaintext", "no base64!")
    window.sees("This is no base64.")
    do(window, "Encrypt")
    assert window.page.get_by_label("Ciphertext", exact=True).count() == 0


def test_a_backup_comes_back(team: World, opened: Opened) -> None:
    """The key in clear is shown when it is asked for, and restored under another name."""
    team.ask("POST", "transit/keys/kept", {"exportable": True, "allow_plaintext_backup": True})
    ciphertext = team.ask("POST", "transit/encrypt/kept", {"plaintext": "YQ=="})["data"]["ciphertext"]
    window = opened("admin")
    window.go(of_key("kept", "&tab=export"))
    window.press("Make a backup")
    window.page.get_by_role("dialog").get_by_role("button", name="Make a backup", exact=True).click()
    backup = window.reveal("Backup")
    window.turn("/secrets/transit/restore?mount=transit/")
    window.type("Name", "back")
    window.type("Backup", backup)
    window.press("Restore a backup")
    window.page.get_by_role("heading", name="back", exact=True).wait_for()
    assert team.ask("POST", "transit/decrypt/back", {"ciphertext": ciphertext})["data"]["plaintext"] == "YQ=="
    assert backup not in window.page.content()


def test_types_that_need_more_can_be_made(team: World, opened: Opened) -> None:
    """What the form fills in besides is right for each of their kinds."""
    window = opened("root")
    window.go("/secrets/transit/create?mount=transit/")
    window.page.get_by_role("button", name="Type").click()
    types = [each.partition("\n")[0] for each in window.page.get_by_role("option").all_inner_texts()]
    assert {"aes256-gcm96", "hmac", "ml-kem", "hybrid"} <= set(types)
    window.page.keyboard.press("Escape")
    for type_ in ("aes256-cbc", "hmac", "ml-kem"):
        window.turn("/secrets/transit?mount=transit/")
        window.press("Create a key")
        window.type("Name", f"type-{type_}")
        window.page.get_by_role("button", name="Type").click()
        window.page.get_by_role("option").filter(has_text=type_).first.click()
        window.press("Create")
        window.page.get_by_role("heading", name=f"type-{type_}", exact=True).wait_for()
        assert team.ask("GET", f"transit/keys/type-{type_}")["data"]["type"] == type_


def test_limits_that_are_being_typed_stay(team: World, opened: Opened) -> None:
    """Also when somebody else changes what holds; he is told, and takes it if he wants."""
    team.ask("POST", "transit/keys/limited", {})
    for _ in range(2):
        team.ask("POST", "transit/keys/limited/rotate")
    window = opened("root")
    window.go("/secrets/transit/key?mount=transit/&name=limited&tab=versions")
    field = window.page.get_by_role("textbox", name="Oldest version that decrypts")
    field.fill("3")
    team.ask("POST", "transit/keys/limited/config", {"min_decryption_version": 2})
    window.page.clock.install()
    window.page.clock.fast_forward("00:10")  # what was asked for has become old
    window.page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
    window.sees("Somebody has changed this meanwhile.")
    expect(field).to_have_value("3")
    window.press("Save")
    window.sees("saved")
    assert team.ask("GET", "transit/keys/limited")["data"]["min_decryption_version"] == 3
