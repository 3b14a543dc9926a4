"""The catalogue of plugins through the whole pipeline: what can be asked of it, and what it refuses."""

from __future__ import annotations

import pytest

from tests.flow.sysapi.system_server import Server

DIGEST = "00" * 32


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "missing SHA-256 value"),
        ({"sha256": DIGEST}, "missing command value"),
        ({"sha256": "zz", "command": "x"}, "Could not decode SHA-256 value from Hex"),
        ({"sha_256": "00 00", "command": "x"}, "Could not decode SHA-256 value from Hex"),
        ({"sha256": "abcd", "command": "x"}, "Decoded SHA-256 value is not 32 bytes"),
        ({"sha256": DIGEST, "command": "x", "version": "x"}, 'version "x" is not a valid semantic version'),
        ({"sha256": DIGEST, "command": "x", "args": "a,b"}, "a plugin is a Python package"),
    ],
    ids=["nothing", "no command", "no hex", "blanks", "short", "version", "complete"],
)
async def test_nothing_is_registered(body: dict[str, str], text: str) -> None:
    """A registration is refused with the first fault that it has; one without fault, because there are none."""
    server = await Server.start()
    for path in ("secret/mine", "mine"):
        answer = await server.ask("PUT", f"sys/plugins/catalog/{path}", body)
        assert answer.status == 400
        assert text in answer.error
    assert (await server.ask("GET", "sys/plugins/catalog/secret/mine")).status == 404


async def test_deregistering_takes_nothing_away() -> None:
    """What isn't registered can be deregistered as often as one likes, and what is built in stays."""
    server = await Server.start()
    for name in ("nosuch", "nosuch", "kv"):
        assert (await server.ask("DELETE", f"sys/plugins/catalog/secret/{name}")).status == 204
    assert (await server.ok("GET", "sys/plugins/catalog/secret/kv")).data["name"] == "kv"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "plugin or mounts must be provided"),
        ({"plugin": "kv", "mounts": ["kv/"]}, "plugin and mounts cannot be set at the same time"),
        ({"plugin": "kv", "scope": "x"}, 'scope must be unset or "global"'),
        ({"plugin": "x"}, 'plugin not found in the catalog: "x"'),
        ({"plugin": "token"}, 'singleton plugin cannot be reloaded: "token"'),
        ({"mounts": "no"}, '1 error occurred:\n\t* cannot fetch mount entry on "no/"\n\n'),
        (
            {"mounts": ["no", "sys"]},
            '2 errors occurred:\n\t* cannot fetch mount entry on "no/"\n'
            '\t* cannot reload plugin on "sys/": singleton plugin cannot be reloaded: "system"\n\n',
        ),
    ],
    ids=["nothing", "both", "scope", "unknown", "single", "no mount", "mounts"],
)
async def test_reloading_names_what_is_wrong(body: dict[str, object], text: str) -> None:
    """Each fault has a text of its own; several mounts' faults come together."""
    server = await Server.start()
    answer = await server.ask("PUT", "sys/plugins/reload/backend", body)
    assert (answer.status, answer.error) == (400, text)


async def test_reloading_says_what_it_does_not_do() -> None:
    """The answer carries the request's id, and a warning that new code takes a restart."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/mine", {"type": "kv"})
    for body in ({"plugin": "kv"}, {"mounts": "mine"}):
        answer = await server.ok("POST", "sys/plugins/reload/backend", body)
        assert answer.data["reload_id"] == answer.body["request_id"]
        assert "restart" in answer.body["warnings"][0]
