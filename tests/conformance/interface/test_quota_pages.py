"""Quotas in the interface: set, met, and shown to who may see them."""

from __future__ import annotations

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.world import ROLES, Role, World


@pytest.mark.parametrize("role", ROLES)
def test_a_rate_limit_is_set_and_met(team: World, opened: Opened, role: Role) -> None:
    """Who meets a limit is told when to try again, and what is typed stays; only root is offered to set one."""
    window = opened(role)
    if role != "root":
        window.refused.add(403)
        window.go("/quotas")
        assert not window.offers("Create a rate limit")
        window.go("/quotas/quota?kind=rate-limit")
        assert not window.offers("Save")
        return
    team.ask("POST", "sys/mounts/limited", {"type": "kv"})
    window.go("/quotas")
    window.press("Create a rate limit")
    window.type("Name", "few")
    window.page.get_by_role("combobox", name="Path", exact=True).fill("limited/")
    window.page.keyboard.press("Tab")
    window.type("Requests", "1")
    window.type("Interval", "1h")
    window.press("Save")
    window.sees("few is saved")
    window.settle()
    found = team.ask("GET", "sys/quotas/rate-limit/few")["data"]
    assert (found["path"], found["rate"], found["interval"]) == ("limited/", 1, 3600)
    assert team.answer("GET", "limited/any")[0] == 404
    window.refused.update({404, 429})
    window.go("/secrets/kv?mount=limited/")
    told = window.sees("Too many requests. Try again in").inner_text()
    assert "minutes" in told or "hour" in told  # and not at once
    window.sees('request path "limited/": rate limit quota exceeded')
    window.go("/quotas/quota?kind=rate-limit&name=few")
    window.press("Delete")
    window.page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    window.sees("few is deleted")
    assert team.answer("GET", "sys/quotas/rate-limit/few")[0] == 404


def test_how_much_of_a_lease_count_is_taken(team: World, opened: Opened) -> None:
    """The list shows what is counted; saving one setting keeps all others."""
    team.ask("POST", "sys/auth/counted", {"type": "userpass"})
    team.ask("POST", "auth/counted/users/eva", {"password": "p"})
    quota = {"path": "auth/counted", "max_leases": 2, "additional": True}
    team.ask("POST", "sys/quotas/lease-count/counted", quota)
    team.ask("POST", "auth/counted/login/eva", {"password": "p"}, token="")
    window = opened("root")
    window.go("/quotas?tab=lease-count")
    row = window.page.get_by_role("row", name="counted")
    assert "1 of 2 leases" in row.inner_text()
    window.press("counted")
    window.type("Leases", "1")
    window.press("Save")
    window.sees("counted is saved")
    found = team.ask("GET", "sys/quotas/lease-count/counted")["data"]
    assert (found["max_leases"], found["additional"], found["path"]) == (1, True, "auth/counted/")
    window.go("/quotas?tab=lease-count")
    assert "full" in row.inner_text()


def test_what_is_exempt_stays_when_a_setting_changes(team: World, opened: Opened) -> None:
    """A write turns off what it doesn't name: the page names everything."""
    before = team.ask("GET", "sys/quotas/config")["data"]
    window = opened("root")
    window.go("/quotas?tab=settings")
    window.page.get_by_text("Tell clients how much is left").click()
    window.press("Save")
    window.sees("The settings are saved.")
    assert team.ask("GET", "sys/quotas/config")["data"] == {**before, "enable_rate_limit_response_headers": True}
    team.ask("POST", "sys/quotas/config", before)


def test_quotas_are_the_root_namespaces(opened: Opened) -> None:
    """In another namespace the way to the root's is shown, and not an error."""
    window = opened("root")
    window.go("/namespaces/namespace?path=team-space")
    window.press("Go there: team-space")
    window.turn("/quotas")
    window.sees("Quotas are set in the root namespace")
    window.press("Go to the root namespace")
    window.press("Create a rate limit")
