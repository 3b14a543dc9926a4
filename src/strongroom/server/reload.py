"""What SIGHUP reads again: the log's level, the audit devices, the listeners' settings but for where they listen."""

from __future__ import annotations

import os

import structlog

from strongroom.server import logs, unserved
from strongroom.server.audit_settings import check_audits
from strongroom.server.changes import later, taken
from strongroom.server.config.config import Config, ConfigError
from strongroom.server.messages.to_worker import Reload as News
from strongroom.server.plan import PlanError, listener_config, listener_options, plan
from strongroom.server.redaction import secrets_of
from strongroom.server.sources import SourceError, Sources, load, read

log = structlog.get_logger("server")


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
        self._started = load(sources)
        self._level = self._started.settings.log_level
        self._noticed = {str(notice) for notice in _notices(self._started)}

    def __call__(self) -> News:
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
            log.error("the configuration was not read again: all stays as it was", reason=reason)
        try:
            logs.reopen(level)
        except logs.LogError as error:
            log.error("the log file was not reopened: logging continues in the old file", reason=str(error))
        return News(self.sources, level)

    def _take(self, changed: Sources, config: Config) -> None:
        check_audits(config)
        for listener in plan(config, 1).listeners:
            listener_options(listener)
            listener_config(listener)
        for notice in _notices(config):
            if notice not in self._noticed:
                log.warning(notice)
                self._noticed.add(notice)
        differences = later(self._started, config)
        for name in differences.later:
            log.warning("changed, and counts from the next start", setting=name)
        before = load(self.sources)
        if differences.fixed_listeners:
            log.warning("listeners and audit devices stay as they are until a restart")
        else:
            self.sources = changed
        level = config.settings.log_level
        names = [*(["log_level"] if level != self._level else []), *taken(before, load(self.sources))]
        self._level = level
        log.info("the configuration was read again", taken_over=", ".join(names) or "nothing has changed")


def _notices(config: Config) -> list[str]:
    """What the configuration says in vain."""
    return [str(notice) for notice in (*config.notices, *unserved.notices(config))]
