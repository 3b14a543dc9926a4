"""The configuration's settings of audit devices: their allowed places, and its own devices."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import strongroom
from strongroom.audit.devices import DeviceRequest
from strongroom.audit.file import Ground, Rules, file_device, place_of, unplaced_device
from strongroom.audit.filtering import Rules as FilterRules
from strongroom.audit.filtering import check_beside, rules_of
from strongroom.audit.outgoing.addresses import AddressRules
from strongroom.audit.outgoing.device import TYPES, check_options
from strongroom.audit.style import OPTIONS, style_of
from strongroom.lib.errors import InvalidRequest
from strongroom.server.config.config import AuditConfig, Config, ConfigError
from strongroom.server.stores import LOCAL, directory


def audit_rules(config: Config) -> Rules:
    """The rules for the places of audit devices."""
    return Rules(
        directories=config.settings.audit_directories,
        own=_own(config),
        configuration=tuple(dict.fromkeys(os.path.dirname(os.path.abspath(file)) for file in config.files)),  # noqa: PTH100, PTH120 - links are resolved when it counts
    )


def audit_addresses(config: Config) -> AddressRules:
    """The rules for where audit entries may be sent."""
    listening = []
    for listener in config.listeners:
        host, _, port = listener.address.rpartition(":")
        if listener.type == "tcp" and port.isdigit():
            listening.append((host.strip("[]"), int(port)))
    return AddressRules(config.settings.audit_addresses, tuple(listening), _own(config))


def _own(config: Config) -> tuple[str, ...]:
    """The files and directories of the server itself."""
    settings, storage = config.settings, config.storage
    own = [sys.prefix, str(Path(strongroom.__file__).parent), *config.files]
    own += [settings.audit_spool_path, settings.pid_file, settings.log_file, settings.plugin_directory]
    if storage is not None and storage.type in LOCAL and storage.options.get("path"):
        own.append(str(directory(storage.type, storage.options)))
    for listener in config.listeners:
        own += [listener.tls_cert_file, listener.tls_key_file, listener.tls_client_ca_file]
        own += [listener.tls_acme_cache_path, listener.tls_acme_ca_root]
        own += [listener.address] if listener.type == "unix" else []
    return tuple(os.path.abspath(path) for path in own if path)  # noqa: PTH100 - links are resolved when it counts


def audit_stanzas(config: Config) -> tuple[DeviceRequest, ...]:
    """The devices that the configuration makes."""
    return tuple(_wanted(audit) for audit in config.audits)


def check_audits(config: Config) -> None:
    """Refuse a stanza with invalid options.

    Raises: `ConfigError`.
    """
    places: dict[str, AuditConfig] = {}
    fallbacks: list[tuple[str, FilterRules]] = []
    for audit in config.audits:
        wanted = _wanted(audit)
        if wanted.type not in {"file", *TYPES}:
            problem = f'expected an audit device of type file, http, socket or syslog, found "{wanted.type[:64]}"'
            raise ConfigError(audit.where, problem)
        try:
            rules = _checked(wanted)
            check_beside(wanted.path, rules, fallbacks)
        except InvalidRequest as error:
            raise ConfigError(audit.where, f"{error.text}: in the options of {_shown(audit)}") from error
        fallbacks.append((wanted.path, rules))
        if wanted.type == "file" and (
            reason := unplaced_device(wanted.options, Ground(audit_rules(config), configured=True))
        ):
            raise ConfigError(audit.where, reason)
        if wanted.options.get("prefix") and not config.settings.allow_audit_log_prefixing:
            raise ConfigError(audit.where, "a prefix needs allow_audit_log_prefixing = true")
        place = place_of(wanted.options) if wanted.type == "file" else ""
        if place and (other := places.setdefault(place, audit)) is not audit:
            raise ConfigError(audit.where, f"the file is that of {_shown(other)}: each device needs its own")


def _checked(wanted: DeviceRequest) -> FilterRules:
    """The rules of a stanza's device.  Raises `InvalidRequest` for options that can't work."""
    style_of(wanted.options)
    if wanted.type == "file":
        file_device(wanted.options, ground=Ground(configured=True))
    else:
        check_options(wanted.type, wanted.options, configured=True)
    return rules_of(wanted.options)


def audit_notices(config: Config) -> Iterator[str]:
    """One text for each option of a stanza that no device reads: a misspelt one, for example."""
    for audit in config.audits:
        for name in sorted(audit.options.keys() - OPTIONS):
            yield f"{audit.where}: {name} in the options of {_shown(audit)} has no effect in this server"


def _shown(audit: AuditConfig) -> str:
    return f'audit "{audit.type}" "{audit.path.strip("/")}"'


def _wanted(audit: AuditConfig) -> DeviceRequest:
    return DeviceRequest(audit.path, audit.type, audit.description, dict(audit.options), audit.local)
