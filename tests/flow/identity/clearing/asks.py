"""What the tests of the clearing ask a node."""

from __future__ import annotations

from typing import Any

from strongroom.barrier import keys
from strongroom.barrier.due import UNUSED_ENTITY
from tests.flow.identity.people import People

CONFIG = "identity/config/clearing"
DAY_S = 86_400
YEAR_S = 366 * DAY_S


async def state(people: People, place: str = "") -> dict[str, Any]:
    """The settings, and what was done."""
    found: dict[str, Any] = (await people.node.ok("GET", place + CONFIG)).data
    return found


async def exists(people: People, entity: str, place: str = "") -> bool:
    """Whether there is an entity of that id."""
    return (await people.node.ask("GET", f"{place}identity/entity/id/{entity}")).status == 200


async def queued(people: People) -> list[str]:
    """The rows of the due index."""
    storage = people.services.barrier.storage
    return (await storage.scan(f"{keys.QUEUE}{UNUSED_ENTITY}/")).names


async def uses(people: People, token: str) -> int:
    """What a token gets that looks itself up."""
    return (await people.node.ask("GET", "auth/token/lookup-self", token=token)).status
