"""Each page, as each role sees it: nothing offered that isn't allowed, nothing that axe or the browser objects to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.conformance.interface.browser import PHONE, WIDE, Window, window
from tests.conformance.interface.pages import PAGES, PICTURES, picture
from tests.conformance.interface.world import ROLES, Role, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SOURCES: Final = Path(__file__).parents[3] / "ui" / "src" / "pages"
GALLERY: Final = PICTURES / "README.md"
pytestmark = pytest.mark.timeout(900)
"""The first of a role's tests goes through all pages."""
_PAGE: Final = re.compile(r'\bpage\("([^"]+)"')


def test_the_table_has_every_page() -> None:
    """What the sources name as a page is in the table, and nothing else."""
    named = {found for file in SOURCES.rglob("routes.ts") for found in _PAGE.findall(file.read_text())}
    assert {place.partition("?")[0] for place in PAGES} == named


def test_the_documentation_shows_every_page() -> None:
    """With a picture that `make screenshots` has made, and with no other."""
    shown = re.findall(r"]\(([\w-]+\.png)\)", GALLERY.read_text())
    assert sorted(shown) == sorted({picture(place).name for place in PAGES})
    assert {file.name for file in PICTURES.glob("*.png")} == {*shown}


@dataclass
class Seen:
    """What one role has met on all pages.

    Attributes:
        offered: what the controls need, by page.
        found: what is wrong with the looks.
    """

    offered: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)


class Crawl:
    """All pages as each role meets them, each role when it is first asked about."""

    def __init__(self, browser: Browser, team: World) -> None:
        self._browser = browser
        self._team = team
        self._seen: dict[Role, Seen] = {}

    def __getitem__(self, role: Role) -> Seen:
        if role not in self._seen:
            self._seen[role] = self._crawled(role)
        return self._seen[role]

    def _crawled(self, role: Role) -> Seen:
        """Root, whom most is shown, looks closely."""
        seen = Seen()
        with window(self._browser, self._team, role) as opened:
            opened.refused.update({403, 404})  # A page may tell that something can't be read.
            opened.go("/")
            for place in PAGES:
                opened.turn(place)
                seen.offered[place] = opened.controls()
                if role == "root":
                    seen.found += [f"{place}: {each}" for each in _looks(opened, place)]
        return seen


@pytest.fixture(scope="module")
def seen(browser: Browser, team: World) -> Crawl:
    """What each role meets."""
    return Crawl(browser, team)


def _looks(opened: Window, place: str) -> Iterator[str]:
    """What is wrong with a page by day, by night, and on a telephone."""
    if os.environ.get("STRONGROOM_SCREENSHOTS"):
        opened.page.screenshot(path=picture(place))
    yield from opened.findings()
    opened.page.emulate_media(color_scheme="dark")
    yield from (f"in the dark: {each}" for each in opened.findings("color-contrast"))
    opened.page.emulate_media(color_scheme="light")
    opened.page.set_viewport_size(PHONE)
    yield from (f"on a telephone: {each}" for each in opened.findings("target-size", "scrollable-region-focusable"))
    if opened.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        yield "on a telephone: is wider than its window"
    opened.page.set_viewport_size(WIDE)


@pytest.mark.parametrize("role", ROLES)
def test_what_is_offered_is_allowed(team: World, seen: Crawl, role: Role) -> None:
    """Of each control that is shown, the server says that the user may do it."""
    offered = seen[role].offered
    may = team.covers(role, set().union(*offered.values()))
    wrong = [f"{place}: {needs}" for place, all_needs in offered.items() for needs in all_needs if not may[needs]]
    assert wrong == []
    assert role == "reader" or any(offered.values())


@pytest.mark.parametrize("role", ("admin", "reader"))
def test_what_is_allowed_is_offered(team: World, seen: Crawl, role: Role) -> None:
    """Of each control that root is shown on a page, whoever may do it is shown it there too."""
    everything = seen["root"].offered
    may = team.covers(role, set().union(*everything.values()))
    hidden = [
        f"{place}: {needs}"
        for place, all_needs in everything.items()
        for needs in sorted(all_needs - seen[role].offered[place])
        if may[needs]
    ]
    assert hidden == []


def test_nothing_serious_is_found(seen: Crawl) -> None:
    """Axe finds nothing serious, by day and by night, and no page is wider than a telephone."""
    assert not seen["root"].found, "\n".join(seen["root"].found)
