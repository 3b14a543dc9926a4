"""Regions in a browser: one lets others follow, a second one follows it, and takes its place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.interface.conftest import Opened
from tests.conformance.interface.test_start_pages import CONFIG
from tests.conformance.interface.world import World
from tests.conformance.servers import start_ours
from tests.ports import free_port


@dataclass(frozen=True)
class Region:
    """A server of its own store, its only key share, and where other regions reach it."""

    world: World
    share: str
    address: str


@pytest.fixture
def regions(tmp_path: Path) -> Iterator[tuple[Region, Region]]:
    """Two new ones, unsealed; nobody follows."""
    with ExitStack() as stack:
        made = []
        for name in ("first", "second"):
            directory = tmp_path / name
            directory.mkdir()
            address = f"127.0.0.1:{free_port()}"
            config = f'{CONFIG}\nregion {{\n  address = "{address}"\n}}\n'
            world = World(stack.enter_context(start_ours(directory, config)), {})
            keys = world.ask("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1})
            world.ask("PUT", "sys/unseal", {"key": keys["keys_base64"][0]})
            world.tokens["root"] = keys["root_token"]
            made.append(Region(world, keys["keys_base64"][0], address))
        yield made[0], made[1]


def test_a_second_region_takes_the_place_of_the_first(regions: tuple[Region, Region], opened: Opened) -> None:
    """It follows by a token, is unsealed by its own share, and is promoted; then the first one serves nothing."""
    one, other = regions
    first = opened("root", of=one.world)
    first.refused.update({503})
    first.go("/nodes/regions")
    first.type("Address of the region listener", one.address)
    first.press("Let others follow")
    first.sees("It writes, and others follow it.")
    first.type("Name", "second")
    first.press("Make an enrolment token")
    token = first.reveal("Enrolment token")
    second = opened("root", of=other.world)
    second.refused.update({403, 500, 503})  # Its keys are replaced before it is sealed.
    second.go("/nodes/regions")
    second.type("Enrolment token", token)
    second.press("Follow another region")
    second.type("Type join to confirm", "join")
    second.page.get_by_role("dialog").get_by_role("button", name="Follow another region", exact=True).click()
    second.page.get_by_role("heading", name="Unseal", exact=True).wait_for(timeout=60_000)
    second.type("Key share", other.share)
    second.press("Enter the share")
    second.sees("Your session has ended")  # Its own tokens went with what it held.
    second.press("Log in as somebody else")
    second.type("Token", one.world.tokens["root"])
    second.press("Log in")
    second.page.get_by_role("button", name="Your session").wait_for()
    second.go("/nodes/regions")
    second.sees("It serves reads, and has what the first region has committed.")
    first.page.get_by_role("row").filter(has_text="connected").wait_for()
    assert first.findings() == [] and second.findings() == []
    second.press("Promote")
    second.type("Type promote to confirm", "promote")
    second.page.get_by_role("dialog").get_by_role("button", name="Promote", exact=True).click()
    second.sees("It writes, and others follow it.")
    first.sees("It serves nothing until it joins another region or is promoted.")
