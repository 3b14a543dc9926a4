"""The server's own processes are killed, at each point of what they ask a database."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from strongroom.testing import PluginServer
from tests.conformance.engines.lost.afterlife import afterlife
from tests.conformance.postgres import PostgresqlServer, postgresql_server
from tests.conformance.processes.node import Node, running
from tests.sim.silent_proxy import SilentProxy

__all__ = ["postgresql_server"]

CREATE = "CREATE ROLE \"{{name}}\" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"
FIRST = "first-password-0"
STEPS = {"issue": 7, "revoke": 10, "root": 11, "rotate": 13}
"""The steps, and how many questions each asks."""


@dataclass
class Case:
    """One step, which hangs at one of its questions when the node dies.

    Attributes:
        made: the user that is there before. held: whether the step got no answer.
    """

    step: str
    number: int
    proxy: SilentProxy
    made: dict[str, Any] = field(default_factory=dict)
    held: bool = False

    @property
    def name(self) -> str:
        """Of connection, role and owner."""
        return f"{self.step}{self.number}"

    @property
    def static(self) -> str:
        """The user of its static role."""
        return f"static_{self.name}"


def users(postgresql: PostgresqlServer) -> set[str]:
    """The users that engines have made."""
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        return {row[0] for row in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'")}


def lets_in(postgresql: PostgresqlServer, user: str, password: str) -> bool:
    """Whether a user can log in."""
    try:
        psycopg.connect(host="127.0.0.1", port=postgresql.port, user=user, password=password, dbname="postgres").close()
    except psycopg.OperationalError as error:
        assert "authentication failed" in str(error), error
        return False
    return True


def _prepare(postgresql: PostgresqlServer, node: Node, case: Case) -> None:
    with psycopg.connect(postgresql.url, autocommit=True) as connection:
        for name, more in ((case.name, "SUPERUSER"), (case.static, "")):
            role = sql.Identifier(name)
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role))
            made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} ").format(role, sql.Literal(FIRST))
            connection.execute(made + sql.SQL(more))
    url = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{case.proxy.port}/postgres?sslmode=disable"
    body = {"plugin_name": "postgresql-database-plugin", "allowed_roles": "*", "connection_url": url}
    node.ok("POST", f"database/config/{case.name}", {**body, "username": case.name, "password": FIRST})
    role = {"db_name": case.name, "creation_statements": CREATE, "default_ttl": "24h", "max_ttl": "48h"}
    node.ok("POST", f"database/roles/{case.name}", role)
    if case.step == "revoke":
        answer = node.ok("GET", f"database/creds/{case.name}")
        case.made = {**answer.data, "lease_id": answer.json["lease_id"]}
    if case.step == "rotate":
        body = {"db_name": case.name, "username": case.static, "rotation_period": "24h"}
        node.ok("POST", f"database/static-roles/{case.static}", body)
    node.ok("POST", f"database/reset/{case.name}", {})


def _step(node: Node, case: Case) -> Any:
    match case.step:
        case "issue":
            return node.call("GET", f"database/creds/{case.name}")
        case "revoke":
            return node.call("POST", "sys/leases/revoke", {"lease_id": case.made["lease_id"], "sync": True})
        case "root":
            return node.call("POST", f"database/rotate-root/{case.name}", {})
        case _:
            return node.call("POST", f"database/rotate-role/{case.static}", {})


async def test_killed_at_each_question(postgresql_server: PostgresqlServer, tmp_path: Path) -> None:
    """No user is left, no lease is without one, and each password is known."""
    async with AsyncExitStack() as stack:
        node = stack.enter_context(running(Node(tmp_path, workers_wanted=2)))
        await asyncio.to_thread(node.ready)
        node.ok("POST", "sys/mounts/database", {"type": "database"})
        cases = [
            Case(step, number, await stack.enter_async_context(SilentProxy(postgresql_server.port)))
            for step, most in STEPS.items()
            for number in range(most)
        ]
        for case in cases:
            await asyncio.to_thread(_prepare, postgresql_server, node, case)
            case.proxy.fall_silent_after(case.number)
        loop, threads = asyncio.get_running_loop(), stack.enter_context(ThreadPoolExecutor(len(cases)))
        steps = {loop.run_in_executor(threads, _step, node, case): case for case in cases}
        while not all(task.done() or case.proxy.is_silent for task, case in steps.items()):
            await asyncio.sleep(0.02)
        node.kill()
        await asyncio.wait(steps)
        silent = sum(case.proxy.is_silent for case in cases)
        assert silent > len(cases) * 0.8, "the steps ask less than they did"
        for task, case in steps.items():
            case.held = task.exception() is not None
            case.proxy.speak()
        assert any(case.held for case in cases)
        await _look(postgresql_server, node, cases, steps)


async def _look(
    postgresql: PostgresqlServer, node: Node, cases: list[Case], steps: dict[asyncio.Future[Any], Case]
) -> None:
    """Whether all is in order when what was due is done."""
    answers = [task.result() for task, case in steps.items() if case.step == "issue" and not case.held]
    ended = [answer for answer in answers if answer.status == 200]  # on a busy machine, some wait too long before
    async with afterlife(node) as server:
        for _ in range(4):
            server.clock.advance(300)
            await server.work()
        expected = {answer.data["username"] for answer in ended}
        assert users(postgresql) == expected
        leases = [await server.ask("LIST", f"sys/leases/lookup/database/creds/{case.name}") for case in cases]
        assert sum(len(reply.data["keys"]) for reply in leases if reply.status == 200) == len(expected)
        for case in cases:
            await _usable(postgresql, server, case)
        await server.ok("POST", "sys/leases/revoke-prefix/database", {"sync": True})
        assert users(postgresql) == set()


async def _usable(postgresql: PostgresqlServer, server: PluginServer, case: Case) -> None:
    """Fail unless users can be made, and the passwords of the owner and of the static user are known."""
    await server.ok("GET", f"database/creds/{case.name}")
    if case.step == "root":
        await server.ok("POST", f"database/rotate-root/{case.name}", {})
        await server.ok("GET", f"database/creds/{case.name}")
    if case.step == "rotate":
        shown = await server.ok("GET", f"database/static-creds/{case.static}")
        assert lets_in(postgresql, case.static, shown.data["password"])
        assert not lets_in(postgresql, case.static, FIRST)
