"""`storage "zookeeper"`: its settings, and the store that they describe.

Source: https://developer.hashicorp.com/vault/docs/configuration/storage/zookeeper
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from strongroom.lib.clock import Clock
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.server.stores import places
from strongroom.server.stores.settings import StoreError, timeout_s
from strongroom.storage.conditional import ConditionalStorage
from strongroom.storage.zookeeper import ZookeeperSettings, open_zookeeper
from strongroom.storage.zookeeper.client import Access

DEFAULT_ADDRESS: Final = "localhost:2181"
DEFAULT_PATH: Final = "strongroom"
_STANZA: Final = 'storage "zookeeper"'
_PARALLEL: Final = 4
_SERVER = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::[0-9]{1,5})?")
_LOGIN = re.compile(r"[a-z0-9]+:.+")
_YES, _NO = frozenset({"1", "t", "true", "yes"}), frozenset({"", "0", "f", "false", "no"})


def open_zookeeper_stanza(options: Mapping[str, str], clock: Clock, random: Random) -> ConditionalStorage:
    """Make the store that a stanza describes.  Raises `StoreError`."""
    path = places.path("zookeeper", options.get("path") or DEFAULT_PATH)
    parallel = places.parallel("zookeeper", options, _PARALLEL)
    settings = ZookeeperSettings(access_of(options), f"/{path}", parallel, timeout_s("zookeeper", options))
    return open_zookeeper(settings, clock, random)


def access_of(options: Mapping[str, str]) -> Access:
    """Where the servers are, and as whom they are asked.  Raises `StoreError`."""
    servers = [part.strip() for part in (options.get("address") or DEFAULT_ADDRESS).split(",")]
    if not all(map(_SERVER.fullmatch, servers)):
        raise StoreError(f"{_STANZA}: address is host and port of each server, with commas between them")
    for name in ("auth_info", "znode_owner"):
        if options.get(name) and not _LOGIN.fullmatch(options[name]):
            raise StoreError(f'{_STANZA}: {name} has the form "scheme:id", as "digest:user:…"')
    login = options.get("auth_info", "")
    files = {name: options.get(f"tls_{name}", "") for name in ("ca_file", "cert_file", "key_file")}
    if bool(files["cert_file"]) != bool(files["key_file"]):
        raise StoreError(f"{_STANZA}: tls_cert_file and tls_key_file go together")
    tls = _boolean(options, "tls_enabled")
    if any(files.values()) and not tls:
        raise StoreError(f"{_STANZA}: there are files for TLS, but tls_enabled isn't true")
    return Access(
        ",".join(servers),
        Secret(login.encode()) if login else None,
        options.get("znode_owner", ""),
        tls=tls,
        verify=not _boolean(options, "tls_skip_verify"),
        **files,
    )


def _boolean(options: Mapping[str, str], name: str) -> bool:
    text = options.get(name, "").lower()
    if text not in _YES | _NO:
        raise StoreError(f"{_STANZA}: {name} is neither true nor false")
    return text in _YES
