"""`storage "etcd"`: its settings, and the store that they describe.

Source: https://developer.hashicorp.com/vault/docs/configuration/storage/etcd
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.server.stores import places
from strongroom.server.stores.settings import StoreError, timeout_s
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.etcd import EtcdSettings, open_etcd
from strongroom.storage.patience import PATIENCE_S

DEFAULT_ADDRESS: Final = "http://localhost:2379"
DEFAULT_PATH: Final = "strongroom"
_STANZA: Final = 'storage "etcd"'
_PARALLEL: Final = 8


def open_etcd_stanza(options: Mapping[str, str], clock: Clock, random: Random) -> ConditionalStorage:
    """Make the store that a stanza describes.  Raises `StoreError`."""
    return open_etcd(settings_of(options), clock, random)


def settings_of(options: Mapping[str, str]) -> EtcdSettings:
    """Where the store is, and how to get there.  Raises `StoreError`."""
    if options.get("etcd_api", "v3") not in {"", "v3", "3"}:
        raise StoreError(f"{_STANZA}: etcd_api must be v3; version 2 has no transactions")
    if options.get("discovery_srv") and not options.get("address"):
        raise StoreError(f"{_STANZA}: discovery_srv is not supported; name the servers in address")
    username, password = options.get("username", ""), options.get("password", "")
    if bool(username) != bool(password):
        raise StoreError(f"{_STANZA}: username and password go together")
    addresses = places.urls("etcd", options.get("address") or DEFAULT_ADDRESS, "http")
    asked = {"timeout": options.get("timeout") or options.get("request_timeout", "")}
    return EtcdSettings(
        addresses,
        f"/{places.path('etcd', options.get('path') or DEFAULT_PATH)}/",
        username,
        Secret(password.encode()),
        places.trusting("etcd", options, addresses),
        places.parallel("etcd", options, _PARALLEL),
        timeout_s("etcd", asked) if asked["timeout"] else PATIENCE_S,
    )
