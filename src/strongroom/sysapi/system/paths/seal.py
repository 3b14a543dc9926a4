"""`sys/seal`, `sys/step-down`, `sys/rotate`, `sys/key-status`."""

from __future__ import annotations

import socket

import structlog

from strongroom.__about__ import VERSION
from strongroom.audit.entry import timestamp
from strongroom.barrier.transaction import apart
from strongroom.lib.errors import StrongroomError
from strongroom.sdk import path
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services import nodes
from strongroom.sysapi import rotation
from strongroom.sysapi.context import SystemEngine, system

log = structlog.get_logger("sealing")


class SealPaths(SystemEngine):
    """Closing the barrier, and the keys behind it."""

    @path.write("seal", sudo=True, root_only=True)
    async def seal(self, request: Request) -> Response | None:
        """Seals this node. Every process that holds keys ends."""
        view = system(request)
        services = view.services
        try:
            now = await services.barrier.storage.now()
            await apart(view.txn, "node sealed", lambda txn: nodes.note_sealing(txn, services.node_name, now))
        except StrongroomError as error:
            # Whoever seals a node in a hurry doesn't wait for a store that takes nothing.
            log.warning("other nodes don't know that this one is sealed", reason=error.detail or error.text)
        await request.once.wait("seal", services.port.seal)
        return None

    @path.write("step-down", sudo=True, root_only=True)
    async def step_down(self, request: Request) -> Response | None:
        """Has this node give up its roles, so that another node takes them.

        There is no leader, and every node goes on serving.  The roles are work that one process of all nodes does at a
        time, such as ending what is due.

        Source: https://developer.hashicorp.com/vault/api-docs/system/step-down
        """
        view = system(request)
        now = await request.once.wait("store's clock", view.services.barrier.storage.now)
        hostname = request.once("hostname", socket.gethostname)
        await nodes.step_down(view.txn, view.services.node_name, hostname, VERSION, now)
        return None

    @path.write("rotate", sudo=True, root_only=True, event="seal/rotate")
    async def rotate(self, request: Request) -> Response | None:
        """Creates a new encryption key. New writes use it."""
        view = system(request)
        await rotation.rotate(view.services, view.txn, request.now)
        return None

    @path.write("rotate/keyring", sudo=True, root_only=True, event="seal/rotate")
    async def rotate_keyring(self, request: Request) -> Response | None:
        """Creates a new encryption key. New writes use it."""
        return await self.rotate(request)

    @path.read("key-status", root_only=True)
    async def key_status(self, request: Request) -> Response | None:
        """Reads the term and age of the active encryption key.

        `encryptions` counts only this process.  Each process has its own key, derived from the term's, so no total is
        needed.
        """
        barrier = system(request).services.barrier
        keyring = barrier.keyring
        data = {
            "term": keyring.active,
            "install_time": timestamp(keyring.terms[keyring.active].installed_at),
            "encryptions": barrier.rows_encrypted,
        }
        return Response(data=data, repeat=True)
