"""Twenty programs with a credential that rotates restart one after the other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from strongroom.agent.making import MakingPart
from strongroom.agent.serving.kept.store import NothingKept
from tests.conformance.agent.keeping import until
from tests.conformance.agent.rendering import configured
from tests.conformance.agent.world import World, world
from tests.sim.agent_session import TokenSession

INSTANCES = 20
RULES = 'path "turns/take/web" { capabilities = ["update"] } path "turns/give/web" { capabilities = ["update"] }'
PROGRAM = """
log=$1 name=$2
down() { rm -f $log.$name.well; echo "$name down" >>$log; exit 0; }
trap down TERM
sleep 0.1
touch $log.$name.well; echo "$name up $PASSWORD" >>$log
while :; do sleep 2 & wait $!; done
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server with a group, and a user of Redis whose password it rotates."""
    with world(tmp_path_factory.mktemp("agent")) as started:
        started.write("sys/mounts/turns", {"type": "turns"})
        started.write("turns/groups/web", {"size": 1})
        started.write("sys/policies/acl/turns", {"policy": RULES})
        with started.redis.client() as users:
            users.execute_command("ACL", "SETUSER", "shop", "on", ">first", "~a:*", "+get")
        role = {"db_name": "cache", "username": "shop", "rotation_period": "1h"}
        started.write("database/static-roles/shop", role)
        yield started


def _configuration(folder: Path, log: Path, name: str) -> str:
    (folder / "program.sh").write_text(PROGRAM)
    password = json.dumps('{{ with secret "database/static-creds/shop" }}{{ .Data.password }}{{ end }}')
    command = json.dumps(["sh", str(folder / "program.sh"), str(log), name])
    return f"""
env_template "PASSWORD" {{ contents = {password} }}
exec {{ command = {command} }}
turns {{ path = "turns/web", health_command = "test -e {log}.{name}.well" }}
template_config {{ static_secret_render_interval = "1s" }}
"""


@asynccontextmanager
async def _instance(made: World, folder: Path, log: Path, name: str) -> AsyncIterator[None]:
    upstream, turns = made.upstream(), made.upstream()
    session = TokenSession(upstream, made.server.token, {"policies": ["app", "turns"], "ttl": "3600s"})
    making = MakingPart(configured(_configuration(folder, log, name)), session, upstream, turns, NothingKept())
    task = asyncio.create_task(making.run())
    try:
        await session.log_in()
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        making.close()
        upstream.close()
        turns.close()


async def test_twenty_programs_are_never_down_together(made: World, tmp_path: Path) -> None:
    """The password of all is rotated; each restarts for the new one, and their log shows when."""
    log = tmp_path / "log"

    def passwords() -> dict[str, list[str]]:
        found: dict[str, list[str]] = {f"web-{at}": [] for at in range(INSTANCES)}
        for line in log.read_text().splitlines() if log.exists() else []:
            name, change, *password = line.split()
            found[name] += password if change == "up" else []
        return found

    async with AsyncExitStack() as stack:
        for name in passwords():
            await stack.enter_async_context(_instance(made, tmp_path, log, name))
        await until(lambda: all(map(len, passwords().values())), 60)
        begun = len(log.read_text().splitlines())
        made.write("database/rotate-role/shop")
        await until(lambda: all(len(each) > 1 for each in passwords().values()), 90)
        seen = log.read_text().splitlines()
    down: set[str] = set()
    for line in seen[begun:]:
        name, change, *_ = line.split()
        (down.add if change == "down" else down.discard)(name)
        assert len(down) <= 1, line
    assert all(len(set(each)) == len(each) == 2 for each in passwords().values())
