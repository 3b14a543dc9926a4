"""Runs a server in recovery mode: one process, with the store and the listeners of the configuration."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from socket import socket

import structlog

from strongroom.http.listener import Listener
from strongroom.lib.clock import SystemClock
from strongroom.lib.rand import SystemRandom
from strongroom.server.diagnostics import signals
from strongroom.server.plan import Plan, listener_config, listener_options
from strongroom.server.recovery.application import RecoveryApplication
from strongroom.server.stores import open_store
from strongroom.server.supervisor import orphans
from strongroom.server.supervisor.renewal import DEFERRED
from strongroom.server.supervisor.service_manager import ServiceManager
from strongroom.storage.transfer.migrating import refuse_unfinished

log = structlog.get_logger("server.recovery")

_TICK_S = 0.5
_DRAIN_S = 2.0


async def run(planned: Plan, sockets: list[socket]) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        sockets: one for each listener of the plan.
    """
    clock, random = SystemClock(), SystemRandom()
    storage = open_store(planned.storage_type, planned.storage_options, clock, random)
    await storage.start()
    await refuse_unfinished(storage)
    listeners = []
    application: RecoveryApplication | None = None
    for stanza, sock in zip(planned.listeners, sockets, strict=True):
        application = application or RecoveryApplication(
            storage, random, listener_options(stanza), planned.storage_type
        )
        listeners.append(Listener(application, listener_config(stanza), sock, clock))
    for listener in listeners:
        await listener.start()
    _announce(listeners)
    await _until_told()
    await asyncio.gather(*(listener.drain(_DRAIN_S) for listener in listeners))
    for listener in listeners:
        await listener.close()
    await storage.close()


async def _until_told() -> None:
    """Wait for a signal that ends the server."""
    ending, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        loop.add_signal_handler(number, ending.set)
    loop.add_signal_handler(signal.SIGHUP, log.info, "nothing is reloaded in recovery mode")
    signals.answer(lambda: {"process": "server in recovery mode", "pid": os.getpid()}, loop=loop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, DEFERRED)
    manager = ServiceManager(os.environ)
    manager.ready()
    manager.status("in recovery mode")
    while not ending.is_set():
        manager.alive(time.monotonic())
        if os.getpid() == 1:  # of a container; SIGCHLD belongs to the event loop
            orphans.reap()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), _TICK_S)
    manager.stopping()


def _announce(listeners: list[Listener]) -> None:
    names = ", ".join(listener.name for listener in listeners)
    log.warning("recovery mode: nothing is served but rows of the store", listeners=names)
    sys.stdout.write(
        f"==> Strongroom server started: recovery mode\n\n"
        f"    It listens on {names}.  Make a token with `operator generate-root -recovery-token`,\n"
        f"    then read, write and delete rows of the store below sys/raw.\n\n"
        f"==> Log:\n\n"
    )
    sys.stdout.flush()
