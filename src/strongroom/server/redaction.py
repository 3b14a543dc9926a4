"""The secrets of a configuration, which no text of another library may carry into a log or an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Final

from strongroom.lib.postgresql.connection_url import UrlError, parse_connection_url
from strongroom.server.config.config import Config, Listener, Telemetry

SECRET_NAMES: Final = re.compile(
    r"(pass|auth_info|token$|secret|pin$|accountkey|credentials|mac_key|access_key)", re.IGNORECASE
)
"""Settings of stores and seals that are secrets, by their names."""
_VARIABLES: Final = ("PGPASSWORD", "PGSSLPASSWORD")


def secrets_of(config: Config, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Every secret that a configuration holds, in no order."""
    return tuple(filter(None, {*_found(config), *(environment.get(name, "") for name in _VARIABLES)}))


def _found(config: Config) -> Iterator[str]:
    stanzas = (config.storage, config.ha_storage, config.service_registration, *config.seals)
    for options in (stanza.options for stanza in stanzas if stanza is not None):
        for name, value in options.items():
            if SECRET_NAMES.search(name):
                yield value
            elif "url" in name or "connection" in name:
                yield from _of_url(value)
    stanzas_with_keys: list[Listener | Telemetry] = [*config.listeners]
    if config.telemetry is not None:
        stanzas_with_keys.append(config.telemetry)
    for stanza in stanzas_with_keys:
        for field in fields(stanza):
            value = getattr(stanza, field.name)
            # What is kept out of `repr` was declared to be a secret.
            if not field.repr and isinstance(value, str | tuple):
                yield from (text.partition("=")[2] or text for text in ([value] if isinstance(value, str) else value))


def _of_url(url: str) -> Iterator[str]:
    try:
        yield from parse_connection_url(url).secrets
    except UrlError:
        yield url
