"""Databases for the cases of their plugins."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from tests.sim import influxdb as influx
from tests.sim import redis as redis_sim


@contextlib.contextmanager
def redis(directory: Path) -> Iterator[dict[str, str]]:
    """One server that both sides ask, with users for static roles."""
    with redis_sim.run(directory / "redis", tls=True) as server:
        client = server.client()
        client.execute_command("ACL", "SETUSER", "app", "on", ">before", "~*", "+@read")
        client.close()
        yield {
            "port": str(server.port),
            "tls_port": str(server.tls_port),
            "user": redis_sim.ADMIN,
            "password": redis_sim.ADMIN_PASSWORD,
            "ca": json.dumps(server.ca_pem)[1:-1],
        }


@contextlib.contextmanager
def influxdb(directory: Path) -> Iterator[dict[str, str]]:
    """One server that both sides ask, with users for static roles."""
    with influx.run(directory / "influxdb") as server:
        server.query("CREATE DATABASE metrics; CREATE USER app WITH PASSWORD 'before'")
        yield {"port": str(server.port), "user": influx.ADMIN, "password": influx.ADMIN_PASSWORD}
