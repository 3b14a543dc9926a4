"""A mount with an authority, what it lists, and what OpenSSL says of it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from cryptography import x509

from strongroom.barrier.transaction import Transaction, transact
from strongroom.sdk import Operation, Response
from strongroom.sdk.schedule import Schedule
from strongroom.testing.mounted import MOUNT_ID
from tests.flow.engines.pki.mounts import Authority


class Lists(Authority):
    """An authority whose scheduled work the test does."""

    @classmethod
    async def with_role(cls, **root: Any) -> Lists:
        """A mount with a root, and a role for everything."""
        authority = await cls.new(**root)
        assert isinstance(authority, cls)
        await authority.write("roles/any", allow_any_name=True, key_type="ec")
        return authority

    @property
    def now(self) -> float:
        """The time of the mount's clock."""
        return self.mount.clock.now()

    def later(self, seconds: float) -> None:
        """Let time go by."""
        self.mount.clock.advance(seconds)

    async def issue(self, name: str = "a.example", **fields: Any) -> dict[str, Any]:
        """A certificate."""
        return await self.write("issue/any", common_name=name, **fields)

    async def revoke(self, **fields: Any) -> dict[str, Any]:
        """Revoke one."""
        return await self.write("revoke", **fields)

    async def raw(self, path: str, **headers: str) -> Response:
        """An answer that isn't JSON."""

        async def body(txn: Transaction) -> Response:
            request = self.mount.request(txn, Operation.READ, path, {}, "")
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            match = self.mount.engine.routes.find(Operation.READ, path)
            import msgspec

            response = await self.mount.engine.answer(msgspec.structs.replace(request, headers=named), match)
            assert response is not None and response.raw is not None
            return response

        return await transact(self.mount.barrier, body)

    async def crl(self, path: str = "crl") -> x509.CertificateRevocationList:
        """A list, read by another library."""
        response = await self.raw(path)
        assert response.raw is not None
        return x509.load_der_x509_crl(response.raw.content)

    async def listed(self, path: str = "crl") -> set[int]:
        """The serial numbers on a list."""
        return {each.serial_number for each in await self.crl(path)}

    async def scheduled(self, name: str) -> float | None:
        """When scheduled work is due; None if there is none of that name."""

        async def body(txn: Transaction) -> float | None:
            work = await Schedule(txn, MOUNT_ID).read(name)
            return None if work is None else work.at

        return await transact(self.mount.barrier, body)

    async def work(self) -> list[str]:
        """Do the scheduled work that is due, as the server does.  Returns the names."""
        done = []
        names = (await self.mount.barrier.storage.scan(f"shared/schedule/{MOUNT_ID}/")).names
        for name in names:

            async def call(txn: Transaction, name: str = name) -> bool:
                schedule = Schedule(txn, MOUNT_ID)
                work = await schedule.read(name)
                if work is None or work.at > self.now:
                    return False
                schedule.remove(work)
                request = self.mount.request(txn, Operation.UPDATE, "", {}, "")
                await self.mount.engine.due(request, work.name, dict(work.data))
                return True

            if await transact(self.mount.barrier, call):
                done.append(name)
        return done


def number(serial: str) -> int:
    """A serial number of an answer."""
    return int(serial.replace(":", ""), 16)


def openssl_says(directory: Path, *command: str) -> str:
    """Both what it prints and what it complains of."""
    done = subprocess.run(["openssl", *command], cwd=directory, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
