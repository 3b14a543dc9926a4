"""Chromium for tests: one for all tests of a process, a window of its own for each, and what no page may do.

Chromium is Debian's, driven by Playwright.  A test that leaves one of these behind fails: an error in the console, a
violation of the content security policy, a request to another host.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest

from tests.conformance.interface.world import Role, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request, Response, ViewportSize

CHROMIUM: Final = shutil.which("chromium-headless-shell") or shutil.which("chromium")
"""The one that has no windows takes a third less of the processor's time."""
AXE: Final = Path(__file__).parents[3] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
WIDE: Final[ViewportSize] = {"width": 1280, "height": 860}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
_PATIENCE_MS: Final = 30_000
"""How long a step waits for what it needs, on a machine that has much else to do too."""
_SLOWED: Final = int(os.environ.get("INTERFACE_SLOWED", "1"))
"""How many times slower than here the browser's processor is; a test that only a fast machine passes fails then."""
_LATENCY_MS: Final = 100 * (_SLOWED - 1)
_WATCHED: Final = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
_AXED: Final = """
// What React Aria has said lately is left there for screen readers, when the button that it was about is gone.
(rules) => axe.run(
  {exclude: [["[data-live-announcer]"]]},
  {resultTypes: ["violations"], ...(rules.length ? {runOnly: rules} : {})},
)
"""
_SETTLES: Final = """
(patience) => new Promise((resolve, reject) => {
  const began = performance.now();
  let quiet = 0;
  const look = () => {
    // What was just drawn begins to ask a moment later.
    quiet = document.querySelector("#root[aria-busy=false]:not(:has(.loading))") ? quiet + 1 : 0;
    if (quiet === 4) resolve();
    else if (performance.now() - began > patience) reject(new Error("something is still being loaded"));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})
"""
_TRAVELS: Final = "place => { history.pushState(null, '', place); dispatchEvent(new PopStateEvent('popstate')); }"
_SERIOUS: Final = ("serious", "critical")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window on the screen.  Skips where there is none."""
    if CHROMIUM is None:
        pytest.skip("chromium isn't installed (apt-get install chromium-headless-shell)")
    playwright = pytest.importorskip("playwright.sync_api")
    playwright.expect.set_options(timeout=_PATIENCE_MS)  # its own five seconds are short for a busy machine
    with playwright.sync_playwright() as driver:
        # Its own sandbox needs rights that a container's root doesn't have; the pages are this project's.
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Window:
    """A window of one user.

    Attributes:
        page: of Playwright, for all that isn't here.
        world: the server that it looks at.
        refused: statuses that the pages of this test may meet; others of 400 and above are errors of the pages.
        elsewhere: other hosts that a page of this test may lead to, with their ports.
        faults: what has happened that must not.
        leaves: whether its user leaves a page on which something isn't saved.
        asked: what he was asked then.
    """

    page: Page
    world: World
    refused: set[int] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    leaves: bool = True
    asked: list[str] = field(default_factory=list)

    def go(self, place: str) -> None:
        """Open a page by its address below `/ui`, and wait until it is there."""
        self.page.goto(f"{self.world.url}{place}")
        self.settle()

    def turn(self, place: str) -> None:
        """The same from within the pages that are open, as links do."""
        self.page.evaluate("place => history.pushState(null, '', place)", f"/ui{place}")
        self.settle()

    def travel(self, place: str) -> None:
        """The same as back and forward do, which may lead to a page of another namespace."""
        self.page.evaluate(_TRAVELS, f"/ui{place}")
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is being loaded.  In the page, at each frame: a locator's wait looks every half second."""
        self.page.evaluate(_SETTLES, _PATIENCE_MS)

    def press(self, name: str, *, exact: bool = True) -> None:
        """Press a button, or follow a link that looks like one."""
        self.page.get_by_role("button", name=name, exact=exact).or_(
            self.page.get_by_role("link", name=name, exact=exact)
        ).first.click()

    def type(self, label: str, text: str) -> None:
        """Type into a field."""
        self.field(label).fill(text)

    def field(self, label: str) -> Locator:
        """A field that text is typed into, by its label."""
        return self.page.get_by_role("textbox", name=label, exact=True).or_(
            self.page.locator("input[type=password]").and_(self.page.get_by_label(label, exact=True))
        )

    def choose(self, label: str, choice: str) -> None:
        """Choose one of a field's choices."""
        # Such a button's name is its value and then the label.
        self.page.get_by_role("button", name=re.compile(rf"(^|\s){re.escape(label)}$")).click()
        self.page.get_by_role("option", name=choice, exact=True).click()

    def reveal(self, name: str) -> str:
        """Look at a masked value, and return it."""
        self.page.get_by_role("button", name=f"Reveal {name}", exact=True).click()
        hides = self.page.get_by_role("button", name=f"Hide {name}", exact=True)
        return self.page.locator(".secret", has=hides).locator("[data-revealed]").inner_text()

    def sees(self, text: str | re.Pattern[str]) -> Locator:
        """Wait until a text is there, and return where."""
        found = self.page.get_by_text(text).locator("visible=true").first
        found.wait_for()
        return found

    def was_asked(self, times: int) -> None:
        """Wait until its user was asked so often whether to leave, and claim that he wasn't more often."""
        until = monotonic() + _PATIENCE_MS / 1000
        while len(self.asked) < times and monotonic() < until:
            self.page.wait_for_timeout(20)
        self.page.wait_for_timeout(100)  # for what mustn't come; something may be under way, so that nothing settles
        assert len(self.asked) == times

    def text(self) -> str:
        """All that the page shows."""
        return self.page.locator("body").inner_text()

    def offers(self, name: str) -> bool:
        """Whether there is a button or a link of that name."""
        self.settle()
        links = self.page.get_by_role("link", name=name, exact=True)
        return self.page.get_by_role("button", name=name, exact=True).or_(links).count() > 0

    def needs(self) -> set[str]:
        """What the controls that are shown need, as capability and path."""
        return {need for each in self.controls() for need in each}

    def controls(self) -> set[tuple[str, ...]]:
        """What each control that is shown needs."""
        found: list[str] = self.page.eval_on_selector_all("[data-needs]", "all => all.map(e => e.dataset.needs)")
        return {tuple(each.split("\n")) for each in found}

    def findings(self, *rules: str) -> list[str]:
        """What axe finds serious or critical on the page as it stands, one line each: by these rules, or by all."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text())
        found: dict[str, Any] = self.page.evaluate(_AXED, rules)
        return [
            f"{each['id']}: {each['help']}: {node['target']}"
            for each in found["violations"]
            if each["impact"] in _SERIOUS
            for node in each["nodes"]
        ]

    def violations(self) -> list[str]:
        """What the page has tried against its content security policy."""
        found: list[str] = self.page.evaluate("window.violations ?? []")
        return found


@contextmanager
def window(browser: Browser, world: World, role: Role | None = None, **settings: Any) -> Iterator[Window]:
    """A window, with the session of a role in it; without one, nobody is logged in.

    Args:
        settings: of Playwright's `new_context`, such as `color_scheme`.
    """
    context = browser.new_context(**{"viewport": WIDE, "locale": "en-GB", "timezone_id": "UTC", **settings})
    context.set_default_timeout(_PATIENCE_MS)
    context.add_init_script(_WATCHED)
    if role is not None:
        context.add_init_script(_session(world, role))
    page = context.new_page()
    if _SLOWED > 1:
        _slow(page)
    made = Window(page, world)
    _watch(made)
    try:
        yield made
        made.faults += [f"violates the policy: {each}" for each in made.violations()]
        if made.faults:
            pytest.fail("\n".join(made.faults), pytrace=False)
    finally:
        context.close()


def _slow(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWED})
    devtools.send("Network.enable")
    unlimited = {"downloadThroughput": -1, "uploadThroughput": -1}
    devtools.send("Network.emulateNetworkConditions", {"offline": False, "latency": _LATENCY_MS, **unlimited})


def _session(world: World, role: Role) -> str:
    """A script that logs a new tab in, once."""
    kept = {"token": world.tokens[role], "namespace": "", "login": None, "interrupted": None}
    return f"""
if (sessionStorage.getItem("strongroom.active") === null) {{
  sessionStorage.setItem("strongroom.session", {json.dumps(json.dumps(kept))});
  sessionStorage.setItem("strongroom.active", String(Date.now()));
}}"""


def _watch(made: Window) -> None:
    host = made.world.server.address

    def said(message: ConsoleMessage) -> None:
        # What the network says is known by the answers.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            made.faults.append(f"console: {message.text}")

    def asked(request: Request) -> None:
        where = urlsplit(request.url)
        if urlsplit(request.frame.url).netloc in made.elsewhere:
            return  # what another host's page loads
        if where.scheme in {"http", "https", "ws", "wss"} and where.netloc not in {host, *made.elsewhere}:
            made.faults.append(f"asks another host: {request.url}")

    def answered(response: Response) -> None:
        # Of an empty folder the API says 404, and nothing else: of a path that can't be listed it says why.
        is_silent = int(response.headers.get("content-length", "0")) <= len('{"errors":[]}\n')
        empty = response.status == 404 and "list=true" in response.url and is_silent
        if response.status >= 400 and not empty and response.status not in made.refused:
            made.faults.append(f"{response.status} for {response.request.method} {response.url}")

    def questioned(dialog: Dialog) -> None:
        made.asked.append(dialog.message)
        if made.leaves:
            dialog.accept()
        else:
            dialog.dismiss()

    made.page.on("console", said)
    made.page.on("dialog", questioned)
    made.page.on("request", asked)
    made.page.on("response", answered)
    made.page.on("pageerror", lambda error: made.faults.append(f"a page fails: {error}"))
