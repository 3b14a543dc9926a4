"""Leases in the browser: they are found, renewed and revoked, one by one and below a path."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.conformance.interface.brokers import MOUNT, Brokers, brokers
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World

expect = pytest.importorskip("playwright.sync_api").expect

AMONG_ALL = ("root", "admin")
"""Roles that may look through the leases of `brokers/`, and end them."""


@pytest.fixture(scope="module")
def broker(team: World) -> Iterator[Brokers]:
    """An engine that makes leases."""
    with brokers(team) as made:
        yield made


def page_of(lease: str) -> str:
    """The address of a lease."""
    return f"/leases/lease?id={quote(lease, safe='')}"


def revoke_page(role: str) -> str:
    """The address that ends all leases of a role of the engine."""
    return f"/leases/revoke?prefix={quote(f'{MOUNT}/creds/{role}/', safe='')}"


@pytest.mark.parametrize("role", AMONG_ALL)
def test_a_lease_is_found_and_revoked(team: World, broker: Brokers, opened: Opened, role: Role) -> None:
    """From path to path down to a lease, which shows what the API knows; then its user is gone."""
    (lease,) = broker.lease(f"found-{role}")
    window = opened(role)
    window.refused.add(400)  # Of a lease that has ended the API says so.
    window.go(f"/leases?prefix={MOUNT}/" if role == "admin" else "/leases")
    for name in (*((f"{MOUNT}/",) if role == "root" else ()), "creds/", f"found-{role}/", lease.rpartition("/")[2]):
        window.page.get_by_role("link", name=name, exact=True).first.click()
        window.settle()
    known = team.ask("POST", "sys/leases/lookup", {"lease_id": lease})["data"]
    facts = window.page.locator(".facts").inner_text()
    for shown in (lease, known["path"], known["account"], "active", "the token that asked for it"):
        assert shown and shown in facts
    assert known["expire_time"][:19] in str(window.page.locator(".facts time").nth(1).get_attribute("datetime"))
    window.press("Revoke")
    dialog = window.page.get_by_role("dialog")
    dialog.get_by_text("Wait until it is done").click()
    dialog.get_by_role("button", name="Revoke", exact=True).click()
    window.sees("There is no such lease. It may have ended.")
    assert team.answer("POST", "sys/leases/lookup", {"lease_id": lease})[0] == 400


def test_a_reader_looks_up_what_he_knows(broker: Brokers, opened: Opened) -> None:
    """No list, no end and no search is offered to him; a lease that he has the id of is."""
    (lease,) = broker.lease("known")
    window = opened("reader")
    window.go("/leases")
    window.sees("Your policies do not let you list this path.")
    assert not window.offers("Search leases")
    window.type("Lease id", f" {lease} ")
    window.press("Look up")
    window.page.get_by_role("heading", name=lease.rpartition("/")[2], exact=True).wait_for()
    window.sees("the token that asked for it")
    assert window.offers("Renew") and not window.offers("Revoke")
    window.go(revoke_page("known"))
    window.sees("Your policies let you")
    assert not window.offers("Revoke all of it") and not window.offers("Forget all of it")


def test_more_time_and_what_is_no_time(team: World, broker: Brokers, opened: Opened) -> None:
    """A renewal says how long the lease runs now; what the server refuses stays in the field."""
    (lease,) = broker.lease("renewed")
    window = opened("reader")
    window.refused.add(400)
    window.go(page_of(lease))
    window.type("Time from now", "a while")
    window.press("Renew")
    window.page.get_by_role("alert").wait_for()
    expect(window.field("Time from now")).to_have_value("a while")
    window.type("Time from now", "90m")
    window.press("Renew")
    window.sees("The lease runs for 90 minutes from now.")
    assert 5300 < team.ask("POST", "sys/leases/lookup", {"lease_id": lease})["data"]["ttl"] <= 5400


@pytest.mark.parametrize("role", AMONG_ALL)
def test_a_path_is_counted_and_revoked(broker: Brokers, opened: Opened, role: Role) -> None:
    """First how much would end, as the API counts it; then all of it ends, and a reload tells the same."""
    group = f"many-{role}"
    broker.lease(group, 7)
    (other,) = broker.lease(f"other-{role}")
    window = opened(role)
    window.go(revoke_page(group))
    window.sees("Active leases")
    counts = window.page.locator(".facts dd").all_inner_texts()
    assert counts == ["7", "0", "0", "0", "0"] and broker.count(group) == {"active": 7}
    assert window.offers("Forget all of it") is (role == "root")
    window.press("Revoke all 7")
    dialog = window.page.get_by_role("dialog")
    end = dialog.get_by_role("button", name="Revoke", exact=True)
    assert end.is_disabled()
    dialog.get_by_role("textbox").fill(f"{MOUNT}/creds/{group}/")
    end.click()
    window.sees("Everything has ended.")
    assert broker.count(group) == {}
    window.page.reload()
    window.sees("Everything has ended.")
    assert broker.count(f"other-{role}") == {"active": 1}, other
    assert window.page.get_by_role("button", name="Revoke all of it", exact=True).is_disabled()


def test_a_path_of_any_letters(team: World, opened: Opened) -> None:
    """Spaces, slashes and letters beyond ASCII in a mount's path lead to its leases, and end them."""
    with brokers(team, "kü & b/my=brokers") as odd:
        (lease,) = odd.lease("app")
        window = opened("root")
        window.go("/leases")
        for name in ("kü & b/", "my=brokers/", "creds/", "app/", lease.rpartition("/")[2]):
            window.page.get_by_role("link", name=name, exact=True).first.click()
            window.settle()
        window.sees(team.ask("POST", "sys/leases/lookup", {"lease_id": lease})["data"]["account"])
        window.page.go_back()
        window.press("Revoke everything below a path")
        window.press("Revoke 1")
        dialog = window.page.get_by_role("dialog")
        dialog.get_by_role("textbox").fill(f"{odd.mount}/creds/app/")
        dialog.get_by_role("button", name="Revoke", exact=True).click()
        window.sees("Everything has ended.")
        assert odd.count("app") == {}


def test_what_cannot_be_revoked_is_told_and_forgotten(team: World, broker: Brokers, opened: Opened) -> None:
    """While the broker refuses, the page says why; who forgets the lease is told what stays, and types its name."""
    (lease,) = broker.lease("stuck")
    window = opened("root")
    window.refused.update({400, 502, 503})
    with broker.away():
        window.go(page_of(lease))
        window.press("Revoke")
        dialog = window.page.get_by_role("dialog")
        dialog.get_by_text("Wait until it is done").click()
        dialog.get_by_role("button", name="Revoke", exact=True).click()
        dialog.get_by_role("alert").wait_for()
        dialog.get_by_role("button", name="Cancel", exact=True).click()
        window.page.reload()
        window.sees("The server goes on trying.")
        error = team.ask("POST", "sys/leases/lookup", {"lease_id": lease})["data"]["last_error"]
        assert error and error in window.text()
        window.press("Forget")
        dialog.get_by_text("The credentials may stay valid in the other system").wait_for()
        dialog.get_by_role("textbox").fill(lease.rpartition("/")[2])
        dialog.get_by_role("button", name="Forget", exact=True).click()
        window.sees("There is no such lease. It may have ended.")
    assert team.answer("POST", "sys/leases/lookup", {"lease_id": lease})[0] == 400


def test_leases_are_searched(team: World, broker: Brokers, opened: Opened) -> None:
    """By their account, and by their path; the address says what was asked for, so that it can be reloaded."""
    leases = broker.lease("searched", 3)
    account = team.ask("POST", "sys/leases/lookup", {"lease_id": leases[1]})["data"]["account"]
    window = opened("root")
    window.go("/leases/search")
    window.type("Account in the other system", account)
    window.press("Find leases")
    window.page.get_by_role("link", name=leases[1], exact=True).wait_for()
    expect(window.page.locator("tbody tr")).to_have_count(1)
    window.type("Account in the other system", "")
    window.type("Below the path", f"{MOUNT}/creds/searched")
    window.press("Find leases")
    window.page.get_by_role("link", name=leases[0], exact=True).wait_for()
    window.page.reload()
    window.page.get_by_role("link", name=leases[0], exact=True).wait_for()
    shown = [text for text in window.page.locator("tbody tr a").all_inner_texts() if text.startswith(MOUNT)]
    assert sorted(shown) == sorted(leases)
    window.choose("State", "can't be revoked")
    window.press("Find leases")
    window.sees("No lease matches.")


@pytest.mark.parametrize("role", ROLES)
def test_what_leases_show_is_allowed(team: World, broker: Brokers, opened: Opened, role: Role) -> None:
    """Of a lease's page, each control is one that the user may use; and axe finds nothing serious."""
    (lease,) = broker.lease("offered")
    window = opened(role)
    window.go(page_of(lease))
    window.sees("the token that asked for it")
    window.settle()
    controls = window.controls()
    assert controls and all(team.covers(role, controls).values())
    assert window.findings() == []


def test_leases_beyond_one_page(team: World, opened: Opened) -> None:
    """Each of more leases than an answer holds is reached, by the keyboard alone."""
    team.ask("POST", "sys/namespaces/many-leases")
    try:
        for _ in range(502):
            team.ask("POST", "auth/token/create", {"policies": ["default"]}, namespace="many-leases")
        window = opened("root")
        window.go("/leases?namespace=many-leases&prefix=auth/token/create/")
        onward = window.page.get_by_role("link", name="Next page", exact=True)
        onward.focus()
        window.page.keyboard.press("Enter")
        onward.wait_for(state="detached")
        window.settle()
        names = team.ask("GET", "sys/leases/lookup/auth/token/create/?list=true", namespace="many-leases")["data"][
            "keys"
        ]
        shown = window.page.get_by_role("rowheader").all_inner_texts()
        assert len(names) >= 502 and shown == names[500:]
    finally:
        team.ask("DELETE", "sys/namespaces/many-leases")
