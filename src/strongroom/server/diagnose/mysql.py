"""Diagnosis of a MySQL or MariaDB server, before the store on it is opened; nothing is changed there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from strongroom.lib.errors import StorageError
from strongroom.server.config.config import StorageConfig
from strongroom.server.diagnose.result import Finding, fail, ok, text_of, warn
from strongroom.server.stores import DEFAULT_TABLE, StoreError, timeout_s
from strongroom.server.stores.mysql import DEFAULT_DATABASE, login, parallel
from strongroom.storage.mysql.diagnosis import Report, report
from strongroom.storage.mysql.login import Login
from strongroom.storage.mysql.server import is_on, problems, version_of
from strongroom.storage.mysql.tables import tables_named

_NAME = "Check MySQL"
_BESIDES = 2
"""Connections of a worker besides those that read."""


async def check_server(config: StorageConfig, workers: int) -> list[tuple[bool, Finding]]:
    """What the server says of itself, each finding with whether the store may be opened."""
    options = config.options
    try:
        tables = tables_named(options.get("database") or DEFAULT_DATABASE, options.get("table") or DEFAULT_TABLE)
        where, patience_s = login(options), timeout_s("mysql", options)
        found = await asyncio.to_thread(report, where, tables, patience_s)
    except (StoreError, StorageError) as error:
        advice = f"Check address, username and password at {config.where}, and that the server runs."
        return [(False, fail(_NAME, text_of(error), advice, stops=True))]
    return judge_server(found, where, workers * (parallel(options) + _BESIDES))


def judge_server(found: Report, where: Login, connections: int) -> list[tuple[bool, Finding]]:
    """Judge what the server says, for so many connections of this node."""
    variables = found.variables
    unsafe = list(problems(variables))
    if unsafe:
        text = f"{'; '.join(unsafe)}."
        return [(False, fail(_NAME, text, "Set it in the server's configuration, and restart it.", stops=True))]
    product = "MariaDB" if version_of(variables)[0] else "MySQL"
    facts = {"version": variables.get("version", ""), "max_connections": variables.get("max_connections", "")}
    text = f"{product} {facts['version']}, innodb_flush_log_at_trx_commit is 1."
    judged = [(found.has_tables, ok(_NAME, text, facts=facts))]
    judged += [(True, warn("Check MySQL Settings", *each)) for each in _warnings(variables, found, where, connections)]
    if not found.has_tables:
        text = "The tables aren't there yet; the server makes them at its first start."
        judged.append((False, ok("Create Storage Backend", text)))
    return judged


def _warnings(variables: Mapping[str, str], found: Report, where: Login, connections: int) -> list[tuple[str, str]]:
    warnings = []
    most = int(variables.get("max_connections", "0"))
    if connections > most:
        text = f"This node can take {connections} connections, the server allows {most}."
        warnings.append((text, "Raise max_connections, or set `workers` or `max_parallel` to less."))
    if variables.get("innodb_doublewrite", "ON").upper() in {"OFF", "0"}:
        text = "innodb_doublewrite is off: a power loss in the midst of a page's write damages it."
        warnings.append((text, "Turn it on, unless the file system writes pages at once or not at all."))
    if is_on(variables, "wsrep_on") and len(where.addresses) > 1:
        text = "Several nodes of a Galera cluster are named; each commit on another node than the last may be repeated."
        warnings.append((text, "Name the same node first at all Strongroom nodes."))
    if where.plaintext and where.tls is None:
        text = "plaintext_connection_allowed is set: whoever is between reads names and can change what is stored."
        warnings.append((text, "Set tls_ca_file instead."))
    if found.is_superuser:
        text = "The user may do everything on the server, far more than the store needs."
        warnings.append((text, "Make a user with SELECT, INSERT, UPDATE, DELETE and CREATE on the one database."))
    return warnings
