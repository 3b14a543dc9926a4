"""Groups whose instances take turns."""

from __future__ import annotations

from tests.flow.core.kept_answers.rows.world import Row, Subject, World


async def prepare(world: World) -> None:
    """A group."""
    await world.ok("POST", "sys/mounts/turns", {"type": "turns"})
    await world.ok("POST", "turns/groups/web", {})


SUBJECT = Subject(
    prepare,
    {
        "turns list groups": Row("turns/groups", ("POST", "turns/groups/db", {})),
        "turns read groups/{name}": Row("turns/groups/web", ("POST", "turns/groups/web", {"size": 2})),
    },
)
