"""The seal in a browser: sealing and unsealing, new key shares, a root token from shares, new keys."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.test_start_pages import CONFIG
from tests.conformance.interface.world import ROLES, Role, World
from tests.conformance.servers import start_ours
from tests.sim.pgp import Holder

expect = pytest.importorskip("playwright.sync_api").expect


@dataclass(frozen=True)
class Own:
    """A server of a test's own, and the key shares that open it: two of three."""

    world: World
    shares: list[str]

    def status(self) -> dict[str, Any]:
        """Its seal status."""
        found: dict[str, Any] = self.world.answer("GET", "sys/seal-status")[1]
        return found

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """As root."""
        return self.world.ask(method, path, body, self.world.tokens["root"])


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Own]:
    """An open server with three shares."""
    with start_ours(tmp_path, CONFIG) as server:
        world = World(server, {})
        made = world.ask("PUT", "sys/init", {"secret_shares": 3, "secret_threshold": 2})
        world.tokens["root"] = made["root_token"]
        found = Own(world, made["keys_base64"])
        for share in found.shares[:2]:
            world.ask("PUT", "sys/unseal", {"key": share})
        yield found


def enter(window: Window, label: str, shares: list[str]) -> None:
    """Enter shares, one after the other."""
    for number, share in enumerate(shares):
        window.sees(f"{number} / 2")
        window.type(label, share)
        window.press("Enter the share")
        window.settle()


def test_sealing_and_unsealing(own: Own, opened: Opened) -> None:
    """What was open stays as it was, and the shares open the server again; no share stays in the page."""
    window = opened("root", of=own.world)
    window.refused.add(503)
    window.go("/seal")
    window.sees("any 2 of 3")
    window.press("Seal now")
    seal = window.page.get_by_role("dialog").get_by_role("button", name="Seal now", exact=True)
    assert not seal.is_enabled()
    window.type("Type seal to confirm", "seal")
    seal.click()
    window.page.get_by_role("heading", name="Unseal", exact=True).wait_for()
    assert own.status()["sealed"] is True
    window.page.reload()  # A tab that is opened anew finds the way, too.
    enter(window, "Key share", own.shares[1:])
    window.page.get_by_role("heading", name="Seal and keys", exact=True).wait_for()
    window.sees("any 2 of 3")
    assert own.status()["sealed"] is False
    assert not any(share in window.page.content() for share in own.shares)


def test_new_shares(own: Own, opened: Opened) -> None:
    """Two of three make new ones, which count once they are verified; a reload in between loses nothing."""
    window = opened("root", of=own.world)
    window.go("/seal/rekey")
    window.type("Number of shares", "3")
    window.type("Threshold", "2")
    window.press("Begin")
    window.sees("0 / 2")
    window.page.reload()
    enter(window, "Present key share", own.shares[:2])
    window.turn("/seal")  # Whoever looks elsewhere finds them again.
    window.turn("/seal/rekey")
    window.sees("Share 3 of 3")
    assert window.findings() == []
    shares = [window.reveal(f"Share {number} of 3") for number in (1, 2, 3)]
    assert len({*shares, *own.shares}) == 6
    assert not window.page.get_by_role("button", name="Go on to verify", exact=True).is_enabled()
    window.page.get_by_text("Every share has its place").click()
    window.press("Go on to verify")
    window.sees("Until then, the present ones count.")
    assert window.findings() == []
    assert not any(share in window.page.content() for share in shares)
    enter(window, "New key share", shares[1:])
    window.sees("The new key shares are in force.")
    window.refused.add(503)  # The page goes on asking how far it is.
    own.ask("PUT", "sys/seal")
    for share in shares[:2]:
        own.world.ask("PUT", "sys/unseal", {"key": share})
    assert own.status()["sealed"] is False


@pytest.mark.filterwarnings("ignore:.*has been moved to cryptography.hazmat.decrepit:UserWarning")
def test_new_shares_for_the_holders_of_pgp_keys(own: Own, opened: Opened) -> None:
    """Each share is encrypted for its holder; the copy that the server keeps is the same, until it is deleted."""
    anna = Holder("anna")
    window = opened("root", of=own.world)
    window.go("/seal/rekey")
    window.type("Number of shares", "1")
    window.type("Threshold", "1")
    window.page.get_by_text("Verify the new shares before they count").click()
    window.sees("The present shares are worthless as soon as the last one is entered.")
    window.page.get_by_text("Encrypt each share for its holder with PGP").click()
    window.sees("There are 0 public keys for 1 shares.")
    window.type("Public keys, in the order of the shares", anna.public)
    window.page.get_by_text("Keep a copy of the encrypted shares").click()
    window.press("Begin")
    enter(window, "Present key share", own.shares[:2])
    window.page.locator(".shares").get_by_text(anna.fingerprint).wait_for()
    encrypted = window.reveal("Share 1 of 1")
    window.page.get_by_text("Every share has its place").click()
    window.press("Done")
    window.sees("The new key shares are in force.")
    window.press("Show the copy")
    assert window.reveal(anna.fingerprint) == encrypted
    window.press("Delete the copy")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    window.sees("The copy is deleted.")
    assert own.world.answer("GET", "sys/rotate/root/backup", token=own.world.tokens["root"])[0] == 400
    window.refused.add(503)  # The page goes on asking how far it is.
    own.ask("PUT", "sys/seal")
    own.world.ask("PUT", "sys/unseal", {"key": anna.decrypt(base64.b64decode(encrypted))})
    assert own.status()["sealed"] is False


def test_a_rekeying_that_is_cancelled(own: Own, opened: Opened) -> None:
    """Wrong shares are refused, numbers that can't be are not sent, and after a cancellation nothing has changed."""
    window = opened("root", of=own.world)
    window.refused.add(400)
    window.go("/seal/rekey")
    window.type("Number of shares", "1")
    window.field("Threshold").click()
    window.sees("The threshold can't be above the number of shares.")
    assert not window.page.get_by_role("button", name="Begin", exact=True).is_enabled()
    window.type("Number of shares", "5")
    window.field("Threshold").click()
    window.press("Begin")
    window.type("Present key share", "no share")
    window.press("Enter the share")
    window.page.get_by_role("alert").wait_for()
    expect(window.field("Present key share")).to_have_value("no share")
    window.press("Cancel this attempt")
    window.page.get_by_role("dialog").get_by_role("button", name="Cancel this attempt", exact=True).click()
    window.page.get_by_role("heading", name="Which shares", exact=True).wait_for()
    assert own.ask("GET", "sys/rotate/root/init")["data"]["started"] is False


def test_a_root_token(own: Own, opened: Opened) -> None:
    """Shares make it, and the one-time password decodes it."""
    window = opened("root", of=own.world)
    window.go("/seal/root")
    window.press("Begin")
    otp = window.reveal("One-time password")
    other = opened("root", of=own.world)
    other.go("/seal/root")
    other.sees("Who began this was shown the one-time password")
    assert otp not in other.page.content()
    enter(window, "Present key share", own.shares[:2])
    window.page.get_by_role("heading", name="The root token", exact=True).wait_for()
    assert window.findings() == []
    expect(window.field("One-time password")).to_have_value(otp)
    window.press("Decode it")
    token = window.reveal("Root token")
    assert own.world.ask("GET", "auth/token/lookup-self", token=token)["data"]["policies"] == ["root"]
    window.press("Done")
    window.page.get_by_role("button", name="Begin", exact=True).wait_for()
    assert token not in window.page.content() and otp not in window.page.content()


def test_what_shares_have_made_is_for_who_has_begun(own: Own, opened: Opened) -> None:
    """Who logs in over a locked session sees none of it, and is told that it would be lost."""
    window = opened("root", of=own.world)
    other = own.ask("POST", "auth/token/create", {"policies": ["root"]})["auth"]["client_token"]
    window.go("/seal/root")
    window.press("Begin")
    window.page.get_by_role("button", name="Reveal One-time password", exact=True).wait_for()
    window.page.get_by_role("button", name="Your session").click()
    window.page.get_by_role("menuitem", name="Lock", exact=True).click()
    for window.leaves in (False, True):
        window.page.get_by_role("dialog").locator("input[type=password]").fill(other)
        window.press("Log in")
        window.settle()
        assert window.page.get_by_role("dialog").count() == (0 if window.leaves else 1)
    assert window.asked == ["Somebody else was here. What was typed, or is shown only once, would be lost. Go on?"] * 2
    window.sees("Shares entered")
    assert window.page.get_by_role("button", name="Reveal One-time password").count() == 0


def test_new_keys(own: Own, opened: Opened) -> None:
    """A new encryption key, a new root key, and the interval of the former."""
    window = opened("root", of=own.world)
    window.go("/seal")
    window.press("Rotate the encryption key")
    window.sees("New writes use a new key.")
    term = window.page.locator(".fact", has_text="Newest key").locator("dd")
    window.page.wait_for_function("element => element.textContent === '2'", arg=term.element_handle())
    assert own.ask("GET", "sys/key-status")["data"]["term"] == 2
    window.type("Interval", "720h")
    window.press("Save")
    window.sees("The settings are saved.")
    assert own.ask("GET", "sys/rotate/keyring/config")["data"]["interval"] == "720h0m0s"
    window.press("Rotate the root key")
    window.page.get_by_role("dialog").get_by_role("button", name="Rotate the root key", exact=True).click()
    window.sees("There is a new root key.")


@pytest.mark.parametrize("role", ROLES)
def test_the_seal_for_a_role(team: World, opened: Opened, role: Role) -> None:
    """Everybody sees whether it is open; only who may is offered to change anything."""
    window = opened(role)
    window.refused.add(403)
    window.go("/seal")
    window.sees("any 1 of 1")
    for action in ("Seal now", "Rekey", "Generate a root token", "Rotate the encryption key", "Rotate the root key"):
        assert window.offers(action) is (role == "root"), action
    window.go("/seal/rekey")
    window.settle()
    assert window.offers("Begin") is (role == "root")


def test_that_nothing_is_recorded_needs_attention(own: Own, opened: Opened) -> None:
    """Of a store that keeps something; who may list audit devices is told, and finds where to make one."""
    window = opened("root", of=own.world)
    window.go("/")
    window.sees("Nothing is recorded: there is no audit device.")
    assert "Nothing needs attention." not in window.text()
    window.page.get_by_role("main").get_by_role("link", name="Audit", exact=True).click()
    window.page.get_by_role("heading", name="Audit", exact=True).wait_for()


def test_times_have_their_zone(team: World, opened: Opened) -> None:
    """Those of the browser's place, with the zone's name; where one points at it, as logs have it."""
    installed: str = team.ask("GET", "sys/key-status")["data"]["install_time"]
    window = opened("root", timezone_id="Asia/Kolkata")
    window.go("/seal")
    time = window.sees("GMT+5:30")
    assert str(time.get_attribute("title")) == f"{installed[:19]}Z"
