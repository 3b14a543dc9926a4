"""Runs the audit forwarder: as the supervisor's companion, and as a thread of a server that is one process."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from strongroom.audit.forwarding import Forwarder
from strongroom.audit.forwarding.forwarder import LOOK_EVERY_S
from strongroom.audit.forwarding.opening import open_target
from strongroom.audit.outgoing.addresses import AddressRules
from strongroom.audit.spool.spool import places
from strongroom.lib.hardening import die_with, hide_memory
from strongroom.server import build, logs
from strongroom.server.build import Build
from strongroom.server.diagnostics import signals
from strongroom.server.messages.companions import ReopenLog, StartForwarder, ToForwarder
from strongroom.server.messages.framing import Framing, Garbled
from strongroom.server.plan import log_settings
from strongroom.server.supervisor.companion import Companion

if TYPE_CHECKING:
    from strongroom.server.plan import Plan

log = structlog.get_logger("audit")

DRAIN_S = 5.0
"""How long the forwarder of a stopping node waits for the readers of its targets."""


def companion(planned: Plan, running: Build) -> Companion:
    """The forwarder of a node; it is started when a device first needs it.

    Args:
        running: the build of this process.
    """
    directory = Path(planned.settings.audit_spool_path)
    return Companion(
        "audit forwarder",
        "strongroom.server.forwarding",
        StartForwarder(os.getpid(), log_settings(planned), directory, planned.settings.audit_addresses),
        running,
        wanted=lambda: bool(planned.settings.audit_spool_path) and any(places(directory)),
        finishing_s=DRAIN_S + 1.0,
    )


@contextlib.contextmanager
def in_a_thread(directory: Path, addresses: AddressRules) -> Iterator[None]:
    """Forward beside the server of this process; at the end, what waits is delivered.

    Args:
        addresses: where entries may be sent.
    """
    ending = threading.Event()
    forwarder = _forwarder(directory, addresses)

    def work() -> None:
        while not ending.wait(LOOK_EVERY_S):
            forwarder.look()

    thread = threading.Thread(target=work, name="audit forwarder", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        forwarder.drain(DRAIN_S)


def _forwarder(directory: Path, addresses: AddressRules) -> Forwarder:
    return Forwarder(directory, partial(open_target, rules=addresses))


def main() -> None:
    """Entry point of the process: the control socket's descriptor is the only argument.

    It writes to the standard output and error of its supervisor.  It needs no keys, because the entries have their
    digests already.  It ignores the signals that a service manager sends to every process, because workers still write
    entries.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    framing: Framing[ToForwarder] = Framing(ToForwarder)
    hide_memory()  # with `log_raw`, entries hold secrets
    if not build.agree(control, sys.argv[2]):
        return
    messages = _receive(control, framing)
    if not messages or not isinstance(messages[0], StartForwarder):
        return
    start = messages[0]
    die_with(start.supervisor)
    logs.configure(start.log.level, start.log.format, start.log.file)
    signals.answer(lambda: {"process": "audit forwarder", "pid": os.getpid()})
    forwarder = _forwarder(start.directory, start.addresses)
    while True:
        forwarder.look()
        if not select.select([control], [], [], LOOK_EVERY_S)[0]:
            continue
        messages = _receive(control, framing)
        if not messages:
            break
        for message in messages:
            _obey(message)
    forwarder.drain(DRAIN_S)
    os._exit(0)  # a thread may still block on a target without a reader


def _receive(control: socket.socket, framing: Framing[ToForwarder]) -> list[ToForwarder]:
    """The next messages; none when the supervisor has no more to say."""
    while True:
        data = control.recv(65536)
        if not data:
            return []
        try:
            messages = framing.feed(data)
        except Garbled as error:
            log.error("the audit forwarder ends: invalid message from its supervisor", reason=str(error))
            return []
        if messages:
            return messages


def _obey(message: ToForwarder) -> None:
    if isinstance(message, ReopenLog):
        try:
            logs.reopen(message.level)
        except logs.LogError as error:
            log.error("the log file was not reopened: logging continues in the old file", reason=str(error))


if __name__ == "__main__":
    main()
