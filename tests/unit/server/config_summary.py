"""A configuration as plain data that shows only what differs from the defaults, to compare with expectations."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields, is_dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from strongroom.server.config.config import Config


def summary(config: Config) -> dict[str, object]:
    """Everything that the file said, JSON-ready; notices as `line: text`."""
    found = _plain(config)
    assert isinstance(found, dict)
    found["notices"] = [f"{notice.where.line}: {notice.text}" for notice in config.notices]
    return {key: value for key, value in found.items() if value}


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            found.name: _plain(getattr(value, found.name))
            for found in fields(value)
            if found.name not in {"where", "places"} and getattr(value, found.name) != _default(found)
        }
    if isinstance(value, tuple | list):
        return [_plain(element) for element in value]
    if isinstance(value, IPv4Network | IPv6Network):
        return str(value)
    return {key: _plain(element) for key, element in value.items()} if isinstance(value, dict) else value


def _default(found: Field[Any]) -> object:
    if found.default_factory is not MISSING:
        return found.default_factory()
    return None if found.default is MISSING else found.default
