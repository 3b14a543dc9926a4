"""What is likely to be a mistake is told when it is written, not when somebody needs a user."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from strongroom.engines.database import Database
from strongroom.engines.database.driver import Credential
from strongroom.testing import PluginServer, Reply
from tests.flow.engines.database.standing_in import NAME, Place, engine_over

CONFIG: dict[str, Any] = {"plugin_name": NAME, "allowed_roles": "*", "username": "root", "password": "first"}


@asynccontextmanager
async def _serving(place: Place) -> AsyncIterator[PluginServer]:
    server = await PluginServer.start(lambda: engine_over(place))
    place.clock = server.clock.monotonic
    place.users["app"] = Credential(password="known-before")
    try:
        await server.ok("POST", "database/config/db", CONFIG)
        yield server
    finally:
        engine = server.engines["database"]
        assert isinstance(engine, Database)
        await engine.sessions.close()


def _told(reply: Reply) -> list[str]:
    """The warnings of an answer, which is empty without any."""
    assert reply.status in {200, 204}, reply
    return list(reply.body["warnings"]) if reply.body else []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"creation_statements": "CREATE {{name}} '{{pasword}}'"},
            [
                "creation_statements: nothing fills {{pasword}}, which stays as it is. Did you mean {{password}}?",
                "creation_statements have no {{password}}: users can't log in by the password that is handed out",
            ],
        ),
        ({"creation_statements": "CREATE {{name}} '{{password}}'"}, []),
        ({"creation_statements": ["+@read", "~*"]}, []),
        ({"creation_statements": "CREATE {{name}}", "credential_type": "rsa_private_key"}, []),
        (
            {"creation_statements": "CREATE {{name}} '{{password}}'", "revocation_statements": "DROP {{who}}"},
            ["revocation_statements: nothing fills {{who}}, which stays as it is"],
        ),
    ],
)
async def test_placeholders_of_a_role(fields: dict[str, Any], told: list[str]) -> None:
    """A mistyped one would be every user's password."""
    async with _serving(Place()) as server:
        reply = await server.ask("POST", "database/roles/r", {"db_name": "db", **fields})
        assert _told(reply) == told


async def test_placeholders_of_rotations() -> None:
    """Of static roles and of the connection, whose password would be nobody's."""
    text = "rotation_statements: nothing fills {{passwd}}, which stays as it is. Did you mean {{password}}?"
    async with _serving(Place()) as server:
        fields = {"db_name": "db", "username": "app", "rotation_period": 60, "rotation_statements": "SET '{{passwd}}'"}
        assert _told(await server.ask("POST", "database/static-roles/app", fields)) == [text]
        reply = await server.ask("POST", "database/config/db", {"root_rotation_statements": "SET '{{passwd}}'"})
        assert _told(reply) == [f"root_{text}"]


async def test_a_policy_that_is_not_there() -> None:
    """A connection may be written before its policy."""
    async with _serving(Place()) as server:
        reply = await server.ask("POST", "database/config/db", {"password_policy": "none"})
        assert _told(reply) == [
            'no passwords can be made until that is changed: the password policy "none" does not exist'
        ]


async def test_a_user_of_two_connections_is_not_rotated() -> None:
    """The other connection would be locked out for good, and its users could not be dropped."""
    place = Place()
    async with _serving(place) as server:
        await server.ok("POST", "database/config/other", CONFIG)
        reply = await server.ask("POST", "database/rotate-root/db")
        assert (reply.status, 'the connection "other" has the same user' in reply.error) == (400, True)
        reply = await server.ask("POST", "database/config/db", {"rotation_period": 3600})
        assert (reply.status, 'the connection "other" has the same user' in reply.error) == (400, True)
        assert place.root == "first"
        await server.ok("DELETE", "database/config/other")
        await server.ok("POST", "database/rotate-root/db")
        assert place.root != "first"


async def test_a_deleted_connection_names_its_static_roles() -> None:
    """Their passwords stay as they are from then on."""
    async with _serving(Place()) as server:
        await server.ok(
            "POST", "database/static-roles/app", {"db_name": "db", "username": "app", "rotation_period": 60}
        )
        assert _told(await server.ask("DELETE", "database/config/db")) == [
            'passwords aren\'t rotated any more, until there is a connection of that name: static roles "app"'
        ]


async def test_the_log_says_whose_rotation_failed() -> None:
    """With the mount and the name of the work, as for all scheduled work."""
    place = Place()
    async with _serving(place) as server:
        await server.ok(
            "POST", "database/static-roles/app", {"db_name": "db", "username": "app", "rotation_period": 60}
        )
        place.refuses = True
        with capture_logs() as logs:
            assert (await server.ask("POST", "database/rotate-role/app")).status == 502
        refused = [each for each in logs if each["event"] == "a new credential was refused"]
        assert [(each["mount"], each["name"]) for each in refused] == [("database/", "static/app")]
