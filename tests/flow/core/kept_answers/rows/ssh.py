"""Public keys of SSH authorities."""

from __future__ import annotations

from tests.flow.core.kept_answers.rows.world import Row, Subject, World

_NEW = ("POST", "ssh/config/ca", {"generate_signing_key": True, "key_type": "ed25519"})


async def prepare(world: World) -> None:
    """An authority."""
    await world.ok("POST", "sys/mounts/ssh", {"type": "ssh"})
    world.names["issuer"] = (await world.ok(*_NEW)).data["issuer_id"]


SUBJECT = Subject(
    prepare,
    {
        "ssh read config/ca": Row("ssh/config/ca", _NEW),
        "ssh read public_key": Row("ssh/public_key", _NEW, is_open=True),
        "ssh read issuer/{issuer_ref}/public_key": Row(
            "ssh/issuer/{issuer}/public_key", ("DELETE", "ssh/issuer/{issuer}", None), is_open=True
        ),
    },
)
