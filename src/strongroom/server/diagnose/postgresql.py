"""Diagnosis of a PostgreSQL server, before the store on it is opened; nothing is changed there."""

from __future__ import annotations

from typing import cast

from psycopg import Error

from strongroom.lib.errors import StorageError
from strongroom.server.config.config import StorageConfig
from strongroom.server.diagnose.result import Finding, fail, ok, text_of, warn
from strongroom.server.stores import DEFAULT_TABLE
from strongroom.storage.postgresql.connections import Connection, Connections
from strongroom.storage.postgresql.pooler import check_pooler
from strongroom.storage.postgresql.schema import tables_named

_NAME = "Check PostgreSQL"
_MAINTAINED = 14
"""The oldest release that its makers still mend.  Source: https://www.postgresql.org/support/versioning/"""
_CONNECTIONS_PER_WORKER = 7

_ASK = """
SELECT current_setting('server_version'), current_setting('server_version_num')::int,
       current_setting('fsync'), current_setting('full_page_writes'),
       (SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'),
       current_setting('max_connections')::int, pg_is_in_recovery(),
       coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
       inet_server_addr() IS NULL OR host(inet_server_addr()) IN ('127.0.0.1', '::1'),
       to_regclass(%s) IS NOT NULL,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
"""


async def check_server(config: StorageConfig, workers: int) -> list[tuple[bool, Finding]]:
    """What the server says of itself, each finding with whether the store may be opened."""
    try:
        tables = tables_named(config.options.get("table") or DEFAULT_TABLE)
        connections = Connections(config.options["connection_url"], 1)
        async with await connections.connect() as connection:
            if connections.pooled:
                await check_pooler(connection, connections.patience_s)
            row = await _asked(connection, tables.head)
    except StorageError as error:
        advice = f"Check the connection_url at {config.where}, that the server runs, and its pg_hba.conf."
        return [(False, fail(_NAME, text_of(error), advice, stops=True))]
    except Error as error:
        advice = "The user must be able to connect and to read pg_settings."
        return [(False, fail(_NAME, f"the server can't be asked ({str(error).strip()})", advice, stops=True))]
    found = judge_server(row, workers)
    if connections.pooled:
        text = "A pooler stands before the server, and keeps transactions together."
        found.append((True, ok("Check Connection Pooler", text)))
    return found


async def _asked(connection: Connection, head: str) -> tuple[object, ...]:
    row = await (await connection.execute(_ASK, (head,))).fetchone()
    assert row is not None  # a query without FROM has one row
    return row


def judge_server(row: tuple[object, ...], workers: int) -> list[tuple[bool, Finding]]:
    """Judge the answer to the one question, for this many worker processes."""
    version, number, fsync, pages, synchronous, most, standby, encrypted, local, made, may_make, superuser = row
    facts = {"version": version, "synchronous_commit": synchronous, "max_connections": most, "tls": encrypted}
    found: list[tuple[bool, Finding]] = []
    if standby:
        text = "This server is a standby, which takes no writes."
        found.append((False, fail(_NAME, text, "Name the primary in the connection_url, or all hosts.", stops=True)))
    elif fsync != "on" or pages != "on":
        text = f"fsync is {fsync}, full_page_writes is {pages}: a power loss would damage the store."
        found.append((fsync == "on", fail(_NAME, text, "Set both to on in postgresql.conf, and restart it.")))
    elif not made and not may_make:
        text = "The tables aren't there, and the user may not make them."
        advice = "GRANT CREATE ON SCHEMA public TO the user, or make the tables as another one and grant them."
        found.append((False, fail(_NAME, text, advice, stops=True)))
    else:
        found.append((bool(made), ok(_NAME, f"Version {version}, {_durability(str(synchronous))}.", facts=facts)))
    warnings = _warnings(cast(int, number), cast(int, most), workers, bool(encrypted or local), bool(superuser))
    found += [(True, warn("Check PostgreSQL Settings", text, advice)) for text, advice in warnings]
    if found[0][1].status == "ok" and not made:
        text = "The tables aren't there yet; the server makes them at its first start."
        found.append((False, ok("Create Storage Backend", text)))
    return found


def _durability(synchronous: str) -> str:
    if synchronous in {"on", "remote_apply"}:
        return f"synchronous_commit is {synchronous}"
    return f"synchronous_commit is {synchronous}, which Strongroom turns on for its own commits"


def _warnings(number: int, most: int, workers: int, safe: bool, superuser: bool) -> list[tuple[str, str]]:
    found = []
    if number // 10_000 < _MAINTAINED:
        text = f"PostgreSQL {number // 10_000} is no longer maintained by its makers."
        found.append((text, "Upgrade it."))
    if workers * _CONNECTIONS_PER_WORKER > most:
        text = f"{workers} workers can take {workers * _CONNECTIONS_PER_WORKER} connections, the server allows {most}."
        found.append((text, "Raise max_connections, or set `workers` or `max_parallel` to less."))
    if not safe:
        text = "The connection to another machine isn't encrypted."
        found.append((text, "Add sslmode=verify-full and sslrootcert=… to the connection_url."))
    if superuser:
        text = "The user is the database's superuser, who can do far more than the store needs."
        found.append((text, "Make a user that owns nothing but the store's tables."))
    return found
