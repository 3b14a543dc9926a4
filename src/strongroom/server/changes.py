"""Compares two configurations, and decides which changes a running node can apply (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from strongroom.server.certificates.settings import uses_acme
from strongroom.server.config.config import Config, Listener
from strongroom.server.config.stanzas import Settings

_AT_ONCE = frozenset({"log_level"})
"""Keys that SIGHUP takes over."""
_SOCKET = frozenset({"socket_mode", "socket_user", "socket_group"})
"""Settings of a listener's socket, which stays open."""
_ACME = "tls_acme_"
"""Settings of the process that obtains certificates, which was started with them."""
_STANZAS = ("storage", "ha_storage", "service_registration", "seals", "user_lockouts", "telemetry")
_NAMES = {"seals": "seal", "user_lockouts": "user_lockout"}
_PLACE = frozenset({"where", "places", "files", "notices"})
"""Positions in the files, which are no settings."""


@dataclass(frozen=True, slots=True)
class Changes:
    """One line for each difference; names of settings, and never their values, which may be passwords."""

    later: tuple[str, ...] = ()
    """What counts from the next start."""
    fixed_listeners: bool = False
    """Whether listeners' addresses have changed.  The stanzas can't be matched then, and none is applied."""


def later(running: Config, wanted: Config) -> Changes:
    """The changes that a running node can't apply.

    Args:
        running: what it was started with.
        wanted: what the files say now.
    """
    listeners = tuple(_listeners(running.listeners, wanted.listeners))
    return Changes(
        (*_settings(running.settings, wanted.settings), *_stanzas(running, wanted), *listeners), bool(listeners)
    )


def taken(before: Config, now: Config) -> tuple[str, ...]:
    """The changes that a running node applies.

    Args:
        before: what it runs by; with the same listeners, in the same order.
        now: what it runs by from now on.
    """
    found: list[str] = []
    for old, new in zip(before.listeners, now.listeners, strict=False):
        found += [
            f"{_shown(new)}: {_name(field)}"
            for field in fields(Listener)
            if field.name not in _PLACE and _differ(old, new, field.name)
        ]
    old_audits, new_audits = ({each.path: _plain(each) for each in config.audits} for config in (before, now))
    found += [
        f'audit "{path}"'
        for path in sorted(old_audits.keys() | new_audits.keys())
        if old_audits.get(path) != new_audits.get(path)
    ]
    return tuple(found)


def _settings(running: Settings, wanted: Settings) -> Iterator[str]:
    for field in fields(Settings):
        if field.name not in _AT_ONCE and _differ(running, wanted, field.name):
            yield _name(field)


def _stanzas(running: Config, wanted: Config) -> Iterator[str]:
    for name in _STANZAS:
        if _plain(getattr(running, name)) != _plain(getattr(wanted, name)):
            yield _NAMES.get(name, name)


def _listeners(running: tuple[Listener, ...], wanted: tuple[Listener, ...]) -> Iterator[str]:
    """The reasons why these listeners can't replace the running ones."""
    old, new = ([(each.type, each.address) for each in listeners] for listeners in (running, wanted))
    if old != new:
        gone = [each for each in running if (each.type, each.address) not in new]
        come = [each for each in wanted if (each.type, each.address) not in old]
        yield from (f"{_shown(each)} was removed" for each in gone)
        yield from (f"{_shown(each)} was added" for each in come)
        if not gone and not come:
            yield "listeners stand in another order, or twice"
        return
    for before, after in zip(running, wanted, strict=True):
        for field in fields(Listener):
            fixed = field.name in _SOCKET or field.name.startswith(_ACME)
            if fixed and _differ(before, after, field.name):
                yield f"{_shown(after)}: {_name(field)}"
        if uses_acme(before) != uses_acme(after):
            yield f"{_shown(after)}: whether the certificate comes by ACME"


def _shown(listener: Listener) -> str:
    return f'listener "{listener.type}" {listener.address}'


def _differ(one: object, other: object, name: str) -> bool:
    return bool(getattr(one, name) != getattr(other, name))


def _name(field: Any) -> str:
    return str(field.metadata.get("key") or field.name)


def _plain(value: object) -> object:
    """A stanza without the place where it stands."""
    if isinstance(value, tuple):
        return tuple(_plain(each) for each in value)
    if hasattr(value, "__dataclass_fields__"):
        return tuple((name, getattr(value, name)) for name in value.__dataclass_fields__ if name not in _PLACE)
    return value
