"""One-time codes: shown while somebody looks, and checked for others; more keys than are drawn at once."""

from __future__ import annotations

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World


@pytest.mark.parametrize("role", ROLES)
def test_a_code_is_shown(team: World, opened: Opened, role: Role) -> None:
    """That which the API makes, when somebody asks for it; the key isn't told."""
    window = opened(role)
    window.go("/secrets/totp/key?mount=totp/&name=team")
    window.press("Show the code")
    code = window.page.locator("output")
    code.wait_for()
    shown, made = code.inner_text(), team.ask("GET", "totp/code/team")["data"]
    # The next one may have begun in between; the page goes on to it by itself.
    assert shown == made["code"] or made["expire_time"] - made["generated"] > made_period(made) - 5
    assert "left" in window.sees(" left").inner_text()
    assert window.offers("Check a code") is (role != "reader")
    assert window.offers("Delete") is (role != "reader")


def made_period(made: dict[str, str]) -> int:
    """The seconds of `30s`."""
    return int(made["period"].removesuffix("s"))


def test_a_key_for_an_app(team: World, opened: Opened) -> None:
    """Made here and shown once as a picture; the app's code is checked, and counts once."""
    window = opened("admin")
    window.refused.add(400)
    window.go("/secrets/totp/create?mount=totp/")
    window.type("Name", "no name!")
    window.type("Issuer", "Shop")
    window.type("Account name", "eva@example.com")
    window.press("Create")
    window.sees("A name has letters and digits, with -, . and @ between them.")
    window.type("Name", "eva")
    window.press("Create")
    window.page.get_by_role("img", name="Scan this with an authenticator app", exact=True).wait_for()
    assert "otpauth://" not in window.page.content() and "secret=" not in window.page.url
    url = window.reveal("the text of the code")
    assert url.startswith("otpauth://totp/Shop:eva@example.com?")
    window.press("It is scanned")
    code = team.ask("GET", "totp/code/eva")["data"]["code"]
    for said in ("The code is right.", "code already used"):
        window.type("Code that somebody typed", code)
        window.press("Check a code")
        window.sees(said)
    assert url not in window.page.content()


def seen_names(window: Window) -> list[str]:
    """The names of the rows that are shown."""
    return window.page.get_by_role("rowheader").all_inner_texts()


def test_more_names_than_are_drawn(team: World, opened: Opened) -> None:
    """Of more than are drawn at once, each is found."""
    team.ask("POST", "sys/mounts/many", {"type": "totp"})
    for number in range(205):
        team.ask("POST", f"many/keys/key-{number:03}", {"key": "JBSWY3DPEHPK3PXP"})
    window = opened("root")
    window.go("/secrets/totp?mount=many/")
    window.sees("key-000")
    assert len(seen_names(window)) == 50
    window.press("Show more (155)")
    assert len(seen_names(window)) == 205
    window.page.get_by_label("Filter", exact=True).fill("key-204")
    window.sees("key-204")
    assert seen_names(window) == ["key-204"]
