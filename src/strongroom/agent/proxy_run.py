"""`strongroom proxy`: an agent that serves clients, and makes nothing of secrets itself."""

from __future__ import annotations

from dataclasses import replace

from strongroom.agent import main
from strongroom.agent.arguments import AgentArguments
from strongroom.agent.config.config import AgentConfig
from strongroom.agent.loading import Loaded
from strongroom.server.config.reader import ConfigError, Notice, Where


def serve(arguments: AgentArguments) -> int:
    """Run a proxy until it is told to stop.

    Returns: the exit status: 0, or 1 when it can't start or go on (the reason is on standard error).
    """
    return main.serve(arguments, main.Kind("proxy", of_a_proxy))


def of_a_proxy(loaded: Loaded) -> Loaded:
    """What a proxy runs by: its configuration without what only an agent serves (pure).

    Raises: `ConfigError` if it has no listener.
    """
    config = loaded.config
    if not config.listeners:
        problem = 'expected a listener, as in listener "tcp" { address = "127.0.0.1:8100" … }, found none'
        raise ConfigError(Where("configuration", 0), problem)
    unserved = tuple(Notice(where, f"{name} has no effect in a proxy") for name, where in _unserved(config))
    served = replace(
        config, templates=(), env_templates=(), exec=None, turns=None, notices=(*config.notices, *unserved)
    )
    return replace(loaded, config=served)


def _unserved(config: AgentConfig) -> list[tuple[str, Where]]:
    """The stanzas of an agent in a configuration."""
    found = [("template", each.where) for each in config.templates]
    found += [("env_template", each.where) for each in config.env_templates]
    found += [("exec", config.exec.where)] if config.exec is not None else []
    return found + ([("turns", config.turns.where)] if config.turns is not None else [])
