"""A stored password stays with the servers that it was given for."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.database.config_fields import ConfigFields
from strongroom.engines.database.drivers import driver_of
from strongroom.engines.database.records import Connection
from strongroom.engines.database.settings import merged
from strongroom.lib.errors import InvalidRequest

POSTGRESQL, MYSQL, REDIS, INFLUXDB = (
    f"{kind}-database-plugin" for kind in ("postgresql", "mysql", "redis", "influxdb")
)
HERE = "postgresql://{{username}}:{{password}}@here:5432/x"


def written(plugin: str, before: Connection | None, **data: Any) -> Connection:
    """A connection after a request."""
    own = {name: value for name, value in data.items() if name in ConfigFields.__struct_fields__}
    return merged(before, plugin, driver_of(plugin), ConfigFields(**own), data)


@pytest.mark.parametrize(
    ("plugin", "here", "there"),
    [
        (POSTGRESQL, {"connection_url": HERE}, {"connection_url": HERE.replace("here", "there")}),
        (POSTGRESQL, {"connection_url": HERE}, {"connection_url": HERE.replace("5432", "5433")}),
        (POSTGRESQL, {"connection_url": HERE}, {"connection_url": HERE.replace("here:5432", "here,there")}),
        (POSTGRESQL, {"connection_url": HERE}, {"connection_url": HERE + "?hostaddr=192.0.2.1"}),
        (POSTGRESQL, {"connection_url": HERE}, {"connection_url": HERE + "?host=there"}),
        (MYSQL, {"connection_url": "{{username}}:{{password}}@tcp(here)/"}, {"connection_url": "@tcp(there)/"}),
        (MYSQL, {"connection_url": "a:canary@tcp(here)/"}, {"connection_url": "a:xxxxx@tcp(there)/"}),
        (REDIS, {"host": "here", "port": 1}, {"host": "there"}),
        (REDIS, {"host": "here", "port": 1}, {"nodes": "there:1"}),
        (INFLUXDB, {"host": "here"}, {"host": "there"}),
        (INFLUXDB, {"host": "here", "tls": True}, {"tls": False}),
    ],
)
def test_another_server_is_not_sent_the_stored_password(plugin: str, here: Any, there: Any) -> None:
    """Whoever may change the connection could read it there.  Who knows the password may have it sent anywhere."""
    password = {} if "canary" in str(here) else {"password": "canary"}
    before = written(plugin, None, username="root", **password, **here)
    with pytest.raises(InvalidRequest, match="another server"):
        written(plugin, before, **there)
    if password:
        assert written(plugin, before, password="canary", **there).password == "canary"
    assert written(plugin, before, **here) == before


def test_what_leads_to_fewer_of_the_same_servers_is_no_other() -> None:
    """And neither are other parameters."""
    two = HERE.replace("here:5432", "one:1,two:2")
    before = written(POSTGRESQL, None, username="root", password="canary", connection_url=two)
    one = HERE.replace("here:5432", "two:2") + "?sslmode=require"
    after = written(POSTGRESQL, before, connection_url=one)
    assert (after.details["connection_url"], after.password) == (one, "canary")
