"""Each page, as each role sees it: nothing offered that isn't allowed, nothing that axe or the browser objects to."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import pytest

from tests.conformance.interface.browser import PHONE
from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.pages import PAGES, PICTURES, picture
from tests.conformance.interface.world import ROLES, Role, World

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


@pytest.mark.parametrize("role", ROLES)
def test_what_is_offered_is_allowed(team: World, opened: Opened, role: Role) -> None:
    """Of each control that is shown, the server says that the user may do it."""
    window = opened(role)
    window.refused.update({403, 404})  # A page may tell that something can't be read.
    offered: dict[str, set[str]] = {}
    window.go("/")
    for place in PAGES:
        window.turn(place)
        offered[place] = window.needs()
    paths = sorted({need.partition(" ")[2] for needs in offered.values() for need in needs})
    may = team.may(role, paths)
    wrong = [
        f"{place}: {need}"
        for place, needs in offered.items()
        for need in sorted(needs)
        if not {need.partition(" ")[0], "root"} & set(may[need.partition(" ")[2]])
    ]
    assert wrong == []
    assert role == "reader" or any(offered.values())


@pytest.mark.parametrize("look", LOOKS)
def test_nothing_serious_is_found(opened: Opened, look: str) -> None:
    """Axe finds nothing serious, and no page is wider than its window."""
    window = opened("root", **LOOKS[look])
    found = []
    window.go("/")
    for place in PAGES:
        window.turn(place)
        if look == "light" and os.environ.get("STRONGROOM_SCREENSHOTS"):
            window.page.screenshot(path=picture(place))
        found += [f"{place}: {each}" for each in window.findings()]
        if window.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append(f"{place}: is wider than its window")
    assert not found, "\n".join(found)
