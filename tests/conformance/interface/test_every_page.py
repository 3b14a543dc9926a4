"""Each page, as each role sees it: nothing offered that isn't allowed, nothing that axe or the browser objects to."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.conformance.interface.browser import PHONE, window
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.pages import PAGES, PICTURES, picture
from tests.conformance.interface.world import ROLES, Role, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SOURCES: Final = Path(__file__).parents[3] / "ui" / "src" / "pages"
LOOKS: Final[dict[str, dict[str, object]]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE},
}
DOCUMENT: Final = PICTURES.parents[1] / "web-interface.md"
_PAGE: Final = re.compile(r'\bpage\("([^"]+)"')


def test_the_table_has_every_page() -> None:
    """What the sources name as a page is in the table, and nothing else."""
    named = {found for file in SOURCES.rglob("routes.ts") for found in _PAGE.findall(file.read_text())}
    assert {place.partition("?")[0] for place in PAGES} == named


def test_the_documentation_shows_every_page() -> None:
    """With a picture that `make screenshots` has made, and with no other."""
    text = DOCUMENT.read_text()
    assert {file.name for file in PICTURES.iterdir()} == {picture(place).name for place in PAGES}
    assert [place for place in PAGES if f"](images/interface/{picture(place).name})" not in text] == []


Offered = dict[str, set[tuple[str, ...]]]


@pytest.fixture(scope="module")
def offered(browser: Browser, team: World) -> dict[Role, Offered]:
    """What the controls of each page need, by role and page."""
    found: dict[Role, Offered] = {}
    for role in ROLES:
        with window(browser, team, role) as opened:
            opened.refused.update({403, 404})  # A page may tell that something can't be read.
            opened.go("/")
            found[role] = {}
            for place in PAGES:
                opened.turn(place)
                found[role][place] = opened.controls()
    return found


def _may(team: World, role: Role, controls: Iterable[tuple[str, ...]]) -> Callable[[tuple[str, ...]], bool]:
    paths = sorted({need.partition(" ")[2] for needs in controls for need in needs})
    may = team.may(role, paths)
    return lambda needs: all({need.partition(" ")[0], "root"} & set(may[need.partition(" ")[2]]) for need in needs)


@pytest.mark.parametrize("role", ROLES)
def test_what_is_offered_is_allowed(team: World, offered: dict[Role, Offered], role: Role) -> None:
    """Of each control that is shown, the server says that the user may do it."""
    may = _may(team, role, chain.from_iterable(offered[role].values()))
    wrong = [f"{place}: {needs}" for place, all_needs in offered[role].items() for needs in all_needs if not may(needs)]
    assert wrong == []
    assert role == "reader" or any(offered[role].values())


@pytest.mark.parametrize("role", ("admin", "reader"))
def test_what_is_allowed_is_offered(team: World, offered: dict[Role, Offered], role: Role) -> None:
    """Of each control that root is shown on a page, whoever may do it is shown it there too."""
    may = _may(team, role, chain.from_iterable(offered["root"].values()))
    hidden = [
        f"{place}: {needs}"
        for place, all_needs in offered["root"].items()
        for needs in sorted(all_needs - offered[role][place])
        if may(needs)
    ]
    assert hidden == []


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_serious_is_found(opened: Opened, look: str) -> None:
    """Axe finds nothing serious, and no page is wider than its window."""
    shown = opened("root", **LOOKS[look])
    found = []
    shown.go("/")
    for place in PAGES:
        shown.turn(place)
        if look == "light" and os.environ.get("STRONGROOM_SCREENSHOTS"):
            shown.page.screenshot(path=picture(place))
        found += [f"{place}: {each}" for each in shown.findings()]
        if shown.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: is wider than its window")
    assert not found, "\n".join(found)
