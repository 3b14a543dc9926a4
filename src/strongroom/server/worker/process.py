"""A worker as a process: its arguments are the control socket's descriptor, and the digest of the build to be of."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import socket
import sys

import uvloop

from strongroom.http.sockets import adopt
from strongroom.lib import shared_memory
from strongroom.lib.errors import StrongroomError
from strongroom.lib.hardening import die_with, hide_memory
from strongroom.server import build, logs
from strongroom.server.messages import to_supervisor as say
from strongroom.server.messages.framing import Framing, pack
from strongroom.server.messages.to_worker import Start, ToWorker
from strongroom.server.plan import Plan, plan
from strongroom.server.redaction import secrets_of
from strongroom.server.runtime import Runtime
from strongroom.server.sources import load
from strongroom.server.worker.worker import Worker
from strongroom.services.quotas.table import CountTable


def main() -> int:
    """Serve; the exit status."""
    control = socket.socket(fileno=int(sys.argv[1]))
    hide_memory()
    # After everything was imported: of this build are the modules that were.
    if not build.agree(control, sys.argv[2]):
        return 1
    start = _receive(control)
    die_with(start.supervisor)
    faulthandler.enable(start.stacks, all_threads=True)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    speaking = control.dup()
    try:
        planned = _configure(start)
        sockets = [adopt(descriptor) for descriptor in start.sockets]
        counts = CountTable(shared_memory.attach(start.counts), start.place, start.places)
        control.setblocking(False)
        runtime = Runtime(planned, sockets, counts, sends=not start.place)
        uvloop.run(Worker(runtime, start.heartbeat_s).run(control))
    except (StrongroomError, logs.LogError) as error:
        reason = error.text if isinstance(error, StrongroomError) else str(error)
        detail = error.detail if isinstance(error, StrongroomError) else ""
        with contextlib.suppress(OSError):  # the supervisor has gone
            speaking.sendall(pack(say.Failed(reason, detail)))
        return 1
    return 0


def _configure(start: Start) -> Plan:
    config = load(start.sources)
    logs.hide(secrets_of(config, os.environ))
    planned = plan(config, start.processors)
    logs.configure(start.log_level or planned.log_level, planned.log_format, planned.log_file)
    for logger, level in start.log_levels_now.items():  # that of all comes first
        logs.set_level(level, logger)
    return planned


def _receive(control: socket.socket) -> Start:
    """The first message, read before the loop runs."""
    framing: Framing[ToWorker] = Framing(ToWorker)
    while True:
        data = control.recv(1)
        if not data:
            os._exit(1)
        # Byte by byte up to its end: what follows belongs to the loop.
        for message in framing.feed(data):
            if isinstance(message, Start):
                return message
