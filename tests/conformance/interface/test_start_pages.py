"""First contact: a new server gets its keys, is opened share by share, and somebody logs in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import PASSWORD, World
from tests.conformance.servers import start_ours

expect = pytest.importorskip("playwright.sync_api").expect

CONFIG = """
ui = true
storage "sqlite" {
  path = "{directory}/store"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""


@pytest.fixture
def new(tmp_path: Path) -> Iterator[World]:
    """A server that has no keys yet."""
    with start_ours(tmp_path, CONFIG) as server:
        yield World(server, {})


def test_a_new_server(new: World, opened: Opened) -> None:
    """Keys are made, printed and entered; the server opens, and the root token logs in."""
    window = opened(of=new)
    window.go("/")
    window.sees("Set up this server")
    window.type("Number of shares", "")
    window.field("Number of shares").press("Tab")
    window.sees("This field is required.")
    assert window.field("Number of shares").get_attribute("aria-invalid") == "true"
    assert window.page.title() == "Set up this server · Strongroom"
    window.type("Number of shares", "3")
    window.type("Threshold", "2")
    window.press("Make the keys")
    window.sees("Share 3 of 3")
    heading = "The key shares of this server"  # who doesn't see the page hears that it is another one
    window.page.get_by_role("heading", name=heading, exact=True).and_(window.page.locator(":focus")).wait_for()
    for _ in range(2):  # It notices that the server has keys now, and shows them all the same.
        window.page.wait_for_event("response", lambda each: "seal-status" in each.url and each.json()["initialized"])
    shares = [window.reveal(f"Share {number} of 3") for number in (1, 2, 3)]
    token = window.reveal("Root token")
    assert len(set(shares)) == 3 and all(len(share) == 44 for share in shares)
    assert not window.page.get_by_role("button", name="Go on to unseal", exact=True).is_enabled()
    window.page.get_by_text("Every share has its place, and I have the root token").click()
    window.press("Go on to unseal")
    for share in shares[1:]:
        window.sees("2 of 3 key shares open this server.")
        window.type("Key share", share)
        window.press("Enter the share")
        window.settle()
    window.sees("Log in to Strongroom")
    window.refused.add(403)
    window.type("Token", "another")
    window.press("Log in")
    window.sees("The server does not know this token, or it has ended.")
    window.type("Token", token)
    window.press("Log in")
    window.page.get_by_role("heading", name="Overview", exact=True).wait_for()
    assert window.page.title() == "Overview · Strongroom"
    assert token not in window.page.url
    assert new.answer("GET", "sys/seal-status")[1]["sealed"] is False


def test_shares_can_be_read_in_print_alone(new: World, opened: Opened) -> None:
    """Until somebody looks or prints, no share is in the page."""
    window = opened(of=new)
    window.go("/")
    with window.page.expect_response("**/sys/init") as answered:
        window.press("Make the keys")
    window.sees("Share 5 of 5")
    shares = answered.value.json()["keys_base64"]
    assert not any(share in window.page.content() for share in shares)
    window.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert all(share in window.page.content() for share in shares)
    window.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    window.page.locator(".printed").first.wait_for(state="detached")
    assert not any(share in window.page.content() for share in shares)


def test_wrong_shares(new: World, opened: Opened) -> None:
    """The server says so when enough were entered, and begins anew."""
    made = new.ask("PUT", "sys/init", {"secret_shares": 3, "secret_threshold": 2})
    window = opened(of=new)
    window.refused.add(400)
    window.go("/")
    for share in (made["keys_base64"][0], "A" * 44, "no share"):
        window.type("Key share", share)
        window.press("Enter the share")
        window.settle()
    window.page.get_by_role("alert").wait_for()
    assert new.answer("GET", "sys/seal-status")[1]["sealed"] is True
    assert made["keys_base64"][0] not in window.page.content()


def test_the_same_share_twice(new: World, opened: Opened) -> None:
    """The server leaves it aside, and the page says so.  Begun anew, the field has the focus."""
    made = new.ask("PUT", "sys/init", {"secret_shares": 3, "secret_threshold": 3})
    window = opened(of=new)
    window.go("/")
    share, other = made["keys_base64"][:2]
    for typed, known in ((share, 0), (share, 1), (other, 0)):
        window.type("Key share", typed)
        window.press("Enter the share")
        window.settle()
        assert window.page.get_by_text("This share was entered already.").count() == known
    window.sees("2 / 3")
    window.page.get_by_role("button", name="Begin anew", exact=True).press("Enter")
    window.sees("0 / 3")
    assert window.field("Key share").evaluate("field => field === document.activeElement")


def test_a_share_waits_for_a_server_that_does_not_answer(new: World, opened: Opened) -> None:
    """It needn't be typed again."""
    made = new.ask("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
    window = opened(of=new)
    window.go("/")
    window.page.route("**/v1/sys/unseal", lambda route: route.abort(), times=1)
    window.type("Key share", made["keys_base64"][0])
    window.press("Enter the share")
    window.sees("The server does not answer.")
    window.press("Enter the share")
    window.sees("Log in to Strongroom")


def test_a_user_logs_in_and_out(team: World, opened: Opened) -> None:
    """With a name and a password; what is stored in the tab goes with the logout."""
    window = opened()
    window.refused.update({400, 403})
    window.go("/secrets/kv?mount=team/")
    window.choose("Method", "User name and password")
    window.type("User name", "reader")
    window.type("Password", "wrong")
    window.press("Log in")
    window.page.get_by_role("alert").wait_for()
    expect(window.field("User name")).to_have_value("reader")
    window.type("Password", PASSWORD)
    window.press("Log in")
    window.page.get_by_role("heading", name="team/", exact=True).wait_for()  # The page that was asked for.
    stored = window.page.evaluate("[JSON.stringify(localStorage), document.cookie, location.href].join()")
    assert "hvs." not in stored and PASSWORD not in window.page.evaluate("JSON.stringify(sessionStorage)")
    window.press("Your session", exact=False)
    window.page.get_by_role("menuitem", name="Log out", exact=True).click()
    window.sees("Log in to Strongroom")
    assert "hvs." not in window.page.evaluate("JSON.stringify(sessionStorage)")
