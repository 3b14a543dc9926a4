"""The session of a tab: kept over a reload, locked when nobody is there, ended with its token."""

from __future__ import annotations

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import PASSWORD, World

expect = pytest.importorskip("playwright.sync_api").expect

EDIT = "/secrets/kv/edit?mount=team/&path=web/session"
IDLE = "16:00"
"""Minutes and seconds; a session is locked after 15 minutes."""
_THREE_HOURS_BEHIND = """
const Right = Date, now = Right.now.bind(Right), behind = 3 * 3600 * 1000;
window.Date = class extends Right {
  constructor(...given) { given.length ? super(...given) : super(now() - behind); }
  static now() { return now() - behind; }
};
"""


def _tokens(window: Window) -> str:
    """All that the tab stores."""
    stored: str = window.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
    return stored


def test_a_reload_keeps_it_and_a_new_tab_does_not(team: World, opened: Opened) -> None:
    """The token is in the tab's storage alone: not in the address, not for other tabs."""
    window = opened()
    _log_in(window)
    window.page.reload()
    window.page.get_by_role("heading", name="Secrets engines", exact=True).wait_for()
    other = window.page.context.new_page()
    other.goto(f"{team.url}/secrets")
    other.get_by_role("heading", name="Log in to Strongroom", exact=True).wait_for()


def _hidden(window: Window) -> str:
    """All that the document has in it, whether it is seen or not: texts, what fields have, pictures."""
    found: list[str] = window.page.eval_on_selector_all(
        "body *", "all => all.map(e => [e.textContent, e.value, e.matches('svg[role=img]') && 'picture'].join())"
    )
    return "\n".join(found)


def _log_in(window: Window, place: str = "/secrets") -> None:
    window.go(place)
    window.choose("Method", "User name and password")
    window.type("User name", "admin")
    window.type("Password", PASSWORD)
    window.press("Log in")
    window.page.get_by_role("navigation", name="Pages", exact=True).wait_for()
    window.settle()


def test_it_is_locked_when_nobody_is_there(opened: Opened) -> None:
    """The token is forgotten; who logs in again finds what he had typed."""
    window = opened()
    window.refused.add(404)  # The secret isn't there yet.
    window.page.clock.install()
    _log_in(window, EDIT)
    window.page.get_by_label("Name", exact=True).first.fill("typed-before")
    window.page.clock.fast_forward(IDLE)
    window.sees("Locked, because nobody was there")
    assert "hvs." not in _tokens(window)
    window.type("Password", PASSWORD)
    window.press("Log in")
    expect(window.page.get_by_role("dialog")).to_have_count(0)
    expect(window.page.get_by_label("Name", exact=True).first).to_have_value("typed-before")


def test_the_lock_masks_what_was_revealed(opened: Opened) -> None:
    """It isn't even in the page that is hidden below the login."""
    window = opened("reader")
    window.page.clock.install()
    window.go("/secrets/kv/secret?mount=team/&path=web/db")
    assert window.reveal("password") == "canary-of-the-database"
    window.page.clock.fast_forward(IDLE)
    window.sees("Locked, because nobody was there")
    assert "canary" not in window.page.content()


def test_a_login_in_another_namespace_has_pages_of_its_own(team: World, opened: Opened) -> None:
    """What was typed for one namespace can't be saved in another, by a token that is good for both."""
    window = opened("root")
    window.page.clock.install()
    window.refused.update({403, 404})  # The mount isn't there.
    window.go("/secrets/kv/edit?mount=team/")
    window.type("Name", "typed-before")
    window.page.clock.fast_forward(IDLE)
    window.sees("Locked, because nobody was there")
    window.page.get_by_text("Mount and namespace").click()
    window.type("Namespace", "team-space")
    window.type("Token", team.tokens["root"])
    window.press("Log in")
    expect(window.page.get_by_role("dialog")).to_have_count(0)
    window.settle()
    assert "typed-before" not in window.page.evaluate("[...document.querySelectorAll('input')].map(e => e.value)")


def test_a_login_that_is_thought_over_leaves_no_token(team: World, opened: Opened) -> None:
    """Somebody else comes by, and lets the pages of who was there before be."""
    window = opened("root")
    window.page.clock.install()
    window.leaves = False
    window.go("/secrets/kv/edit?mount=team/")
    window.type("Name", "typed-before")
    window.page.clock.fast_forward(IDLE)
    window.sees("Locked, because nobody was there")
    before = set(team.ask("LIST", "auth/token/accessors")["data"]["keys"])
    window.choose("Method", "User name and password")
    window.type("User name", "reader")
    window.type("Password", PASSWORD)
    with window.page.expect_response("**/auth/token/revoke-self"):
        window.press("Log in")
    assert len(window.asked) == 1
    assert set(team.ask("LIST", "auth/token/accessors")["data"]["keys"]) == before


def test_the_lock_hides_what_is_in_dialogs(opened: Opened) -> None:
    """A file that was pasted isn't for who comes by; it is there again for who pasted it."""
    window = opened()
    window.page.clock.install()
    _log_in(window, "/secrets/kv/edit?mount=team/")
    window.press("Paste JSON or .env")
    pasted = window.page.get_by_role("dialog").locator("textarea")
    pasted.fill("KEY=canary-of-the-paste")
    window.page.clock.fast_forward(IDLE)
    window.sees("Locked, because nobody was there")
    assert "canary" not in _hidden(window)
    window.type("Password", PASSWORD)
    window.press("Log in")
    pasted.wait_for()
    expect(pasted).to_have_value("KEY=canary-of-the-paste")


@pytest.mark.parametrize("form", ["Rows", "JSON"])
def test_the_lock_masks_what_is_being_edited(opened: Opened, form: str) -> None:
    """What was revealed to change it is masked again, and stays as it was changed."""
    window = opened()
    window.page.clock.install()
    _log_in(window, "/secrets/kv/edit?mount=team/&path=web/db")
    if form == "Rows":
        window.page.get_by_role("button", name="Reveal password", exact=True).click()
        window.page.locator(".row-field textarea").fill("canary-of-a-change")
    else:
        window.page.get_by_text("As JSON", exact=True).click()
        window.press("Reveal the values to change them")
    window.page.clock.fast_forward(IDLE)
    window.sees("Locked, because nobody was there")
    assert "canary" not in _hidden(window)


def test_the_lock_leaves_nothing_in_the_document(opened: Opened) -> None:
    """What a command has printed, what is typed, and a code that is to be scanned: it is there again afterwards."""
    window = opened()
    window.page.clock.install()
    _log_in(window, "/console")
    line = window.page.get_by_label("Command", exact=True)
    line.fill("kv get team/web/db")
    line.press("Enter")
    window.sees("canary-of-the-database")
    line.fill("kv put team/web/db password=canary-of-a-draft")
    window.page.clock.fast_forward(IDLE)
    window.sees("Locked, because nobody was there")
    assert "canary" not in _hidden(window)
    window.type("Password", PASSWORD)
    window.press("Log in")
    expect(window.page.get_by_role("dialog")).to_have_count(0)
    expect(line).to_have_value("kv put team/web/db password=canary-of-a-draft")
    line.fill("")
    window.turn("/secrets/totp/create?mount=totp/")
    window.type("Name", "scanned")
    window.type("Issuer", "Bank")
    window.type("Account name", "team")
    window.press("Create")
    window.page.locator(".qr > svg").wait_for()
    window.page.clock.fast_forward(IDLE)
    window.sees("Locked, because nobody was there")
    assert "picture" not in _hidden(window)
    window.type("Password", PASSWORD)
    window.press("Log in")
    window.page.locator(".qr > svg").wait_for()


def test_the_lock_closes_lists(opened: Opened) -> None:
    """One that was open would stand in front of the login, and could be used."""
    window = opened()
    window.page.clock.install()
    _log_in(window, "/explorer")
    window.page.get_by_role("button", name="Part").click()
    window.page.get_by_role("option", name="Secrets engines", exact=True).wait_for()
    window.page.clock.fast_forward(IDLE)
    window.sees("Locked, because nobody was there")
    window.page.get_by_role("option").first.wait_for(state="detached")
    window.choose("Method", "Token")  # the login's own opens


def test_nothing_that_was_told_stays_after_logging_out(opened: Opened) -> None:
    """Not even for the seconds that it is shown otherwise."""
    window = opened()
    window.page.clock.install()
    _log_in(window, "/policies/edit")
    window.type("Name", "team-told")
    window.press("Save")
    window.sees("team-told is saved")
    window.page.get_by_role("button", name="userpass-admin").click()
    window.page.get_by_role("menuitem", name="Log out", exact=True).click()
    window.sees("Log in to Strongroom")
    assert "team-told is saved" not in _hidden(window)


def test_a_tab_that_is_restored_late_is_locked(opened: Opened) -> None:
    """A browser keeps a closed tab's storage; the token in it isn't used any more."""
    window = opened()
    _log_in(window)
    late = "sessionStorage.setItem('strongroom.active', String(Date.now() - 16 * 60 * 1000))"
    window.page.add_init_script(f"if (location.hash === '#late') {late}")
    window.page.goto(f"{window.world.url}/secrets#late")
    window.page.reload()
    window.sees("Log in to Strongroom")


def test_back_after_logging_out_shows_nothing(opened: Opened) -> None:
    """A browser keeps a page that is left, with its token; it counts for nothing once the tab's session has ended."""
    window = opened("reader")
    window.go("/secrets/kv/secret?mount=team/&path=web/db")
    window.reveal("password")
    # The browser of most tests keeps none, so that its events are made here.
    changes = "name => window.dispatchEvent(new PageTransitionEvent(name, {persisted: true}))"
    window.page.evaluate(changes, "pagehide")
    assert not window.page.get_by_text("canary-of-the-database").is_visible()
    window.page.evaluate(changes, "pageshow")
    window.sees("canary-of-the-database")
    window.page.evaluate(changes, "pagehide")
    window.page.evaluate("sessionStorage.removeItem('strongroom.session')")  # by another page of this tab
    window.page.evaluate(changes, "pageshow")
    window.sees("Log in to Strongroom")
    assert "canary" not in _hidden(window)


def test_a_token_gets_into_no_address(team: World, opened: Opened) -> None:
    """Somebody types one where its accessor is asked for."""
    window = opened("root")
    window.go("/tokens/token")
    window.type("Accessor", team.tokens["reader"])
    window.press("Look up the accessor")
    window.sees("This is a token.")
    assert team.tokens["reader"] not in window.page.evaluate("JSON.stringify([location.href, history.state])")


def test_a_token_that_ends_in_the_middle(team: World, opened: Opened) -> None:
    """It is said, what was typed stays, and is saved after the next login."""
    window = opened()
    window.refused.update({403, 404})
    _log_in(window, EDIT)
    window.page.get_by_label("Name", exact=True).first.fill("kept")
    window.page.get_by_label("Value", exact=True).first.fill("typed-before")
    ended = window.page.evaluate("JSON.parse(sessionStorage.getItem('strongroom.session')).token")
    team.ask("POST", "auth/token/revoke", {"token": ended})
    window.press("Save")
    window.sees("Your session has ended")
    window.type("Password", PASSWORD)
    window.press("Log in")
    expect(window.page.get_by_role("dialog")).to_have_count(0)
    window.press("Save")
    window.page.get_by_role("heading", name="session", exact=True).wait_for()
    assert team.ask("GET", "team/data/web/session")["data"]["data"] == {"kept": "typed-before"}


def test_policies_that_let_nothing_be_asked(team: World, opened: Opened) -> None:
    """Without the policy `default`, a user isn't thrown out, but told why nothing is offered; his pages are there."""
    team.ask("POST", "sys/policies/acl/team-bare", {"policy": 'path "team-v1/*" { capabilities = ["read"] }'})
    bare = {"password": PASSWORD, "token_policies": ["team-bare"], "token_no_default_policy": True}
    team.ask("POST", "auth/userpass/users/bare", bare)
    window = opened()
    window.refused.add(403)
    window.go("/secrets")
    window.choose("Method", "User name and password")
    window.type("User name", "bare")
    window.type("Password", PASSWORD)
    window.press("Log in")
    window.sees("Your policies don't let this page ask what you may do")
    window.settle()
    assert window.page.get_by_role("dialog").count() == 0


def test_a_browser_with_a_wrong_clock(team: World, opened: Opened) -> None:
    """What ends in an hour ends in an hour, though the browser's clock is three hours behind."""
    made = team.ask("POST", "auth/token/create", {"policies": ["default"], "ttl": "1h"})
    window = opened("reader", of=World(team.server, {"reader": made["auth"]["client_token"]}))
    window.page.add_init_script(_THREE_HOURS_BEHIND)
    window.go("/me")
    shown = window.sees("(in ").inner_text()
    assert "minutes)" in shown or "1 hour)" in shown


def test_an_address_of_vaults_interface(team: World, opened: Opened) -> None:
    """What people have in their bookmarks leads to the same secret here, also before they have logged in."""
    window = opened()
    window.go("/vault/secrets/team/kv/web%2Fdb/details?version=1")
    window.choose("Method", "User name and password")
    window.type("User name", "reader")
    window.type("Password", PASSWORD)
    window.press("Log in")
    window.page.get_by_role("heading", name="db", exact=True).wait_for()
    assert window.reveal("username") == "web"
    window.go("/vault/auth?with=ldap")
    window.page.get_by_role("heading", name="Overview", exact=True).wait_for()


def test_back_and_forward(opened: Opened) -> None:
    """Each page has its address, with what it shows."""
    window = opened("reader")
    window.go("/secrets")
    for name in ("team/", "web/", "db"):
        window.page.get_by_role("link", name=name, exact=True).click()
        window.page.get_by_role("heading", name=name, exact=True).wait_for()
    window.page.go_back()
    window.page.get_by_role("heading", name="web/", exact=True).wait_for()
    window.page.go_forward()
    window.page.get_by_role("heading", name="db", exact=True).wait_for()
    window.page.reload()
    window.page.get_by_role("heading", name="db", exact=True).wait_for()


def test_an_address_that_is_no_page(opened: Opened) -> None:
    """It is said, and leads to the start."""
    window = opened("reader")
    window.go("/no/such/page")
    window.sees("There is no such page.")
    window.press("To the start page")
    window.page.get_by_role("heading", name="Overview", exact=True).wait_for()


def test_the_navigation_has_what_the_user_may_see(opened: Opened) -> None:
    """A reader isn't led to pages on which he may do nothing; root sees all of them."""
    names: dict[str, set[str]] = {}
    for role in ("root", "reader"):
        window = opened(role)
        window.go("/")
        names[role] = set(
            window.page.get_by_role("navigation", name="Pages", exact=True).get_by_role("link").all_inner_texts()
        )
    assert names["reader"] < names["root"]
    assert "Policies" in names["root"] - names["reader"]
    assert {"Overview", "Secrets engines", "Tools", "What I may do"} <= names["reader"]
