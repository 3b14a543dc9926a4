"""What the engine needs of Redis, without a server."""

from __future__ import annotations

import sys

import pytest

from strongroom.engines.database.driver import Target
from strongroom.engines.database.drivers.redis import Redis
from strongroom.lib.errors import UpstreamFailed

TARGET = Target("cache", "redis-database-plugin", {"host": "cache.example", "port": 6379}, "user", "password")
_OF_THE_PACKAGE = ("session", "connection")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it."""
    for name in _OF_THE_PACKAGE:
        monkeypatch.delitem(sys.modules, f"strongroom.engines.database.drivers.redis.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "redis", None)
    with pytest.raises(UpstreamFailed, match=r"need the package redis: .*pip.* install .*redis"):
        Redis().open(TARGET)


async def test_a_session_connects_only_when_it_is_asked() -> None:
    """Opening and closing one reaches nobody."""
    await Redis().open(TARGET).close()


@pytest.mark.parametrize("plugin", Redis.names)
def test_names_of_users_are_in_upper_case(plugin: str) -> None:
    """As the reference server makes them: from the template alone, nothing is changed afterwards."""
    from strongroom.engines.database.usernames import new_name
    from strongroom.sdk import SystemRandom

    values = {"DisplayName": "token-eva", "RoleName": "app"}
    name = new_name(Redis().username_template(plugin), values, SystemRandom(), 1_700_000_000.0)
    assert name == name.upper()
    assert name.startswith("V_TOKEN-EVA_APP_")
    assert name.endswith("_1700000000")
    assert len(name) == len("V_TOKEN-EVA_APP_") + 20 + len("_1700000000")
