"""`storage "consul"`: its settings, and the store that they describe.

Source: https://developer.hashicorp.com/vault/docs/configuration/storage/consul
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
from strongroom.storage.consul import ConsulSettings, open_consul

DEFAULT_ADDRESS: Final = "127.0.0.1:8500"
DEFAULT_PATH: Final = "strongroom"
_STANZA: Final = 'storage "consul"'
_SCHEMES: Final = frozenset({"http", "https"})
_PARALLEL: Final = 8
_NO: Final = frozenset({"", "0", "f", "false", "no"})


def open_consul_stanza(options: Mapping[str, str], clock: Clock, random: Random) -> ConditionalStorage:
    """Make the store that a stanza describes.  Raises `StoreError`."""
    return open_consul(settings_of(options), clock, random)


def settings_of(options: Mapping[str, str]) -> ConsulSettings:
    """Where the store is, and how to get there.  Raises `StoreError`."""
    scheme = options.get("scheme") or "http"
    if scheme not in _SCHEMES:
        raise StoreError(f'{_STANZA}: scheme must be "http" or "https"')
    if options.get("tls_skip_verify", "").lower() not in _NO:
        raise StoreError(f"{_STANZA}: tls_skip_verify is not supported; name the authority in tls_ca_file")
    token = options.get("token", "")
    if not (token.isascii() and token.isprintable()):
        raise StoreError(f"{_STANZA}: token has characters that no token has")
    addresses = places.urls("consul", options.get("address") or DEFAULT_ADDRESS, scheme)
    return ConsulSettings(
        addresses,
        f"{places.path('consul', options.get('path') or DEFAULT_PATH)}/",
        Secret(token.encode()),
        options.get("datacenter", ""),
        places.trusting("consul", options, addresses),
        places.parallel("consul", options, _PARALLEL),
        timeout_s("consul", options),
    )
