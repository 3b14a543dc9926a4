"""`strongroom agent`: from the command line's flags to a running agent."""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog
import uvloop

from strongroom.__about__ import VERSION
from strongroom.agent.arguments import AgentArguments
from strongroom.agent.config.config import check_purpose
from strongroom.agent.config.top import Top
from strongroom.agent.loading import Loaded, load
from strongroom.agent.rendering.rendering import RenderingEnded
from strongroom.agent.run import Agent
from strongroom.agent.serving.kept.store import NotKept
from strongroom.agent.session.keeping import LoginFailed
from strongroom.agent.supervising.child import NotStarted
from strongroom.agent.turns import TurnsMissing
from strongroom.client.errors import BadSettings
from strongroom.http.settings import ListenerError
from strongroom.lib.errors import StrongroomError
from strongroom.lib.hardening import hide_memory
from strongroom.lib.pid_file import write_pid
from strongroom.server import logs
from strongroom.server.diagnostics import signals
from strongroom.server.plan import PlanError
from strongroom.server.sources import SourceError
from strongroom.server.supervisor.service_manager import VARIABLES, ServiceManager

log = structlog.get_logger("agent")


class AgentError(Exception):
    """The agent can't start; the text says why."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What kind of agent is started.

    Attributes:
        name: `agent` or `proxy`.
        prepare: what becomes of the configuration first.  It may raise `ConfigError`.
    """

    name: str
    prepare: Callable[[Loaded], Loaded]


def _with_a_purpose(loaded: Loaded) -> Loaded:
    """What an agent is started by.  Raises `ConfigError` if it would do nothing."""
    check_purpose(loaded.config)
    return loaded


AGENT = Kind("agent", _with_a_purpose)


def serve(arguments: AgentArguments, kind: Kind = AGENT) -> int:
    """Run an agent until it is told to stop, or has done what it was started for.

    Returns: the exit status: that of its program, else 0; 1 when it can't start or go on (the reason is on standard
        error).
    """
    signals.ignore()
    faulthandler.enable()  # where it was, for who ends an agent that hangs
    try:
        hide_memory()
        loaded = kind.prepare(load(arguments, os.environ))
        top = loaded.config.top
        if top.log_level and top.log_level not in logs.LEVELS:
            raise AgentError(f'unknown log level "{top.log_level[:64]}": it is one of {", ".join(logs.LEVELS)}')
        logs.configure(top.log_level, top.log_format, _log_file(top, kind), _rotation(top))
        agent = Agent(arguments, loaded, _service_manager(), program=kind.name)
        _announce(loaded, kind.name)
        with _pid_file(top.pid_file):
            uvloop.run(_run(agent))
    except (LoginFailed, RenderingEnded, NotStarted, TurnsMissing) as error:
        log.error("the agent ends", reason=str(error))
        return 1
    except StrongroomError as error:
        sys.stderr.write(f"{error.text}\n")
        return 1
    except BadSettings as error:
        sys.stderr.write(f"{error}\n{error.hint}".rstrip() + "\n")
        return 1
    except (AgentError, SourceError, ListenerError, NotKept, PlanError, logs.LogError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return agent.exit_status


async def _run(agent: Agent) -> None:
    stopped = asyncio.Event()
    agent.obey(stopped)
    await agent.run(stopped)


def _service_manager() -> ServiceManager:
    """Who has started this process.  Commands and programs that it starts don't speak for it."""
    manager = ServiceManager(os.environ)
    for name in VARIABLES:
        os.environ.pop(name, None)
    return manager


def _log_file(top: Top, kind: Kind) -> str:
    """Where the log is; in a folder it has the program's name."""
    return f"{top.log_file}{kind.name}.log" if top.log_file.endswith("/") else top.log_file


def _rotation(top: Top) -> logs.Rotation:
    return logs.Rotation(top.log_rotate_bytes, top.log_rotate_duration_s, top.log_rotate_max_files)


@contextlib.contextmanager
def _pid_file(name: str) -> Iterator[None]:
    """A file with the number of this process, for as long as it runs."""
    if not name:
        yield
        return
    path = Path(name)
    try:
        write_pid(path)
    except OSError as error:
        raise AgentError(f"the pid_file {path} cannot be written: {error.strerror}") from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _announce(loaded: Loaded, name: str) -> None:
    for notice in loaded.config.notices:
        log.warning(str(notice))
    method = loaded.config.auto_auth.method.type if loaded.config.auto_auth is not None else "none"
    listeners = ", ".join(f"{each.type} {each.address}" for each in loaded.config.listeners)
    sys.stdout.write(
        f"==> Strongroom {name} configuration:\n\n"
        f"             Version: {VERSION}\n"
        f"              Server: {loaded.server.address}\n"
        f"         Auth method: {method}\n"
        f"           Listeners: {listeners or 'none'}\n\n"
        f"==> Strongroom {name} started! Log data will stream in below:\n\n"
    )
    sys.stdout.flush()
