"""A server that fails for a time, and what stands between it and the browser: what pages say, and that they go on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.interface.browser import Window
from tests.conformance.interface.conftest import Opened

expect = pytest.importorskip("playwright.sync_api").expect

POLICIES = "**/v1/sys/policies/acl?list=true"
JSON = {"content-type": "application/json"}
PASSING: dict[str, tuple[dict[str, Any], str]] = {
    "limited": (
        {"status": 429, "headers": {**JSON, "retry-after": "7"}, "body": '{"errors": ["rate limit quota exceeded"]}'},
        "Too many requests. Try again in 7 seconds.",
    ),
    "store": (
        {"status": 503, "headers": JSON, "body": '{"errors": ["the store does not answer"]}'},
        "The server could not do this now.",
    ),
    "namespace": (
        {"status": 503, "headers": JSON, "body": '{"errors": ["namespace is sealed"]}'},
        "This namespace is sealed.",
    ),
    "page": ({"status": 200, "headers": {"content-type": "text/html"}, "body": "<p>Log in"}, "isn't the server's"),
    "redirect": ({"status": 302, "headers": {"location": "/elsewhere"}}, "isn't the server's"),
    "cut off": ({"status": 200, "headers": JSON, "body": '{"data": {"keys": ["a'}, "isn't the server's"),
}


@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_asked_for_again(opened: Opened, fault: str) -> None:
    """The page says what is the matter, and has what it is for as soon as it can."""
    answer, said = PASSING[fault]
    window = opened("root")
    window.refused |= {429, 503}
    window.page.clock.install()
    window.page.route(POLICIES, lambda route: route.fulfill(**answer))
    window.go("/policies")
    window.sees(said)
    window.sees("It is asked for again by itself.")
    window.page.unroute(POLICIES)
    window.page.clock.fast_forward("00:08")
    window.page.get_by_role("row", name="team-admin").wait_for()


def test_what_does_not_pass_is_not_asked_for_again(opened: Opened) -> None:
    """Each text of the server is there, as often as it was said."""
    window = opened("root")
    window.refused.add(400)
    window.page.clock.install()
    asked: list[str] = []

    def answer(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(status=400, headers=JSON, body='{"errors": ["the first", "the second"]}')

    window.page.route(POLICIES, answer)
    window.go("/policies")
    window.sees("the first")
    window.sees("the second")
    window.page.clock.fast_forward("01:00")
    window.settle()
    assert len(asked) == 1
    assert "by itself" not in window.text()


def test_what_may_be_done_is_offered_after_a_limit(opened: Opened) -> None:
    """Whoever meets a limit doesn't lose the buttons for what he may do."""
    window = opened("root")
    window.refused.add(429)
    window.page.clock.install()
    window.page.route(
        "**/v1/sys/capabilities-self", lambda route: route.fulfill(status=429, headers=JSON, body='{"errors": []}')
    )
    window.go("/policies")
    assert not window.offers("Simulate a change")
    window.page.unroute("**/v1/sys/capabilities-self")
    window.page.clock.fast_forward("00:04")
    window.page.get_by_role("link", name="Simulate a change", exact=True).wait_for()


def _cut(window: Window, *, is_cut: bool) -> None:
    for place in ("**/v1/**", "**/ui/**"):
        if is_cut:
            window.page.route(place, lambda route: route.abort())
        else:
            window.page.unroute(place)


def test_a_server_that_restarts(opened: Opened) -> None:
    """Pages stay, say that what they show is old, and go on; so does one whose code isn't loaded yet."""
    window = opened("root")
    window.page.clock.install()
    window.go("/policies")
    _cut(window, is_cut=True)
    window.page.clock.fast_forward("00:40")
    window.sees("What is shown here is from before")
    window.page.get_by_role("row", name="team-admin").wait_for()
    window.page.get_by_role("navigation", name="Pages", exact=True).get_by_role(
        "link", name="Plugins", exact=True
    ).click()
    window.page.get_by_role("progressbar").wait_for()
    _cut(window, is_cut=False)
    window.page.clock.fast_forward("00:10")
    window.page.get_by_role("row", name="approle").wait_for()
    expect(window.page.get_by_text("What is shown here is from before")).to_have_count(0)


def test_old_numbers_are_no_good_news(opened: Opened) -> None:
    """What was seen stays, with its time; that nothing needs attention isn't said while nobody knows."""
    window = opened("root")
    window.refused.add(503)
    window.page.clock.install()
    window.go("/")
    window.sees("Nothing needs attention.")
    window.page.route(
        "**/v1/sys/metrics?*",
        lambda route: route.fulfill(status=503, headers=JSON, body='{"errors": ["the store does not answer"]}'),
    )
    window.page.clock.fast_forward("00:06")
    window.sees("How the server is now is not known.")
    assert "Nothing needs attention." not in window.text()


def test_a_page_that_cannot_be_sent_comes_later(opened: Opened) -> None:
    """Who goes to it meanwhile is told, and needn't do anything."""
    window = opened("root")
    window.refused.add(503)
    window.page.clock.install()
    window.go("/policies")
    for place in ("**/ui/assets/Plugins-*", "**/ui/"):
        window.page.route(place, lambda route: route.fulfill(status=503, body=""))
    window.page.evaluate("history.pushState(null, '', '/ui/plugins')")
    window.sees("It is loaded as soon as the server does.")
    for place in ("**/ui/assets/Plugins-*", "**/ui/"):
        window.page.unroute(place)
    window.page.clock.fast_forward("00:03")
    window.page.get_by_role("heading", name="Plugins", exact=True).wait_for()
