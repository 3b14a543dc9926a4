"""A mount of the engine, and what tests ask of it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.ssh import Ssh
from strongroom.sdk import Client, Operation, Request, Response
from strongroom.sdk.schedule import Schedule
from strongroom.testing.clock import SetClock
from tests.flow.harness import MOUNT_ID, Mounted

USER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICEWO9TrNc7Gmgvv0jwgRGpb5wxGAqJr4O7r9bAXdZT7 user@example.com"


class Values:
    """The entity of a client, as templates see it."""

    def __init__(self, values: dict[str, str]) -> None:
        self.values = values

    async def value(self, name: str) -> str | None:
        """The value of a template's parameter."""
        return self.values.get(name)


class Authority:
    """A mount with an issuer, and what clients ask of it."""

    def __init__(self, mount: Mounted) -> None:
        self.mount = mount
        self.client: Client | None = None
        self.identity: dict[str, str] | None = None

    @classmethod
    async def new(cls, key_type: str = "ed25519", **fields: Any) -> Authority:
        """A mount with an issuer."""
        authority = cls(await Mounted.new(Ssh(), {}))
        await authority.write("config/ca", key_type=key_type, **fields)
        return authority

    @property
    def clock(self) -> SetClock:
        """The time of the tests."""
        return self.mount.clock

    async def answer(self, operation: Operation, path: str, fields: dict[str, Any]) -> Response | None:
        """What a request of the client is answered."""

        async def body(txn: Transaction) -> Response | None:
            place = path + "/" if operation is Operation.LIST else path
            request = self.request(txn, operation, place, fields)
            return await self.mount.engine.answer(request, self.mount.engine.routes.find(operation, place))

        return await transact(self.mount.barrier, body)

    def request(self, txn: Transaction, operation: Operation, path: str, fields: dict[str, Any]) -> Request:
        """A request of the client."""
        plain = self.mount.request(txn, operation, path, fields, "")
        identity = Values(self.identity) if self.identity is not None else None
        return msgspec.structs.replace(plain, client=self.client, identity=identity)

    async def write(self, path: str, **fields: Any) -> dict[str, Any]:
        """The data of what a write answers."""
        response = await self.answer(Operation.UPDATE, path, fields)
        return response.data or {} if response is not None else {}

    async def warnings(self, path: str, **fields: Any) -> list[str]:
        """The warnings of what a write answers."""
        response = await self.answer(Operation.UPDATE, path, fields)
        return response.warnings if response is not None else []

    async def read(self, path: str, **fields: Any) -> dict[str, Any]:
        """The data of what a read answers."""
        response = await self.answer(Operation.READ, path, fields)
        assert response is not None and response.data is not None
        return response.data

    async def listed(self, path: str, **fields: Any) -> dict[str, Any]:
        """The data of what a listing answers."""
        response = await self.answer(Operation.LIST, path, fields)
        assert response is not None and response.data is not None
        return response.data

    async def delete(self, path: str) -> Response | None:
        """What a deletion answers."""
        return await self.answer(Operation.DELETE, path, {})

    async def raw(self, path: str) -> bytes:
        """The body of an answer without an envelope."""
        response = await self.answer(Operation.READ, path, {})
        assert response is not None and response.raw is not None
        return response.raw.content

    async def role(self, name: str = "user", **fields: Any) -> None:
        """A role that signs certificates of users."""
        usual = {"key_type": "ca", "allow_user_certificates": True, "allowed_users": "*", "default_user": "root"}
        await self.write(f"roles/{name}", **{**usual, **fields})

    async def sign(self, role: str = "user", **fields: Any) -> dict[str, Any]:
        """What a signature is answered."""
        return await self.write(f"sign/{role}", **{"public_key": USER_KEY, **fields})

    async def do_due_work(self) -> int:
        """Do the scheduled work that is due, once.  Returns how many pieces there were."""
        done = 0
        for name in await self.scheduled():
            done += await self._try(name)
        return done

    async def scheduled(self) -> list[str]:
        """The names of all work that is scheduled."""

        async def names(txn: Transaction) -> list[str]:
            return await txn.scan(f"{keys.SCHEDULE}{MOUNT_ID}/")

        return await transact(self.mount.barrier, names)

    async def _try(self, name: str) -> int:
        async def call(txn: Transaction) -> int:
            schedule = Schedule(txn, MOUNT_ID)
            work = await schedule.read(name)
            if work is None or work.at > self.clock.now():
                return 0
            schedule.remove(work)
            request = self.request(txn, Operation.UPDATE, "", {})
            await self.mount.engine.due(request, name, dict(work.data))
            return 1

        return await transact(self.mount.barrier, call)


def ssh_keygen(*arguments: str) -> str:
    """What `ssh-keygen` prints, in UTC.  Fails the test if it fails."""
    done = subprocess.run(["ssh-keygen", *arguments], capture_output=True, text=True, check=False, env={"TZ": "UTC"})
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def inspected(directory: Path, certificate: str) -> list[str]:
    """What `ssh-keygen -L` says of a certificate, without the name of the file: a stripped line each."""
    file = directory / "inspected-cert.pub"
    file.write_text(certificate)
    return [line.strip() for line in ssh_keygen("-L", "-f", str(file)).splitlines()[1:]]
