"""What SIGHUP reads again: the log's level, the audit devices, the listeners' settings but for where they listen."""

from __future__ import annotations

import os
from dataclasses import fields
from typing import Any

import structlog

from strongroom.server import logs
from strongroom.server.audit_settings import check_audits
from strongroom.server.certificates.settings import uses_acme
from strongroom.server.config.config import Config, ConfigError, Listener
from strongroom.server.plan import PlanError, listener_config, listener_options, plan
from strongroom.server.redaction import secrets_of
from strongroom.server.sources import SourceError, Sources, load, read

log = structlog.get_logger("server")

_FIXED = frozenset({"type", "address", "socket_mode", "socket_user", "socket_group"})
"""Settings of a listener's socket, which stays open."""
_FIXED_PREFIX = "tls_acme_"
"""Settings of the process that obtains certificates, which was started with them."""


class Reload:
    """Reads the configuration again, for a node that runs.

    Args:
        paths: the files and directories of the command line.
        sources: what the node runs by.
    """

    def __init__(self, paths: tuple[str, ...], sources: Sources) -> None:
        self._paths = paths
        self.sources = sources
        """What the node runs by now."""

    def __call__(self) -> dict[str, Any]:
        """Begin a new log file at the level that the configuration has now; what the workers have to know of it."""
        level = ""
        try:
            texts = read(self._paths, self.sources.overrides).texts
            changed = Sources(self.sources.texts, self.sources.overrides, reloaded=texts)
            # Of the level too what stands in the files now counts.
            config = load(Sources(texts, changed.overrides))
            logs.hide(secrets_of(config, os.environ))
            level = plan(config, 1).log_level
            self._take(changed, config)
        except (SourceError, ConfigError, PlanError) as error:
            reason = error.text if isinstance(error, ConfigError) else str(error)
            log.error("the configuration was not read again", reason=reason)
        try:
            logs.reopen(level)
        except logs.LogError as error:
            log.error("the log goes on in the old file", reason=str(error))
        return {"log_level": level, "sources": as_body(self.sources)}

    def _take(self, changed: Sources, config: Config) -> None:
        check_audits(config)
        obstacle = moved(load(self.sources).listeners, config.listeners)
        if obstacle:
            log.warning("listeners and audit devices stay as they are until a restart", reason=obstacle)
            return
        for listener in plan(config, 1).listeners:
            listener_options(listener)
            listener_config(listener)
        self.sources = changed


def as_body(sources: Sources) -> dict[str, Any]:
    """Sources as part of a message to a worker."""
    return {"texts": sources.texts, "overrides": sources.overrides, "reloaded": sources.reloaded}


def moved(running: tuple[Listener, ...], wanted: tuple[Listener, ...]) -> str:
    """Why these listeners can't take the place of the running ones; empty if they can (p)."""
    if len(running) != len(wanted):
        return "listeners were added or removed"
    for old, new in zip(running, wanted, strict=True):
        for field in fields(Listener):
            fixed = field.name in _FIXED or field.name.startswith(_FIXED_PREFIX)
            if fixed and getattr(old, field.name) != getattr(new, field.name):
                return f"{new.where}: {field.metadata.get('key') or field.name} has changed"
        if uses_acme(old) != uses_acme(new):
            return f"{new.where}: whether the certificate comes by ACME has changed"
    return ""
