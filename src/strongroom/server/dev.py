"""The development server: one process, in memory, initialised and unsealed, with a known root token."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from strongroom.barrier.transaction import Transaction, transact
from strongroom.http.sockets import open_tcp
from strongroom.lib.errors import Internal
from strongroom.lib.rand import Random, SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing.initialize import Initialized, Wanted, initialize, seal_of
from strongroom.sealing.port import LocalPort
from strongroom.seals import shamir
from strongroom.server.config import Listener, Where
from strongroom.server.plan import Plan
from strongroom.server.runtime import Runtime
from strongroom.server.wiring import Settings
from strongroom.services.mounts import SECRET

if TYPE_CHECKING:
    from strongroom.cli.server import ServeArguments
    from strongroom.core.node import Node


def dev_plan(arguments: ServeArguments) -> Plan:
    """What a development server starts."""
    where = Where("-dev", 0)
    listener = Listener("tcp", where, address=arguments.dev_listen_address, tls_disable=True)
    return Plan(
        storage_type="inmem",
        storage_options={},
        listeners=(listener,),
        workers=1,
        settings=Settings(storage_type="inmem", api_address=f"http://{arguments.dev_listen_address}"),
        plugins=(),
        log_level=arguments.log_level or "info",
        log_format=arguments.log_format or "standard",
        log_file=arguments.log_file,
        pid_file="",
    )


async def run(arguments: ServeArguments, plan: Plan) -> None:
    """Serve until SIGTERM or SIGINT."""
    random = SystemRandom()
    address = plan.listeners[0].address
    runtime = Runtime(plan, open_tcp(address, 1))
    made: Initialized | None = None

    async def opened(key: Secret) -> None:
        if not await runtime.unseal(key):
            raise Internal("the root key does not open the store")

    node = await runtime.start(LocalPort(random, opened, runtime.forget))
    made = await initialize(node.storage, random, Wanted(shares=1, threshold=1, root_token=arguments.dev_root_token_id))
    seal = await seal_of(node.storage)
    if seal is None:
        raise Internal("the store has no seal")
    await opened(shamir.open_(seal, [made.keys[0].reveal()]))
    await _mount_secret(node, random, "1" if arguments.dev_kv_v1 or arguments.dev_leased_kv else "2")
    token = made.root_token.reveal().decode()
    await runtime.listen()
    if not arguments.dev_no_store_token:
        _keep_token(token)
    _announce(address, made, token)
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ending.set)
    loop.add_signal_handler(signal.SIGHUP, runtime.reload)
    await ending.wait()
    await runtime.stop()


async def _mount_secret(node: Node, random: Random, version: str) -> None:
    parts = node.unsealed
    if parts is None:
        raise Internal("the development server is sealed")

    async def mount(txn: Transaction) -> None:
        record = parts.mounts.new_record(txn, SECRET, "secret/", "kv", node.clock.now())
        await parts.mounts.enable(
            txn,
            msgspec.structs.replace(record, description="key/value secret storage", options={"version": version}),
        )

    await transact(parts.barrier, mount)


def _keep_token(token: str) -> None:
    """Leave the token where the command line looks for it."""
    path = Path.home() / ".vault-token"
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(token)


def _announce(address: str, made: Initialized, token: str) -> None:
    key = made.shown_keys_base64()[0]
    sys.stdout.write(
        f"""==> Strongroom server started: development mode

WARNING! Everything is kept in memory and lost when this process ends, and the
keys below are known to whoever sees this screen.  Never use it in production.

Tell the command line where it is:

    $ export VAULT_ADDR='http://{address}'

Unseal Key: {key}
Root Token: {token}

To try it:

    $ strongroom kv put -mount=secret hello name=world
    $ strongroom kv get -mount=secret hello

==> Log:

"""
    )
    sys.stdout.flush()
