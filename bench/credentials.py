"""Credentials of PostgreSQL: what issuing them takes beside the reference server, and what it costs others when
many are revoked at once.

    python -m bench.credentials [--issue 1000] [--revoke 5000] [--clients 8] [--readers 4]

Run it in the project's directory.  A PostgreSQL, a server of its own and a reference server (`bao`, if it is there) are
started in directories that are removed afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from tests.conformance.postgres import PostgresqlServer, running_postgresql
from tests.conformance.processes.node import Node, running

from bench.client import Client, percentile

CREATE = """CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}'"""
DROP = """DROP ROLE IF EXISTS "{{name}}\""""
PEER = Path(".venv/bin/bao")
PEER_CONFIG = """
disable_mlock = true
api_addr = "http://{address}"
cluster_addr = "http://127.0.0.1:18399"
storage "raft" {
  path = "{directory}"
  node_id = "a"
}
listener "tcp" {
  address     = "{address}"
  tls_disable = true
}
"""
_QUIET_S = 5.0


def prepare(node: Node, database: PostgresqlServer) -> None:
    """Mount the engine, with one connection and one role."""
    url = urlsplit(database.url)
    node.ok("POST", "sys/mounts/database", {"type": "database"})
    connection = f"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{database.port}/postgres?sslmode=disable"
    node.ok(
        "POST",
        "database/config/pg",
        {
            "plugin_name": "postgresql-database-plugin",
            "allowed_roles": "*",
            "connection_url": connection,
            "username": url.username,
            "password": url.password,
            "max_open_connections": 8,
        },
    )
    role = {"db_name": "pg", "creation_statements": CREATE, "revocation_statements": DROP, "default_ttl": "1h"}
    node.ok("POST", "database/roles/app", role)


async def issue(node: Node, token: str, count: int, clients: int) -> float:
    """Ask for so many credentials.  Returns the seconds that it took."""
    left = iter(range(count))

    async def one() -> None:
        client = Client(f"http://{node.address}", token)
        connection = await client.connect()
        for _ in left:
            status = await client.send(*connection, "GET", "database/creds/app")
            assert status == 200, status
        connection[1].close()

    begun = time.monotonic()
    await asyncio.gather(*(one() for _ in range(clients)))
    return time.monotonic() - begun


def users(database: PostgresqlServer) -> int:
    """How many users were made and are still there."""
    with psycopg.connect(database.url) as connection:
        row = connection.execute("SELECT count(*) FROM pg_roles WHERE rolname LIKE 'v-%'").fetchone()
    assert row is not None
    return int(row[0])


async def reads(node: Node, readers: int, seconds: float) -> list[float]:
    """How long reads of another mount take."""
    clients = [Client(f"http://{node.address}", node.token) for _ in range(readers)]
    found = await asyncio.gather(*(client.read_for(seconds, "kv/a") for client in clients))
    return [took for each in found for took in each]


async def revoke(node: Node, database: PostgresqlServer, wanted: argparse.Namespace) -> None:
    """Issue credentials by one token, revoke it, and read elsewhere meanwhile."""
    made = node.ok("POST", "auth/token/create", {"policies": ["root"], "ttl": "1h"}).json["auth"]
    took = await issue(node, made["client_token"], wanted.revoke, wanted.clients)
    print(f"{wanted.revoke} issued in {took:.1f} s; {users(database)} users")
    node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    node.ok("POST", "kv/a", {"a": "b"})
    quiet = await reads(node, wanted.readers, _QUIET_S)
    begun = time.monotonic()
    node.ok("POST", "auth/token/revoke", {"token": made["client_token"]})
    during: list[float] = []
    while (left := await asyncio.to_thread(users, database)) and time.monotonic() - begun < 600:
        print(f"{time.monotonic() - begun:6.1f} s: {left} users left")
        during += await reads(node, wanted.readers, 2.0)
    print(f"all revoked after {time.monotonic() - begun:.1f} s")
    for name, values in (("quiet", quiet), ("revoking", during)):
        median, p99, longest = percentile(values, 0.5), percentile(values, 0.99), max(values) * 1000
        print(f"{name:8} {len(values)} reads, median {median:.2f} ms, p99 {p99:.2f} ms, longest {longest:.1f} ms")
    print(f"p99 {percentile(during, 0.99) / percentile(quiet, 0.99):.2f} times")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--issue", type=int, default=1000)
    parser.add_argument("--revoke", type=int, default=5000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--readers", type=int, default=4)
    parser.add_argument("--workers", type=int, default=2)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as home, running_postgresql() as database:
        if PEER.exists():
            peer = Node(Path(home) / "peer", PEER_CONFIG, executable=PEER.absolute())
            with running(peer):
                peer.start()
                peer.init()
                peer.unseal()
                time.sleep(2)  # it becomes active in the background
                prepare(peer, database)
                print(f"reference: {asyncio.run(issue(peer, peer.token, wanted.issue, wanted.clients)):.2f} s")
        with running(Node(Path(home) / "node", workers_wanted=wanted.workers)) as node:
            node.ready()
            prepare(node, database)
            print(f"ours: {asyncio.run(issue(node, node.token, wanted.issue, wanted.clients)):.2f} s")
        with psycopg.connect(database.url, autocommit=True) as connection:
            for (name,) in connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'v-%'").fetchall():
                connection.execute(f'DROP ROLE "{name}"')
        with running(Node(Path(home) / "other", workers_wanted=wanted.workers)) as node:
            node.ready()
            prepare(node, database)
            asyncio.run(revoke(node, database, wanted))


if __name__ == "__main__":
    main()
