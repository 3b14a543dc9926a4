"""Diagnosis of etcd and Consul, before the store on them is opened; nothing is changed there."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError
from strongroom.server.config.config import StorageConfig
from strongroom.server.diagnose.result import Finding, fail, ok, text_of, warn
from strongroom.server.stores import StoreError
from strongroom.server.stores.consul import settings_of as consul_settings
from strongroom.server.stores.etcd import settings_of as etcd_settings
from strongroom.storage.conditional.layout import HEAD
from strongroom.storage.consul import consul_cells
from strongroom.storage.etcd import Status, etcd_cells

_SWOLLEN_BYTES: Final = 512 << 20
"""From here on it is told that most of etcd's database is free."""


async def check_etcd(config: StorageConfig, clock: Clock) -> list[tuple[bool, Finding]]:
    """What can be said of etcd, each finding with whether the store may be opened."""
    name = "Check etcd"
    try:
        settings = etcd_settings(config.options)
        cells = etcd_cells(settings, clock)
        try:
            await cells.start()
            status = await cells.status()
            made = bool(await cells.read([HEAD]))
        finally:
            await cells.close()
    except (StoreError, StorageError) as error:
        return [(False, _failed(name, error, config))]
    found = [
        (True, ok(name, f"Version {status.version}, {status.db_size >> 20} MiB.", facts={"version": status.version}))
    ]
    found += [(True, finding) for finding in judge_etcd(status)]
    found += in_clear(name, settings.urls, "password" if settings.username else "")
    return found + _not_made(made)


async def check_consul(config: StorageConfig, clock: Clock) -> list[tuple[bool, Finding]]:
    """What can be said of Consul, each finding with whether the store may be opened."""
    name = "Check Consul"
    try:
        settings = consul_settings(config.options)
        cells = consul_cells(settings, clock)
        try:
            await cells.start()
            made = bool(await cells.read([HEAD]))
        finally:
            await cells.close()
    except (StoreError, StorageError) as error:
        return [(False, _failed(name, error, config))]
    found = [(True, ok(name, "The agent answers, and has a leader."))]
    found += in_clear(name, settings.urls, "token" if len(settings.token) else "")
    return found + _not_made(made)


def judge_etcd(status: Status) -> list[Finding]:
    """What etcd's own state says of how it is looked after."""
    name = "Check etcd Space"
    if status.errors:
        advice = "Compact and defragment etcd, then `etcdctl alarm disarm`: until then it takes no writes."
        return [fail(name, f"etcd reports: {'; '.join(status.errors)}.", advice)]
    if status.db_size > _SWOLLEN_BYTES and status.db_size_in_use < status.db_size // 2:
        text = f"Of etcd's {status.db_size >> 20} MiB, {status.db_size_in_use >> 20} MiB are in use."
        return [warn(name, text, "Set --auto-compaction-retention, and defragment etcd.")]
    return []


def _failed(name: str, error: StoreError | StorageError, config: StorageConfig) -> Finding:
    return fail(name, text_of(error), f"Check the settings at {config.where}, and that the server runs.", stops=True)


def in_clear(
    name: str, urls: Sequence[str], what: str = "", advice: str = "Use https:// in address, and tls_ca_file."
) -> list[tuple[bool, Finding]]:
    """A warning if one of the URLs is of another machine and without TLS.

    Args:
        what: a secret that it shows, as `password`; empty for none.
        advice: which setting to change.
    """
    elsewhere = [url for url in urls if url.startswith("http://") and not _is_here(urlsplit(url).hostname or "")]
    if not elsewhere:
        return []
    text = f"The connection to {elsewhere[0]} isn't encrypted" + (f": it shows the {what}." if what else ".")
    return [(True, warn(name, text, advice))]


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _not_made(made: bool) -> list[tuple[bool, Finding]]:
    if made:
        return []
    text = "The path holds no store yet; the server makes it at its first start."
    return [(False, ok("Create Storage Backend", text))]
