"""The parts that the interface is loaded in: one may be missing for a moment, or for good after an upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.interface.conftest import Opened

if TYPE_CHECKING:
    from playwright.sync_api import Route

_PART = "**/assets/Tools-*.js"
_PAGE = "/tools"


def test_a_part_that_is_missing_brings_the_new_pages(opened: Opened) -> None:
    """An upgraded server has parts of other names: the page is loaded anew, by itself, and then is there."""
    shown = opened("reader")
    shown.go("/")
    shown.refused.add(404)
    anew: list[str] = []
    shown.page.on("request", lambda each: anew.append(each.url) if each.is_navigation_request() else None)

    def gone_before(route: Route) -> None:
        # A browser may ask twice: to have it early, and when it is needed.
        if anew:
            route.continue_()
        else:
            route.fulfill(status=404)

    shown.page.route(_PART, gone_before)
    with shown.page.expect_event("load"):
        shown.page.evaluate("place => history.pushState(null, '', place)", f"/ui{_PAGE}")
    shown.settle()
    shown.page.get_by_role("heading", name="Tools", level=1, exact=True).wait_for()
    assert len(anew) == 1


def test_a_part_that_can_not_be_loaded_is_asked_for_again(opened: Opened) -> None:
    """Where loading anew doesn't help, the page says so, and has a button that tries once more."""
    shown = opened("reader")
    shown.go("/")
    shown.refused.add(404)
    shown.page.evaluate("sessionStorage.setItem('strongroom.reloaded', String(Date.now()))")
    shown.page.route(_PART, lambda route: route.fulfill(status=404))
    shown.page.evaluate("place => history.pushState(null, '', place)", f"/ui{_PAGE}")
    shown.sees("This page has failed")
    assert any("Failed to fetch" in each for each in shown.faults)
    shown.faults.clear()
    shown.page.unroute(_PART)
    shown.press("Try again")
    shown.page.get_by_role("heading", name="Tools", level=1, exact=True).wait_for()
