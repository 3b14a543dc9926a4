"""Keys of transit."""

from __future__ import annotations

from tests.flow.core.kept_answers.rows.world import Row, Subject, World


async def prepare(world: World) -> None:
    """A key."""
    await world.ok("POST", "sys/mounts/transit", {"type": "transit"})
    await world.ok("POST", "transit/keys/k", {})
    await world.ok("GET", "transit/wrapping_key")


SUBJECT = Subject(
    prepare,
    {
        "transit list keys": Row("transit/keys", ("POST", "transit/keys/other", {})),
        "transit read keys/{name}": Row("transit/keys/k", ("POST", "transit/keys/k/rotate", {})),
        "transit read wrapping_key": Row("transit/wrapping_key", ("DELETE", "sys/mounts/transit", None)),
    },
)
