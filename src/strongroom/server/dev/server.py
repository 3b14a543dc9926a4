"""The development server: one process, in memory, initialised and unsealed, with a known root token."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from socket import socket
from typing import TYPE_CHECKING

import msgspec

from strongroom.barrier.transaction import Transaction, transact
from strongroom.client.private_file import replace_private
from strongroom.lib.errors import Internal
from strongroom.lib.rand import Random, SystemRandom
from strongroom.sealing.initialize import Initialized, InitRequest, initialize, seal_of
from strongroom.seals import shamir
from strongroom.server.arguments import ServeArguments
from strongroom.server.dev.plan import url
from strongroom.server.dev.tls import DevTls
from strongroom.server.diagnostics import signals
from strongroom.server.plan import Plan
from strongroom.server.runtime import Runtime
from strongroom.server.supervisor import orphans
from strongroom.server.supervisor.renewal import DEFERRED
from strongroom.server.supervisor.service_manager import ServiceManager
from strongroom.services.mounts import SECRET
from strongroom.services.namespaces import ROOT

if TYPE_CHECKING:
    from strongroom.core.node import Node


_TICK_S = 0.5


async def run(arguments: ServeArguments, planned: Plan, sockets: list[socket], tls: DevTls | None) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        sockets: one for each listener of the plan.
        tls: the files to tell of.
    """
    random = SystemRandom()
    runtime = Runtime(planned, sockets)
    port = runtime.own_port()
    node = await runtime.start(port)
    made = await initialize(
        node.storage, random, InitRequest(shares=1, threshold=1, root_token=arguments.dev_root_token_id)
    )
    seal = await seal_of(node.storage)
    if seal is None:
        raise Internal("the store has no seal")
    await port.unseal(shamir.open_(seal, [made.shares.keys[0].reveal()]))
    await _mount_secret(node, random, "1" if arguments.dev_kv_v1 else "2")
    token = made.root_token.reveal().decode()
    await runtime.listen()
    kept = "" if arguments.dev_no_store_token else _keep_token(token)
    _announce(url(arguments.dev_listen_address, tls), made, token, kept, tls)
    ending = asyncio.Event()
    _answer_signals(runtime, ending)
    manager = ServiceManager(os.environ)
    manager.ready()
    manager.status("unsealed, in development mode")
    while not ending.is_set():
        manager.alive(time.monotonic())
        if os.getpid() == 1:  # of a container; SIGCHLD belongs to the event loop
            orphans.reap()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ending.wait(), _TICK_S)
    manager.stopping()
    await runtime.stop()


def _answer_signals(runtime: Runtime, ending: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)

    def quit_() -> None:
        signals.tell_stacks(None, loop)
        ending.set()

    loop.add_signal_handler(signal.SIGQUIT, quit_)
    loop.add_signal_handler(signal.SIGHUP, runtime.reload)
    signals.answer(lambda: {"process": "development server", "pid": os.getpid(), **runtime.state()}, loop=loop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, DEFERRED)


async def _mount_secret(node: Node, random: Random, version: str) -> None:
    services = node.unsealed
    if services is None:
        raise Internal("the development server is sealed")

    async def mount(txn: Transaction) -> None:
        record = services.mounts.new_record(txn, ROOT, SECRET, "secret/", type_="kv", now=node.clock.now())
        await services.mounts.enable(
            txn,
            ROOT,
            msgspec.structs.replace(record, description="key/value secret storage", options={"version": version}),
        )

    await transact(services.barrier, mount)


def _keep_token(token: str) -> str:
    """Leave the token where the command line looks for it.

    Returns: a text about the result.  A token of another server in that file is replaced, so its user must log in
    again.
    """
    path = Path.home() / ".vault-token"
    was_there = os.path.lexists(path)
    try:
        # The file may be there from an earlier time, with a mode by which others may read it, or be a link.
        replace_private(str(path), token.encode())
    except OSError as error:
        return f"It could not be kept in {path}: {error.strerror or error}\n"
    if was_there:
        return f"It takes the place of the token in {path} (-dev-no-store-token\nwould have left that alone).\n"
    return f"It is kept in {path}.\n"


def _announce(address: str, made: Initialized, token: str, kept: str, tls: DevTls | None) -> None:
    trusted = "" if tls is None else f"    $ export VAULT_CACERT='{tls.ca}'\n"
    key = made.shares.base64()[0]
    # The program as it was called.  If it isn't on the PATH, its path is shown.
    program = sys.argv[0] if shutil.which(Path(sys.argv[0]).name) is None else Path(sys.argv[0]).name
    sys.stdout.write(
        f"""==> Strongroom server started: development mode

WARNING! Everything is kept in memory and lost when this process ends, and the
keys below are known to whoever sees this screen.  Never use it in production.

Tell the command line where it is:

    $ export VAULT_ADDR='{address}'
{trusted}
Unseal Key: {key}
Root Token: {token}
{kept}
In a browser: {address}/ui/

To try it:

    $ {program} kv put -mount=secret hello name=world
    $ {program} kv get -mount=secret hello

==> Log:

"""
    )
    sys.stdout.flush()
