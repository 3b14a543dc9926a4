"""What is typed and not saved: the user is asked before a link, or the way back, takes it away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Route

expect = pytest.importorskip("playwright.sync_api").expect

SECRETS = "Secrets engines"


def _by_link(window: Window) -> None:
    window.page.get_by_role("navigation", name="Pages", exact=True).get_by_role(
        "link", name=SECRETS, exact=True
    ).click()


def _back(window: Window) -> None:
    window.page.evaluate("history.back()")


WAYS: dict[str, Callable[[Window], None]] = {"link": _by_link, "back": _back}


@pytest.mark.parametrize("way", WAYS)
def test_nothing_typed_is_lost_unasked(team: World, opened: Opened, way: str) -> None:
    """Who stays finds what he typed; who leaves has left."""
    window = opened("admin")
    window.leaves = False
    window.go("/secrets")
    window.page.get_by_role("link", name="team/", exact=True).first.click()
    window.press("Create a secret")
    window.type("Path", f"unsaved/{way}")
    window.type("Name", "typed-before")
    WAYS[way](window)
    window.was_asked(1)
    expect(window.page.get_by_role("textbox", name="Name", exact=True)).to_have_value("typed-before")
    window.leaves = True
    WAYS[way](window)
    expect(window.page.get_by_role("button", name="Save")).to_have_count(0)
    assert len(window.asked) == 2
    assert team.answer("GET", f"team/metadata/unsaved/{way}")[0] == 404


@pytest.mark.parametrize(
    ("place", "label", "also"),
    [
        ("/secrets/kv/edit?mount=team/", "Path", "unsaved/path"),
        ("/secrets/kv/secret?mount=team/&path=web/db&tab=metadata", "Owner", "typed-before"),
        ("/provider/item?kind=client", "Name", "typed-before"),
        ("/quotas?tab=settings", "Paths that are never refused", "typed-before"),
        ("/secrets/database/role/edit?mount=database/", "Name", "typed-before"),
    ],
)
def test_each_field_alone_is_unsaved(opened: Opened, place: str, label: str, also: str) -> None:
    """Also one that stands beside what a form was made from."""
    window = opened("root")
    window.leaves = False
    window.go(place)
    window.type(label, also)
    _by_link(window)
    window.was_asked(1)
    expect(window.field(label)).to_have_value(also)


def test_what_was_saved_is_left_unasked(team: World, opened: Opened) -> None:
    """A secret, and a form that is made from the API's description; not an untouched form either."""
    window = opened("admin")
    window.leaves = False
    window.go("/secrets/transit/create?mount=transit/")
    window.type("Name", "unsaved-and-saved")
    window.press("Create")
    window.page.get_by_role("heading", name="unsaved-and-saved", exact=True).wait_for()
    window.go("/secrets/kv/edit?mount=team/")
    window.type("Path", "unsaved/saved")
    window.type("Name", "name")
    window.type("Value", "value")
    window.press("Save")
    window.page.get_by_role("heading", name="saved", exact=True).wait_for()
    window.turn("/secrets/kv/edit?mount=team/&path=unsaved/saved")
    _by_link(window)
    window.page.get_by_role("heading", name=SECRETS, exact=True).wait_for()
    assert window.asked == []


def test_what_is_under_way_is_left_asked(opened: Opened) -> None:
    """A snapshot that comes as a file ends with the page; when it is given up, nothing is asked any more."""
    window = opened("root")
    window.leaves = False
    window.go("/snapshots")
    window.page.route("**/v1/sys/storage/raft/snapshot", lambda _: None)  # it goes on
    window.press("Take a snapshot")
    window.page.get_by_role("progressbar", name="Taking a snapshot", exact=True).wait_for()
    _by_link(window)
    window.was_asked(1)
    window.press("Cancel")
    expect(window.page.get_by_role("progressbar")).to_have_count(0)
    _by_link(window)
    window.page.get_by_role("heading", name=SECRETS, exact=True).wait_for()
    assert len(window.asked) == 1


def test_what_ends_late_leads_nowhere(team: World, opened: Opened) -> None:
    """Who has gone elsewhere while something was saved stays there; it is saved all the same."""
    window = opened("admin")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    window.go("/secrets/transit/create?mount=transit/")
    window.page.route("**/v1/transit/keys/late", hold)
    window.type("Name", "late")
    with window.page.expect_request("**/v1/transit/keys/late"):
        window.press("Create")
    _by_link(window)
    window.page.get_by_role("heading", name=SECRETS, exact=True).wait_for()
    with window.page.expect_response("**/v1/transit/keys/late"):
        held[0].continue_()
    window.settle()
    window.page.wait_for_timeout(200)
    assert window.page.get_by_role("heading", name=SECRETS, exact=True).is_visible() and "late" not in window.page.url
    assert team.ask("GET", "transit/keys/late")["data"]["name"] == "late"


def test_a_form_that_was_refused_is_unsaved(opened: Opened) -> None:
    """What was sent and not accepted is still to be saved."""
    window = opened("admin")
    window.leaves = False
    window.refused.add(400)
    window.go("/secrets/database/role/edit?mount=database/&name=reports")
    window.type("Default TTL", "no time")
    window.press("Save")
    window.page.get_by_role("alert").first.wait_for()
    _by_link(window)
    window.was_asked(1)


def test_what_is_shown_once_is_left_asked(opened: Opened) -> None:
    """A private key, until its holder says that the page may go."""
    window = opened("admin")
    window.leaves = False
    window.go("/secrets/pki/role?mount=pki/&name=web")
    window.press("Issue a certificate")
    window.type("Common name", "once.team.example")
    window.page.locator("form").get_by_role("button", name="Issue a certificate", exact=True).click()
    window.sees("The private key is shown here, once")
    assert window.asked == []
    _by_link(window)
    window.sees("The private key is shown here, once")
    assert len(window.asked) == 1
    window.leaves = True
    _by_link(window)
    window.page.get_by_role("heading", name=SECRETS, exact=True).wait_for()


def _log_out(window: Window) -> None:
    window.page.get_by_role("button", name="Your session").click()
    window.page.get_by_role("menuitem", name="Log out", exact=True).click()


def _other_namespace(window: Window) -> None:
    window.page.get_by_role("button", name="Namespace:").click()
    window.page.get_by_role("combobox", name="Namespace", exact=True).fill("team-space")
    window.page.keyboard.press("Enter")  # closes the list
    window.page.keyboard.press("Enter")


@pytest.mark.parametrize("way", [_log_out, _other_namespace])
def test_nothing_typed_is_lost_by_another_session(opened: Opened, way: Callable[[Window], None]) -> None:
    """Who stays is in the namespace and in the session in which he typed."""
    window = opened("admin")
    window.leaves = False
    window.go("/secrets/kv/edit?mount=team/")
    window.type("Path", "unsaved/session")
    window.type("Name", "typed-before")
    way(window)
    window.was_asked(1)
    expect(window.page.get_by_role("textbox", name="Name", exact=True)).to_have_value("typed-before")
    kept = json.loads(window.page.evaluate("sessionStorage.getItem('strongroom.session')"))
    assert (kept["token"], kept["namespace"]) == (window.world.tokens["admin"], "")
    window.leaves = True
    way(window)
    expect(window.page.get_by_role("textbox", name="Name", exact=True)).to_have_count(0)
    assert len(window.asked) == 2


def test_a_secret_id_is_left_asked(team: World, opened: Opened) -> None:
    """As all that the server has made new, and doesn't tell again."""
    team.ask("POST", "sys/auth/unsaved-approle", {"type": "approle"})
    team.ask("POST", "auth/unsaved-approle/role/app", {})
    window = opened("root")
    window.leaves = False
    window.go("/auth/engine/path?mount=auth/unsaved-approle/&path=role/{role_name}/secret-id&v.role_name=app")
    window.page.locator("main form").get_by_role("button").last.click()
    window.sees("This is shown once")
    _by_link(window)
    assert window.reveal("secret_id")
    assert len(window.asked) == 1


def test_a_policy_that_two_change(team: World, opened: Opened) -> None:
    """What one types stays when the other saves; he is told, and may have the other's in its place."""
    team.ask("POST", "sys/policies/acl/team-two", {"policy": 'path "first" { capabilities = ["read"] }'})
    window = opened("root")
    window.refused.add(400)
    window.go("/policies/edit?name=team-two")
    editor = window.page.locator(".cm-content")
    editor.click()
    window.page.keyboard.press("Control+Home")
    window.page.keyboard.type("# mine\n")
    team.ask("POST", "sys/policies/acl/team-two", {"policy": 'path "second" { capabilities = ["list"] }'})
    window.page.clock.install()
    window.page.clock.fast_forward("00:10")  # what was asked for has become old
    window.page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
    window.sees("Somebody has changed this meanwhile")
    assert "# mine" in editor.inner_text()
    window.press("Save")
    window.sees("check-and-set parameter")
    window.press("Show what is saved now")
    window.page.get_by_text('path "second"').first.wait_for()
    editor.click()
    window.page.keyboard.press("Control+Home")
    window.page.keyboard.type("# mine, too\n")
    window.press("Save")
    window.sees("Version 3")
    assert "Somebody has changed" not in window.text()
    assert team.ask("GET", "sys/policies/acl/team-two")["data"]["policy"].startswith("# mine, too\n")


def test_settings_that_two_change(team: World, opened: Opened) -> None:
    """The same for a form that is made from the API's description."""
    team.ask("POST", "auth/token/roles/team-two", {"token_period": "1h"})
    window = opened("admin")
    window.go("/tokens/role?name=team-two")
    window.type("Path suffix", "typed-before")
    team.ask("POST", "auth/token/roles/team-two", {"token_period": "2h"})
    window.page.clock.install()
    window.page.clock.fast_forward("00:10")
    window.page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
    window.sees("Somebody has changed this meanwhile")
    expect(window.field("Path suffix")).to_have_value("typed-before")
    window.press("Save")
    expect(window.page.get_by_text("Somebody has changed this meanwhile")).to_have_count(0)
    assert team.ask("GET", "auth/token/roles/team-two")["data"]["path_suffix"] == "typed-before"


FORMS = [
    "/audit/enable",
    "/entities/edit",
    "/groups/edit",
    "/mfa/enforcement",
    "/mounts/enable?table=secret",
    "/namespaces/create",
    "/quotas/quota?kind=rate-limit",
    "/tokens/create",
]


def test_no_form_is_left_unasked(opened: Opened) -> None:
    """Those that aren't made from the API's description, too."""
    window = opened("root")
    window.go("/secrets")
    for place in FORMS:
        window.leaves = False
        window.asked.clear()
        window.turn(place)
        window.page.locator("main form").get_by_role("textbox").first.fill("typed")
        _by_link(window)
        window.settle()
        assert (place, len(window.asked)) == (place, 1)
        window.leaves = True
        _by_link(window)
        window.page.get_by_role("heading", name=SECRETS, level=1, exact=True).wait_for()


def test_a_form_that_was_saved_is_left_unasked(opened: Opened) -> None:
    """Saving leads to what was made."""
    window = opened("root")
    window.go("/entities/edit")
    window.type("Name", "unsaved-and-saved")
    window.press("Save")
    window.page.get_by_role("heading", name="unsaved-and-saved", exact=True).wait_for()
    _by_link(window)
    window.page.get_by_role("heading", name=SECRETS, level=1, exact=True).wait_for()
    assert window.asked == []
