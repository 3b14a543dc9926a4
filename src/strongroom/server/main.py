"""`strongroom server`: from the command line's flags to running processes."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

import structlog
import uvloop

from strongroom.__about__ import VERSION
from strongroom.http.settings import ListenerError
from strongroom.http.sockets import open_tcp, open_unix
from strongroom.http.tls import load_context
from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import StrongroomError
from strongroom.lib.hardening import hide_memory
from strongroom.lib.pid_file import write_pid
from strongroom.lib.rand import SystemRandom
from strongroom.server import build, forwarding, interpreter, logs, sources, unserved
from strongroom.server.arguments import ServeArguments
from strongroom.server.certificates import start as certificates
from strongroom.server.certificates.settings import wanted
from strongroom.server.config.config import Config, ConfigError, Listener
from strongroom.server.dev import plan as dev
from strongroom.server.dev import tls as dev_tls
from strongroom.server.diagnostics import signals
from strongroom.server.messages.to_worker import Start
from strongroom.server.plan import Plan, PlanError, listener_config, listener_options, plan
from strongroom.server.plugins import PluginError
from strongroom.server.redaction import secrets_of
from strongroom.server.reload import Reload
from strongroom.server.stores import IN_MEMORY, StoreError, open_store
from strongroom.server.supervisor import renewal
from strongroom.server.supervisor.charge import Charge
from strongroom.server.supervisor.service_manager import ServiceManager
from strongroom.server.supervisor.supervisor import Supervisor

log = structlog.get_logger("server")

_START_ERRORS = (
    ConfigError,
    PlanError,
    dev.DevError,
    ListenerError,
    StoreError,
    sources.SourceError,
    PluginError,
    logs.LogError,
    renewal.NotTakenOver,
    StrongroomError,
)


def serve(arguments: ServeArguments) -> int:
    """Run a server until it is told to stop.

    Returns: the exit status: 0, or 1 when it can't start (the reason is on standard error).
    """
    signals.ignore()
    faulthandler.enable()  # where it was, for who ends a server that hangs
    # Held back until somebody acts on them: the first process of a container would lose them.
    signal.pthread_sigmask(signal.SIG_BLOCK, renewal.DEFERRED)
    try:
        hide_memory()
        if arguments.recovery:
            return _serve_recovery(arguments)
        if _is_dev(arguments):
            return _serve_dev(arguments)
        return _serve(arguments)
    except _START_ERRORS as error:
        sys.stderr.write(f"{_reason(error)}\n")
        return 1


def _serve_recovery(arguments: ServeArguments) -> int:
    if _is_dev(arguments):
        raise dev.DevError("-recovery is for the store of a configuration, and -dev has one in memory")
    config = sources.load(_sources(arguments))
    logs.hide(secrets_of(config, os.environ))
    unserved.refuse(config)
    planned = replace(plan(config, 1), workers=1, region_address="")
    if planned.storage_type == IN_MEMORY:
        raise PlanError(f"-recovery needs a store that lasts, and this one is {IN_MEMORY}")
    logs.configure(planned.log_level, planned.log_format, planned.log_file)
    _check(planned)
    sockets = _open_sockets(planned)[0]
    pid_file = _write_pid(planned)
    with contextlib.ExitStack() as kept:
        if pid_file is not None:
            kept.callback(pid_file.unlink, missing_ok=True)
        uvloop.run(interpreter.load("strongroom.server.recovery.server").run(planned, sockets))
    return 0


def _reason(error: Exception) -> str:
    return logs.without_secrets(error.text if isinstance(error, StrongroomError) else str(error))


def _serve_dev(arguments: ServeArguments) -> int:
    dev.check_flags(arguments)
    config = sources.load(_sources(arguments))
    logs.hide(secrets_of(config, os.environ))
    unserved.refuse(config)
    with contextlib.ExitStack() as kept:
        tls = None
        if arguments.dev_tls:
            address = arguments.dev_listen_address
            tls = kept.enter_context(dev_tls.written(arguments.dev_tls_cert_dir, address, SystemClock()))
        planned = dev.dev_plan(arguments, config, tls)
        if wanted(planned.listeners):
            raise dev.DevError("certificates by ACME are obtained beside the workers, and -dev has none: use -dev-tls")
        logs.configure(planned.log_level, planned.log_format, planned.log_file)
        _tell(config)
        _check(planned)
        sockets = _open_sockets(planned)[0]
        pid_file = _write_pid(planned)
        if pid_file is not None:
            kept.callback(pid_file.unlink, missing_ok=True)
        planned = dev.with_spool(planned, kept)
        kept.enter_context(
            forwarding.in_a_thread(Path(planned.settings.audit_spool_path), planned.settings.audit_addresses)
        )
        # Loaded by this server alone: a supervisor has no use for the engines.
        uvloop.run(interpreter.load("strongroom.server.dev.server").run(arguments, planned, sockets, tls))
    return 0


def _tell(config: Config) -> None:
    """Log what the configuration says in vain."""
    for notice in (*config.notices, *unserved.notices(config)):
        log.warning(str(notice))


def _serve(arguments: ServeArguments) -> int:
    # After everything was imported: of this build are the modules that were.
    running = build.installed()
    renewed = renewal.take_over(running)
    read = _sources(arguments) if renewed is None else renewed.sources
    config = sources.load(read)
    logs.hide(secrets_of(config, os.environ))
    unserved.refuse(config)
    processors = os.cpu_count() or 1
    planned = plan(config, processors)
    logs.configure(planned.log_level, planned.log_format, planned.log_file)
    if renewed is None:
        _tell(config)
        if arguments.dev_root_token_id:
            log.warning("-dev-root-token-id has no effect without -dev")
        if arguments.exit_on_core_shutdown:
            log.info("-exit-on-core-shutdown changes nothing: this server never outlives what it serves")
        _check(planned)
    elif renewed.build != running:
        log.warning(
            "the package was replaced: the sealed server goes on with the new version",
            version=running.version,
            before=renewed.build.version,
        )
    sockets = _open_sockets(planned) if renewed is None else renewed.sockets
    pid_file = _write_pid(planned)
    reload = Reload(arguments.config, read)
    charge = Charge(
        sockets=sockets,
        start=Start(read, processors),
        build=running,
        worker_timeout_s=planned.worker_timeout_s,
        drain_delay_s=planned.drain_delay_s,
        on_ready=(lambda: _announce(planned)) if renewed is None else (lambda: None),
        reload=reload,
        companions=(*certificates.companions(planned, running), forwarding.companion(planned, running)),
        proven=renewed is not None,
    )
    supervisor = Supervisor(charge, ServiceManager(os.environ))
    try:
        status = supervisor.run()
        if supervisor.sealed:
            renewal.renew(reload.sources, sockets, running)
    except OSError as error:
        log.error("the server ends: it could not be restarted after sealing", reason=error.strerror)
        status = 1
    finally:
        if pid_file is not None:
            pid_file.unlink(missing_ok=True)
    return status


def _sources(arguments: ServeArguments) -> sources.Sources:
    # A development server needs no file; images mount a directory that may be empty.
    return sources.read(arguments.config, _overrides(arguments), may_be_empty=_is_dev(arguments))


def _is_dev(arguments: ServeArguments) -> bool:
    """Whether a development server is meant; as in Vault, the last three make no sense but for one."""
    return arguments.dev or arguments.dev_tls or arguments.dev_kv_v1 or arguments.dev_leased_kv


def _overrides(arguments: ServeArguments) -> dict[str, str]:
    return {"log_level": arguments.log_level, "log_format": arguments.log_format, "log_file": arguments.log_file}


def _write_pid(planned: Plan) -> Path | None:
    if not planned.pid_file:
        return None
    path = Path(planned.pid_file)
    try:
        write_pid(path)
    except OSError as error:
        raise PlanError(f"the pid_file {path} cannot be written: {error.strerror}") from error
    return path


def _check(planned: Plan) -> None:
    """Find what would keep every worker from starting, where it can be said once and clearly."""
    if planned.plugins:  # a supervisor has no other use for the engines
        interpreter.load("strongroom.server.builtin").engines(planned.plugins)
    certificates.check(planned.listeners)
    for listener in planned.listeners:
        listener_options(listener)
        config = listener_config(listener)
        if config.tls is not None:
            load_context(config.tls)
    # Made and not started: connections never cross into another process.
    open_store(planned.storage_type, planned.storage_options, SystemClock(), SystemRandom())


def _open_sockets(planned: Plan) -> list[list[socket.socket]]:
    """Per worker, a socket for each listener, and at last the one for other regions, if there is any."""
    opened = [_open_listener(listener, planned.workers) for listener in planned.listeners]
    if planned.region_address:
        opened.append(open_tcp(planned.region_address, planned.workers))
    return [[sockets[worker] for sockets in opened] for worker in range(planned.workers)]


def _open_listener(listener: Listener, workers: int) -> list[socket.socket]:
    if listener.type == "unix":
        shared = open_unix(
            listener.address,
            mode=listener.socket_mode,
            user=listener.socket_user or None,
            group=listener.socket_group or None,
        )
        return [shared] * workers
    return open_tcp(listener.address, workers)


def _announce(planned: Plan) -> None:
    shown = ", ".join(f"{listener.type} {listener.address}" for listener in planned.listeners)
    sys.stdout.write(
        f"==> Strongroom server configuration:\n\n"
        f"             Version: {VERSION}\n"
        f"             Storage: {planned.storage_type}\n"
        f"           Listeners: {shown}\n"
        f"             Workers: {planned.workers}\n\n"
        f"==> Strongroom server started! Log data will stream in below:\n\n"
    )
    sys.stdout.flush()
