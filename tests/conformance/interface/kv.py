"""What tests of the pages of secrets have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from tests.conformance.interface.browser import Window
from tests.conformance.interface.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def at(page: str, **shows: object) -> str:
    """The address of a page with what it shows."""
    return f"/secrets/kv{page}?{urlencode(shows)}"


def put(team: World, path: str, *versions: dict[str, Any], mount: str = "team") -> None:
    """Store versions of a secret."""
    for fields in versions:
        team.ask("POST", f"{mount}/data/{quote(path)}", {"data": fields})


def stored(team: World, path: str, mount: str = "team") -> Any:
    """The newest values of a secret."""
    return team.ask("GET", f"{mount}/data/{quote(path)}")["data"]["data"]


def row(window: Window, name: str) -> Locator:
    """The row of a field in the form, by its name."""
    window.page.locator(".row-field").first.wait_for()
    names = window.page.locator(".row-field > :first-child input").evaluate_all("all => all.map(each => each.value)")
    return window.page.locator(".row-field").nth(names.index(name))


def fill_row(window: Window, name: str, value: str) -> None:
    """Type a value into a field of the form."""
    if row(window, name).locator("textarea").count() == 0:
        window.press(f"Reveal {name}")
    row(window, name).locator("textarea").fill(value)


def limited(team: World, name: str, rules: str) -> World:
    """The same server for a user with rules of his own, as the role `reader`."""
    team.ask("POST", f"sys/policies/acl/{name}", {"policy": rules})
    made = team.ask("POST", "auth/token/create", {"policies": [name]})
    return World(team.server, {"reader": made["auth"]["client_token"]})
