"""The key/value engine, with and without versions."""

from __future__ import annotations

from tests.flow.core.kept_answers.rows.world import Row, Subject, World


async def prepare(world: World) -> None:
    """Two mounts with secrets."""
    await world.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await world.ok("POST", "sys/mounts/v2", {"type": "kv", "options": {"version": "2"}})
    for name in ("a", "f/b"):
        await world.ok("POST", f"kv/{name}", {"value": "one"})
        await world.ok("POST", f"v2/data/{name}", {"data": {"value": "one"}})


SUBJECT = Subject(
    prepare,
    {
        "kv read {path**}": Row("kv/a", ("POST", "kv/a", {"value": "two"})),
        "kv list {path**}": Row("kv/f", ("POST", "kv/f/c", {"value": "x"})),
        "kv scan {path**}": Row("kv/f", ("DELETE", "kv/f/c", None)),
        "kv2 read data/{path*}": Row("v2/data/a", ("POST", "v2/data/a", {"data": {"value": "two"}})),
        "kv2 read subkeys/{path*}": Row("v2/subkeys/a", ("POST", "v2/data/a", {"data": {"other": "x"}})),
        "kv2 read config": Row("v2/config", ("POST", "v2/config", {"max_versions": 7})),
        "kv2 read metadata/{path*}": Row("v2/metadata/a", ("DELETE", "v2/data/a", None)),
        "kv2 list metadata/{folder**}": Row("v2/metadata/f", ("POST", "v2/data/f/c", {"data": {}})),
        "kv2 scan metadata/{folder**}": Row("v2/metadata/f", ("DELETE", "v2/metadata/f/c", None)),
        "kv2 list detailed-metadata/{folder**}": Row(
            "v2/detailed-metadata/f", ("POST", "v2/metadata/f/b", {"custom_metadata": {"a": "b"}})
        ),
        "kv2 scan detailed-metadata/{folder**}": Row(
            "v2/detailed-metadata/f", ("POST", "v2/metadata/f/b", {"custom_metadata": {"a": "c"}})
        ),
    },
)
