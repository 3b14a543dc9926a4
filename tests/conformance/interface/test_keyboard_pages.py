"""Work without a pointer: where the focus is after a page, a row or a dialog has come or gone, and what Enter does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conformance.interface.browser import PHONE, Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Locator

expect = pytest.importorskip("playwright.sync_api").expect


def has_focus(window: Window, element: Locator) -> None:
    """Wait until it has the focus."""
    element.and_(window.page.locator(":focus")).wait_for()


def test_enter_as_soon_as_a_name_is_typed(team: World, opened: Opened) -> None:
    """Whether the user may use the new name isn't known yet: the form is sent all the same, and the button stays."""
    window = opened("root")
    window.go("/mounts/enable?table=secret")
    window.page.get_by_role("button", name="Enable", exact=True).wait_for()
    # These are never answered.  The page of the new mount, to which this leads, would find it deleted below.
    for asked in ("capabilities-self", "internal/ui/mounts/keyboard/**"):
        window.page.route(f"**/v1/sys/{asked}", lambda route: None)
    window.type("Path", "keyboard/entered")
    with window.page.expect_response("**/v1/sys/mounts/keyboard/entered") as answered:
        window.field("Path").press("Enter")
    assert answered.value.status == 204
    team.ask("DELETE", "sys/mounts/keyboard/entered")


def test_a_form_leads_to_its_fault(opened: Opened) -> None:
    """What wasn't sent says why at the field, which has the focus then."""
    window = opened("root")
    window.go("/secrets/kv/edit?mount=team/")
    window.press("Save")
    window.sees("A name is needed, without a slash at its end.")
    has_focus(window, window.field("Path"))


def test_a_login_without_anything_typed(opened: Opened) -> None:
    """Nothing is sent; the field says that it is needed."""
    window = opened()
    window.go("/")
    has_focus(window, window.page.get_by_role("heading", name="Log in to Strongroom", exact=True))
    window.press("Log in")
    window.sees("This field is required.")
    has_focus(window, window.field("Token"))


def test_an_added_row_has_the_focus(opened: Opened) -> None:
    """In a secret's fields and in pairs; and the next row, when one is removed."""
    window = opened("root")
    window.go("/secrets/kv/edit?mount=team/")
    window.type("Name", "first")
    for name in ("second", "third"):
        window.page.get_by_role("button", name="Add a field", exact=True).press("Enter")
        has_focus(window, window.field("Name").last)
        window.page.keyboard.type(name)
    window.page.get_by_role("button", name="Remove second", exact=True).press("Enter")
    expect(window.page.get_by_role("button", name="Remove second")).to_have_count(0)
    has_focus(window, window.field("Name").last)
    expect(window.field("Name").last).to_have_value("third")
    window.go("/mounts/enable?table=secret")
    window.page.locator("summary").click()
    window.page.get_by_role("button", name="Add", exact=False).press("Enter")
    has_focus(window, window.field("Name 1"))


def test_the_row_after_one_that_is_taken_away_has_the_focus(team: World, opened: Opened) -> None:
    """The dialog would give the focus back to a button that is gone with its row."""
    names = ("keyboard-a", "keyboard-b", "keyboard-c")
    ids = [team.ask("POST", "identity/entity", {"name": name})["data"]["id"] for name in names]
    group = {"name": "keyboard", "member_entity_ids": ids}
    made = team.ask("POST", "identity/group", group)["data"]["id"]
    window = opened("root")
    window.go(f"/groups/group?id={made}&tab=members")
    rows = window.page.get_by_role("row").filter(has=window.page.get_by_role("button", name="Take out", exact=True))
    rows.filter(has_text="keyboard-b").get_by_role("button", name="Take out", exact=True).click()
    window.page.get_by_role("dialog").get_by_role("button", name="Take out", exact=True).press("Enter")
    expect(rows.filter(has_text="keyboard-b")).to_have_count(0)
    rows.filter(has=window.page.locator(":focus")).wait_for()


def test_a_page_is_as_it_was_after_the_server_was_sealed(opened: Opened) -> None:
    """The form for shares in front of it gives its title and the focus back."""
    window = opened("root")
    window.refused.add(503)
    window.go("/mounts/enable?table=secret")
    status = {"initialized": True, "sealed": True, "t": 3, "n": 5, "progress": 0, "type": "shamir"}
    sealed = {"errors": ["Vault is sealed"]}
    window.page.route("**/v1/sys/seal-status", lambda route: route.fulfill(json=status))
    window.page.route("**/v1/sys/capabilities-self", lambda route: route.fulfill(status=503, json=sealed))
    window.type("Path", "typed")
    has_focus(window, window.field("Key share"))
    assert window.page.title() == "Unseal · Strongroom"
    window.page.unroute_all()
    has_focus(window, window.field("Path"))
    expect(window.field("Path")).to_have_value("typed")
    assert window.page.title() == "Enable a secrets engine · Strongroom"


def test_a_page_is_seen_from_its_top(opened: Opened) -> None:
    """Also one that a link at the end of a long page leads to."""
    window = opened("root", viewport=PHONE)
    window.go("/")
    link = window.page.get_by_role("link", name="Create a policy", exact=True)
    link.scroll_into_view_if_needed()
    before = window.page.evaluate("scrollY")
    assert before > 500
    link.click()
    window.page.get_by_role("heading", name="Create a policy", exact=True).wait_for()
    window.settle()
    assert window.page.evaluate("scrollY") == 0


def test_the_menu_of_a_phone_closes_behind_its_user(opened: Opened) -> None:
    """Also behind one who has pressed Enter: it would cover the page."""
    window = opened("root", viewport=PHONE)
    window.go("/")
    window.page.get_by_role("button", name="Menu", exact=True).press("Enter")
    window.page.get_by_role("link", name="Policies", exact=True).press("Enter")
    has_focus(window, window.page.get_by_role("heading", name="Policies", exact=True))
    window.page.get_by_role("navigation", name="Pages", exact=True).wait_for(state="hidden")


def test_a_namespace_that_is_not_there(opened: Opened) -> None:
    """It isn't gone to: each page would say that there is nothing here."""
    window = opened("root")
    window.refused.add(404)
    window.go("/")
    window.page.get_by_role("button", name="Namespace: root", exact=True).click()
    field = window.page.get_by_role("combobox", name="Namespace", exact=True)
    field.fill("nowhere")
    field.press("Escape")  # closes the list of those that there are
    window.press("Go there")
    window.sees("There is no namespace of this name.")
    field.fill("team-space")
    field.press("Escape")
    window.press("Go there")
    window.page.get_by_role("button", name="Namespace: team-space", exact=True).wait_for()


def test_escape_closes_a_dialog_at_once(opened: Opened) -> None:
    """Wherever the focus is in it."""
    window = opened("root")
    window.go("/secrets/kv/secret?mount=team/&path=web/mail")
    window.press("Delete")
    dialog = window.page.get_by_role("dialog")
    closes = dialog.get_by_role("button", name="Close", exact=True)
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Tab")
    while not closes.evaluate("button => button === document.activeElement"):
        window.page.keyboard.press("Tab")
    window.page.wait_for_timeout(500)  # a tip would be there by now
    window.page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
