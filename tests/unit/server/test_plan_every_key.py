"""Nothing in a listener's stanza is passed over in silence."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest

from strongroom.server.config.config import Config, ConfigError, Listener, Where
from strongroom.server.config.stanzas import ListenerInflight, ListenerProfiling, ListenerTelemetry
from strongroom.server.plan import listener_config, listener_options
from strongroom.server.unserved import notices, refuse

NETWORK = ipaddress.ip_network("10.0.0.0/8")
BASE = Listener(
    "tcp",
    Where("f", 1),
    max_request_size_bytes=5,  # so that a changed max_inflight_memory still holds one body
    tls_cert_file="cert",
    tls_key_file="key",
    proxy_protocol_behavior="use_always",
    proxy_protocol_authorized_addrs=(NETWORK,),
    x_forwarded_for_authorized_addrs=(NETWORK,),
)
"""With what other keys need to mean anything."""

_OF_THE_SOCKET = {"type", "where", "address", "socket_mode", "socket_user", "socket_group"}
"""Used where the socket is opened."""

_OTHER: dict[str, Any] = {
    "tls_min_version": "tls13",
    "tls_max_version": "tls12",
    "proxy_protocol_behavior": "deny_unauthorized",
    "proxy_protocol_authorized_addrs": (),
    "x_forwarded_for_authorized_addrs": (),
    "custom_response_headers": {"default": {"X-A": ("a",)}},
}


def _changes() -> Iterator[tuple[str, Any]]:
    """Each key with a value that isn't the one of `BASE`."""
    for field in fields(Listener):
        if field.name in _OF_THE_SOCKET or not field.metadata["served"]:
            continue
        before = getattr(BASE, field.name)
        if field.name in _OTHER:
            yield field.name, _OTHER[field.name]
        elif isinstance(before, (ListenerTelemetry, ListenerProfiling, ListenerInflight)):
            for flag in fields(before):
                yield field.name, type(before)(**{flag.name: not getattr(before, flag.name)})
        elif isinstance(before, bool):
            yield field.name, not before
        elif isinstance(before, int):
            yield field.name, before + 7
        else:
            yield field.name, ("x",) if isinstance(before, tuple) else f"{before}x"


@pytest.mark.parametrize(("name", "value"), list(_changes()))
def test_every_key_works_or_is_told(name: str, value: object) -> None:
    """A changed key changes how the listener works, or is noticed at the start, or keeps the server from starting."""
    changed = replace(BASE, **{name: value})  # type: ignore[arg-type]
    config = Config(listeners=(changed,))
    try:
        refuse(config)
    except ConfigError:
        return
    told = any(name in notice or name.removesuffix("_bytes") in notice for notice in notices(config))
    works = (listener_config(changed), listener_options(changed)) != (listener_config(BASE), listener_options(BASE))
    assert told is not works


def test_the_base_is_served() -> None:
    """What the others are compared with is itself neither noticed nor refused."""
    refuse(Config(listeners=(BASE,)))
    assert list(notices(Config(listeners=(BASE,)))) == []
